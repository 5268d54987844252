"""Checkpoints: everything a resumed run needs to end at the same bits, in one safetensors file written atomically.

It holds weights, their average where there is one, optimiser, torch's generators, what an objective carries from batch to batch, the
position in the epoch, the epoch's loss sums, patience and best. The schedule is a function of the update and the sampler of seed and epoch,
so their position is the update's and the epoch's number.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol
from weakref import finalize

import torch
from torch import Tensor, nn

from seqtasks.errors import RunDirectoryError
from seqtasks.training.averaging import WeightAverage, load_mean
from seqtasks.training.history import is_number
from seqtasks.training.seeds import generator_states, restore_generators
from seqtasks.training.weights import damaged, fill, load_weights, own_tensors, read_tensors, save_weights, write_tensors

BEST = "best.safetensors"


@dataclass
class Progress:
    """Where training stands, at an update boundary.

    epoch counts from 1; batches is how many of the epoch's batches are done; best is the selection value (higher is better) of
    `best_epoch`, best_loss its dev loss; waited is the number of epochs since then; sums are {term: [loss, count, correct]} of the running
    epoch; kept are the epochs whose weights are to be averaged, with their values (0 where nothing is selected on); updates is what
    `seqtasks.training.update_meter` keeps of them.
    """

    epoch: int = 1
    batches: int = 0
    update: int = 0
    best: float | None = None
    best_loss: float = 0.0
    best_epoch: int = 0
    waited: int = 0
    seconds: float = 0.0
    sums: dict[str, list[float]] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)
    updates: dict[str, list[float]] = field(default_factory=dict)


class Carried(Protocol):
    """What an objective carries from batch to batch, such as the state of a text that is read stretch by stretch."""

    def tensors(self) -> Mapping[str, Tensor]: ...

    def restore(self, tensors: Mapping[str, Tensor], path: Path, device: torch.device) -> None: ...


class Checkpoints:
    """The folder of a run's checkpoints; the newest `keep` of them stay, beside the best weights so far.

    average: the average of the model's weights, where training keeps one; mean_of: how many epochs' weights are averaged at the end;
    carried: what the objective carries, where it does.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep: int,
        machine: dict[str, str],
        average: WeightAverage | None = None,
        mean_of: int = 0,
        carried: Carried | None = None,
    ) -> None:
        self.folder = folder
        self.keep = keep
        self.machine = machine
        self.average = average
        self.mean_of = mean_of
        self.carried = carried
        self.place = place_of(folder.parent)
        with suppress(OSError):  # an open folder keeps its number, so that one made in its place has another
            finalize(self, os.close, os.open(folder.parent, os.O_RDONLY))

    def check_place(self) -> None:
        """Raises RunDirectoryError where the run directory has been removed, or another one made in its place."""
        if self.place is not None and place_of(self.folder.parent) != self.place:
            raise RunDirectoryError(
                f"{self.folder.parent}: was removed or replaced while it was written to. Start again with another --out."
            )

    def files(self) -> list[Path]:
        """Checkpoints, oldest first."""
        return sorted(self.folder.glob("update-*.safetensors"))

    def save(self, model: nn.Module, optimizer: torch.optim.Optimizer, progress: Progress, device: torch.device) -> Path:
        """Write the state at this update, then remove checkpoints beyond the newest `keep`."""
        self.check_place()
        weights, shared = own_tensors(model)
        tensors, groups = flatten_optimizer(optimizer)
        tensors |= {f"model/{name}": tensor for name, tensor in weights.items()}
        if self.average is not None:
            tensors |= {f"average/{name}": tensor for name, tensor in self.average.tensors.items()}
        tensors |= {f"generator/{name}": state for name, state in generator_states(device).items()}
        if self.carried is not None:
            tensors |= {f"carried/{name}": tensor for name, tensor in self.carried.tensors().items()}
        facts = {"shared": shared, "optimizer": groups, "progress": asdict(progress), "machine": self.machine}
        path = self.folder / f"update-{progress.update:09d}.safetensors"
        write_tensors(path, tensors, facts)
        for old in self.files()[: -self.keep]:
            old.unlink(missing_ok=True)
        for old in set(self.folder.glob("epoch-*.safetensors")).difference(map(self.epoch_file, progress.kept)):
            old.unlink(missing_ok=True)
        return path

    def epoch_file(self, epoch: str) -> Path:
        return self.folder / f"epoch-{int(epoch):06d}.safetensors"

    def keep_epoch(self, model: nn.Module, progress: Progress, value: float | None) -> None:
        """Keep the weights after this epoch if they are among the best `mean_of` so far, or the last, where epochs have no value.

        What they push out is removed with the next checkpoint, so that one can always go on from the newest.
        """
        if not self.mean_of:
            return
        found = progress.kept | {str(progress.epoch): value or 0.0}
        best = sorted(found, key=lambda epoch: (found[epoch], int(epoch)))[-self.mean_of :]
        progress.kept = {epoch: found[epoch] for epoch in sorted(best, key=int)}
        if str(progress.epoch) in progress.kept:
            self.check_place()
            save_weights(model, self.epoch_file(str(progress.epoch)))

    def load_mean(self, model: nn.Module, progress: Progress) -> None:
        """The mean of the weights of the epochs kept."""
        load_mean(model, [self.epoch_file(epoch) for epoch in progress.kept])

    def resume(self, model: nn.Module, optimizer: torch.optim.Optimizer, device: torch.device) -> tuple[Progress, list[str]]:
        """Load the newest checkpoint; returns the progress, and a line for each fact of the machine that has changed since.

        Raises RunDirectoryError if there is none or if it is damaged.
        """
        files = self.files()
        if not files:
            raise RunDirectoryError(f"{self.folder}: no checkpoint to resume from. Start again with --overwrite.")
        path = files[-1]
        tensors, facts = read_tensors(path)
        if not {"shared", "optimizer", "progress", "machine"} <= facts.keys():
            raise RunDirectoryError(f"{path}: holds weights but no checkpoint. Remove it and use --resume.")
        check_facts(facts, path)
        part = {kind: {} for kind in ("model", "optimizer", "generator", "average", "carried")}  # type: dict[str, dict[str, Tensor]]
        for name, tensor in tensors.items():
            kind, _, rest = name.partition("/")
            part.setdefault(kind, {})[rest] = tensor
        fill(model, part["model"], facts["shared"], path)
        if self.average is not None:
            self.average.restore(part["average"], path)
        try:
            restore_optimizer(optimizer, part["optimizer"], facts["optimizer"])
            restore_generators(part["generator"], device)
        except (ValueError, KeyError, TypeError, RuntimeError, AttributeError, IndexError, OverflowError) as fault:
            raise damaged(path, f"its optimiser or generators do not fit: {fault}") from None
        if self.carried is not None:
            self.carried.restore(part["carried"], path, device)
        before: dict[str, str] = facts["machine"]
        changed = [f"{key}: {before.get(key)} then, {now} now" for key, now in self.machine.items() if before.get(key) != now]
        return Progress(**facts["progress"]), changed

    def save_best(self, model: nn.Module) -> None:
        self.check_place()
        save_weights(model, self.folder / BEST)

    def load_best(self, model: nn.Module) -> None:
        load_weights(model, self.folder / BEST)


