"""Weights: shared ones are stored once and stay shared; what does not fit is refused."""

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from seqtasks.errors import RunDirectoryError
from seqtasks.training.weights import load_weights, read_tensors, save_weights, write_tensors


class Tied(nn.Module):
    def __init__(self, *, tied=True, size=5):
        super().__init__()
        self.table = nn.Embedding(size, 3)
        self.output = nn.Linear(3, size)
        if tied:
            self.output.weight = self.table.weight


def test_shared_weights_are_stored_once_and_are_shared_after_loading(tmp_path):
    first, second = Tied(), Tied()
    save_weights(first, tmp_path / "m.safetensors")
    with safe_open(str(tmp_path / "m.safetensors"), "pt") as file:
        assert sorted(file.keys()) == ["output.bias", "table.weight"]
    load_weights(second, tmp_path / "m.safetensors")
    assert torch.equal(first.table.weight, second.output.weight)
    assert second.table.weight.data_ptr() == second.output.weight.data_ptr()


def test_weights_of_another_sharing_are_refused(tmp_path):
    save_weights(Tied(), tmp_path / "m.safetensors")
    with pytest.raises(
        RunDirectoryError, match=r"m\.safetensors: shares weights \{'output\.weight': 'table\.weight'\}, the recipe beside it \{\}"
    ):
        load_weights(Tied(tied=False), tmp_path / "m.safetensors")


def test_weights_of_another_shape_are_refused_by_name(tmp_path):
    save_weights(Tied(), tmp_path / "m.safetensors")
    with pytest.raises(RunDirectoryError, match=r"m\.safetensors: does not fit its recipe at output\.bias, table\.weight\."):
        load_weights(Tied(size=6), tmp_path / "m.safetensors")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RunDirectoryError, match=r"none\.safetensors: no such file\. The run has not been finished"):
        read_tensors(tmp_path / "none.safetensors")


@pytest.mark.parametrize("damage", [b"", b"no weights", b"\xff" * 100])
def test_a_damaged_file_is_named(tmp_path, damage):
    (tmp_path / "m.safetensors").write_bytes(damage)
    with pytest.raises(RunDirectoryError, match=r"m\.safetensors: damaged \(.*\)\. Restore it from a copy"):
        read_tensors(tmp_path / "m.safetensors")


def test_a_newer_format_is_refused(tmp_path):
    save_file({"a": torch.zeros(1)}, str(tmp_path / "m.safetensors"), {"format": "2", "facts": "{}"})
    with pytest.raises(RunDirectoryError, match=r"m\.safetensors: written in format 2, this seqtasks reads up to 1\. Update seqtasks"):
        read_tensors(tmp_path / "m.safetensors")


def test_facts_come_back_as_they_went_in(tmp_path):
    facts = {"number": 0.1, "list": [1, 2], "text": "é"}
    write_tensors(tmp_path / "m.safetensors", {"a": torch.arange(3)}, facts)
    tensors, found = read_tensors(tmp_path / "m.safetensors")
    assert found == facts
    assert torch.equal(tensors["a"], torch.arange(3))
