"""Sentences dealt out into interleaved ones, so that a recurrent layer skips words (dilated recurrence, Chang et al. 2017, 2.1-2.2).

With dilation D the words 0, D, 2D, ... are one sentence, 1, D + 1, ... the next: an ordinary layer over them goes from each word to the
one D further on. B batch, S position, H features, D dilation, P positions of a dealt sentence.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def interleaved(states_BSH: Tensor, dilation: int) -> Tensor:
    """dealt_RPH: D sentences for each one, R = B * D; words behind the last one are zero."""
    sentences, length, size = states_BSH.shape
    steps = -(-length // dilation)
    padded_BSH = functional.pad(states_BSH, (0, 0, 0, steps * dilation - length))
    return padded_BSH.view(sentences, steps, dilation, size).transpose(1, 2).reshape(sentences * dilation, steps, size)


def joined(dealt_RPH: Tensor, dilation: int, length: int) -> Tensor:
    """states_BSH, the first `length` words of each sentence: what `interleaved` dealt out."""
    rows, steps, size = dealt_RPH.shape
    whole_BSH = dealt_RPH.view(rows // dilation, dilation, steps, size).transpose(1, 2).reshape(rows // dilation, steps * dilation, size)
    return whole_BSH[:, :length]
