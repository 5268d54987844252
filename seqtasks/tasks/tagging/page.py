"""Tagged sentences as a page with entities marked: the form "html" of `seqtasks predict`."""

from collections.abc import Iterable, Iterator, Sequence

from seqtasks.reports.entity_page import EntityPage
from seqtasks.tasks.tagging.answers import TaggedLine


def page_of(answers: Iterable[TaggedLine], heads: Sequence[str], *, confidence: bool) -> Iterator[str]:
    """A page of the sentences that have words."""
    sure = "; a dotted line or a dashed box marks what it is less than 50 % sure of" if confidence else ""
    page = EntityPage("Tagged text", f"{', '.join(heads)}: the answers of a model{sure}.")
    yield page.opening()
    for answer in answers:
        if answer.words:
            yield page.sentence(*answer.drawing())
    yield page.closing()
