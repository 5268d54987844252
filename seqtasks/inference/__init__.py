"""Trained models that answer: taggers, translators, and what they answer with."""
