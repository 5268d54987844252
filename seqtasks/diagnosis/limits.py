"""Where a translation begins to count as faulty. Lengths are in words without punctuation (`seqtasks.text.tokenizers`)."""

REPEATED = 4  # words of the longest n-gram that is looked at for repetition; only the copies of one so long may stand apart
SHORT_RATIO, SHORT_BY = 0.6, 3  # truncated: at most this share of the expected length, and at least so many words below it
LONG_RATIO, LONG_BY = 1.7, 4  # over-long: at least this many times the expected length, and at least so many words above it
COPIED_SHARE, COPIED_WORDS = 0.3, 2  # share of the output that is copied, and words at least (or all of a shorter output)
UNRELATED_COSINE = 0.1  # likeness with the reference, 0 to 1, below which an output has nothing to do with it
UNRELATED_WORDS = 3  # words of the shortest output and reference that are called unrelated
SPREAD_ENTROPY = 0.8  # attention as evenly spread as this looks nowhere
IGNORED, IGNORED_SHARE = 0.2, 0.5  # coverage of a source word that is ignored (Berard et al. 2019); share of such words that is too much
DROPPED_COVERAGE, ATTENDED_COVERAGE = 0.15, 0.5  # of a dropped word: along the translation below, along the reference at least
WORST = 3  # examples kept of each fault
