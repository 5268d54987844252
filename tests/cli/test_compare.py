"""`seqtasks compare` end to end on the miniature sample: what it trains, keeps, writes, says and refuses."""

import csv
import json
import shutil
import signal
from pathlib import Path

import pytest

from seqtasks.cli.compare import show
from seqtasks.cli.progress import TerminalWatcher
from tests.miniature.comparisons import comparison
from tests.miniature.runs import TINY_TAGGING, done, invoke, metrics, settings, train

RECIPES = ["--recipes", "hmm,lstm,bilstm"]
FILES = {"comparison.json", "comparison.csv", "comparison.html"}


def read(folder: Path) -> dict:
    return json.loads((folder / "comparison.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """A finished comparison of three recipes under two seeds, with curves. Not to be changed."""
    from tests.miniature.fixtures import in_miniature

    folder = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        in_miniature(patch, sample_folder, folder / "cache")
        patch.chdir(folder)
        result = done("compare", "pos", *RECIPES, *settings("pos"), "--seeds", "2", "--curves", "--out", "out", "--device", "cpu")
    (folder / "stdout.txt").write_text(result.stdout, encoding="utf-8")
    return folder


def test_a_task_is_trained_compared_and_reported(compared: Path) -> None:
    out, printed = compared / "out", (compared / "stdout.txt").read_text(encoding="utf-8")
    assert {path.name for path in out.iterdir()} == FILES | {"runs"}
    found = read(out)
    assert [system["name"] for system in found["systems"]] == ["hmm", "lstm", "bilstm"]
    assert [(pair["first"], pair["second"]) for pair in found["pairs"]] == [("hmm", "lstm"), ("hmm", "bilstm"), ("lstm", "bilstm")]
    assert found["metric"] == "accuracy"
    assert found["split"] == "test"
    assert [len(system["runs"]) for system in found["systems"]] == [1, 2, 2]
    assert all(pair["sentence"] in printed.replace("\n", " ") for pair in found["pairs"])
    assert f"report: {Path('out') / 'comparison.html'}" in printed
    rows = list(csv.reader((out / "comparison.csv").open(encoding="utf-8", newline="")))
    assert [row[0] for row in rows[1:]] == ["hmm", "lstm", "bilstm"]


def test_each_system_shows_the_score_that_its_run_recorded(compared: Path) -> None:
    for system in read(compared / "out")["systems"]:
        runs = [metrics(compared / path) for path in system["paths"]]
        values = [score["value"] for run in runs for score in run["scores"] if (score["split"], score["name"]) == ("test", "accuracy")]
        assert system["runs"] == pytest.approx(values)
        assert system["score"]["value"] == pytest.approx(values[system["shown"]])
        assert system["cost"]["parameters"] == runs[system["shown"]]["cost"]["parameters"]
        assert system["cost"]["tokens_per_second"] > 0
        assert system["cost"]["peak_memory"] > 10_000_000


def test_the_hmm_is_measured_without_torch_in_its_memory(compared: Path) -> None:
    memory = {system["name"]: system["cost"]["peak_memory"] for system in read(compared / "out")["systems"]}
    assert memory["hmm"] < memory["lstm"] / 1.5


def test_curves_have_a_point_for_each_share_and_system_and_subsets_are_nested(compared: Path) -> None:
    points = read(compared / "out")["curves"]
    assert len(points) == 3 * 4  # 1 % and 3 % of 24 sentences are one sentence
    sizes = [point["sentences"] for point in points if point["system"] == "lstm"]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 24
    assert [len(point["runs"]) for point in points if point["share"] == 10] == [1, 2, 2]
    assert any(point["missing_labels"] for point in points if point["sentences"] == 1)


def test_finished_runs_are_kept_and_only_what_is_missing_is_trained(compared: Path, miniature: Path, tmp_path: Path) -> None:
    shutil.copytree(compared / "out", "out")
    shutil.rmtree("out/runs/bilstm/seed-2")
    before = Path("out/runs/lstm/seed-1/model.safetensors").stat().st_mtime_ns
    result = done("compare", "pos", *RECIPES, *settings("pos"), "--seeds", "2", "--out", "out", "--device", "cpu")
    assert result.stdout.count("kept: ") == 4
    assert Path("out/runs/lstm/seed-1/model.safetensors").stat().st_mtime_ns == before
    assert Path("out/runs/bilstm/seed-2/metrics.json").exists()
    assert read(Path("out"))["curves"] == []


def test_an_unfinished_run_is_gone_on_with(compared: Path, miniature: Path) -> None:
    shutil.copytree(compared / "out", "out")
    Path("out/runs/lstm/seed-1/metrics.json").unlink()
    result = done("compare", "pos", "--recipes", "hmm,lstm", *settings("pos"), "--out", "out", "--device", "cpu")
    assert "resumed in epoch" in result.stdout
    assert read(Path("out"))["systems"][1]["runs"] == read(compared / "out")["systems"][1]["runs"][:1]


def test_a_stopped_comparison_goes_on_with_the_same_command(miniature: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ["compare", "pos", "--recipes", "hmm,lstm", *settings("pos", {"training.epochs": 3}), "--out", "out", "--device", "cpu"]
    seen = TerminalWatcher.updated

    def stopping(self: TerminalWatcher, progress, loss: float, speed: float) -> None:
        seen(self, progress, loss, speed)
        if progress.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(TerminalWatcher, "updated", stopping)
        stopped = invoke(*line)
    assert stopped.exit_code == 130
    assert stopped.stderr.splitlines()[-1].startswith("Error: Interrupted in epoch 2, saved out/runs/lstm/seed-1/checkpoints/update-")
    assert stopped.stderr.strip().endswith(". The same command goes on from there.")
    done(*line)
    assert [len(system["runs"]) for system in read(Path("out"))["systems"]] == [1, 1]


def test_runs_of_another_recipe_are_not_taken_for_these(compared: Path, miniature: Path) -> None:
    shutil.copytree(compared / "out", "out")
    changed = settings("pos", {"backbone.hidden_size": 12})
    result = invoke("compare", "pos", *RECIPES, *changed, "--seeds", "2", "--out", "out")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "Error: out/runs/lstm/seed-1: holds a run with backbone.hidden_size = 8, here it is 12. Choose another --out, or remove it."
    )


def test_run_directories_are_compared_as_they_are(compared: Path, miniature: Path) -> None:
    runs = compared / "out" / "runs"
    done("compare", runs / "hmm", runs / "bilstm" / "seed-1", "--out", "two")
    found = read(Path("two"))
    assert [system["name"] for system in found["systems"]] == ["hmm", "bilstm"]
    assert {path.name for path in Path("two").iterdir()} == FILES


def test_entities_are_compared_by_f1(miniature: Path) -> None:
    done("compare", "ner", "--recipes", "hmm,bilstm-crf", *settings("ner"), "--out", "out", "--device", "cpu")
    found = read(Path("out"))
    assert (found["metric"], found["scheme"]) == ("f1", "BIO")
    for system in found["systems"]:
        recorded = {score["name"]: score["value"] for score in metrics(Path(system["paths"][0]))["scores"] if score["split"] == "test"}
        assert system["score"]["value"] == pytest.approx(recorded["f1"])
    assert Path("out/comparison.html").stat().st_size > 10_000


def test_one_head_of_several_is_compared_with_a_run_of_one(finished, compared: Path, miniature: Path) -> None:
    line = ["compare", finished("multitask"), finished("pos"), "--out", "out"]
    result = invoke(*line)
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("has several heads. Say which to compare: --layer upos or --layer ner.")
    done(*line, "--layer", "upos")
    assert [system["name"] for system in read(Path("out"))["systems"]] == ["multitask-default", "pos-default"]


def test_runs_of_one_recipe_are_called_after_their_folders(compared: Path, miniature: Path) -> None:
    runs = compared / "out" / "runs" / "lstm"
    done("compare", runs / "seed-1", runs / "seed-2", "--out", "two")
    assert [system["name"] for system in read(Path("two"))["systems"]] == ["seed-1", "seed-2"]


WRONG = [
    (["compare", "pos", "--recipes", "hmm,default", "--set", "text.size=3"], 2, "none of hmm, default has a table 'text'."),
    (
        ["compare", "translation"],
        2,
        "translation: compare trains recipes of taggers and classifiers only. Train with `seqtasks run translation RECIPE --out DIR`",
    ),
    (["compare", "translation", "--recipes", "default,multi30k-en-fr"], 2, "compare the finished runs: `seqtasks compare DIR DIR`."),
    (["compare", "multitask", "--recipes", "default,ud-english-ewt"], 2, "compare trains taggers with one head (and takes finished runs)."),
    (["compare", "pos", "--recipes", "hmm"], 2, "one system alone: there is nothing to compare it with."),
    (["compare", "pos", "--recipes", "hmm,hmm"], 2, "hmm is named twice."),
    (["compare", "pos", "--recipes", "hmm,bilsm"], 2, "no recipe 'bilsm' for pos; did you mean 'bilstm'?"),
    (["compare", "{pos}", "--curves"], 2, "train recipes of a TASK; runs are compared as they are."),
    (["compare", "{pos}"], 2, "one system alone: there is nothing to compare it with."),
    (["compare", "{pos}", "{pos}"], 2, "the same run directory is given twice; a run can only be compared with others."),
    (["compare", "{pos}", "{translation}"], 2, "a tagger. Only runs of one kind can be compared."),
    (["compare", "{pos}", "nope"], 1, "nope: no run directory (it has no run.json)."),
    (["compare", "{pos}", "{ner}"], 2, "Only runs of the same data can be compared."),
    (["compare", "{pos}", "{ner}", "--split", "zzz"], 2, "has no zzz part that it scored; it has dev, test, test_unseen."),
    (["compare", "{pos}", "{ner}", "--layer", "xpos"], 2, "has no head of the layer 'xpos'; it has upos."),
    (
        ["compare", "poss"],
        2,
        "poss: no task and no run directory; did you mean 'pos'? Tasks: classification, language_model, multitask, ner, pos, translation.",
    ),
    (["compare", "pos", "--layer", "xpos"], 2, "For the recipes of a task: --set data.layer=xpos."),
    (["compare", "pos", "--recipes", "hmm,lstm", "--split", "zzz"], 2, "hmm: has no zzz part; it has dev, test, test_unseen."),
    (["compare", "pos", "--recipes", "hmm,lstm", "--out", "full"], 1, "full: is no comparison's folder. Choose another --out."),
]


@pytest.mark.parametrize(("line", "code", "said"), WRONG, ids=[" ".join(line) for line, _, _ in WRONG])
@pytest.mark.usefixtures("miniature")
def test_wrong_comparisons_are_told_in_a_line(finished, line: list[str], code: int, said: str) -> None:
    Path("full").mkdir()
    Path("full/thesis.txt").write_text("mine", encoding="utf-8")
    filled = [text.format(**{task: finished(task) for task in ("pos", "ner", "translation") if f"{{{task}}}" in text}) for text in line]
    result = invoke(*filled)
    assert result.exit_code == code
    assert said in result.stderr.splitlines()[-1]
    assert Path("full/thesis.txt").read_text(encoding="utf-8") == "mine"


def test_runs_on_another_training_part_are_refused(miniature: Path, finished) -> None:
    whole = (miniature / "pos" / "train.conllu").read_text(encoding="utf-8")
    Path("less.conllu").write_text(whole.partition("\n\n")[2], encoding="utf-8")
    parts = {name: miniature / "pos" / f"{name}.conllu" for name in ("dev", "test", "test_unseen")}
    train("pos", Path("other"), data__train="less.conllu", **{f"data__{name}": path for name, path in parts.items()})
    result = invoke("compare", finished("pos"), "other")
    assert result.exit_code == 2
    assert "other: its train part is not that of" in result.stderr
    assert "23 sentences of less.conllu (sha256 " in result.stderr


def test_a_share_of_the_training_part_is_other_data(finished, miniature: Path) -> None:
    train("pos", Path("half"), data__train_fraction=0.5)
    result = invoke("compare", finished("pos"), "half")
    assert result.exit_code == 2
    assert "half: its train part is not that of" in result.stderr


def test_a_training_file_that_has_changed_since_is_refused(miniature: Path, tmp_path: Path) -> None:
    parts = {}
    for name in ("train", "dev", "test"):
        parts[name] = tmp_path / f"{name}.conllu"
        shutil.copy(miniature / "pos" / f"{name}.conllu", parts[name])
    tiny = {key.replace(".", "__"): value for key, value in TINY_TAGGING.items()}
    for kind in ("lstm", "gru"):
        train("pos", Path(kind), **{**tiny, "backbone__kind": kind}, **{f"data__{name}": path for name, path in parts.items()})
    parts["train"].write_text(parts["test"].read_text(encoding="utf-8"), encoding="utf-8")
    result = invoke("compare", "lstm", "gru")
    assert result.exit_code == 1
    assert "train.conllu:0: is not what lstm was trained on" in result.stderr.replace("train.conllu: is", "train.conllu:0: is")


def test_damaged_predictions_are_named(finished, miniature: Path) -> None:
    shutil.copytree(finished("pos"), "copy")
    Path("copy/predictions/test.conll").write_text("word only\n", encoding="utf-8")
    result = invoke("compare", finished("pos"), "copy")
    assert result.exit_code == 1
    assert "copy/predictions/test.conll: damaged" in result.stderr


def test_a_comparison_is_shown_with_its_pairs_crossovers_notes_and_files(capsys: pytest.CaptureFixture[str]) -> None:
    found = comparison(3)
    show(Path("folder"), found)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "accuracy of upos on dev (2,001 sentences)" + " " * (len(lines[1]) - 41)
    rows = {line.split("  ")[0]: line for line in lines[3:6]}
    for system in found.systems:
        low, high = system.score.interval or (0.0, 0.0)
        assert f"{system.score.value:.2f} ({low:.1f} to {high:.1f})" in rows[system.name]
    sentences = [sentence for pair in found.pairs for sentence in (pair.sentence, pair.seeds.sentence if pair.seeds else None) if sentence]
    assert [line[2:] for line in lines if line[2:] in sentences] == sentences
    assert [line[2:] for line in lines if line.startswith("  From") or "nowhere" in line] == [one.sentence for one in found.crossovers]
    assert [line.removeprefix("note: ") for line in lines if line.startswith("note: ")] == found.notes
    assert lines[-2:] == ["report: folder/comparison.html", "numbers: folder/comparison.json, folder/comparison.csv"]


def test_two_systems_need_no_table_of_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    show(Path("folder"), comparison(2))
    two = capsys.readouterr().out
    show(Path("folder"), comparison(3))
    assert "Holm's correction for 3 pairs" in capsys.readouterr().out
    assert "correction for" not in two
