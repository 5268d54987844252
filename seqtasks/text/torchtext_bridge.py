"""The one file that knows torchtext (0.6, the last pure-Python release): tokenizers by name, pretrained vectors, other people's objects.

It is imported when one of its functions is called. Local vector files are parsed here: torchtext keys its cache by file name (a changed
file returns the old vectors), splits tokens that hold spaces, and trips over vectors of two dimensions.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError, RunDirectoryError, UsageError
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines
from seqtasks.text.files import atomic_path, write_atomically
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class PretrainedVectors:
    """Words and their vectors, array_WE."""

    words: list[str]
    array: NDArray[np.float32]


def tokenizer(name: str) -> Callable[[str], list[str]]:
    """torchtext's tokenizer called `name`. Raises UsageError where torchtext does not have it, or lacks what it needs."""
    from torchtext.data.utils import get_tokenizer

    try:
        with redirect_stdout(None):  # it prints advice of its own
            function = get_tokenizer(name)
    except (ValueError, ImportError, AttributeError, OSError) as fault:
        why = "it knows none of that name" if isinstance(fault, ValueError) else str(fault).split("\n")[0].rstrip(".")
        raise UsageError(
            f"torchtext has no working tokenizer {name!r} here: {why}. Use torchtext:basic_english or torchtext:moses."
        ) from None
    return lambda text: [token for token in function(text) if token.strip()]


def vectors(name: str | Path, cache: Path) -> PretrainedVectors:
    """The vectors of a local text file (kept in `cache` by its checksum), or of one of torchtext's names ("glove.6B.100d").

    A named set is downloaded and unpacked by torchtext into `cache`. Raises DataError or UsageError.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return cached_file(path, cache)
    from torchtext.vocab import pretrained_aliases

    if str(name) not in pretrained_aliases:
        known = ", ".join(list(pretrained_aliases)[:4])
        raise UsageError(f"words.vectors = {str(name)!r}: no such file, and no name torchtext knows ({known}, ...).")
    return downloaded(str(name), cache)


def downloaded(name: str, cache: Path) -> PretrainedVectors:
    """A published set by torchtext's name. A broken download leaves nothing that would block the next try."""
    from torchtext.vocab import pretrained_aliases

    folder = cache / name
    try:
        found = pretrained_aliases[name](cache=str(folder))
    except Exception as fault:  # URLError, ValueError, zip errors: whatever the download met
        if not any(folder.glob("*.pt")):
            shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(f"words.vectors = {name!r}: the download failed ({fault}). Try again, or give a local file.") from None
    return PretrainedVectors(list(found.itos), found.vectors.numpy())


def cached_file(path: Path, cache: Path) -> PretrainedVectors:
    """A local file's vectors, parsed once for each content. A cache that is damaged or cannot be written does no harm."""
    key = cache / file_checksum(path)[:32]
    words_path, array_path = key.with_suffix(".words.txt"), key.with_suffix(".npy")
    with suppress(OSError, ValueError, EOFError):
        words = words_path.read_bytes().decode("utf-8").split("\n")
        array = np.load(array_path, allow_pickle=False)
        if len(words) == len(array):
            return PretrainedVectors(words, array)
    found = parse_vectors(path)
    with suppress(RunDirectoryError):
        with atomic_path(array_path) as temporary, temporary.open("wb") as file:
            np.save(file, found.array, allow_pickle=False)
        write_atomically(words_path, "\n".join(found.words))
    return found


def parse_vectors(path: Path) -> PretrainedVectors:
    """A text file of vectors: a word and its numbers a line, after an optional line "words size" (word2vec, fastText).

    The size is that of the header, or of the numbers that end the first line; a token may hold spaces. Duplicate words keep their first
    vector. Raises DataError with the line of a fault.
    """
    words: dict[str, int] = {}
    rows: list[NDArray[np.float32]] = []
    size = 0
    for number, line in read_lines(path):
        parts = line.rstrip(" ").split(" ")
        if number == 1 and len(parts) == 2 and all(part.isdecimal() for part in parts):
            size = int(parts[1])
            continue
        if parts == [""]:
            continue
        size = size or numbers_at_end(parts)
        word, row = " ".join(parts[:-size]), numbers(parts[-size:])
        if not size or not word or len(row) != size:
            wanted = f"{size} numbers" if size else "its numbers, separated by spaces"
            raise DataError(path, number, f"expected a word and {wanted}: {line[:60]!r}", "Use a text file of vectors")
        if word not in words:
            words[word] = len(rows)
            rows.append(row)
    if not rows:
        raise DataError(path, 0, "no vectors in it", "Use a text file of vectors")
    return PretrainedVectors(list(words), np.stack(rows))


def numbers(parts: list[str]) -> NDArray[np.float32]:
    """The parts as finite numbers; none at all if one of them is not."""
    try:
        row = np.array([float(part) for part in parts])
    except ValueError:
        return np.zeros(0, dtype=np.float32)
    return row.astype(np.float32) if (np.abs(row) <= LARGEST).all() else np.zeros(0, dtype=np.float32)


def numbers_at_end(parts: list[str]) -> int:
    """How many numbers end a line whose first part is a word."""
    return sum(1 for _ in takewhile(lambda part: len(numbers([part])), reversed(parts[1:])))


def vocabulary_of(theirs: Any) -> Vocabulary:
    """Our vocabulary of anything with `.itos`: its words in its order, behind padding, the unknown word, <bos> and <eos> if it has them."""
    specials = (PAD, UNK, *(token for token in (BOS, EOS) if token in theirs.itos))
    return Vocabulary([word for word in theirs.itos if word not in specials], specials=specials)


def embedding_of(theirs: Any, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """table_VE for our vocabulary from anything with `.stoi` and `.vectors`; words it lacks get zeros. Raises UsageError for none."""
    if theirs.vectors is None:
        raise UsageError(f"this {type(theirs).__name__} has no vectors. Load some into it first.")
    array = np.asarray(theirs.vectors, dtype=np.float32)
    table = np.zeros((len(vocabulary), array.shape[1]), dtype=np.float32)
    for number, word in enumerate(vocabulary.tokens(range(len(vocabulary)))):
        if word in theirs.stoi:
            table[number] = array[theirs.stoi[word]]
    return table


def examples_of(
    theirs: Iterable[Any], *, word_field: str = "word", tag_fields: tuple[str, ...] = ()
) -> list[SentencePair] | list[TaggedSentence]:
    """Our examples of a legacy torchtext dataset: pairs where its examples have `.src` and `.trg`, else tagged sentences.

    Raises UsageError for a field that its examples lack.
    """
    found = list(theirs)
    if found and hasattr(found[0], "src"):
        return [SentencePair(joined(one.src), joined(one.trg), line) for line, one in enumerate(found, start=1)]
    for field in (word_field, *tag_fields) if found else ():
        if not hasattr(found[0], field):
            raise UsageError(f"these examples have no field {field!r}. Fields: {', '.join(vars(found[0]))}.")
    return [
        TaggedSentence(tuple(getattr(one, word_field)), {field: tuple(getattr(one, field)) for field in tag_fields}, line)
        for line, one in enumerate(found, start=1)
    ]


def joined(side: str | Iterable[str]) -> str:
    """A side of a pair as a line: torchtext keeps it as words, or as text where its field is not sequential."""
    return side if isinstance(side, str) else " ".join(side)
