"""Tagging: networks with one head or several, and the hidden Markov model."""
