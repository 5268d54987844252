"""The states of a text to one vector, against definitions word by word, on drawn lengths with padding."""

import pytest
import torch
from torch import Tensor

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.pooling import POOLINGS, AttentionPooling, LastState, backward_features
from tests.oracles import pooling as oracle

H = 6


def drawn(seed: int) -> tuple[Tensor, Tensor]:
    """states_BSH that are zero at padding, and their mask; the last text has no word."""
    torch.manual_seed(seed)
    lengths = [*torch.randint(1, 9, (4,)).tolist(), 0]
    mask_BS = torch.arange(max(lengths) + 2)[None] < torch.tensor(lengths)[:, None]
    return torch.randn(len(lengths), mask_BS.size(1), H) * mask_BS[:, :, None], mask_BS


@pytest.mark.parametrize("backward", [0, 2, H])
@pytest.mark.parametrize("name", POOLINGS)
@pytest.mark.parametrize("seed", [0, 1, 2])
@torch.no_grad()
def test_pooling_equals_its_definition_word_by_word(name: str, backward: int, seed: int) -> None:
    states_BSH, mask_BS = drawn(seed)
    pooling = POOLINGS[name](input_size=H, backward=backward)
    pooled_BH = pooling(states_BSH, mask_BS)
    for states_SH, mask_S, pooled_H in zip(states_BSH, mask_BS, pooled_BH, strict=True):
        real_SH = states_SH[mask_S]
        if not len(real_SH):
            expected = torch.zeros(H)
        elif name == "last":
            expected = oracle.last(real_SH, backward)
        elif isinstance(pooling, AttentionPooling):
            expected = oracle.attention(pooling, real_SH)
        else:
            expected = {"mean": oracle.mean, "max": oracle.largest}[name](real_SH)
        torch.testing.assert_close(pooled_H, expected)


@pytest.mark.parametrize("name", POOLINGS)
@torch.no_grad()
def test_more_padding_and_what_stands_there_change_nothing(name: str) -> None:
    states_BSH, mask_BS = drawn(5)
    pooling = POOLINGS[name](input_size=H, backward=3)
    wider_BSH = torch.cat([states_BSH, torch.zeros(len(states_BSH), 3, H)], dim=1)
    wider_BS = torch.cat([mask_BS, torch.zeros(len(mask_BS), 3, dtype=torch.bool)], dim=1)
    torch.testing.assert_close(pooling(wider_BSH, wider_BS), pooling(states_BSH, mask_BS))
    if name != "last":  # the backbones promise zeros at padding; of the others none looks there
        noisy_BSH = torch.where(wider_BS[:, :, None], wider_BSH, 100.0)
        torch.testing.assert_close(pooling(noisy_BSH, wider_BS), pooling(states_BSH, mask_BS))


@pytest.mark.parametrize("name", POOLINGS)
def test_a_batch_without_any_position_gives_zeros(name: str) -> None:
    pooled_BH = POOLINGS[name](input_size=H, backward=3)(torch.zeros(2, 0, H), torch.zeros(2, 0, dtype=torch.bool))
    assert torch.equal(pooled_BH, torch.zeros(2, H))


def test_attention_weights_sum_to_one_and_padding_has_none() -> None:
    states_BSH, mask_BS = drawn(3)
    weights_BS = AttentionPooling(input_size=H, attention_size=4).weights(states_BSH, mask_BS)
    torch.testing.assert_close(weights_BS.sum(1), mask_BS.any(1).float())
    assert torch.equal(weights_BS[~mask_BS], torch.zeros(int((~mask_BS).sum())))


@pytest.mark.parametrize("name", ["lstm", "bilstm", "gru", "bigru", "dilated_bilstm"])
@torch.no_grad()
def test_the_last_state_of_a_recurrent_backbone_is_its_final_state(name: str) -> None:
    torch.manual_seed(1)
    _, mask_BS = drawn(1)
    backbone = BACKBONES[name](input_size=4, hidden_size=5, layers=2, dropout=0.0)
    encoded = backbone(torch.randn(*mask_BS.shape, 4) * mask_BS[:, :, None], mask_BS)
    pooling = LastState(input_size=backbone.output_size, backward=backward_features(backbone))
    torch.testing.assert_close(pooling(encoded.output, mask_BS), encoded.final[-1])


@pytest.mark.parametrize("name", ["lstm", "transformer", "convolution", "bilstm_attention"])
def test_a_backbone_without_directions_has_nothing_read_from_the_right(name: str) -> None:
    assert backward_features(BACKBONES[name](input_size=4, hidden_size=4, layers=1, dropout=0.0)) == 0


def test_more_backward_features_than_there_are_are_refused() -> None:
    with pytest.raises(ValueError, match="^backward must lie between 0 and input_size=4, got 5$"):
        LastState(input_size=4, backward=5)
