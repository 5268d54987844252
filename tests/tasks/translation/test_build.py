"""Decoders of a recipe that are no recurrent networks, against torch's layers and a loop over tokens."""

from __future__ import annotations

import pytest
import torch

from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.transformer_decoder import TransformerDecoder
from seqtasks.nn.trunk import WordEmbedding
from seqtasks.recipes.schema import DecoderSettings
from seqtasks.tasks.translation.build import build_decoder
from tests.oracles.rivals import convolved_target, transformer_outputs

MEMORY = 5
INPUTS_BT = torch.tensor([[1, 4, 2, 7], [3, 3, 8, 0]])


def built(**changes: object):
    """The decoder, an encoded source of 3 words and one of 2, and the source's states."""
    settings = DecoderSettings.model_validate({"attention": "scaled", "hidden_size": 6, "embedding_size": 4} | changes)
    torch.manual_seed(0)
    words = WordEmbedding(num_words=9, embedding_dim=4, padding_idx=0)
    decoder = build_decoder(settings, words, memory_size=MEMORY).eval()
    mask_BS = torch.tensor([[True, True, True], [True, True, False]])
    return decoder, Encoded((torch.randn(2, 3, MEMORY) * mask_BS[:, :, None],), None, mask_BS)


@pytest.mark.parametrize(("heads", "layers", "inner_size"), [(1, 1, 7), (2, 2, 0), (3, 1, 12)])
@torch.no_grad()
def test_the_transformer_of_a_recipe_equals_torchs_layers(heads: int, layers: int, inner_size: int) -> None:
    decoder, encoded = built(kind="transformer", heads=heads, layers=layers, inner_size=inner_size, dropout=0.3)
    assert isinstance(decoder, TransformerDecoder)
    assert [layer.layer.inner.out_features for layer in decoder.layers] == [inner_size or 4 * 6] * layers
    outputs_BTH, weights_BTS = decoder(INPUTS_BT, *decoder.start(encoded))
    expected_BTH, expected_BTS = transformer_outputs(decoder, INPUTS_BT, encoded.output, encoded.mask_BS)
    torch.testing.assert_close(outputs_BTH, expected_BTH, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(weights_BTS, expected_BTS, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("layers", "width"), [(1, 1), (2, 3), (3, 2)])
@torch.no_grad()
def test_the_convolution_of_a_recipe_equals_a_loop_over_tokens(layers: int, width: int) -> None:
    decoder, encoded = built(kind="convolution", attention="dot", layers=layers, width=width, dropout=0.3)
    assert isinstance(decoder, ConvolutionDecoder)
    outputs_BTH, weights_BTS = decoder(INPUTS_BT, *decoder.start(encoded))
    for row, length in enumerate((3, 2)):
        expected_TH, expected_TS = convolved_target(decoder, INPUTS_BT[row].tolist(), encoded.output[row, :length])
        torch.testing.assert_close(outputs_BTH[row], expected_TH, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(weights_BTS[row, :, :length], expected_TS, atol=1e-5, rtol=1e-4)
        assert not weights_BTS[row, :, length:].any()


@torch.no_grad()
def test_a_convolution_looks_by_the_attention_and_the_normaliser_asked_for() -> None:
    """Scaled energies are dot products by sqrt(size); sparsemax gives words no weight at all, softmax never."""
    dot, encoded = built(kind="convolution", attention="dot")
    scaled, _ = built(kind="convolution", attention="scaled")
    sparse, _ = built(kind="convolution", attention="dot", normaliser="sparsemax")
    for parameter in sparse.parameters():
        parameter.mul_(3)
    weights = {name: decoder(INPUTS_BT, *decoder.start(encoded))[1][0] for name, decoder in (("dot", dot), ("scaled", scaled))}
    energies = {name: found.log() - found.log().mean(-1, keepdim=True) for name, found in weights.items()}
    torch.testing.assert_close(energies["scaled"] * 2, energies["dot"], atol=1e-4, rtol=1e-3)  # one layer; sqrt(4) = 2
    weights_TS = sparse(INPUTS_BT, *sparse.start(encoded))[1][0]
    torch.testing.assert_close(weights_TS.sum(-1), torch.ones(4))
    assert (weights_TS == 0).any() and (weights["dot"] > 0).all()
