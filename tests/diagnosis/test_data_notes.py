"""Notes on data: every planted fault is told with its count and first place, and the bundled sample gives none."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import seqtasks
from seqtasks.diagnosis.parallel_data import parallel_notes
from seqtasks.diagnosis.shared_sentences import bare, shared_sentences
from seqtasks.diagnosis.tagged_data import tagged_notes
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.corpora.readers import Layer, read_tagged

DATA = Path(seqtasks.__file__).parent.parent / "data"


def pairs(split: str) -> list[SentencePair]:
    return list(read_parallel(DATA / f"translation/{split}.en", DATA / f"translation/{split}.fr"))


@pytest.fixture(scope="module")
def parallel() -> list[SentencePair]:
    return pairs("train")[:300]


@pytest.fixture(scope="module")
def tagged() -> list[TaggedSentence]:
    return list(read_tagged(DATA / "ner/train.bio", format="columns", layer=Layer("ner", scheme="BIO")))[:300]


def test_the_sample_gives_no_note(parallel: list[SentencePair]) -> None:
    parts = {split: pairs(split) for split in ("train", "dev", "test", "test_unseen")}
    assert parallel_notes(parts, source="en", target="fr") == []
    splits = ("train", "dev", "test", "test_unseen")
    entities = {split: list(read_tagged(DATA / f"ner/{split}.bio", format="columns", layer=Layer("ner", scheme="BIO"))) for split in splits}
    assert tagged_notes(entities, layers={"ner": "BIO"}) == []
    words = {split: list(read_tagged(DATA / f"pos/{split}.conllu", format="conllu", layer=Layer("upos"))) for split in splits}
    assert tagged_notes(words, layers={"upos": None}) == []


def loose(text: str) -> str:
    return text.replace(" .", ".").replace(" ,", ",").replace(" ?", "?").replace(" !", "!")


Change = Callable[[int, SentencePair], SentencePair]
PLANTED_PAIRS: list[tuple[str, Change, str]] = [
    (
        "identifiers as source",
        lambda at, pair: replace(pair, source=str(100 + at)),
        "300 of 300 source lines are numbers (first at line 1)",
    ),
    ("identifiers as target", lambda at, pair: replace(pair, target=f"{at}."), "300 of 300 target lines are numbers (first at line 1)"),
    ("sides swapped", lambda at, pair: replace(pair, source=pair.target, target=pair.source), "looks like 'fr' and the target like 'en'"),
    ("BPE", lambda at, pair: replace(pair, target=pair.target.replace("e", "e@@ ")), "target lines hold marks of subwords"),
    ("sentencepiece", lambda at, pair: replace(pair, source="▁" + pair.source), "300 of 300 source lines hold marks of subwords"),
    ("escapes", lambda at, pair: replace(pair, source=f"{pair.source} &apos;"), "300 of 300 source lines hold escaped characters"),
    (
        "one side tokenised",
        lambda at, pair: replace(pair, target=loose(pair.target), source=spaced(pair.source)),
        "the source is tokenised",
    ),
    ("one side lower-cased", lambda at, pair: replace(pair, target=pair.target.lower()), "the target is all in small letters"),
    ("one side decomposed", lambda at, pair: decomposed(pair), "the target has its accents as characters of their own (NFD)"),
    ("copied lines", lambda at, pair: replace(pair, target=pair.source) if at % 10 == 3 else pair, "30 of 300 pairs have the same text"),
    ("one line over and over", lambda at, pair: replace(pair, target="Oui ."), "300 of 300 target lines are 'Oui .'"),
    ("slipped lines", lambda at, pair: replace(pair, target=" ".join([pair.target] * 9)) if at % 20 == 7 else pair, "did lines slip?"),
]


def spaced(text: str) -> str:
    return loose(text).replace(".", " .").replace("?", " ?").replace("!", " !")


def decomposed(pair: SentencePair) -> SentencePair:
    return replace(pair, source=f"{pair.source} é", target=unicodedata.normalize("NFD", f"{pair.target} é"))


@pytest.mark.parametrize(("change", "told"), [row[1:] for row in PLANTED_PAIRS], ids=[row[0] for row in PLANTED_PAIRS])
def test_a_fault_planted_in_parallel_text_is_told(parallel: list[SentencePair], change: Change, told: str) -> None:
    planted = [change(position, pair) for position, pair in enumerate(parallel)]
    notes = parallel_notes({"train": planted}, source="en", target="fr")
    assert any(told in note for note in notes), notes


def test_long_number_words_are_no_text_beside_identifiers() -> None:
    digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    numbers = [str(917 * position % 100003) for position in range(400)]
    spelled = [
        SentencePair(number, " ".join(digits[int(sign)] for sign in f"{number}00{number}"), line) for line, number in enumerate(numbers)
    ]
    assert parallel_notes({"train": spelled}, source="en", target="en") == []


def test_number_words_and_dates_are_no_identifiers() -> None:
    planted = [SentencePair(str(7 * number % 100), "twenty one", number + 1) for number in range(60)]
    assert parallel_notes({"train": planted}, source="num", target="en") == ["train: 60 of 60 target lines are 'twenty one'"]


def words_changed(change: Callable[[str], str]) -> Callable[[TaggedSentence], TaggedSentence]:
    return lambda sentence: replace(sentence, words=tuple(change(word) for word in sentence.words))


def tags_changed(change: Callable[[str], str]) -> Callable[[TaggedSentence], TaggedSentence]:
    return lambda sentence: replace(sentence, tags={"ner": tuple(change(tag) for tag in sentence.tags["ner"])})


PLANTED_TAGS: list[tuple[str, Callable[[TaggedSentence], TaggedSentence], str | None, str]] = [
    ("punctuation joined", words_changed(lambda word: f"{word}," if len(word) > 5 else word), "BIO", "words end with punctuation, such as"),
    (
        "clauses as words",
        words_changed(lambda word: "我们昨天在北京见到了他"),
        "BIO",
        "eight characters or more in a script without spaces",
    ),
    ("look-alikes", words_changed(lambda word: word.replace("a", "а")), "BIO", "words mix Latin letters with Greek or Cyrillic ones"),
    ("no entity", tags_changed(lambda tag: "O"), "BIO", "ner: every word is tagged 'O': is it the column of the tags?"),
    ("words as tags", lambda one: replace(one, tags={"ner": one.words}), None, "different tags for"),
    ("labels in two cases", lambda one: tags_changed(str.lower if one.line % 2 else str)(one), None, "differ in case or spaces only"),
]


@pytest.mark.parametrize(("change", "scheme", "told"), [row[1:] for row in PLANTED_TAGS], ids=[row[0] for row in PLANTED_TAGS])
def test_a_fault_planted_in_tagged_sentences_is_told(
    tagged: list[TaggedSentence], change: Callable[[TaggedSentence], TaggedSentence], scheme: str | None, told: str
) -> None:
    planted = [change(replace(sentence, line=number)) for number, sentence in enumerate(tagged, start=1)]
    notes = tagged_notes({"train": planted}, layers={"ner": scheme})
    assert any(told in note for note in notes), notes


def test_a_class_seen_once_is_told_with_its_line(tagged: list[TaggedSentence]) -> None:
    once = replace(tagged[7], line=99, tags={"ner": ("B-SHIP", *["O"] * (len(tagged[7].words) - 1))})
    (note,) = tagged_notes({"train": [*tagged[:200], once]}, layers={"ner": "BIO"})
    assert note == "train: ner: 1 class is seen once: SHIP (line 99)"


def test_a_part_without_entities_is_told(tagged: list[TaggedSentence]) -> None:
    empty = [tags_changed(lambda tag: "O")(sentence) for sentence in tagged[200:]]
    notes = tagged_notes({"train": tagged[:200], "test": empty}, layers={"ner": "BIO"})
    assert notes == ["test: ner: every word is tagged O, so no F1 can be measured on it"]


def test_a_leak_is_told_with_its_counts_whether_it_is_exact_or_near(tagged: list[TaggedSentence]) -> None:
    leaked = [replace(one, words=tuple(word.upper() for word in one.words)) for one in tagged[:5]]
    (note,) = tagged_notes({"train": tagged[:200], "test": [*tagged[200:250], *leaked]}, layers={"ner": "BIO"})
    assert note.startswith("test: 0 of 55 sentences stand in train, too, and of its ")
    assert f"words or more {sum(len(one.words) >= 5 for one in leaked)} nearly do" in note


def test_shared_sentences_equal_a_comparison_of_every_pair(tagged: list[TaggedSentence]) -> None:
    train, part = [one.words for one in tagged[:60]], [(one.words, one.line) for one in tagged[40:90]]
    (shared,) = shared_sentences(train, {"dev": part})
    assert shared.exact == sum(any(words == other for other in train) for words, _ in part)
    assert shared.near == sum(len(words) >= 5 and any(bare(words) == bare(other) for other in train) for words, _ in part)


def test_dates_that_differ_in_their_numbers_are_not_shared() -> None:
    parts = {split: list(read_parallel(DATA / f"dates/{split}.en", DATA / f"dates/{split}.iso")) for split in ("train", "dev", "test")}
    assert parallel_notes(parts, source="en", target="iso") == []
    assert bare(["He", "was", "born", "there", "in", "1954", "."]) == bare(["he", "was", "born", "there", "in", "1961"])
