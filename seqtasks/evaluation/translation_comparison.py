"""What a comparison of translation systems holds: plain data, written to comparison.json, drawn by reports/translation_comparison.py.

A system is a recipe with one run or, under several seeds, several; its translations and scores by length are those of the run with the
median of the score that decides. Scores are in percent; of `ter` lower is better. `difference` is always second minus first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from seqtasks.evaluation.by_length import LengthBin
from seqtasks.evaluation.comparison import ScoreDifference
from seqtasks.evaluation.score import Score

DECIDES = "bleu"  # the score that decides where the runs do not say another one; fixed before anyone has seen a result


@dataclass(frozen=True)
class SystemScore:
    """One score of a system: of the shown run with its interval, and of each run."""

    name: str
    score: Score
    runs: list[float]


@dataclass(frozen=True)
class TranslationSystem:
    """One system. scores: by their names; shown: the position of the run that everything but `runs` is of."""

    name: str
    paths: list[str]
    shown: int
    scores: dict[str, SystemScore]
    by_length: list[LengthBin]
    training_seconds: float | None = None
    parameters: int | None = None


@dataclass(frozen=True)
class DifferentLine:
    """A line that two systems translate differently; bleu, chrf: those of the line, of the first and the second. `line` counts from 1."""

    line: int
    source: str
    reference: str
    first: str
    second: str
    bleu: tuple[float, float]
    chrf: tuple[float, float]


@dataclass(frozen=True)
class TranslationPair:
    """Two systems: the difference of each score by its name, and lines on which one does far better than the other."""

    first: str
    second: str
    differences: dict[str, ScoreDifference]
    most_different: list[DifferentLine]


@dataclass(frozen=True)
class TranslationComparison:
    """Everything. `data` has (split, path, lines, sha256) rows. decides: the score that says which system is better and which run of it is
    shown; lower_is_better: of that score.
    """

    task: str
    source: str
    target: str
    split: str
    lines: int
    data: list[tuple[str, str, int, str]]
    systems: list[TranslationSystem]
    pairs: list[TranslationPair]
    settings: dict[str, str]
    environment: dict[str, str]
    notes: list[str] = field(default_factory=list)
    decides: str = DECIDES
    lower_is_better: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it stands in comparison.json; infinite numbers never occur."""
        return {"kind": "translation", **asdict(self)}

    @property
    def unit(self) -> str:
        """What stands for a sentence."""
        return "lines"

    @property
    def names(self) -> list[str]:
        """The scores that all systems have, in the order shown."""
        return list(self.systems[0].scores)

    def deciding(self, system: TranslationSystem) -> SystemScore:
        """The system's score that decides."""
        return system.scores[self.decides]

    def ranking(self) -> list[TranslationSystem]:
        """The systems, the best first; those of the same score in their order."""
        sign = 1 if self.lower_is_better else -1
        return sorted(self.systems, key=lambda system: sign * self.deciding(system).score.value)

    def leading_first(self) -> list[TranslationPair]:
        """All pairs, that of the two best systems first."""
        best = {system.name for system in self.ranking()[:2]}
        return sorted(self.pairs, key=lambda pair: {pair.first, pair.second} != best)
