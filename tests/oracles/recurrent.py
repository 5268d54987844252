"""Stacked recurrent layers through packed sequences: torch's own way to be exact under padding."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqtasks.nn.recurrent import KINDS, BidirectionalLayer


def packed_layer(layer):
    """The nn.RNN/GRU/LSTM (one or two directions) that has the weights of a RecurrentLayer or a BidirectionalLayer."""
    both = isinstance(layer, BidirectionalLayer)
    halves = [layer.ahead.layer, layer.back.layer] if both else [layer.layer]
    kind = next(name for name, cls in KINDS.items() if isinstance(halves[0], cls))
    twin = KINDS[kind](layer.input_size, halves[0].hidden_size, batch_first=True, bidirectional=both)
    with torch.no_grad():
        for suffix, half in zip(["", "_reverse"], halves, strict=False):
            for name, weight in half.named_parameters():
                getattr(twin, name + suffix).copy_(weight)
    return twin


def run_packed(layer: nn.RNNBase, inputs_BSE, mask_BS):
    """(states_BSH with zeros at padding, final_BH with both directions joined); every sentence must have a word."""
    packed = pack_padded_sequence(inputs_BSE, mask_BS.sum(1), batch_first=True, enforce_sorted=False)
    states, last = layer(packed)
    hidden = last[0] if isinstance(last, tuple) else last
    states_BSH, _ = pad_packed_sequence(states, batch_first=True, total_length=inputs_BSE.size(1))
    return states_BSH, torch.cat(list(hidden), dim=1)
