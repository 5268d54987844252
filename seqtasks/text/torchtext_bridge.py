"""The one file that knows torchtext (0.6, the last pure-Python release): tokenizers by name, pretrained vectors, other people's objects.

It is imported when one of its functions is called. Local vector files are parsed here: torchtext keys its cache by file name (a changed
file returns the old vectors), splits tokens that hold spaces, and trips over vectors of two dimensions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError, UsageError
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines
from seqtasks.text.files import atomic_path
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary


@dataclass(frozen=True)
class PretrainedVectors:
    """Words and their vectors, array_WE."""

    words: list[str]
    array: NDArray[np.float32]


def tokenizer(name: str) -> Callable[[str], list[str]]:
    """torchtext's tokenizer called `name`. Raises UsageError where torchtext does not have it, or lacks what it needs."""
    from torchtext.data.utils import get_tokenizer

    try:
        function = get_tokenizer(name)
    except (ValueError, ImportError, AttributeError, OSError) as fault:
        raise UsageError(
            f"torchtext has no working tokenizer {name!r} here ({fault}). Use torchtext:basic_english or torchtext:moses."
        ) from None
    if not callable(function):
        raise UsageError(f"torchtext has no tokenizer {name!r}. Use torchtext:basic_english or torchtext:moses.")
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
        if folder.is_dir() and not any(folder.glob("*.pt")):
            for file in sorted(folder.rglob("*"), reverse=True):
                file.rmdir() if file.is_dir() else file.unlink()
            folder.rmdir()
        raise UsageError(f"words.vectors = {name!r}: the download failed ({fault}). Try again, or give a local file.") from None
    return PretrainedVectors(list(found.itos), found.vectors.numpy())


def cached_file(path: Path, cache: Path) -> PretrainedVectors:
    """A local file's vectors, parsed once for each content."""
    key = cache / file_checksum(path)[:32]
    words_path, array_path = key.with_suffix(".words.txt"), key.with_suffix(".npy")
    if words_path.is_file() and array_path.is_file():
        words = [line for _, line in read_lines(words_path)]
        array = np.load(array_path, allow_pickle=False)
        if len(words) == len(array):
            return PretrainedVectors(words, array)
    found = parse_vectors(path)
    with atomic_path(array_path) as temporary, temporary.open("wb") as file:
        np.save(file, found.array, allow_pickle=False)
    with atomic_path(words_path) as temporary:
        temporary.write_text("".join(f"{word}\n" for word in found.words), encoding="utf-8")
    return found


def parse_vectors(path: Path) -> PretrainedVectors:
    """A text file of vectors: a word and its numbers a line, after an optional line "words size" (word2vec, fastText).

    The size is that of the header, or of the first line; a token may hold spaces. Duplicate words keep their first vector.
    """
    words: dict[str, int] = {}
    rows: list[NDArray[np.float32]] = []
    size = 0
    for number, line in read_lines(path):
        parts = line.rstrip(" ").split(" ")
        if number == 1 and len(parts) == 2 and all(part.isdigit() for part in parts):
            size = int(parts[1])
            continue
        size = size or len(parts) - 1
        word = " ".join(parts[:-size])
        try:
            row = np.array(parts[-size:], dtype=np.float32)
        except ValueError:
            row = np.zeros(0, dtype=np.float32)
        if len(row) != size or not word:
            raise DataError(path, number, f"expected a word and {size} numbers: {line[:60]!r}", "Use a text file of vectors")
        if word not in words:
            words[word] = len(rows)
            rows.append(row)
    if not rows:
        raise DataError(path, 0, "no vectors in it", "Use a text file of vectors")
    return PretrainedVectors(list(words), np.stack(rows))


def vocabulary_of(theirs: Any) -> Vocabulary:
    """Our vocabulary of anything with `.itos`: its words in its order, behind our padding and unknown word."""
    words = [word for word in theirs.itos if word not in (PAD, UNK)]
    return Vocabulary(words, specials=(PAD, UNK))


def embedding_of(theirs: Any, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """table_VE for our vocabulary from anything with `.stoi` and `.vectors`; words it lacks get zeros."""
    array = np.asarray(theirs.vectors, dtype=np.float32)
    table = np.zeros((len(vocabulary), array.shape[1]), dtype=np.float32)
    known = {word: theirs.stoi[word] for word in theirs.stoi}
    for number, word in enumerate(vocabulary.tokens(range(len(vocabulary)))):
        if word in known:
            table[number] = array[known[word]]
    return table


def examples_of(
    theirs: Iterable[Any], *, word_field: str = "word", tag_fields: tuple[str, ...] = ()
) -> list[SentencePair] | list[TaggedSentence]:
    """Our examples of a legacy torchtext dataset: pairs where its examples have `.src` and `.trg`, else tagged sentences."""
    found = list(theirs)
    if found and hasattr(found[0], "src"):
        return [SentencePair(" ".join(one.src), " ".join(one.trg), line) for line, one in enumerate(found, start=1)]
    return [
        TaggedSentence(tuple(getattr(one, word_field)), {field: tuple(getattr(one, field)) for field in tag_fields}, line)
        for line, one in enumerate(found, start=1)
    ]
