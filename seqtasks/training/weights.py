"""Weights as safetensors: each shared tensor stored once, and still shared after loading. Nothing is unpickled.

A file holds the checksum of its own tensors and facts, so that a flipped bit is noticed wherever it is; files of before have none.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from seqtasks.errors import RunDirectoryError
from seqtasks.text.files import write_atomically

FORMAT = 1
CHECKSUM = "sha256"  # among the facts of a file


def own_tensors(model: nn.Module) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The model's tensors by name, each once; and {second name: first name} of those that share their memory."""
    first: dict[tuple[int, torch.Size], str] = {}
    tensors: dict[str, Tensor] = {}
    shared: dict[str, str] = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        key = (tensor.data_ptr(), tensor.shape)
        if tensor.numel() and key in first:
            shared[name] = first[key]
        else:
            first[key] = name
            tensors[name] = tensor.detach()
    return tensors, shared


def write_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, object]) -> None:
    """One file with tensors and JSON facts, written whole or not at all; equal content gives equal bytes.

    The format stands among the facts, since safetensors writes several metadata keys in an order of chance.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    told: dict[str, object] = {"format": FORMAT, **facts}
    write_atomically(path, save(plain, {"facts": json.dumps({**told, CHECKSUM: checksum(plain, told)})}))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `write_tensors` wrote. Raises RunDirectoryError for a missing, damaged or newer file, and for numbers that are not finite."""
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            facts = json.loads(metadata["facts"])
            if not isinstance(facts, dict):
                raise ValueError("its facts are no JSON object")
            expected, told = facts.pop(CHECKSUM, None), dict(facts)
            found = int(metadata["format"] if "format" in metadata else facts.pop("format", 0))
            if found > FORMAT:
                raise RunDirectoryError(
                    f"{path}: written in format {found}, this seqtasks reads up to {FORMAT}. Update seqtasks to read it."
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file. The run has not been finished, or the directory is not a run's.") from None
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, OverflowError, RecursionError, RuntimeError) as fault:
        raise damaged(path, str(fault) or type(fault).__name__) from None
    if expected is not None and expected != checksum(tensors, told):
        raise damaged(path, "its checksum differs")
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise damaged(path, f"{name} has numbers that are not finite")
    return tensors, facts


def checksum(tensors: Mapping[str, Tensor], facts: Mapping[str, object]) -> str:
    """The sha256 of tensors, with their names, types and shapes, and of facts."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data if tensor.numel() else b"")
    return digest.hexdigest()


def damaged(path: Path, how: str) -> RunDirectoryError:
    return RunDirectoryError(f"{path}: damaged ({how}). Restore it from a copy, or remove it and use --resume.")


def save_weights(model: nn.Module, path: Path) -> None:
    """Write the model's weights, shared ones once."""
    tensors, shared = own_tensors(model)
    write_tensors(path, tensors, {"shared": shared})


def load_weights(model: nn.Module, path: Path) -> None:
    """Fill `model` with the weights in `path`: same names, same shapes, same sharing, or RunDirectoryError."""
    tensors, facts = read_tensors(path)
    fill(model, tensors, facts.get("shared", {}), path)


def fill(model: nn.Module, tensors: Mapping[str, Tensor], shared: object, path: Path) -> None:
    """Copy `tensors` into the model in place, so that what was shared stays shared."""
    own, own_shared = own_tensors(model)
    if shared != own_shared:
        raise RunDirectoryError(f"{path}: shares weights {shared}, the recipe beside it {own_shared}. The two do not belong together.")
    wrong = [name for name in {*own, *tensors} if name not in own or name not in tensors or not alike(own[name], tensors[name])]
    if wrong:
        raise RunDirectoryError(f"{path}: does not fit its recipe at {', '.join(sorted(wrong)[:5])}. The two do not belong together.")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def alike(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape, and both are of real numbers or neither is."""
    return one.shape == other.shape and one.is_floating_point() == other.is_floating_point() and one.is_complex() == other.is_complex()
