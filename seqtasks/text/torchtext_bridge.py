"""The one file that knows torchtext (0.6, the last pure-Python release): tokenizers by name, pretrained vectors, other people's objects.

It is imported when one of its functions is called. Local vector files are read by vector_files.py: torchtext keeps every vector in memory,
keys its cache by file name (a changed file returns the old vectors), splits tokens that hold spaces, and reads no binary files.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
from seqtasks.text.vector_files import WordVectors, read_vectors
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary


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


def vectors(name: str | Path, cache: Path, words: Collection[str]) -> WordVectors:
    """The vectors of `words` and their lower-cased forms: of a local file, or of one of torchtext's names ("glove.6B.100d").

    A named set is downloaded, unpacked and read by torchtext, in `cache`; all of it is then in memory for a while. "charngram.100d" has no
    words but character n-grams, of which every vector is made. Raises DataError or UsageError.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return read_vectors(path, words)
    from torchtext.vocab import CharNGram, pretrained_aliases

    if str(name) not in pretrained_aliases:
        known = ", ".join(list(pretrained_aliases)[:4])
        raise UsageError(f"words.vectors = {str(name)!r}: no such file, and no name torchtext knows ({known}, ...).")
    theirs = downloaded(str(name), cache)
    if isinstance(theirs, CharNGram):
        composed = {word: theirs[word][0].numpy() for word in words}
        return WordVectors(theirs.dim, composed={word: row for word, row in composed.items() if row.any()})
    array = theirs.vectors.numpy()
    forms = {form for word in words for form in (word, word.lower()) if form in theirs.stoi}
    return WordVectors(array.shape[1], {form: array[theirs.stoi[form]].copy() for form in forms})


def downloaded(name: str, cache: Path) -> Any:
    """A published set by torchtext's name, as torchtext has it. A broken download leaves nothing that would block the next try."""
    from torchtext.vocab import pretrained_aliases

    folder = cache / name
    try:
        return pretrained_aliases[name](cache=str(folder))
    except Exception as fault:  # URLError, ValueError, zip errors: whatever the download met
        if not any(folder.glob("*.pt")):
            shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(f"words.vectors = {name!r}: the download failed ({fault}). Try again, or give a local file.") from None


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
