"""Notes on labelled texts: every planted fault is told with its count and first place, and the bundled sample gives none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import seqtasks
from seqtasks.diagnosis.labelled_data import labelled_notes
from seqtasks.text.corpora.examples import LabelledText
from seqtasks.text.corpora.label_readers import read_labelled
from seqtasks.text.corpora.labelled import Layout

DATA = Path(seqtasks.__file__).parent.parent / "data" / "classification"
SPLITS = ("train", "dev", "test", "test_unseen")
ONE, SEVERAL = Layout(), Layout("text", "labels", separator=",")
Part = list[LabelledText]


@pytest.fixture(scope="module")
def texts() -> Part:
    return read_labelled(DATA / "train.tsv", format="tsv", layout=ONE).examples[:300]


@pytest.mark.parametrize(("form", "layout"), [("tsv", ONE), ("jsonl", SEVERAL)])
def test_the_sample_gives_no_note(form: str, layout: Layout) -> None:
    parts = {split: read_labelled(DATA / f"{split}.{form}", format=form, layout=layout).examples for split in SPLITS}
    assert labelled_notes(parts, longest=1000) == []
    assert [labelled_notes({"train": part}, longest=1000) for part in parts.values()] == [[]] * len(SPLITS)


def test_texts_that_are_numbers_or_codes_are_told(texts: Part) -> None:
    ids = [replace(text, text=f"id-{number}") for number, text in enumerate(texts)]
    expected = f"test: 300 of 300 texts are a number or a code, such as 'id-0' at line {texts[0].line}: is it the column of the texts?"
    assert labelled_notes({"test": ids}) == [expected]
    assert labelled_notes({"test": [*ids[:140], *texts[140:]]}) == []


def test_texts_that_contradict_each_other_are_counted_with_the_first_two(texts: Part) -> None:
    other = next(text.labels for text in texts if text.labels != texts[4].labels)
    planted = [*texts, LabelledText(f" {texts[4].text.replace(' ', '  ')}", other, 900), LabelledText(texts[4].text, texts[4].labels, 901)]
    places = f"lines {texts[4].line} and 900 ({texts[4].labels[0]} and {other[0]})"
    assert labelled_notes({"dev": planted}) == [
        f"dev: 1 texts stand there before with other labels, first at {places}: which one is right?"
    ]


def test_one_label_for_all_is_told_and_few_texts_say_nothing(texts: Part) -> None:
    same = [replace(text, labels=("x",)) for text in texts]
    assert labelled_notes({"dev": same}) == ["dev: all 300 texts have 'x': is it the column of the labels?"]
    assert labelled_notes({"dev": [replace(text, labels=()) for text in texts]}) == [
        "dev: all 300 texts have no label: is it the column of the labels?"
    ]
    assert labelled_notes({"dev": same[:19]}) == []


def test_labels_that_are_rare_or_nearly_alike_are_told_of_the_training_part(texts: Part) -> None:
    planted = [replace(texts[0], labels=("Question",)), *texts[1:]]
    assert labelled_notes({"train": planted}) == [
        f"train: 1 label is seen once: Question (line {texts[0].line})",
        "train: labels 'Question', 'question' differ in case or spaces only: are they one?",
    ]
    assert labelled_notes({"dev": planted}) == []


def test_texts_that_stand_in_train_are_counted_also_nearly(texts: Part) -> None:
    (note,) = labelled_notes({"train": texts, "test": texts[:3]})
    assert note == "test: 3 of its 3 texts stand in train, too."
    long = [text for text in texts if len(text.text.split()) >= 5]
    nearly = [replace(text, text=text.text.upper()) for text in long[:10]]
    (note,) = labelled_notes({"train": texts, "test": nearly})
    assert note.startswith("test: 0 of its 10 texts stand in train, too, and of its 10 of 5 words or more 10 nearly do (first at line ")


def test_very_long_texts_are_told_with_the_longest(texts: Part) -> None:
    planted = [*texts[:20], replace(texts[20], text="word " * 40), replace(texts[21], text="word " * 50)]
    (note,) = labelled_notes({"train": planted}, longest=30)[-1:]
    assert note == (
        f"train: 2 of 22 texts have more than 30 words, the longest 50 (line {texts[21].line}): "
        "a run reads the first ones (data.max_length)"
    )
