"""Heads that label texts on one trunk with heads that tag words: trained, scored beside controls, resumed, asked and refused."""

import json
import pickle
from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.errors import RecipeError, UsageError, WrongTypeError
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.multitask.controls import control_recipes
from seqtasks.tasks.multitask.task import multitask_task
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.training.epoch_sums import weighted_loss
from tests.miniature.runs import done, invoke, metrics, settings, sha256, spelled, stored_answers, train

TASK, RECIPE = "multitask", "texts"
LINES = ["does Mara see the dog", "", "Mara sees Oslo does", "the dog"]
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """A finished run with its controls. Not to be changed."""
    from tests.miniature.fixtures import in_miniature

    folder = tmp_path_factory.mktemp("texts")
    with pytest.MonkeyPatch.context() as patch:
        in_miniature(patch, sample_folder, folder / "cache")
        train(TASK, folder / "run", recipe=RECIPE)
    return folder / "run"


def names(folder: Path) -> dict[str, object]:
    """The texts with several labels each."""
    data = {"format": "jsonl", "label_column": "labels", "multi_label": True}
    data |= {split: folder / "classification" / f"{split}.jsonl" for split in ("train", "dev", "test", "test_unseen")}
    return {f"tasks__act__data__{key}": value for key, value in data.items()}


def job_of(**changes: object) -> HeadsTask:
    overrides = settings(TASK, {key.replace("__", "."): value for key, value in changes.items()})[1::2]
    loaded = load_recipe(TASK, RECIPE, overrides).recipe
    check_recipe(loaded)
    return multitask_task(loaded, DataLocations(), torch.device("cpu"))


def test_every_batch_trains_the_heads_of_its_corpus_and_every_text_comes_once() -> None:
    job = job_of()
    seen = dict.fromkeys(range(3), 0)
    for number, (corpus, positions) in enumerate(job.epoch(1).plan):
        seen[corpus] += len(positions)
        assert list(job.epoch(1)[number].targets) == [["upos"], ["ner"], ["act"]][corpus]
    assert list(seen.values()) == [len(part.words) for part in job.train]
    words = {word for group in job.groups for row in group.training_words() for word in row}
    assert set(job.assets.words.words()) >= {word for word in words if word.isascii()}
    assert set(job.assets.labels) == {"upos", "ner", "act"}


def test_the_loss_of_a_batch_of_texts_is_over_texts_by_its_weight_and_moves_the_trunk() -> None:
    job = job_of(tasks__act__head__weight=0.25)
    batch = next(job.batch(item) for item in job.epoch(1).plan if item[0] == 2)
    job.model.eval()
    terms = job.objective(job.model, batch, 0)
    expected = torch.nn.functional.cross_entropy(job.model(batch)["act"], batch.targets["act"])
    torch.testing.assert_close(weighted_loss(terms, job.weights), 0.25 * expected)
    weighted_loss(terms, job.weights).backward()
    moved = {name.split(".")[0] + "." + name.split(".")[1] for name, weight in job.model.named_parameters() if weight.grad is not None}
    assert {"trunk.embedder", "trunk.backbone", "heads.act"} <= moved
    assert not {"heads.upos", "heads.ner"} & moved


def test_a_control_of_texts_is_a_recipe_of_classification_with_a_measure_of_texts() -> None:
    recipe = load_recipe(TASK, RECIPE, ["tasks.act.head.weight=0.5"]).recipe
    controls = control_recipes(recipe)
    assert {head: control.kind for head, control in controls.items()} == {"upos": "tagging", "ner": "tagging", "act": "classification"}
    assert recipe.training.select_by == "f1"
    assert (controls["act"].training.select_by, controls["act"].head.weight) == ("accuracy", 1.0)
    assert controls["act"].data == recipe.tasks["act"].data
    for control in controls.values():
        check_recipe(control)
    macro = load_recipe(TASK, RECIPE, ["training.select_by=macro_f1"]).recipe
    assert [control.training.select_by for control in control_recipes(macro).values()] == ["accuracy", "accuracy", "macro_f1"]


def test_scores_predictions_tables_and_controls_of_every_head_are_told(run: Path) -> None:
    found = metrics(run)
    assert {score["head"] for score in found["scores"]} == {"upos", "ner", "act"}
    rows = [json.loads(line) for line in (run / "predictions" / "act-test.jsonl").read_text().splitlines()]
    right = [row["labels"] == row["predicted"] for row in rows]
    value = next(
        score["value"] for score in found["scores"] if (score["split"], score["head"], score["name"]) == ("test", "act", "accuracy")
    )
    assert value == pytest.approx(100 * sum(right) / len(right))
    assert "test act" in found["classification"]
    alone = metrics(run / "controls" / "act")
    control = next(score["value"] for score in alone["scores"] if (score["split"], score["name"]) == ("test", "accuracy"))
    row = next(row for row in found["controls"] if (row["split"], row["head"]) == ("test", "act"))
    assert (row["name"], row["value"], row["control"]) == ("accuracy", pytest.approx(value), pytest.approx(control))
    page = (run / "report.html").read_text()
    assert "test act: by label" in page and "act train" in page
    scores = json.loads((run / "history.jsonl").read_text().splitlines()[0])["scores"]
    assert {"upos accuracy", "ner f1", "act accuracy", "act macro_f1"} <= set(scores)
    assert json.loads((run / "run.json").read_text())["labels"] == {"act": {"asks": 12, "states": 12}}


