"""Cells that follow a label, with the controls without which most "interpretable cells" are word detectors.

The statistic is Pearson's r between what a cell holds at a word (a state, where there are no cells) and a label of the word. The best of
many cells always correlates, so:

    halves        the cell is chosen on one half of the sentences, and its r is that on the other half
    null          r of the best cell where each sentence wears the labels of another one: its 95th percentile over draws. Labels of another
                  sentence are laid on from its first word, so what depends on the place alone is in the null; positional labels, for
                  which that would change little, are shifted along the text instead
    untrained     the same search in the network as it was before training
    word form     r after the mean of each word form is taken off cell and label: what the cell knows beyond which word it is at

A cell whose r is high but vanishes within word forms has learned words ("word"), one that keeps it follows the sentence ("state").
N words, C cells, L labels, Q word forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.insight.labels import WordLabel
from seqtasks.insight.memories import Memories

DRAWS, PERCENTILE = 100, 95
CLEAR, MARGIN = 0.3, 0.1  # |r| from which a cell counts as following, and by how much it exceeds every control
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BestCell:
    """The cell chosen on one half, its r on the other; null: what the best of all cells reaches by chance; untrained: before training."""

    layer: str
    unit: int
    correlation: float
    null: float
    untrained: float | None = None

    def clear(self, *, trained: bool) -> bool:
        """Whether it follows: |r| of CLEAR, and MARGIN above chance; trained: also above what the network had before training."""
        controls = [self.null, abs(self.untrained or 0.0) if trained else 0.0]
        return abs(self.correlation) >= max(CLEAR, MARGIN + max(controls))


@dataclass(frozen=True)
class Followed:
    """What follows one label. any_word: the best cell over all words; within_form: the best once word forms are taken off.

    same_cell: r within word forms of the cell that is best over all words. knows: "position" (a positional label, which cells count
    without any training too), "state" (kept within word forms), "word" (known from the word alone), "-" (nothing beyond the controls).
    """

    label: str
    positional: bool
    any_word: BestCell
    same_cell: float
    within_form: BestCell

    @property
    def knows(self) -> str:
        if self.positional:
            return "position" if self.any_word.clear(trained=False) else "-"
        if self.within_form.clear(trained=True):
            return "state"
        return "word" if self.any_word.clear(trained=True) else "-"


@dataclass(frozen=True)
class Half:
    """Words of one half of the sentences: memory_NC and labels_NL with their means over word forms taken off or not."""

    memory_NC: Floats
    labels_NL: Floats
    forms_N: NDArray[np.int64]
    offsets: NDArray[np.int64]


def find_cells(
    memories: Memories,
    labels: Sequence[WordLabel],
    sentences: Sequence[Sequence[str]],
    *,
    untrained: Memories | None = None,
    seed: int = 1,
    draws: int = DRAWS,
) -> list[Followed]:
    """For each label the cells that follow it best. untrained: of the same sentences, by the network before training.

    Raises ValueError for fewer than four sentences, of which no halves are made.
    """
    if len(sentences) < 4:
        raise ValueError(f"cells are sought in two halves of the sentences, so in four at least; got {len(sentences)}")
    if not labels:
        return []
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(sentences))
    chosen, scored = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    forms_N = np.unique([word for words in sentences for word in words], return_inverse=True)[1]
    labels_NL = np.stack([label.values_N for label in labels], axis=1)
    positional_L = np.array([label.positional for label in labels])
    halves = [half(memories, labels_NL, forms_N, some) for some in (chosen, scored)]
    tables = [search(halves, within) for within in (False, True)]
    nulls = null_of(halves[1], positional_L, generator, draws)
    blank: list[Floats | None] = [None, None]
    if untrained is not None:
        before = [half(untrained, labels_NL, forms_N, some) for some in (chosen, scored)]
        blank = [best(*search(before, within))[1] for within in (False, True)]
    chosen_cells = [cells_of(memories.columns, *table, null, base) for table, null, base in zip(tables, nulls, blank, strict=True)]
    first_CL, within_CL = tables[0][0], tables[1][1]
    same = within_CL[np.abs(first_CL).argmax(axis=0), np.arange(len(labels))]
    rows = zip(labels, chosen_cells[0], same.tolist(), chosen_cells[1], strict=True)
    return [Followed(label.name, label.positional, any_word, kept, within) for label, any_word, kept, within in rows]


def cells_of(
    columns: Sequence[tuple[str, int]], choice_CL: Floats, score_CL: Floats, null_L: Floats, untrained_L: Floats | None
) -> list[BestCell]:
    """For each label the best cell with its controls."""
    places, values = best(choice_CL, score_CL)
    before: list[float | None] = [None] * len(places) if untrained_L is None else untrained_L.tolist()
    rows = zip(places.tolist(), values.tolist(), null_L.tolist(), before, strict=True)
    return [BestCell(columns[place][0], columns[place][1], value, null, blank) for place, value, null, blank in rows]


def half(memories: Memories, labels_NL: Floats, forms_N: NDArray[np.int64], sentences: NDArray[np.int64]) -> Half:
    """The words of some sentences."""
    ranges = [np.arange(memories.offsets[one], memories.offsets[one + 1]) for one in sentences.tolist()]
    words = np.concatenate(ranges)
    offsets = np.cumsum([0, *map(len, ranges)])
    return Half(memories.memory_NC[words].astype(np.float64), labels_NL[words], forms_N[words], offsets)


def search(halves: Sequence[Half], within: bool) -> tuple[Floats, Floats]:
    """r_CL on each half; within: word forms."""
    first, second = (
        correlations(
            without_forms(one.memory_NC, one.forms_N) if within else one.memory_NC,
            without_forms(one.labels_NL, one.forms_N) if within else one.labels_NL,
        )
        for one in halves
    )
    return first, second


def best(choice_CL: Floats, score_CL: Floats) -> tuple[NDArray[np.int64], Floats]:
    """For each label the cell of the largest |r| in the first table, and its r in the second."""
    columns = np.abs(choice_CL).argmax(axis=0)
    return columns, score_CL[columns, np.arange(score_CL.shape[1])]


def correlations(left_NC: Floats, right_NL: Floats) -> Floats:
    """Pearson's r of each pair of columns, [C, L]; 0 where one of the two does not vary."""
    left, right = standardised(left_NC), standardised(right_NL)
    found: Floats = left.T @ right / max(1, len(left))
    return found


