"""Plots and self-contained HTML pages from data handed to them; nothing here computes a score."""
