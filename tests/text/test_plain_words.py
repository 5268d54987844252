"""Words as a reader counts them, in several scripts."""

import pytest

from seqtasks.text.tokenizers import plain_words, words_and_marks


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("L'homme, lui, dort.", ["L'", "homme", ",", "lui", ",", "dort", "."]),
        ("a  b\tc", ["a", "b", "c"]),
        ("你好，world", ["你", "好", "，", "world"]),
        ("…", ["…"]),
        ("", []),
    ],
)
def test_words_and_marks_are_told_apart(text: str, marked: list[str]) -> None:
    assert words_and_marks(text) == marked
    assert plain_words(text) == [piece for piece in marked if piece[0].isalnum()]
