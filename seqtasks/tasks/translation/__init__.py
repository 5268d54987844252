"""Translation: sequence to sequence, with or without attention."""
