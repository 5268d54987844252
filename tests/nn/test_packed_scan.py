"""The scan over packed steps against nn.LSTM, one sentence at a time."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seqtasks.nn.packed import compiled, scan

WORDS, SIZE = 7, 3


def drawn(lengths, hidden):
    """An LSTM, the vectors of some distinct words, and sentences of their numbers, the longest first."""
    layer = nn.LSTM(SIZE, hidden, batch_first=True)
    for weight in layer.parameters():
        nn.init.normal_(weight)
    return layer, torch.randn(WORDS, SIZE), [torch.randint(WORDS, (length,)) for length in sorted(lengths, reverse=True)]


def doubled(weight, hidden):
    """Rows of torch's gates i, f, g, o with those of g doubled."""
    factors = torch.tensor([1.0, 1.0, 2.0, 1.0]).repeat_interleave(hidden)
    return weight * (factors if weight.dim() == 1 else factors[:, None])


def packed(layer, vectors_UE, sentences):
    """What `scan` takes: the products of the distinct words, the word numbers of each step, and the recurrent weights."""
    hidden = layer.hidden_size
    bias_G = doubled(layer.bias_ih_l0 + layer.bias_hh_l0, hidden)
    products_UG = vectors_UE @ doubled(layer.weight_ih_l0, hidden).T + bias_G
    steps = [torch.stack([row[step] for row in sentences if len(row) > step]) for step in range(len(sentences[0]))]
    return products_UG, steps, doubled(layer.weight_hh_l0, hidden).T.contiguous()


def one_by_one(layer, vectors_UE, sentences, backward):
    """The states of nn.LSTM over each sentence alone, in packed order."""
    states = []
    for row in sentences:
        inputs = vectors_UE[row.flip(0) if backward else row]
        found = layer(inputs[None])[0][0]
        states.append(found.flip(0) if backward else found)
    return torch.cat([torch.stack([row[step] for row in states if len(row) > step]) for step in range(len(states[0]))])


@given(st.integers(0, 10**6), st.lists(st.integers(1, 6), min_size=1, max_size=40), st.integers(1, 5), st.booleans())
@settings(max_examples=40, deadline=None)
def test_states_are_those_of_each_sentence_alone(seed, lengths, hidden, backward):
    torch.manual_seed(seed)
    layer, vectors_UE, sentences = drawn(lengths, hidden)
    with torch.no_grad():
        found = scan(*packed(layer, vectors_UE, sentences), backward)
        expected = one_by_one(layer, vectors_UE, sentences, backward)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sentences", [1, 15, 16, 17, 33])
def test_no_number_of_sentences_is_special(sentences, backward):
    layer, vectors_UE, rows = drawn([1 + number % 4 for number in range(sentences)], 4)
    with torch.no_grad():
        torch.testing.assert_close(
            scan(*packed(layer, vectors_UE, rows), backward), one_by_one(layer, vectors_UE, rows, backward), atol=1e-5, rtol=1e-5
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("backward", [False, True])
def test_the_compiled_loop_answers_as_the_plain_one(dtype, backward):
    layer, vectors_UE, sentences = drawn([5, 5, 3, 1], 4)
    with torch.no_grad():
        products_UG, steps, recurrent_HG = packed(layer, vectors_UE, sentences)
        arguments = products_UG.to(dtype), steps, recurrent_HG.to(dtype), backward
        found = compiled()(*arguments)
        assert found.dtype == dtype
        assert torch.equal(found, scan(*arguments))
    assert compiled() is compiled()


def test_without_torchscript_the_plain_loop_runs(monkeypatch):
    compiled.cache_clear()
    monkeypatch.delattr(torch.jit, "script")
    assert compiled() is scan
    compiled.cache_clear()


def test_what_a_scan_is_given_is_left_as_it_was():
    layer, vectors_UE, sentences = drawn([4, 2], 4)
    with torch.no_grad():
        products_UG, steps, recurrent_HG = packed(layer, vectors_UE, sentences)
        copies = products_UG.clone(), recurrent_HG.clone()
        scan(products_UG, steps, recurrent_HG, False)
    assert torch.equal(products_UG, copies[0]) and torch.equal(recurrent_HG, copies[1])
