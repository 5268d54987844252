"""Answers as a notebook shows them: a piece of HTML with its own small stylesheet, which holds for the piece alone.

Text keeps the colour of what is around it and backgrounds let that shine through, so that it is read in light and in dark alike. Sentences
are drawn as on the page of entities; the attention of a translation is a table, a row for each target word. T target words, S source words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from seqtasks.reports.entity_page import EntityPage, Marked, ShownWord
from seqtasks.reports.page import render

MOST = 20  # answers that are shown; how many more there are is said
LONGEST = 60  # words of a side of which attention is drawn


class TaggedShown(NamedTuple):
    """A sentence with the tags of its words, and by head its entities."""

    words: Sequence[ShownWord]
    entities: Mapping[str, Sequence[Marked]]


class AttentionShown(NamedTuple):
    """How much each target word (row) looked at each source word (column): weights_TS, 0 to 1."""

    source: Sequence[str]
    target: Sequence[str]
    weights: Sequence[Sequence[float]]


class TranslatedShown(NamedTuple):
    """A line, its translations with their log-probabilities, best first, and the attention of the best one, where there is any."""

    source: str
    translations: Sequence[tuple[str, float]]
    attention: AttentionShown | None


def shown_answers(answers: Sequence[TaggedShown | TranslatedShown], *, several: int | None = None) -> str:
    """The first MOST answers as one piece of HTML. several: how many there are, where `answers` are only the first of them."""
    page = EntityPage("", "")  # gives one label one colour in all of them
    pieces = [Markup(page.sentence(*answer) if isinstance(answer, TaggedShown) else translated(answer)) for answer in answers[:MOST]]
    number = len(answers) if several is None else several
    return render("answers.html", {"pieces": pieces, "more": number - len(pieces)})


def translated(answer: TranslatedShown) -> str:
    """The translations of a line; attention only where it fits on a screen."""
    attention = answer.attention
    if attention is not None and max(len(attention.source), len(attention.target)) > LONGEST:
        attention = None
    return render("answer_translation.html", {"answer": answer, "attention": attention})
