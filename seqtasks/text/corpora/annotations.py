"""Annotated texts as tools write them: words or text, with tags or with spans whose offsets count words or characters.

Read are the shapes of seqtasks itself, Prodigy, doccano, spaCy, Label Studio (`label_studio.py`) and Hugging Face's `datasets`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.offsets import BYTES, CHARACTERS, UNITS, OffsetText
from seqtasks.text.tags import Span
from seqtasks.text.words import WordSpan, word_spans

SPANS = ("spans", "entities", "ents", "label", "labels")  # keys of spans: ours and Prodigy's, doccano's and spaCy's
STARTS, ENDS, LABELS = ("start", "start_offset"), ("end", "end_offset"), ("label", "labels")
NO_WORDS = "no words: 'tokens' must be a list of strings, or 'text' a string"
COUNTINGS = ("", CHARACTERS, UNITS, BYTES)
BREAKS = "\n\r\t"  # a word holds none, for files of predictions have a line a sentence


@dataclass(frozen=True)
class Annotation:
    """One annotated text. text: as a whole, "" where only words are given; words: as given, or None; places: of the words in the text.

    spans: with offsets as they stand, or in characters where they quote their text; None where there are none; tags: of the words, as
    they stand. counted: what the offsets of spans that quote their text were found to count ("characters", "bytes", ...), or "".
    """

    line: int
    text: str
    words: tuple[str, ...] | None
    places: tuple[WordSpan, ...]
    spans: tuple[Span, ...] | None
    tags: Any = None
    counted: str = ""

    @property
    def spaced(self) -> tuple[str, ...]:
        """Its words where offsets count words: as given, or those between spaces."""
        return self.words if self.words is not None else tuple(self.text.split())

    def fits_words(self) -> bool:
        """Whether every span could count words."""
        return all(0 <= span.start < span.end <= len(self.spaced) for span in self.spans or ())

    def fits_characters(self) -> bool:
        """Whether every span could count characters: it begins where a word begins and ends where one ends."""
        begins, ends = {place.start for place in self.places}, {place.end for place in self.places}
        return bool(self.places) and all(span.start in begins and span.end in ends for span in map(self.trimmed, self.spans or ()))

    def trimmed(self, span: Span) -> Span:
        """A span of characters without white space at its ends."""
        inside = self.text[max(0, span.start) : span.end]
        return Span(span.start + len(inside) - len(inside.lstrip()), span.end - len(inside) + len(inside.rstrip()), span.label)


def annotation_of(path: Path | str, line: int, entry: Mapping[str, Any], *, layer: str, language: str) -> Annotation:
    """What one object says. Raises DataError for a shape that is none of those above."""
    text, words = entry.get("text", ""), entry.get("tokens") or None
    objects = [token for token in words if isinstance(token, dict)] if isinstance(words, list) else []
    if objects and isinstance(words, list):
        words = [token.get("text") if isinstance(token, dict) else token for token in words]
    text = text if isinstance(text, str) and are_texts([text]) else ""
    if not (text.strip() if words is None else are_texts(words)):
        raise DataError(path, line, NO_WORDS, "Add them")
    if wrong := next((word for word in words or () if any(sign in word for sign in BREAKS) or not word.strip()), None):
        raise DataError(path, line, f"{wrong!r} is no word: it holds a tab or the end of a line, or nothing", "Split it, or leave it out")
    spans, counted = spans_in(path, line, entry, text)
    tags = next((entry[key] for key in ("tags", layer, "ner_tags") if key in entry and entry[key] is not None), None)
    if spans is not None and isinstance(tags, dict):  # by head, as `seqtasks predict` writes them
        tags = None
    found = None if words is None else tuple(words)
    return Annotation(line, text, found, places_of(text, found, objects, language), spans, tags, counted)


def places_of(text: str, words: Sequence[str] | None, objects: Sequence[Mapping[str, Any]], language: str) -> tuple[WordSpan, ...]:
    """Where words stand in the text: as the tokens say, where they are found one after the other, or as the language splits it."""
    if not text:
        return ()
    if words is None:
        return tuple(word_spans(text, language))
    if all(type(token.get(key)) is int for token in objects for key in ("start", "end")) and objects:
        return tuple(WordSpan(token["start"], token["end"]) for token in objects)
    places, reached = [], 0
    for word in words:
        start = text.find(word, reached)
        if start < 0:
            return ()
        reached = start + len(word)
        places.append(WordSpan(start, reached))
    return tuple(places)


def spans_in(path: Path | str, line: int, entry: Mapping[str, Any], text: str) -> tuple[tuple[Span, ...] | None, str]:
    """The spans of an object, None where it has no such key, and what their offsets count, as far as they quote their text."""
    key = next((key for key in SPANS if key in entry and (key == "spans" or holds_objects(entry[key]))), None)
    if key is None:
        return None, ""
    if not isinstance(entry[key], list):
        raise DataError(path, line, f"{key!r} is no list", "Write one, with an object for each span")
    within, counted = OffsetText(text), ""
    spans: list[Span] = []
    for one in entry[key]:
        start, end, labels = span_in(path, line, one)
        quote = one.get("text") if isinstance(one, dict) else None
        if text and isinstance(quote, str) and quote.strip():
            if found := within.quoted([(start, end)], quote):
                (start, end), counted = found.fragments[0], max(counted, found.counted, key=COUNTINGS.index)
            elif text.split()[start:end] != quote.split():
                problem = f"span {start} to {end} reads {text[max(0, start) : max(0, end)][:40]!r} in the text, but quotes {quote[:40]!r}"
                raise DataError(path, line, problem, "Was the text changed after it was annotated? Restore it, or annotate it again")
        spans += [Span(start, end, label) for label in labels]
    return tuple(spans), counted


def holds_objects(value: Any) -> bool:
    """Whether this is a list of what can be spans; an empty one can, too."""
    return isinstance(value, list) and all(isinstance(entry, list | dict) for entry in value)


def span_in(path: Path | str, line: int, entry: Any) -> tuple[int, int, list[str]]:
    """Start, end and labels of one span: an object, or a list of start, end and label."""
    if isinstance(entry, list) and len(entry) == 3:
        start, end, label = entry
    elif isinstance(entry, dict):
        start, end, label = (next((entry[key] for key in keys if key in entry), None) for keys in (STARTS, ENDS, LABELS))
    else:
        start = end = label = None
    labels = label if isinstance(label, list) and label else [label]
    if type(start) is not int or type(end) is not int or not all(map(is_label, labels)):
        raise DataError(path, line, f"span {entry!r} lacks start, end or label", "Give two whole numbers and a text")
    return start, end, [str(one) for one in dict.fromkeys(labels)]


def offsets_of(path: Path | str, annotations: Sequence[Annotation]) -> str:
    """What the offsets of a file's spans count, "words" or "characters", by what they fit.

    Raises DataError where they fit both: short texts may not tell.
    """
    if any(one.counted for one in annotations):
        return "characters"
    spanned = [one for one in annotations if one.spans]
    words = [one for one in spanned if one.fits_words()]
    characters = [one for one in spanned if one.fits_characters()]
    if len(words) == len(spanned) and len(characters) == len(spanned) and spanned:
        if all(one.spans == character_offsets(one)[0] for one in spanned):
            return "words"
        raise DataError(
            path,
            spanned[0].line,
            "offsets of spans may count words or characters: all of them fit both",
            'Say which with data.offsets = "words" or "characters"',
        )
    if len(words) == len(spanned):
        return "words"
    return "characters" if 2 * len(characters) >= len(spanned) and len(characters) > 0 else "words"


def character_offsets(one: Annotation) -> tuple[tuple[Span, ...], int]:
    """Spans of words that cover those of characters, and how many of these cut a word."""
    spans, cut = [], 0
    for span in map(one.trimmed, one.spans or ()):
        touched = [number for number, place in enumerate(one.places) if place.start < span.end and place.end > span.start]
        if not touched:
            continue
        whole = one.places[touched[0]].start, one.places[touched[-1]].end
        cut += whole != (span.start, span.end)
        spans.append(Span(touched[0], touched[-1] + 1, span.label))
    return tuple(spans), cut


def is_label(value: Any) -> bool:
    """Whether this can be a label: a text that holds no tab or end of a line."""
    return are_texts([value]) and not any(sign in value for sign in BREAKS)


def are_texts(values: Any) -> bool:
    """Whether this is a list of strings that UTF-8 can write, none of them empty. (JSON's escapes can spell half a character.)"""
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        return False
    try:
        "".join(values).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
