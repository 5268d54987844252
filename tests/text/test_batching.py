"""Batches rebuild what went in, and a plan gives every sentence once, within its budget, as a function of seed and epoch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.batching import (
    IGNORE,
    MULTIPLE,
    BatchPlan,
    columns,
    cut,
    in_order,
    in_threads,
    pad,
    rounded,
    source_batch,
    tagging_batch,
    translation_batch,
)
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary
from seqtasks.text.word_shapes import shape_of

LENGTHS = st.lists(st.integers(0, 30), max_size=60) | st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=60)
WORDS = Vocabulary(["a", "b", "cd"], specials=(PAD, UNK))
CHARACTERS = Vocabulary(["a", "b", "c"], specials=(PAD, UNK))
SENTENCES = st.lists(st.lists(st.sampled_from(["a", "b", "cd", "unknown", "cab"]), max_size=7), min_size=1, max_size=6)


def longest(lengths, positions):
    return max(np.max(lengths[position]) for position in positions)


def check_batches(lengths, batches, tokens):
    """Every sentence once; each batch within the budget, or one sentence alone."""
    assert sorted(position for batch in batches for position in batch.tolist()) == list(range(len(lengths)))
    for batch in batches:
        assert batch.dtype == np.int64
        assert len(batch) == 1 or len(batch) * longest(lengths, batch) <= tokens


@given(LENGTHS, st.integers(1, 80), st.integers(1, 20), st.integers(0, 3), st.integers(0, 3))
def test_a_plan_covers_every_sentence_once_within_the_budget_by_seed_and_epoch(lengths, tokens, pool, seed, number):
    batches = BatchPlan(lengths, tokens=tokens, sort_window=pool, seed=seed).epoch(number)
    check_batches(lengths, batches, tokens)
    again = BatchPlan(np.array(lengths), tokens=tokens, sort_window=pool, seed=seed)
    again.epoch(number + 1)
    assert [batch.tolist() for batch in again.epoch(number)] == [batch.tolist() for batch in batches]


def test_epochs_and_seeds_differ():
    lengths = list(range(1, 60))
    plans = [BatchPlan(lengths, tokens=100, sort_window=20, seed=seed) for seed in (1, 2)]
    orders = {tuple(tuple(batch) for batch in plan.epoch(number)) for plan in plans for number in (0, 1, 2)}
    assert len(orders) == 6


@given(LENGTHS, st.integers(1, 200), st.integers(1, 60), st.integers(1, 9), st.integers(0, 2))
def test_rows_are_a_multiple_but_for_the_last_of_a_pool_and_where_fewer_fit(lengths, tokens, pool, rows, number):
    padded = rounded(lengths)
    plan = BatchPlan(padded, tokens=tokens, sort_window=pool, seed=1, rows=rows)
    batches = plan.epoch(number)
    check_batches(padded, batches, tokens)
    odd = [batch for batch in batches if len(batch) % rows and len(batch) > rows]
    assert len(odd) <= -(-len(lengths) // pool)


@given(LENGTHS, st.integers(1, 80))
def test_one_row_at_a_time_cuts_as_a_plan_without_rows(lengths, tokens):
    """The batches of tagging recipes."""
    order, ordered = np.arange(len(lengths)), columns(lengths)
    longest = ordered.max(axis=1) if len(lengths) else order
    expected, start = [], 0
    queue = order[np.lexsort([*ordered.T, longest])]
    for end in range(1, len(queue) + 1):
        if end == len(queue) or (end + 1 - start) * int(longest[queue[end]]) > tokens:
            expected.append(queue[start:end].tolist())
            start = end
    assert [batch.tolist() for batch in cut(order, ordered, tokens)] == expected


@given(st.lists(st.integers(0, 40)))
def test_lengths_are_rounded_as_batches_are_padded(lengths):
    assert rounded(lengths).tolist() == [pad([np.zeros(length, dtype=np.int32)], 0, MULTIPLE).size(1) for length in lengths]


def test_sentences_of_a_pool_are_batched_by_length():
    lengths = [7, 1, 1, 7, 1, 7]
    batches = BatchPlan(lengths, tokens=21, sort_window=6, seed=0).epoch(0)
    assert sorted(sorted(lengths[position] for position in batch) for batch in batches) == [[1, 1, 1], [7, 7, 7]]
    twice = BatchPlan(np.array([[1, 9], [9, 1], [2, 2]]), tokens=18, sort_window=3, seed=0).epoch(0)
    assert sorted(sorted(batch.tolist()) for batch in twice) == [[0], [1, 2]]


@given(LENGTHS, st.integers(1, 80))
def test_batches_for_prediction_come_longest_first(lengths, tokens):
    batches = in_order(lengths, tokens)
    check_batches(lengths, batches, tokens)
    peaks = [longest(lengths, batch) for batch in batches]
    assert peaks == sorted(peaks, reverse=True)


@given(st.lists(st.lists(st.integers(0, 9)), max_size=5), st.integers(1, 5))
def test_padding_fills_up_to_the_longest_rounded_up(rows, multiple):
    padded = pad([np.array(row, dtype=np.int32) for row in rows], -7, multiple)
    width = max(map(len, rows), default=0)
    assert padded.shape[0] == len(rows)
    assert width <= padded.shape[1] < width + multiple
    assert padded.shape[1] % multiple == 0
    assert padded.dtype == torch.int64
    assert padded.tolist() == [row + [-7] * (padded.shape[1] - len(row)) for row in rows]


@given(SENTENCES, st.data())
def test_a_tagging_batch_rebuilds_its_sentences(sentences, data):
    forms, encoded = FormTable.build(sentences, WORDS, CHARACTERS)
    labels = [[10 * row + column for column in range(len(sentence))] for row, sentence in enumerate(sentences)]
    order = np.array(data.draw(st.permutations(range(len(sentences)))))
    batch = tagging_batch(forms, encoded, order, {"pos": Ragged.from_lists(labels)}, "pos")
    chosen = [sentences[position] for position in order]
    width = -(-max(map(len, chosen)) // MULTIPLE) * MULTIPLE
    assert batch.task == "pos"
    assert batch.positions_B.tolist() == order.tolist()
    assert batch.ids_BS.tolist() == [WORDS.ids(sentence) + [0] * (width - len(sentence)) for sentence in chosen]
    assert batch.mask_BS.tolist() == [[column < len(sentence) for column in range(width)] for sentence in chosen]
    assert batch.targets["pos"].tolist() == [labels[position] + [IGNORE] * (width - len(labels[position])) for position in order]
    assert batch.tokens == sum(map(len, sentences))
    distinct = batch.distinct
    assert len(distinct.words_U) == len({word for sentence in sentences for word in sentence})
    spelled = [row[mask].tolist() for row, mask in zip(distinct.characters_UC, distinct.character_mask_UC, strict=True)]
    for sentence, inverse in zip(chosen, distinct.inverse_BS.tolist(), strict=True):
        assert [distinct.words_U[number] for number in inverse[: len(sentence)]] == WORDS.ids(sentence)
        assert [spelled[number] for number in inverse[: len(sentence)]] == [CHARACTERS.ids(word) for word in sentence]
        assert len(inverse) == width
        assert [distinct.shapes_U[number] for number in inverse[: len(sentence)]] == [shape_of(word) for word in sentence]
    assert not distinct.characters_UC[~distinct.character_mask_UC].any()


def test_targets_must_be_as_many_as_words():
    forms, encoded = FormTable.build([["a"], ["a", "b"]], WORDS, CHARACTERS)
    with pytest.raises(ValueError, match="sentence 1 has 2 words but 3 ner targets"):
        tagging_batch(forms, encoded, np.array([0, 1]), {"ner": Ragged.from_lists([[1], [1, 2, 3]])}, "ner")


def test_a_batch_of_no_sentences_has_no_rows():
    forms, encoded = FormTable.build([["a"]], WORDS, CHARACTERS)
    batch = tagging_batch(forms, encoded, np.array([], dtype=np.int64), {"ner": Ragged.from_lists([[1]])}, "ner")
    assert (batch.ids_BS.shape, batch.targets["ner"].shape, batch.tokens) == ((0, 0), (0, 0), 0)


@given(st.lists(st.tuples(st.lists(st.integers(1, 9), max_size=6), st.lists(st.integers(1, 9), max_size=9)), min_size=1))
def test_a_translation_batch_rebuilds_its_pairs(pairs):
    sources, targets = ([list(row) for row in side] for side in zip(*pairs, strict=True))
    order = np.arange(len(pairs))[::-1]
    batch = translation_batch(Ragged.from_lists(sources), Ragged.from_lists(targets), order)
    assert [row[mask].tolist() for row, mask in zip(batch.ids_BS, batch.mask_BS, strict=True)] == sources[::-1]
    assert [row[row != IGNORE].tolist() for row in batch.targets["target"]] == targets[::-1]
    assert batch.targets["target"].size(1) == -(-max(map(len, targets)) // MULTIPLE) * MULTIPLE
    assert not batch.ids_BS[~batch.mask_BS].any()
    assert (batch.task, batch.distinct, batch.positions_B.tolist()) == ("translation", None, order.tolist())
    assert batch.tokens == sum(map(len, sources))
    alone = source_batch(sources[::-1])
    assert torch.equal(alone.ids_BS, batch.ids_BS)
    assert torch.equal(alone.mask_BS, batch.mask_BS)
    assert alone.targets == {}


def test_a_batch_moves_to_a_device_with_all_that_the_model_reads():
    forms, encoded = FormTable.build([["a", "cd"]], WORDS, CHARACTERS)
    batch = tagging_batch(forms, encoded, np.array([0]), {"ner": Ragged.from_lists([[1, 2]])}, "ner")
    moved = batch.to(torch.device("meta"))
    tensors = [moved.ids_BS, moved.mask_BS, moved.targets["ner"], *vars(moved.distinct).values()]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert (moved.task, moved.segments_BS) == ("ner", None)
    assert batch.ids_BS.device.type == "cpu"


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_work_in_threads_is_answered_in_order_and_each_thread_computes_alone(threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = in_threads(lambda item: (item * item, torch.get_num_threads()), range(4), torch.device("cpu"))
        assert [square for square, _ in found] == [0, 1, 4, 9]
        assert {own for _, own in found} == {1}
        assert torch.get_num_threads() == threads
        assert in_threads(lambda item: item, [], torch.device("cpu")) == []
    finally:
        torch.set_num_threads(before)


def test_an_error_in_a_thread_is_raised():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ZeroDivisionError):
            in_threads(lambda item: 1 // item, [1, 0], torch.device("cpu"))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
