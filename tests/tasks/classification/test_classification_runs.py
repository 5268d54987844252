"""Runs of classification end to end on the miniature sample: trained, resumed, fine-tuned, under seeds, asked, scored and refused."""

import csv
import json
import pickle
import shutil
from pathlib import Path

import pytest

import seqtasks
from seqtasks.nn.pooling import POOLINGS
from seqtasks.tasks.classification.reading import format_of
from seqtasks.text.corpora.label_readers import read_labelled
from seqtasks.text.corpora.labelled import Layout
from tests.miniature.runs import done, invoke, metrics, sha256, train

TASK = "classification"


def predictions(run: Path, split: str = "test") -> list[dict]:
    return [json.loads(line) for line in (run / "predictions" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]


def score(run: Path, name: str, split: str = "test") -> float:
    return next(entry["value"] for entry in metrics(run)["scores"] if (entry["split"], entry["name"]) == (split, name))


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.usefixtures("plain_figures", "miniature")
def test_every_pooling_learns_its_training_texts(pooling: str, miniature: Path) -> None:
    options = {"training__epochs": 20, "training__learning_rate": 0.03, "training__select_by": "last", "words__dropout": 0.0}
    train(TASK, Path("run"), head__pooling=pooling, head__dropout=0.0, backbone__dropout=0.0, **options)
    predictor = seqtasks.load("run")
    scores = predictor.evaluate(str(miniature / TASK / "train.tsv"))
    assert scores == [*predictor.report([miniature / TASK / "train.tsv"]).scores]
    assert [score.value for score in scores if score.name in ("accuracy", "macro_f1")] == [100.0, 100.0]
    assert set(json.loads(Path("run/history.jsonl").read_text().splitlines()[0])["scores"]) == {"accuracy", "macro_f1"}


@pytest.mark.usefixtures("miniature")
def test_scores_tables_and_the_report_tell_what_the_predictions_hold(finished) -> None:
    run = finished(TASK)
    found, rows = metrics(run), predictions(run)
    right = [row["labels"] == row["predicted"] for row in rows]
    assert score(run, "accuracy") == pytest.approx(100 * sum(right) / len(right))
    table = found["classification"]["test"]
    assert sum(row["support"] for row in table["labels"]) == len(rows)
    assert sum(map(sum, table["confusion"]["counts"])) == len(rows)
    assert sum(one["count"] for one in table["calibration"]["bins"]) == len(rows)
    assert {entry["name"] for entry in found["scores"]} == {"accuracy", "macro_f1", "calibration_error"}
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "test: by label" in page
    assert "test: which label was taken for which" in page
    assert json.loads((run / "run.json").read_text())["labels"] == {"asks": 12, "states": 12}


@pytest.mark.usefixtures("miniature")
def test_predict_answers_a_line_for_a_line_in_both_forms(finished) -> None:
    run = finished(TASK)
    lines = "does Mara see the dog\n\nMara sees the dog does\n"
    predictor = seqtasks.load(run)
    answers = predictor.classify_lines(lines.split("\n")[:3])
    assert done("predict", run, input=lines).stdout == "".join(f"{','.join(one.labels)}\n" for one in answers)
    sure = done("predict", run, "--confidence", input=lines).stdout.split("\n")
    assert sure[0] == f"{answers[0].labels[0]}\t{answers[0].confidences[0]:.4f}"
    assert sure[1] == ""
    best = done("predict", run, "--k-best", "2", input=lines).stdout.split("\n")[0].split("\t")
    assert best[::2] == list(answers[0].probabilities)
    rows = [
        json.loads(row) for row in done("predict", run, "--format", "jsonl", "--confidence", "--k-best", 5, input=lines).stdout.splitlines()
    ]
    assert [row["label"] for row in rows] == [answers[0].labels[0], None, answers[2].labels[0]]
    assert rows[1] == {"text": "", "label": None, "confidence": None, "k_best": []}
    assert rows[0]["confidence"] == pytest.approx(answers[0].confidences[0], abs=1e-6)
    assert sum(one["confidence"] for one in rows[0]["k_best"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.usefixtures("miniature")
def test_a_text_has_the_same_answer_alone_and_in_any_company(finished) -> None:
    predictor = seqtasks.load(finished(TASK))
    texts = [row["text"] for row in predictions(finished(TASK))] + ["does", "the dog sees a cat and a dog and a cat does"]
    for text, together in zip(texts, predictor.classify_lines(texts), strict=True):
        alone = predictor.classify(text)
        assert alone.labels == together.labels
        assert alone.probabilities == pytest.approx(together.probabilities, abs=1e-6)


@pytest.mark.usefixtures("miniature")
def test_a_predictor_goes_to_another_process_as_its_run(finished) -> None:
    predictor = seqtasks.load(finished(TASK))
    assert predictor.run_dir == finished(TASK)
    again = pickle.loads(pickle.dumps(predictor))  # noqa: S301 (a path of ours)
    assert again.classify("does Mara see it").probabilities == predictor.classify("does Mara see it").probabilities


@pytest.mark.usefixtures("miniature")
def test_evaluate_repeats_the_scores_of_the_run(finished, miniature: Path) -> None:
    run = finished(TASK)
    found = json.loads(done("evaluate", run, miniature / TASK / "test.tsv", "--json").stdout)
    values = {entry["name"]: entry["value"] for entry in found["scores"]}
    assert values == pytest.approx({name: score(run, name) for name in values})
    result = invoke("evaluate", run, miniature / TASK / "test.tsv", miniature / TASK / "dev.tsv")
    assert (result.exit_code, result.stderr) == (2, "Error: evaluate needs one labelled file; got 2.\n")


@pytest.mark.usefixtures("miniature")
def test_a_file_in_another_format_by_its_suffix_has_the_same_scores(finished, miniature: Path, tmp_path: Path) -> None:
    predictor = seqtasks.load(finished(TASK))
    texts = read_labelled(miniature / TASK / "test.tsv", format="tsv", layout=Layout()).examples
    rows = [{"text": text.text, "label": text.labels[0]} for text in texts]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("text", "label"))
        writer.writeheader()
        writer.writerows(rows)
    expected = [score.value for score in predictor.evaluate(miniature / TASK / "test.tsv")]
    for name in ("a.jsonl", "a.csv"):
        assert [score.value for score in predictor.evaluate(tmp_path / name)] == expected


@pytest.mark.usefixtures("miniature")
def test_a_format_that_is_said_against_the_suffix_of_train_holds_for_all_files_of_that_suffix(finished) -> None:
    data = seqtasks.load(finished(TASK)).recipe.data
    odd = data.model_copy(update={"format": "csv", "train": "mine.tsv"})
    assert [format_of(odd, Path(name)) for name in ("b.tsv", "b.jsonl", "b.txt", "b.csv")] == ["csv", "jsonl", "csv", "csv"]
    foreign = data.model_copy(update={"format": "a reader of another package"})
    assert format_of(foreign, Path("b.jsonl")) == foreign.format


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_several_labels_a_text_are_decided_one_by_one() -> None:
    train(TASK, Path("run"), recipe="names", training__epochs=3, head__threshold=0.3)
    assert {entry["name"] for entry in metrics(Path("run"))["scores"]} == {"exact_match", "micro_f1", "macro_f1", "calibration_error"}
    predictor = seqtasks.load("run")
    rows = predictions(Path("run"))
    for row, answer in zip(rows, predictor.classify_lines([row["text"] for row in rows]), strict=True):
        assert row["predicted"] == list(answer.labels)
        assert set(answer.labels) == {label for label, value in answer.probabilities.items() if value >= 0.3}
    line = json.loads(done("predict", "run", "--format", "jsonl", "--confidence", input="Mara sees Oslo\n").stdout)
    assert set(line) == {"text", "labels", "confidences"}
    assert metrics(Path("run"))["classification"]["test"]["confusion"] is None


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_run_that_was_stopped_ends_at_the_same_weights() -> None:
    train(TASK, Path("whole"), training__epochs=4, training__schedule="constant")
    train(TASK, Path("half"), training__epochs=2, training__schedule="constant")
    done("run", TASK, "--out", "half", "--resume", "--set", "training.epochs=4", "--device", "cpu")
    assert sha256(Path("half/model.safetensors")) == sha256(Path("whole/model.safetensors"))


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_run_goes_on_from_another_on_the_labels_it_knows(finished, miniature: Path) -> None:
    run = finished(TASK)
    result = done("run", TASK, "--from", run, "--out", "tuned", "--device", "cpu", "--set", "training.epochs=1")
    assert f"weights from {run}" in result.stdout
    assert (Path("tuned/text/words.txt")).read_text() == (run / "text" / "words.txt").read_text()
    Path("new.tsv").write_text("text\tlabel\n" + "a b c\tasks\nd e f\tshouts\n" * 10)
    parts = ("--set", "data.train=new.tsv", "--set", "data.dev=new.tsv", "--set", "data.test=new.tsv")
    result = invoke("run", TASK, "--from", run, "--out", "other", *parts)
    expected = "Error: the run to go on from has no labels shouts. Train anew instead of --from.\n"
    assert (result.exit_code, result.stderr) == (2, expected)
    result = invoke("run", TASK, "names", "--from", run, "--out", "other")
    expected = f"Error: --from {run}: its texts have one label each; set data.multi_label in the recipe to what it has.\n"
    assert (result.exit_code, result.stderr) == (2, expected)


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_several_seeds_have_a_median_and_other_weights() -> None:
    from tests.miniature.runs import settings

    done("run", TASK, "--seeds", "2", "--out", "seeds", "--device", "cpu", *settings(TASK))
    assert {entry["name"] for entry in metrics(Path("seeds"))["scores"]} == {"accuracy", "macro_f1", "calibration_error"}
    assert sha256(Path("seeds/seed-1/model.safetensors")) != sha256(Path("seeds/seed-2/model.safetensors"))


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_folders_of_texts_are_trained_and_scored_on() -> None:
    for part in ("train", "test"):
        for label, text in (("asks", "does it rain"), ("states", "it rains here")):
            for number in range(10):
                file = Path(part, label, f"{number}.txt")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(f"{text} {number}\n")
    parts = ("--set", "data.format=folders", "--set", "data.train=train", "--set", "data.test=test")
    result = train(TASK, Path("run"), *parts)
    assert "note: No dev part here: a tenth of train is held out to select on.\n" in result.stdout
    assert len(predictions(Path("run"))) == 20
    assert done("evaluate", "run", "test").stdout.count("test  label  accuracy") == 1


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_long_texts_and_texts_that_stand_in_train_are_told(miniature: Path) -> None:
    shutil.copy(miniature / TASK / "train.tsv", "same.tsv")
    result = train(TASK, Path("run"), "--set", "data.test=same.tsv", data__max_length=3)
    assert "texts are read by their first 3 words (data.max_length).\n" in result.stdout
    assert "note: test: 24 of its 24 texts stand in train, too.\n" in result.stdout
    assert seqtasks.load("run").classifier.words("one two three four") == ["one", "two", "three"]


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_words_may_begin_as_pretrained_vectors_and_stay_so() -> None:
    Path("vectors.txt").write_text("does 1 2 3 4\ndog 5 6 7 8\n")
    result = train(TASK, Path("run"), words__vectors="vectors.txt", words__size=4, words__frozen=True)
    assert "words of train have a vector in vectors.txt" in result.stdout
    classifier = seqtasks.load("run").classifier
    table_VE = classifier.model.trunk.embedder.words.table.weight
    (number,) = classifier.assets.words.ids(["does"])
    assert table_VE[number].tolist() == [1, 2, 3, 4]
    assert json.loads(Path("run/run.json").read_text())["vectors"]["name"] == "vectors.txt"


FAULTS = [
    ({"training.select_by": "f1"}, "training.select_by = 'f1'. Known: loss, last, accuracy, macro_f1."),
    (
        {"training.select_by": "micro_f1"},
        "training.select_by = 'micro_f1'; did you mean 'macro_f1'? Known: loss, last, accuracy, macro_f1.",
    ),
    ({"head.layer": 1}, "head.layer = 1, but the backbone has 1; use -1 to 0."),
    ({"head.threshold": 0.4}, "head.threshold is for texts with several labels. Set data.multi_label, or leave it out."),
    ({"data.label_column": "text"}, "data.text_column and data.label_column are both 'text'. Choose two columns."),
    (
        {"data.format": "folders", "data.multi_label": "true", "training.select_by": "last"},
        "data.multi_label: in folders a text has one label. Use 'jsonl', or leave it out.",
    ),
    ({"data.label_separator": "';'"}, "data.label_separator is for texts with several labels. Set data.multi_label, or leave it out."),
    ({"data.header": "false"}, "data.text_column = 'text' names a column, but data.header is false. Give its number from 0."),
    (
        {"data.format": "jsonl", "data.text_column": 0},
        "data.text_column and data.label_column are keys of JSONL's objects. Give their names.",
    ),
    ({"data.format": "tvs"}, "no label_reader 'tvs'; did you mean 'tsv'? Known: tsv, csv, jsonl, folders."),
    ({"data.options.x": 1}, "data.options: unknown key 'x'."),
    ({"backbone.heads": 2}, "backbone.heads has no meaning for a backbone of kind 'bilstm'. Leave it out."),
    (
        {"words.frozen": "true"},
        "words.frozen keeps pretrained vectors as they are, but words.vectors names none. Name some, or leave it out.",
    ),
]


@pytest.mark.parametrize(("options", "message"), FAULTS)
@pytest.mark.usefixtures("miniature")
def test_values_that_do_not_fit_are_told_before_data_are_read(options: dict[str, object], message: str) -> None:
    given = [part for key, value in options.items() for part in ("--set", f"{key}={value}")]
    result = invoke("run", TASK, "--out", "run", *given)
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")


REFUSED = [
    (("--tokens",), "--tokens is not for runs of classification, which label whole lines."),
    (("--n-best", "2"), "--n-best is not for runs of classification, which label whole lines. For the best labels of a line: --k-best."),
    (("--format", "conll"), "--format conll is for tagging runs. Use text or jsonl."),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
@pytest.mark.usefixtures("miniature")
def test_options_of_other_kinds_are_refused(finished, options: tuple[str, ...], message: str) -> None:
    result = invoke("predict", finished(TASK), *options, input="a\n")
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.usefixtures("miniature")
def test_runs_are_no_part_of_an_ensemble(finished) -> None:
    run = finished(TASK)
    with pytest.raises(seqtasks.SeqtasksError, match="no translation run. Ensembles and settings of the search are for translation runs.$"):
        seqtasks.load([run, run])


@pytest.mark.usefixtures("miniature")
def test_a_part_of_other_labels_is_refused() -> None:
    Path("train.tsv").write_text("text\tlabel\n" + "a b\tx\nc d\ty\n" * 6)
    Path("test.tsv").write_text("text\tlabel\na b\tp\nc d\tq\n")
    result = invoke("run", TASK, "--out", "run", "--set", "data.train=train.tsv", "--set", "data.test=test.tsv")
    expected = f"{Path('test.tsv').absolute()}: labels p, q ..., none of them among the trained x, y .... Check data.label_column.\n"
    assert (result.exit_code, result.stderr) == (1, f"Error: {expected}")
