"""Taggers with the surface of scikit-learn: numbers in, `fit`, `predict`, `predict_proba`, `score`, without recipes or run directories."""
