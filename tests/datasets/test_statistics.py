"""What `data check` counts, compared with counting by hand."""

import json
import random
from pathlib import Path

import pytest

from seqtasks.datasets.statistics import (
    NewLabel,
    Reading,
    SharedSentences,
    TextStatistics,
    corpus_statistics,
    format_of,
    new_labels,
    overlaps,
    scheme_of,
)
from seqtasks.errors import DataError, UsageError

BY_FILE = Reading(format=None, word_column=None, tag_column=None, scheme=None, layers=())


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def column_file(path: Path, sentences: list[list[tuple[str, str]]]) -> Path:
    return write(path, "".join("".join(f"{word}\t{tag}\n" for word, tag in sentence) + "\n" for sentence in sentences))


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_drawn_corpora_equal_counting_by_hand(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    train, dev = (
        [[(draw.choice("abc"), draw.choice(["N", "V", extra])) for _ in range(draw.randint(1, 3))] for _ in range(draw.randint(1, 40))]
        for extra in ("N", "X")
    )
    first, second = corpus_statistics([column_file(tmp_path / "a.conll", train), column_file(tmp_path / "b.conll", dev)], BY_FILE)
    words = [[word for word, _ in sentence] for sentence in train]
    assert first.sentences == len(train)
    assert first.sides[0].words == sum(map(len, words))
    assert first.sides[0].distinct_words == len({word for sentence in words for word in sentence})
    assert first.sides[0].longest == max(map(len, words))
    place = next(number for number, sentence in enumerate(words) if len(sentence) == first.sides[0].longest)
    assert first.sides[0].longest_line == 1 + sum(len(sentence) + 1 for sentence in words[:place])
    assert first.labels["tag"]["N"] == sum(tag == "N" for sentence in train for _, tag in sentence)
    shared = sum([word for word, _ in sentence] in words for sentence in dev)
    assert overlaps([first, second]) == ([SharedSentences(first.path, second.path, shared)] if shared else [])
    extra = sum(tag == "X" for sentence in dev for _, tag in sentence)
    assert [label for label in new_labels([first, second]) if label.label == "X"] == (
        [NewLabel(second.path, "tag", "X", extra)] if extra else []
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.conllu", "conllu"),
        ("a.conllu.gz", "conllu"),
        ("A.JSONL", "jsonl"),
        ("a.tsv", "tsv"),
        ("a.conll", "columns"),
        ("a.iob2", "columns"),
        ("emerging.test.annotated", "columns"),
    ],
)
def test_the_suffix_tells_the_format(name: str, kind: str) -> None:
    assert format_of(Path(name)) == kind


@pytest.mark.parametrize(
    ("rows", "scheme"),
    [
        ([["B-PER", "I-PER", "O"]], "BIO"),
        ([["O", "I-PER"], ["B-LOC"]], "BIO"),
        ([["O", "I-PER", "I-PER", "B-PER"]], "IOB1"),
        ([["B-PER", "E-PER"], ["S-LOC"]], "BIOES"),
        ([["B-PER"]], "BIO"),
        ([["B-PER", "L-PER"], ["U-LOC"]], "BILOU"),
        ([["B-PER", "M-PER", "E-PER"], ["S-LOC"]], "BMES"),
        ([["B-PER", "L-PER"], ["S-LOC"]], None),
        ([["O", "O"]], None),
        ([["NOUN", "VERB"]], None),
        ([["B-PER", "X-PER"]], None),
        ([["B-"]], None),
        ([], None),
    ],
)
def test_the_tags_tell_their_scheme(rows: list[list[str]], scheme: str | None) -> None:
    assert scheme_of(rows) == scheme


def test_repairs_are_noted_and_can_be_turned_off(tmp_path: Path) -> None:
    path = column_file(tmp_path / "a.conll", [[("in", "O"), ("Bern", "I-LOC")], [("Oslo", "B-LOC")]])
    repaired = corpus_statistics([path], BY_FILE)[0]
    assert dict(repaired.labels["tag"]) == {"O": 1, "B-LOC": 2}
    assert repaired.notes == ("repaired 1 illegal tags in layer tag (first at line 2)",)
    as_is = corpus_statistics([path], Reading(format=None, word_column=0, tag_column=1, scheme="none", layers=()))[0]
    assert dict(as_is.labels["tag"]) == {"O": 1, "I-LOC": 1, "B-LOC": 1}
    assert as_is.notes == ()


def test_universal_ner_files_are_read_by_their_usual_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.iob2", "# text = Anna i Oslo\n1\tAnna\tB-PER\tB-PER#O\ts\n2\ti\tO\tO#O\ts\n3\tOslo\tB-LOC\tB-LOC#O\ts\n")
    counted = corpus_statistics([path], BY_FILE)[0]
    assert dict(counted.labels["tag"]) == {"B-PER": 1, "O": 1, "B-LOC": 1}
    assert counted.sides == (TextStatistics("words", 3, 3, 3, 2),)


def test_layers_of_conllu_are_counted_each(tmp_path: Path) -> None:
    rows = "1\tAnna\tAnna\tPROPN\tNNP\t_\t0\troot\t_\t_\n2\tsings\tsing\tVERB\tVBZ\t_\t1\tdep\t_\t_\n\n"
    path = write(tmp_path / "a.conllu", rows)
    counted = corpus_statistics([path], Reading(format=None, word_column=None, tag_column=None, scheme=None, layers=("upos", "xpos")))[0]
    assert {layer: dict(labels) for layer, labels in counted.labels.items()} == {
        "upos": {"PROPN": 1, "VERB": 1},
        "xpos": {"NNP": 1, "VBZ": 1},
    }


def test_jsonl_spans_are_counted_as_tags(tmp_path: Path) -> None:
    row = {"tokens": ["in", "New", "York"], "spans": [{"start": 1, "end": 3, "label": "LOC"}]}
    counted = corpus_statistics([write(tmp_path / "a.jsonl", json.dumps(row) + "\n")], BY_FILE)[0]
    assert {layer: dict(labels) for layer, labels in counted.labels.items()} == {"ner": {"O": 1, "B-LOC": 1, "I-LOC": 1}}


def test_pairs_of_a_table_are_counted_on_both_sides(tmp_path: Path) -> None:
    counted = corpus_statistics([write(tmp_path / "a.tsv", "a b\tx\nc\ty z w\n")], BY_FILE)[0]
    assert counted.sides == (TextStatistics("source", 3, 3, 2, 1), TextStatistics("target", 4, 4, 3, 2))
    assert counted.labels == {}


def test_parallel_files_come_in_turn_and_are_compared_as_pairs(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / name, text) for name, text in [("t.en", "a\nb\n"), ("t.de", "x\ny\n"), ("d.en", "a\nb\n"), ("d.de", "x\nz\n")]
    ]
    reading = Reading(format="parallel", word_column=None, tag_column=None, scheme=None, layers=())
    train, dev = corpus_statistics(paths, reading)
    assert (train.path, train.sentences) == (f"{paths[0]} + {paths[1]}", 2)
    assert overlaps([train, dev]) == [SharedSentences(train.path, dev.path, 1)]
    with pytest.raises(UsageError) as error:
        corpus_statistics(paths[:3], reading)
    assert str(error.value) == (f"--format parallel needs source and target files in turn, found 3: {paths[0]}, {paths[1]}, {paths[2]}.")


def test_the_first_faulty_line_stops_the_check(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        corpus_statistics([write(tmp_path / "a.conllu", "1\tAnna\n")], BY_FILE)
    assert str(error.value).startswith(f"{tmp_path}/a.conllu:1: ")
