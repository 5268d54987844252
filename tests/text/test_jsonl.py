"""JSONL: words with tags or spans, nested ones too; every fault with its line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.corpora.jsonl import outermost, read_jsonl, with_nested_tags
from seqtasks.text.tags import Span, spans_of


@pytest.fixture
def file(tmp_path):
    def write(*entries):
        path = tmp_path / "train.jsonl"
        path.write_text("\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in entries), encoding="utf-8")
        return path

    return write


def test_tags_are_taken_as_they_stand(file):
    corpus = read_jsonl(file({"tokens": ["Anna", "runs"], "tags": ["B-PER", "O"]}, "", {"text": " Rain  falls ", "tags": ["N", "V"]}))
    assert [(found.words, dict(found.tags), found.line, found.spans) for found in corpus] == [
        (("Anna", "runs"), {"ner": ("B-PER", "O")}, 1, ()),
        (("Rain", "falls"), {"ner": ("N", "V")}, 3, ()),
    ]
    assert read_jsonl(file({"text": "x", "tags": ["X"]}), layer="pos")[0].tags == {"pos": ("X",)}


def test_the_outermost_spans_become_bio_tags_and_all_are_kept(file):
    spans = [(3, 4, "LOC"), (0, 4, "ORG"), (1, 2, "PER"), (4, 5, "ORG")]
    entry = {"text": "Bank of New York Mellon", "spans": [dict(zip(("start", "end", "label"), span, strict=True)) for span in spans]}
    found = read_jsonl(file(entry))[0]
    assert found.tags["ner"] == ("B-ORG", "I-ORG", "I-ORG", "I-ORG", "B-ORG")
    assert found.spans == tuple(Span(*span) for span in spans)
    assert read_jsonl(file({"text": "a b", "spans": []}))[0].tags["ner"] == ("O", "O")


SPAN = st.builds(lambda start, size, label: Span(start, start + size, label), st.integers(0, 7), st.integers(1, 5), st.sampled_from("XY"))
SPANS = st.lists(SPAN)


@given(SPANS)
def test_outermost_spans_never_overlap_and_the_longest_is_always_among_them(spans):
    chosen = outermost(spans)
    assert chosen == sorted(set(chosen))
    assert all(one.end <= other.start for one, other in zip(chosen, chosen[1:], strict=False))
    assert all(any(span.start < other.end and other.start < span.end for other in chosen) for span in spans)
    if spans:
        assert max(span.end - span.start for span in chosen) == max(span.end - span.start for span in spans)


@settings(max_examples=25)  # each writes files
@given(SPANS)
def test_tags_of_a_file_mean_its_outermost_spans(tmp_path_factory, spans):
    path = tmp_path_factory.mktemp("spans") / "x.jsonl"
    path.write_text(json.dumps({"tokens": ["w"] * 12, "spans": [span._asdict() for span in spans]}))
    assert spans_of(read_jsonl(path)[0].tags["ner"], "BIO") == outermost(spans)


NO_WORDS = "no words: 'tokens' must be a list of strings, or 'text' a string. Add them."


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{", "no valid JSON (Expecting property name enclosed in double quotes at column 2). Write one object a line."),
        ("[1]", "expected an object, found list. Write one object a line."),
        ({}, NO_WORDS),
        ({"tokens": [], "tags": []}, NO_WORDS),
        ({"tokens": ["a", 1], "tags": ["O", "O"]}, NO_WORDS),
        ({"tokens": ["a", ""], "tags": ["O", "O"]}, NO_WORDS),
        ({"tokens": ["a\ud800"], "tags": ["O"]}, NO_WORDS),
        ({"tokens": "ab", "tags": ["O", "O"]}, NO_WORDS),
        ({"text": 5, "tags": ["O"]}, NO_WORDS),
        ({"text": "a b", "tags": ["O"]}, "2 words but 1 tags. Align them."),
        ({"text": "a b", "tags": "OO"}, "2 words but no list of tags. Align them."),
        ({"text": "a b", "tags": ["O", 3]}, "a tag that is no text: 3. Write the names of the labels."),
        ({"text": "a b", "tags": [None, "O"]}, "a tag that is no text: None. Write the names of the labels."),
        ({"text": "a b"}, "neither 'tags' nor 'spans'. Add one of them."),
        ({"text": "a b", "spans": {"start": 0}}, "'spans' is no list. Write one, with an object for each span."),
        ({"text": "a b", "spans": [7]}, "span 7 lacks start, end or label. Give two whole numbers and a text."),
        (
            {"text": "a b", "spans": [{"start": 0, "end": 1}]},
            "span {'start': 0, 'end': 1} lacks start, end or label. Give two whole numbers and a text.",
        ),
        (
            {"text": "a b", "spans": [{"start": 0.5, "end": 1, "label": "X"}]},
            "span {'start': 0.5, 'end': 1, 'label': 'X'} lacks start, end or label. Give two whole numbers and a text.",
        ),
        (
            {"text": "a b", "spans": [{"start": 1, "end": 3, "label": "X"}]},
            "span 1 to 3 in a sentence of 2 words. Offsets count words, end exclusive.",
        ),
        (
            {"text": "a b", "spans": [{"start": 1, "end": 1, "label": "X"}]},
            "span 1 to 1 in a sentence of 2 words. Offsets count words, end exclusive.",
        ),
    ],
)
def test_faults_are_named_with_their_line(file, entry, problem):
    path = file({"text": "fine", "tags": ["O"]}, entry)
    with pytest.raises(DataError) as caught:
        read_jsonl(path)
    assert str(caught.value) == f"{path}:2: {problem}"


def test_tags_beside_spans_stay_the_tags_and_those_by_head_are_passed_over(file):
    span = {"start": 0, "end": 1, "label": "PER"}
    both, answered = (
        {"tokens": ["a", "b"], "tags": ["B-X", "O"], "spans": [span]},
        {"tokens": ["a"], "tags": {"ner": ["O"]}, "spans": [span]},
    )
    assert [(found.tags["ner"], found.spans) for found in read_jsonl(file(both, answered))] == [
        (("B-X", "O"), (Span(0, 1, "PER"),)),
        (("B-PER",), (Span(0, 1, "PER"),)),
    ]
    with pytest.raises(DataError, match="1 words but no list of tags"):
        read_jsonl(file({"tokens": ["a"], "tags": {"ner": ["O"]}}))


@settings(max_examples=25, deadline=None)  # each writes files
@given(SPANS)
def test_nested_tags_of_a_file_mean_all_its_spans_each_once(tmp_path_factory, spans):
    path = tmp_path_factory.mktemp("spans") / "x.jsonl"
    path.write_text(json.dumps({"tokens": ["w"] * 12, "spans": [span._asdict() for span in spans]}))
    corpus = with_nested_tags(read_jsonl(path), "ner")
    assert set(spans_of(corpus[0].tags["ner"], "nested")) == set(spans)
    twice = len(spans) - len(set(spans))
    assert corpus.notes == ((f"{path}: {twice} spans stand there twice; each counts once",) if twice else ())


def test_tags_without_spans_are_read_as_nested_ones_repaired_and_counted(file):
    path = file({"tokens": ["a", "b"], "tags": ["I-X+B-Y", "O+I-Y"]}, {"tokens": ["a"], "tags": ["B-X"]})
    corpus = with_nested_tags(read_jsonl(path), "ner")
    assert [found.tags["ner"] for found in corpus] == [("B-Y+B-X", "I-Y"), ("B-X",)]
    assert corpus.notes == (f"{path}: repaired 2 illegal tags in layer ner",)


def test_a_label_that_would_break_nested_tags_is_refused_with_its_line(file):
    path = file({"text": "a", "spans": []}, {"text": "a", "spans": [{"start": 0, "end": 1, "label": "A+B"}]})
    with pytest.raises(DataError, match=rf"^{path}:2: label 'A\+B' holds '\+', which joins nested tags\. Give it another name\.$"):
        with_nested_tags(read_jsonl(path), "ner")
