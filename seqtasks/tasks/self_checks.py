"""What a finished run can prove of itself: the questions of `seqtasks doctor`, and how two ways to one answer are compared.

Each kind of task answers those that mean something for it (`SelfChecks`). Nothing here loads torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.locations import DataLocations

TOLERANCE = 3e-5  # between two ways to one probability or log-probability, of numbers above 1 relative: rounding, and no more
CHANGED = 0.5  # share of answers that bfloat16 may change


@dataclass(frozen=True)
class CheckedRun:
    """A finished run to be checked. examples: what it answers meanwhile, as its kind reads them; files: those that the user gave."""

    directory: RunDirectory
    recipe: Any
    examples: Sequence[Any]
    locations: DataLocations
    files: Sequence[Path] = ()
    device: str = "cpu"


@dataclass(frozen=True)
class Finding:
    """What a check found. passed: None where the check means nothing for this run; figures: one line, with its numbers or the reason."""

    passed: bool | None
    figures: str


@dataclass(frozen=True)
class OneAnswer:
    """An answer to one example, to be compared: its parts (tags of words, or one text) and how probable the model finds it."""

    parts: tuple[str, ...]
    numbers: tuple[float, ...]


class SelfChecks:
    """The checks of one finished run. Those that a kind of task does not answer say so: nothing is asserted of it."""

    absent = "nothing to compare for this kind of task"

    def batched_equals_single(self) -> Finding:
        """Examples that are answered together, and each alone."""
        return Finding(None, self.absent)

    def one_beam_equals_greedy(self) -> Finding:
        """Beam search with one beam, and greedy search."""
        return Finding(None, "no search for sequences: this kind of task has no beams")

    def score_equals_forced_score(self) -> Finding:
        """How probable the model finds its own answer, when it answers and when the answer is given to it."""
        return Finding(None, self.absent)

    def resume_is_exact(self) -> Finding:
        """Two updates from the run's weights, at one go and with a stop between the two."""
        return Finding(None, "nothing to resume: this kind of task is not trained by updates")

    def bf16_changes(self) -> Finding:
        """The answers in bfloat16 beside those in float32."""
        return Finding(None, "this kind of task answers in one precision")


def agree(first: Sequence[OneAnswer], second: Sequence[OneAnswer], *, names: tuple[str, str], unit: str) -> Finding:
    """Whether two ways give the same answers. names: of the two; unit: what an example is.

    Parts may differ where the numbers are the same to the tolerance: two answers are then equally good, and told as ties.
    """
    worst, ties = 0.0, 0
    if len(first) != len(second):
        return Finding(False, f"{len(first):,} answers {names[0]}, {len(second):,} {names[1]}")
    for number, (one, other) in enumerate(zip(first, second, strict=True), start=1):
        distance = apart(one.numbers, other.numbers)
        differ = one.parts != other.parts
        if not distance <= TOLERANCE or (differ and not one.numbers):
            sides = f"{shown(one)} {names[0]}, {shown(other)} {names[1]}"
            told = sides if differ else f"probabilities {distance:.2g} apart"
            return Finding(False, f"{unit} {number} of {len(first):,}: {told}")
        worst, ties = max(worst, distance), ties + differ
    told = f", {ties} of them ties" if ties else ""
    return Finding(True, f"{len(first):,} {unit}s{told}, numbers to {worst:.0e}")


def apart(first: Sequence[float], second: Sequence[float]) -> float:
    """The largest distance between numbers in order, of numbers above 1 as a share of them; infinite where their number differs."""
    if len(first) != len(second):
        return math.inf
    distances = [0.0 if one == other else abs(one - other) / max(1.0, abs(other)) for one, other in zip(first, second, strict=True)]
    return math.inf if any(map(math.isnan, distances)) else max(distances, default=0.0)


def changed(plain: Sequence[OneAnswer], low: Sequence[OneAnswer], *, unit: str) -> Finding:
    """How many answers bfloat16 changes. It may change some, but not more than CHANGED of them, and numbers stay numbers."""
    if any(math.isnan(number) for answer in low for number in answer.numbers):
        return Finding(False, "in bfloat16 the model gives no numbers")
    pairs = [(one, other) for first, second in zip(plain, low, strict=True) for one, other in zip(first.parts, second.parts, strict=True)]
    different = sum(one != other for one, other in pairs)
    return Finding(different <= CHANGED * len(pairs), f"{different:,} of {len(pairs):,} {unit}s change")


def shown(answer: OneAnswer) -> str:
    """An answer in a message."""
    text = " ".join(answer.parts)
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def joined(findings: dict[str, Finding]) -> Finding:
    """The findings of several heads as one: of those that mean something, with the names of the heads."""
    told = {head: finding for head, finding in findings.items() if finding.passed is not None}
    if not told:
        return next(iter(findings.values()), Finding(None, SelfChecks.absent))
    if failed := [head for head, finding in told.items() if not finding.passed]:
        return Finding(False, f"{failed[0]}: {told[failed[0]].figures}")
    rows = [f"{head}: {finding.figures}" if len(findings) > 1 else finding.figures for head, finding in told.items()]
    return Finding(True, "; ".join(rows))


def for_two_updates(recipe: Any, files: Sequence[Path] = ()) -> Any:
    """A recipe that reads its training part alone, or `files` in the place of that, and chooses no weights: its updates are the same."""
    data = only_train(recipe.data)
    if files:
        data = data.model_copy(update={"corpus": "", "train": str(files[0]) if len(files) == 1 else [*map(str, files)]})
    return recipe.model_copy(update={"data": data, "training": unwatched(recipe.training)})


def only_train(data: Any) -> Any:
    """A [data] table without its other parts."""
    return data.model_copy(update={"dev": "", "test": "", "test_unseen": ""})


def unwatched(training: Any) -> Any:
    """A [training] table without scores and weights that are chosen in between."""
    told = {"select_by": "last", "epochs": 2, "patience": 0, "checkpoint_every": 0, "average_checkpoints": 0, "keep_checkpoints": 2}
    return training.model_copy(update=told)
