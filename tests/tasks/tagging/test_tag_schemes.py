"""Heads trained in another tag scheme than the file's: other labels within, the file's scheme in scores, predictions and answers."""

from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.inference.tagger import Tagger
from seqtasks.text.batching import in_order, tagging_batch
from seqtasks.text.encoded import FormTable
from seqtasks.text.tags import SCHEMES, convert, count_illegal
from tests.miniature.corpora import columns, write
from tests.miniature.runs import invoke, metrics, stored_answers, train
from tests.miniature.sentences import Tagged, as_bioes, as_iob1, tagged

SPELL = {"BIO": list, "IOB1": as_iob1, "BIOES": as_bioes}
WORDS = [sentence.words for sentence in tagged(5, seed=3)]
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def spelled_in(scheme: str, *, extra: tuple[Tagged, ...] = ()) -> dict[str, object]:
    """The corpus in a scheme, and the keys that name it."""
    for split, size, seed in (("train", 24, 1), ("dev", 6, 2), ("test", 5, 3)):
        rows = [*tagged(size, seed=seed), *(extra if split == "train" else ())]
        write(Path(f"{split}.bio"), columns([Tagged(row.words, row.upos, SPELL[scheme](row.entities)) for row in rows]))
    return {"data__scheme": scheme, **{f"data__{split}": f"{split}.bio" for split in ("train", "dev", "test")}}


def tagger_of(run: str) -> Tagger:
    tagger = seqtasks.load(run).tagger
    assert isinstance(tagger, Tagger)
    return tagger


@pytest.mark.parametrize("trained", SCHEMES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_head_learns_labels_of_its_scheme_and_answers_in_that_of_the_file(scheme: str, trained: str) -> None:
    result = train("ner", Path("run"), **spelled_in(scheme), head__tag_scheme=trained, training__epochs=3)
    written = "BIO" if scheme == "IOB1" else scheme
    tagger = tagger_of("run")
    learned = {tag for sentence in tagged(24, seed=1) for tag in convert(sentence.entities, "BIO", trained)}
    assert set(tagger.assets.labels["ner"]) == set(tagger.model.head("ner").labels) == learned
    answers = [answer["ner"] for answer in tagger.tag(WORDS)]
    assert answers == stored_answers(Path("run"), "test.conll")
    assert all(count_illegal(tags, written) == 0 for tags in answers)
    assert any(tag != "O" for tags in answers for tag in tags)
    gold = [line.split("\t")[1] for line in Path("run/predictions/test.conll").read_text().splitlines() if line]
    assert gold == [tag for sentence in tagged(5, seed=3) for tag in convert(sentence.entities, "BIO", written)]
    assert all(f"scheme:{written}" in score["signature"] for score in metrics(Path("run"))["scores"] if score["name"].startswith("f1"))
    assert "labels that train lacks" not in result.stdout
    tags, confidences = tagger.tag_with_confidence(WORDS, "ner")
    assert tags == answers
    assert all(0 < value <= 1 + 1e-6 for row in confidences for value in row)


def test_what_bio_writes_alike_is_added_up() -> None:
    train("ner", Path("run"), **spelled_in("BIO"), head__tag_scheme="BIOES")
    tagger = tagger_of("run")
    head, labels = tagger.model.head("ner"), tagger.assets.labels["ner"]
    tags, confidences = tagger.tag_with_confidence(WORDS, "ner")
    forms, ragged = FormTable.build(WORDS, tagger.assets.words, tagger.assets.characters)
    (positions,) = in_order(ragged.lengths, 4000)
    batch = tagging_batch(forms, ragged, positions, {}, "")
    with torch.no_grad():
        probabilities_BSN = head.probabilities(tagger.model(batch, ("ner",))["ner"], batch.mask_BS)
    alike = {"B": "BS", "I": "IE", "O": "O"}
    for row, position in enumerate(positions.tolist()):
        for column, (tag, sure) in enumerate(zip(tags[position], confidences[position], strict=True)):
            names = [prefix + tag[1:] for prefix in alike[tag[0]]]
            expected = sum(float(probabilities_BSN[row, column, labels.index(name)]) for name in names if name in labels)
            assert sure == pytest.approx(expected, abs=1e-6)


def test_illegal_answers_are_repaired_counted_and_told() -> None:
    train("ner", Path("run"), **spelled_in("BIO"), head__tag_scheme="BIOES", head__kind="softmax")
    tagger = tagger_of("run")
    label = tagger.model.head("ner").labels.index("E-PER")
    with torch.no_grad():
        tagger.model.head("ner").projection.bias[label] += 100.0  # every word ends a person that never began
    assert tagger.tag([["Odo", "Linn", "sees"]]) == [{"ner": ["B-PER", "B-PER", "B-PER"]}]
    assert tagger.repaired == {"ner": 3}
    assert tagger.tag_with_confidence([["Odo"]], "ner")[0] == [["B-PER"]]


def test_a_constrained_head_needs_no_repairs() -> None:
    result = train("ner", Path("run"), **spelled_in("BIO"), head__tag_scheme="BIOES", head__kind="softmax", head__constrained=True)
    assert "illegal BIOES tags" not in result.stdout + Path("run/report.html").read_text(encoding="utf-8")
    tagger = tagger_of("run")
    tagger.tag(WORDS)
    assert tagger.repaired == {"ner": 0}


def test_repairs_stand_in_the_report() -> None:
    extra = tuple(Tagged(["one", "two"], ["X", "X"], ["B-PER", "I-PER"]) for _ in range(200))
    train(
        "ner", Path("run"), **spelled_in("BIO", extra=extra), head__tag_scheme="BIOES", head__kind="softmax", training__learning_rate=0.05
    )
    tagger = tagger_of("run")
    tagger.tag([sentence.words for split, seed in ((6, 2), (5, 3)) for sentence in tagged(split, seed=seed)])
    count = tagger.repaired["ner"]
    note = f"ner: {count} illegal BIOES tags were repaired before they were written as BIO."
    assert (note in Path("run/report.html").read_text(encoding="utf-8")) == (count > 0)
    assert count > 0


@pytest.mark.parametrize(
    ("task", "options", "fault"),
    [
        (
            "pos",
            ("head.tag_scheme=BIO",),
            "head of upos: tag_scheme needs tags that are spans, but data.scheme is not set. Set it, or leave tag_scheme out.",
        ),
        (
            "pos",
            ("head.constrained=true",),
            "head of upos: constrained needs tags that are spans, but data.scheme is not set. Set it, or leave constrained out.",
        ),
        (
            "ner",
            ("head.constrained=true",),
            "head of ner: constrained has no meaning for a head of kind 'crf': its answers obey the scheme in any case. Leave it out.",
        ),
    ],
)
def test_options_that_do_not_fit_are_told(task: str, options: tuple[str, ...], fault: str) -> None:
    result = invoke("run", task, "--out", "run", *(part for option in options for part in ("--set", option)))
    assert result.exit_code == 2
    assert fault in result.stderr
