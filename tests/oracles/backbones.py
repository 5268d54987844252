"""Backbones one sentence, one word and one feature map at a time, from their published equations."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from seqtasks.nn.convolution import DILATIONS, IteratedConvolutions
from seqtasks.nn.recurrent import BidirectionalLayer, RecurrentLayer
from seqtasks.nn.transformer import REACH, SelfAttention, Transformer


def stepped(layer: nn.RNNBase, words_SE: Tensor, *, skip: int = 1, recurrent_GH: Tensor | None = None) -> Tensor:
    """states_SH: each from the word and from the state `skip` words before; other recurrent weights may be given."""
    input_GE, weight_GH, input_bias_G, recurrent_bias_G = layer.all_weights[0]
    recurrent_GH = weight_GH if recurrent_GH is None else recurrent_GH
    hidden = [torch.zeros(layer.hidden_size)] * skip
    cells = [torch.zeros(layer.hidden_size)] * skip
    for word_E in words_SE:
        given_G, before_G = input_GE @ word_E + input_bias_G, recurrent_GH @ hidden[-skip] + recurrent_bias_G
        if isinstance(layer, nn.LSTM):
            enter, forget, new, leave = (given_G + before_G).chunk(4)
            cells.append(forget.sigmoid() * cells[-skip] + enter.sigmoid() * new.tanh())
            hidden.append(leave.sigmoid() * cells[-1].tanh())
        elif isinstance(layer, nn.GRU):
            (r, z, n), (r_before, z_before, n_before) = given_G.chunk(3), before_G.chunk(3)
            update = (z + z_before).sigmoid()
            new = (n + (r + r_before).sigmoid() * n_before).tanh()
            hidden.append((1 - update) * new + update * hidden[-skip])
        else:
            hidden.append((given_G + before_G).tanh())
    return torch.stack(hidden[skip:])


def stepped_direction(direction: RecurrentLayer, words_SE: Tensor, *, recurrent_GH: Tensor | None = None) -> Tensor:
    """states_SH of a RecurrentLayer over one sentence."""
    order = words_SE.flip(0) if direction.reverse else words_SE
    states_SH = stepped(direction.layer, order, skip=direction.dilation, recurrent_GH=recurrent_GH)
    return states_SH.flip(0) if direction.reverse else states_SH


def stepped_both(layer: BidirectionalLayer, words_SE: Tensor) -> Tensor:
    """states_SH of a BidirectionalLayer over one sentence."""
    return torch.cat([stepped_direction(half, words_SE) for half in (layer.ahead, layer.back)], dim=1)


def attended_sentence(attention: SelfAttention, states_SH: Tensor, bias_ASS: Tensor | None = None) -> Tensor:
    """Each word of one sentence weighs all of them, head by head."""
    length, size = states_SH.shape
    wide = size // attention.heads
    query_SH, key_SH, value_SH = (states_SH @ attention.project.weight.T + attention.project.bias).split(size, dim=1)
    rows = []
    for looking in range(length):
        parts = []
        for head in range(attention.heads):
            own = slice(head * wide, (head + 1) * wide)
            energy = [query_SH[looking, own] @ key_SH[seen, own] / math.sqrt(wide) for seen in range(length)]
            if bias_ASS is not None:
                energy = [energy[seen] + bias_ASS[head, looking, seen] for seen in range(length)]
            weights_S = torch.stack(energy).softmax(dim=0)
            parts.append(sum(weights_S[seen] * value_SH[seen, own] for seen in range(length)))
        rows.append(attention.join.weight @ torch.cat(parts) + attention.join.bias)
    return torch.stack(rows)


def normed(norm: nn.LayerNorm, states_SH: Tensor) -> Tensor:
    """Mean 0 and variance 1 for each word, scaled and shifted."""
    centred = states_SH - states_SH.mean(dim=1, keepdim=True)
    return centred / (centred.square().mean(dim=1, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias


def transformer_sentence(model: Transformer, words_SE: Tensor) -> list[Tensor]:
    """states_SH of every layer over one sentence."""
    states, found, length = normed(model.scale, words_SE @ model.enter.weight.T + model.enter.bias), [], len(words_SE)
    for layer in model.layers:
        bias_ASS = torch.zeros(layer.attention.heads, length, length)
        for looking in range(length):
            for seen in range(length):
                distance = max(-REACH, min(REACH, seen - looking))
                bias_ASS[:, looking, seen] = layer.bias.table[:, distance + REACH]
        states = states + attended_sentence(layer.attention, normed(layer.attention_norm, states), bias_ASS)
        inner = normed(layer.inner_norm, states) @ layer.inner.weight.T + layer.inner.bias
        gelu = inner * 0.5 * (1 + torch.erf(inner / math.sqrt(2)))
        states = states + gelu @ layer.outer.weight.T + layer.outer.bias
        found.append(states)
    return [*found[:-1], normed(model.norm, found[-1])]


def convolved_sentence(model: IteratedConvolutions, words_SE: Tensor) -> list[Tensor]:
    """states_SH after every run of the block over one sentence."""
    states, found, length = normed(model.scale, words_SE @ model.enter.weight.T + model.enter.bias), [], len(words_SE)
    for _ in range(model.iterations):
        for convolution, dilation in zip(model.block, DILATIONS, strict=True):
            inputs, size = normed(convolution.norm, states), states.size(1)
            rows = []
            for centre in range(length):
                total = convolution.linear.bias
                for number, place in enumerate((centre - dilation, centre, centre + dilation)):
                    if 0 <= place < length:
                        total = total + convolution.linear.weight[:, number * size : (number + 1) * size] @ inputs[place]
                rows.append(total.clamp(min=0))
            states = states + torch.stack(rows)
        found.append(states)
    return found
