"""Raw text as sentences, each with its place: by pysbd's rules (Sadvilkar and Neumann 2020), an optional package, of the extra `text`.

pysbd's time grows with the square of the sentences it is given together, so a text is read in blocks; the last sentence of a block is read
again with the next. A stretch without any end of a sentence is cut, so that it can be answered in bounded memory.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from itertools import chain

from seqtasks.errors import UsageError

BLOCK = 2000  # characters that are looked at together
LONGEST_SENTENCE = 10_000  # characters; a longer one is cut, where it can be between words

Splitter = Callable[[str], list[str]]


def sentence_spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence, in order, without the white space around it; nothing else is left out.

    Raises UsageError where pysbd is not installed or does not know the language (a code of two letters).
    """
    start = 0
    for end in chain(starts_of_sentences(text, splitter(language)), [len(text)]):
        yield from trimmed(text, start, end)
        start = end


def starts_of_sentences(text: str, split: Splitter) -> Iterator[int]:
    """Where every sentence but the first begins, and where one that is too long is cut."""
    begun = position = 0
    while position < len(text):
        end = block_end(text, position)
        found = places(text[position:end], split)
        final = end == len(text)
        for place in found:
            begun = position + place
            yield begun
        if found and not final:
            position = begun
            continue
        position = end
        if end - begun >= LONGEST_SENTENCE and not final:
            begun = end
            yield end


def places(block: str, split: Splitter) -> list[int]:
    """Where sentences begin within a block, but for its own beginning. What pysbd rewrote or dropped stays with the sentence before."""
    found, position = [], 0
    for sentence in split(block):
        place = block.find(sentence.strip(), position) if sentence.strip() else -1
        if place < 0:
            continue
        if block[:place].strip():
            found.append(place)
        position = place + len(sentence.strip())
    return found


def block_end(text: str, start: int) -> int:
    """The end of a block: after white space where there is any."""
    end = start + BLOCK
    if end >= len(text):
        return len(text)
    middle = end
    while middle > start and not text[middle - 1].isspace():
        middle -= 1
    return middle if middle > start else end


def trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without white space at its ends; nothing for white space alone."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


@lru_cache
def splitter(language: str) -> Splitter:
    """pysbd's splitter. Raises UsageError with a remedy where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its patterns are spelled in a way that newer Pythons frown upon
            known = list(import_module("pysbd.languages").LANGUAGE_CODES)
            package = import_module("pysbd")
    except ImportError:
        raise UsageError(
            "split_sentences (--split-sentences) needs the package pysbd, which is not installed. Install it: pip install 'seqtasks[text]'."
        ) from None
    if not language:
        raise UsageError(
            f"split_sentences (--split-sentences) needs the language of the text. Give language (--language), one of {', '.join(known)}."
        )
    if language not in known:
        raise UsageError(f"split_sentences (--split-sentences): pysbd has no rules for language {language!r}. It has {', '.join(known)}.")
    split: Splitter = package.Segmenter(language=language, clean=False).segment
    return split
