"""What a comparison of taggers holds: plain data, written to comparison.json, drawn by reports/comparison_report.py.

A system is a recipe with one run or, under several seeds, several; its tables are those of the run with the median score. Shares and
scores are in percent, times in seconds, sizes in bytes, probabilities between 0 and 1. N classes, B bins.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from seqtasks.evaluation.audit import Audit
from seqtasks.evaluation.score import Score
from seqtasks.evaluation.significance import LEVEL


@dataclass(frozen=True)
class Share:
    """A count out of a total, in percent with its 95 % interval (bootstrap over sentences); `name` says of what."""

    name: str
    count: int
    total: int
    value: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class LabelScore:
    """One tag (or one entity type): precision, recall and F1 in percent; `support` counts it in gold, `predicted` in the answers."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True)
class Confusion:
    """counts[gold][predicted] over `labels`, by falling support in gold."""

    labels: list[str]
    counts: list[list[int]]


@dataclass(frozen=True)
class Bin:
    """Answers whose probability lies in (low, high]: how many, their mean probability, and the percentage of them that is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error in percent (Naeini et al. 2015; Guo et al. 2017) and the bins of the reliability curve that hold answers.

    adaptive_error: the same over bins of equally many answers; brier: mean squared gap between probability and outcome, 0 to 1.
    """

    error: float
    bins: list[Bin]
    adaptive_error: float | None = None
    brier: float | None = None


@dataclass(frozen=True)
class Cost:
    """What a system costs. None where it was not measured.

    tokens_per_second: of tagging the compared part, in a process of its own, after one warm-up; peak memory: of the process that tags.
    """

    training_seconds: float | None
    tokens_per_second: float | None
    parameters: int | None
    bytes_on_disk: int | None
    peak_memory: int | None
    device: str = ""


@dataclass(frozen=True)
class SystemReport:
    """One system. `runs`: the score of each run, in order; `shown`: the position of the run that the tables below are of."""

    name: str
    paths: list[str]
    score: Score
    runs: list[float]
    shown: int
    cells: list[Share]
    labels: list[LabelScore]
    confusion: Confusion
    calibration: Calibration | None
    cost: Cost
    notes: list[str] = field(default_factory=list)

    def price_of_a_point(self, other: SystemReport) -> float | None:
        """Seconds of training more for each point of score more; None where it scores no more, takes no longer, or was not measured."""
        mine, its = self.cost.training_seconds, other.cost.training_seconds
        gained = self.score.value - other.score.value
        return (mine - its) / gained if mine is not None and its is not None and gained > 0 and mine > its else None


@dataclass(frozen=True)
class Disagreement:
    """A sentence on which two systems differ: its words, gold tags and both answers; `sentence` counts from 1 in the part."""

    sentence: int
    words: list[str]
    gold: list[str]
    first: list[str]
    second: list[str]


@dataclass(frozen=True)
class Overlap:
    """Words by who is wrong, and the accuracy of an oracle that picks the right one of two answers, in percent."""

    both_right: int
    only_first_wrong: int
    only_second_wrong: int
    both_wrong: int
    oracle: float

    @property
    def words(self) -> int:
        return self.both_right + self.only_first_wrong + self.only_second_wrong + self.both_wrong


@dataclass(frozen=True)
class SeedTest:
    """A test between the scores of several runs. `kind` names it; p is None where there are too few runs to say anything.

    difference: of the mean scores, second minus first, with the interval of the test (over seeds alone). exact_p: of the exact test by
    permutation, which cannot fall below smallest_exact_p. both_interval, both_p: hierarchical bootstrap over seeds and sentences together.
    runs_needed: runs of each system to see this difference at 5 % in 4 of 5 experiments; None where it cannot be told or passes 1000.
    """

    kind: str
    p: float | None
    difference: float
    interval: tuple[float, float] | None
    sentence: str
    exact_p: float | None = None
    smallest_exact_p: float | None = None
    both_interval: tuple[float, float] | None = None
    both_p: float | None = None
    runs_needed: int | None = None


