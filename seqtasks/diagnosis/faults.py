"""The faults of a translated line, each a function: (words, usual) -> FaultFound, or None where the line has not that fault.

The limits are in `seqtasks.diagnosis.limits`, what usually causes a fault in `seqtasks.diagnosis.causes`. Lengths are in words without
punctuation. A line whose words are those of its reference has no fault but a missing end; one that is not near it has always one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from seqtasks.diagnosis import limits
from seqtasks.diagnosis.lines import Usual, Words
from seqtasks.diagnosis.repetition import repetitions
from seqtasks.diagnosis.word_faults import FaultFound, invented_word, listed, missing_word, weighing, wrong_form, wrong_order, wrong_word
from seqtasks.text.tokenizers import is_word

SENTENCE_ENDS = frozenset(".!?…。！？؟।։።")
CLOSING = frozenset("\"'’”»›)]}」』")


def repetition(words: Words, usual: Usual) -> FaultFound | None:
    """Words come again where neither the source nor the reference repeats any: an n-gram in a row, or REPEATED words apart.

    How often is too often, and when a doubled word is right: `seqtasks.diagnosis.repetition`.
    """
    worst = max(repetitions(words, usual), key=lambda one: one.surplus, default=None)
    return None if worst is None else FaultFound(f'"{" ".join(worst.words)}" {worst.copies} times', worst.surplus)


def truncation(words: Words, usual: Usual) -> FaultFound | None:
    """A finished output has at most SHORT_RATIO of the expected length, and SHORT_BY words less; or it lacks the end of the sentence.

    The expected length is the lesser of the reference's and of the usual one for such a source. The end is missing where source and
    reference end with a mark that ends a sentence, and the output with a word.
    """
    if not words.line.finished:
        return None
    written, (expected, _) = len(words.output), usual.lengths(words)
    missing = expected - written
    if (words.reference and not words.output) or (written <= limits.SHORT_RATIO * expected and missing >= limits.SHORT_BY):
        return FaultFound(f"{counted(written)}, {len(words.reference)} in the reference", max(1.0, missing))
    ends = [ends_sentence(marked) for marked in (words.source_marked, words.reference_marked)]
    if all(ends) and words.output_marked and is_word(words.output_marked[-1]):
        return FaultFound(f'ends with "{words.output_marked[-1]}", without the end of the sentence', max(0.0, missing) / 2)
    return None


def over_length(words: Words, usual: Usual) -> FaultFound | None:
    """The output went on beyond its reference until the length limit, or has LONG_RATIO times the expected length and LONG_BY words more.

    The expected length is the greater of the reference's and of the usual one for such a source.
    """
    written, (_, expected) = len(words.output), usual.lengths(words)
    surplus = written - expected
    if cut_at_the_limit(words, usual) or words.output_marked == words.reference_marked:
        return None
    if not words.line.finished:
        return FaultFound(
            f"not ended at the length limit: {counted(written)}, {len(words.reference)} in the reference", 1 + max(0.0, surplus)
        )
    if written >= limits.LONG_RATIO * expected and surplus >= limits.LONG_BY:
        return FaultFound(f"{counted(written)}, {len(words.reference)} in the reference", surplus)
    return None


def cut_at_the_limit(words: Words, usual: Usual) -> FaultFound | None:
    """The output had not ended at the length limit, and is no longer than its reference: the limit is too low for the right answer."""
    written, wanted = len(words.line.translation), len(words.line.reference)
    if words.line.finished or written > wanted or words.output_marked == words.reference_marked:
        return None
    return FaultFound(f"cut at {written} characters, {wanted} in the reference", 1 + wanted - written)


def copied_source(words: Words, usual: Usual) -> FaultFound | None:
    """Words of the source that the reference lacks are at least COPIED_SHARE of the output, and COPIED_WORDS words or all of it."""
    copied = (Counter(words.output) & Counter(words.source)) - Counter(words.reference)
    count = copied.total()
    if not count or count < limits.COPIED_SHARE * len(words.output) or count < min(limits.COPIED_WORDS, len(words.output)):
        return None
    return FaultFound(f"copied: {listed(list(copied))}", count)


def unrelated(words: Words, usual: Usual) -> FaultFound | None:
    """The output has next to no word of weight in common with the reference.

    The cosine of their tf-idf vectors is below UNRELATED_COSINE, and the F1 of all their words, other forms of STEM letters counted as
    right, below UNRELATED_F1. Outputs and references below UNRELATED_WORDS words are passed over, and so is a copied source.
    """
    if min(len(words.output), len(words.reference)) < limits.UNRELATED_WORDS or copied_source(words, usual):
        return None
    likeness = usual.likeness(words.output, words.reference)
    forms = sum(min(map(len, pair)) >= limits.STEM for pair in weighing(words, usual).forms)
    alike = words.f1 + 2 * forms / (len(words.output) + len(words.reference))
    if likeness >= limits.UNRELATED_COSINE or alike >= limits.UNRELATED_F1:
        return None
    return FaultFound(f"likeness {likeness:.2f}, chrF {words.chrf:.0f}", len(words.output) * (1 - likeness))


def unknown_output(words: Words, usual: Usual) -> FaultFound | None:
    """The output holds the token for what the vocabulary lacks."""
    count = words.line.unknown_output
    return FaultFound(f"{count} unknown token{'s' if count > 1 else ''}", count) if count else None


def unknown_source(words: Words, usual: Usual) -> FaultFound | None:
    """The source of a line with another fault holds words, or of a model of pieces characters, that the vocabulary lacks.

    The model reads them all alike. A line without another fault has not this one either.
    """
    unknown = words.line.unknown_source
    return FaultFound(f"unknown: {listed(unknown)}", len(unknown)) if unknown else None


def faults_of(words: Words, usual: Usual) -> dict[str, FaultFound]:
    """Every fault of a line by name, those that say most first. What a fault explains (EXPLAINS) is not named beside it."""
    found = {name: one for name, find in FAULTS.items() if (one := find(words, usual))}
    explained = {other for name in found for other in EXPLAINS.get(name, ())}
    left = {name: one for name, one in found.items() if name not in explained}
    return {} if list(left) == ["unknown words in the source"] else left


def ends_sentence(marked: Sequence[str]) -> bool:
    """Whether a mark that ends a sentence stands last, but for closing quotes and brackets."""
    place = len(marked)
    while place and marked[place - 1][0] in CLOSING:
        place -= 1
    return bool(place) and marked[place - 1][0] in SENTENCE_ENDS


def counted(words: int) -> str:
    return f"{words} word{'' if words == 1 else 's'}"


FAULTS: dict[str, Callable[[Words, Usual], FaultFound | None]] = {
    "unrelated output": unrelated,
    "copied source": copied_source,
    "cut at the limit": cut_at_the_limit,
    "over-length": over_length,
    "truncation": truncation,
    "repetition": repetition,
    "wrong word": wrong_word,
    "wrong form": wrong_form,
    "missing word": missing_word,
    "invented word": invented_word,
    "wrong order": wrong_order,
    "unknown words in the output": unknown_output,
    "unknown words in the source": unknown_source,
}
EXPLAINS = {
    "unrelated output": ("truncation", "wrong word", "wrong form", "missing word", "invented word", "wrong order"),
    "copied source": ("wrong word", "wrong form", "missing word", "invented word", "wrong order"),
    "cut at the limit": ("missing word",),
    "over-length": ("invented word",),
    "truncation": ("missing word",),
}
