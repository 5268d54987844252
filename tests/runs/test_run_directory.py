"""What a finished run leaves behind: files, metrics, history, predictions line for line, figures and a report that needs no network."""

import json
import re
from pathlib import Path

import pytest
import torch

from seqtasks.recipes.run_directory import default_path
from seqtasks.tasks.selection import select_parts
from tests.miniature.corpora import SIZES
from tests.miniature.runs import done, metrics, train

PNG = b"\x89PNG\r\n\x1a\n"
FILES = {"recipe.toml", "run.json", "text", "model.safetensors", "metrics.json", "history.jsonl", "predictions", "curves.png"}
FILES |= {"report.html", "checkpoints"}


@pytest.mark.parametrize("task", ["pos", "ner", "multitask", "translation"])
def test_every_file_is_there_and_no_other(task: str, finished) -> None:
    run = finished(task)
    figures = {f"attention-{number}.png" for number in range(1, 6)} | {"by-length.png"} if task == "translation" else set()
    figures |= {f"confusion-tags-{number}.png" for number in {"multitask": (1, 2), "translation": ()}.get(task, (1,))}
    figures |= {f"confusion-entities-{number}.png" for number in {"ner": (1,), "multitask": (2,)}.get(task, ())}
    controls = {"controls"} if task == "multitask" else set()
    assert {path.name for path in run.iterdir()} == FILES | figures | controls
    assert all(path.read_bytes().startswith(PNG) for path in run.glob("*.png"))
    assert not [path for path in run.rglob("*") if path.suffix in (".pkl", ".pt", ".bin", ".npz")]


@pytest.mark.parametrize("task", ["pos", "ner", "multitask", "translation"])
def test_metrics_hold_every_score_with_its_settings(task: str, finished) -> None:
    found = metrics(finished(task))
    entities = ["entities"] if task in ("ner", "multitask") else []
    controls = ["controls"] if task == "multitask" else []
    reviews = ["diagnosis", "by_length"] if task == "translation" else ["wrong_tags"]
    assert list(found) == ["format", "task", "selected_on", "scores", "data", *entities, *reviews, "observation", "cost", *controls]
    for report in found.get("entities", {}).values():
        assert sum(row["support"] for row in report["per_type"]) == sum(
            report[count] for count in ("correct", "boundary_errors", "type_errors", "missed")
        )
    assert (found["format"], found["task"], found["selected_on"]) == (1, task, "dev")
    for score in found["scores"]:
        assert list(score) == ["split", "head", "name", "value", "signature", "interval"]
        assert score["signature"]
        assert score["interval"] is None or (len(score["interval"]) == 2 and score["interval"][0] <= score["interval"][1])
    names = {"translation": {"bleu", "chrf", "ter", "bleu_tok_lc", "exact", "cer", "wer", "perplexity", "accuracy"}, "pos": {"accuracy"}}
    tests = [score["name"] for score in found["scores"] if score["split"] == "test"]
    assert names.get(task, {"f1", "precision", "recall", "f1_strict", "accuracy"}) <= set(tests)
    splits = {score["split"] for score in found["scores"]}
    assert splits == {"dev", "test", "test_unseen"}
    for part in found["data"]:
        assert re.fullmatch("[0-9a-f]{64}", part["sha256"])
        assert part["sentences"] == SIZES[part["split"].split(" ")[-1]]


def test_history_has_a_row_for_each_epoch(miniature: Path, plain_figures: None) -> None:
    train("pos", Path("run"), training__epochs=3)
    rows = [json.loads(line) for line in Path("run/history.jsonl").read_text(encoding="utf-8").splitlines()]
    keys = ["epoch", "update", "train_loss", "train_accuracy", "probe_loss", "probe_accuracy", "dev_loss", "dev_accuracy", "dev_words"]
    keys += [
        "best",
        "label_entropy",
        "learning_rate",
        "tokens_per_second",
        "seconds",
        "scores",
        "gradient_norm_median",
        "gradient_norm_p90",
    ]
    keys += ["gradient_norm_largest", "clipped_share", "update_ratio", "loss_spikes", "sha256"]
    assert [list(row) for row in rows] == [keys] * 3
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[2]["update"] == 3 * rows[0]["update"]
    assert rows[2]["train_loss"] < rows[0]["train_loss"]


