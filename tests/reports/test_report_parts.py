"""What a report makes of words, names of tensors and numbers."""

import math

import pytest

from seqtasks.reports.formats import number
from seqtasks.reports.run_report import differences, module_of


@pytest.mark.parametrize(
    ("output", "reference", "expected"),
    [
        ("a b c", "a b c", "a b c"),
        ("a x c", "a b c", "a [x] c"),
        ("", "a", ""),
        ("a", "", "[a]"),
        (" a  x ", "a", " a  [x] "),
        ("<i> &", "&", "[<i>] &"),
        ("b a", "a b", "b [a]"),
    ],
)
def test_words_that_the_reference_does_not_have_there_are_marked(output: str, reference: str, expected: str) -> None:
    found = differences(output, reference)
    assert "".join(f"[{word}]{space}" if marked else word + space for word, marked, space in found) == expected


@pytest.mark.parametrize(
    ("name", "module"), [("trunk.backbone.layers.0.weight", "trunk.backbone"), ("output.weight", "output"), ("scale", "scale")]
)
def test_a_tensor_is_counted_under_its_module(name: str, module: str) -> None:
    assert module_of(name) == module


@pytest.mark.parametrize(("value", "shown"), [(95.126, "95.13"), (1234.5, "1,234.50"), (math.inf, "∞")])
def test_numbers_are_shown_with_two_decimals(value: float, shown: str) -> None:
    assert number(value) == shown