@dataclass(frozen=True)
class ScoreDifference:
    """One score of two systems: `difference` is second minus first in points, of the shown runs, with its paired 95 % interval.

    p_...: two-sided p-values; holm_...: the same, corrected for the number of pairs (Holm 1979). `sentence` says the outcome in plain
    words. seeds: what several runs say, None where there are none.
    """

    first: str
    second: str
    difference: float
    interval: tuple[float, float] | None
    p_bootstrap: float
    p_randomisation: float
    holm_bootstrap: float
    holm_randomisation: float
    sentence: str
    seeds: SeedTest | None = None

    @property
    def holds_between_seeds(self) -> bool:
        """Whether the test between seeds does not speak against calling the difference more than luck."""
        return self.seeds is None or self.seeds.p is None or self.seeds.p <= LEVEL


@dataclass(frozen=True, kw_only=True)
class PairReport(ScoreDifference):
    """Two taggers. McNemar's test counts words, also where the score is F1."""

    p_mcnemar: float
    holm_mcnemar: float
    overlap: Overlap
    most_different: list[Disagreement]


@dataclass(frozen=True)
class CascadePoint:
    """The fast system answers the words where its posterior is at least `threshold`, the slow one the others.

    The slow one needs a whole sentence to read, so it costs nothing only on sentences that are sure throughout: `sentences_fast`.
    Where tags are spans, sentences are answered as a whole. Shares are in percent of words and of sentences.
    """

    threshold: float
    words_fast: float
    sentences_fast: float
    score: float
    tokens_per_second: float | None


@dataclass(frozen=True)
class Cascade:
    """A fast and a slow system in a row, by falling threshold (all slow first, all fast last)."""

    fast: str
    slow: str
    points: list[CascadePoint]


@dataclass(frozen=True)
class CurvePoint:
    """A system trained on a share of the training sentences. runs: a score for each seed; interval: of the median run."""

    system: str
    share: float
    sentences: int
    tokens: int
    value: float
    interval: tuple[float, float] | None
    runs: list[float]
    missing_labels: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Crossover:
    """From how many training sentences on `second`'s interval lies above `first`'s, at this size and all larger ones; None: nowhere."""

    first: str
    second: str
    sentences: int | None
    sentence: str


@dataclass(frozen=True)
class Comparison:
    """Everything. `metric` is "accuracy" or "f1"; `data` has (split, path, sentences, sha256) rows. unit: what stands for a sentence;
    "texts" of classifiers, each of which then is one word with one tag, its label.
    """

    task: str
    layer: str
    scheme: str | None
    split: str
    metric: str
    sentences: int
    tokens: int
    data: list[tuple[str, str, int, str]]
    systems: list[SystemReport]
    pairs: list[PairReport]
    cascades: list[Cascade]
    curves: list[CurvePoint]
    crossovers: list[Crossover]
    audit: Audit
    settings: dict[str, str]
    environment: dict[str, str]
    notes: list[str] = field(default_factory=list)
    unit: str = "sentences"

    @property
    def counted(self) -> str:
        """What has an answer each, and is counted."""
        return "texts" if self.unit == "texts" else "words"

    @property
    def answered(self) -> str:
        """What the answers are."""
        return "labels" if self.unit == "texts" else "tags"

    def to_json(self) -> dict[str, Any]:
        """As it stands in comparison.json; infinite numbers never occur."""
        return asdict(self)

    def ranking(self) -> list[SystemReport]:
        """The systems, best score first; those of the same score in their order."""
        return sorted(self.systems, key=lambda system: -system.score.value)

    def pair_of(self, first: str, second: str) -> PairReport | None:
        """The test between two systems, whichever way round it was made."""
        return next((pair for pair in self.pairs if {pair.first, pair.second} == {first, second}), None)

    def lead(self, best: SystemReport, second: SystemReport) -> float:
        """By how many points the first is ahead, as tested where it was."""
        pair = self.pair_of(best.name, second.name)
        return best.score.value - second.score.value if pair is None else abs(pair.difference)

    def surely_better(self, better: SystemReport, worse: SystemReport) -> bool:
        """Whether no test between the two speaks against calling the difference more than luck: neither over sentences nor over seeds."""
        pair = self.pair_of(better.name, worse.name)
        return pair is None or (max(pair.holm_bootstrap, pair.holm_randomisation) <= LEVEL and pair.holds_between_seeds)
