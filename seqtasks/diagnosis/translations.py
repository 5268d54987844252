"""Bad translations of a part: how many lines have which fault, and the worst of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.faults import FAULTS, Found
from seqtasks.diagnosis.limits import WORST
from seqtasks.diagnosis.lines import TranslatedLine, Usual, Words


@dataclass(frozen=True)
class BadLine:
    """An example of a fault. line: its number in the part, from 1; found: what is wrong, in a few words."""

    line: int
    found: str
    source: str
    translation: str
    reference: str


@dataclass(frozen=True)
class FaultCount:
    """A fault: its name in `seqtasks.diagnosis.faults.FAULTS`, how many lines have it, their share in percent, the worst of them.

    to_try: settings of its cause that the recipe can take and has not.
    """

    name: str
    lines: int
    share: float
    to_try: tuple[str, ...]
    examples: tuple[BadLine, ...]


@dataclass(frozen=True)
class Diagnosis:
    """lines: those looked at, with text on both sides; faulty: those with any fault; faults: each that was looked for, also of no line.

    attention: whether it was known; without it dropped words are not looked for.
    """

    lines: int
    faulty: int
    attention: bool
    faults: tuple[FaultCount, ...]

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json."""
        return asdict(self)


def diagnose(lines: Sequence[TranslatedLine], *, fits: Callable[[str], bool] = lambda setting: True) -> Diagnosis:
    """Look for every fault in every line that is complete; what is usual is taken from these lines, too.

    fits: whether a setting such as "decoding.block_ngrams=4" can be tried.
    """
    numbered = [(number, Words(line)) for number, line in enumerate(lines, start=1) if line.complete]
    usual = Usual.of([words for _, words in numbered])
    attention = any(words.line.attention is not None for _, words in numbered)
    faulty: set[int] = set()
    faults = []
    for name, find in FAULTS.items():
        if name == "dropped words" and not attention:
            continue
        hits = [(number, words.line, found) for number, words in numbered if (found := find(words, usual))]
        faulty |= {number for number, _, _ in hits}
        share = 100.0 * len(hits) / max(1, len(numbered))
        to_try = tuple(filter(fits, CAUSES[name].settings)) if hits else ()
        faults.append(FaultCount(name, len(hits), share, to_try, tuple(worst(hits))))
    return Diagnosis(len(numbered), len(faulty), attention, tuple(faults))


def worst(hits: Sequence[tuple[int, TranslatedLine, Found]]) -> list[BadLine]:
    """The WORST most severe lines; of equal ones the first."""
    ranked = sorted(hits, key=lambda hit: (-hit[2].severity, hit[0]))[:WORST]
    return [BadLine(number, found.text, line.source, line.translation, line.reference) for number, line, found in ranked]
