"""Notes on data: every planted fault is told with its count and first place, and the bundled sample gives none."""

from __future__ import annotations

import re
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
from seqtasks.text.corpora.long_sentences import cut_sentences
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.corpora.readers import Layer, read_tagged
from seqtasks.text.corpora.suffixes import tagged_format_of

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
    (
        "another script",
        lambda at, pair: replace(pair, target="Он там .") if at % 10 == 4 else pair,
        "30 of 300 target lines are in CYRILLIC letters",
    ),
    ("slipped lines", lambda at, pair: replace(pair, target=" ".join([pair.target] * 9)) if at % 20 == 7 else pair, "did lines slip?"),
]


def test_every_note_on_parallel_text_has_a_place(parallel: list[SentencePair]) -> None:
    for name, change, _ in PLANTED_PAIRS:
        planted = [change(position, replace(pair, line=41 + position)) for position, pair in enumerate(parallel)]
        notes = parallel_notes({"train": planted}, source="en", target="fr")
        assert all(re.search(r"first at line [4-9]\d", note) for note in notes), (name, notes)


def test_letters_that_train_never_shows_are_told_with_their_first_line(parallel: list[SentencePair]) -> None:
    dev = [replace(pair, target="Ğ ž ." if at % 5 == 1 else pair.target, line=at + 1) for at, pair in enumerate(parallel[:100])]
    notes = parallel_notes({"train": parallel[100:], "dev": dev}, source="en", target="fr")
    (note,) = [note for note in notes if "letters" in note]
    assert re.fullmatch(r"dev: 2\d of 100 target lines hold letters that train lacks \(Ğž.*; first at line 2\)", note)


def test_a_small_part_of_number_words_is_no_text_beside_identifiers() -> None:
    for split in ("train", "dev", "test"):
        for language in ("en", "de"):
            numbers = list(read_parallel(DATA / f"number-words/{split}.num", DATA / f"number-words/{split}.{language}"))
            assert parallel_notes({split: numbers}, source="num", target=language) == []


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
    assert parallel_notes({"train": planted}, source="num", target="en") == [
        "train: 60 of 60 target lines are 'twenty one' (first at line 1)"
    ]


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
    ("no entity", tags_changed(lambda tag: "O"), "BIO", "first at line 1): is it the column of the tags?"),
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


PLANTED_FILES: list[tuple[str, str, str, str | None, str]] = [  # name, file's suffix, text, scheme, what is told after the path
    ("an illegal tag", "bio", "a\tO\nb\tI-X\n", "BIO", "repaired 1 illegal tags in layer ner (first at line 2)"),
    ("rows of another width", "bio", "a\tO\nb\tc\tO\nd\tO\n", "BIO", "1 rows have not 2 columns, as the first row has (first at line 2)"),
    (
        "a sentence that never ends",
        "bio",
        "a\tO\n\n" + "b\tO\n" * 1200,
        "BIO",
        "1 sentences of more than 1,000 words (first at line 3, 1,200 words): are blank lines missing? "
        "data.max_words = 100 would cut them at full stops",
    ),
    (
        "a value that words lack",
        "conllu",
        "1\ta\ta\tX\t_\t_\t0\troot\t_\tT=1\n2\tb\tb\tX\t_\t_\t0\troot\t_\t_\n",
        None,
        "1 words have no T in their last column and are tagged '_' (first in the sentence at line 1)",
    ),
    (
        "spans that overlap",
        "jsonl",
        '{"tokens": ["a", "b", "c"], "spans": [[0, 2, "X"], [1, 3, "Y"]]}\n',
        "BIO",
        '1 spans overlap longer ones and are left out (first at line 1); data.scheme = "nested" keeps them',
    ),
    (
        "a span that cuts a word",
        "jsonl",
        '{"text": "Anna saw Boris", "spans": [[0, 4, "X"], [9, 12, "X"]]}\n{"text": "Anna is in", "spans": [[0, 4, "X"]]}\n',
        "BIO",
        "1 spans begin or end within a word; they are read as the whole of it (first at line 1)",
    ),
    (
        "a sentence's number twice",
        "csv",
        "sent_id,word,ner\n1,a,O\n2,b,O\n1,c,O\n",
        "BIO",
        "1 sentences have a number that stands elsewhere, too (first at line 4): each is a sentence of its own",
    ),
    (
        "a task that nobody labelled",
        "json",
        '[{"data": {"text": "a"}, "annotations": []},\n{"data": {"text": "a b"}, "annotations": [{"result": []}]}]',
        "BIO",
        "1 tasks have no annotation (or a cancelled one only) and are left out (first at line 1)",
    ),
]


@pytest.mark.parametrize(("suffix", "text", "scheme", "told"), [row[1:] for row in PLANTED_FILES], ids=[row[0] for row in PLANTED_FILES])
def test_a_fault_planted_in_a_tagged_file_is_told_by_its_reader(
    tmp_path: Path, suffix: str, text: str, scheme: str | None, told: str
) -> None:
    path = tmp_path / f"data.{suffix}"
    path.write_text(text, encoding="utf-8")
    layer = Layer("misc:T" if suffix == "conllu" else "ner", scheme=scheme)
    corpus = cut_sentences(read_tagged(path, format=tagged_format_of(path) or "", layer=layer), 0)
    assert corpus.notes == (f"{path}: {told}",)


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
