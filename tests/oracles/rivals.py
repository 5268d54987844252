"""The Transformer decoder by torch's own layers, and the convolutional decoder of one sentence token by token, from its equations."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.transformer import REACH
from seqtasks.nn.transformer_decoder import DecoderLayer, TransformerDecoder
from tests.oracles.backbones import normed


def torch_layer(own: DecoderLayer, memory_size: int) -> nn.TransformerDecoderLayer:
    """torch's layer with the weights of ours; the bias of positions is no part of it."""
    size, heads = own.cross_norm.normalized_shape[0], own.layer.attention.heads
    layer = nn.TransformerDecoderLayer(
        size, heads, dim_feedforward=own.layer.inner.out_features, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    layer.multihead_attn = nn.MultiheadAttention(size, heads, kdim=memory_size, vdim=memory_size, batch_first=True)
    cross, look, back = own.cross, layer.multihead_attn, layer.self_attn
    pairs = [(layer.norm1, own.layer.attention_norm), (layer.norm2, own.cross_norm), (layer.norm3, own.layer.inner_norm)]
    pairs += [(layer.linear1, own.layer.inner), (layer.linear2, own.layer.outer), (look.out_proj, cross.join)]
    pairs += [(back.out_proj, own.layer.attention.join)]
    with torch.no_grad():
        for theirs, ours in pairs:
            theirs.weight.copy_(ours.weight)
            theirs.bias.copy_(ours.bias)
        back.in_proj_weight.copy_(own.layer.attention.project.weight)
        back.in_proj_bias.copy_(own.layer.attention.project.bias)
        parts = (cross.query, cross.key, cross.value)
        if memory_size == size:
            look.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        else:
            for theirs, part in zip((look.q_proj_weight, look.k_proj_weight, look.v_proj_weight), parts, strict=True):
                theirs.copy_(part.weight)
        look.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    return layer.to(own.cross_norm.weight.dtype)


def transformer_outputs(decoder: TransformerDecoder, inputs_BT: Tensor, source_BSH: Tensor, mask_BS: Tensor) -> tuple[Tensor, Tensor]:
    """outputs_BTH of torch's layers, and weights_BTS, the mean of the last one's heads; every source must have words."""
    states_BTH = decoder.scale(decoder.enter(decoder.embedding(inputs_BT)))
    rows, length = inputs_BT.shape
    for own in decoder.layers:
        back_ATT = torch.full((decoder.heads, length, length), -math.inf, dtype=states_BTH.dtype)
        for looking in range(length):
            for seen in range(looking + 1):
                back_ATT[:, looking, seen] = own.layer.bias.table[:, max(seen - looking, -REACH) + REACH]
        layer = torch_layer(own, source_BSH.size(2))
        looking_BTH = layer.norm2(states_BTH + layer._sa_block(layer.norm1(states_BTH), back_ATT.repeat(rows, 1, 1), None))
        _, weights_BTS = layer.multihead_attn(looking_BTH, source_BSH, source_BSH, key_padding_mask=~mask_BS)
        states_BTH = layer(states_BTH, source_BSH, tgt_mask=back_ATT.repeat(rows, 1, 1), memory_key_padding_mask=~mask_BS)
    return decoder.norm(states_BTH), weights_BTS


def convolved_target(decoder: ConvolutionDecoder, words: list[int], source_SM: Tensor) -> tuple[Tensor, Tensor]:
    """outputs_TH and weights_TS (the mean over layers) for one sentence and its real source words; dot attention."""
    embedded = [decoder.embedding.table.weight[word] for word in words]
    keys = [decoder.source.weight @ source_M + decoder.source.bias for source_M in source_SM]
    states = list(normed(decoder.scale, torch.stack([decoder.enter.weight @ one + decoder.enter.bias for one in embedded])))
    weights_TS = torch.zeros(len(words), len(keys), dtype=source_SM.dtype)
    for layer in decoder.layers:
        after = []
        for place, target_E in enumerate(embedded):
            window = [states[near] if near >= 0 else torch.zeros_like(states[0]) for near in range(place - decoder.width + 1, place + 1)]
            value, gate = (layer.convolution.linear.weight @ torch.cat(window) + layer.convolution.linear.bias).chunk(2)
            found_H = value / (1 + (-gate).exp())
            query_E = (layer.query.weight @ found_H + layer.query.bias + target_E) / math.sqrt(2)
            shares_S = torch.stack([query_E @ key_E for key_E in keys]).softmax(0) if keys else source_SM.new_zeros(0)
            context_E = sum((share * key_E for share, key_E in zip(shares_S, keys, strict=True)), torch.zeros_like(target_E))
            found_H = (found_H + layer.join.weight @ (context_E * math.sqrt(len(keys))) + layer.join.bias) / math.sqrt(2)
            after.append((states[place] + found_H) / math.sqrt(2))
            weights_TS[place] += shares_S / len(decoder.layers)
        states = after
    return torch.stack(states), weights_TS
