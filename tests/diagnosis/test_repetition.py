"""Copies in a row, against every start and every count tried."""

from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.lines import TranslatedLine, Usual, Words
from seqtasks.diagnosis.repetition import longest_run, repetitions
from seqtasks.text.tokenizers import is_word

words = st.lists(st.sampled_from(["a", "b", "c", ","]), max_size=12)


def copies_at(tokens: list[str], start: int, size: int) -> int:
    count = 1
    while tokens[start + count * size : start + (count + 1) * size] == tokens[start : start + size] and start + (count + 1) * size <= len(
        tokens
    ):
        count += 1
    return count


@given(words, st.integers(1, 4))
def test_the_longest_run_is_that_of_trying_every_start(tokens: list[str], size: int) -> None:
    starts = [start for start in range(len(tokens) - size + 1) if any(map(is_word, tokens[start : start + size]))]
    expected = max((copies_at(tokens, start, size) for start in starts), default=1)
    ngram, copies = longest_run(tokens, size)
    assert copies == expected
    if copies > 1:
        places = [start for start in starts if copies_at(tokens, start, size) == copies]
        assert list(ngram) == tokens[places[0] : places[0] + size]


def test_the_surplus_counts_words_beyond_what_is_allowed() -> None:
    line = Words(TranslatedLine("x", "a b a b a b c", "a b a b c"))
    (found,) = repetitions(line, Usual.of([line]))
    assert (found.words, found.copies, found.allowed, found.surplus) == (("a", "b"), 3, 2, 2)
