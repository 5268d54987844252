"""Label Studio's exports: values, which annotation of several is taken, what is left out and counted, and every fault with its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.readers import Layer, read_tagged

TEXT = "Ada Byron lived in London."
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*tasks: Any, indent: int | None = None) -> Path:
        path = tmp_path / "export.json"
        path.write_text(json.dumps(list(tasks), indent=indent, ensure_ascii=False), encoding="utf-8")
        return path

    return written


def result(text: str, phrase: str, *labels: str, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    begin = text.index(phrase)
    value = {"start": begin if start is None else start, "end": begin + len(phrase) if end is None else end, "text": phrase}
    return {"id": "x", "from_name": "label", "to_name": "text", "type": "labels", "value": {**value, "labels": list(labels)}}


def annotation(*results: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": 1, "result": list(results), **facts}


def task(*annotations: dict[str, Any], text: str = TEXT, key: str = "annotations") -> dict[str, Any]:
    return {"id": 7, "data": {"text": text}, key: list(annotations), "predictions": []}


def read(path: Path, scheme: str | None = "BIO") -> Corpus[TaggedSentence]:
    return read_tagged(path, format="jsonl", layer=Layer("ner", scheme=scheme))


def shown(path: Path) -> list[str]:
    return [" ".join(f"{word}/{tag}" for word, tag in zip(one.words, one.tags["ner"], strict=True)) for one in read(path)]


def test_spans_become_tags_whether_the_export_is_one_line_or_many(write: Write) -> None:
    tasks = [task(annotation(result(TEXT, "London", "LOC"), result(TEXT, "Ada Byron", "PER"))), task(annotation(), text="It rained .")]
    expected = ["Ada/B-PER Byron/I-PER lived/O in/O London/B-LOC ./O", "It/O rained/O ./O"]
    assert shown(write(*tasks)) == shown(write(*tasks, indent=2)) == expected
    assert [one.line for one in read(write(*tasks))] == [1, 1]
    lines = write(*tasks, indent=2).read_text().splitlines()
    assert all(lines[one.line - 1] == "  {" for one in read(write(*tasks, indent=2)))
    assert read(write(*tasks)).notes == ()


def test_the_old_name_of_annotations_and_the_small_export_are_read_alike(write: Write) -> None:
    old = shown(write(task(annotation(result(TEXT, "London", "LOC")), key="completions")))
    small = {"text": TEXT, "id": 7, "label": [result(TEXT, "London", "LOC")["value"]], "annotator": 1, "annotation_id": 2}
    assert old == shown(write(small)) == ["Ada/O Byron/O lived/O in/O London/B-LOC ./O"]


def test_the_ground_truth_or_else_the_annotation_changed_last_is_taken(write: Write) -> None:
    first = annotation(result(TEXT, "London", "ONE"), updated_at="2024-03-02T10:00:00Z")
    last = annotation(result(TEXT, "London", "TWO"), updated_at="2024-03-02T11:00:00Z")
    truth = annotation(result(TEXT, "London", "TRUE"), updated_at="2024-01-01T00:00:00Z", ground_truth=True)
    skipped = annotation(result(TEXT, "London", "NONE"), updated_at="2025-01-01T00:00:00Z", was_cancelled=True)
    path = write(task(last, first, skipped), task(first, truth, last), task(first, skipped), indent=1)
    assert [one.tags["ner"][4] for one in read(path)] == ["B-TWO", "B-TRUE", "B-ONE"]
    told = "2 tasks have several annotations; of each the ground truth is taken, or else the one changed last (first at line 2)"
    assert read(path).notes == (f"{path}: {told}",)


def test_a_task_that_nobody_labelled_is_left_out_and_counted(write: Write) -> None:
    path = write(task(annotation(was_cancelled=True)), task(), task(annotation(), text="Nothing here"))
    assert shown(path) == ["Nothing/O here/O"]
    assert read(path).notes == (f"{path}: 2 tasks have no annotation (or a cancelled one only) and are left out (first at line 1)",)


def test_relations_and_choices_are_passed_over_and_counted(write: Write) -> None:
    relation = {"type": "relation", "from_id": "a", "to_id": "b"}
    choice = {"type": "choices", "value": {"choices": ["news"]}}
    path = write(task(annotation(relation, result(TEXT, "London", "LOC"), choice)))
    assert read(path).notes == (f"{path}: 2 results are no labelled spans of text and are passed over (first at line 1)",)


def test_offsets_of_javascript_are_told_by_the_quoted_text(write: Write) -> None:
    text = "😀😀 Ada lived ."
    path = write(task(annotation(result(text, "Ada", "PER", start=5, end=8)), text=text))
    assert shown(path) == ["😀/O 😀/O Ada/B-PER lived/O ./O"]
    (note,) = read(path).notes
    assert note == f"{path}: 1 texts have offsets that count units of UTF-16, as their spans' own texts show (first at line 1)"


def test_one_span_with_two_labels_is_two_spans(write: Write) -> None:
    path = write(task(annotation(result(TEXT, "London", "LOC", "CITY"))))
    assert read(path, "nested")[0].tags["ner"][4] == "B-CITY+B-LOC"
    assert "1 spans overlap longer ones and are left out" in read(path).notes[0]


def test_a_span_that_cuts_a_word_is_read_as_the_whole_of_it_and_counted(write: Write) -> None:
    path = write(task(annotation(result(TEXT, "Londo", "LOC"))))
    assert shown(path)[0].endswith("London/B-LOC ./O")
    assert read(path).notes == (f"{path}: 1 spans begin or end within a word; they are read as the whole of it (first at line 1)",)


def test_the_labelled_text_is_found_under_any_name_by_what_its_spans_quote(write: Write) -> None:
    one, other = task(annotation(result(TEXT, "London", "LOC"))), task(annotation())
    one["data"] = {"title": "A life in letters and much more", "body": TEXT}
    other["data"] = {"body": "It rained"}
    assert shown(write(one, other))[0].startswith("Ada/O")
    one["annotations"] = [annotation()]
    with pytest.raises(
        DataError, match=r":1: which text the task labels is not clear: its data has title, body\. Call the labelled text 'text'\."
    ):
        read(write(one))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (
            task(annotation(result(TEXT, "London", "LOC", start=0, end=6))),
            "span 0 to 6 reads 'Ada By' in the text, but quotes 'London'. Was",
        ),
        (task({"id": 1}), "an annotation without a list 'result'. Export it again, as JSON."),
        (task(annotation(result(TEXT, "London", "LOC", start=-3))), "span -3 to 25 reads "),
        (
            task(annotation(result(TEXT, "London"))),
            "span {'start': 19, 'end': 25, 'labels': [], 'text': 'London'} lacks start, end or label.",
        ),
        (7, "expected an object, found int. Write one object a line."),
    ],
)
def test_faults_are_named_with_their_line(write: Write, wrong: Any, problem: str) -> None:
    path = write(task(annotation()), wrong, indent=1)
    line = [number for number, text in enumerate(path.read_text().splitlines(), start=1) if text.startswith((" {", " 7"))][1]
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:{line}: {problem}")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('[\n{"tokens": ["a"], "tags": ["O"]}\n{"a": 1}]', 3, "no valid JSON (a comma or the end of the list is missing)"),
        ('[{"tokens": ["a"], "tags": ["O"]},\n{"a": }]', 2, "no valid JSON (Expecting value at column 7)"),
        ('[{"tokens": ["a"], "tags": ["O"]}', 1, "no valid JSON (a comma or the end of the list is missing)"),
        ('[{"tokens": ["a"], "tags": ["O"]},]', 1, "no valid JSON ("),
        (
            '\n[{"tokens": ["a"], "tags": ["O"]}]\n[1]',
            3,
            "more after the end of the list: '[1]'. Write one list of objects, or one object a",
        ),
        ("[\n" + "[" * 100000, 2, "no JSON that can be read ("),
    ],
)
def test_a_damaged_list_is_named_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:{line}: {problem}")
