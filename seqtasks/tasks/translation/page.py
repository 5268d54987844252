"""Translations as a page with their attention: the form "html" of `seqtasks predict`."""

from collections.abc import Iterable, Iterator

from seqtasks.reports.answer_page import AnswerPage
from seqtasks.tasks.translation.answers import Translations

ABOUT = "Translations of a model"
ATTENTION = (
    ". The stronger a colour, the more the model looked at the word above while it wrote the word on the left; rest on one for its weight"
)


def page_of(answers: Iterable[tuple[str, Translations]], *, attention: bool) -> Iterator[str]:
    """A page of the lines that are not blank. attention: answers come with it."""
    page = AnswerPage("Translated text", f"{ABOUT}{ATTENTION if attention else ''}.")
    yield page.opening()
    for line, best in answers:
        if line.strip():
            yield page.line(best.drawing())
    yield page.closing()
