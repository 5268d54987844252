"""Where a translation begins to count as faulty. Lengths are in words without punctuation (`seqtasks.text.tokenizers`)."""

REPEATED = 4  # words of the longest n-gram that is looked at for repetition; only the copies of one so long may stand apart
SHORT_RATIO, SHORT_BY = 0.6, 3  # truncated: at most this share of the expected length, and at least so many words below it
LONG_RATIO, LONG_BY = 1.7, 4  # over-long: at least this many times the expected length, and at least so many words above it
COPIED_SHARE, COPIED_WORDS = 0.3, 2  # share of the output that is copied, and words at least (or all of a shorter output)
UNRELATED_COSINE, UNRELATED_F1 = 0.2, 0.4  # likeness with the reference by tf-idf and by all words, 0 to 1; below both: unrelated
UNRELATED_WORDS = 3  # words of the shortest output and reference that are called unrelated
NEAR_CHRF, NEAR_F1 = 75.0, 0.8  # of a line near its reference, at least: sentence chrF, 0 to 100, and F1 of its words
STEM, STEM_SHARE = 3, 0.5  # letters that forms of one word begin with alike (all but one of a shorter word), and their share of the longer
SAME_SOURCE_SHARE = 0.4  # the share that is enough where the two words go with one word of the source
PARTNER, PARTNER_LINES = 0.5, 3  # Dice coefficient of a source word and a word of references that go together; lines that have both
COMMON_SHARE, COMMON_LINES = 0.05, 10  # a word that stands in this share of the references, and in so many, is a common one
WORST, WORST_LINES = 3, 10  # examples kept of each fault, and lines of the lowest chrF
UNLEARNED_F1 = 0.5  # F1 of the words of half of the lines below which a model has hardly learned
FALLING = 0.03  # share of the lowest dev loss before by which the last epoch's is lower where a model still learns
OFTEN_FAULTY = 20.0  # percent of faulty lines that more training may mend where a model still learns
GOOD_SHARE = 90.0  # percent of lines without a fault of a good model
MOSTLY_RIGHT, FEWEST_TO_COMPARE = 70.0, 20  # percent of lines without a fault of a good side; lines of a side that tells anything
HELPS, HELPS_LINES = 0.2, 5  # share and number by which fewer lines of dev have a fault, at least, where a setting is said to help
MOSTLY_WRONG = 50.0  # percent of faulty lines above which a model is mostly wrong
HELD_BACK = 50.0  # percent of the faulty lines that one fault of the search comes first in
