"""JSONL: one sentence a line, as words or text, with tags or with spans (nested ones too), in the shapes of `annotations`.

The same objects may stand in a list, as one document of JSON: Label Studio's export does, and what other tools call "JSON".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.annotations import Annotation, annotation_of, character_offsets, is_label, offsets_of
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.json_entries import as_object, json_entries
from seqtasks.text.corpora.label_studio import Tasks, is_task
from seqtasks.text.corpora.lines import CorpusLines
from seqtasks.text.corpora.met import Met
from seqtasks.text.corpora.offsets import CHARACTERS
from seqtasks.text.corpora.spans_as_tags import outermost
from seqtasks.text.tags import Span, tags_of
from seqtasks.text.tokenizers import visible_word


def read_jsonl(
    path: Path | str, *, layer: str = "ner", offsets: str = "auto", language: str = "", label_names: Sequence[str] = ()
) -> Corpus[TaggedSentence]:
    """Sentences of {"tokens": [...], "tags": [...]} or {"text": "...", "spans": [{"start", "end", "label"}, ...]} a line.

    "text" may stand for "tokens": it is split at spaces where offsets count words, as its language does where they count characters.
    offsets: "words", "characters" (`end` is exclusive), or "auto": what fits, a note where it is characters.
    label_names: of tags that are numbers. Tags are those of the outermost spans, as BIO, unless tags are given too; every span stays in
    `.spans`. What `seqtasks predict --format jsonl` writes is read as well: its tags, an object by head, are passed over where it has
    spans. Blank lines are passed over, and so are tasks of Label Studio that nobody labelled, which a note counts.
    Raises DataError with the line of a fault, and where offsets may count either.
    """
    lines, tasks = CorpusLines(path), Tasks()
    found = [annotation_of(path, number, entry, layer=layer, language=language) for number, entry in objects_in(path, lines, tasks)]
    counted = offsets_of(path, found) if offsets == "auto" else offsets
    notes, told = tasks.notes(path), tuple[str, ...]()
    quoted = any(one.counted for one in found)
    if counted == "characters" and offsets == "auto" and not quoted:
        told = (f'{path}: offsets of spans are read as characters (data.offsets = "characters")',)
    sentences, cut, lost, others = [], Met(), Met(), Met()
    for one in found:
        others.add(one.line, times=int(one.counted not in ("", CHARACTERS)))
        if counted == "characters" and one.spans is not None:
            covered, borders = in_characters(path, one)
            cut.add(one.line, times=borders)
            lost.add(one.line, times=len(one.spans) - len(covered))
            spans: tuple[Span, ...] | None = covered
            words = one.words or tuple(one.text[place.start : place.end] for place in one.places)
        else:
            words, spans = one.spaced, in_words(path, one)
        sentences.append(sentence_of(path, one, words, spans, layer, label_names))
    if others.count:
        unit = next(one.counted for one in found if one.counted not in ("", CHARACTERS))
        notes.append(f"{path}: {others.count:,} texts have offsets that count {unit}, as their spans' own texts show ({others.place})")
    marked = ((cut, "begin or end within a word; they are read as the whole of it"), (lost, "cover no word and are left out"))
    notes += [f"{path}: {met.count:,} spans {what} ({met.place})" for met, what in marked if met.count]
    return Corpus(sentences, str(path), lines.checksum, tuple(notes), told)


def objects_in(path: Path | str, lines: CorpusLines, tasks: Tasks) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line, object) of every entry; a pair of a text and an object, as spaCy has them, is one object, and so is a task of Label Studio."""
    for number, entry in json_entries(lines):
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], dict):
            entry = {"text": entry[0], **entry[1]}
        labelled = tasks.entry(path, number, entry) if is_task(entry) else entry
        if labelled is not None:
            yield number, as_object(path, number, labelled)


def in_characters(path: Path | str, one: Annotation) -> tuple[tuple[Span, ...], int]:
    """Spans of which the offsets count characters, over words, checked; and how many of them cut a word."""
    if not one.places:
        raise DataError(path, one.line, "offsets count characters, but there is no 'text' that holds its words", "Add it")
    if beyond := next((span for span in one.spans or () if not 0 <= span.start < span.end <= len(one.text)), None):
        problem = f"span {beyond.start} to {beyond.end} in a text of {len(one.text)} characters"
        raise DataError(path, one.line, problem, "Offsets count characters, end exclusive")
    return character_offsets(one)


def in_words(path: Path | str, one: Annotation) -> tuple[Span, ...] | None:
    """Spans of which the offsets count words, checked."""
    for span in one.spans or ():
        if not 0 <= span.start < span.end <= len(one.spaced):
            problem = f"span {span.start} to {span.end} in a sentence of {len(one.spaced)} words"
            characters = ' (data.offsets = "characters" reads characters)' if one.text else ""
            raise DataError(path, one.line, problem, f"Offsets count words, end exclusive{characters}")
    return one.spans


def sentence_of(
    path: Path | str, one: Annotation, words: Sequence[str], spans: tuple[Span, ...] | None, layer: str, label_names: Sequence[str]
) -> TaggedSentence:
    """One line's sentence."""
    shown = tuple(visible_word(word) for word in words)
    if one.tags is not None:
        return TaggedSentence(shown, {layer: tuple(tags_in(path, one, len(words), label_names))}, one.line, spans or ())
    if spans is None:
        raise DataError(path, one.line, "neither 'tags' nor 'spans'", "Add one of them")
    return TaggedSentence(shown, {layer: tuple(tags_of(outermost(spans), len(words), "BIO"))}, one.line, spans)


def tags_in(path: Path | str, one: Annotation, words: int, label_names: Sequence[str]) -> list[str]:
    """The tags of a line, checked; numbers become their names."""
    tags = one.tags
    if not isinstance(tags, list) or len(tags) != words:
        found = f"{len(tags)}" if isinstance(tags, list) else "no list of"
        raise DataError(path, one.line, f"{words} words but {found} tags", "Align them")
    if label_names and all(type(tag) is int and 0 <= tag < len(label_names) for tag in tags):
        return [label_names[tag] for tag in tags]
    wrong = next((tag for tag in tags if not is_label(tag)), None)
    if not all(map(is_label, tags)):
        remedy = "Write the names of the labels"
        if type(wrong) is int:
            remedy += f", or give them in their order as data.label_names{f' (it has {len(label_names)})' if label_names else ''}"
        raise DataError(path, one.line, f"a tag that is no text: {wrong!r}", remedy)
    return tags
