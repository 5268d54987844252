"""How near a translation is to its reference: sentence chrF by sacrebleu, the F1 of their words, and of several references the nearest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sacrebleu.metrics import CHRF


def chrf(translation: str, reference: str) -> float:
    """chrF of one line (Popovic 2015), sacrebleu's defaults, 0 to 100; 100 for two lines without a sign."""
    if not translation.strip() and not reference.strip():
        return 100.0
    return float(sentence_chrf().sentence_score(translation, [reference]).score)


@cache
def sentence_chrf() -> CHRF:
    from sacrebleu.metrics import CHRF  # a second to load

    return CHRF()


def word_f1(output: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of the words of an output, wherever they stand, 0 to 1; 1 for two lines without a word."""
    if not output and not reference:
        return 1.0
    return 2 * (Counter(output) & Counter(reference)).total() / (len(output) + len(reference))


def nearest(translation: str, references: Sequence[str]) -> str:
    """The reference that the translation is most like by chrF, the first of equal ones; a blank one only where all are.

    Raises ValueError without a reference.
    """
    if not references:
        raise ValueError("a translation is compared with one reference or several, not with none")
    if len(references) == 1:
        return references[0]
    filled = [reference for reference in references if reference.strip()] or references
    return max(filled, key=lambda reference: chrf(translation, reference))
