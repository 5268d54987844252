"""Answers as a notebook shows them: a piece of HTML with its own small stylesheet, which holds for the piece alone.

Text keeps the colour of what is around it and backgrounds let that shine through, so that it is read in light and in dark alike. Sentences
are drawn as on the page of entities; the attention of a translation is a table, a row for each target word. T target words, S source words.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from seqtasks.reports.entity_page import EntityPage
from seqtasks.reports.page import render
from seqtasks.reports.shown import MOST, LabelledShown, Shown, TaggedShown, TranslatedShown

LONGEST = 60  # words of a side of which attention is drawn


def shown_answers(answers: Sequence[Shown], *, several: int | None = None) -> str:
    """The first MOST answers as one piece of HTML. several: how many there are, where `answers` are only the first of them."""
    page = EntityPage("", "")  # gives one label one colour in all of them
    pieces = [Markup(drawn(answer, page)) for answer in answers[:MOST]]
    number = len(answers) if several is None else several
    return render("answers.html", {"pieces": pieces, "more": number - len(pieces)})


def drawn(answer: Shown, page: EntityPage) -> str:
    """One answer as a piece of HTML."""
    if isinstance(answer, TranslatedShown):
        return translated(answer)
    if isinstance(answer, TaggedShown):
        return page.sentence(*answer)
    if isinstance(answer, LabelledShown):
        return render("answer_labels.html", {"text": answer.text, "heads": {"": answer.labels}})
    heads = {head: labelled.labels for head, labelled in answer.labels.items()}
    return render("answer_labels.html", {"text": "", "heads": heads}) + page.sentence(*answer.tagged)


def translated(answer: TranslatedShown) -> str:
    """The translations of a line; attention only where it fits on a screen."""
    attention = answer.attention
    if attention is not None and max(len(attention.source), len(attention.target)) > LONGEST:
        attention = None
    return render("answer_translation.html", {"answer": answer, "attention": attention})
