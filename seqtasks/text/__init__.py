"""Text: readers, tokenizers, vocabularies, tag schemes, encoded corpora and batches."""
