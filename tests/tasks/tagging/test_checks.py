"""What does not fit in the recipe of a network that tags, told without its data: every fault at once, each with its remedy."""

from __future__ import annotations

import pytest

from seqtasks.tasks.multitask.checks import multitask_faults
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.checks import network_faults
from tests.miniature.runs import spelled

NESTED = {"data.format": "jsonl", "data.scheme": "nested"}
FAULTS: list[tuple[str, dict[str, object], list[str]]] = [
    ("pos", {}, []),
    ("ner", {}, []),
    ("multitask", {}, []),
    (
        "ner",
        {"characters.kind": "lstm", "characters.widths": "[2]"},
        ["characters.widths has no meaning for characters of kind 'lstm'. Leave it out, or use 'cnn'."],
    ),
    (
        "ner",
        {"characters.kind": "lstm", "characters.filters": 7},
        ["characters.filters = 7: an LSTM has half of them in each direction. Use an even number."],
    ),
    ("pos", {"characters.filters": 7}, []),
    (
        "pos",
        {"words.frozen": True},
        ["words.frozen keeps pretrained vectors as they are, but words.vectors names none. Name some, or leave it out."],
    ),
    ("pos", {"words.frozen": True, "words.vectors": "some.txt"}, []),
    ("multitask", {"smoothing": 0.5}, []),
    (
        "multitask ud-english-ewt",
        {"smoothing": 0.5},
        ["smoothing shares batches out among corpora, but all tasks read one corpus. Leave it out."],
    ),
    ("pos", {"backbone.layers": 2, "head.layer": 1}, []),
    ("pos", {"backbone.layers": 2, "head.layer": -3}, ["head of upos: layer = -3, but the backbone has 2; use -2 to 1."]),
    (
        "pos",
        {"head.private_size": 9},
        ["head of upos: private_size has no meaning without private_layers. Set private_layers, or leave it out."],
    ),
    ("pos", {"head.private_size": 9, "head.private_layers": 1}, []),
    (
        "ner",
        {"training.label_smoothing": 0.1},
        ["training.label_smoothing has no meaning for a head of kind 'crf'. Set it to 0, or use 'softmax'."],
    ),
    (
        "ner",
        {**NESTED, "head.kind": "layered", "training.label_smoothing": 0.1},
        ["training.label_smoothing has no meaning for a head of kind 'layered'. Set it to 0, or use 'spans'."],
    ),
    ("ner", {**NESTED, "head.kind": "spans", "training.label_smoothing": 0.1, "head.crossing": True}, []),
    (
        "ner",
        {"data.scheme": "nested", "head.constrained": True},
        [
            "head of ner: data.scheme = 'nested' needs a head of kind 'layered' or 'spans', not 'crf'.",
            "data of ner: format 'columns' holds no nested spans. Use 'jsonl' or 'brat', or another data.scheme.",
            "head of ner: constrained has no meaning for nested spans. Leave it out.",
        ],
    ),
    (
        "ner",
        {"head.kind": "spans", "head.crossing": True},
        [
            "head of ner: kind 'spans' answers nested spans: it needs data.scheme = 'nested' (and JSONL with spans).",
            "head of ner: crossing is for nested spans, but data.scheme is 'BIO'. Leave it out.",
        ],
    ),
    (
        "ner",
        {**NESTED, "head.kind": "layered", "head.tag_scheme": "BIOES", "head.hmm": 0.5},
        [
            "head of ner: tag_scheme has no meaning for nested spans. Leave it out.",
            "head of ner: hmm has no meaning for nested spans. Leave it out.",
        ],
    ),
    (
        "pos",
        {"head.tag_scheme": "BIO"},
        ["head of upos: tag_scheme needs tags that are spans, but data.scheme is not set. Set it, or leave tag_scheme out."],
    ),
    (
        "ner",
        {"head.constrained": True},
        ["head of ner: constrained has no meaning for a head of kind 'crf': its answers obey the scheme in any case. Leave it out."],
    ),
    ("ner", {"head.constrained": True, "head.kind": "softmax"}, []),
    ("pos", {"head.options.depth": 3}, ["head of upos: head.options: unknown key 'depth'."]),
    ("pos", {"head.kind": "softmacks"}, ["no head 'softmacks'; did you mean 'softmax'? Known: softmax, crf, layered, spans."]),
    ("pos", {"data.layer": "keys"}, ["no head can be called 'keys'. Choose another name, of letters, digits, spaces, '-' and '_'."]),
    ("pos", {"data.layer": ""}, ["data.layer is empty: name the layer of tags, such as upos or ner."]),
    ("pos", {"training.select_by": "f"}, ["training.select_by = 'f'; did you mean 'f1'? Known: loss, last, accuracy, f1."]),
]


@pytest.mark.parametrize(("task", "changes", "faults"), FAULTS, ids=[f"{task}-{'-'.join(changes)}" for task, changes, _ in FAULTS])
def test_a_recipe_has_just_these_faults(task: str, changes: dict[str, object], faults: list[str]) -> None:
    given = [f"{key}={spelled(value)}" for key, value in changes.items()]
    recipe = load_recipe(*task.split(), overrides=given).recipe
    assert (multitask_faults(recipe) if recipe.kind == "multitask" else network_faults(recipe)) == faults


def test_all_faults_are_told_at_once_from_the_backbone_to_the_data() -> None:
    changes = ["backbone.kind=lsmt", "training.select_by=bleu", "head.layer=9", "head.kind=crff", "data.format=conlu", "data.language=eng"]
    starts = ["no backbone", "training.select_by", "head of upos: layer = 9", "no head", "data.language: ", "no reader"]
    found = network_faults(load_recipe("pos", overrides=changes).recipe)
    assert [fault[: len(start)] for fault, start in zip(found, starts, strict=True)] == starts
