"""What a kind of task answers, so that its recipes can be run, resumed, asked and compared: `TaskKind`, and what it hands out.

A `TaskKind` makes a `Runner` (a recipe with its data read, that trains its `Task` and saves what it learned) and a `Predictor` (a finished
run that answers). Nothing here loads torch.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from seqtasks.errors import UsageError
from seqtasks.recipes.load import override, validate
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import Recipe
from seqtasks.tasks.given import Files
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.outcome import Outcome, PartFacts
from seqtasks.tasks.self_checks import CheckedRun, SelfChecks
from seqtasks.tasks.watchers import EpochWatcher, check_callbacks, unheard

if TYPE_CHECKING:
    from torch import nn

    from seqtasks.evaluation.controls import Controlled
    from seqtasks.evaluation.score import Score
    from seqtasks.inference.scored import ScoredPair
    from seqtasks.text.batching import Batch
    from seqtasks.text.corpora.examples import Corpus
    from seqtasks.text.vocabulary import Vocabulary
    from seqtasks.training.loop import DevResult, Watcher
    from seqtasks.training.objectives import Objective

CONTROLS = "controls"  # folder in a run directory that holds the runs of its controls


class Task(Protocol):
    """A recipe with its data read, and once it is fitted its final scores."""

    @property
    def selected_on(self) -> str: ...

    @property
    def parts(self) -> Sequence[PartFacts]: ...

    @property
    def notes(self) -> Sequence[str]: ...

    def outcome(self) -> Outcome: ...

    def run_facts(self) -> dict[str, Any]:
        """What run.json tells of this task beside its data. "learned": names of files in the run directory, for a task that saves others
        than model.safetensors; a run is finished once one of them is there.
        """
        ...


class NeuralTask(Task, Protocol):
    """A task with a network built. It is also the loop's TrainingData.

    One whose objective carries something from batch to batch has it as its attribute `carried` (`seqtasks.training.checkpoints.Carried`).
    One that knows the entropy of its training labels, in nats a word as its loss is, has it as `label_entropy` (None where it does not),
    and one that scores a sample of its training part as it does dev has `score_probe`, which gives a `seqtasks.training.loop.ProbeResult`.
    One that knows more of its data and its trained model than curves show has `evidence`, which gives
    `seqtasks.diagnosis.observations.evidence.Evidence`.
    """

    @property
    def model(self) -> nn.Module: ...

    @property
    def objective(self) -> Objective: ...

    @property
    def weights(self) -> Mapping[str, float]: ...

    def epoch(self, number: int) -> Sequence[Batch]: ...

    def score_dev(self) -> DevResult | None: ...

    def save_assets(self, folder: Path) -> None: ...


@runtime_checkable
class TrunkTask(Protocol):
    """A task whose model stands on a trunk (`seqtasks.nn.trunk.Trunk`, its attribute `trunk`) that reads words of a vocabulary."""

    @property
    def trunk_words(self) -> Vocabulary: ...


@dataclass(frozen=True)
class Callbacks:
    """Who hears of a run: by default nobody.

    log gets single lines: the run directory, notes on the data. watcher sees the training: `EpochWatcher(print)` prints the row of each
    epoch, and a class of your own may derive from it. stop_asked is called after each update: once it says True, the state is saved and
    `Interrupted` is raised, whose message says how to go on. Raises WrongTypeError for what cannot be called, or is no watcher.
    """

    log: Callable[[str], object] = unheard
    watcher: Watcher = field(default_factory=EpochWatcher)
    stop_asked: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        check_callbacks(self.log, self.watcher, self.stop_asked)


@dataclass(frozen=True)
class RunOptions:
    """How a run is carried out, beside its recipe: the options of `seqtasks run`."""

    locations: DataLocations = DataLocations()
    out: Path | None = None
    device: str = "auto"
    resume: bool = False
    overwrite: bool = False
    fine_tune: Path | None = None
    strict: bool = False  # a note on the data is an error
    command: Sequence[str] = field(default_factory=lambda: ("seqtasks", *sys.argv[1:]))


class Runner(Protocol):
    """A recipe's task with what trains it. `parameters` are (name, shape, numbers); `machine` says where and how it computes."""

    @property
    def task(self) -> Task: ...

    @property
    def machine(self) -> dict[str, str]: ...

    def train(self, directory: RunDirectory, callbacks: Callbacks, *, resume: bool, start: Path | None) -> float:
        """Fit, going on from the run in `start` where there is one, and save what was learned; returns the seconds it took."""
        ...

    def structure(self) -> str: ...

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]: ...


@dataclass(frozen=True)
class PredictorOptions:
    """How a finished run is loaded: the options of `seqtasks.load`. others: further runs that answer with it, as an ensemble."""

    device: str = "cpu"
    precision: str = "float32"
    others: Sequence[RunDirectory] = ()
    average: str = "probabilities"
    decoding: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class PredictionOptions:
    """How lines are answered: the options of `seqtasks predict`; a predictor refuses those that are not for its kind of task."""

    form: str = "text"
    chunk: int = 1000  # lines answered together
    tokens: bool = False
    language: str | None = None
    split_sentences: bool = False
    confidence: bool = False
    k_best: int | None = None
    n_best: int = 1
    prefixes: Callable[[], Iterator[str]] | None = None
    alignments: bool = False


