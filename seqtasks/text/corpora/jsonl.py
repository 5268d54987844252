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
    words = entry.get("tokens") or str(entry.get("text", "")).split()
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise DataError(path, number, "no words: 'tokens' must be a list of strings, or 'text' a string", "Add them")
    if "tags" in entry:
        tags = entry["tags"]
        if not isinstance(tags, list) or len(tags) != len(words):
            raise DataError(
                path, number, f"{len(words)} words but {len(tags) if isinstance(tags, list) else 'no list of'} tags", "Align them"
            )
        return TaggedSentence(tuple(words), {layer: tuple(map(str, tags))}, number)
    if "spans" not in entry:
        raise DataError(path, number, "neither 'tags' nor 'spans'", "Add one of them")
    spans = tuple(span_of(path, number, span, len(words)) for span in entry["spans"])
    return TaggedSentence(tuple(words), {layer: tuple(tags_of(outermost(spans), len(words), "BIO"))}, number, spans)


def span_of(path: Path | str, number: int, entry: Any, words: int) -> Span:
    """One span, checked."""
    try:
        span = Span(int(entry["start"]), int(entry["end"]), str(entry["label"]))
    except (KeyError, TypeError, ValueError):
        raise DataError(path, number, f"span {entry!r} lacks start, end or label", "Give all three") from None
    if not 0 <= span.start < span.end <= words:
        raise DataError(
            path, number, f"span {span.start} to {span.end} in a sentence of {words} words", "Offsets count words, end exclusive"
        )
    return span


def outermost(spans: Sequence[Span]) -> list[Span]:
    """The spans that lie in no other: the longest first, then those that do not overlap what was taken."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    return sorted(taken)
