"""Language models: the next word or character from those before it."""
