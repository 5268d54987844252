"""Models composed of finished parts: a shared trunk, and the heads or the decoder that stand on it."""
