"""Pretrained vectors for a vocabulary: which form of a word gives it its vector, what the others get, and what is told of it."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from seqtasks.errors import RecipeError
from seqtasks.recipes.schema import WordSettings
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.tasks.vectors import VectorCoverage, coverage_tables, more_data_note, vectors_for
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary
from tests.miniature.runs import sha256
from tests.oracles.vector_files import fasttext_binary, fasttext_vector

VOCABULARY = Vocabulary(["the", "Dog", "SEES", "zzz", "<unk>", "rare"], specials=(PAD, UNK))
TRAIN = [["the", "Dog", "SEES", "the", "zzz"], ["zzz", "zzz", "Dog", "rare", "<unk>"], ["often", "often"]]
DEV = [["the", "new", "Dog", "zzz"]]
ROWS = {"the": [1.0, 2.0, 3.0], "Dog": [4.0, 5.0, 6.0], "dog": [0.0, 0.0, 0.0], "sees": [7.0, 8.0, 9.0], "new": [1.0, 1.0, 1.0]}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQTASKS_CACHE", str(tmp_path / "cache"))
    Path("v.txt").write_text("".join(f"{word} {' '.join(map(str, row))}\n" for word, row in ROWS.items()), encoding="utf-8")


def made(*, frozen: bool = False, name: str = "v.txt", size: int = 3) -> tuple[np.ndarray, VectorCoverage]:
    table, coverage = vectors_for(WordSettings(size=size, vectors=name, frozen=frozen), VOCABULARY, {"train": TRAIN, "dev": DEV})
    return table.numpy(), coverage


def row_of(table: np.ndarray, word: str) -> list[float]:
    found: list[float] = table[VOCABULARY.ids([word])[0]].tolist()
    return found


def test_a_word_takes_the_vector_of_its_form_as_written_before_that_in_small_letters() -> None:
    table, _ = made()
    assert [row_of(table, word) for word in ("the", "Dog", "SEES")] == [ROWS["the"], ROWS["Dog"], ROWS["sees"]]


def test_words_without_a_vector_are_drawn_each_for_itself_and_alike_each_time() -> None:
    table, _ = made()
    drawn = [tuple(row_of(table, word)) for word in ("zzz", "<unk>", "rare")] + [tuple(table[VOCABULARY.unk].tolist())]
    assert len(set(drawn)) == 4
    assert np.array_equal(table, made()[0])
    assert 0 < np.std(drawn) < 3 * np.std(list(ROWS.values()))


def test_in_a_frozen_table_words_without_a_vector_share_the_row_of_unknown_words() -> None:
    table, _ = made(frozen=True)
    assert row_of(table, "zzz") == row_of(table, "rare") == row_of(table, "<unk>") == table[VOCABULARY.unk].tolist()
    assert any(row_of(table, "zzz"))
    assert row_of(table, "the") == ROWS["the"]


def test_coverage_counts_distinct_words_and_tokens_by_kind() -> None:
    _, found = made()
    kinds = ("exact", "lower_cased", "ngrams", "none", "unknown")
    assert {part: tuple(counts[kind] for kind in kinds) for part, counts in found.words.items()} == {
        "train": (2, 1, 0, 3, 1),
        "dev": (2, 0, 0, 1, 1),
    }
    assert {part: tuple(counts[kind] for kind in kinds) for part, counts in found.tokens.items()} == {
        "train": (4, 1, 0, 5, 2),
        "dev": (2, 0, 0, 1, 1),
    }
    assert list(found.uncovered) == [("zzz", 3), ("<unk>", 1), ("rare", 1)]
    assert (found.name, found.sha256, found.unreadable) == ("v.txt", sha256(Path("v.txt")), 0)
    assert found.notes() == [
        "3 of 7 words of train have a vector in v.txt (2 as written, 1 lower-cased); of all tokens 41.7 % of train's, 50.0 % of dev's. "
        "Without one: zzz, <unk>, rare."
    ]


def test_words_of_the_file_that_cannot_be_read_are_told() -> None:
    Path("v.txt").write_bytes(Path("v.txt").read_bytes() + b"caf\xe9 1 2 3\n")
    assert made()[1].notes()[0].endswith("rare. 1 words of the file are no UTF-8: left out.")


def test_n_grams_give_the_words_of_a_fasttext_model_that_it_has_not_seen_a_vector() -> None:
    shape = {"buckets": 5, "shortest": 3, "longest": 4}
    words = [b"the", b"sees"]
    matrix = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    Path("m.bin").write_bytes(fasttext_binary(words, matrix, **shape))
    table, found = made(name="m.bin")
    for word, form in {"the": b"the", "SEES": b"sees", "Dog": b"Dog", "zzz": b"zzz"}.items():
        np.testing.assert_allclose(row_of(table, word), fasttext_vector(form, words, matrix, **shape), rtol=1e-5, atol=1e-7)
    assert found.words["train"] == {"exact": 1, "lower_cased": 1, "ngrams": 4, "none": 0, "unknown": 1}
    assert found.notes()[0].endswith(
        "(1 as written, 1 lower-cased, 4 from character n-grams); of all tokens 83.3 % of train's, 75.0 % of dev's."
    )
    assert found.uncovered == []


def test_the_report_shows_shares_and_the_most_frequent_words_without_a_vector() -> None:
    kinds, bare = coverage_tables(asdict(made()[1]))
    assert kinds.headers == ("vector", "words of train", "tokens of train", "words of dev", "tokens of dev")
    assert kinds.rows == [
        ("as written", "2 (28.6 %)", "4 (33.3 %)", "2 (50.0 %)", "2 (50.0 %)"),
        ("lower-cased", "1 (14.3 %)", "1 (8.3 %)", "0 (0.0 %)", "0 (0.0 %)"),
        ("without a vector", "3 (42.9 %)", "5 (41.7 %)", "1 (25.0 %)", "1 (25.0 %)"),
        ("not in the vocabulary", "1 (14.3 %)", "2 (16.7 %)", "1 (25.0 %)", "1 (25.0 %)"),
    ]
    assert bare.rows == [("zzz", 3), ("<unk>", 1), ("rare", 1)]
    assert more_data_note("v.txt").startswith(
        "The words began as the vectors of v.txt, which were learned from other text than this corpus"
    )


def test_vectors_that_know_no_word_at_all_leave_a_table_to_learn() -> None:
    Path("v.txt").write_text("q 1 2 3\n", encoding="utf-8")
    table, found = made()
    assert np.isfinite(table).all()
    assert 0.05 < table.std() < 0.2
    assert found.notes()[0].startswith("0 of 7 words of train have a vector in v.txt (0 as written); of all tokens 0.0 % of train's")


def test_another_size_than_the_recipes_is_a_fault() -> None:
    with pytest.raises(RecipeError) as caught:
        made(size=4)
    assert str(caught.value) == "words.size = 4, but the vectors of v.txt have 3. Make them equal."


def test_frozen_words_without_vectors_are_a_fault() -> None:
    with pytest.raises(RecipeError) as caught:
        check_recipe(load_recipe("pos", overrides=["words.frozen=true"]).recipe)
    assert "words.frozen keeps pretrained vectors as they are, but words.vectors names none. Name some, or leave it out." in str(
        caught.value
    )
