"""Entries of a lexicon and the choice among them, against plain sorting and against every pair of words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.align.lexicon import Entries, Lexicon, replace_unknown
from seqtasks.align.table import TranslationTable
from seqtasks.text.vocabulary import Vocabulary

PROBABILITIES = st.sampled_from([0.05, 0.1, 0.2, 0.4])  # few, so that many are equal


@st.composite
def tables(draw, sources=None, targets=None):
    """{source word or None: {target word: probability}}, and the same as a TranslationTable, the empty word first."""
    sources = draw(st.integers(0, 5)) if sources is None else sources
    targets = draw(st.integers(1, 5)) if targets is None else targets
    rows = [draw(st.dictionaries(st.integers(0, targets - 1), PROBABILITIES)) for _ in range(sources + 1)]
    flat = [(word, probability) for row in rows for word, probability in sorted(row.items())]
    table = TranslationTable(
        first_U1=np.cumsum([0, *map(len, rows)]),
        targets_C=np.array([word for word, _ in flat], dtype=np.int32),
        probabilities_C=np.array([probability for _, probability in flat]),
        totals_U=np.ones(sources + 1),
        target_words=targets,
    )
    return dict(zip([None, *range(sources)], rows, strict=True)), table


@given(tables(), st.integers(1, 4), st.sampled_from([0.0, 0.1, 0.3]))
def test_entries_are_the_likeliest_of_each_word_equal_ones_by_number_and_none_of_the_empty_word(drawn, best, least):
    rows, table = drawn
    entries = Entries.of(table, best=best, least=least)
    assert len(entries.first_U1) == len(rows)
    for word in range(len(rows) - 1):
        ranked = sorted(rows[word].items(), key=lambda item: (-item[1], item[0]))
        here = slice(entries.first_U1[word], entries.first_U1[word + 1])
        found = list(zip(entries.words_C[here].tolist(), entries.probabilities_C[here].tolist(), strict=True))
        assert found == [item for item in ranked if item[1] >= least][:best]
        assert entries.owners[here].tolist() == [word] * len(found)
    assert entries.first_U1[-1] == len(entries.words_C)


@st.composite
def lexicons(draw):
    sources, targets = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    (ahead, forward), (back, backward) = draw(tables(sources, targets)), draw(tables(targets, sources))
    names = Vocabulary([f"s{number}" for number in range(sources)]), Vocabulary([f"t{number}" for number in range(targets)])
    return ahead, back, Lexicon(*names, *(Entries.of(table, best=9, least=0.0) for table in (forward, backward)))


@given(lexicons())
def test_the_entry_has_the_highest_product_of_both_directions_of_equal_ones_the_most_frequent(drawn):
    ahead, back, lexicon = drawn
    for source in range(len(lexicon.source)):
        products = {word: p * back[word][source] for word, p in ahead[source].items() if source in back[word]}
        expected = min(products, key=lambda word: (-products[word], word), default=None)
        assert lexicon.entry(f"s{source}") == (None if expected is None else f"t{expected}")
        ranked = sorted(ahead[source].items(), key=lambda item: (-item[1], item[0]))
        assert lexicon.translations(f"s{source}") == [(f"t{word}", p) for word, p in ranked]


@given(lexicons())
@settings(max_examples=30, deadline=None)
def test_a_lexicon_comes_back_from_its_file_number_by_number(tmp_path_factory, drawn):
    lexicon = drawn[2]
    path = tmp_path_factory.mktemp("lexicon") / "lexicon.npz"
    lexicon.save(path)
    loaded = Lexicon.load(path)
    assert loaded == lexicon
    for mine, theirs in ((loaded.forward, lexicon.forward), (loaded.backward, lexicon.backward)):
        assert {name: (array.dtype, array.tolist()) for name, array in vars(mine).items()} == {
            name: (array.dtype, array.tolist()) for name, array in vars(theirs).items()
        }


def test_entries_that_differ_in_one_number_are_not_equal():
    entries = Entries(np.array([0, 1]), np.array([3], dtype=np.int32), np.array([0.5]))
    assert entries == Entries(np.array([0, 1]), np.array([3], dtype=np.int32), np.array([0.5]))
    for name, array in (("first_U1", [0, 0]), ("words_C", [2]), ("probabilities_C", [0.4])):
        assert entries != Entries(**{**vars(entries), name: np.array(array)})
    assert entries != "entries"


UNKNOWN = "<unk>"


@given(lexicons(), st.lists(st.tuples(st.sampled_from([UNKNOWN, "le", "s0", ""]), st.integers(-2, 5))), st.booleans())
def test_only_unknown_tokens_that_look_at_a_word_are_replaced(drawn, looks, with_lexicon):
    lexicon = drawn[2] if with_lexicon else None
    target, positions = [token for token, _ in looks], [position for _, position in looks]
    source = ["s0", "never seen", "s1", UNKNOWN]
    replaced = replace_unknown(target, source, positions, unknown=UNKNOWN, lexicon=lexicon)
    for token, position, found in zip(target, positions, replaced, strict=True):
        if token != UNKNOWN or position not in range(len(source)):
            assert found == token
        else:
            entry = lexicon.entry(source[position]) if lexicon else None
            assert found == (source[position] if entry is None else entry)


def test_positions_must_be_as_many_as_tokens():
    with pytest.raises(ValueError, match="2 target tokens but 1 positions"):
        replace_unknown(["a", "b"], ["c"], [0], unknown=UNKNOWN, lexicon=None)