def test_predictions_stand_line_for_line_beside_their_inputs(finished, sample_folder: Path) -> None:
    for split, size in SIZES.items():
        if split == "train":
            continue
        assert (finished("translation") / "predictions" / f"{split}.fr").read_text(encoding="utf-8").count("\n") == size
        gold = (sample_folder / "ner" / f"{split}.bio").read_text(encoding="utf-8")
        rows = (finished("ner") / "predictions" / f"{split}.conll").read_text(encoding="utf-8").split("\n")
        assert ["\t".join(row.split("\t")[:2]) for row in rows] == gold.split("\n")
    names = {path.name for path in (finished("multitask") / "predictions").iterdir()}
    assert names == {f"{head}-{split}.conll" for head in ("upos", "ner") for split in ("dev", "test", "test_unseen")}


@pytest.mark.parametrize("task", ["pos", "multitask", "translation"])
def test_report_shows_its_run_and_fetches_nothing(task: str, finished) -> None:
    page = (finished(task) / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page) == []
    assert not re.findall(r"@import|url\(\s*['\"]?http|<script[^>]*src", page)
    assert all("data:" in link for link in re.findall(r"<link[^>]*>", page))
    assert page.count("data:image/png;base64,") == {"translation": 6, "pos": 1, "multitask": 3}[task]
    assert f"{metrics(finished(task))['scores'][0]['value']:.2f}" in page


def test_without_attention_there_is_no_heatmap(miniature: Path) -> None:
    train("translation", Path("run"), decoder__attention="none")
    assert list(Path("run").glob("attention-*.png")) == []


def test_a_run_prints_where_it_is_first_and_last_with_five_examples_and_scores(miniature: Path, plain_figures: None) -> None:
    lines = train("pos", Path("run")).stdout.splitlines()
    assert lines[0].startswith("recipe: ") and lines[0].endswith("tasks/pos/default.toml")
    assert lines[1] == lines[-1] == "run directory: run"
    assert lines[-2] == "report: run/report.html"
    assert [line for line in lines if line.startswith("example ")] == [f"example {number}" for number in range(1, 6)]
    assert "scores (weights selected on dev):" in lines
    assert any(re.match(r"epoch +1/1  training loss \d", line) for line in lines)
    assert any(re.match(r"  test        upos        accuracy = \d+\.\d\d \[.+\|sentences:5\]$", line) for line in lines)


def test_without_out_a_run_gets_a_new_directory_of_its_own(miniature: Path, plain_figures: None) -> None:
    from tests.miniature.runs import settings

    result = done("run", "pos", *settings("pos"))
    (run,) = Path("runs").iterdir()
    assert re.fullmatch(r"pos-default-\d{8}-\d{6}", run.name)
    assert result.stdout.splitlines()[1] == f"run directory: {run}"


def test_a_default_directory_is_made_at_once_and_never_used_twice(miniature: Path) -> None:
    for _ in range(12):  # within one second, or two
        default_path("pos", "default")
    names = [path.name for path in Path("runs").iterdir()]
    seconds = {name[: len("pos-default-20300102-120000")] for name in names}
    assert all(re.fullmatch(r"pos-default-\d{8}-\d{6}", second) for second in seconds)
    numbers = {
        second: sorted(int(name.removeprefix(f"{second}-")) for name in names if name.startswith(f"{second}-")) for second in seconds
    }
    assert all(found == list(range(2, 2 + len(found))) for found in numbers.values())
    assert sum(map(len, numbers.values())) == 12 - len(seconds)


