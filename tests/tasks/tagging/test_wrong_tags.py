"""A tagging run says which tags were taken for which, and which sentences went worst: in metrics.json and in the report."""

from pathlib import Path

import pytest

from seqtasks.errors import UsageError
from seqtasks.recipes.schema import TaggedData
from seqtasks.tasks.tagging.review import SURE_WORDS, tag_review
from seqtasks.text.corpora.examples import TaggedSentence
from tests.miniature.runs import metrics

HEADS = {"pos": ["upos"], "ner": ["ner"], "multitask": ["upos", "ner"]}


def rows_of(path: Path) -> list[list[list[str]]]:
    blocks = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return [[row.split("\t") for row in block.split("\n")] for block in blocks]


@pytest.mark.parametrize("name", HEADS)
def test_the_confusions_of_a_run_are_those_of_its_predictions(name: str, finished) -> None:
    run = finished(name)
    found = metrics(run)["wrong_tags"]
    assert list(found) == [f"test {head}" for head in HEADS[name]]
    page = (run / "report.html").read_text(encoding="utf-8")
    assert '<section id="wrong-tags">' in page
    for number, (head, told) in enumerate(zip(HEADS[name], found.values(), strict=True), start=1):
        sentences = rows_of(run / "predictions" / (f"{head}-test.conll" if len(HEADS[name]) > 1 else "test.conll"))
        pairs = [(gold, tag) for rows in sentences for _, gold, tag in rows]
        tags = told["tags"]
        assert sum(map(sum, tags["counts"])) == len(pairs)
        for gold, row in zip(tags["rows"], tags["counts"], strict=True):
            assert row == [pairs.count((gold, tag)) for tag in tags["columns"]]
        wrong = [sum(gold != tag for _, gold, tag in rows) for rows in sentences]
        assert [len(one["wrong"]) for one in told["most_wrong"]] == sorted(filter(None, wrong), reverse=True)[:10]
        for one in told["most_wrong"]:
            rows = sentences[one["sentence"] - 1]
            assert one["wrong"] == [[place, *row] for place, row in enumerate(rows, start=1) if row[1] != row[2]]
        assert len(told["least_sure"]) == min(10, len(sentences))
        assert all(0 < one["confidence"] <= 1 for one in told["least_sure"])
        assert (run / f"confusion-tags-{number}.png").is_file()
        assert ("entities" in told) == (run / f"confusion-entities-{number}.png").is_file() == (head == "ner")


def refuse(sentences: object, head: str) -> tuple[list[list[str]], list[list[float]]]:
    raise UsageError("no probabilities")


def test_a_head_without_probabilities_has_no_least_sure_sentences() -> None:
    data = TaggedData.model_validate({"corpus": "sample/pos", "train": "train", "format": "columns", "layer": "tag"})
    sentence = TaggedSentence(["a", "b"], {"tag": ["A", "B"]}, 1)
    found = tag_review([sentence], [["A", "A"]], data, "upos", refuse)
    assert (len(found.most_wrong), found.least_sure, found.entities) == (1, [], None)


def test_only_the_first_words_of_a_long_part_are_asked_how_sure_they_are() -> None:
    data = TaggedData.model_validate({"corpus": "sample/pos", "train": "train", "format": "columns", "layer": "tag"})
    asked: list[int] = []

    def posteriors(sentences, head: str) -> tuple[list[list[str]], list[list[float]]]:
        asked.append(len(sentences))
        return [["A"] * len(words) for words in sentences], [[0.5] * len(words) for words in sentences]

    words = ["w"] * (SURE_WORDS // 2)
    part = [TaggedSentence(words, {"tag": ["A"] * len(words)}, number) for number in range(3)]
    found = tag_review(part, [["A"] * len(words)] * 3, data, "upos", posteriors)
    assert asked == [2]
    assert [one.sentence for one in found.least_sure] == [1, 2]
