"""What the bundled sample of classified sentences promises, measured on its files."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

FOLDER = Path(__file__).resolve().parent.parent / "data" / "classification"
SIZES = {"train": 4000, "dev": 500, "test": 700, "test_unseen": 500}
KINDS = {"statement", "denial", "question", "command"}


@cache
def rows(split: str) -> list[list[str]]:
    header, *lines = (FOLDER / f"{split}.tsv").read_text(encoding="utf-8").splitlines()
    assert header == "text\tlabel"
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize("split", SIZES)
def test_there_are_as_many_sentences_of_each_kind(split: str) -> None:
    counts = Counter(label for _, label in rows(split))
    assert set(counts) == KINDS
    assert set(counts.values()) == {SIZES[split] // 4}


def test_no_sentence_is_there_twice() -> None:
    texts = [text for split in SIZES for text, _ in rows(split)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("split", SIZES)
def test_both_files_hold_the_same_sentences(split: str) -> None:
    objects = [json.loads(line) for line in (FOLDER / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["text"] for one in objects] == [text for text, _ in rows(split)]
    assert all(set(one["labels"]) <= {"PER", "LOC", "ORG", "MISC"} and one["labels"] == sorted(set(one["labels"])) for one in objects)
    assert {len(one["labels"]) for one in objects} >= {0, 1, 2}


def test_the_words_of_a_sentence_do_not_tell_its_kind() -> None:
    model = make_pipeline(CountVectorizer(lowercase=False, token_pattern=r"\S+"), MultinomialNB())
    model.fit(*zip(*rows("train"), strict=True))
    texts, kinds = zip(*rows("test"), strict=True)
    assert model.score(texts, kinds) < 0.8


def test_no_sentence_has_the_mark_that_gives_a_question_away() -> None:
    assert not any(
        text.endswith((".", "!", "?")) and not text.endswith(("Mrs.", "Mr.", "Dr.")) for split in SIZES for text, _ in rows(split)
    )


def test_every_sentence_of_test_unseen_has_a_word_that_train_lacks() -> None:
    known = {word.strip(",") for text, _ in rows("train") for word in text.split()}
    assert all({word.strip(",") for word in text.split()} - known for text, _ in rows("test_unseen"))
