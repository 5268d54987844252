"""Tags with their probabilities: the same tags as without, each with the posterior that its head gives it, whatever the batch."""

import numpy as np
import pytest
import torch

import seqtasks
from seqtasks.inference.tagger import BATCH_TOKENS, LONGEST, Tagger
from seqtasks.models.heads import Head, SoftmaxHead
from seqtasks.text.batching import tagging_batch
from seqtasks.text.encoded import FormTable
from tests.miniature.sentences import tagged

SENTENCES = [sentence.words for sentence in tagged(9, seed=4)]
TASKS = [("pos", "upos"), ("ner", "ner"), ("multitask", "upos"), ("multitask", "ner")]


def tagger_of(finished, task: str) -> Tagger:
    tagger = seqtasks.load(finished(task)).tagger
    assert isinstance(tagger, Tagger)
    return tagger


def probabilities_alone(tagger: Tagger, words: list[str], head: str) -> torch.Tensor:
    """probabilities_SN of one sentence in a batch of its own."""
    forms, ragged = FormTable.build([words], tagger.assets.words, tagger.assets.characters)
    batch = tagging_batch(forms, ragged, np.array([0]), {}, "")
    with torch.no_grad():
        scores_BSN = tagger.model.eval()(batch, (head,))[head]
        return tagger.model.head(head).probabilities(scores_BSN, batch.mask_BS)[0, : len(words)]


@pytest.mark.parametrize(("task", "head"), TASKS)
def test_tags_are_those_of_tag_and_confidences_the_posteriors_of_these_tags(finished, task: str, head: str) -> None:
    tagger = tagger_of(finished, task)
    tags, confidences = tagger.tag_with_confidence(SENTENCES, head)
    assert tags == [answer[head] for answer in tagger.tag(SENTENCES, (head,))]
    for words, row, sure in zip(SENTENCES, tags, confidences, strict=True):
        probabilities_SN = probabilities_alone(tagger, words, head)
        labels = tagger.assets.labels[head]
        expected = [float(probabilities_SN[position, labels.index(tag)]) for position, tag in enumerate(row)]
        assert sure == pytest.approx(expected, abs=1e-5)
        assert all(0 < value <= 1 for value in sure)


@pytest.mark.parametrize(("task", "head"), [("pos", "upos"), ("ner", "ner")])
def test_a_sentences_confidences_do_not_depend_on_order_and_company(finished, task: str, head: str) -> None:
    tagger = tagger_of(finished, task)
    tags, confidences = tagger.tag_with_confidence(SENTENCES, head)
    company = [["dog"] * 900] * (BATCH_TOKENS // 900 + 1)  # more than a batch of it
    other_tags, other_confidences = tagger.tag_with_confidence([*company, *SENTENCES[::-1]], head)
    assert other_tags[: len(company) - 1 : -1] == tags
    for first, second in zip(confidences, other_confidences[: len(company) - 1 : -1], strict=True):
        assert first == pytest.approx(second, abs=1e-5)


def test_empty_sentences_and_no_sentences_have_no_confidences(finished) -> None:
    tagger = tagger_of(finished, "ner")
    assert tagger.tag_with_confidence([], "ner") == ([], [])
    assert tagger.tag_with_confidence([[]], "ner") == ([[]], [[]])
    tags, confidences = tagger.tag_with_confidence([[], SENTENCES[0], []], "ner")
    assert [len(row) for row in tags] == [len(row) for row in confidences] == [0, len(SENTENCES[0]), 0]


def test_a_long_sentence_is_answered_piece_by_piece(finished) -> None:
    tagger = tagger_of(finished, "ner")
    words = [word for sentence in SENTENCES for word in sentence] * 40
    assert 2 * LONGEST < len(words) < 3 * LONGEST
    tags, confidences = tagger.tag_with_confidence([words], "ner")
    pieces = [words[start : start + LONGEST] for start in range(0, len(words), LONGEST)]
    piece_tags, piece_confidences = tagger.tag_with_confidence(pieces, "ner")
    assert tags == [[tag for row in piece_tags for tag in row]] == [answer["ner"] for answer in tagger.tag([words])]
    assert confidences[0] == pytest.approx([sure for row in piece_confidences for sure in row], abs=1e-5)


class Unsure(SoftmaxHead):
    """A head as another package may offer it: it answers tags and no more."""

    probabilities = Head.probabilities


def test_a_head_without_probabilities_is_refused(finished) -> None:
    tagger = tagger_of(finished, "pos")
    head = tagger.model.head("upos")
    tagger.model.heads["upos"] = Unsure(input_size=head.projection.in_features, labels=head.labels, dropout=0.0, layer=-1)
    with pytest.raises(seqtasks.errors.UsageError, match="Unsure answers tags without probabilities"):
        tagger.tag_with_confidence(SENTENCES, "upos")
