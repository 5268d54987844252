"""What looks wrong with tagged sentences, before a model is trained on them: a line each, with a count and the first place.

Every look is cheap (a pass over the words), and silent on data that are as they should be: thresholds were chosen so that published corpora
and the bundled sample give no note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from seqtasks.diagnosis.shared_sentences import shared_sentences
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.tags import NESTED, OUTSIDE, spans_of, split_tag
from seqtasks.text.tokenizers import WITHOUT_SPACES

MANY = 0.02  # share of words above which something is told that single words may well have
FEW_WORDS = 200  # below it most counts say nothing
JOINED = re.compile(r"[^\W\d_]{3,}[,;:!?]|[^\W\d_]{4,}\.")  # "word," and "sentence."
UNSPLIT = re.compile(f"[{WITHOUT_SPACES}]{{8,}}")
LATIN, OTHER = re.compile("[A-Za-zÀ-ɏ]"), re.compile("[\u0370-\u03ff\u0400-\u052f]")

Rows = Sequence[tuple[TaggedSentence, Sequence[str]]]  # sentences with their tags of one layer


def tagged_notes(parts: Mapping[str, Sequence[TaggedSentence]], *, layers: Mapping[str, str | None]) -> list[str]:
    """Notes on the parts of a corpus ("train" among them); layers: {name of a layer: the scheme its tags stand in, None for no spans}."""
    notes = []
    for part, sentences in parts.items():
        notes += [f"{part}: {note}" for look in WORD_LOOKS for note in look(sentences)]
    train = parts.get("train", ())
    for layer, scheme in layers.items():
        rows = [(sentence, sentence.tags[layer]) for sentence in train]
        notes += [f"train: {layer}: {note}" for look in TAG_LOOKS for note in look(rows, scheme)]
        for part, sentences in parts.items():
            if part != "train" and scheme and sentences and all(tag == OUTSIDE for one in sentences for tag in one.tags[layer]):
                notes.append(f"{part}: {layer}: every word is tagged O, so no F1 can be measured on it")
    if train:
        others = {part: [(one.words, one.line) for one in sentences] for part, sentences in parts.items() if part != "train"}
        notes += [str(shared) for shared in shared_sentences([one.words for one in train], others) if shared.notable]
    return notes


def first_places(sentences: Sequence[TaggedSentence], pattern: re.Pattern[str]) -> tuple[int, int, int, str]:
    """(words that are wholly such, all words, line of the sentence of the first, the first)."""
    found, line, word, total = 0, 0, "", 0
    for sentence in sentences:
        total += len(sentence.words)
        for one in sentence.words:
            if pattern.fullmatch(one):
                found, line, word = found + 1, line or sentence.line, word or one
    return found, total, line, word


def untokenised(sentences: Sequence[TaggedSentence]) -> Iterator[str]:
    """Punctuation that stands at words."""
    found, total, line, word = first_places(sentences, JOINED)
    if found > MANY * total:
        yield f"{found:,} of {total:,} words end with punctuation, such as {word!r} at line {line}: are words split?"


def unsplit(sentences: Sequence[TaggedSentence]) -> Iterator[str]:
    """Clauses of a script without spaces, taken for words."""
    found, total, line, word = first_places(sentences, UNSPLIT)
    if found > MANY * total:
        yield (
            f"{found:,} of {total:,} words are of eight characters or more in a script without spaces, "
            f"such as {word[:12]!r} at line {line}: split the text into words first"
        )


def mixed(sentences: Sequence[TaggedSentence]) -> Iterator[str]:
    """Words of which some letters are Latin and others look like it."""
    places = [(one, sentence.line) for sentence in sentences for one in sentence.words if LATIN.search(one) and OTHER.search(one)]
    total = sum(len(sentence.words) for sentence in sentences)
    if len(places) > MANY * total:
        word, line = places[0]
        yield f"{len(places):,} of {total:,} words mix Latin letters with Greek or Cyrillic ones, such as {word!r} at line {line}"


def constant(rows: Rows, scheme: str | None) -> Iterator[str]:
    """One tag for all words."""
    tags = Counter(tag for _, row in rows for tag in row)
    if len(tags) == 1 and tags.total() > 1:
        first, words = next(iter(tags)), tags.total()
        yield f"every word is tagged {first!r} ({words:,} words, first at line {rows[0][0].line}): is it the column of the tags?"


def like_words(rows: Rows, scheme: str | None) -> Iterator[str]:
    """As many tags as words have forms: another column than that of tags."""
    tags = {tag for _, row in rows for tag in row}
    words = Counter(word for sentence, _ in rows for word in sentence.words)
    if words.total() >= FEW_WORDS and len(tags) > 0.3 * len(words):
        first = f"such as {rows[0][1][0]!r} at line {rows[0][0].line}"
        yield f"{len(tags):,} different tags for {len(words):,} different words, {first}: is it the column of the tags?"


def seen_once(rows: Rows, scheme: str | None) -> Iterator[str]:
    """Classes with one example."""
    counts: Counter[str] = Counter()
    lines: dict[str, int] = {}
    for sentence, row in rows:
        for label in [span.label for span in spans_of(row, scheme)] if scheme else row:
            counts[label] += 1
            lines.setdefault(label, sentence.line)
    rare = [label for label, count in counts.items() if count == 1]
    if rare and sum(len(row) for _, row in rows) >= FEW_WORDS:
        shown = ", ".join(f"{label} (line {lines[label]:,})" for label in rare[:5])
        yield f"{len(rare)} {'class is' if len(rare) == 1 else 'classes are'} seen once: {shown}{' ...' if len(rare) > 5 else ''}"


def nearly_alike(rows: Rows, scheme: str | None) -> Iterator[str]:
    """Labels that differ in case or in spaces only."""
    places: dict[str, int] = {}
    for sentence, row in rows:
        for tag in row:
            places.setdefault(split_tag(tag)[1] if scheme and scheme != NESTED else tag, sentence.line)
    by_form: dict[str, list[str]] = {}
    for label in sorted(places):
        by_form.setdefault(label.lower().replace(" ", "_"), []).append(label)
    for alike in by_form.values():
        if len(alike) > 1:
            shown = ", ".join(f"{label!r} (line {places[label]:,})" for label in alike)
            yield f"labels {shown} differ in case or spaces only: are they one?"


WORD_LOOKS: tuple[Callable[[Sequence[TaggedSentence]], Iterator[str]], ...] = (untokenised, unsplit, mixed)
TAG_LOOKS: tuple[Callable[[Rows, str | None], Iterator[str]], ...] = (constant, like_words, seen_once, nearly_alike)
