"""Word alignment (IBM-1 and HMM, numpy) and what comes of it: lexicons, shortlists, attention targets, unknown-word replacement.

trained = train_aligner(sources, targets, source_words=len(source), target_words=len(target))  # Ragged numbers of words, Vocabularies
links = trained.alignments()                         # links[0] = [(source position, target position), ...]
links.attention([0, 1], source_length=9, target_length=8)  # targets of guided attention
lexicon = Lexicon.of(trained.aligner, source, target)
lexicon.entry("dog"), lexicon.translations("dog")
"""

from seqtasks.align.aligner import MODELS, Aligner, Trained, train_aligner
from seqtasks.align.alignments import Alignments
from seqtasks.align.lexicon import Entries, Lexicon, replace_unknown
from seqtasks.align.one_way import OneWay
from seqtasks.align.shortlist import Shortlists
from seqtasks.align.symmetrise import METHODS, symmetrise

__all__ = [
    "METHODS",
    "MODELS",
    "Aligner",
    "Alignments",
    "Entries",
    "Lexicon",
    "OneWay",
    "Shortlists",
    "Trained",
    "replace_unknown",
    "symmetrise",
    "train_aligner",
]
