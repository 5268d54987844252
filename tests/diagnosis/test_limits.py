"""Each limit is where its fault begins: at the limit a line has the fault, one step before it has none."""

import math

import pytest

from seqtasks.diagnosis import limits
from seqtasks.diagnosis.attention import AttentionStatistics
from seqtasks.diagnosis.faults import Found, copied_source, dropped_words, over_length, repetition, truncation, unrelated
from seqtasks.diagnosis.lines import TranslatedLine, Usual, Words
from seqtasks.diagnosis.translations import worst

USUAL = Usual(lines=1, ratio=1.0, references_with={}, doubled=frozenset())


def words(letter: str, count: int) -> str:
    """So many different words."""
    return " ".join(letter + chr(ord("a") + number // 26) + chr(ord("a") + number % 26) for number in range(count))


def line(output: str, reference: str, source: str | None = None, attention: AttentionStatistics | None = None) -> Words:
    source = words("s", len(reference.split())) if source is None else source
    return Words(TranslatedLine(source, output, reference, attention=attention))


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
    assert found == Found(f'"{words("o", length)}" 2 times', length) if length <= limits.REPEATED else found is not None


def statistics(entropy: float = 0.0, coverage: tuple[float, ...] = (1.0,), reference: tuple[float, ...] = ()) -> AttentionStatistics:
    return AttentionStatistics(tuple(words("s", len(coverage)).split()), coverage, entropy, reference)


BELOW = 1e-9
SPREAD = statistics(entropy=limits.SPREAD_ENTROPY)
IGNORING = statistics(coverage=(limits.IGNORED - BELOW, limits.IGNORED))  # half of the words are ignored, the share that is too much
FOCUSED = statistics(entropy=limits.SPREAD_ENTROPY - BELOW, coverage=(limits.IGNORED - BELOW, limits.IGNORED, limits.IGNORED))


def test_the_share_of_ignored_words_counts_those_below_the_limit() -> None:
    assert (IGNORING.ignored, FOCUSED.ignored) == (limits.IGNORED_SHARE, pytest.approx(1 / 3))


@pytest.mark.parametrize(("attention", "fault"), [(SPREAD, True), (IGNORING, True), (FOCUSED, False), (None, True)])
def test_an_output_without_a_word_in_common_is_unrelated_where_its_attention_looks_nowhere(
    attention: AttentionStatistics | None, fault: bool
) -> None:
    assert (unrelated(line(words("o", 5), words("r", 5), attention=attention), USUAL) is not None) == fault


@pytest.mark.parametrize("length", range(1, 6))
def test_short_outputs_and_short_references_are_never_unrelated(length: int) -> None:
    enough = length >= limits.UNRELATED_WORDS
    assert (unrelated(line(words("o", length), words("r", 9)), USUAL) is not None) == enough
    assert (unrelated(line(words("o", 9), words("r", length)), USUAL) is not None) == enough


@pytest.mark.parametrize("length", range(3, 20))
def test_an_output_is_unrelated_below_the_limit_of_the_cosine(length: int) -> None:
    for common in range(length):
        output = f"{words('r', common)} {words('o', length - common)}"
        likeness = common / length  # every word weighs the same here
        if not math.isclose(likeness, limits.UNRELATED_COSINE):  # there rounding decides
            assert (unrelated(line(output, words("r", length)), USUAL) is not None) == (likeness < limits.UNRELATED_COSINE)


@pytest.mark.parametrize(
    ("covered", "usually", "fault"),
    [
        (limits.DROPPED_COVERAGE - BELOW, limits.ATTENDED_COVERAGE, True),
        (limits.DROPPED_COVERAGE, limits.ATTENDED_COVERAGE, False),
        (limits.DROPPED_COVERAGE - BELOW, limits.ATTENDED_COVERAGE - BELOW, False),
    ],
)
def test_a_word_is_dropped_below_one_coverage_along_the_output_and_from_another_on_along_the_reference(covered, usually, fault) -> None:
    attention = statistics(coverage=(covered, 1.0), reference=(usually, 1.0))
    found = dropped_words(line(words("o", 2), words("r", 2), attention=attention), USUAL)
    assert found == (Found("not looked at: saa", 1) if fault else None)


def test_the_worst_lines_of_a_fault_are_kept_of_equal_ones_the_first() -> None:
    severities = [1.0, 3.0, 2.0, 3.0, 2.0]
    hits = [(number, TranslatedLine("s", "o", "r"), Found(str(number), value)) for number, value in enumerate(severities, start=1)]
    assert [bad.line for bad in worst(hits)] == [2, 4, 3, 5, 1][: limits.WORST]
