"""What cells might follow, word by word."""

from __future__ import annotations

from seqtasks.insight.labels import labels_of

WORDS = [['"', "No", '"', ",", "said", "“", "he", "”", "."], ["Anna", "Lee", "sings"]]
TAGS = [["O"] * 9, ["B-PER", "I-PER", "O"]]


def table(words, tags=None, scheme=None):
    return {label.name: label.values_N.astype(int).tolist() for label in labels_of(words, tags, scheme)}


def test_labels_of_the_text():
    found = table(WORDS)
    assert found["words from the start"] == [*range(9), 0, 1, 2]
    assert found["words to the end"] == [*range(8, -1, -1), 2, 1, 0]
    assert found["sentence length"] == [9] * 9 + [3] * 3
    assert found["inside quotes"] == [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert found["after a comma"] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    assert found["written title"] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]


def test_labels_of_spans_and_of_tags():
    spans = table(WORDS, TAGS, "BIO")
    assert spans["inside an entity"] == spans["inside PER"] == [0] * 9 + [1, 1, 0]
    assert spans["entity begins (B-)"] == [0] * 9 + [1, 0, 0]
    assert spans["entity goes on (I-)"] == [0] * 9 + [0, 1, 0]
    bioes = table(WORDS, [["O"] * 9, ["B-PER", "E-PER", "S-LOC"]], "BIOES")
    assert bioes["entity begins (B-)"] == [0] * 9 + [1, 0, 1]
    assert bioes["entity goes on (I-)"] == [0] * 9 + [0, 1, 0]
    tags = table(WORDS, [["PUNCT"] * 9, ["PROPN", "PROPN", "VERB"]])
    assert tags["tag PROPN"] == [0] * 9 + [1, 1, 0]


def test_labels_that_hardly_any_word_has_are_left_out():
    words = [["a"] * 250, ["b"] * 250]
    tags = [["O"] * 250, ["O"] * 246 + ["B-PER", "I-PER"] * 2]
    assert "inside an entity" not in table(words, tags, "BIO")
    assert "inside an entity" not in table(words, tags, "nested")
    assert "written lower" not in table(words)