def standardised(values: Floats) -> Floats:
    """Mean 0 and variance 1 in each column; zeros in one that does not vary but for rounding."""
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    tiny = spread <= 1e-9 * np.maximum(1.0, np.abs(values).max(axis=0, initial=0.0))
    return np.where(tiny, 0.0, centred / np.where(tiny, 1.0, spread))


def without_forms(values: Floats, forms_N: NDArray[np.int64]) -> Floats:
    """Each column less its mean over the words of the same form; so a word that occurs once is 0."""
    order = np.argsort(forms_N, kind="stable")
    sorted_forms = forms_N[order]
    starts = np.flatnonzero(np.diff(sorted_forms, prepend=-1))
    counts = np.diff([*starts, len(forms_N)])
    means = np.add.reduceat(values[order], starts, axis=0) / counts[:, None]
    found = np.empty_like(values)
    found[order] = values[order] - np.repeat(means, counts, axis=0)
    return found


def null_of(scored: Half, positional_L: NDArray[np.bool_], generator: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """For each label the PERCENTILE of the best cell's |r| under moved labels: over all words, and within word forms."""
    memory = standardised(scored.memory_NC), standardised(without_forms(scored.memory_NC, scored.forms_N))
    found: tuple[list[Floats], list[Floats]] = ([], [])
    for _ in range(draws):
        moved_NL = moved(scored, positional_L, generator)
        for kind, labels_NL in enumerate((moved_NL, without_forms(moved_NL, scored.forms_N))):
            found[kind].append(np.abs(memory[kind].T @ standardised(labels_NL) / len(labels_NL)).max(axis=0))
    every, within = (np.percentile(rows, PERCENTILE, axis=0) for rows in found)
    return every, within


def moved(scored: Half, positional_L: NDArray[np.bool_], generator: np.random.Generator) -> Floats:
    """Labels of other sentences: each sentence's from one drawn among those at least as long, from its first word on.

    The longest, which has no other, takes those of the next one that is long, over and over. Positional labels: all shifted along the text.
    """
    lengths = np.diff(scored.offsets)
    ranked = np.argsort(-lengths, kind="stable")
    rank = np.empty_like(ranked)
    rank[ranked] = np.arange(len(ranked))
    longer = np.searchsorted(-lengths[ranked], -lengths, side="right")  # how many sentences are at least as long, itself among them
    rows = []
    for sentence, length in enumerate(lengths.tolist()):
        donors = int(longer[sentence])
        drawn = int(generator.integers(max(1, donors - 1)))
        donor = int(ranked[drawn + (drawn >= rank[sentence]) if donors > 1 else min(1, len(ranked) - 1)])
        rows.append(scored.offsets[donor] + np.arange(length) % max(1, int(lengths[donor])))
    words = np.concatenate(rows)
    shifted = np.roll(np.arange(len(words)), int(generator.integers(1, max(2, len(words)))))
    return np.where(positional_L, scored.labels_NL[shifted], scored.labels_NL[words])