def test_evaluate_prints_one_json_object_and_agrees_with_the_run(finished, sample_folder: Path) -> None:
    files = {
        "pos": ["pos/test.conllu"],
        "ner": ["ner/test.bio"],
        "translation": ["translation/test.en", "translation/test.fr"],
        "multitask": ["pos/test.conllu", "ner/test.bio"],
    }
    for task, names in files.items():
        paths = [sample_folder / name for name in names]
        found = json.loads(done("evaluate", finished(task), *paths, "--json").stdout)
        stored = metrics(finished(task))
        assert {key: found[key] for key in ("format", "task", "selected_on")} == {
            key: stored[key] for key in ("format", "task", "selected_on")
        }
        values = {(score["head"], score["name"]): score["value"] for score in found["scores"]}
        expected = {(score["head"], score["name"]): score["value"] for score in stored["scores"] if score["split"] == "test"}
        shared = values.keys() & expected.keys()
        assert len(shared) >= 1
        assert {key: values[key] for key in shared} == {key: expected[key] for key in shared}


def test_evaluate_finds_the_head_of_one_file_and_prints_a_line_for_each_score(finished, sample_folder: Path) -> None:
    printed = done("evaluate", finished("multitask"), sample_folder / "pos" / "dev.conllu").stdout
    assert printed.startswith("dev.conllu  upos  accuracy = ")
    assert "ner" not in printed
    pairs = Path(sample_folder / "pairs.tsv")
    rows = zip(
        *((sample_folder / "translation" / f"dev.{side}").read_text(encoding="utf-8").split("\n") for side in ("en", "fr")), strict=True
    )
    pairs.write_text("".join(f"{source}\t{target}\n" for source, target in rows if source), encoding="utf-8")
    assert "pairs.tsv  translation  bleu = " in done("evaluate", finished("translation"), pairs).stdout


def test_a_run_leaves_the_arithmetic_of_its_process_as_it_was(miniature: Path, plain_figures: None) -> None:
    tiny = torch.tensor([torch.finfo(torch.float32).tiny])
    for flushed in (True, False):
        torch.set_flush_denormal(flushed)
        train("pos", Path(f"run-{flushed}"))
        assert (float(tiny / 2) == 0) == flushed


@pytest.mark.parametrize(
    ("has_dev", "has_test", "select_by", "held", "selected_on"),
    [
        (True, True, "loss", 0, "dev"),
        (True, True, "last", 0, "nothing"),
        (True, False, "loss", 3, "held-out tenth of train"),
        (True, False, "last", 0, "nothing"),
        (False, True, "f1", 3, "held-out tenth of train"),
        (False, True, "last", 0, "nothing"),
        (False, False, "loss", 3, "dev"),
        (False, False, "last", 3, "nothing"),
    ],
)
def test_selection_never_looks_at_the_part_that_is_reported(
    has_dev: bool, has_test: bool, select_by: str, held: int, selected_on: str
) -> None:
    chosen = select_parts(range(35), has_dev=has_dev, has_test=has_test, select_by=select_by)
    assert chosen.selected_on == selected_on
    assert chosen.held_out == [9, 19, 29][:held]
    assert sorted(chosen.kept + chosen.held_out) == list(range(35))


def test_equal_sentences_are_held_out_together_or_trained_on_together() -> None:
    lines = [f"sentence {position // 3}" for position in range(300)]  # a sorted file with three translations of each sentence
    chosen = select_parts(lines, has_dev=False, has_test=False, select_by="loss")
    assert not {lines[position] for position in chosen.held_out} & {lines[position] for position in chosen.kept}
    assert sorted(chosen.kept + chosen.held_out) == list(range(300))
    assert len(chosen.held_out) == 30
    assert not any("are trained on, too" in note for note in chosen.notes)


def test_a_sentence_that_fills_a_part_is_not_held_out_and_too_few_different_ones_are_told() -> None:
    lines = ["Yes."] * 60 + [f"sentence {position}" for position in range(40)]
    chosen = select_parts(lines, has_dev=False, has_test=False, select_by="loss")
    assert [lines[position] for position in chosen.held_out] == [f"sentence {position}" for position in (9, 19, 29, 39)]
    alike = select_parts(["a", "b"] * 10, has_dev=False, has_test=False, select_by="loss")
    assert alike.held_out == [9, 19]
    assert "Few sentences of train differ: those that are held out are trained on, too." in alike.notes
