"""Labels for whole texts: one a text, or several."""
