"""JSONL: one sentence a line, as words or text, with tags or with spans (nested ones too), in the shapes of `annotations`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.annotations import Annotation, annotation_of, character_offsets, is_label, offsets_of
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import CorpusLines, as_object, json_lines
from seqtasks.text.corpora.schemes import in_scheme
from seqtasks.text.tags import JOINT, NESTED, READ_AS, Span, repair, tags_of
from seqtasks.text.tokenizers import visible_word


def read_jsonl(
    path: Path | str, *, layer: str = "ner", offsets: str = "auto", language: str = "", label_names: Sequence[str] = ()
) -> Corpus[TaggedSentence]:
    """Sentences of {"tokens": [...], "tags": [...]} or {"text": "...", "spans": [{"start", "end", "label"}, ...]} a line.

    "text" may stand for "tokens": it is split at spaces where offsets count words, as its language does where they count characters.
    offsets: "words", "characters" (`end` is exclusive), or "auto": what fits, a note where it is characters.
    label_names: of tags that are numbers. Tags are those of the outermost spans, as BIO, unless tags are given too; every span stays in
    `.spans`. What `seqtasks predict --format jsonl` writes is read as well: its tags, an object by head, are passed over where it has
    spans. Blank lines are passed over.
    Raises DataError with the line of a fault, and where offsets may count either.
    """
    lines = CorpusLines(path)
    found = [annotation_of(path, number, entry, layer=layer, language=language) for number, entry in objects_in(path, lines)]
    counted = offsets_of(path, found) if offsets == "auto" else offsets
    notes = []
    if counted == "characters" and offsets == "auto":
        notes.append(f'{path}: offsets of spans are read as characters (data.offsets = "characters")')
    sentences, cut, lost = [], 0, 0
    for one in found:
        if counted == "characters" and one.spans is not None:
            if not one.places:
                raise DataError(path, one.line, "offsets count characters, but there is no 'text' that holds its words", "Add it")
            if beyond := next((span for span in one.spans if not 0 <= span.start < span.end <= len(one.text)), None):
                problem = f"span {beyond.start} to {beyond.end} in a text of {len(one.text)} characters"
                raise DataError(path, one.line, problem, "Offsets count characters, end exclusive")
            covered, borders = character_offsets(one)
            cut, lost = cut + borders, lost + len(one.spans) - len(covered)
            spans: tuple[Span, ...] | None = covered
            words = one.words or tuple(one.text[place.start : place.end] for place in one.places)
        else:
            words, spans = one.spaced, in_words(path, one)
        sentences.append(sentence_of(path, one, words, spans, layer, label_names))
    notes += [f"{path}: {cut:,} spans begin or end within a word; they are read as the whole of it"] if cut else []
    notes += [f"{path}: {lost:,} spans cover no word and are left out"] if lost else []
    return Corpus(sentences, str(path), lines.checksum, tuple(notes))


def objects_in(path: Path | str, lines: CorpusLines) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line, object) of every line that is not blank; a pair of a text and an object, as spaCy has them, is one object."""
    for number, entry in json_lines(lines):
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], dict):
            entry = {"text": entry[0], **entry[1]}
        yield number, as_object(path, number, entry)


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


def with_outermost_tags(corpus: Corpus[TaggedSentence], layer: str, scheme: str | None) -> Corpus[TaggedSentence]:
    """The corpus with tags of a scheme, those of spans written in it; spans that overlap longer ones are left out, which a note counts."""
    left_out = [(len(one.spans) - len(outermost(one.spans)), one.line) for one in corpus]
    lost = sum(count for count, _ in left_out)
    if lost:
        first = next(line for count, line in left_out if count)
        note = f"{corpus.path}: {lost:,} spans overlap longer ones and are left out (first at line {first})"
        corpus = replace(corpus, notes=(*corpus.notes, f'{note}; data.scheme = "nested" keeps them'))
    if scheme is None:
        return corpus
    written, converted = list(corpus), set()
    for number, one in enumerate(written):
        spans = outermost(one.spans)
        if spans and list(one.tags[layer]) == tags_of(spans, len(one.words), "BIO"):
            tags = tags_of(spans, len(one.words), READ_AS.get(scheme, scheme))
            written[number] = replace(one, tags={**one.tags, layer: tuple(tags)})
            converted.add(number)
    return in_scheme(replace(corpus, examples=written), layer, scheme, remedy="check data.layer", converted=converted)


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


def outermost(spans: Sequence[Span]) -> list[Span]:
    """The spans that lie in no other: the longest first, then those that do not overlap what was taken."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    return sorted(taken)
