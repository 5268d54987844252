"""Each limit is where its fault begins: at the limit a line has the fault, one step before it has none."""

import math

import pytest

from seqtasks.diagnosis import limits
from seqtasks.diagnosis.faults import copied_source, over_length, repetition, truncation, unrelated
from seqtasks.diagnosis.lines import TranslatedLine, Usual, Words
from seqtasks.diagnosis.translations import Looked, worst_of
from seqtasks.diagnosis.word_faults import FaultFound

USUAL = Usual(lines=1, ratio=1.0, references_with={}, doubled=frozenset(), partners={})


def words(letter: str, count: int) -> str:
    """So many different words."""
    return " ".join(letter + chr(ord("a") + number // 26) + chr(ord("a") + number % 26) for number in range(count))


def line(output: str, reference: str, source: str | None = None) -> Words:
    source = words("s", len(reference.split())) if source is None else source
    return Words(TranslatedLine(source, output, reference))


@pytest.mark.parametrize("length", range(1, 40))
def test_an_output_is_truncated_from_the_short_ratio_on_where_enough_words_are_missing(length: int) -> None:
    longest = min(math.floor(limits.SHORT_RATIO * length + 1e-9), length - limits.SHORT_BY)
    for count in range(1, length + 1):
        found = truncation(line(words("o", count), words("r", length)), USUAL)
        assert (found is not None) == (count <= longest)
        assert found is None or found.severity == length - count


@pytest.mark.parametrize("length", range(1, 25))
def test_an_output_is_over_long_from_the_long_ratio_on_where_enough_words_are_too_many(length: int) -> None:
    shortest = max(math.ceil(limits.LONG_RATIO * length - 1e-9), length + limits.LONG_BY)
    for count in range(length, 2 * length + 6):
        found = over_length(line(words("o", count), words("r", length)), USUAL)
        assert (found is not None) == (count >= shortest)
        assert found is None or found.severity == count - length


@pytest.mark.parametrize("length", range(1, 25))
def test_copied_words_are_a_fault_from_their_share_on_and_from_two_words_or_a_whole_output(length: int) -> None:
    fewest = max(math.ceil(limits.COPIED_SHARE * length - 1e-9), min(limits.COPIED_WORDS, length))
    for copied in range(length + 1):
        output = f"{words('s', copied)} {words('o', length - copied)}"
        found = copied_source(line(output, words("r", length)), USUAL)
        assert (found is not None) == (copied >= fewest)
        assert found is None or found.severity == copied


@pytest.mark.parametrize("length", range(1, 2 * limits.REPEATED + 1))
def test_copies_that_stand_apart_are_looked_for_in_n_grams_of_the_longest_length_only(length: int) -> None:
    repeated = words("o", length)
    output = f"{repeated} {words('x', 1)} {repeated}"
    found = repetition(line(output, words("r", 2 * length + 1)), USUAL)
    assert (found is not None) == (length >= limits.REPEATED)


@pytest.mark.parametrize("length", range(1, limits.REPEATED + 3))
def test_copies_in_a_row_are_looked_for_in_n_grams_up_to_the_longest_length(length: int) -> None:
    found = repetition(line(f"{words('o', length)} {words('o', length)}", words("r", 2 * length)), USUAL)
    assert found == FaultFound(f'"{words("o", length)}" 2 times', length) if length <= limits.REPEATED else found is not None


@pytest.mark.parametrize("length", range(1, 6))
def test_short_outputs_and_short_references_are_never_unrelated(length: int) -> None:
    enough = length >= limits.UNRELATED_WORDS
    assert (unrelated(line(words("o", length), words("r", 9)), USUAL) is not None) == enough
    assert (unrelated(line(words("o", 9), words("r", length)), USUAL) is not None) == enough


@pytest.mark.parametrize("length", range(3, 20))
def test_an_output_is_unrelated_below_the_limit_of_the_cosine(length: int) -> None:
    for common in range(length):
        output = f"{words('r', common)} {words('o', length - common)}"
        likeness = common / length  # every word weighs the same here, so it is the F1, too
        if not math.isclose(likeness, limits.UNRELATED_COSINE):  # there rounding decides
            assert (unrelated(line(output, words("r", length)), USUAL) is not None) == (likeness < limits.UNRELATED_COSINE)


@pytest.mark.parametrize("small", range(12))
def test_an_output_is_unrelated_below_the_limit_of_its_f1_where_only_small_words_are_right(small: int) -> None:
    usual = Usual(lines=100, ratio=1.0, references_with=dict.fromkeys(words("r", 12).split(), 10**9), doubled=frozenset(), partners={})
    output, reference = f"{words('r', small)} {words('o', 12 - small)}", f"{words('r', small)} {words('x', 12 - small)}"
    found = unrelated(line(output, reference), usual)
    assert (found is not None) == (small / 12 < limits.UNRELATED_F1)


@pytest.mark.parametrize("length", range(3, 30))
def test_a_line_is_near_from_the_limits_of_chrf_and_f1_on(length: int) -> None:
    for common in range(length + 1):
        one = line(f"{words('r', common)} {words('o', length - common)}", words("r", length))
        assert one.near == (one.chrf >= limits.NEAR_CHRF and one.f1 >= limits.NEAR_F1)
        assert one.f1 == pytest.approx(common / length)


def test_the_worst_lines_of_a_fault_are_kept_of_equal_ones_the_first() -> None:
    severities = [1.0, 3.0, 2.0, 3.0, 2.0]
    hits = [
        Looked(number, line("o", "r"), {"repetition": FaultFound(str(number), value)}) for number, value in enumerate(severities, start=1)
    ]
    assert [bad.line for bad in worst_of(hits, "repetition")] == [2, 4, 3, 5, 1][: limits.WORST]
