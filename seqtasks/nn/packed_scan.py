"""One direction of an LSTM over packed sentences: the loop over steps.

Step after step it runs small operations. Threads that do so from Python wait for the lock of the interpreter more than they
work; compiled by TorchScript the whole loop runs without the lock, and two threads do twice as much. TorchScript is deprecated: where
it is gone, the same function runs as it stands here, slower.
N words, M sentences at a step, B sentences, U distinct words, H states, G four gates: i, f, g, o, the weights of g doubled.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor


@cache
def compiled() -> Callable[[Tensor, list[Tensor], Tensor, bool], Tensor]:
    """`scan`, compiled where torch can."""
    script = getattr(torch.jit, "script", None)
    if script is None:
        return scan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        function: Callable[[Tensor, list[Tensor], Tensor, bool], Tensor] = script(scan)
    return function


def scan(products_UG: Tensor, steps: list[Tensor], recurrent_HG: Tensor, backward: bool) -> Tensor:
    """states_NH of an LSTM (Hochreiter and Schmidhuber 1997, with a forget gate).

    products_UG: what the gates are given before any recurrence; steps: the rows numbers_M of it that each step reads, no step longer than
    the one before; backward: from the last step to the first.

    Rows of a recurrent product are rounded up to a multiple of 16, since oneDNN makes a plan for each shape, and fewer shapes need fewer
    plans; what the rows beyond the sentences hold is never read.
    """
    hidden, longest = recurrent_HG.size(0), steps[0].size(0)
    rows = (longest + 15) // 16 * 16
    before_BH = torch.zeros(rows, hidden, dtype=recurrent_HG.dtype)  # the last state of each sentence, 0 before its first
    inputs_BG = torch.zeros(rows, 4 * hidden, dtype=recurrent_HG.dtype)
    cells_BH, squashed_BH, gates_BG = torch.zeros(longest, hidden), torch.empty(longest, hidden), torch.empty(longest, 4 * hidden)
    sizes = [numbers_M.size(0) for numbers_M in steps]
    states_NH = torch.empty(sum(sizes), hidden, dtype=recurrent_HG.dtype)
    states = states_NH.split(sizes)
    going = 0  # how many sentences have a state already
    for count in range(len(steps)):
        step = len(steps) - 1 - count if backward else count
        size = sizes[step]
        torch.index_select(products_UG, 0, steps[step], out=inputs_BG[:size])
        rows = (min(going, size) + 15) // 16 * 16
        if rows > 0:
            inputs_BG[:rows].addmm_(before_BH[:rows], recurrent_HG)
        gates_MG = gates_BG[:size].copy_(inputs_BG[:size]).sigmoid_()
        input_MH, forget_MH, new_MH, output_MH = gates_MG.chunk(4, dim=1)
        cells_MH = cells_BH[:size].mul_(forget_MH).addcmul_(input_MH, new_MH, value=2).sub_(input_MH)
        torch.tanh(cells_MH, out=squashed_BH[:size])
        states[step].copy_(before_BH[:size].copy_(squashed_BH[:size].mul_(output_MH)))
        going = size
    return states_NH
