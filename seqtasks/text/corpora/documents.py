"""Sentences of a document with the ones before them, so that what depends on them ("it", "I") can be translated.

A document is lines between blank lines. A sentence in context is one text: the sentences before it and the sentence, a line feed between
them. Lines of files hold no line feeds, so nothing is lost, and output stays aligned line by line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from seqtasks.text.corpora.examples import SentencePair

BREAK = "\n"  # between sentences of a text


def in_context(lines: Iterable[str], sentences: int) -> Iterator[str]:
    """Each line after the up to `sentences` lines before it in its document; a blank line ends a document and gives "".

    A line that holds line feeds has its context already and is left so.
    """
    before: deque[str] = deque(maxlen=sentences)
    for line in lines:
        if not line.strip():
            before.clear()
            yield ""
        else:
            yield line if BREAK in line else BREAK.join([*before, line])
            before.append(sentence_of(line))


def sentence_of(text: str) -> str:
    """The sentence of a text that holds its context, too."""
    return text.rpartition(BREAK)[2]


def pairs_in_context(pairs: Sequence[SentencePair], sentences: int) -> list[SentencePair]:
    """Pairs in the order of their file, blank ones too, with sources in context."""
    sources = in_context([pair.source for pair in pairs], sentences)
    return [replace(pair, source=source) for pair, source in zip(pairs, sources, strict=True)]


def without_breaks(pairs: Sequence[SentencePair]) -> list[SentencePair]:
    """The pairs that are not blank on both sides, as lines between documents are."""
    return [pair for pair in pairs if pair.source.strip() or pair.target.strip()]
