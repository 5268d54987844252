"""A training in words: the verdict with its numbers, what to try, and what curves cannot know beside the controls that can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from seqtasks.diagnosis.observations.curve import Curve
from seqtasks.diagnosis.observations.evidence import Evidence, Statement, statements
from seqtasks.diagnosis.observations.remedies import REMEDIES, to_try
from seqtasks.diagnosis.observations.rules import ALARMS, Setting, verdict_of

DECAYING = ("linear", "cosine")  # schedules that end near 0


@dataclass(frozen=True)
class Observation:
    """verdict: a name in `rules.RULES`; because: the numbers it rests on; means: what it says; to_try: settings of the recipe, "key=value",
    and beside: what else; kept: the epoch whose weights are used (None: the last, or unknown); statements: all that is told beside.
    """

    verdict: str
    because: str
    means: str
    to_try: Sequence[str]
    beside: str
    kept: int | None
    statements: Sequence[Statement]

    @property
    def alarm(self) -> bool:
        """Whether something is wrong: by the verdict, or by a control."""
        return self.verdict in ALARMS or any(statement.alarm for statement in self.statements)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "alarm": self.alarm}


def observe(
    rows: Sequence[Mapping[str, Any]],
    settings: Mapping[str, Any],
    *,
    evidence: Evidence | None = None,
    entropy: float | None = None,
    fits: Callable[[str], bool] = lambda setting: True,
) -> Observation:
    """Of the rows of a history. settings: "TABLE.KEY" of its resolved recipe -> value; evidence: what was found beside the curves; entropy:
    of the labels, for histories that do not have it; fits: whether the recipe can be run with a setting ("TABLE.KEY=VALUE").

    Raises ValueError without rows.
    """
    curve = Curve.of(rows, entropy)
    schedule = settings.get("training.schedule")
    setting = Setting(int(settings.get("training.warmup_updates") or 0), schedule in DECAYING, settings.get("kind") == "language_model")
    verdict, because = verdict_of(curve, setting)
    remedy = REMEDIES[verdict]
    changes = to_try(verdict, {**settings, "updates": sum(curve.updates)}, fits)
    return Observation(
        verdict, because, remedy.means, changes, remedy.beside, curve.kept, statements(curve, setting, evidence or Evidence())
    )
