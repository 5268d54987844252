"""What the spelling of a word says about its tag, as numbers of features: for the max-ent model of unknown words.

Features (Ratnaparkhi 1996, Toutanova and Manning 2000): its first 1 to 4 and last 1 to 5 letters, case, shape, length and class; and what
the words of training say that are spelt nearly alike: the same word in another case ("Tags" knows "tags"), the word without its end or
beginning ("taggers" knows "tagger", "unlucky" "lucky"), with an end more ("tagg" knows "tagged"), and the parts around a hyphen. Which ends
words may take is learned from the training words, so nothing here is tied to a language.

A feature is a number of BITS bits, drawn from a hash of its kind and its text; two may collide. Shape letters: W words, F features of a
word, X different features of all words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.unknown.spelling import Hashes, HashTable, Spellings, hashes_of, joined, salted
from seqtasks.hmm.unknown.word_classes import letter_cases, word_class, word_shape

BITS = 20
PREFIXES, SUFFIXES = 4, 5
ENDINGS = 8  # how many of the most frequent endings are tried on a word
SHORTEST = 3  # letters of a stem
NONE = -1  # a word without this feature
KIND, HINT = 1 << 8, 1 << 16  # salts: kinds of features, and tags beside them


@dataclass(frozen=True)
class RelatedWords:
    """The most frequent tag of each spelling seen in training (`exact`) and of each in small letters (`lower`), and frequent endings."""

    exact: HashTable
    lower: HashTable
    endings: tuple[str, ...]


def related_words(words: Sequence[str], best_tags_W: NDArray[np.int32], counts_W: NDArray[np.integer]) -> RelatedWords:
    """What training knows: its words, the tag each has most often, and how often each occurs."""
    lowered = list(map(str.lower, words))
    order = np.argsort(-np.asarray(counts_W), kind="stable")
    lower = HashTable(hashes_of([lowered[word] for word in order]), best_tags_W[order])
    return RelatedWords(HashTable(hashes_of(words), best_tags_W), lower, _frequent_endings(lowered, lower))


def _frequent_endings(lowered: Sequence[str], lower: HashTable) -> tuple[str, ...]:
    """The ends of 1 to 3 letters that most often make one known word out of another."""
    different = sorted(set(lowered))
    spellings = Spellings(different)
    counts: Counter[str] = Counter()
    for size in (1, 2, 3):
        known_W = (lower(spellings.part(0, spellings.lengths_W - size)) >= 0) & (spellings.lengths_W >= SHORTEST + size)
        counts.update(different[word][-size:] for word in np.flatnonzero(known_W))
    return tuple(sorted(counts, key=lambda ending: (-counts[ending], ending))[:ENDINGS])


def feature_matrix(words: Sequence[str], initial_W: NDArray[np.bool_], related: RelatedWords | None, classes: bool) -> NDArray[np.int32]:
    """The features_WF of words, NONE where a word lacks one. initial_W: True for words at the start of a sentence.

    related: None leaves out what other words say; classes: False leaves out the class of the word.
    """
    lowered = list(map(str.lower, words))
    cases_W = letter_cases(words, initial_W)
    spellings = Spellings(lowered)
    columns = _Columns(len(words))
    columns.add(np.zeros(len(words), dtype=np.uint64))
    columns.add(_small(cases_W))
    columns.add(_small(np.minimum(spellings.lengths_W, 8)))
    for size in range(1, PREFIXES + 1):
        columns.add(spellings.part(0, size), spellings.lengths_W >= size)
    for size in range(1, SUFFIXES + 1):
        columns.add(spellings.part(spellings.lengths_W - size, spellings.lengths_W), spellings.lengths_W >= size)
    odd = [number for number, word in enumerate(words) if not word.isalpha()]
    columns.add_some(odd, hashes_of([word_shape(words[number]) for number in odd]))
    if classes:
        columns.add_some(odd, _small(np.array([word_class(words[number]) for number in odd], dtype=np.int64)))
    if related is not None:
        _add_related(columns, words, lowered, cases_W, spellings, related)
    return np.stack(columns.columns, axis=1)


class _Columns:
    """Features being collected, one kind after another; each kind has hashes of its own."""

    def __init__(self, words: int) -> None:
        self.words = words
        self.columns: list[NDArray[np.int32]] = []

    def add(self, hashes_W: Hashes, valid_W: NDArray[np.bool_] | None = None) -> None:
        features_W = (salted(hashes_W, KIND + len(self.columns)) >> np.uint64(64 - BITS)).astype(np.int32)
        self.columns.append(features_W if valid_W is None else np.where(valid_W, features_W, np.int32(NONE)))

    def add_some(self, numbers: Sequence[int] | NDArray[np.int64], hashes: Hashes) -> None:
        """A kind that only some words have."""
        all_W = np.zeros(self.words, dtype=np.uint64)
        all_W[numbers] = hashes
        valid_W = np.zeros(self.words, dtype=bool)
        valid_W[numbers] = True
        self.add(all_W, valid_W)

    def add_hint(self, tags_W: NDArray[np.int32], hashes_W: Hashes, valid_W: NDArray[np.bool_] | None = None) -> None:
        """A text together with the tag of a related word; tag -1: there is no such word."""
        known_W = tags_W >= 0 if valid_W is None else (tags_W >= 0) & valid_W
        self.add(salted(hashes_W, HINT) + _small(tags_W), known_W)


def _add_related(
    columns: _Columns,
    words: Sequence[str],
    lowered: Sequence[str],
    cases_W: NDArray[np.int8],
    spellings: Spellings,
    related: RelatedWords,
) -> None:
    lengths_W, whole_W = spellings.lengths_W, spellings.whole()
    in_small = cases_W == 0
    other_case = np.where(in_small, hashes_of([word[:1].upper() + word[1:] for word in words]), whole_W)
    columns.add_hint(related.exact(other_case), _small(cases_W))
    for size in range(1, 5):
        stem = related.lower(spellings.part(0, lengths_W - size))
        columns.add_hint(stem, spellings.part(lengths_W - size, lengths_W), lengths_W >= SHORTEST + size)
    for size in range(2, 6):
        rest = related.lower(spellings.part(size, lengths_W))
        columns.add_hint(rest, spellings.part(0, size), lengths_W >= SHORTEST + size)
    for ending, hash_of_ending in zip(related.endings, hashes_of(related.endings), strict=True):
        longer = related.lower(joined(whole_W, np.full(len(words), hash_of_ending), len(ending)))
        columns.add_hint(longer, np.zeros(len(words), dtype=np.uint64), lengths_W >= SHORTEST)
    numbers = np.array([number for number, word in enumerate(lowered) if "-" in word[1:-1]], dtype=np.int64)
    hyphened = [lowered[number] for number in numbers]
    for parts in ([word.rsplit("-", 1)[1] for word in hyphened], [word.split("-", 1)[0] for word in hyphened]):
        columns.add_some(numbers, _small(related.lower(hashes_of(parts))))


def _small(numbers: NDArray[np.integer]) -> Hashes:
    """Small numbers, -1 too, as hashes."""
    return (np.asarray(numbers, dtype=np.int64) + 1).astype(np.uint64)
