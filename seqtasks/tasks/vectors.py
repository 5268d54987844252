"""Pretrained word vectors for a recipe's vocabulary, and how much of the data they cover.

A word takes the vector of its form as written, else of its lower-cased form, else one made of its character n-grams where the file has
these (fastText's .bin, charngram.100d). V words of the vocabulary, E numbers of a vector.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqtasks.datasets.folders import cache_folder
from seqtasks.datasets.vectors import fetch_vectors, published_vectors
from seqtasks.errors import RecipeError
from seqtasks.recipes.schema import WordSettings
from seqtasks.reports.run_report import ReportTable
from seqtasks.text.corpora.lines import file_checksum
from seqtasks.text.files import home_path
from seqtasks.text.vector_files import Row, WordVectors, read_character_ngrams, read_vectors
from seqtasks.text.vocabulary import Vocabulary

Sentences = Iterable[Sequence[str]]
EXACT, LOWER, NGRAMS, NONE, UNKNOWN = KINDS = ("exact", "lower_cased", "ngrams", "none", "unknown")
MEANINGS = {
    EXACT: "as written",
    LOWER: "lower-cased",
    NGRAMS: "from character n-grams",
    NONE: "without a vector",
    UNKNOWN: "not in the vocabulary",
}
SHOWN = 20  # uncovered words in the report
TOLD = 5  # in a note


@dataclass(frozen=True)
class VectorCoverage:
    """How the words of each part ("train", "dev") got their vectors: {part: {kind: number}} of distinct words and of tokens.

    Kinds are those of KINDS; a word that is not in the vocabulary is "unknown", whatever the file has. uncovered: the most frequent words
    of train that have no vector, with their numbers. sha256: of a local file. unreadable: words of it that are no UTF-8.
    """

    name: str
    sha256: str | None
    words: Mapping[str, Mapping[str, int]]
    tokens: Mapping[str, Mapping[str, int]]
    uncovered: Sequence[tuple[str, int]]
    unreadable: int

    def notes(self) -> list[str]:
        """Lines for the terminal and the report."""
        train = self.words["train"]
        kinds = ", ".join(f"{train[kind]} {MEANINGS[kind]}" for kind in (EXACT, LOWER, NGRAMS) if kind == EXACT or train[kind])
        shares = ", ".join(
            f"{100 * covered(counts) / max(1, sum(counts.values())):.1f} % of {part}'s" for part, counts in self.tokens.items()
        )
        line = f"{covered(train)} of {sum(train.values())} words of train have a vector in {self.name} ({kinds}); of all tokens {shares}."
        if self.uncovered:
            line += f" Without one: {', '.join(word for word, _ in self.uncovered[:TOLD])}{' ...' if len(self.uncovered) > TOLD else '.'}"
        if self.unreadable:
            line += f" {self.unreadable} words of the file are no UTF-8: left out."
        return [line]


def vectors_for(settings: WordSettings, words: Vocabulary, parts: Mapping[str, Sentences]) -> tuple[Tensor, VectorCoverage]:
    """table_VE for the vocabulary, and how much of the parts (train, and dev where there is one) it covers.

    Words without a vector are drawn with the spread of the others, each for itself; in a frozen table, which could not learn to tell them
    apart, they all share the row of unknown words. Raises RecipeError if the vectors have another size than words.size.
    """
    name, size = settings.vectors, settings.size
    path = home_path(name)
    published = None if path.is_file() else published_vectors(name)
    if published is not None:
        path = fetch_vectors(published, cache_folder() / "vectors")
    found = (read_character_ngrams if published is not None and published.ngrams else read_vectors)(path, words.words())
    if found.size != size:
        raise RecipeError([f"words.size = {size}, but the vectors of {name} have {found.size}. Make them equal."])
    rows = {word: chosen for word in words.words() if (chosen := vector_of(word, found))}
    known = np.stack([row_E for _, row_E in rows.values()]) if rows else np.zeros((0, size), dtype=np.float32)
    spread = float(known.std()) if known.any() else 0.1
    table_VE = np.random.default_rng(len(words)).normal(0, spread, (len(words), size)).astype(np.float32)
    if settings.frozen:
        table_VE[:] = table_VE[words.unk]
    table_VE[words.ids(rows)] = known
    checksum = file_checksum(path)
    kinds = {word: kind for word, (kind, _) in rows.items()}
    return torch.from_numpy(table_VE), coverage(name, checksum, words, kinds, parts, found.unreadable)


def vector_of(word: str, found: WordVectors) -> tuple[str, Row] | None:
    """A word's vector and of which kind it is."""
    if word in found.rows:
        return EXACT, found.rows[word]
    if word.lower() in found.rows:
        return LOWER, found.rows[word.lower()]
    return (NGRAMS, found.composed[word]) if word in found.composed else None


def coverage(
    name: str, checksum: str | None, words: Vocabulary, kinds: Mapping[str, str], parts: Mapping[str, Sentences], unreadable: int
) -> VectorCoverage:
    """What the kinds of words come to in the parts."""
    counts = {part: Counter(word for sentence in sentences for word in sentence) for part, sentences in parts.items()}
    of = {word: kinds.get(word, NONE if word in words else UNKNOWN) for seen in counts.values() for word in seen}
    distinct = {part: {kind: sum(of[word] == kind for word in seen) for kind in KINDS} for part, seen in counts.items()}
    tokens = {part: {kind: sum(n for word, n in seen.items() if of[word] == kind) for kind in KINDS} for part, seen in counts.items()}
    bare = sorted(((word, n) for word, n in counts["train"].items() if of[word] == NONE), key=lambda pair: (-pair[1], pair[0]))
    return VectorCoverage(name, checksum, distinct, tokens, bare[:SHOWN], unreadable)


def covered(counts: Mapping[str, int]) -> int:
    """How many of them have a vector."""
    return counts[EXACT] + counts[LOWER] + counts[NGRAMS]


def more_data_note(name: str) -> str:
    """What a reader of the scores should know."""
    return (
        f"The words began as the vectors of {name}, which were learned from other text than this corpus, as a rule far more: "
        "compare the scores only with those of runs that had vectors too."
    )


def coverage_tables(found: Mapping[str, Any]) -> list[ReportTable]:
    """The object of run.json as tables of the report."""
    columns = [(found[unit][part], f"{unit} of {part}") for part in found["words"] for unit in ("words", "tokens")]
    rows = [
        (MEANINGS[kind], *(f"{counts[kind]:,} ({100 * counts[kind] / max(1, sum(counts.values())):.1f} %)" for counts, _ in columns))
        for kind in KINDS
        if any(counts[kind] for counts, _ in columns)
    ]
    headers = ("vector", *(title for _, title in columns))
    tables = [ReportTable(f"Vectors of {found['name']}", headers, rows, tuple(range(1, len(headers))))]
    if found["uncovered"]:
        tables.append(ReportTable("Most frequent words of train without a vector", ("word", "tokens"), found["uncovered"], (1,)))
    return tables
