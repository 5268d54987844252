"""Every value of every option of a tagging recipe is run: trained, saved, loaded again, and it answers the same."""

import json
from pathlib import Path

import numpy as np
import pytest

import seqtasks
from seqtasks.models.heads import CRFHead, SoftmaxHead
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from tests.miniature.corpora import columns, jsonl, write
from tests.miniature.nested import NESTED_ROWS
from tests.miniature.runs import invoke, metrics, sha256, stored_answers, train
from tests.miniature.sentences import Tagged, as_bioes, as_iob1, tagged
from tests.tasks.schema_values import missing_values

OPTIONS = [
    ("pos", {"backbone.kind": "rnn", "characters.kind": "none", "training.schedule": "constant", "training.optimizer": "adam"}),
    ("pos", {"data.language": "fr"}),
    (
        "pos",
        {"backbone.kind": "gru", "head.kind": "crf", "training.schedule": "linear", "training.select_by": "loss", "words.min_count": 2},
    ),
    ("pos", {"backbone.kind": "bilstm", "backbone.layers": 2, "head.layer": 0, "data.layer": "xpos", "training.label_smoothing": 0.1}),
    ("pos", {"backbone.kind": "lstm", "data.layer": "feats", "training.select_by": "accuracy", "words.max_size": 5, "words.dropout": 0.5}),
    (
        "pos",
        {
            "backbone.layers": 3,
            "backbone.residual": True,
            "head.layer": -2,
            "data.layer": "misc:SpaceAfter",
            "training.checkpoint_every": 1,
        },
    ),
    ("pos", {"data.layer": "lemma", "training.optimizer": "sgd", "training.momentum": 0.9, "training.learning_rate": 0.1}),
    ("ner", {"backbone.kind": "birnn", "head.kind": "softmax", "training.select_by": "f1", "training.optimizer": "adamw"}),
    ("ner", {"backbone.kind": "bigru", "head.kind": "crf", "training.select_by": "last", "training.schedule": "inverse_square_root"}),
    ("ner", {"backbone.kind": "bilstm", "training.precision": "bf16", "training.schedule": "cosine", "backbone.dropout": 0.3}),
    ("ner", {"training.precision": "auto", "training.weight_decay": 0.1, "head.dropout": 0.3, "characters.width": 4}),
    ("ner", {"head.kind": "softmax", "head.constrained": True, "head.tag_scheme": "BIOES", "training.ema": 0.9, "training.epochs": 2}),
    ("ner", {"head.tag_scheme": "IOB1", "training.accumulate": 2, "training.betas": "[0.9, 0.95]", "training.optimizer": "adam"}),
    ("ner", {"head.kind": "softmax", "head.tag_scheme": "BIO", "training.ema": 0.99, "training.select_by": "last"}),
    ("pos", {"backbone.kind": "bilstm", "backbone.layers": 2, "backbone.highway": True, "words.shapes": 4, "characters.kind": "none"}),
    (
        "ner",
        {
            "backbone.kind": "dilated_bilstm",
            "backbone.layers": 3,
            "backbone.recurrent_dropout": 0.3,
            "characters.kind": "lstm",
            "backbone.chrono": 20,
        },
    ),
    ("ner", {"backbone.kind": "bilstm_attention", "backbone.heads": 2, "characters.widths": "[2, 5]", "words.shapes": 3}),
    ("pos", {"backbone.kind": "transformer", "backbone.layers": 2, "head.layer": 0, "words.rare_dropout": 0.5, "words.dropout": 0.1}),
    ("pos", {"backbone.kind": "convolution", "backbone.layers": 2, "backbone.dropout": 0.2, "words.rare_dropout": 0.5}),
    ("ner", {"backbone.kind": "gru", "head.private_layers": 1}),
    ("pos", {"head.hmm": 0.5, "training.epochs": 2}),
    ("ner", {"head.hmm": 0.3, "head.tag_scheme": "BIOES"}),
    ("ner", {"head.hmm": 0.3, "head.tag_scheme": "IOB1", "head.kind": "softmax", "head.constrained": True}),
]
LAYOUTS = [
    {"data.format": "columns", "data.scheme": "BIO", "data.separator": "tab"},
    {"data.format": "columns", "data.scheme": "BIO", "data.separator": "space"},
    {"data.format": "columns", "data.scheme": "IOB1", "data.separator": "auto"},
    {"data.format": "columns", "data.scheme": "BIOES", "data.separator": "auto"},
    {"data.format": "columns", "data.scheme": "IO", "data.separator": "auto"},
    {"data.format": "columns", "data.scheme": "BILOU", "data.separator": "auto"},
    {"data.format": "columns", "data.scheme": "BMES", "data.separator": "auto"},
    {"data.format": "csv", "data.scheme": "BIO", "data.separator": "comma"},
    {"data.format": "csv", "data.scheme": "BIO", "data.separator": "semicolon"},
    {"data.format": "brat", "data.scheme": "BIO"},
    {"data.format": "jsonl", "data.scheme": "BIO", "data.offsets": "auto"},
    {"data.format": "jsonl", "data.scheme": "BIO", "data.offsets": "words"},
    {"data.format": "jsonl", "data.scheme": "IO", "data.offsets": "characters"},
    {"data.format": "jsonl", "data.scheme": "BIOES"},
]
VECTORS = [{"words.frozen": True}, {"words.frozen": False}]
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def keyed(options: dict[str, object]) -> dict[str, object]:
    return {key.replace(".", "__").replace(":", ":"): value for key, value in options.items()}


