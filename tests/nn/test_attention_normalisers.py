import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.attention_weights import NORMALISERS, entmax15, masked_softmax, sparsemax, top_k
from tests.oracles import attention as oracle

ORACLES = {"softmax": oracle.softmax, "sparsemax": oracle.sparsemax, "entmax15": oracle.entmax15, "topk": lambda z: oracle.top_k(z, 3)}
SPARSE = {"sparsemax": sparsemax, "entmax15": entmax15}


def normaliser(name):
    return NORMALISERS[name](3)


@pytest.mark.parametrize("name", NORMALISERS)
@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=9, unique=True), min_size=1, max_size=4),
    extra=st.integers(0, 3),
)
def test_weights_equal_those_of_a_threshold_found_by_halving(name, rows, extra):
    longest = max(map(len, rows)) + extra
    energy = torch.tensor([row + [40.0] * (longest - len(row)) for row in rows])
    mask = torch.arange(longest) < torch.tensor([len(row) for row in rows])[:, None]
    weights = normaliser(name)(energy, mask)
    for row, found in zip(rows, weights, strict=True):
        expected = torch.tensor(ORACLES[name](row), dtype=torch.float32)
        torch.testing.assert_close(found[: len(row)], expected, atol=2e-5, rtol=1e-4)
    assert not weights[~mask].any()


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0, 1000.0])
def test_sparse_weights_and_their_gradients_equal_the_entmax_package(name, scale):
    entmax = pytest.importorskip("entmax")
    theirs = {"sparsemax": entmax.sparsemax, "entmax15": entmax.entmax15}[name]
    energy, wanted = torch.randn(50, 13) * scale, torch.randn(50, 13)
    ours_z, theirs_z = energy.clone().requires_grad_(), energy.clone().requires_grad_()
    ours_w, theirs_w = SPARSE[name](ours_z, torch.ones(50, 13, dtype=torch.bool)), theirs(theirs_z, dim=-1)
    torch.testing.assert_close(ours_w, theirs_w, atol=1e-5, rtol=1e-5)
    (ours_w * wanted).sum().backward()
    (theirs_w * wanted).sum().backward()
    torch.testing.assert_close(ours_z.grad, theirs_z.grad, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("name", NORMALISERS)
def test_gradients_equal_finite_differences(name):
    energy = torch.randn(5, 7, dtype=torch.float64, requires_grad=True)
    mask = torch.arange(7) < torch.tensor([7, 3, 0, 1, 5])[:, None]
    assert torch.autograd.gradcheck(lambda z: normaliser(name)(z, mask), (energy,), eps=1e-7, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in NORMALISERS if name != "softmax"])
def test_words_far_below_the_best_get_exactly_nothing_and_rows_sum_to_one(name):
    weights = normaliser(name)(torch.tensor([[3.0, 2.9, -1.0, -2.0, 2.8]]), torch.ones(1, 5, dtype=torch.bool))
    assert weights[0, 2:4].tolist() == [0.0, 0.0]
    assert (weights[0, [0, 1, 4]] > 0.2).all()
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))


@pytest.mark.parametrize("name", SPARSE)
def test_ties_share_alike_and_what_a_best_word_beats_by_enough_is_exactly_zero(name):
    mask = torch.ones(1, 1000, dtype=torch.bool)
    torch.testing.assert_close(SPARSE[name](torch.full((1, 1000), 7.0), mask), torch.full((1, 1000), 1e-3))
    energy = torch.zeros(1, 1000)
    energy[0, 500] = 2.5
    expected = torch.zeros(1, 1000)
    expected[0, 500] = 1.0
    assert torch.equal(SPARSE[name](energy, mask), expected)


@pytest.mark.parametrize("name", NORMALISERS)
def test_rows_without_a_real_word_are_zero_with_zero_gradients_and_nothing_is_ever_nan(name):
    mask = torch.tensor([[True, True, False], [False, False, False]])
    energy = torch.tensor([[-3e38, -3e38, 5.0], [1.0, math.inf, 3.0]], requires_grad=True)
    weights = normaliser(name)(energy, mask)
    torch.testing.assert_close(weights[0], torch.tensor([0.5, 0.5, 0.0]))
    assert not weights[1].any()
    weights.square().sum().backward()
    assert energy.grad.isfinite().all() and not energy.grad[1].any()


@pytest.mark.parametrize("name", NORMALISERS)
def test_weights_are_float32_at_least_and_come_for_no_words_too(name):
    energy, mask = torch.randn(2, 4), torch.ones(2, 4, dtype=torch.bool)
    assert normaliser(name)(energy.bfloat16(), mask).dtype == torch.float32
    assert normaliser(name)(energy.double(), mask).dtype == torch.float64
    assert normaliser(name)(energy[:, :0], mask[:, :0]).shape == (2, 0)


@pytest.mark.parametrize("name", NORMALISERS)
def test_padding_changes_no_weight(name):
    energy = torch.randn(3, 6)
    padded = torch.cat([energy, torch.full((3, 5), 99.0)], dim=1)
    mask = torch.arange(11).expand(3, -1) < 6
    alone = normaliser(name)(energy, torch.ones(3, 6, dtype=torch.bool))
    torch.testing.assert_close(normaliser(name)(padded, mask)[:, :6], alone, atol=1e-7, rtol=1e-6)


def test_top_k_keeps_no_more_than_k_real_words_and_all_of_them_where_there_are_fewer():
    mask = torch.arange(8) < torch.tensor([8, 5, 2, 0])[:, None]
    weights = top_k(3)(torch.zeros(4, 8), mask)
    assert (weights > 0).sum(dim=1).tolist() == [3, 3, 2, 0]
    energy = torch.randn(4, 8)
    assert torch.equal(top_k(9)(energy, mask), masked_softmax(energy, mask))
    with pytest.raises(ValueError, match="^a softmax over the k best needs k of at least 1, got 0$"):
        top_k(0)
