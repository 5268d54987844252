"""Words of attention where they stand in the text."""

from __future__ import annotations

import pytest

from seqtasks.reports.lit_words import LONGEST, lit_words, placed
from seqtasks.reports.run_report import differences
from seqtasks.reports.shown import AttentionShown


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (["L", "'", "eau", ".", "<eos>"], "L'eau  .", [(0, "L", ""), (1, "'", ""), (2, "eau", "  "), (3, ".", "")]),
        (["a", "b"], " a b ", [(0, "a", " "), (1, "b", " ")]),
        (["a"], "a b", []),
        (["A"], "a", []),
        (["", "a"], "a", []),
        ([], "", []),
    ],
)
def test_words_have_the_white_space_of_the_text_or_are_none(words: list[str], text: str, expected: list) -> None:
    found = placed(words, text)
    assert [one[:3] for one in found] == expected
    assert not found or "".join(word + space for _, word, space, _ in found) == text.lstrip()


def test_a_word_is_marked_where_its_text_differs_from_the_reference() -> None:
    attention = AttentionShown(["a", "b", "<eos>"], ["un", "chat", ".", "<eos>"], [[0.5, 0.5, 0.0]] * 4)
    found = lit_words(attention, "a b", differences("un chat.", "un chien."))
    assert found is not None
    assert [(one.word, one.marked) for one in found.target] == [("un", False), ("chat", True), (".", True)]
    assert [one.word for one in found.source] == ["a", "b"]
    right = lit_words(attention, "a b", differences("un chat.", "un chat."))
    assert right is not None
    assert not any(one.marked for one in right.target)


def test_long_sides_and_other_texts_do_not_light_up() -> None:
    long = AttentionShown(["w"] * (LONGEST + 1), ["t"], [[0.0] * (LONGEST + 1)])
    assert lit_words(long, "w " * (LONGEST + 1), differences("t", "t")) is None
    assert lit_words(AttentionShown(["small"], ["t"], [[1.0]]), "Small", differences("t", "t")) is None
    assert lit_words(AttentionShown(["a"], [], []), "a", differences("", "t")) is None
