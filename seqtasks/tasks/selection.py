"""Which sentences are trained on and which are held out to select weights on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from seqtasks.errors import UsageError, did_you_mean

E = TypeVar("E")
BOTH = 2  # examples at least that are right, and that are wrong, where there are so many
PROBED, FEWEST_PROBED = 500, 50  # training sentences that are scored as dev is; and a tenth of them at most, but no fewer than these


def five_positions(count: int) -> list[int]:
    """Five positions spread evenly over `count` sentences, or all of them where there are fewer."""
    return sorted({int(position) for position in np.linspace(0, count - 1, min(5, count)).round()}) if count else []


def example_positions(right: Sequence[bool]) -> list[int]:
    """Five positions spread evenly; behind them, where fewer than BOTH of these were answered rightly, or wrongly, others that were."""
    found = five_positions(len(right))
    for way in (False, True):
        lacking = BOTH - sum(right[position] == way for position in found)
        others = [position for position, answer in enumerate(right) if answer == way and position not in found]
        if lacking > 0 and others:
            found += [others[place] for place in sorted({int(place) for place in np.linspace(0, len(others) - 1, lacking).round()})]
    return found


def probe_positions(count: int) -> list[int]:
    """Which of `count` training sentences are scored as dev is after each epoch: the same ones in every run, in order."""
    chosen = min(count, PROBED, max(FEWEST_PROBED, count // 10))
    return [int(position) for position in np.sort(np.random.default_rng(0).permutation(count)[:chosen])]


@dataclass(frozen=True)
class Selection:
    """Which training sentences are trained on, which are held out of them, what weights are selected on, and lines to tell."""

    kept: list[int]
    held_out: list[int]
    selected_on: str
    notes: list[str]


def select_parts(sentences: Sequence[Hashable], *, has_dev: bool, has_test: bool, select_by: str) -> Selection:
    """Honest selection: on dev where a test part is reported, on a fixed tenth of train where dev is, or on nothing ("last").

    sentences: what the model reads of each; equal ones stay on one side. A corpus with neither dev nor test has a tenth of train held out
    in any case: it is then scored as dev. Raises UsageError where there are too few sentences to hold a tenth out of.
    """
    notes = []
    if not has_test:
        notes.append(
            "No test part here: the scores are of dev." if has_dev else "No dev or test part here: a tenth of train is held out as dev."
        )
    hold = not (has_dev or has_test) or (select_by != "last" and not (has_dev and has_test))
    every = range(len(sentences))
    if hold and len(sentences) < 10:
        raise UsageError(
            f"only {len(sentences)} training sentences: too few to hold a tenth out of. Give data.dev and data.test, or more of them."
        )
    tenth = set(tenth_of(sentences)) if hold else set()
    held_out, kept = sorted(tenth), [position for position in every if position not in tenth]
    if tenth and {sentences[position] for position in held_out} & {sentences[position] for position in kept}:
        notes.append("Few sentences of train differ: those that are held out are trained on, too.")
    if hold and (has_dev or has_test):
        notes.append(f"{'' if has_dev else 'No dev part here: '}a tenth of train is held out to select on.".capitalize())
    selected_on = "nothing" if select_by == "last" else "dev" if has_dev == has_test else "held-out tenth of train"
    return Selection(kept, held_out, selected_on, notes)


def tenth_of(sentences: Sequence[Hashable]) -> list[int]:
    """The positions of a fixed tenth: every tenth of the sentences that differ, each wherever it stands. What makes up over a tenth by
    itself is passed over; where fewer than ten are left, it is every tenth position.
    """
    places: dict[Hashable, list[int]] = {}
    for position, sentence in enumerate(sentences):
        places.setdefault(sentence, []).append(position)
    rare = [own for own in places.values() if 10 * len(own) <= len(sentences)]
    if len(rare) < 10:
        return list(range(9, len(sentences), 10))
    return [position for own in rare[9::10] for position in own]


def nested_share(examples: Sequence[E], share: float) -> Sequence[E]:
    """A share of the examples, in their order: drawn once for all, so that a smaller share stands within every larger one."""
    if share == 1:
        return examples
    drawn = np.random.default_rng(0).permutation(len(examples))[: max(1, round(share * len(examples)))]
    return [examples[position] for position in sorted(drawn)]


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
