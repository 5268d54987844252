"""What is told of tags beside their scores: which were taken for which, and the sentences that went worst."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from seqtasks.diagnosis.tagged_answers import TaggedAnswer, least_sure, most_wrong
from seqtasks.errors import UsageError
from seqtasks.evaluation.confusion import confusion_of_some, entity_confusion
from seqtasks.recipes.schema import TaggedData
from seqtasks.tasks.outcome import TagReview
from seqtasks.tasks.tagging.recipe import file_scheme
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.tags import NESTED

LABELS = 20  # of a matrix of tags
SURE_WORDS = 50_000  # of the sentences that are asked how sure they are: the first ones of a part

Posteriors = Callable[[Sequence[Sequence[str]], str], tuple[list[list[str]], list[list[float]]]]


def tag_review(
    sentences: Sequence[TaggedSentence], predicted: Sequence[Sequence[str]], data: TaggedData, head: str, posteriors: Posteriors | None
) -> TagReview:
    """Of a part and its tags in the same order. posteriors: tags of a head and how probable each is, of sentences; None: unknown."""
    gold, scheme = [sentence.tags[data.layer] for sentence in sentences], file_scheme(data)
    asked = [words for words, total in zip([one.words for one in sentences], totals(sentences), strict=True) if total <= SURE_WORDS]
    try:
        confidences = posteriors(asked, head)[1] if posteriors else []
    except UsageError:  # a head of another package that has no probabilities
        confidences = []
    confidences += [[]] * (len(sentences) - len(confidences))
    answers = [
        TaggedAnswer(number, tuple(sentence.words), tuple(true), tuple(found), tuple(sure))
        for number, (sentence, true, found, sure) in enumerate(zip(sentences, gold, predicted, confidences, strict=True), start=1)
    ]
    return TagReview(
        None if scheme == NESTED else confusion_of_some(gold, predicted, LABELS),
        None if scheme is None else entity_confusion(gold, predicted, scheme),
        most_wrong(answers),
        least_sure(answers),
    )


def totals(sentences: Sequence[TaggedSentence]) -> list[int]:
    """The words of each sentence and of all before it."""
    return list(accumulate(len(sentence.words) for sentence in sentences))
