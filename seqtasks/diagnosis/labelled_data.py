"""What looks wrong with labelled texts, before a model is trained on them: a line each, with a count and the first place.

As in `tagged_data.py` every look is cheap, and silent on data that are as they should be: the bundled sample gives no note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from seqtasks.diagnosis.shared_sentences import SHORT, shared_sentences
from seqtasks.text.corpora.examples import LabelledText

FEW_TEXTS = 20  # below it most counts say nothing
IDENTIFIER = re.compile(r"\S*\d\S*|[\W\d_]+")  # one word with a digit in it, or nothing with a letter
SHOWN = 5  # of several things that are named
Part = Sequence[LabelledText]


def labelled_notes(parts: Mapping[str, Part], *, longest: int | None = None) -> list[str]:
    """Notes on the parts of a corpus ("train" among them); longest: words of a text that are read, where longer ones are to be told."""
    notes = []
    for part, texts in parts.items():
        looks = LOOKS if part == "train" else PART_LOOKS
        notes += [f"{part}: {note}" for look in looks for note in look(texts)]
        notes += [f"{part}: {note}" for note in ([] if longest is None else very_long(texts, longest))]
    train = [tuple(text.text.split()) for text in parts.get("train", ())]
    others = {part: [(tuple(text.text.split()), text.line) for text in texts] for part, texts in parts.items() if part != "train"}
    for shared in shared_sentences(train, others) if train else []:
        if shared.exact or shared.notable:
            more = f", and of its {shared.long:,} of {SHORT} words or more {shared.near:,} nearly do (first at line {shared.first:,})"
            nearly = more if shared.notable and shared.near > shared.exact else ""
            notes.append(f"{shared.part}: {shared.exact:,} of its {shared.sentences:,} texts stand in train, too{nearly}.")
    return notes


def identifiers(texts: Part) -> Iterator[str]:
    """Numbers and codes, taken for texts."""
    found = [text for text in texts if IDENTIFIER.fullmatch(text.text.strip())]
    if len(texts) >= FEW_TEXTS and len(found) > len(texts) / 2:
        shown = f"{found[0].text.strip()[:20]!r} at line {found[0].line:,}"
        yield f"{len(found):,} of {len(texts):,} texts are a number or a code, such as {shown}: is it the column of the texts?"


def contradicting(texts: Part) -> Iterator[str]:
    """The same text with different labels."""
    first: dict[str, LabelledText] = {}
    found: list[tuple[LabelledText, LabelledText]] = []
    for text in texts:
        before = first.setdefault(" ".join(text.text.split()), text)
        if before.labels != text.labels:
            found.append((before, text))
    if found:
        before, text = found[0]
        labels = " and ".join(", ".join(one.labels) or "no label" for one in (before, text))
        places = f"lines {before.line:,} and {text.line:,} ({labels})"
        yield f"{len(found):,} texts stand there before with other labels, first at {places}: which one is right?"


def constant(texts: Part) -> Iterator[str]:
    """One label for all texts."""
    labels = {text.labels for text in texts}
    if len(texts) >= FEW_TEXTS and len(labels) == 1:
        shown = ", ".join(map(repr, next(iter(labels)))) or "no label"
        yield f"all {len(texts):,} texts have {shown}: is it the column of the labels?"


def seen_once(texts: Part) -> Iterator[str]:
    """Labels with one example."""
    counts = Counter(label for text in texts for label in text.labels)
    rare = [label for label, count in counts.items() if count == 1]
    if rare and len(texts) >= FEW_TEXTS:
        lines = {label: text.line for text in texts for label in text.labels}
        shown = ", ".join(f"{label[:40]} (line {lines[label]:,})" for label in rare[:SHOWN])
        yield f"{len(rare)} {'label is' if len(rare) == 1 else 'labels are'} seen once: {shown}{' ...' if len(rare) > SHOWN else ''}"


def nearly_alike(texts: Part) -> Iterator[str]:
    """Labels that differ in case or in spaces only."""
    by_form: dict[str, list[str]] = {}
    for label in sorted({label for text in texts for label in text.labels}):
        by_form.setdefault("".join(label.lower().replace("_", " ").split()), []).append(label)
    for alike in by_form.values():
        if len(alike) > 1:
            yield f"labels {', '.join(map(repr, alike))} differ in case or spaces only: are they one?"


def very_long(texts: Part, longest: int) -> Iterator[str]:
    """Texts of which a run does not read the end."""
    lengths = {text.line: len(text.text.split()) for text in texts}
    long = [line for line, words in lengths.items() if words > longest]
    if long:
        line = max(long, key=lambda line: lengths[line])
        yield (
            f"{len(long):,} of {len(texts):,} texts have more than {longest:,} words, the longest {lengths[line]:,} (line {line:,}): "
            "a run reads the first ones (data.max_length)"
        )


PART_LOOKS: tuple[Callable[[Part], Iterator[str]], ...] = (identifiers, contradicting, constant)
LOOKS = (*PART_LOOKS, seen_once, nearly_alike)