def test_the_tables_name_every_value_of_every_choice() -> None:
    conllu = {"data.format": "conllu"}  # what the POS rows read
    assert missing_values("tagging", [options for _, options in OPTIONS] + LAYOUTS + VECTORS + NESTED_ROWS + [conllu]) == []


@pytest.mark.parametrize(
    ("task", "options"), OPTIONS, ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values()))
)
def test_option_is_trained_saved_loaded_and_answers_as_before(task: str, options: dict[str, object], miniature: Path) -> None:
    train(task, Path("run"), **keyed(options))
    predictor = seqtasks.load("run")
    assert isinstance(predictor, TaggingPredictor)
    head = "ner" if task == "ner" else str(options.get("data.layer", "upos")).replace(":", "-").lower()
    words = [sentence.words for sentence in tagged(5, seed=3)]
    assert [answer.tags[head] for answer in predictor.tag_words(words)] == stored_answers(Path("run"), "test.conll")
    kind = options.get("head.kind", "crf" if task == "ner" else "softmax")
    assert type(predictor.tagger.model.head(head)) is (CRFHead if kind == "crf" else SoftmaxHead)
    assert predictor.tagger.model.head(head).layer == options.get("head.layer", -1)
    assert (predictor.tagger.model.trunk.embedder.characters is None) == (options.get("characters.kind") == "none")
    assert len(predictor.tagger.assets.words) <= 2 + int(str(options.get("words.max_size", 1000)))


PREFIXES = {"BILOU": str.maketrans("ES", "LU"), "BMES": str.maketrans("I", "M")}  # of BIOES


def in_characters(sentences: list[Tagged]) -> str:
    """JSONL of texts with spans of characters."""
    lines = []
    for one in sentences:
        inside = [position for position, tag in enumerate(one.entities) if tag != "O"]
        starts = [sum(len(word) + 1 for word in one.words[:position]) for position in range(len(one.words))]
        spans = (
            [{"start": starts[inside[0]], "end": starts[inside[-1]] + len(one.words[inside[-1]]), "label": one.entities[inside[0]][2:]}]
            if inside
            else []
        )
        lines.append(json.dumps({"text": " ".join(one.words), "spans": spans}))
    return "".join(f"{line}\n" for line in lines)