def test_the_loaded_run_answers_what_the_run_has_written(run: Path) -> None:
    predictor = seqtasks.load(run)
    rows = [json.loads(line) for line in (run / "predictions" / "act-test.jsonl").read_text().splitlines()]
    found = predictor.classify_lines([row["text"] for row in rows])["act"]
    assert [list(answer.labels) for answer in found] == [row["predicted"] for row in rows]
    blocks = (run / "predictions" / "ner-test.conll").read_text().rstrip("\n").split("\n\n")
    words = [[line.split("\t")[0] for line in block.split("\n")] for block in blocks]
    assert [answer.tags["ner"] for answer in predictor.tag_words(words)] == stored_answers(run, "ner-test.conll")


def test_predict_writes_labels_before_tags_and_objects_of_both(run: Path) -> None:
    predictor = seqtasks.load(run)
    answers = predictor.answer_lines(LINES)
    text = "".join(f"{line}\n" for line in LINES)
    printed = done("predict", run, input=text).stdout
    assert printed == "".join(f"{answer}\n" for answer in answers)
    first = printed.split("\n")[0].split("\t")
    assert first == [predictor.classify(LINES[0])["act"].label, str(predictor.tag(LINES[0]))]
    options = ("--format", "jsonl", "--confidence", "--k-best", "2")
    rows = [json.loads(line) for line in done("predict", run, *options, input=text).stdout.splitlines()]
    expected = predictor.answer_lines(LINES, confidences=True)
    assert [row["texts"] for row in rows] == [answer.to_dict(k_best=2)["texts"] for answer in expected]
    assert [row["tags"] for row in rows] == [answer.tagged.tags for answer in expected]
    assert rows[1]["texts"] == {"act": {"label": None, "confidence": None, "k_best": []}}
    spaced = done("predict", run, "--tokens", input=text).stdout
    assert spaced == printed
    assert [str(answer) for answer in predictor.stream(LINES, chunk=1)] == [str(answer) for answer in answers]


def test_an_answer_is_shown_in_a_notebook_and_the_predictor_goes_to_another_process(run: Path) -> None:
    predictor = seqtasks.load(run)
    answer = predictor.answer(LINES[0])
    page = answer._repr_html_()
    assert answer.labels["act"].label in page and "act" in page
    assert json.loads(json.dumps(answer.to_dict())) == answer.to_dict()
    again = pickle.loads(pickle.dumps(predictor))  # noqa: S301 (a path of ours)
    assert again.answer(LINES[0]) == answer
    assert predictor.run_dir == run


def test_evaluate_scores_one_file_by_its_ending_or_one_for_each_head(run: Path, miniature: Path) -> None:
    files = [miniature / "pos" / "test.conllu", miniature / "ner" / "test.bio", miniature / "classification" / "test.tsv"]
    values = {(score["head"], score["name"]): score["value"] for score in metrics(run)["scores"] if score["split"] == "test"}
    found = json.loads(done("evaluate", run, *files, "--json").stdout)
    assert {(score["head"], score["name"]): score["value"] for score in found["scores"]} == pytest.approx(values)
    assert [score.to_dict() for score in seqtasks.load(run).evaluate(files)] == found["scores"]
    alone = json.loads(done("evaluate", run, files[2], "--json").stdout)
    assert {score["head"] for score in alone["scores"]} == {"act"}
    result = invoke("evaluate", run, "some.xml")
    assert result.stderr == "Error: some.xml: which of upos, ner, act it annotates is not clear from its ending. Give one file for each.\n"


def test_a_run_that_was_stopped_ends_at_the_same_weights() -> None:
    options = {"recipe": RECIPE, "controls": False, "training__schedule": "constant"}
    train(TASK, Path("whole"), training__epochs=3, **options)
    train(TASK, Path("half"), training__epochs=1, **options)
    done("run", TASK, RECIPE, "--out", "half", "--resume", "--set", "training.epochs=3", "--device", "cpu")
    assert sha256(Path("half/model.safetensors")) == sha256(Path("whole/model.safetensors"))


