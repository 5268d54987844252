"""Faults of single words: what differs between a translation and its reference (`seqtasks.diagnosis.differences`) and weighs.

Of a translation that is not near its reference every difference weighs. Of one that is near (NEAR_CHRF, NEAR_F1) a word passes that the
source asks for, as other lines show (`seqtasks.diagnosis.partners`): a synonym is no fault where the part has it elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from seqtasks.diagnosis.differences import Differences, differences
from seqtasks.diagnosis.lines import Usual, Words
from seqtasks.diagnosis.repetition import repetitions

NAMED = 5  # words named in a text


@dataclass(frozen=True)
class FaultFound:
    """What was found, in a few words, and how bad it is (to choose the worst lines by)."""

    text: str
    severity: float


@lru_cache(maxsize=1)  # the faults of a line are looked for one after the other
def weighing(words: Words, usual: Usual) -> Differences:
    """The differences that make a translation faulty: all of them but, of one that is near its reference, those words that the source
    supports in place of ones that can be done without, such as synonyms and other small words.
    """
    every = differences(words.output, words.reference, usual.are_forms)
    if not words.near:
        return every
    covered = usual.covered(words)
    return Differences(
        every.forms,
        [pair for pair in every.replaced if not (usual.supported(pair[0], words) and usual.said_otherwise(pair[1], words, covered))],
        [word for word in every.moved if not usual.common(word)],
        [word for word in every.missing if not usual.said_otherwise(word, words, covered)],
        [word for word in every.invented if not usual.supported(word, words)],
    )


def wrong_word(words: Words, usual: Usual) -> FaultFound | None:
    """A word stands where the reference has another one, which is no form of it."""
    return pairs_found(weighing(words, usual).replaced)


def wrong_form(words: Words, usual: Usual) -> FaultFound | None:
    """A word stands where the reference has another form of it: the first STEM letters are alike, and STEM_SHARE of the longer one."""
    return pairs_found(weighing(words, usual).forms)


def missing_word(words: Words, usual: Usual) -> FaultFound | None:
    """The reference has a word that the output has not, and nothing in its place."""
    return words_found(weighing(words, usual).missing)


def invented_word(words: Words, usual: Usual) -> FaultFound | None:
    """The output has a word that the reference has not, and nothing in its place. The copies of a repetition are none."""
    repeated = {word for one in repetitions(words, usual) for word in one.words}
    return words_found([word for word in weighing(words, usual).invented if word not in repeated])


def wrong_order(words: Words, usual: Usual) -> FaultFound | None:
    """The output has a word of the reference at another place among the words that both have."""
    return words_found(weighing(words, usual).moved)


def pairs_found(pairs: Sequence[tuple[str, str]]) -> FaultFound | None:
    return FaultFound(listed([f'"{written}" for "{wanted}"' for written, wanted in pairs]), len(pairs)) if pairs else None


def words_found(words: Sequence[str]) -> FaultFound | None:
    return FaultFound(listed([f'"{word}"' for word in words]), len(words)) if words else None


def listed(words: Sequence[str]) -> str:
    """The first few words."""
    return ", ".join(words[:NAMED]) + (" ..." if len(words) > NAMED else "")
