"""JSONL: one sentence a line, as words with tags or with spans (nested ones too)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines
from seqtasks.text.tags import Span, tags_of


def read_jsonl(path: Path | str, *, layer: str = "ner") -> Corpus[TaggedSentence]:
    """Sentences of {"tokens": [...], "tags": [...]} or {"tokens": [...], "spans": [{"start", "end", "label"}, ...]}.

    Offsets count words, `end` is exclusive. Tags are those of the outermost spans, as BIO; every span stays in `.spans`.
    "text" may stand for "tokens": it is split at spaces. Blank lines are passed over.
    Raises DataError with the line of a fault.
    """
    sentences = []
    for number, line in read_lines(path):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as fault:
            raise DataError(path, number, f"no valid JSON ({fault.msg} at column {fault.colno})", "Write one object a line") from None
        if not isinstance(entry, dict):
            raise DataError(path, number, f"expected an object, found {type(entry).__name__}", "Write one object a line")
        sentences.append(sentence_of(path, number, entry, layer))
    return Corpus(sentences, str(path), file_checksum(path))


def sentence_of(path: Path | str, number: int, entry: Mapping[str, Any], layer: str) -> TaggedSentence:
    """One line's sentence."""
    text = entry.get("text")
    words = entry.get("tokens") or (text.split() if isinstance(text, str) else None)
    if not are_texts(words) or not words:
        raise DataError(path, number, "no words: 'tokens' must be a list of strings, or 'text' a string", "Add them")
    if "tags" in entry:
        tags = entry["tags"]
        if not isinstance(tags, list) or len(tags) != len(words):
            found = f"{len(tags)}" if isinstance(tags, list) else "no list of"
            raise DataError(path, number, f"{len(words)} words but {found} tags", "Align them")
        if not are_texts(tags):
            wrong = next(tag for tag in tags if not are_texts([tag]))
            raise DataError(path, number, f"a tag that is no text: {wrong!r}", "Write the names of the labels")
        return TaggedSentence(tuple(words), {layer: tuple(tags)}, number)
    if "spans" not in entry:
        raise DataError(path, number, "neither 'tags' nor 'spans'", "Add one of them")
    if not isinstance(entry["spans"], list):
        raise DataError(path, number, "'spans' is no list", "Write one, with an object for each span")
    spans = tuple(span_of(path, number, span, len(words)) for span in entry["spans"])
    return TaggedSentence(tuple(words), {layer: tuple(tags_of(outermost(spans), len(words), "BIO"))}, number, spans)


def are_texts(values: Any) -> bool:
    """Whether this is a list of strings that UTF-8 can write, none of them empty. (JSON's escapes can spell half a character.)"""
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        return False
    try:
        "".join(values).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def span_of(path: Path | str, number: int, entry: Any, words: int) -> Span:
    """One span, checked."""
    start, end, label = (entry.get(key) for key in ("start", "end", "label")) if isinstance(entry, dict) else (None, None, None)
    if type(start) is not int or type(end) is not int or not are_texts([label]):
        raise DataError(path, number, f"span {entry!r} lacks start, end or label", "Give two whole numbers and a text")
    if not 0 <= start < end <= words:
        raise DataError(path, number, f"span {start} to {end} in a sentence of {words} words", "Offsets count words, end exclusive")
    return Span(start, end, str(label))


def outermost(spans: Sequence[Span]) -> list[Span]:
    """The spans that lie in no other: the longest first, then those that do not overlap what was taken."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    return sorted(taken)
