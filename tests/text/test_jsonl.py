"""JSONL: words with tags or spans, nested ones too; every fault with its line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.corpora.jsonl import read_jsonl
from seqtasks.text.corpora.spans_as_tags import outermost, with_nested_tags, with_outermost_tags
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
        (
            {"text": "a b", "tags": ["O", 3]},
            "a tag that is no text: 3. Write the names of the labels, or give them in their order as data.label_names.",
        ),
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
            {"text": "a b", "spans": [{"start": 1, "end": 4, "label": "X"}]},
            'span 1 to 4 in a sentence of 2 words. Offsets count words, end exclusive (data.offsets = "characters" reads characters).',
        ),
        (
            {"text": "a b", "spans": [{"start": 1, "end": 1, "label": "X"}]},
            'span 1 to 1 in a sentence of 2 words. Offsets count words, end exclusive (data.offsets = "characters" reads characters).',
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


ULM = "I met Al in Ulm."


def characters(text: str, *words: str) -> list[dict[str, object]]:
    return [{"start": text.index(word), "end": text.index(word) + len(word), "label": "X"} for word in words]


def test_offsets_that_fit_characters_and_not_words_are_read_as_characters_and_said_so(file):
    path = file({"text": ULM, "spans": characters(ULM, "Al", "Ulm")}, {"text": "So it is.", "spans": []})
    corpus = read_jsonl(path)
    assert corpus[0].words == ("I", "met", "Al", "in", "Ulm", ".")
    assert corpus[0].tags["ner"] == ("O", "O", "B-X", "O", "B-X", "O")
    assert corpus[1].words == ("So", "it", "is", ".")
    assert corpus.told == (f'{path}: offsets of spans are read as characters (data.offsets = "characters")',)


def test_offsets_that_fit_both_are_refused_and_read_as_the_setting_says(file):
    text = "I met Al in Ulm last week with many old friends"
    path = file({"text": text, "spans": characters(text, "Al")})
    with pytest.raises(DataError) as caught:
        read_jsonl(path)
    assert str(caught.value) == (
        f"{path}:1: offsets of spans may count words or characters: all of them fit both. "
        'Say which with data.offsets = "words" or "characters".'
    )
    assert spans_of(read_jsonl(path, offsets="characters")[0].tags["ner"], "BIO") == [Span(2, 3, "X")]
    assert spans_of(read_jsonl(path, offsets="words")[0].tags["ner"], "BIO") == [Span(6, 8, "X")]


def test_a_span_that_cuts_a_word_is_read_as_the_whole_of_it_and_counted(file):
    text = "New York-based Ann saw it"
    path = file({"text": text, "spans": characters(text, "New York", "Ann ")})
    corpus = read_jsonl(path, offsets="characters")
    assert spans_of(corpus[0].tags["ner"], "BIO") == [Span(0, 2, "X"), Span(2, 3, "X")]
    assert corpus.notes == (f"{path}: 1 spans begin or end within a word; they are read as the whole of it (first at line 1)",)
    path = file({"text": text, "spans": [{"start": 0, "end": 99, "label": "X"}]})
    with pytest.raises(DataError, match=r":1: span 0 to 99 in a text of 25 characters\. Offsets count characters, end exclusive\."):
        read_jsonl(path, offsets="characters")
    with pytest.raises(DataError, match="there is no 'text' that holds its words"):
        read_jsonl(file({"tokens": ["a", "b"], "spans": [{"start": 0, "end": 1, "label": "X"}]}), offsets="characters")


@pytest.mark.parametrize(
    "entry",
    [
        {"text": ULM, "labels": [[6, 8, "X"], [12, 15, "X"]]},  # doccano
        {"text": ULM, "label": [[6, 8, "X"], [12, 15, "X"]]},
        {"text": ULM, "entities": [{"id": 1, "start_offset": at, "end_offset": end, "label": "X"} for at, end in ((6, 8), (12, 15))]},
        [ULM, {"entities": [[6, 8, "X"], [12, 15, "X"]]}],  # spaCy's pairs
        {"text": ULM, "ents": characters(ULM, "Al", "Ulm")},  # spaCy's documents
        {
            "text": ULM,
            "spans": [{**span, "token_start": 0, "token_end": 0} for span in characters(ULM, "Al", "Ulm")],
            "tokens": [{"text": word, "start": ULM.index(word), "end": ULM.index(word) + len(word), "id": 0} for word in ULM[:-1].split()]
            + [{"text": ".", "start": 15, "end": 16, "id": 5}],
        },  # Prodigy
    ],
)  # fmt: skip
def test_spans_are_read_as_annotation_tools_write_them(file, entry):
    sentence = read_jsonl(file(entry))[0]
    assert sentence.words == ("I", "met", "Al", "in", "Ulm", ".")
    assert sentence.tags["ner"] == ("O", "O", "B-X", "O", "B-X", "O")


def test_tags_that_are_numbers_become_their_names(file):
    path = file({"tokens": ["Al", "runs"], "ner_tags": [1, 0]})
    assert read_jsonl(path, label_names=["O", "B-PER"])[0].tags["ner"] == ("B-PER", "O")
    with pytest.raises(DataError, match=r"a tag that is no text: 1\. .* as data.label_names \(it has 1\)\."):
        read_jsonl(path, label_names=["O"])


@pytest.mark.parametrize("word", ["a\nb", "a\rb", "a\tb", " "])
def test_a_word_that_would_break_a_line_is_refused(file, word):
    with pytest.raises(DataError, match="is no word: it holds a tab or the end of a line, or nothing"):
        read_jsonl(file({"tokens": ["x", word], "tags": ["O", "O"]}))


def test_spans_left_out_of_flat_tags_are_counted_and_tags_of_another_scheme_are_refused(file):
    text = "the Bank of Ulm Tower fell"
    spans = [{"start": start, "end": end, "label": label} for start, end, label in ((1, 4, "ORG"), (3, 5, "FAC"), (3, 4, "LOC"))]
    path = file({"tokens": text.split(), "spans": spans})
    corpus = with_outermost_tags(read_jsonl(path), "ner", "BIOES")
    assert corpus[0].tags["ner"] == ("O", "B-ORG", "I-ORG", "E-ORG", "O", "O")
    assert corpus.notes == (f'{path}: 2 spans overlap longer ones and are left out (first at line 1); data.scheme = "nested" keeps them',)
    path = file({"tokens": list("abcd"), "tags": ["B-PER", "L-PER", "O", "U-LOC"]})
    with pytest.raises(DataError, match=r":1: 'L-PER' is no BIO tag\. Every tag of the file fits data\.scheme = \"BILOU\"\."):
        with_outermost_tags(read_jsonl(path), "ner", "BIO")
    assert with_outermost_tags(read_jsonl(path), "ner", "BILOU")[0].tags["ner"] == ("B-PER", "E-PER", "O", "S-LOC")
