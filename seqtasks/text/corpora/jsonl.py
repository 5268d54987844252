"""JSONL: one sentence a line, as words with tags or with spans (nested ones too)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines
from seqtasks.text.tags import JOINT, NESTED, Span, repair, tags_of


def read_jsonl(path: Path | str, *, layer: str = "ner") -> Corpus[TaggedSentence]:
    """Sentences of {"tokens": [...], "tags": [...]} or {"tokens": [...], "spans": [{"start", "end", "label"}, ...]}.

    Offsets count words, `end` is exclusive. Tags are those of the outermost spans, as BIO, unless tags are given too; every span stays in
    `.spans`. What `seqtasks predict --format jsonl` writes of nested spans is read as well: its tags, an object by head, are passed over.
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
    spans = spans_in(path, number, entry, len(words))
    if "tags" in entry and not (isinstance(entry["tags"], dict) and spans is not None):
        tags = entry["tags"]
        if not isinstance(tags, list) or len(tags) != len(words):
            found = f"{len(tags)}" if isinstance(tags, list) else "no list of"
            raise DataError(path, number, f"{len(words)} words but {found} tags", "Align them")
        if not are_texts(tags):
            wrong = next(tag for tag in tags if not are_texts([tag]))
            raise DataError(path, number, f"a tag that is no text: {wrong!r}", "Write the names of the labels")
        return TaggedSentence(tuple(words), {layer: tuple(tags)}, number, spans or ())
    if spans is None:
        raise DataError(path, number, "neither 'tags' nor 'spans'", "Add one of them")
    return TaggedSentence(tuple(words), {layer: tuple(tags_of(outermost(spans), len(words), "BIO"))}, number, spans)


def spans_in(path: Path | str, number: int, entry: Mapping[str, Any], words: int) -> tuple[Span, ...] | None:
    """The spans of a line, checked; None where it has no such key."""
    if "spans" not in entry:
        return None
    if not isinstance(entry["spans"], list):
        raise DataError(path, number, "'spans' is no list", "Write one, with an object for each span")
    return tuple(span_of(path, number, span, words) for span in entry["spans"])


def with_nested_tags(corpus: Corpus[TaggedSentence], layer: str) -> Corpus[TaggedSentence]:
    """The corpus with all its spans as tags of the scheme "nested"; where a sentence has tags only, these, read as such.

    Spans that stand twice are told in a note, and so are tags that had to be repaired.
    Raises DataError for a label with a "+" in it, which joins the layers of nested tags.
    """
    examples, twice, repaired = [], 0, 0
    for example in corpus:
        if wrong := next((span.label for span in example.spans if JOINT in span.label), None):
            raise DataError(corpus.path, example.line, f"label {wrong!r} holds {JOINT!r}, which joins nested tags", "Give it another name")
        tags, changed = repair(example.tags[layer], NESTED)
        if example.spans:
            tags, changed = tags_of(example.spans, len(example.words), NESTED), 0
        twice += len(example.spans) - len(set(example.spans))
        repaired += changed
        examples.append(replace(example, tags={**example.tags, layer: tuple(tags)}))
    notes = [f"{corpus.path}: {twice} spans stand there twice; each counts once"] if twice else []
    notes += [f"{corpus.path}: repaired {repaired} illegal tags in layer {layer}"] if repaired else []
    return Corpus(examples, corpus.path, corpus.checksum, (*corpus.notes, *notes))


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