def in_layout(sentences: list[Tagged], options: dict[str, object]) -> str:
    """The sentences as the options say that they stand in the file."""
    scheme = str(options["data.scheme"])
    if options["data.format"] == "jsonl":
        return in_characters(sentences) if options.get("data.offsets") == "characters" else jsonl(sentences)

    def spell(tags: list[str]) -> list[str]:
        whole = {"BIO": list, "IOB1": as_iob1, "IO": as_iob1}.get(scheme, as_bioes)(tags)
        return [tag.translate(PREFIXES.get(scheme, {}))[:2] + tag[2:] for tag in whole]

    rows = [Tagged(sentence.words, sentence.upos, spell(sentence.entities)) for sentence in sentences]
    if options["data.format"] == "csv":
        mark = ";" if options["data.separator"] == "semicolon" else ","
        cells = [(str(number), word, tag) for number, one in enumerate(rows) for word, tag in zip(one.words, one.entities, strict=True)]
        return "".join(f"{mark.join(row)}\n" for row in [("Sentence #", "Word", "Tag"), *cells])
    return columns(rows, separator=" " if options["data.separator"] == "space" else "\t")


def write_brat(split: str, sentences: list[Tagged]) -> None:
    """A folder with a text of one sentence a line, and its spans of characters."""
    texts = [" ".join(one.words) for one in sentences]
    spans = [json.loads(line)["spans"] for line in in_characters(sentences).splitlines()]
    starts = [sum(len(text) + 1 for text in texts[:place]) for place in range(len(texts))]
    found = [(span["label"], start + span["start"], start + span["end"]) for start, row in zip(starts, spans, strict=True) for span in row]
    write(Path(split, "a.txt"), "".join(f"{text}\n" for text in texts))
    whole = "\n".join(texts)
    bound = (f"T{number}\t{label} {left} {right}\t{whole[left:right]}\n" for number, (label, left, right) in enumerate(found, start=1))
    write(Path(split, "a.ann"), "".join(bound))


@pytest.mark.parametrize("options", LAYOUTS, ids=lambda options: "-".join(map(str, options.values())))
def test_each_format_scheme_and_separator_gives_the_tags_its_scheme_says(options: dict[str, object]) -> None:
    ending = {"jsonl": ".jsonl", "csv": ".csv", "brat": ""}.get(str(options["data.format"]), ".bio")
    for split, size, seed in (("train", 24, 1), ("dev", 6, 2), ("test", 5, 3)):
        if options["data.format"] == "brat":
            write_brat(split, tagged(size, seed=seed))
        else:
            write(Path(f"{split}{ending}"), in_layout(tagged(size, seed=seed), options))
    parts = {f"data.{split}": f"{split}{ending}" for split in ("train", "dev", "test")}
    train("ner", Path("run"), **keyed(options | parts))
    labels = seqtasks.load("run").tagger.assets.labels["ner"]
    expected = {tag for sentence in tagged(24, seed=1) for tag in sentence.entities}
    if options["data.scheme"] in ("BIOES", "BILOU", "BMES"):
        expected = {tag for sentence in tagged(24, seed=1) for tag in as_bioes(sentence.entities)}
    assert set(labels) == expected
    names = {(score["split"], score["name"]) for score in metrics(Path("run"))["scores"]}
    assert {("test", "f1"), ("test", "precision"), ("test", "recall"), ("test", "f1_strict"), ("test", "accuracy")} <= names


