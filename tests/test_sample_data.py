"""What the bundled sample corpora promise, measured on the files themselves."""

import hashlib
import importlib
import json
import re
import sys
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import conllu
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
SPLITS = ("train", "dev", "test", "test_unseen")
LABELS = {"PER", "LOC", "ORG", "MISC"}


def grammar(name: str) -> ModuleType:
    """A module of ``data/sample_grammar``, which is no installed package."""
    sys.path.insert(0, str(DATA))
    try:
        return importlib.import_module(f"sample_grammar.{name}")
    finally:
        sys.path.remove(str(DATA))


@cache
def lines(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").splitlines()


@cache
def pairs(split: str) -> list[tuple[str, str]]:
    return list(zip(lines(f"translation/{split}.en"), lines(f"translation/{split}.fr"), strict=True))


@cache
def tagged(split: str) -> list[Any]:
    """The sentences of a CoNLL-U file, as the ``conllu`` package reads them."""
    return list(conllu.parse((DATA / f"pos/{split}.conllu").read_text(encoding="utf-8")))


@cache
def chunked(split: str) -> list[list[list[str]]]:
    """The sentences of a BIO file: rows of token and tag."""
    text = (DATA / f"ner/{split}.bio").read_text(encoding="utf-8")
    return [[row.split("\t") for row in block.splitlines()] for block in text.strip().split("\n\n")]


@cache
def nested(split: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(f"ner/{split}.jsonl")]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def structures(split: str) -> list[str]:
    structure = grammar("annotation").structure
    return [structure([(token["upos"], token["xpos"]) for token in sentence]) for sentence in tagged(split)]


def test_there_are_eight_thousand_distinct_pairs_and_a_thousand_words_a_side() -> None:
    everything = [pair for split in SPLITS for pair in pairs(split)]
    assert len(pairs("train")) >= 8000
    assert len(set(everything)) == len(everything)
    for side in (0, 1):
        assert len({word for pair in pairs("train") for word in words(pair[side])}) >= 1000


def test_sentences_are_long_enough_and_some_are_very_long() -> None:
    lengths = sorted(len(words(english)) for english, _ in pairs("test"))
    train = [len(words(english)) for english, _ in pairs("train")]
    assert sum(train) / len(train) >= 9
    assert lengths[len(lengths) * 2 // 3] >= 12
    assert lengths[-1] >= 20


def test_no_sentence_is_in_two_splits_in_either_language() -> None:
    for side in (0, 1):
        owner: dict[str, str] = {}
        for split in SPLITS:
            for pair in pairs(split):
                assert owner.setdefault(pair[side], split) == split


def test_an_english_sentence_has_one_translation() -> None:
    french = defaultdict(set)
    for split in SPLITS:
        for english, translation in pairs(split):
            french[english].add(translation)
    assert [english for english, translations in french.items() if len(translations) > 1] == []


def test_a_third_of_the_test_sentences_have_structures_never_seen_in_train() -> None:
    made = grammar("splits").draw_splits()
    structure_of = grammar("annotation").structure_of
    known = {structure_of(sentence.pair.english) for sentence in made["train"]}
    test = [structure_of(sentence.pair.english) for sentence in made["test"]]
    assert test == structures("test")
    assert sum(structure not in known for structure in test) / len(test) >= 0.30
    assert all(structure_of(sentence.pair.english) in known for sentence in made["test_unseen"])


def test_the_words_of_test_are_known_and_the_names_of_test_unseen_are_not() -> None:
    for side in (0, 1):
        known = {word for pair in pairs("train") for word in words(pair[side])}
        assert {word for pair in pairs("test") for word in words(pair[side])} <= known
    names = grammar("names")
    known = {token for english, _ in pairs("train") for token in re.findall(r"\w+", english)}
    new = {*names.NEW_WOMEN, *names.NEW_MEN, *names.NEW_SURNAMES, *(place.english for place in (*names.NEW_CITIES, *names.NEW_COUNTRIES))}
    assert new & known == set()
    unseen = [set(re.findall(r"\w+", english)) - known for english, _ in pairs("test_unseen")]
    assert all(unseen)
    assert sum(bool(fresh & new) for fresh in unseen) / len(unseen) >= 0.5


def test_the_most_frequent_tag_of_a_word_is_not_enough() -> None:
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in tagged("train"):
        for token in sentence:
            tags[token["form"]][token["upos"]] += 1
    right = [tags[token["form"]].most_common(1)[0][0] == token["upos"] if token["form"] in tags else token["upos"] == "NOUN"
             for sentence in tagged("test") for token in sentence]  # fmt: skip
    assert sum(right) / len(right) <= 0.92


@pytest.mark.parametrize("split", SPLITS)
def test_tagged_tokens_rebuild_the_english_text(split: str) -> None:
    for sentence, (english, _) in zip(tagged(split), pairs(split), strict=split != "train"):
        rebuilt = "".join(token["form"] + ("" if (token["misc"] or {}).get("SpaceAfter") == "No" else " ") for token in sentence)
        assert rebuilt.strip() == english == sentence.metadata["text"]


@pytest.mark.parametrize("split", SPLITS)
def test_entity_files_hold_the_same_tokens_as_the_tagged_ones(split: str) -> None:
    for rows, row, sentence in zip(chunked(split), nested(split), tagged(split), strict=split != "train"):
        forms = [token["form"] for token in sentence]
        assert [form for form, _ in rows] == row["tokens"] == forms
        assert row["text"] == sentence.metadata["text"]


@pytest.mark.parametrize("split", SPLITS)
def test_bio_tags_are_legal_and_are_the_outermost_spans(split: str) -> None:
    for rows, row in zip(chunked(split), nested(split), strict=True):
        spans = [(span["start"], span["end"], span["label"]) for span in row["spans"]]
        outer = [span for span in spans if not any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in spans)]
        tags = ["O"] * len(rows)
        for start, end, label in outer:
            assert label in LABELS and set(tags[start:end]) == {"O"}
            tags[start:end] = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
        assert [tag for _, tag in rows] == tags


def holds(outer: dict[str, Any], inner: dict[str, Any]) -> bool:
    return outer != inner and outer["start"] <= inner["start"] and inner["end"] <= outer["end"]


def test_entities_are_frequent_of_all_types_and_often_nested() -> None:
    rows = nested("train")
    labels = Counter(span["label"] for row in rows for span in row["spans"])
    assert 0.5 <= sum(bool(row["spans"]) for row in rows) / len(rows) <= 0.75
    assert min(labels[label] for label in LABELS) >= 250
    inside = sum(
        any(a != b and a["start"] <= b["start"] and b["end"] <= a["end"] for a in row["spans"] for b in row["spans"]) for row in rows
    )
    assert inside >= 200


def test_a_name_alone_does_not_tell_its_type() -> None:
    labels = defaultdict(set)
    for row in nested("train"):
        for span in row["spans"]:
            labels[" ".join(row["tokens"][span["start"] : span["end"]])].add(span["label"])
    assert sum(len(found) > 1 for found in labels.values()) >= 25


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_documents_have_the_same_lines_on_both_sides_and_four_to_eight_sentences(split: str) -> None:
    english, french = lines(f"documents/{split}.en"), lines(f"documents/{split}.fr")
    assert [bool(line) for line in english] == [bool(line) for line in french]
    documents = "\n".join(english).split("\n\n")
    assert all(4 <= len(document.splitlines()) <= 8 for document in documents)


def test_documents_hold_english_sentences_whose_french_depends_on_what_was_said_before() -> None:
    french = defaultdict(set)
    for split in ("train", "dev", "test"):
        for english, translation in zip(lines(f"documents/{split}.en"), lines(f"documents/{split}.fr"), strict=True):
            french[english].add(translation)
    assert sum(len(translations) > 1 for translations in french.values()) >= 30
    assert any(len(translations) > 1 for english, translations in french.items() if english.startswith("I am "))
    assert any(len(translations) > 1 for english, translations in french.items() if english.startswith("It is "))


def test_checksums_are_those_of_the_files() -> None:
    checksums = json.loads((DATA / "checksums.json").read_text(encoding="utf-8"))
    written = {str(path.relative_to(DATA)) for path in DATA.glob("*/*") if path.parent.name != "sample_grammar" and path.is_file()}
    assert set(checksums) == written | {"README.md"}
    for name, checksum in checksums.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == checksum


def test_the_generator_makes_these_very_files() -> None:
    assert grammar("writing").differences(DATA) == []


def value_of(words: str) -> int:
    """The number that English words mean, read from left to right: another way than the one they were written in."""
    units = grammar("number_words").ONES
    tens = {word: 10 * at for at, word in enumerate(grammar("number_words").TENS) if word}
    total = current = 0
    for word in words.replace("-", " ").replace(" and ", " ").split():
        if word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = total + 1000 * current, 0
        else:
            current += tens.get(word, units.index(word) if word in units else 0)
    return total + current


def test_number_words_mean_their_number_in_both_languages_and_none_stands_in_two_parts() -> None:
    every: list[str] = []
    for split, size in (("train", 1000), ("dev", 200), ("test", 200)):
        numbers, english, german = (lines(f"number-words/{split}.{language}") for language in ("num", "en", "de"))
        assert len(numbers) == len(english) == len(german) == size
        assert [str(value_of(words)) for words in english] == numbers
        every += numbers
    assert len(set(every)) == len(every) == 1400
    assert {str(number) for number in range(100)} <= set(lines("number-words/train.num"))


@pytest.mark.parametrize(
    ("number", "german"),
    [(0, "null"), (1, "eins"), (16, "sechzehn"), (31, "einunddreißig"), (77, "siebenundsiebzig"), (101, "einhunderteins")]
    + [(1000, "eintausend"), (21001, "einundzwanzigtausendeins"), (101_000, "einhunderteintausend")]
    + [(310_736, "dreihundertzehntausendsiebenhundertsechsunddreißig")],
)
def test_german_number_words_are_those_of_the_dictionary(number: int, german: str) -> None:
    assert grammar("number_words").in_german(number) == german


SPOKEN = "guerra ˈɡera cigüeña θiˈɡweɲa callejón kaʎeˈxon exámenes ekˈsamenes rey ˈrej país paˈis ciudad θjuˈdad poeta poˈeta perro ˈpero"
SPOKEN += " pero ˈpeɾo enredo enˈredo alrededor alredeˈdoɾ transporte tɾansˈpoɾte instruir insˈtɾwiɾ ahí aˈi llave ˈʎabe yo ˈʝo día ˈdia"
SPOKEN += " inyección inʝekˈθjon extraño eksˈtɾaɲo queso ˈkeso averiguáis abeɾiˈɡwajs gigante xiˈɡante reúne reˈune buey ˈbwej oigo ˈojɡo"
SPOKEN += " obstáculo obsˈtakulo construcción konstɾukˈθjon xilófono siˈlofono hablar aˈblaɾ océano oˈθeano muy ˈmuj ruido ˈrwido"


def test_spanish_words_are_spoken_as_their_spelling_says_and_no_lemma_stands_in_two_parts() -> None:
    words = SPOKEN.split()
    spoken = grammar("spanish").spoken
    assert [spoken(word) for word in words[::2]] == words[1::2]
    lemma_of = {form: lemma for lemma, forms in grammar("spanish_words").lemmas().items() for form in forms}
    parts = {split: lines(f"pronunciation/{split}.es") for split in ("train", "dev", "test")}
    assert {split: len(set(part)) for split, part in parts.items()} == {"train": 1500, "dev": 200, "test": 200}
    lemmas = {split: {lemma_of[word] for word in part} for split, part in parts.items()}
    assert not lemmas["train"] & (lemmas["dev"] | lemmas["test"])
    assert not lemmas["dev"] & lemmas["test"]
    assert [spoken(word) for word in parts["test"]] == lines("pronunciation/test.ipa")


def test_every_date_means_its_iso_form_and_no_day_stands_in_two_parts() -> None:
    days: list[str] = []
    for split, size in (("train", 1000), ("dev", 200), ("test", 200)):
        written, iso = lines(f"dates/{split}.en"), lines(f"dates/{split}.iso")
        assert len(written) == len(iso) == size
        days += iso
        for text, day in zip(written, iso, strict=True):
            year, month, number = map(int, day.split("-"))
            found = [int(part) for part in re.findall(r"\d+", text)]
            assert found in ([number, year], [number, month, year])
            assert len(found) == 3 or any(name in text for name in (date(year, month, number).strftime("%b"),))
    assert len(set(days)) == len(days) == 1400
