"""Scores with their settings: accuracy, entity F1, BLEU, chrF, perplexity, and bootstrap intervals."""
