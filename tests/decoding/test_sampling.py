import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.constraints import minimum_length
from seqtasks.decoding.greedy import greedy
from seqtasks.decoding.sampling import Shape, draw, sample
from tests.decoding.tables import TableModel, table_model
from tests.decoding.test_forced import walk

BOS, EOS = 0, 1


def run(model, limits, *, numbers=None, samples=3, shape=None, constraints=()):
    generators = [np.random.default_rng([7, number]) for number in (numbers or range(len(limits)))]
    return sample(
        model.step, *model.start(), bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits, dtype=torch.long), generators=generators,
        samples=samples, shape=shape or Shape(), constraints=constraints,
    )  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    limits=st.lists(st.integers(0, 7), min_size=1, max_size=4),
    samples=st.integers(1, 5),
    seed=st.integers(0, 10**6),
    shape=st.sampled_from([Shape(), Shape(temperature=0.5), Shape(top_k=2), Shape(top_p=0.6), Shape(1.5, 3, 0.8)]),
)
def test_a_sentence_has_the_same_samples_in_any_batch(limits, samples, seed, shape):
    model = table_model(sentences=len(limits), vocabulary=5, seed=seed)
    together = run(model, limits, samples=samples, shape=shape)
    assert [len(group) for group in together] == [samples] * len(limits)
    for sentence, limit in enumerate(limits):
        alone = TableModel(model.tables_BCVV[sentence : sentence + 1])
        (found,) = run(alone, [limit], numbers=[sentence], samples=samples, shape=shape)
        assert found == together[sentence]
        for one in found:
            output = [*one.tokens, *([EOS] if one.finished else [])]
            assert one.log_probability == one.score == pytest.approx(walk(alone, [output])[0].log_probability, abs=1e-5)
            assert len(output) <= limit and (one.finished or len(output) == limit)


def test_finished_samples_leave_and_memory_keeps_one_row_per_sentence():
    model = table_model(sentences=3, vocabulary=5, seed=1)
    found = run(model, [2, 9, 4], samples=4)
    lengths = [[len(one.tokens) + one.finished for one in group] for group in found]
    widest = [[sum(length > step for length in group) for group in lengths] for step in range(max(map(max, lengths)))]
    assert model.rows_seen == [3] + [max(open_ones) * sum(map(bool, open_ones)) for open_ones in widest[1:]]


def test_samples_come_as_often_as_they_are_probable():
    model = table_model(sentences=1, vocabulary=4, seed=5, sharpness=1.0)
    for shape in (Shape(), Shape(temperature=2.0), Shape(top_k=2), Shape(top_p=0.7)):
        (found,) = run(model, [1], samples=20_000, shape=shape)
        expected = shape(model.tables_BCVV[0, 1, BOS][None]).softmax(1)[0]
        counts = np.bincount([EOS if one.finished else one.tokens[0] for one in found], minlength=4)
        assert counts / 20_000 == pytest.approx(expected.tolist(), abs=0.015)
        assert all(count == 0 for count, share in zip(counts, expected.tolist(), strict=True) if share == 0)


def test_a_temperature_is_a_power_of_the_probabilities_before_the_others_choose():
    probabilities = [0.5, 0.3, 0.15, 0.05]
    log_probs = torch.tensor([probabilities]).log()
    for temperature in (0.5, 1.0, 2.0):
        powers = [share ** (1 / temperature) for share in probabilities]
        expected = [power / sum(powers) for power in powers]
        assert Shape(temperature=temperature)(log_probs).softmax(1)[0].tolist() == pytest.approx(expected, abs=1e-6)
    # at 0.5 the shares are 0.685, 0.247, 0.062 and 0.007: 0.9 takes two words; of the shares as they were it would take three
    both = Shape(temperature=0.5, top_k=3, top_p=0.9)(log_probs).softmax(1)[0].tolist()
    assert both == pytest.approx([0.25 / 0.34, 0.09 / 0.34, 0, 0], abs=1e-6)


@pytest.mark.parametrize("shape", [Shape(top_k=1), Shape(top_p=1e-9), Shape(temperature=1e-4)])
def test_a_sharp_enough_shape_is_greedy_search(shape):
    model = table_model(sentences=4, vocabulary=6, seed=2)
    limits = [3, 8, 1, 5]
    best = greedy(model.step, *model.start(), bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits))
    for group, one in zip(run(model, limits, shape=shape), best, strict=True):
        assert [(drawn.tokens, drawn.finished) for drawn in group] == [(one.tokens, one.finished)] * 3


def test_constraints_hold_for_samples_and_what_can_go_nowhere_is_unfinished():
    model = table_model(sentences=2, vocabulary=3, seed=1)
    found = run(model, [6, 6], constraints=[minimum_length(torch.tensor([4, 0]), eos=EOS)])
    assert all(len(one.tokens) >= 4 for one in found[0])
    assert any(len(one.tokens) < 4 for one in found[1])
    tables = torch.full((1, 7, 3, 3), -math.inf)
    tables[:, 1] = torch.tensor([-math.inf, -math.inf, -0.5])
    assert [(one.tokens, one.log_probability, one.finished) for one in run(TableModel(tables), [4])[0]] == [((2,), -0.5, False)] * 3


def test_a_column_without_weight_is_never_drawn():
    log_weights = torch.tensor([[-math.inf, 0.0, -math.inf, -1.0, -math.inf]])
    edges = torch.tensor([[0.0, 0.5, 1 / (1 + math.exp(-1)), 1 - 2**-24, 1 - 2**-53]], dtype=torch.float64)
    assert set(draw(log_weights, edges)[0].tolist()) == {1, 3}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": 0.0}, "temperature must be a positive number, got 0.0"),
        ({"top_k": -1}, "top_k must not be negative, got -1"),
        ({"top_p": 0.0}, "top_p must be above 0 and at most 1, got 0.0"),
    ],
)
def test_impossible_shapes_are_refused(settings, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Shape(**settings)


def test_less_than_one_sample_is_refused():
    with pytest.raises(ValueError, match="^samples must be at least 1, got 0$"):
        run(table_model(sentences=1, vocabulary=3, seed=0), [2], samples=0)
