"""Packed stacks of LSTMs: the states that the stack itself gives, whatever its layers and the lengths of sentences."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.packed import PackedStack, Packing, packable

OPTIONS = [{}, {"residual": True}, {"highway": True}]
KINDS = [("lstm", 6), ("bilstm", 3)]  # whose states are as large as the words' vectors, so that residual layers add them
WORDS, SIZE = 9, 6


def stack_of(kind: str, hidden_size: int, layers: int, options: dict[str, bool]) -> nn.Module:
    """A stack with weights large enough to matter, in evaluation mode."""
    stack = BACKBONES[kind](input_size=SIZE, hidden_size=hidden_size, layers=layers, dropout=0.5, **options).eval()
    for weight in stack.parameters():
        nn.init.normal_(weight)
    return stack


def batch_of(lengths: list[int], padding: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Vectors of words, numbers of words for sentences of these lengths, and the mask."""
    mask_BS = torch.arange(max(lengths) + padding) < torch.tensor(lengths)[:, None]
    return torch.randn(WORDS, SIZE), torch.randint(WORDS, mask_BS.shape), mask_BS


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(("kind", "hidden_size"), KINDS)
@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(0, 7), min_size=1, max_size=6), layers=st.integers(1, 3), padding=st.integers(0, 3), data=st.data())
def test_packed_states_are_those_of_the_stack(kind, hidden_size, options, lengths, layers, padding, data):
    torch.manual_seed(data.draw(st.integers(0, 99)))
    stack = stack_of(kind, hidden_size, layers, options)
    vectors_UE, numbers_BS, mask_BS = batch_of([*sorted(lengths, reverse=True), 0] if max(lengths) else [1], padding)
    expected = stack(vectors_UE[numbers_BS] * mask_BS[:, :, None], mask_BS)
    packed = PackedStack(stack, torch.float32)
    with torch.no_grad():
        found = packed(packed.first(vectors_UE), numbers_BS, mask_BS)
    assert len(found.layers) == layers
    for own_BSH, other_BSH in zip(found.layers[:], expected.layers, strict=True):
        torch.testing.assert_close(own_BSH, other_BSH, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.output, expected.output, atol=1e-5, rtol=1e-5)
    assert not found.output[~mask_BS].any()


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(("kind", "hidden_size"), KINDS)
def test_bfloat16_states_are_float32_tensors_near_the_exact_ones(kind, hidden_size, options):
    torch.manual_seed(1)
    stack = stack_of(kind, hidden_size, 2, options)
    vectors_UE, numbers_BS, mask_BS = batch_of([7, 4, 4, 1])
    packed = PackedStack(stack, torch.bfloat16)
    with torch.no_grad():
        found = packed(packed.first(vectors_UE), numbers_BS, mask_BS).output
        expected = stack(vectors_UE[numbers_BS] * mask_BS[:, :, None], mask_BS).output
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=0.1, rtol=0.05)
    assert not torch.equal(found, expected)


def test_a_packed_stack_answers_twice_alike_and_leaves_what_it_was_given():
    stack = stack_of("bilstm", 3, 2, {"highway": True})
    vectors_UE, numbers_BS, mask_BS = batch_of([5, 2])
    packed = PackedStack(stack, torch.float32)
    with torch.inference_mode():
        first = packed.first(vectors_UE)
        once, again = (packed(first, numbers_BS, mask_BS).output for _ in range(2))
    assert torch.equal(once, again)


def test_sentences_that_are_not_sorted_and_batches_without_words_are_refused():
    with pytest.raises(ValueError, match="packing needs the longest sentences first; sort them by length, falling"):
        Packing.of(torch.tensor([[True, False], [True, True]]))
    with pytest.raises(ValueError, match="nothing to pack: the batch has no words"):
        Packing.of(torch.zeros(2, 3, dtype=torch.bool))


@pytest.mark.parametrize("name", BACKBONES)
def test_stacks_of_lstms_are_packable_and_nothing_else(name):
    backbone = BACKBONES[name](input_size=4, hidden_size=4, layers=2, dropout=0.0)
    assert packable(backbone) == (name in ("lstm", "bilstm"))
    if not packable(backbone):
        with pytest.raises(ValueError, match="only a stack of LSTMs without dilation can be packed"):
            PackedStack(backbone, torch.float32)
