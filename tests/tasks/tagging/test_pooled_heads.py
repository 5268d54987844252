"""The HMM taggers of heads that pool one: fitted on the training part of their head, in the scheme that the head is trained in."""

from __future__ import annotations

import pytest

from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.schema import TaggedData
from seqtasks.tasks.tagging.heads import fitted_hmm
from seqtasks.tasks.tagging.parts import TaggedParts
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.tags import convert
from tests.miniature.sentences import tagged

TRAIN = [
    TaggedSentence(tuple(one.words), {"upos": tuple(one.upos), "ner": tuple(one.entities)}, 1 + number)
    for number, one in enumerate(tagged(20, seed=3))
]
ASKED = [one.words for one in tagged(6, seed=9)]


def parts(scheme: str) -> TaggedParts:
    """Two heads, the one of entities trained in a scheme of its own."""
    data = {
        "upos": TaggedData(format="conllu", layer="upos", train="x"),
        "ner": TaggedData(format="columns", layer="ner", scheme="BIO", train="x"),
    }
    return TaggedParts(data, {"ner": scheme}, [["upos"], ["ner"]], kept={"upos": TRAIN[:10], "ner": TRAIN})


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_each_head_has_a_tagger_of_its_own_part_and_scheme(scheme: str) -> None:
    found = {head: fitted_hmm(parts(scheme), head) for head in ("upos", "ner")}
    upos = HMMTagger().fit([one.words for one in TRAIN[:10]], [one.tags["upos"] for one in TRAIN[:10]])
    entities = [convert(one.tags["ner"], "BIO", scheme) for one in TRAIN]
    ner = HMMTagger(scheme=scheme).fit([one.words for one in TRAIN], entities)
    assert (found["upos"].scheme, found["ner"].scheme) == (None, scheme)
    for tagger, expected in ((found["upos"], upos), (found["ner"], ner)):
        assert tagger.classes_.tolist() == expected.classes_.tolist()
        assert tagger.k_best(ASKED, 2) == expected.k_best(ASKED, 2)


def test_tags_in_a_scheme_that_the_hmm_does_not_know_are_plain_labels() -> None:
    tags = [convert(one.tags["ner"], "BIO", "IOB1") for one in TRAIN]
    words = [one.words for one in TRAIN]
    tagger = fitted_hmm(parts("IOB1"), "ner")
    assert tagger.scheme is None
    assert set(tagger.classes_) == {tag for row in tags for tag in row}
    assert tagger.k_best(ASKED, 2) == HMMTagger().fit(words, tags).k_best(ASKED, 2)
