"""A score taken apart by what training has seen of a word or an entity.

Words fall into four cells. Known: training has the form, written just so. A known word is ambiguous if training tags it in several ways. An
unknown word has no tags in training; it is called ambiguous if the compared part itself tags its form in several ways, so this cell holds
only unknown words that occur there more than once, and is small.

Gold entities fall into three cells by their surface form, the words between their boundaries: seen in training as an entity of this type,
seen only as one of another type, or unseen as an entity. Their recall says what a system finds. For F1 the predicted entities are sorted in
the same way by the type that they claim, so a system pays for inventing entities in a cell.

Intervals: sentences are drawn with replacement, as for the score itself (score.py). N sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.comparison import Share
from seqtasks.evaluation.score import percentile_interval, resampled_sums
from seqtasks.text.tags import spans_of

WORD_CELLS = ("known, unambiguous", "known, ambiguous", "OOV, unambiguous", "OOV, ambiguous")
ENTITY_CELLS = ("seen with this type", "seen with another type", "unseen")
Tags = Sequence[Sequence[str]]


def cells_of_words(part: Annotated, train: Annotated) -> list[list[int]]:
    """For every word the number of its cell in WORD_CELLS."""
    in_train, in_part = _tags_of_forms(train), _tags_of_forms(part)
    cell_of = {}
    for form in in_part:
        known = form in in_train
        several = len(in_train[form] if known else in_part[form]) > 1
        cell_of[form] = (0 if known else 2) + several
    return [[cell_of[word] for word in words] for words in part.words]


def word_cells(part: Annotated, predicted: Tags, cells: Sequence[Sequence[int]], *, seed: int, draws: int) -> list[Share]:
    """Accuracy in each of the four cells (from `cells_of_words`), empty ones left out."""
    right_N4, total_N4 = (np.zeros((len(cells), len(WORD_CELLS))) for _ in range(2))
    for sentence, columns in enumerate(zip(cells, part.tags, predicted, strict=True)):
        for cell, true, found in zip(*columns, strict=True):
            total_N4[sentence, cell] += 1
            right_N4[sentence, cell] += true == found
    return _shares(WORD_CELLS, right_N4, total_N4, seed=seed, draws=draws)


def forms_of_entities(train: Annotated, scheme: str) -> dict[str, set[str]]:
    """The types of every surface form that training has as an entity."""
    types: dict[str, set[str]] = defaultdict(set)
    for words, tags in zip(train.words, train.tags, strict=True):
        for start, end, label in spans_of(tags, scheme):
            types[" ".join(words[start:end])].add(label)
    return dict(types)


def entity_cells(part: Annotated, predicted: Tags, forms: Mapping[str, Set[str]], *, scheme: str, seed: int, draws: int) -> list[Share]:
    """Recall in each of the three cells, then F1 in each; cells without anything to count are left out.

    forms: from `forms_of_entities`. An F1 counts twice the correct entities out of the gold and the predicted ones.
    """
    counts_N33 = np.zeros((len(part.words), 3, len(ENTITY_CELLS)))  # correct, gold, predicted
    for sentence, (words, gold, found) in enumerate(zip(part.words, part.tags, predicted, strict=True)):
        true_spans, found_spans = set(spans_of(gold, scheme)), set(spans_of(found, scheme))
        for row, spans in enumerate((true_spans & found_spans, true_spans, found_spans)):
            for start, end, label in spans:
                types = forms.get(" ".join(words[start:end]), set())
                cell = 0 if label in types else (1 if types else 2)
                counts_N33[sentence, row, cell] += 1
    correct, gold_count, predicted_count = counts_N33.transpose(1, 0, 2)
    recall = _shares([f"recall, {name}" for name in ENTITY_CELLS], correct, gold_count, seed=seed, draws=draws)
    both = gold_count + predicted_count
    return recall + _shares([f"F1, {name}" for name in ENTITY_CELLS], 2 * correct, both, seed=seed, draws=draws)


def _tags_of_forms(part: Annotated) -> dict[str, set[str]]:
    tags_of: dict[str, set[str]] = defaultdict(set)
    for words, tags in zip(part.words, part.tags, strict=True):
        for word, tag in zip(words, tags, strict=True):
            tags_of[word].add(tag)
    return tags_of


def _shares(names: Sequence[str], count_NC: NDArray[np.float64], total_NC: NDArray[np.float64], *, seed: int, draws: int) -> list[Share]:
    sums_RK = resampled_sums(np.concatenate([count_NC, total_NC], axis=1), seed=seed, samples=draws)
    cells = len(names)
    shares = []
    for cell, name in enumerate(names):
        count, total = int(count_NC[:, cell].sum()), int(total_NC[:, cell].sum())
        if total:
            counted_R = sums_RK[:, cells + cell] > 0
            drawn_R = 100.0 * sums_RK[counted_R, cell] / sums_RK[counted_R, cells + cell]
            shares.append(Share(name, count, total, 100.0 * count / total, percentile_interval(drawn_R)))
    return shares
