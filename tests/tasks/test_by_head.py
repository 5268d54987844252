"""What an answer has of each head: a dict like others, whose missing heads are told in one line."""

import copy
import json
import pickle

import pytest

from seqtasks.errors import MissingError, UsageError
from seqtasks.tasks.by_head import ByHead, KBest
from seqtasks.tasks.tagging.answers import TaggedLine

TAGS = ByHead({"upos": ["A", "B"], "ner": ["O", "B-X"]})


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("pos", "no head 'pos'; did you mean 'upos'? Heads: upos, ner."),
        ("lemma", "no head 'lemma'. Heads: upos, ner."),
        (0, "no head 0. Heads: upos, ner."),
    ],
)
def test_a_head_that_there_is_not_is_a_key_error_that_names_those_there_are(head: str, message: str) -> None:
    with pytest.raises(KeyError) as caught:
        TAGS[head]
    assert str(caught.value) == message
    assert isinstance(caught.value, MissingError)
    assert isinstance(caught.value, UsageError)


def test_what_was_not_asked_for_is_empty_and_says_how_to_ask() -> None:
    answer = TaggedLine(("a", "b"), TAGS, schemes={"ner": "BIO"})
    assert answer.confidences == {} == answer.k_best
    for mapping, remedy in ((answer.confidences, "confidences=True"), (answer.k_best, "k_best=3")):
        with pytest.raises(MissingError, match=f"^nothing of head 'upos': it was not asked for. Ask with {remedy}.$"):
            mapping["upos"]
    with pytest.raises(MissingError, match="^no head 'upos'. Heads: ner.$"):
        answer.entities["upos"]
    assert "confidences" not in answer.to_dict()
    assert "k_best" not in answer.to_dict()


def test_otherwise_it_is_a_dict() -> None:
    assert TAGS == {"upos": ["A", "B"], "ner": ["O", "B-X"]}
    assert TAGS.get("pos") is None
    assert "pos" not in TAGS
    assert json.loads(json.dumps(TAGS)) == TAGS
    empty = KBest[int]()
    for copied in (copy.deepcopy(empty), pickle.loads(pickle.dumps(empty))):  # noqa: S301 (of ours)
        assert (copied, copied.unasked) == ({}, empty.unasked)
