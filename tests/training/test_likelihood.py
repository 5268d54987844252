"""The likelihood in blocks of rows is that of plain operations, by value and by gradient."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from seqtasks.training import likelihood as module
from seqtasks.training.likelihood import likelihood


def plainly(logits_NV: torch.Tensor, targets_N: torch.Tensor, smoothing: float) -> tuple[torch.Tensor, torch.Tensor, int]:
    log_probs_NV = F.log_softmax(logits_NV, dim=-1)
    plain = -log_probs_NV.gather(1, targets_N[:, None]).sum()
    smoothed = (1 - smoothing) * plain - smoothing * log_probs_NV.mean(-1).sum()
    return smoothed, plain, int((logits_NV.argmax(-1) == targets_N).sum())


@given(
    rows=st.integers(0, 9),
    words=st.integers(1, 12),
    smoothing=st.sampled_from([0.0, 0.1, 1.0]),
    block=st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_values_and_gradients_are_those_of_plain_operations(rows: int, words: int, smoothing: float, block: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits_NV = (4 * torch.randn(rows, words, generator=generator)).requires_grad_()
    targets_N = torch.randint(words, (rows,), generator=generator)
    expected = plainly(logits_NV, targets_N, smoothing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_NUMBERS", block)
        found = likelihood(logits_NV, targets_N, smoothing)
        gradient_NV = torch.autograd.grad(found.smoothed / 3, logits_NV)[0]
    torch.testing.assert_close((found.smoothed, found.plain), expected[:2])
    assert int(found.correct) == expected[2]
    torch.testing.assert_close(gradient_NV, torch.autograd.grad(expected[0] / 3, logits_NV)[0])


def test_bfloat16_logits_are_summed_in_float32_and_get_a_gradient_of_their_own_type() -> None:
    logits_NV, targets_N = torch.randn(40, 300).bfloat16().requires_grad_(), torch.randint(300, (40,))
    found = likelihood(logits_NV, targets_N, 0.1)
    exact_NV = logits_NV.detach().float().requires_grad_()
    expected, plain, correct = plainly(exact_NV, targets_N, 0.1)
    torch.testing.assert_close((found.smoothed, found.plain), (expected, plain))
    assert int(found.correct) == correct  # of equal logits, of which bfloat16 has many, the first counts
    found.smoothed.backward()
    expected.backward()
    assert logits_NV.grad.dtype == torch.bfloat16
    torch.testing.assert_close(logits_NV.grad.float(), exact_NV.grad, rtol=0.01, atol=1e-5)


def test_the_plain_sum_and_the_count_ask_for_no_gradient() -> None:
    found = likelihood(torch.randn(2, 3, requires_grad=True), torch.tensor([0, 2]))
    assert found.smoothed.requires_grad and not found.plain.requires_grad and not found.correct.requires_grad
    assert found.smoothed.item() == found.plain.item()