def test_a_run_goes_on_from_another_whose_heads_answer_the_same(run: Path, miniature: Path) -> None:
    line = ["run", TASK, RECIPE, "--from", run, "--device", "cpu", "--set", "training.epochs=1"]
    assert f"weights from {run}" in done(*line, "--out", "tuned").stdout
    several = [part for key, value in names(miniature).items() for part in ("--set", f"{key.replace('__', '.')}={spelled(value)}")]
    result = invoke(*line, "--out", "other", *several)
    expected = (
        f"--from {run}: its head 'act' answers one label a text, that of the recipe several labels a text. Give it data of the same kind."
    )
    assert result.stderr == f"Error: {expected}\n"


def test_several_labels_a_text_are_decided_one_by_one_beside_tags(miniature: Path) -> None:
    train(TASK, Path("run"), recipe=RECIPE, tasks__act__head__threshold=0.3, **names(miniature))
    found = metrics(Path("run"))
    assert {row["name"] for row in found["controls"] if row["head"] == "act"} == {"exact_match"}
    for answer in seqtasks.load("run").answer_lines(LINES):
        labels = answer.labels["act"]
        assert set(labels.labels) == {label for label, value in labels.probabilities.items() if value >= 0.3}
        assert "labels" in answer.to_dict()["texts"]["act"]


def test_heads_of_texts_alone_tag_no_words(sample_folder: Path) -> None:
    recipe = Path("two.toml")
    data = 'corpus = "sample/classification"\nformat = "tsv"\ntrain = "train.tsv"\ndev = "dev.tsv"\ntest = "test.tsv"\n'
    tasks = "".join(f'[tasks.{name}]\nkind = "classification"\n[tasks.{name}.data]\n{data}' for name in ("one", "two"))
    table = (
        "[words]\nsize = 8\n[backbone]\nkind = 'gru'\nhidden_size = 8\n[training]\nepochs = 1\nlearning_rate = 0.01\nbatch_tokens = 100\n"
    )
    recipe.write_text(f'kind = "multitask"\ncontrols = false\n{tasks}{table}')
    done("run", TASK, recipe, "--out", "run", "--device", "cpu")
    predictor = seqtasks.load("run")
    line = json.loads(done("predict", "run", "--format", "jsonl", input="does Mara see\n").stdout)
    assert set(line) == {"text", "texts"} and set(line["texts"]) == {"one", "two"}
    assert len(done("predict", "run", input="does Mara see\n").stdout.rstrip("\n").split("\t")) == 2
    with pytest.raises(UsageError, match=r"^tag: no head of this run tags words; it labels texts. Use classify\(text\).$"):
        predictor.tag("does")


REFUSED = [
    (("--format", "conll"), "--format conll has no place for the labels of texts, which a head of this run gives. Use jsonl."),
    (("--k-best", "2"), "--k-best needs --format jsonl: text has no place for it beside the labels and tags of several heads."),
    (("--confidence",), "--confidence needs --format jsonl: text has no place for it beside the labels and tags of several heads."),
    (("--n-best", "2"), "--n-best is for translation runs."),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_options_without_a_place_are_refused(run: Path, options: tuple[str, ...], message: str) -> None:
    assert invoke("predict", run, *options, input="a\n").stderr == f"Error: {message}\n"


def test_wrong_calls_are_one_line(run: Path) -> None:
    predictor = seqtasks.load(run)
    with pytest.raises(WrongTypeError, match=r"^answer takes one text \(str\), got a list of 1 str. Use answer_lines\(lines\) with a list"):
        predictor.answer(["a"])
    with pytest.raises(WrongTypeError, match=r"^answer_lines takes a list of lines, got the text 'a'. Use answer\(text\)"):
        predictor.answer_lines("a")
    with pytest.raises(WrongTypeError, match=r"^stream takes lines, got one text"):
        list(predictor.stream("a"))


FAULTS = [
    ({"tasks.act.head.layer": 7}, "tasks.act: head.layer = 7, but the backbone has 2; use -2 to 1."),
    ({"tasks.act.data.format": "tvs"}, "tasks.act: no label_reader 'tvs'; did you mean 'tsv'? Known: tsv, csv, jsonl, folders."),
    ({"training.select_by": "micro_f1"}, "training.select_by = 'micro_f1'; did you mean 'macro_f1'?"),
    ({"tasks.act.data.label_colum": "x"}, "unknown key 'label_colum'; did you mean 'label_column'?"),
    ({"tasks.act.data.layer": "x"}, "unknown key 'layer'; did you mean"),
    ({"tasks.act.kind": "clasification"}, "input should be 'tagging' or 'classification'."),
    ({"tasks.upos.data.text_column": "x"}, "unknown key 'text_column'; did you mean"),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS)
def test_faults_name_the_task_and_the_nearest_key(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        check_recipe(load_recipe(TASK, RECIPE, [f"{key}={value}" for key, value in changes.items()]).recipe)
    assert any(message in fault for fault in caught.value.faults), caught.value.faults
