"""Nested spans end to end: trained, scored beside the flat ceiling, answered in every form, and everything left out counted."""

import json
import re
from pathlib import Path

import pytest

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.models.heads import CRFHead
from seqtasks.models.nested import LayeredHead, SpanHead
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.runs.load import evaluate
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.text.tags import spans_of
from tests.miniature.corpora import write
from tests.miniature.nested import NESTED_DATA, NESTED_ROWS, lines, nested, nested_parts
from tests.miniature.runs import done, invoke, metrics, stored_answers, train

HEADS = {"spans": SpanHead, "layered": LayeredHead}
NAMES = ["f1", "precision", "recall", "f1_outer", "f1_inner", "flat_ceiling", "accuracy"]
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def keyed(options: dict[str, object]) -> dict[str, object]:
    return {key.replace(".", "__"): value for key, value in options.items()}


def trained(options: dict[str, object], *more: object) -> object:
    return train("ner", Path("run"), *more, **keyed({**options, **nested_parts()}))


@pytest.mark.parametrize("options", NESTED_ROWS, ids=lambda options: "-".join(map(str, options.values())))
def test_a_nested_head_is_trained_saved_loaded_and_answers_as_before(options: dict[str, object]) -> None:
    trained(options)
    predictor = seqtasks.load("run")
    assert isinstance(predictor, TaggingPredictor)
    head = predictor.tagger.model.head("ner")
    assert type(head) is HEADS[str(options["head.kind"])]
    assert head.labels == ("FIRST", "LOC", "ORG", "PER")
    assert head.crossing == options.get("head.crossing", False)
    assert (predictor.tagger.assets.extents["ner"].depth, predictor.tagger.assets.extents["ner"].width) == (2, 2)
    words = [words for words, _ in nested(5, seed=3)]
    assert [answer.tags["ner"] for answer in predictor.tag_words(words)] == stored_answers(Path("run"), "test.conll")
    assert [score["name"] for score in metrics(Path("run"))["scores"] if score["split"] == "test"][:7] == NAMES
    alone = [predictor.tag_words([row], confidences=True)[0] for row in words]
    for one, other in zip(alone, predictor.tag_words(words, confidences=True), strict=True):
        assert one.tags == other.tags
        assert one.confidences["ner"] == pytest.approx(other.confidences["ner"], abs=1e-5)
        assert [entity.confidence for entity in one.entities["ner"]] == pytest.approx(
            [entity.confidence for entity in other.entities["ner"]], abs=1e-5
        )


@pytest.mark.parametrize("kind", ["spans", "layered"])
def test_nested_entities_are_learned_and_leave_in_every_form(kind: str) -> None:
    learning = {"training.epochs": 30, "training.learning_rate": 0.03, "backbone.dropout": 0.0, "head.dropout": 0.0, "words.dropout": 0.0}
    trained({**NESTED_DATA, "head.kind": kind, **learning})
    scores = {(score["split"], score["name"]): score["value"] for score in metrics(Path("run"))["scores"]}
    assert scores["test", "f1"] == 100.0 > scores["test", "flat_ceiling"]

    answers = seqtasks.load("run").tag("Brackwater Mill sees the dog.", confidences=True)
    assert [(one.label, one.text, one.offsets) for one in answers.entities["ner"]] == [
        ("ORG", "Brackwater Mill", (0, 15)),
        ("LOC", "Brackwater", (0, 10)),
    ]
    assert all(0.5 < one.confidence <= 1 for one in answers.entities["ner"])
    assert answers.tags["ner"][:3] == ["B-ORG+B-LOC", "I-ORG", "O"]

    text = "Brackwater Mill sees the dog .\nOdo Linn paints the boat .\n"
    assert (
        done("predict", "run", "--tokens", input=text).stdout.split("\n")[0] == "Brackwater/B-ORG+B-LOC Mill/I-ORG sees/O the/O dog/O ./O"
    )
    found = [json.loads(line) for line in done("predict", "run", "--tokens", "--format", "jsonl", input=text).stdout.splitlines()]
    assert found[1]["spans"] == [{"start": 0, "end": 2, "label": "PER"}, {"start": 0, "end": 1, "label": "FIRST"}]
    assert [(entity["label"], entity["tokens"]) for entity in found[0]["entities"]] == [("ORG", [0, 2]), ("LOC", [0, 1])]
    html = done("predict", "run", "--tokens", "--format", "html", input=text).stdout
    assert re.sub("<[^>]*>", "", html).count("Brackwater LOC Mill ORG sees") == 1

    write(Path("answers.jsonl"), "".join(json.dumps(line) + "\n" for line in found))
    again = {score["name"]: score["value"] for score in evaluate([Path("run")], [Path("answers.jsonl")])["scores"]}
    assert (again["f1"], again["f1_inner"]) == (100.0, 100.0)
    with pytest.raises(UsageError, match="is no chain of labels"):
        seqtasks.load("run").tag("Brackwater Mill", k_best=2)


def test_predictions_of_a_part_hold_the_gold_spans_as_tags() -> None:
    trained({**NESTED_DATA, "head.kind": "spans"})
    blocks = Path("run/predictions/test.conll").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    gold = [[row.split("\t")[1] for row in block.split("\n")] for block in blocks]
    assert [spans_of(row, "nested") for row in gold] == [spans for _, spans in nested(5, seed=3)]


