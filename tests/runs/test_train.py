"""`seqtasks.train`: the run of the command line, in silence, from Python values, and the predictor of what was trained."""

from __future__ import annotations

import json
import signal
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seqtasks
from seqtasks.errors import Interrupted, RunDirectoryError, SeqtasksWarning, UsageError, WrongTypeError
from seqtasks.runs.train import texts_of
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from tests.miniature.runs import TINY, metrics, sha256, train

pytestmark = pytest.mark.usefixtures("plain_figures")


def nested(settings: dict[str, object]) -> dict[str, Any]:
    """The same settings as tables within a table."""
    tables: dict[str, Any] = {}
    for name, value in settings.items():
        table, _, key = name.rpartition(".")
        (tables.setdefault(table, {}) if table else tables)[key] = value
    return tables


def test_training_prints_nothing_and_gives_the_weights_of_the_command_line(miniature: Path, capfd) -> None:
    train("pos", Path("typed"))
    capfd.readouterr()
    predictor = seqtasks.train("pos", set=nested(TINY["pos"]), out="run", device="cpu")
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert isinstance(predictor, TaggingPredictor)
    assert predictor.run_dir == Path("run").absolute()
    assert sha256(Path("run/model.safetensors")) == sha256(Path("typed/model.safetensors"))
    assert metrics(Path("run"))["scores"] == metrics(Path("typed"))["scores"]
    assert predictor.tag("The dog sees.").tags == seqtasks.load("typed").tag("The dog sees.").tags


def test_a_run_lies_where_the_command_line_puts_it_and_says_what_would_train_it(miniature: Path) -> None:
    predictor = seqtasks.train("pos", set=TINY["pos"], seed=4, device="cpu")
    assert predictor.run_dir.parent == Path("runs").absolute()
    assert predictor.run_dir.name.startswith("pos-default-")
    command = json.loads((predictor.run_dir / "run.json").read_text())["command"]
    assert command.startswith("seqtasks run pos default --set words.size=8 ")
    assert command.endswith(" --set training.seed=4")


def test_callbacks_hear_lines_and_epochs_and_can_stop(miniature: Path, capfd) -> None:
    lines: list[str] = []
    rows: list[dict[str, Any]] = []
    callbacks = seqtasks.Callbacks(log=lines.append, watcher=seqtasks.EpochWatcher(rows.append))
    seqtasks.train("pos", set=TINY["pos"] | {"training.epochs": 2}, out=Path("run"), device="cpu", callbacks=callbacks)
    assert lines[0] == "run directory: run"
    assert [row["epoch"] for row in rows] == [1, 2]
    written = [json.loads(line) for line in Path("run/history.jsonl").read_text().splitlines()]
    assert [{**row, "sha256": line["sha256"]} for row, line in zip(rows, written, strict=True)] == written
    with pytest.raises(Interrupted, match=r"Go on with: seqtasks run pos default --out stopped --device cpu --resume \(in Python: "):
        seqtasks.train("pos", set=TINY["pos"], out="stopped", device="cpu", callbacks=seqtasks.Callbacks(stop_asked=lambda: True))
    assert capfd.readouterr().out == ""


def test_a_translator_and_a_hidden_markov_model_are_trained_in_the_same_way(miniature: Path) -> None:
    translator = seqtasks.train("translation", set=TINY["translation"], out="mt", device="cpu")
    assert [best.text for best in translator.translate(["The dog sees.", ""])] == [translator.translate("The dog sees.").text, ""]
    hmm = seqtasks.train("pos", "hmm", out="hmm")
    assert len(hmm.tag("The dog sees.").tags["upos"]) == 4


def test_values_are_spelled_as_toml_reads_them() -> None:
    given = {
        "a.text": 'say "x"\n',
        "b": {"number": np.int64(3), "deep": {"share": np.float32(0.5)}},
        "c.flag": True,
        "d.list": ("a", 1, [2.5]),
        "e.path": Path("x y.txt"),
        "f.flag": np.bool_(False),
        "g.five": "5",
    }
    assert [*texts_of(given)] == [
        'a.text="say \\"x\\"\\n"',
        "b.number=3",
        "b.deep.share=0.5",
        "c.flag=true",
        'd.list=["a", 1, [2.5]]',
        'e.path="x y.txt"',
        "f.flag=false",
        'g.five="5"',
    ]
    assert [*texts_of(None)] == [*texts_of({})] == []
    with pytest.raises(WrongTypeError, match=r"^set: a\.b is ndarray array\(\[1, 2\]\)\. Give text, a number, True or False, or a list"):
        [*texts_of({"a": {"b": np.array([1, 2])}})]


class Interrupts(seqtasks.EpochWatcher):
    """Presses Ctrl-C in the second epoch, or as often as told."""

    def __init__(self, times: int = 1) -> None:
        super().__init__()
        self.times = times

    def updated(self, progress, loss: float, tokens_per_second: float) -> None:
        if progress.epoch == 2 and self.times:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
            self.times = 0


def test_interrupted_in_python_it_saves_and_goes_on_to_the_same_weights(miniature: Path) -> None:
    settings = {**TINY["pos"], "training.epochs": 3}
    seqtasks.train("pos", set=settings, out="whole", device="cpu")
    with pytest.raises(Interrupted, match=r"--resume \(in Python: the same call with that out, and resume=True\)"):
        seqtasks.train("pos", set=settings, out="run", device="cpu", callbacks=seqtasks.Callbacks(watcher=Interrupts()))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(RunDirectoryError, match="exists. Give another out, or overwrite=True, or go on with it by resume=True."):
        seqtasks.train("pos", set=settings, out="run", device="cpu")
    seqtasks.train("pos", out="run", device="cpu", resume=True)
    assert sha256(Path("run/model.safetensors")) == sha256(Path("whole/model.safetensors"))


def test_a_second_interrupt_stops_at_once(miniature: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        seqtasks.train("pos", set=TINY["pos"] | {"training.epochs": 3}, out="run", callbacks=seqtasks.Callbacks(watcher=Interrupts(2)))


def test_overwriting_makes_the_run_anew(miniature: Path) -> None:
    for seed in (1, 2):
        predictor = seqtasks.train("pos", set=TINY["pos"], out="run", seed=seed, overwrite=True, device="cpu")
    assert json.loads((predictor.run_dir / "run.json").read_text())["command"].endswith("--set training.seed=2")


@pytest.mark.parametrize("beside", [{"seed": 3}, {"overwrite": True}, {"out": None}])
def test_resuming_goes_with_out_and_set_only(miniature: Path, beside: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="resume goes with out and set only"):
        seqtasks.train("pos", **{"out": "run", "resume": True} | beside)


def test_notes_on_data_are_warnings_unless_somebody_listens(miniature: Path) -> None:
    settings = {**TINY["pos"], "data.train_fraction": 0.5}
    with pytest.warns(SeqtasksWarning, match="train_fraction"):
        seqtasks.train("pos", set=settings, out="run", device="cpu")
    heard: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seqtasks.train("pos", set=settings, out="heard", device="cpu", callbacks=seqtasks.Callbacks(log=heard.append))
    assert any("train_fraction" in line for line in heard)
