"""The one file that knows torchtext (0.6, the last pure-Python release): tokenizers by name, and other people's objects in memory.

It is imported when one of its functions is called. Vector files are read by vector_files.py: torchtext keeps every vector in memory, keys
its cache by file name (a changed file returns the old vectors), splits tokens that hold spaces, and reads no binary files. Published ones
are fetched by datasets/vectors.py: torchtext asks over plain HTTP, checks nothing, and unpacks wherever an archive says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
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
