"""Bad translations of a part: how many lines have which fault, the worst of them, and what they say of the model."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.faults import FAULTS, faults_of
from seqtasks.diagnosis.limits import WORST, WORST_LINES
from seqtasks.diagnosis.lines import TranslatedLine, Usual, Words
from seqtasks.diagnosis.trials import Trial
from seqtasks.diagnosis.verdict import JudgedLine, Verdict, verdict
from seqtasks.diagnosis.word_faults import FaultFound


@dataclass(frozen=True)
class BadLine:
    """An example. line: its number in the part, from 1; found: what is wrong, in a few words; chrf: of its sentence, 0 to 100."""

    line: int
    found: str
    source: str
    translation: str
    reference: str
    chrf: float


@dataclass(frozen=True)
class FaultCount:
    """A fault: its name in `seqtasks.diagnosis.faults.FAULTS`, how many lines have it, their share in percent, the worst of them.

    trials: of settings on dev, of which the confirmed ones help; to_try: settings of its cause that the recipe can take and has not, and
    that no trial tells anything of: they may help.
    """

    name: str
    lines: int
    share: float
    to_try: tuple[str, ...]
    trials: tuple[Trial, ...]
    examples: tuple[BadLine, ...]


@dataclass(frozen=True)
class Diagnosis:
    """lines: those looked at, with text on both sides; faulty: those with any fault; near: those near their reference; same: those with its
    very words. chrf: the mean of their sentences, f1: the median of their words, both 0 to 100. worst: the lines of the lowest chrF.
    faults: each that was looked for, also of no line.
    """

    lines: int
    faulty: int
    near: int
    same: int
    chrf: float
    f1: float
    verdict: Verdict | None
    worst: tuple[BadLine, ...]
    faults: tuple[FaultCount, ...]

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json."""
        faults = [{**asdict(fault), "trials": [trial.to_json() for trial in fault.trials]} for fault in self.faults]
        return {**asdict(self), "faults": faults}


@dataclass(frozen=True)
class Looked:
    """A line that was looked at, and its faults by name, those that say most first."""

    number: int
    words: Words
    faults: Mapping[str, FaultFound]

    def bad_line(self, found: str) -> BadLine:
        line = self.words.line
        return BadLine(self.number, found, line.source, line.translation, line.reference, self.words.chrf)

    def judged(self, seen: Container[str] | None) -> JudgedLine:
        """For the verdict. seen: the words of the sources of training, in lower case."""
        source = self.words.source
        unseen = None if seen is None else any(word not in seen for word in source)
        return JudgedLine(self.words.f1, tuple(self.faults), len(source), unseen)


def look_at(lines: Sequence[TranslatedLine]) -> list[Looked]:
    """Look for every fault in every line that is complete; what is usual is taken from these lines, too."""
    numbered = [(number, Words(line)) for number, line in enumerate(lines, start=1) if line.complete]
    usual = Usual.of([words for _, words in numbered])
    return [Looked(number, words, faults_of(words, usual)) for number, words in numbered]


def diagnose(
    lines: Sequence[TranslatedLine],
    *,
    fits: Callable[[str], bool] = lambda setting: True,
    trials: Callable[[Mapping[str, Sequence[str]]], Mapping[str, Sequence[Trial]]] = lambda wanted: {},
    seen: Container[str] | None = None,
    elsewhere: Sequence[TranslatedLine] = (),
    losses: Sequence[float] = (),
) -> Diagnosis:
    """The faults of lines, and what they say of the model.

    fits: whether a setting such as "decoding.block_ngrams=4" can be tried; trials: those of {fault: settings}, by fault. seen: the words of
    the sources of training, in lower case; elsewhere: translated lines of other parts; losses: on dev by epoch: for the verdict.
    """
    looked = look_at(lines)
    counts = {name: [one for one in looked if name in one.faults] for name in FAULTS}
    wanted = {name: tuple(filter(fits, CAUSES[name].settings)) for name, hits in counts.items() if hits}
    tried = trials(wanted)
    faults = []
    for name, hits in counts.items():
        told = tuple(trial for trial in tried.get(name, ()) if trial.told)
        untold = tuple(setting for setting in wanted.get(name, ()) if setting not in {trial.setting for trial in told})
        share = 100.0 * len(hits) / max(1, len(looked))
        faults.append(FaultCount(name, len(hits), share, untold, told, tuple(worst_of(hits, name))))
    judged, beside = ([one.judged(seen) for one in some] for some in (looked, look_at(elsewhere)))
    return Diagnosis(
        lines=len(looked),
        faulty=sum(bool(one.faults) for one in looked),
        near=sum(one.words.near for one in looked),
        same=sum(one.words.output == one.words.reference for one in looked),
        chrf=fmean([one.words.chrf for one in looked] or [0.0]),
        f1=100 * median([one.words.f1 for one in looked] or [0.0]),
        verdict=verdict(judged, elsewhere=beside, losses=losses),
        worst=tuple(one.bad_line(", ".join(one.faults)) for one in lowest(looked)),
        faults=tuple(faults),
    )


def worst_of(hits: Sequence[Looked], fault: str) -> list[BadLine]:
    """The WORST lines that have a fault most severely; of equal ones the first."""
    ranked = sorted(hits, key=lambda one: (-one.faults[fault].severity, one.number))[:WORST]
    return [one.bad_line(one.faults[fault].text) for one in ranked]


def lowest(looked: Sequence[Looked]) -> list[Looked]:
    """The WORST_LINES faulty lines of the lowest chrF; of equal ones the first."""
    return sorted((one for one in looked if one.faults), key=lambda one: (one.words.chrf, one.number))[:WORST_LINES]
