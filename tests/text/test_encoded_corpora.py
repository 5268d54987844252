"""Encoded corpora: rows come back as they were, from memory and from mapped files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.encoded import LONGEST_WORD, FormTable, Ragged
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary

ROWS = st.lists(st.lists(st.integers(-(2**31), 2**31 - 1)))


def lists(ragged):
    return [row.tolist() for row in ragged]


@given(ROWS)
def test_rows_come_back_as_they_were(rows):
    ragged = Ragged.from_lists(rows)
    assert lists(ragged) == rows
    assert (len(ragged), ragged.lengths.tolist()) == (len(rows), [len(row) for row in rows])
    assert [ragged[-1 - row].tolist() for row in range(len(rows))] == rows[::-1]
    assert (ragged.values.dtype, ragged.offsets.dtype) == (np.int32, np.int64)
    assert lists(Ragged.from_lists(np.array(row, dtype=np.int32) for row in rows)) == rows


@pytest.mark.parametrize("row", [2, -3])
def test_a_row_beyond_the_end_is_refused(row):
    with pytest.raises(IndexError, match=f"row {row} of 2"):
        Ragged.from_lists([[1], []])[row]


def test_rows_are_views():
    ragged = Ragged.from_lists([[1, 2], [3]])
    assert np.shares_memory(ragged[1], ragged.values)


@settings(max_examples=25)  # each writes files
@pytest.mark.parametrize("mapped", [False, True])
@given(rows=ROWS)
def test_saved_rows_are_loaded_again(tmp_path_factory, mapped, rows):
    path = tmp_path_factory.mktemp("ragged") / "train"
    Ragged.from_lists(rows).save(path)
    loaded = Ragged.load(path, mapped=mapped)
    assert lists(loaded) == rows
    assert isinstance(loaded.values, np.memmap) == mapped
    assert sorted(found.name for found in path.parent.iterdir()) == ["train.offsets.npy", "train.values.npy"]
    if mapped and rows and rows[0]:
        with pytest.raises(ValueError, match="read-only"):
            loaded[0][0] = 1


def test_files_that_are_missing_damaged_or_of_two_corpora_are_named(tmp_path):
    path = tmp_path / "train"
    with pytest.raises(DataError) as caught:
        Ragged.load(path, mapped=True)
    missing = f"[Errno 2] No such file or directory: '{path}.values.npy'"
    assert str(caught.value) == f"{path}: no encoded corpus ({missing}). Encode it again."
    Ragged.from_lists([[1, 2], [3]]).save(path)
    values = tmp_path / "train.values.npy"
    values.write_bytes(values.read_bytes()[:-4])
    for mapped in (True, False):
        with pytest.raises(DataError, match="train: no encoded corpus \\(.*\\). Encode it again."):
            Ragged.load(path, mapped=mapped)
    np.save(values, np.zeros(5, dtype=np.int32))
    with pytest.raises(DataError) as caught:
        Ragged.load(path, mapped=False)
    assert str(caught.value) == f"{path}: 5 values, but its offsets are of another corpus. Encode it again."


@given(st.lists(st.lists(st.text(max_size=3))))
def test_the_form_table_spells_every_sentence(sentences):
    words = Vocabulary(sorted({word for sentence in sentences[::2] for word in sentence}), specials=(PAD, UNK))
    characters = Vocabulary(sorted({character for word in words.words() for character in word}), specials=(PAD, UNK))
    table, numbers = FormTable.build(sentences, words, characters)
    assert [[table.forms[form] for form in row] for row in numbers] == sentences
    assert len(set(table.forms)) == len(table.forms)
    assert table.word_ids.tolist() == words.ids(table.forms)
    assert table.word_ids.dtype == np.int32
    assert lists(table.characters) == [characters.ids(form) for form in table.forms]


def test_long_words_show_their_first_characters():
    characters = Vocabulary(["a", "b"], specials=(PAD, UNK))
    table, _ = FormTable.build([["a" * LONGEST_WORD + "b"]], Vocabulary([], specials=(PAD, UNK)), characters)
    assert lists(table.characters) == [[2] * 30]
