"""Runs that are killed, interrupted or stopped by a full disk go on with --resume and end with the same bits."""

import errno
import os
import re
import shlex
import shutil
import signal
from pathlib import Path

import pytest

from seqtasks.cli.progress import TerminalWatcher
from seqtasks.text import files as writing
from tests.miniature.corpora import conllu, write
from tests.miniature.runs import done, invoke, metrics, script, settings, sha256
from tests.miniature.sentences import pairs, tagged

STOPPED_AT = 13  # updates: three after the checkpoint at 10, in the middle of an epoch
STOPPING = """
import os, signal, sys
from seqtasks.cli.progress import TerminalWatcher
from seqtasks.cli.main import main
number, seen = int(sys.argv.pop(1)), TerminalWatcher.updated
def updated(self, progress, loss, speed):
    seen(self, progress, loss, speed)
    if progress.update == 13:
        os.kill(os.getpid(), number)
TerminalWatcher.updated = updated
main()
"""
OWN = {
    "translation": {"training.precision": "bf16"},
    "language_model": {"training.precision": "float32", "training.bptt": 8, "output.dropout": 0.2},
}
pytestmark = pytest.mark.usefixtures("plain_figures")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with own data of both kinds in it."""
    monkeypatch.chdir(tmp_path)
    for split, size, seed in (("train", 40, 1), ("dev", 6, 2), ("test", 5, 3)):
        write(Path(f"{split}.conllu"), "".join(conllu(sentence, 1) for sentence in tagged(size, seed=seed)))
        rows = pairs(size, seed=seed)
        write(Path(f"{split}.en"), "".join(f"{row[0]}\n" for row in rows))
        write(Path(f"{split}.fr"), "".join(f"{row[2]}\n" for row in rows))
    return tmp_path


def arguments(task: str, out: str, **changes: object) -> list[str]:
    """A run of two epochs of some twenty updates, with dropout, and a checkpoint every five."""
    ending = {"translation": "", "language_model": ".en"}.get(task, ".conllu")
    chosen = {f"data.{split}": f"{split}{ending}" for split in ("train", "dev", "test")}
    chosen |= {"training.epochs": 2, "training.batch_tokens": 16, "training.checkpoint_every": 5, "backbone.dropout": 0.3}
    chosen |= OWN.get(task, {"words.dropout": 0.2})
    return ["run", task, "--out", out, "--device", "cpu", *settings(task, chosen | {k.replace("__", "."): v for k, v in changes.items()})]


def checkpoints(run: str) -> list[str]:
    return sorted(path.name for path in Path(run, "checkpoints").iterdir())


def scores_of(run: str) -> dict[str, object]:
    """metrics.json without what it cost, which is a matter of seconds."""
    return {key: value for key, value in metrics(Path(run)).items() if key != "cost"}


@pytest.mark.parametrize(
    ("task", "changes"),
    [("pos", {}), ("translation", {}), ("pos", {"training.ema": 0.99}), ("language_model", {"data.context": "text"})],
    ids=["pos", "translation", "ema", "language_model"],
)
def test_a_run_killed_in_mid_epoch_ends_with_the_same_bits_as_one_that_was_not(task: str, changes: dict[str, object], here: Path) -> None:
    whole = done(*arguments(task, "whole", **changes))
    assert ("bf16 on cpu" if task == "translation" else "float32 on cpu") in whole.stdout
    killed = script(STOPPING, signal.SIGKILL.value, *arguments(task, "killed", **changes), cwd=here)
    assert killed.returncode == -signal.SIGKILL
    assert checkpoints("killed") == ["update-000000005.safetensors", "update-000000010.safetensors"]
    assert not Path("killed/model.safetensors").exists()
    resumed = done("run", task, "--out", "killed", "--resume", "--device", "cpu")
    assert "resumed in epoch 1 after update 10\n" in resumed.stdout
    assert "may differ" not in resumed.stdout
    assert sha256(Path("killed/model.safetensors")) == sha256(Path("whole/model.safetensors"))
    assert scores_of("killed") == scores_of("whole")
    kept = [
        re.sub(r'"tokens_per_second.*?seconds": [\d.]+|"sha256": "\w+"', "", Path(run, "history.jsonl").read_text())
        for run in ("killed", "whole")
    ]
    assert kept[0] == kept[1]
    assert not [path for path in Path("killed").rglob(".*") if path.is_file()]


def test_ctrl_c_saves_exits_with_130_and_prints_the_command_that_goes_on(here: Path) -> None:
    stopped = script(STOPPING, signal.SIGINT.value, *arguments("pos", "a run"), cwd=here)
    assert stopped.returncode == 130
    said = stopped.stderr.strip().splitlines()
    assert said[0] == "Stopping after this update, then saving. Press Ctrl-C again to stop at once."
    command = "seqtasks run pos default --out 'a run' --device cpu --resume"
    path = "a run/checkpoints/update-000000013.safetensors"
    assert said[-1] == f"Error: Interrupted in epoch 1, saved {path}. Go on with: {command}"
    assert "Traceback" not in stopped.stderr
    resumed = done(*shlex.split(command)[1:])
    assert "resumed in epoch 1 after update 13\n" in resumed.stdout
    done(*arguments("pos", "whole"))
    assert sha256(Path("a run/model.safetensors")) == sha256(Path("whole/model.safetensors"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_signals_stop_after_saving(number: signal.Signals, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(number)
    raise_at(monkeypatch, number, updates=(7,))
    result = invoke(*arguments("pos", "run"))
    assert result.exit_code == 130
    assert "Interrupted in epoch 1, saved run/checkpoints/update-000000007.safetensors." in result.stderr
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_stops_at_once_and_the_last_checkpoint_goes_on(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(self: TerminalWatcher, progress, loss: float, speed: float) -> None:
        if progress.update == 7:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(TerminalWatcher, "updated", twice)
        result = invoke(*arguments("pos", "run"))
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "Interrupted. Go on with: seqtasks run pos default --out run --device cpu --resume"
    assert checkpoints("run") == ["update-000000005.safetensors"]
    assert "resumed in epoch 1 after update 5\n" in done("run", "pos", "--out", "run", "--resume").stdout


def raise_at(monkeypatch: pytest.MonkeyPatch, number: int, updates: tuple[int, ...]) -> None:
    """Send this process a signal after these updates."""
    seen = TerminalWatcher.updated

    def updated(self: TerminalWatcher, progress, loss: float, speed: float) -> None:
        seen(self, progress, loss, speed)
        if progress.update in updates:
            signal.raise_signal(number)

    monkeypatch.setattr(TerminalWatcher, "updated", updated)


def test_a_run_stopped_before_its_first_checkpoint_starts_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TerminalWatcher, "start", lambda self, epochs, progress: (_ for _ in ()).throw(KeyboardInterrupt))
        assert invoke(*arguments("pos", "run")).exit_code == 130
    resumed = done("run", "pos", "--out", "run", "--resume")
    assert "note: no checkpoint had been saved yet; starting from the beginning.\n" in resumed.stdout
    done(*arguments("pos", "whole"))
    assert sha256(Path("run/model.safetensors")) == sha256(Path("whole/model.safetensors"))


def test_a_finished_run_is_trained_on_with_more_epochs(here: Path) -> None:
    done(*arguments("pos", "run", training__schedule="constant"))
    done(*arguments("pos", "long", training__schedule="constant", training__epochs=4))
    resumed = done("run", "pos", "--out", "run", "--resume", "--set", "training.epochs=4")
    assert "resumed in epoch 3 after update " in resumed.stdout
    assert sha256(Path("run/model.safetensors")) == sha256(Path("long/model.safetensors"))


def test_resume_says_what_of_the_machine_has_changed(here: Path) -> None:
    import torch

    done(*arguments("pos", "run"))
    torch.set_num_threads(2)
    try:
        resumed = done("run", "pos", "--out", "run", "--resume", "--set", "training.epochs=3")
    finally:
        torch.set_num_threads(1)
    assert "note: threads: 1 then, 2 now: the result may differ in its last bits from an uninterrupted run.\n" in resumed.stdout


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_full_disk_is_one_line_and_the_last_checkpoint_goes_on(call: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done(*arguments("pos", "whole"))
    saved: list[int] = []
    real = getattr(os, call)

    def full(*given: object) -> object:
        if Path("run/checkpoints/update-000000010.safetensors").exists():
            saved.append(1)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(writing.os, call, full)
        result = invoke(*arguments("pos", "run"))
    assert saved
    assert result.exit_code == 1
    path = "run/checkpoints/update-000000015.safetensors"
    assert result.stderr == f"Error: {path}: cannot write: No space left on device. Free some space or choose another --out.\n"
    assert checkpoints("run") == ["update-000000005.safetensors", "update-000000010.safetensors"]
    assert "resumed in epoch 1 after update 10\n" in done("run", "pos", "--out", "run", "--resume").stdout
    assert sha256(Path("run/model.safetensors")) == sha256(Path("whole/model.safetensors"))


def test_resume_on_other_data_is_refused(here: Path) -> None:
    done(*arguments("pos", "run"))
    write(Path("train.conllu"), "".join(conllu(sentence, 1) for sentence in tagged(40, seed=9)))
    result = invoke("run", "pos", "--out", "run", "--resume")
    assert result.exit_code == 1
    message = f"{here}/train.conllu: has changed since the run in run began. Restore it, or start anew with --from run."
    assert result.stderr == f"Error: {message}\n"


def test_a_fault_in_the_data_leaves_no_directory_and_an_old_run_as_it_was(here: Path) -> None:
    done(*arguments("pos", "run"))
    before = sha256(Path("run/model.safetensors"))
    for out, options in (("new", []), ("run", ["--overwrite"])):
        assert invoke(*arguments("pos", out, data__train="nope.conllu"), *options).exit_code == 1
    assert not Path("new").exists()
    assert sha256(Path("run/model.safetensors")) == before


@pytest.mark.usefixtures("miniature")
def test_a_damaged_history_is_told(finished) -> None:
    shutil.copytree(finished("pos"), "copy")
    Path("copy/history.jsonl").write_text("{bad", encoding="utf-8")
    result = invoke("run", "pos", "--resume", "--out", "copy", "--set", "training.epochs=2")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: copy/history.jsonl: damaged (Expecting property name")
    assert result.stderr.endswith("). Restore it from a copy, or remove it.\n")
