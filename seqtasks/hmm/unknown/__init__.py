"""What tags an unknown or rare word may have: features of its spelling, the models that learn from them, and the guess."""