@pytest.mark.parametrize("options", VECTORS, ids=["frozen", "trained"])
def test_vectors_from_a_local_file_start_the_words_and_stay_where_they_are_frozen(options: dict[str, object]) -> None:
    words = sorted({word for sentence in tagged(24, seed=1) for word in sentence.words})
    known = {word: np.linspace(number, number + 1, 8).round(3) for number, word in enumerate(words) if word != "dog"}
    write(Path("vectors.txt"), f"{len(known)} 8\n" + "".join(f"{word} {' '.join(map(str, row))}\n" for word, row in known.items()))
    result = train("ner", Path("run"), words__vectors="vectors.txt", **keyed(options))
    assert f"note: {len(known)} of {len(words)} words of train have a vector in vectors.txt ({len(known)} as written); " in result.stdout
    assert "note: The words began as the vectors of vectors.txt, which were learned from other text" in result.stdout
    facts = json.loads(Path("run/run.json").read_text(encoding="utf-8"))["vectors"]
    assert (facts["name"], facts["sha256"]) == ("vectors.txt", sha256(Path("vectors.txt")))
    assert facts["words"]["train"] == {"exact": len(known), "lower_cased": 0, "ngrams": 0, "none": len(words) - len(known), "unknown": 0}
    assert facts["words"].keys() == facts["tokens"].keys() == {"train", "dev"}
    assert "<h3>Vectors of vectors.txt</h3>" in Path("run/report.html").read_text(encoding="utf-8")
    predictor = seqtasks.load("run")
    table = predictor.tagger.model.trunk.embedder.words.table.weight.detach().numpy()
    rows = [table[predictor.tagger.assets.words.id(word)] for word in known]
    same = [np.allclose(row, expected, atol=1e-6) for row, expected in zip(rows, known.values(), strict=True)]
    assert all(same) if options["words.frozen"] else not any(same)


def test_every_task_of_a_multitask_recipe_is_weighed_and_selected_by_each_measure(finished) -> None:
    for select_by in ("loss", "accuracy", "f1", "last"):
        options = {"training.select_by": select_by, "tasks.ner.head.weight": 2.0, "tasks.ner.head.kind": "softmax"}
        train("multitask", Path(select_by), **keyed(options))
        assert metrics(Path(select_by))["selected_on"] == ("nothing" if select_by == "last" else "dev")
        assert {score["head"] for score in metrics(Path(select_by))["scores"]} == {"upos", "ner"}


def test_illegal_gold_tags_are_repaired_counted_and_told_once(data_dir: Path) -> None:
    result = train("ner", Path("run"), "--data-dir", data_dir, recipe="uner-danish-ddt")
    path = data_dir / "uner-danish-ddt" / "da_ddt-ud-train.iob2"
    lines = path.read_text(encoding="utf-8").split("\n")
    first = next(number for number, line in enumerate(lines, start=1) if "\tI-LOC\t" in line and line.split("\t")[1] == ".")
    assert result.stdout.count(f"note: {path}: repaired 1 illegal tags in layer ner (first at line {first})\n") == 1


def test_labels_outside_train_are_counted_and_never_right() -> None:
    sentences = tagged(24, seed=1)
    write(Path("train.bio"), columns(sentences))
    write(Path("test.bio"), columns([Tagged(["Zed", "sees", "Zed"], ["PROPN", "VERB", "PROPN"], ["B-SHIP", "O", "B-PER"])]))
    result = train("ner", Path("run"), data__train="train.bio", data__test="test.bio")
    assert "note: ner test: 1 words have labels that train lacks (B-SHIP): scored as wrong.\n" in result.stdout
    recall = [score for score in metrics(Path("run"))["scores"] if score["name"] == "recall"]
    assert recall[0]["value"] <= 50


def test_entity_labels_that_have_only_o_in_common_are_refused() -> None:
    write(Path("train.bio"), columns(tagged(24, seed=1)))
    write(Path("test.bio"), columns([Tagged(["Zed", "sees"], ["PROPN", "VERB"], ["B-SHIP", "O"])]))
    result = invoke("run", "ner", "--out", "run", "--set", "data.train=train.bio", "--set", "data.test=test.bio")
    assert result.exit_code == 1
    assert "test.bio: labels B-SHIP ... of ner, none of them among the trained B-LOC" in result.stderr
