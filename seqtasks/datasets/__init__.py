"""Corpora: the published ones, fetched and verified, and the statistics of a user's own files."""
