"""fastText's own binary models (.bin, versions 11 and 12): vectors of the words asked for, also of words that the model has not seen.

The vector of a word is the mean of its own row of the input matrix and of the rows of its character n-grams; that of an unseen word is
the mean of the latter alone (Bojanowski et al. 2017, "Enriching word vectors with subword information"). N-grams are those of "<word>",
`shortest` to `longest` characters long; their row is found by a hash (FNV-1a of 32 bits, whose bytes are signed). W words, E: numbers of a
vector.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from seqtasks.text.byte_reader import ByteReader

Row = NDArray[np.float32]
MAGIC = (793712314).to_bytes(4, "little")
VERSIONS = (11, 12)
SUPERVISED = 3  # the kind of model that is a classifier
LONGEST_WORD = 10_000  # bytes
END_OF_SENTENCE = "</s>"  # it has no n-grams
REMEDY = "Fetch it again, or use the model's .vec file"


@dataclass(frozen=True)
class ModelShape:
    """What the model's head says: size of vectors, rows for n-grams, and how long these are."""

    size: int
    buckets: int
    shortest: int
    longest: int


def fasttext_rows(
    file: IO[bytes], path: Path, wanted: Mapping[bytes, str], words: Collection[str]
) -> tuple[int, dict[str, Row], dict[str, Row]]:
    """The size, {form: row_E} of `wanted` forms that the model has seen, and {word: row_E} made of n-grams alone.

    The latter for `words` that it has seen neither as written nor lower-cased. wanted: {bytes: form}. Raises DataError with the byte.
    """
    reader = ByteReader(file, path, REMEDY)
    shape = read_head(reader)
    seen, rows = read_dictionary(reader, wanted)
    start = matrix_start(reader, rows + shape.buckets, shape.size)
    unseen = [word for word in dict.fromkeys(words) if word not in seen and word.lower() not in seen] if shape.longest else []
    members = [[row, *ngram_rows(word, shape, rows)] for word, row in seen.items()]
    grams = [(word, found) for word in unseen if (found := ngram_rows(word, shape, rows))]
    means_WE = mean_rows(reader, start, shape.size, [*members, *(found for _, found in grams)])
    composed = {word: row_E for (word, _), row_E in zip(grams, means_WE[len(seen) :], strict=True)}
    return shape.size, dict(zip(seen, means_WE[: len(seen)], strict=True)), composed


def read_head(reader: ByteReader) -> ModelShape:
    """What stands before the dictionary."""
    what = "the head of the model"
    _, version = reader.numbers("ii", what)
    if version not in VERSIONS:
        reader.fault(f"a fastText model of version {version}; {VERSIONS[0]} and {VERSIONS[1]} can be read", 4)
    size, _, _, _, _, _, _, model, buckets, shortest, longest, _, _ = reader.numbers("12id", what)
    if size < 1 or min(buckets, shortest, longest) < 0:
        reader.fault(f"no head of a fastText model: vectors of {size} numbers, {buckets} buckets", 8)
    if not buckets or (version == VERSIONS[0] and model == SUPERVISED):
        longest = 0
    return ModelShape(size, buckets, shortest, longest)


def read_dictionary(reader: ByteReader, wanted: Mapping[bytes, str]) -> tuple[dict[str, int], int]:
    """{form: its row} of the wanted forms, and how many words there are."""
    entries, words, _, _, pruned = reader.numbers("3i2q", "the head of the dictionary")
    if pruned > 0:
        reader.fault("a model whose n-grams were pruned (fasttext quantize)", reader.place - 8)
    seen: dict[str, int] = {}
    for row in range(entries):
        what = f"entry {row + 1:,} of {entries:,} of the dictionary"
        word = reader.until(b"\0", what, longest=LONGEST_WORD)
        reader.take(9, what)  # its count and kind
        form = wanted.get(word)
        if form is not None and row < words:  # labels of a classifier stand behind the words
            seen.setdefault(form, row)
    return seen, words


def matrix_start(reader: ByteReader, expected: int, size: int) -> int:
    """The byte at which the rows of the input matrix begin. Raises DataError where it is quantised, or another than the head says."""
    (quantised,) = reader.numbers("?", "the input matrix")
    if quantised:
        reader.remedy = "Use the model before `fasttext quantize` (.bin), or vectors as text"
        reader.fault("a quantised fastText model", reader.place - 1)
    rows, columns = reader.numbers("2q", "the input matrix")
    if (rows, columns) != (expected, size):
        reader.fault(f"an input matrix of {rows:,} x {columns:,}; its head says {expected:,} x {size:,}", reader.place - 16)
    return reader.place


def mean_rows(reader: ByteReader, start: int, size: int, members: Sequence[Sequence[int]]) -> Row:
    """means_WE of rows of the matrix that begins at byte `start`. Each row is read once, in the order of the file, and let go."""
    sums_WE = np.zeros((len(members), size))
    rows = np.array([row for some in members for row in some], dtype=np.int64)
    owners = np.repeat(np.arange(len(members)), [len(some) for some in members])
    order = np.argsort(rows, kind="stable")
    distinct, firsts = np.unique(rows[order], return_index=True)
    for row, using in zip(distinct.tolist(), np.split(owners[order], firsts[1:]), strict=True):
        reader.go_to(start + 4 * size * row)
        row_E = np.frombuffer(reader.take(4 * size, f"row {row + 1:,} of the input matrix"), dtype="<f4")
        if not np.isfinite(row_E).all():
            reader.fault(f"row {row + 1:,} of the input matrix has numbers that are not finite", start + 4 * size * row)
        np.add.at(sums_WE, using, row_E)
    counts_W = np.array([len(some) for some in members], dtype=np.int64).reshape(-1, 1)
    return (sums_WE / counts_W).astype(np.float32)


def ngram_rows(word: str, shape: ModelShape, first: int) -> list[int]:
    """The rows of a word's n-grams, as often as each occurs; `first`: the first row of n-grams."""
    if not shape.longest or word == END_OF_SENTENCE:
        return []
    return [first + hashed(gram) % shape.buckets for gram in ngrams(f"<{word}>", shape.shortest, shape.longest)]


def ngrams(marked: str, shortest: int, longest: int) -> Iterator[bytes]:
    """The character n-grams of "<word>", without its marks alone."""
    for start in range(len(marked)):
        for end in range(start + max(1, shortest), min(start + longest, len(marked)) + 1):
            if end - start > 1 or 0 < start < len(marked) - 1:
                yield marked[start:end].encode("utf-8", "surrogatepass")


def hashed(text: bytes) -> int:
    """fastText's hash: FNV-1a of 32 bits, in which a byte from 128 on counts as the negative number that it is as a signed one."""
    value = 2166136261
    for byte in text:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
    return value
