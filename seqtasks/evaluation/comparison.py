"""What a comparison of taggers holds: plain data, written to comparison.json, drawn by reports/comparison_report.py.

A system is a recipe with one run or, under several seeds, several; its tables are those of the run with the median score. Shares and
scores are in percent, times in seconds, sizes in bytes, probabilities between 0 and 1. N classes, B bins.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from seqtasks.evaluation.score import Score


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
class PairReport:
    """Two systems: `difference` is second minus first in points, of the shown runs, with its paired 95 % interval.

    p_...: two-sided p-values; holm_...: the same, corrected for the number of pairs (Holm 1979). McNemar's counts words, also where the
    score is F1. `sentence` says the outcome in plain words.
    """

    first: str
    second: str
    difference: float
    interval: tuple[float, float] | None
    p_bootstrap: float
    p_randomisation: float
    p_mcnemar: float
    holm_bootstrap: float
    holm_randomisation: float
    holm_mcnemar: float
    sentence: str
    overlap: Overlap
    most_different: list[Disagreement]
    seeds: SeedTest | None = None


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
class Ambiguous:
    """A word that gold tags in several ways between the same neighbours: how often with which tag, over all parts."""

    left: str
    word: str
    right: str
    tags: dict[str, int]


@dataclass(frozen=True)
class Suspect:
    """A word where both systems agree against gold: an annotation error, or a hard case. `sentence`, `word` count from 1."""

    sentence: int
    word: int
    text: list[str]
    gold: str
    predicted: str
    confidence: float | None


@dataclass(frozen=True)
class Duplicate:
    """A sentence of the compared part that also stands in train."""

    sentence: int
    words: list[str]
    same_tags: bool


@dataclass(frozen=True)
class Audit:
    """What the data itself says. Lists are cut to what a reader looks at; the counts are of all."""

    duplicate_count: int
    duplicate_tokens: int
    duplicates: list[Duplicate]
    score_without_duplicates: dict[str, float]
    ambiguous_count: int
    ambiguous: list[Ambiguous]
    suspect_count: int
    suspects: list[Suspect]


@dataclass(frozen=True)
class Comparison:
    """Everything. `metric` is "accuracy" or "f1"; `data` has (split, path, sentences, sha256) rows."""

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

    def to_json(self) -> dict[str, Any]:
        """As it stands in comparison.json; infinite numbers never occur."""
        return asdict(self)
