"""Tagged sentences as a page with entities marked: the form "html" of `seqtasks predict`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from seqtasks.inference.tagged_line import TaggedLine
from seqtasks.reports.entity_page import EntityPage, Marked, ShownWord


def page_of(answers: Iterable[TaggedLine], heads: Sequence[str], *, confidence: bool) -> Iterator[str]:
    """A page of the sentences that have words."""
    sure = "; a dotted line or a dashed box marks what it is less than 50 % sure of" if confidence else ""
    page = EntityPage("Tagged text", f"{', '.join(heads)}: the answers of a model{sure}.")
    yield page.opening()
    for answer in answers:
        if not answer.words:
            continue
        marked = {
            head: [Marked(entity.start, entity.end, entity.label, entity.confidence) for entity in entities]
            for head, entities in answer.entities.items()
        }
        yield page.sentence(shown_words(answer), marked)
    yield page.closing()


def shown_words(answer: TaggedLine) -> list[ShownWord]:
    """The words with what stands between them, and the tags of the heads that have no tag scheme, joined by bars."""
    heads = [head for head in answer.tags if head not in answer.schemes]
    words = []
    for position, word in enumerate(answer.words):
        after = " " if position + 1 < len(answer.words) else ""
        if answer.text is not None and answer.offsets is not None and after:
            after = answer.text[answer.offsets[position][1] : answer.offsets[position + 1][0]]
        tag = " ".join(answer.tags[head][position] for head in heads)
        sure = min((answer.confidences[head][position] for head in heads), default=None) if answer.confidences else None
        words.append(ShownWord(word, after, tag, sure))
    return words
