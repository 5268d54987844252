"""Which sentences are trained on and which are held out to select weights on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqtasks.errors import UsageError, did_you_mean


def five_positions(count: int) -> list[int]:
    """Five positions spread evenly over `count` sentences, or all of them where there are fewer."""
    return sorted({int(position) for position in np.linspace(0, count - 1, min(5, count)).round()}) if count else []


@dataclass(frozen=True)
class Selection:
    """Which training sentences are trained on, which are held out of them, what weights are selected on, and lines to tell."""

    kept: list[int]
    held_out: list[int]
    selected_on: str
    notes: list[str]


def select_parts(sentences: int, *, has_dev: bool, has_test: bool, select_by: str) -> Selection:
    """Honest selection: on dev where a test part is reported, on a fixed tenth of train where dev is, or on nothing ("last").

    A corpus with neither dev nor test has a tenth of train held out in any case: it is then scored as dev.
    Raises UsageError where there are too few sentences to hold a tenth out of.
    """
    notes = []
    if not has_test:
        notes.append(
            "No test part here: the scores are of dev." if has_dev else "No dev or test part here: a tenth of train is held out as dev."
        )
    hold = not (has_dev or has_test) or (select_by != "last" and not (has_dev and has_test))
    every = range(sentences)
    if hold and sentences < 10:
        raise UsageError(
            f"only {sentences} training sentences: too few to hold a tenth out of. Give data.dev and data.test, or more of them."
        )
    held_out = [position for position in every if position % 10 == 9] if hold else []
    kept = [position for position in every if position % 10 != 9] if held_out else list(every)
    if hold and (has_dev or has_test):
        notes.append(f"{'' if has_dev else 'No dev part here: '}a tenth of train is held out to select on.".capitalize())
    selected_on = "nothing" if select_by == "last" else "dev" if has_dev == has_test else "held-out tenth of train"
    return Selection(kept, held_out, selected_on, notes)


def joined_selection(selected_on: Mapping[str, str]) -> str:
    """What weights are selected on, told once where it is the same for every head."""
    if len(set(selected_on.values())) == 1:
        return next(iter(selected_on.values()))
    return "; ".join(f"{part} ({head})" for head, part in selected_on.items())


def example_split(splits: Sequence[str]) -> str:
    """The part that the five examples come from."""
    return "test" if "test" in splits else splits[0] if splits else ""


def selection_faults(select_by: str, known: Sequence[str]) -> list[str]:
    """The fault of a training.select_by that nobody offers."""
    if select_by in known:
        return []
    return [f"training.select_by = {select_by!r}{did_you_mean(select_by, known)} Known: {', '.join(known)}."]
