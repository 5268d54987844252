"""Backbones leave Python by `torch.export`: any batch; any length where torch allows it; values equal those of the module."""

import warnings

import pytest
import torch
from torch import nn
from torch.export import Dim, ExportedProgram, export

from seqtasks.nn import BACKBONES, Encoded

LONGEST = 9
ANY_LENGTH = ("transformer", "convolution")
FIXED_LENGTH = ("lstm", "gru", "bilstm", "bilstm_attention")  # torch unrolls recurrent layers at the length that it is shown


def backbone(name: str) -> nn.Module:
    torch.manual_seed(3)
    return BACKBONES[name](input_size=6, hidden_size=4, layers=2, dropout=0.1).eval()


def batch(lengths: list[int], size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """embedded_BSE and mask_BS, padded to `size`."""
    return torch.randn(len(lengths), size, 6), torch.arange(size)[None] < torch.tensor(lengths)[:, None]


def exported(module: nn.Module, *, any_length: bool) -> ExportedProgram:
    sizes = {0: Dim("batch", min=2, max=64)} | ({1: Dim("length", min=2, max=512)} if any_length else {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch's own, of the flat weights of its recurrent layers
        return export(module, batch([LONGEST, 4, 2], LONGEST), dynamic_shapes=(sizes, sizes), strict=False)


def agree(found: Encoded, expected: Encoded) -> None:
    assert isinstance(found, Encoded)
    for ours, theirs in zip((*found.layers, *(found.final or ())), (*expected.layers, *(expected.final or ())), strict=True):
        torch.testing.assert_close(ours, theirs)
    assert torch.equal(found.mask_BS, expected.mask_BS)


@pytest.mark.parametrize("name", ANY_LENGTH)
def test_an_exported_backbone_answers_any_batch_and_length_as_the_module_does(name: str) -> None:
    module = backbone(name)
    program = exported(module, any_length=True).module()
    for lengths, size in (([5, 3], 5), ([12, 1, 0, 7], 13), ([2, 2, 2], 2)):
        given = batch(lengths, size)
        agree(program(*given), module(*given))


@pytest.mark.slow
@pytest.mark.parametrize("name", FIXED_LENGTH)
def test_an_exported_recurrent_backbone_answers_shorter_sentences_by_padding(name: str) -> None:
    module = backbone(name)
    program = exported(module, any_length=False).module()
    words_BSE, mask_BS = batch([5, 3, 0, 1], LONGEST)
    found = program(words_BSE, mask_BS)
    agree(found, module(words_BSE, mask_BS))
    torch.testing.assert_close(found.output[:, :5], module(words_BSE[:, :5], mask_BS[:, :5]).output)


def test_what_a_backbone_gives_is_a_tree_of_tensors() -> None:
    encoded = backbone("lstm")(*batch([3, 2], 3))
    doubled = torch.utils._pytree.tree_map_only(torch.Tensor, lambda tensor: tensor * 2, encoded)
    assert isinstance(doubled, Encoded)
    torch.testing.assert_close(doubled.output, encoded.output * 2)