def test_a_nested_head_shares_its_trunk_with_other_heads() -> None:
    parts = {f"tasks.ner.{key}": value for key, value in nested_parts().items()}
    data = {f"tasks.ner.{key}": value for key, value in NESTED_DATA.items()}
    train("multitask", Path("run"), **keyed({**data, **parts, "tasks.ner.head.kind": "spans"}))
    answer = seqtasks.load("run").tag("Odo Linn sees")
    assert set(answer.tags) == {"upos", "ner"}
    assert set(answer.entities) == {"ner"}


def entry(words: str, *spans: tuple[int, int, str]) -> str:
    named = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return json.dumps({"text": words, "spans": named}) + "\n"


@pytest.mark.parametrize("kind", ["spans", "layered"])
def test_what_a_head_can_never_answer_is_counted(kind: str) -> None:
    write(Path("train.jsonl"), lines(nested(24, seed=1)) + entry("a b c", (0, 2, "PER"), (1, 3, "PER"), (1, 3, "PER")))
    write(Path("test.jsonl"), entry("a b c d", (0, 4, "ORG"), (0, 2, "ORG"), (0, 2, "PER"), (0, 1, "LOC"), (3, 4, "SHIP")))
    keys = {**NESTED_DATA, "head.kind": kind, "data.train": "train.jsonl", "data.test": "test.jsonl", "data.offsets": "words"}
    told = train("ner", Path("run"), **keyed(keys)).stdout
    assert "note: ner train: 1 spans are never answered: they cross another one (head.crossing allows it).\n" in told
    assert "train.jsonl: 1 spans stand there twice; each counts once\n" in told
    assert "note: ner test: 1 spans have labels that train lacks (SHIP): scored as wrong.\n" in told
    limits = {
        "spans": ["are longer than the 2 words of the longest in training", "have the place of another one, and a place gets one label"],
        "layered": ["lie deeper than the 2 layers of the training part"],
    }
    for limit in limits[kind]:
        number = 2 if kind == "layered" else 1
        assert f"note: ner test: {number} spans are never answered: they {limit}.\n" in told
    open_told = train("ner", Path("open"), **keyed({**keys, "head.crossing": True})).stdout
    assert "cross another one" not in open_told


FAULTS = [
    ({"head.kind": "crf"}, "head of ner: data.scheme = 'nested' needs a head of kind 'layered' or 'spans', not 'crf'."),
    ({"head.kind": "spans", "head.tag_scheme": "BIO"}, "head of ner: tag_scheme has no meaning for nested spans. Leave it out."),
    ({"head.kind": "spans", "head.constrained": True}, "head of ner: constrained has no meaning for nested spans. Leave it out."),
    (
        {"head.kind": "layered", "training.label_smoothing": 0.1},
        "training.label_smoothing has no meaning for a head of kind 'layered'. Set it to 0, or use 'spans'.",
    ),
    (
        {"head.kind": "spans", "data.format": "columns"},
        "data of ner: format 'columns' holds no nested spans. Use 'jsonl' or 'brat', or another data.scheme.",
    ),
    (
        {"head.kind": "spans", "data.scheme": "BIO"},
        "head of ner: kind 'spans' answers nested spans: it needs data.scheme = 'nested' (and JSONL with spans).",
    ),
    (
        {"head.kind": "softmax", "data.scheme": "BIO", "head.crossing": True},
        "head of ner: crossing is for nested spans, but data.scheme is 'BIO'. Leave it out.",
    ),
]


@pytest.mark.parametrize(
    ("options", "told"), FAULTS, ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else ""
)
def test_values_that_do_not_fit_nested_spans_are_refused(options: dict[str, object], told: str) -> None:
    changes = [
        part for key, value in {**NESTED_DATA, **options}.items() for part in ("--set", f"{key}={str(value).replace('True', 'true')}")
    ]
    result = invoke("run", "ner", "--out", "run", *changes)
    assert result.exit_code == 2
    assert told in result.stderr


def test_an_hmm_answers_no_nested_spans() -> None:
    result = invoke("run", "ner", "hmm", "--out", "run", "--set", "data.scheme=nested", "--set", "data.format=jsonl")
    assert result.exit_code == 2
    assert "data.scheme = 'nested': an HMM answers no nested spans. Use a recipe of kind 'tagging', or another scheme." in result.stderr


def test_a_training_part_without_spans_is_refused() -> None:
    write(Path("train.jsonl"), entry("a b") * 12)
    changes = {**NESTED_DATA, "head.kind": "spans", "data.train": "train.jsonl"}
    result = invoke("run", "ner", "--out", "run", *[part for key, value in changes.items() for part in ("--set", f"{key}={value}")])
    assert result.exit_code == 1
    assert "train.jsonl: no spans to train ner on. Give each line its spans, or set another data.scheme" in result.stderr


def test_an_extent_that_is_damaged_is_told() -> None:
    trained({**NESTED_DATA, "head.kind": "spans"})
    (path,) = Path("run").rglob("spans-ner.json")
    path.write_text('{"depth": 0, "width": 2}')
    RunDirectory.open(Path("run")).close_files()  # as if the run had written it so: its checksum fits
    result = invoke("predict", "run", input="a")
    assert result.exit_code == 1
    assert f"{path}: damaged (expected a depth and a width). Restore it from a copy." in result.stderr


def test_flat_heads_are_what_they_were() -> None:
    train("ner", Path("run"))
    predictor = seqtasks.load("run")
    assert type(predictor.tagger.model.head("ner")) is CRFHead
    assert predictor.tagger.assets.extents == {}
    assert not list(Path("run").rglob("spans-*"))
