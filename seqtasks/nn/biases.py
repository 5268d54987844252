"""What recurrent gates begin with: biases that say how long a layer remembers before it has learned anything.

An LSTM's cell keeps a share s(b) of itself from word to word, where b is the bias of its forget gate and s the logistic function, so at
first it forgets within about 1 + e^b words (Tallec and Ollivier 2018, section 2). A GRU's update gate does the same to its state. An Elman
network has no gate, and nothing to set. H units.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqtasks.nn.recurrent import RecurrentLayer


def gated_layers(module: nn.Module) -> dict[nn.LSTM | nn.GRU, int]:
    """{each nn.LSTM and nn.GRU within a module, or it itself: how many words it goes at a time}, lowest first."""
    found: dict[nn.LSTM | nn.GRU, int] = {}
    for part in module.modules():
        layer, words = (part.layer, part.dilation) if isinstance(part, RecurrentLayer) else (part, 1)
        if isinstance(layer, nn.LSTM | nn.GRU):
            found.setdefault(layer, words)
    return found


@torch.no_grad()
def set_chrono_biases(module: nn.Module, longest: int) -> None:
    """Draw what every gated layer keeps so that its units remember 1 to `longest` words (Tallec and Ollivier 2018, section 2). In place.

    LSTM: forget gate log u, input gate -log u, u uniform in [1, longest - 1] and drawn for each unit; GRU: update gate log u. All other
    biases are 0. Of a layer that goes D words at a time (dilation) `longest` is divided by D, but is 2 at least.
    Raises ValueError for a module without such layers or with one without biases, and for `longest` below 2.
    """
    if longest < 2:
        raise ValueError(f"chrono initialisation needs a longest distance of at least 2 words, got {longest}")
    layers = gated_layers(module)
    if not layers:
        raise ValueError(f"{type(module).__name__} has no nn.LSTM or nn.GRU, so no gates to initialise")
    for layer, words in layers.items():
        for bias_G in cleared_biases(layer):
            keep_H = bias_G.new_empty(layer.hidden_size).uniform_(1, max(longest / words, 2) - 1).log_()
            blocks = bias_G.split(layer.hidden_size)
            blocks[1].copy_(keep_H)  # an LSTM's gates are i, f, g, o; a GRU's r, z, n
            if isinstance(layer, nn.LSTM):
                blocks[0].copy_(-keep_H)


@torch.no_grad()
def set_forget_biases(module: nn.Module, value: float) -> None:
    """Let the forget gates of every LSTM begin with this bias, and all its other biases at 0. In place.

    0 keeps half of the cell at each word, 1 (ours: Jozefowicz et al. 2015) 73 %, 2 keeps 88 %. Raises ValueError without an LSTM.
    """
    layers = [layer for layer in gated_layers(module) if isinstance(layer, nn.LSTM)]
    if not layers:
        raise ValueError(f"{type(module).__name__} has no nn.LSTM, so no forget gates")
    for layer in layers:
        for bias_G in cleared_biases(layer):
            bias_G.split(layer.hidden_size)[1].fill_(value)


def cleared_biases(layer: nn.RNNBase) -> list[Tensor]:
    """All biases of a module made 0; those of its inputs, a bias_G for each layer and direction. Raises ValueError where it has none."""
    if not layer.bias:
        raise ValueError(f"{type(layer).__name__} was made without biases; make it with bias=True")
    for name, parameter in layer.named_parameters():
        if name.startswith("bias"):
            parameter.zero_()
    return [parameter for name, parameter in layer.named_parameters() if name.startswith("bias_ih")]
