"""Word vectors of local files, only those of the words asked for: a file of any size is read once, as a stream, gzipped or not.

Text (GloVe, word2vec, fastText's .vec): a word and its numbers a line, after an optional line "words size". word2vec's binary (Mikolov et
al. 2013): that line, then for each word its bytes, a space, and `size` float32 numbers, little-endian, with or without a line feed behind
them. fastText's own binary: fasttext_files.py. Which of them a file is, is seen from its first bytes. E: numbers of a vector.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.text.byte_reader import ByteReader
from seqtasks.text.corpora.lines import BOM, opened
from seqtasks.text.fasttext_files import MAGIC, fasttext_rows

Row = NDArray[np.float32]
LARGEST = float(np.finfo(np.float32).max)
LONGEST_WORD = 10_000  # bytes
LOOKED_AT = 1 << 16  # bytes that tell the format
DIGITS = b"0123456789.eE+- "
TEXT_REMEDY = "Use a text file of vectors"
BINARY_REMEDY = "Fetch it again, or write it with gensim's save_word2vec_format"
NO_VECTORS = {
    b"PK\x03\x04": ("a zip archive", "Unpack it and give the file in it"),
    b"\x80": ("a pickle, not a file of vectors", "Save the vectors with gensim's save_word2vec_format"),
}


@dataclass
class WordVectors:
    """Vectors of `size` numbers. rows: {word: row_E} of words that the file has, as written or lower-cased.

    composed: of words that it has in neither form, made of their character n-grams. unreadable: how many of its words are no UTF-8.
    """

    size: int
    rows: dict[str, Row] = field(default_factory=dict)
    composed: dict[str, Row] = field(default_factory=dict)
    unreadable: int = 0


def read_vectors(path: Path, words: Collection[str]) -> WordVectors:
    """The vectors of `words` and of their lower-cased forms. Of a word that stands there twice the first vector counts.

    Raises DataError for a damaged file: `path:line: ...` of text, `path: byte N: ...` of a binary file.
    """
    with opened(path) as file:
        head = file.read(LOOKED_AT)
    for first, (problem, remedy) in NO_VECTORS.items():
        if head.startswith(first):
            raise DataError(path, 0, problem, remedy)
    wanted = {form.encode("utf-8", "surrogatepass"): form for word in words for form in (word, word.lower())}
    with opened(path) as file:
        if head.startswith(MAGIC):
            size, rows, composed = fasttext_rows(file, path, wanted, words)
            return WordVectors(size, rows, composed)
        return word2vec_binary(file, path, wanted) if is_binary(head) else vector_text(file, path, wanted)


def read_character_ngrams(path: Path, words: Collection[str]) -> WordVectors:
    """Vectors of words from a file of character n-grams (Hashimoto et al. 2017, charngram.100d): its "words" are 2gram-ab, 3gram-abc, ...

    A word's is the mean of those of its n-grams of 2 to 4 characters, #BEGIN# and #END# counted as one each, that the file has.
    """
    grams = {word: character_ngrams(word) for word in words}
    found = read_vectors(path, {gram for some in grams.values() for gram in some})
    known = {word: [found.rows[gram] for gram in some if gram in found.rows] for word, some in grams.items()}
    return WordVectors(found.size, composed={word: np.mean(rows, axis=0, dtype=np.float32) for word, rows in known.items() if rows})


def character_ngrams(word: str) -> list[str]:
    """The names of a word's n-grams in such a file."""
    signs = ["#BEGIN#", *word, "#END#"]
    return [f"{n}gram-{''.join(signs[start : start + n])}" for n in (2, 3, 4) for start in range(len(signs) - n + 1)]


def is_binary(head: bytes) -> bool:
    """Whether the first bytes are those of word2vec's binary: after "words size" and a word, what follows is no text."""
    line, _, rest = head.partition(b"\n")
    if (header := header_of(line)) is None:
        return False
    numbers = rest.partition(b" ")[2][: 4 * header[1]]
    if any(byte < 32 and byte not in b"\t\n\r" for byte in numbers):
        return True
    try:
        numbers.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.start < len(numbers) - 4  # the last character may be cut
    return False


def header_of(line: bytes) -> tuple[int, int] | None:
    """(words, size) of a first line that says them."""
    parts = line.removeprefix(BOM).strip().split(b" ")
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 and all(part.isdigit() for part in parts) else None


