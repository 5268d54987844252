"""Codes of languages."""

import pytest

from seqtasks.text.language_codes import TWO_LETTERS, language_code


@pytest.mark.parametrize(
    ("language", "code"), [("de", "de"), (" DE ", "de"), ("pt-BR", "pt"), ("zh_CN.UTF-8", "zh"), ("", ""), ("xx", "xx")]
)
def test_a_language_is_known_by_its_code(language: str, code: str) -> None:
    assert language_code(language) == code


@pytest.mark.parametrize(
    ("three", "two"),
    [
        ("cmn", "zh"),
        ("zho", "zh"),
        ("chi", "zh"),
        ("yue", "zh"),
        ("jpn", "ja"),
        ("tha", "th"),
        ("deu", "de"),
        ("ger-AT", "de"),
        ("swe", "sv"),
    ],
)
def test_codes_of_three_letters_mean_those_of_two(three: str, two: str) -> None:
    assert language_code(three) == two


def test_no_code_of_three_letters_is_given_twice() -> None:
    assert len(TWO_LETTERS) > 200
    assert {len(code) for code in TWO_LETTERS} == {3} and {len(code) for code in TWO_LETTERS.values()} == {2}
    assert "war" not in TWO_LETTERS  # Waray has no code of two letters
