"""Spans of a corpus as tags: the outermost ones in a scheme, or with the scheme "nested" all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.schemes import in_scheme
from seqtasks.text.tags import JOINT, NESTED, READ_AS, Span, repair, tags_of


def with_tags_of_spans(corpus: Corpus[TaggedSentence], layer: str, scheme: str | None) -> Corpus[TaggedSentence]:
    """The corpus with tags of a scheme; "nested": of all spans, any other: of the outermost ones."""
    if scheme == NESTED:
        return with_nested_tags(corpus, layer)
    return with_outermost_tags(corpus, layer, scheme)


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
    return replace(corpus, examples=examples, notes=(*corpus.notes, *notes))


def outermost(spans: Sequence[Span]) -> list[Span]:
    """The spans that lie in no other: the longest first, then those that do not overlap what was taken."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    return sorted(taken)
