"""What a setting of the search changes, tried on lines of dev: whether a remedy is more than a guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from seqtasks.diagnosis.faults import faults_of
from seqtasks.diagnosis.limits import HELPS, HELPS_LINES
from seqtasks.diagnosis.lines import TranslatedLine, Usual, Words


@dataclass(frozen=True)
class MeasuredFaults:
    """Translations of some lines: their mean sentence chrF, 0 to 100, and how many lines have each fault."""

    lines: int
    chrf: float
    with_fault: Mapping[str, int]

    @classmethod
    def of(cls, lines: Sequence[TranslatedLine]) -> MeasuredFaults:
        """Of those that are complete."""
        words = [Words(line) for line in lines if line.complete]
        usual = Usual.of(words)
        counts = Counter(name for one in words for name in faults_of(one, usual))
        return cls(len(words), fmean([one.chrf for one in words] or [0.0]), counts)


@dataclass(frozen=True)
class Trial:
    """A setting ("KEY=VALUE") tried against one fault on some lines of dev: lines with the fault and mean chrF, each before and after."""

    setting: str
    lines: int
    faulty: tuple[int, int]
    chrf: tuple[float, float]

    @classmethod
    def between(cls, fault: str, setting: str, before: MeasuredFaults, after: MeasuredFaults) -> Trial:
        counts = before.with_fault.get(fault, 0), after.with_fault.get(fault, 0)
        return cls(setting, before.lines, counts, (before.chrf, after.chrf))

    @property
    def told(self) -> bool:
        """Whether it tells anything: the fault occurs on these lines."""
        return self.faulty[0] > 0

    @property
    def confirmed(self) -> bool:
        """Whether fewer lines have the fault by a share of HELPS and by HELPS_LINES, and chrF is no lower: less may be chance."""
        before, after = self.faulty
        return before - after >= max(HELPS_LINES, HELPS * before) and self.chrf[1] >= self.chrf[0]

    @property
    def text(self) -> str:
        """The figures, in words."""
        (before, after), (low, high) = self.faulty, self.chrf
        return f"on {self.lines} lines of dev {before} -> {after} lines with the fault, chrF {low:.1f} -> {high:.1f}"

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json."""
        return {**asdict(self), "confirmed": self.confirmed, "text": self.text}
