"""Marks of byte order and direction, zero-width spaces and soft hyphens change no answer."""

from pathlib import Path

import pytest

import seqtasks

RUNS = Path(__file__).parent / "format_1"


@pytest.mark.parametrize(
    "change", [lambda text: "\ufeff" + text, lambda text: text[:4] + "\u00ad" + text[4:], lambda text: text + "\u200e\u200b"]
)
def test_a_line_is_answered_as_without_them(change) -> None:
    translator, tagger = seqtasks.load(RUNS / "translation"), seqtasks.load(RUNS / "pos")
    line = "The baker sees the boat."
    assert translator.translate([change(line)]) == translator.translate([line])
    changed, plain = tagger.tag(change(line)), tagger.tag(line)
    assert changed.tags == plain.tags
    assert translator.translate(["\u200b"])[0][0].text == ""
