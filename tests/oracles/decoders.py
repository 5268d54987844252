"""Recurrent decoders one sentence and one word at a time, each gate an equation of its own; the attention is asked one query at a time."""

import torch
from torch import nn


def gates(weight, bias, vector_X, count):
    """What a layer's weight makes of a vector, cut into `count` gates."""
    return (weight @ vector_X + bias).reshape(count, -1)


def lstm_step(layer, input_X, hidden_H, cell_H):
    """(h, c) by the equations of Hochreiter and Schmidhuber (1997) with a forget gate."""
    new = gates(layer.weight_ih_l0, layer.bias_ih_l0, input_X, 4)
    old = gates(layer.weight_hh_l0, layer.bias_hh_l0, hidden_H, 4)
    enter, forget, leave = (torch.sigmoid(new[gate] + old[gate]) for gate in (0, 1, 3))
    cell_H = forget * cell_H + enter * torch.tanh(new[2] + old[2])
    return leave * torch.tanh(cell_H), cell_H


def gru_step(layer, input_X, hidden_H):
    """h by the equations of Cho et al. (2014), the reset gate after the recurrent product."""
    new = gates(layer.weight_ih_l0, layer.bias_ih_l0, input_X, 3)
    old = gates(layer.weight_hh_l0, layer.bias_hh_l0, hidden_H, 3)
    reset, update = torch.sigmoid(new[0] + old[0]), torch.sigmoid(new[1] + old[1])
    return (1 - update) * torch.tanh(new[2] + reset * old[2]) + update * hidden_H


def one_step(layer, input_X, hidden_H, cell_H):
    if isinstance(layer, nn.LSTM):
        return lstm_step(layer, input_X, hidden_H, cell_H)
    return gru_step(layer, input_X, hidden_H), None


class Rows:
    """The states of one sentence's layers, and what its attention remembers."""

    def __init__(self, decoder, memory, state, row):
        """memory and state of a batch: this sentence's part."""
        self.attention = decoder.attention
        self.memory = memory.select(torch.tensor([row]))
        self.hidden = [layer_NH[row] for layer_NH in state.hidden_LNH]
        self.cells = [None for _ in self.hidden] if state.cell_LNH is None else [layer_NH[row] for layer_NH in state.cell_LNH]
        self.looked = None

    def look(self, query_H):
        context_11C, weights_11S, self.looked = self.attention(query_H[None, None], self.memory, self.looked)
        return context_11C[0, 0], weights_11S[0, 0]

    def advance(self, number, layer, input_X):
        self.hidden[number], self.cells[number] = one_step(layer, input_X, self.hidden[number], self.cells[number])
        return self.hidden[number]


def top_attention(decoder, inputs_T, rows):
    """(outputs_TH, weights_TS) of AttentionDecoder: all layers, then the attention; the last output joins the input if it is fed."""
    outputs, weights, fed_H = [], [], torch.zeros_like(rows.hidden[0])
    for word in inputs_T:
        below = decoder.embedding(word)
        if decoder.input_feeding:
            below = torch.cat([below, fed_H])
        for number, layer in enumerate(decoder.cells.layers):
            state_H = rows.advance(number, layer, below)
            below = state_H + below if decoder.cells.residual and number > 0 else state_H
        context_C, weights_S = rows.look(below)
        fed_H = torch.tanh(decoder.combine.weight @ torch.cat([context_C, below]) + decoder.combine.bias)
        outputs.append(fed_H)
        weights.append(weights_S)
    return torch.stack(outputs), torch.stack(weights)


def first_attention(decoder, inputs_T, rows):
    """(outputs_TH, weights_TS) of GNMTDecoder: the first layer, the attention, then the other layers, each with the context."""
    outputs, weights = [], []
    for word in inputs_T:
        below = rows.advance(0, decoder.cells.layers[0], decoder.embedding(word))
        context_C, weights_S = rows.look(below)
        for number in range(1, len(decoder.cells.layers)):
            state_H = rows.advance(number, decoder.cells.layers[number], torch.cat([below, context_C]))
            below = state_H + below if decoder.cells.residual else state_H
        outputs.append(torch.tanh(decoder.combine.weight @ torch.cat([context_C, below]) + decoder.combine.bias))
        weights.append(weights_S)
    return torch.stack(outputs), torch.stack(weights)


def conditional_gru(decoder, inputs_T, rows):
    """(outputs_TE, weights_TS) of ConditionalGRUDecoder: GRU, attention, GRU, the layers above, and tanh(W_s s + W_y y + W_c c)."""
    outputs, weights = [], []
    sizes = [decoder.cells.hidden_size, decoder.embedding.output_size, decoder.attention.memory_size]
    state_weight, word_weight, context_weight = decoder.combine.weight.split(sizes, dim=1)
    for word in inputs_T:
        embedded_E = decoder.embedding(word)
        rows.hidden[0] = gru_step(decoder.asking.layers[0], embedded_E, rows.hidden[0])
        context_C, weights_S = rows.look(rows.hidden[0])
        below = rows.advance(0, decoder.cells.layers[0], context_C)
        for number in range(1, len(decoder.cells.layers)):
            state_H = rows.advance(number, decoder.cells.layers[number], below)
            below = state_H + below if decoder.cells.residual else state_H
        sum_E = state_weight @ below + word_weight @ embedded_E + context_weight @ context_C + decoder.combine.bias
        outputs.append(torch.tanh(sum_E))
        weights.append(weights_S)
    return torch.stack(outputs), torch.stack(weights)
