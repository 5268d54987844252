"""Runs of classification beside scikit-learn's baselines: what is fitted, tested, written and refused."""

import csv
import json
from pathlib import Path

import pytest

from seqtasks.comparison.baselines import BASELINES, LabelledWords, baseline_outputs
from tests.miniature.runs import done, invoke, metrics, settings, train

TASK = "classification"


def test_baselines_answer_what_they_were_fitted_on() -> None:
    train = LabelledWords([["good", "film"], ["bad", "film"], ["bad", "day"]] * 5, ["pos", "neg", "neg"] * 5)
    outputs = {output.name: output for output in baseline_outputs(train, [["bad", "day"], ["good", "film"]])}
    assert list(outputs) == list(BASELINES)
    assert outputs["most frequent"].tags == [[["neg"], ["neg"]]]
    assert outputs["most frequent"].confidences == [[[pytest.approx(2 / 3)], [pytest.approx(2 / 3)]]]
    for name in ("naive Bayes", "TF-IDF + logreg"):
        assert outputs[name].tags == [[["neg"], ["pos"]]]
    assert all(output.fixed for output in outputs.values())


@pytest.mark.usefixtures("miniature")
def test_one_run_is_compared_with_the_baselines(finished) -> None:
    run = finished(TASK)
    result = done("compare", run, "--out", "out")
    found = json.loads(Path("out/comparison.json").read_text(encoding="utf-8"))
    assert [system["name"] for system in found["systems"]] == ["default", *BASELINES]
    accuracy = next(s["value"] for s in metrics(run)["scores"] if (s["split"], s["name"]) == ("test", "accuracy"))
    assert found["systems"][0]["score"]["value"] == pytest.approx(accuracy)
    assert len(found["pairs"]) == 6
    assert all(pair["sentence"] in result.stdout.replace("\n", " ") for pair in found["pairs"])
    assert all(system["calibration"] for system in found["systems"])
    rows = list(csv.reader(Path("out/comparison.csv").read_text(encoding="utf-8").splitlines()))
    assert [row[0] for row in rows[1:]] == ["default", *BASELINES]
    assert "TF-IDF + logreg" in Path("out/comparison.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_seeds_and_texts_with_several_labels_are_compared() -> None:
    done("run", TASK, "names", "--seeds", "2", "--out", "seeds", "--device", "cpu", *settings(TASK))
    train(TASK, Path("other"), recipe="names", head__pooling="last")
    result = done("compare", "seeds", "other", "--out", "out", "--split", "dev")
    found = json.loads(Path("out/comparison.json").read_text(encoding="utf-8"))
    assert [len(system["runs"]) for system in found["systems"]] == [2, 1, 1, 1, 1]
    assert "the accuracy is the exact match" in result.stdout
    for path in found["systems"][0]["paths"]:
        value = next(s["value"] for s in metrics(Path(path))["scores"] if (s["split"], s["name"]) == ("dev", "exact_match"))
        assert value == pytest.approx(found["systems"][0]["runs"][found["systems"][0]["paths"].index(path)])


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_runs_of_other_data_or_kinds_are_refused(finished) -> None:
    run = finished(TASK)
    train(TASK, Path("less"), data__train_fraction=0.5)
    result = invoke("compare", run, "less", "--out", "out")
    assert result.exit_code == 2
    assert "less: its train part is not that of" in result.stderr
    result = invoke("compare", run, finished("pos"), "--out", "out")
    assert result.exit_code == 2
    assert result.stderr.endswith("Only runs of one kind can be compared.\n")
    assert "a run of classification. Only" in result.stderr
    result = invoke("compare", run, "--layer", "label")
    assert (result.exit_code, result.stderr) == (2, "Error: --layer is for runs of taggers; these label whole texts.\n")


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_training_part_that_has_changed_is_refused() -> None:
    rows = "".join(f"a b {number}\t{'xy'[number % 2]}\n" for number in range(12))
    for part in ("train", "test"):
        Path(f"{part}.tsv").write_text(f"text\tlabel\n{rows}")
    train(TASK, Path("run"), "--set", "data.train=train.tsv", "--set", "data.test=test.tsv", training__select_by="last")
    Path("train.tsv").write_text(f"text\tlabel\n{rows}a b c\tx\n")
    result = invoke("compare", "run", "--out", "out")
    assert result.exit_code == 1
    assert "is not what run was trained on (its sha256 has changed)" in result.stderr


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_recipes_are_trained_under_seeds_and_kept() -> None:
    line = ["compare", TASK, "--seeds", "2", "--out", "out", "--device", "cpu", *settings(TASK)]
    done(*line)
    found = json.loads(Path("out/comparison.json").read_text(encoding="utf-8"))
    assert [(system["name"], len(system["runs"])) for system in found["systems"]] == [("default", 2), *((name, 1) for name in BASELINES)]
    assert {path.name for path in Path("out/runs/default").iterdir()} == {"seed-1", "seed-2"}
    assert done(*line).stdout.count("kept: ") == 2
    page = Path("out/comparison.html").read_text(encoding="utf-8")
    assert "texts" in page and "(texts" not in page
    assert f"accuracy of label on test ({found['sentences']} texts)" in done(*line).stdout.replace("\n", " ")


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_recipes_of_several_labels_are_trained_and_others_are_refused() -> None:
    result = done("compare", TASK, "--recipes", "names", "--out", "out", "--device", "cpu", *settings(TASK))
    assert "the accuracy is the exact match" in result.stdout
    result = invoke("compare", TASK, "--recipes", "default,names", "--out", "other")
    assert result.exit_code == 2
    assert "names: its train part is not that of default. Only recipes on the same data can be compared." in result.stderr
    result = invoke("compare", TASK, "--curves", "--out", "other")
    assert result.stderr == "Error: --curves is for taggers. For a share of the texts: --set data.train_fraction=0.1.\n"
    result = invoke("compare", TASK, "--recipes", "default,default", "--out", "other")
    assert result.stderr == "Error: --recipes: default is named twice.\n"
