"""Batches: what a model is given, cut by token budget from length-sorted pools, and several of them at once on a CPU's threads.

B sentences, S position, U distinct words of the batch, C character position, T target position, G spans of a sentence, N of a batch.
Masks are bool, True at real tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.tags import Span, layers_of

IGNORE = -100  # the target where there is no word, or a label that training has not seen
MULTIPLE = 4  # padded lengths are rounded up to this: few shapes, which the recurrent kernels cache
FIELDS = 4  # of a span as a target: start, end, number of its label, and layer (`text.tags.layers_of`)
ROWS = 8  # and a batch of pairs has a multiple of so many rows, where it can

Positions = NDArray[np.int64]
Row = Sequence[int] | NDArray[np.integer[Any]]
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Distinct:
    """The distinct words of a batch, so that characters run once for each.

    words_U; characters_UC with its mask; inverse_BS: which word stands where; shapes_U: numbers of `seqtasks.text.word_shapes`.
    """

    words_U: Tensor
    characters_UC: Tensor
    character_mask_UC: Tensor
    inverse_BS: Tensor
    shapes_U: Tensor

    def to(self, device: torch.device) -> Distinct:
        tensors = (self.words_U, self.characters_UC, self.character_mask_UC, self.inverse_BS, self.shapes_U)
        return Distinct(*(tensor.to(device) for tensor in tensors))


@dataclass(frozen=True)
class Batch:
    """Sentences side by side.

    positions_B: where they stand in their corpus; task: whose batch it is; targets: {head: ids, IGNORE at padding};
    segments_BS: numbers of sentences or chunks within a document, where there are any; priors: {head: log-probabilities_BSN of another
    tagger, 0 at padding}, for heads that pool them with their scores; encoded: what a trunk has read of it already
    (`seqtasks.nn.encoded.Encoded`).
    """

    ids_BS: Tensor
    mask_BS: Tensor
    positions_B: Tensor
    task: str
    targets: Mapping[str, Tensor]
    distinct: Distinct | None = None
    segments_BS: Tensor | None = None
    priors: Mapping[str, Tensor] = field(default_factory=dict)
    encoded: Any = None

    @property
    def tokens(self) -> int:
        """Real source tokens."""
        return int(self.mask_BS.sum())

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        return replace(
            self,
            ids_BS=self.ids_BS.to(device),
            mask_BS=self.mask_BS.to(device),
            targets={name: target.to(device) for name, target in self.targets.items()},
            distinct=self.distinct.to(device) if self.distinct else None,
            segments_BS=self.segments_BS.to(device) if self.segments_BS is not None else None,
            priors={name: prior.to(device) for name, prior in self.priors.items()},
        )


def pad(rows: Sequence[Row], padding: int, multiple: int = 1) -> Tensor:
    """Rows as one tensor, filled up with `padding` to the longest, rounded up to a multiple."""
    longest = max((len(row) for row in rows), default=0)
    padded = np.full((len(rows), -(-longest // multiple) * multiple), padding, dtype=np.int64)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return torch.from_numpy(padded)


def mask_of(rows: Sequence[Row], width: int) -> Tensor:
    """True where a row has a token."""
    return torch.from_numpy(np.arange(width)[None, :] < np.array([len(row) for row in rows], dtype=np.int64)[:, None])


def tagging_batch(forms: FormTable, sentences: Ragged, positions: Positions, targets: Mapping[str, Ragged], task: str) -> Batch:
    """The sentences at `positions`, with their distinct words and, by head, their target labels, one a word."""
    rows = [sentences[position] for position in positions.tolist()]
    labels = {head: [target[position] for position in positions.tolist()] for head, target in targets.items()}
    for head, target_rows in labels.items():
        for position, row, target_row in zip(positions.tolist(), rows, target_rows, strict=True):
            if len(row) != len(target_row):
                raise ValueError(f"sentence {position} has {len(row)} words but {len(target_row)} {head} targets")
    flat = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
    distinct_U, inverse = np.unique(flat, return_inverse=True)
    starts = np.cumsum([0, *(len(row) for row in rows)])
    inverse_rows = [inverse[start:end] for start, end in zip(starts[:-1], starts[1:], strict=True)]
    inverse_BS = pad(inverse_rows, 0, MULTIPLE)
    mask_BS = mask_of(rows, inverse_BS.size(1))
    distinct = distinct_words(forms, distinct_U, inverse_BS)
    padded_words = distinct.words_U[inverse_BS] if len(distinct_U) else inverse_BS
    return Batch(
        ids_BS=padded_words.masked_fill(~mask_BS, 0),
        mask_BS=mask_BS,
        positions_B=torch.from_numpy(np.array(positions, dtype=np.int64)),
        task=task,
        targets={head: pad(target_rows, IGNORE, MULTIPLE) for head, target_rows in labels.items()},
        distinct=distinct,
    )


def classification_batch(forms: FormTable, texts: Ragged, positions: Positions, targets: Mapping[str, NDArray[Any]], task: str) -> Batch:
    """The texts at `positions`, with their distinct words and, by head, a target for each text: targets[N], or [N, labels]."""
    wanted = {head: torch.from_numpy(target[positions]) for head, target in targets.items()}
    return replace(tagging_batch(forms, texts, positions, {}, task), targets=wanted)


def distinct_words(forms: FormTable, distinct_U: NDArray[np.integer[Any]], inverse_BS: Tensor) -> Distinct:
    """The forms of these numbers as models read them."""
    spelled = [forms.characters[form] for form in distinct_U.tolist()]
    characters_UC = pad(spelled, 0)
    words_U, shapes_U = (torch.from_numpy(numbers[distinct_U].astype(np.int64)) for numbers in (forms.word_ids, forms.shapes))
    return Distinct(words_U, characters_UC, mask_of(spelled, characters_UC.size(1)), inverse_BS, shapes_U)


def source_batch(rows: Sequence[Row]) -> Batch:
    """Sources to translate, in the order given."""
    ids_BS = pad(rows, 0, MULTIPLE)
    return Batch(ids_BS, mask_of(rows, ids_BS.size(1)), torch.arange(len(rows)), "translation", {})


def translation_batch(sources: Ragged, targets: Ragged, positions: Positions) -> Batch:
    """The pairs at `positions`; target rows end with the end of sentence already, and the decoder adds the begin."""
    targets_BT = pad([targets[position] for position in positions.tolist()], IGNORE, MULTIPLE)
    batch = source_batch([sources[position] for position in positions.tolist()])
    return replace(batch, positions_B=torch.from_numpy(np.array(positions, dtype=np.int64)), targets={"target": targets_BT})


def span_targets(sentences: Iterable[Sequence[Span]], labels: Sequence[str]) -> Ragged:
    """The spans of each sentence as rows of FIELDS numbers; those of a label that is not among `labels` are left out."""
    number = {label: position for position, label in enumerate(labels)}
    rows = []
    for spans in sentences:
        row: list[int] = []
        for layer, members in enumerate(layers_of(spans)):
            for start, end, label in members:
                row += [start, end, number[label], layer] if label in number else []
        rows.append(row)
    return Ragged.from_lists(rows)


def with_spans(batch: Batch, positions: Positions, targets: Mapping[str, Ragged]) -> Batch:
    """The batch with, by head, the spans of its sentences as targets: spans_BG4, IGNORE where a sentence has fewer."""
    if not targets:
        return batch
    found = {
        head: pad([rows[position] for position in positions.tolist()], IGNORE).unflatten(1, (-1, FIELDS)) for head, rows in targets.items()
    }
    return replace(batch, targets={**batch.targets, **found})


def real_spans(spans_BG4: Tensor) -> tuple[Tensor, Tensor]:
    """(rows_N, spans_N4): the spans of a batch that are none of its padding, with the sentence that each is of."""
    rows_N, columns_N = torch.nonzero(spans_BG4[:, :, 0] != IGNORE, as_tuple=True)
    return rows_N, spans_BG4[rows_N, columns_N]


class Batches(Sequence["Batch"]):
    """Batches that are made when they are asked for, from a plan and what makes a batch of one of its items."""

    def __init__(self, plan: Sequence[Any], make: Callable[[Any], Batch]) -> None:
        self.plan = plan
        self.make = make

    def __len__(self) -> int:
        return len(self.plan)

    def __getitem__(self, number: int) -> Batch:  # type: ignore[override]  # no slices: one is made at a time
        return self.make(self.plan[number])


class BatchPlan:
    """Which sentences go together in each epoch: a function of seed and epoch, so a resumed run needs only their numbers.

    lengths: [N], or [N, K] for sentences of several sides (the longest counts); tokens: the largest product of sentences and longest
    length in a batch (a longer sentence is a batch of its own); sort_window: sentences that are sorted by length together; rows: sentences
    of a batch are a multiple of this, but for the last of a window and where fewer fit.
    """

    def __init__(self, lengths: ArrayLike, *, tokens: int, sort_window: int, seed: int, rows: int = 1) -> None:
        self.lengths_NK = columns(lengths)
        self.tokens = tokens
        self.sort_window = sort_window
        self.seed = seed
        self.rows = rows

    def epoch(self, number: int) -> list[Positions]:
        """The batches of epoch `number`, in order: every sentence exactly once."""
        generator = np.random.default_rng([self.seed, number])
        order = generator.permutation(len(self.lengths_NK))
        batches: list[Positions] = []
        for start in range(0, len(order), self.sort_window):
            batches += cut(order[start : start + self.sort_window], self.lengths_NK, self.tokens, self.rows)
        return [batches[position] for position in generator.permutation(len(batches))]


def in_order(lengths: ArrayLike, tokens: int, rows: int = 1) -> list[Positions]:
    """Length-sorted batches for prediction, longest first; positions restore the order.

    rows: what the budget leaves of a batch beyond a multiple of it goes to the next.
    """
    lengths_NK = columns(lengths)
    return cut(np.arange(len(lengths_NK)), lengths_NK, tokens, rows)[::-1]


def columns(lengths: ArrayLike) -> NDArray[np.int64]:
    """Lengths as [N, K]."""
    array = np.asarray(lengths, dtype=np.int64)
    return array[:, None] if array.ndim == 1 else array


def rounded(lengths: ArrayLike) -> NDArray[np.int64]:
    """Lengths as they are padded: rounded up to MULTIPLE."""
    return -(-np.asarray(lengths, dtype=np.int64) // MULTIPLE) * MULTIPLE


def cut(positions: Positions, lengths_NK: NDArray[np.int64], tokens: int, rows: int = 1) -> list[Positions]:
    """Sort by length (the longest side first, then the last one), and cut where rows x longest would exceed the budget.

    rows: what that leaves of a batch beyond a multiple of it goes to the next.
    """
    keys = [*lengths_NK[positions].T, lengths_NK[positions].max(axis=1)]
    ordered = positions[np.lexsort(keys)]
    longest_N = lengths_NK[ordered].max(axis=1)
    batches, start, end = [], 0, 1
    while start < len(ordered):
        if end < len(ordered) and (end + 1 - start) * int(longest_N[end]) <= tokens:
            end += 1
            continue
        if end < len(ordered) and end - start > rows:
            end -= (end - start) % rows
        batches.append(ordered[start:end])
        start, end = end, end + 1
    return batches


def in_threads(function: Callable[[S], T], items: Sequence[S], device: torch.device) -> list[T]:
    """function(item) for each item: on a CPU several at once, in as many threads as torch would use for one, each with one of its own.

    So threads need not wait for each other at every layer, which for small layers is most of what they would do.
    """
    threads = min(torch.get_num_threads(), len(items))
    if threads < 2 or device.type != "cpu":
        return [function(item) for item in items]
    before = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(function, items))
    finally:
        torch.set_num_threads(before)  # what threads to come begin with