def saved_precision(folder: Path) -> str | None:
    """The precision that the newest checkpoint in a folder was computed in, so that a measured choice stays; None where there is none."""
    files = sorted(folder.glob("update-*.safetensors"))
    machine = read_tensors(files[-1])[1].get("machine", {}) if files else {}
    return machine.get("precision") if isinstance(machine, dict) else None


def check_facts(facts: Mapping[str, Any], path: Path) -> None:
    """Raises RunDirectoryError where the progress or the machine of a checkpoint are not what one has."""
    progress, fields = facts["progress"], asdict(Progress())
    wrong = not isinstance(progress, dict) or not isinstance(facts["machine"], dict)
    wrong = wrong or {*progress, "updates"} != fields.keys()  # earlier checkpoints have not measured their updates
    if not wrong:
        whole = ("epoch", "batches", "update", "best_epoch", "waited")
        wrong = any(type(progress[name]) is not int or progress[name] < 0 for name in whole)
        wrong |= not (progress["best"] is None or is_number(progress["best"])) or not is_number(progress["seconds"])
        kept, sums = progress["kept"], progress["sums"]
        wrong |= not isinstance(kept, dict) or not all(name.isdigit() and is_number(value) for name, value in kept.items())
        wrong |= not is_lists_of_numbers(sums) or any(len(values) != 3 for values in sums.values())
        wrong |= not is_lists_of_numbers(progress.get("updates", {}))
    if wrong:
        raise damaged(path, "its progress is not that of a training")


def is_lists_of_numbers(table: object) -> bool:
    return isinstance(table, dict) and all(isinstance(values, list) and all(map(is_number, values)) for values in table.values())


def place_of(folder: Path) -> tuple[int, int] | None:
    """Which folder stands at this path; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def flatten_optimizer(optimizer: torch.optim.Optimizer) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    """The optimiser's tensors by name, and its parameter groups as plain numbers."""
    state = optimizer.state_dict()
    tensors = {
        f"optimizer/{number}/{name}": value if isinstance(value, Tensor) else torch.tensor(value)
        for number, values in state["state"].items()
        for name, value in values.items()
        if value is not None
    }
    return tensors, state["param_groups"]


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor], groups: Any) -> None:
    """Put back what `flatten_optimizer` took out."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        number, _, key = name.partition("/")
        state.setdefault(int(number), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": groups})