def word2vec_binary(file: IO[bytes], path: Path, wanted: Mapping[bytes, str]) -> WordVectors:
    """The wanted vectors of word2vec's binary format."""
    reader = ByteReader(file, path, BINARY_REMEDY)
    words, size = header_of(reader.until(b"\n", "the first line", longest=100)) or (0, 0)
    if not words or not size:
        raise DataError(path, 0, "no vectors in it", "Use a file of vectors")
    found = WordVectors(size)
    for number in range(1, words + 1):
        word = reader.until(b" ", f"word {number:,} of {words:,}", longest=LONGEST_WORD).lstrip(b"\n")
        start = reader.place
        packed = reader.take(4 * size, f"the vector of word {number:,} of {words:,}")
        form = wanted.get(word)
        if form is None:
            found.unreadable += not readable(word)
        elif form not in found.rows:
            row = np.frombuffer(packed, dtype="<f4").astype(np.float32)
            if not np.isfinite(row).all():
                reader.fault(f"the vector of {form!r} has numbers that are not finite", start)
            found.rows[form] = row
    if not reader.at_end() and (reader.take(1, "its end") != b"\n" or not reader.at_end()):
        reader.fault(f"more follows after the last of {words:,} words", reader.place)
    return found


def vector_text(file: IO[bytes], path: Path, wanted: Mapping[bytes, str]) -> WordVectors:
    """The wanted vectors of a text file. Their size is that of the header, or of the numbers that end the first line.

    A token may hold spaces. Lines of other words are looked at, too: so many columns, of digits.
    """
    found = WordVectors(0)
    promised: int | None = None
    lines = 0
    for number, line in enumerate(file, start=1):
        line = line.removesuffix(b"\n").removesuffix(b"\r").rstrip(b" ")
        if number == 1:
            line = line.removeprefix(BOM)
            if header := header_of(line):
                promised, found.size = header
                continue
        if not line:
            continue
        found.size = found.size or numbers_at_end(line.split(b" "))
        word, numbers = split_line(line, found.size)
        if not word or (is_odd(numbers) and not len(row_of(numbers, found.size))):
            raise faulty_line(path, number, line, found.size)
        lines += 1
        form = wanted.get(word)
        if form is None:
            found.unreadable += not readable(word)
        elif form not in found.rows:
            found.rows[form] = row_of(numbers, found.size)
            if not len(found.rows[form]):
                raise faulty_line(path, number, line, found.size)
    if not lines:
        raise DataError(path, 0, "no vectors in it", TEXT_REMEDY)
    if promised is not None and lines < promised:
        raise DataError(path, 0, f"its first line promises {promised:,} words, but it has {lines:,}", "Fetch it again")
    return found


def split_line(line: bytes, size: int) -> tuple[bytes, bytes]:
    """The word of a line, which may hold spaces, and its `size` numbers. No word where the line has too few columns."""
    spaces = line.count(b" ") if size else 0
    if spaces == size:
        word, _, numbers = line.partition(b" ")
        return (word, numbers) if size else (b"", b"")
    if spaces < size:
        return b"", b""
    word, *parts = line.rsplit(b" ", size)
    return word, b" ".join(parts)


def is_odd(numbers: bytes) -> bool:
    """Whether a quick look finds something else than numbers with a space between them."""
    return bool(numbers.translate(None, DIGITS)) or numbers.startswith(b" ") or b"  " in numbers


def row_of(numbers: bytes, size: int) -> Row:
    """The numbers as a vector; an empty one where they are not `size` finite numbers."""
    row = np.zeros(0)
    with suppress(ValueError):
        row = np.array([float(part) for part in numbers.split(b" ")])
    return row.astype(np.float32) if len(row) == size and (np.abs(row) <= LARGEST).all() else np.zeros(0, dtype=np.float32)


def numbers_at_end(parts: list[bytes]) -> int:
    """How many numbers end a line whose first part is a word."""
    return sum(1 for _ in takewhile(lambda part: len(row_of(part, 1)), reversed(parts[1:])))


def readable(word: bytes) -> bool:
    """Whether the word is UTF-8."""
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def faulty_line(path: Path, number: int, line: bytes, size: int) -> DataError:
    wanted = f"{size} numbers" if size else "its numbers, separated by spaces"
    return DataError(path, number, f"expected a word and {wanted}: {line.decode('utf-8', 'replace')[:60]!r}", TEXT_REMEDY)