class Predictor(Protocol):
    """A finished run that answers, and scores itself on annotated files."""

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Answers to lines in the form asked for, as text without the line's end. Raises UsageError for options of other kinds."""
        ...

    def evaluate(self, files: Files) -> list[Score]:
        """The scores of annotated files: of one, given by its path, or of a list. Raises WrongTypeError for what is no path."""
        ...

    def metrics(self, files: Files) -> dict[str, Any]:
        """The table "scores" of metrics.json for such files, and whatever is told beside it."""
        ...


class WordTagger(Protocol):
    """A finished run that tags words, as `seqtasks compare` measures it."""

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str]) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}."""
        ...

    def tag_with_confidence(self, sentences: Sequence[Sequence[str]], head: str) -> tuple[list[list[str]], list[list[float]]]:
        """The tags of each sentence, and how probable each is, 0 to 1."""
        ...


@runtime_checkable
class PairScorer(Protocol):
    """A predictor that says how probable given outputs are."""

    def stream_scores(self, sources: Iterable[str], targets: Iterable[str]) -> Iterator[tuple[str, str, ScoredPair]]:
        """(source, target, the log-probability of each of its tokens) in order."""
        ...


@runtime_checkable
class LineScorer(Protocol):
    """A predictor that says how probable given lines are."""

    def stream_line_scores(self, lines: Iterable[str]) -> Iterator[tuple[str, ScoredPair]]:
        """(line, the log-probability of each of its tokens) in order."""
        ...

    def marks_apart(self, line: str) -> int:
        """How many tokens of a line are unknown only since a space parts them from a neighbour."""
        ...


class TaskKind(ABC):
    """A kind of task: what `kind` in a recipe names.

    recipe: its class, of whole recipes; seeded: whether a seed changes what is learned; compared_by: a name of
    `seqtasks.comparison.table.COMPARISONS`; trained_to_compare: whether `seqtasks compare TASK` trains its recipes; lends_trunk: whether
    its runs can begin the trunk of another kind's; takes_trunk: whether its own network has such a trunk, of a `TrunkTask`; sample: the
    task whose default recipe reads the bundled sample, for runs of this kind whose own data are gone ("" for none).
    """

    recipe: type[Recipe]
    compared_by: str
    seeded = True
    trained_to_compare = False
    lends_trunk = False
    takes_trunk = False
    sample = ""

    @abstractmethod
    def faults(self, recipe: Any) -> list[str]:
        """What the tables alone cannot tell: names that nobody offers, and values that do not fit each other."""

    def check_data(self, recipe: Any, locations: DataLocations) -> None:
        """Raises DataError or UsageError for parts of the data that are not there: before anything heavy is loaded to read them."""
        return

    @abstractmethod
    def runner(self, recipe: Any, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        """The recipe with its data read; vocabularies come from the run in `learned`, where there is one."""

    @abstractmethod
    def predictor(self, directory: RunDirectory, recipe: Any, options: PredictorOptions) -> Predictor:
        """The finished run in `directory`, loaded to answer. Raises UsageError for options that are not for this kind."""

    def word_tagger(self, directory: RunDirectory, recipe: Any, head: str) -> WordTagger:
        """The finished run in `directory`, loaded to be measured: of kinds that are compared by "tags". Raises UsageError for others."""
        raise UsageError(f"{directory.path}: runs of kind {recipe.kind!r} tag no words.")

    def examples(self, recipe: Any, locations: DataLocations, files: Sequence[Path]) -> Corpus[Any]:
        """What `seqtasks doctor` lets a run answer: the examples of files as `evaluate` takes them, or without any of the recipe's own dev
        part (or test, or train). Raises DataError or UsageError where they cannot be read.
        """
        raise UsageError(f"runs of kind {recipe.kind!r} tell of no examples to check them on.")

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        """What a finished run can prove of itself. Raises SeqtasksError where it cannot be loaded."""
        return SelfChecks()

    def controls(self, recipe: Any) -> Mapping[str, Recipe]:
        """{name: recipe} of runs that are trained after a run of this recipe, to stand beside it."""
        return {}

    def beside_controls(self, task: Any, directory: RunDirectory, controls: Mapping[str, Any]) -> list[Controlled]:
        """Every score of a run beside that of its controls."""
        return []

    def fine_tuned(self, saved: dict[str, Any], new: dict[str, Any], source: Path) -> dict[str, Any]:
        """The tables of a saved recipe with the data and the training of a new one. Raises UsageError where the two do not fit."""
        return saved | {name: new[name] for name in ("data", "training", "decoding") if name in new}

    def with_seed(self, recipe: Any, number: int) -> Any:
        """The recipe with the seed `number` above its own; as it is where a seed means nothing."""
        if not self.seeded:
            return recipe
        return recipe.model_copy(update={"training": recipe.training.model_copy(update={"seed": recipe.training.seed + number})})

    def takes(self, recipe: Any, setting: str) -> bool:
        """Whether a recipe can be run with a setting ("TABLE.KEY=VALUE") and does not have it already."""
        tables = recipe.model_dump(exclude_none=True)
        try:
            override(tables, [setting])
            changed = validate(self.recipe, tables, "recipe")
        except UsageError:
            return False
        return changed != recipe and not self.faults(changed)

    def on_share(self, recipe: Any, share: float) -> Any:
        """The recipe on a share of its training sentences. Raises UsageError for a kind that has no such setting."""
        raise UsageError(f"recipes of kind {recipe.kind!r} cannot be trained on a share of their sentences.")
