"""What differs between two lists of words, against their counts and the longest common subsequence by its definition."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.differences import WINDOW, differences, paired_forms, same_stem

words = st.lists(st.sampled_from(["chat", "chats", "noir", "le", "de", "vite"]), max_size=9)


def longest_common(one: list[str], other: list[str]) -> int:
    @cache
    def rest(first: int, second: int) -> int:
        if first == len(one) or second == len(other):
            return 0
        if one[first] == other[second]:
            return 1 + rest(first + 1, second + 1)
        return max(rest(first + 1, second), rest(first, second + 1))

    return rest(0, 0)


@given(words, words)
def test_every_word_of_both_sides_is_matched_moved_paired_or_left_over(output: list[str], reference: list[str]) -> None:
    found = differences(output, reference, same_stem)
    pairs = found.forms + found.replaced
    ours = Counter([*found.moved, *found.invented, *(written for written, _ in pairs)])
    theirs = Counter([*found.moved, *found.missing, *(wanted for _, wanted in pairs)])
    assert Counter(output) - ours == Counter(reference) - theirs
    assert len(output) - ours.total() == len(reference) - theirs.total() == longest_common(output, reference)
    assert all(written != wanted for written, wanted in pairs)
    assert all(same_stem(*pair) for pair in found.forms)
    assert bool(found) == (output != reference)


CASES = [
    ("un chien court", "un chat court", {"replaced": [("chien", "chat")]}),
    ("les chat noirs vend", "les chats noirs vendent", {"forms": [("chat", "chats"), ("vend", "vendent")]}),
    ("un chat", "un chat noir", {"missing": ["noir"]}),
    ("un grand chat noir", "un chat noir", {"invented": ["grand"]}),
    ("un noir chat court vite", "un chat noir court vite", {"moved": ["chat"]}),
    ("je ne vois", "je n' vois", {"forms": [("ne", "n'")]}),
    ("le le chat dort", "le chat noir dort", {"invented": ["le"], "missing": ["noir"]}),
]


@pytest.mark.parametrize(("output", "reference", "expected"), CASES)
def test_differences_are_named_as_a_reader_would(output: str, reference: str, expected: dict) -> None:
    found = differences(output.split(), reference.split(), same_stem)
    assert {name: value for name, value in vars(found).items() if value} == expected


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("préfère", "préfèrent", True),
        ("préfère", "préférait", True),
        ("vend", "vendent", True),
        ("le", "les", True),
        ("l'", "le", True),
        ("le", "la", False),
        ("chat", "chat", False),
        ("chat", "chien", False),
        ("turcs", "turques", False),
        ("2024", "2023", False),
        ("commencer", "comme", True),
    ],
)
def test_forms_of_a_word_begin_alike(one: str, other: str, alike: bool) -> None:
    assert same_stem(one, other) == same_stem(other, one) == alike


def test_a_smaller_share_lets_forms_be_less_alike() -> None:
    assert same_stem("turcs", "turques", 0.4)
    assert not same_stem("parc", "paradoxe", 0.4)


def test_forms_are_paired_within_a_window_each_word_once() -> None:
    fill = [f"x{number}" for number in range(WINDOW)]
    assert paired_forms(["chats", "chats"], ["chat", "chat"], same_stem) == {0: 0, 1: 1}
    assert paired_forms(["chats"], [*fill, "chat"], same_stem) == {0: WINDOW}
    assert paired_forms(["chats"], [*fill, "y", "chat"], same_stem) == {}
