"""The confidence of an answer is the posterior of just that tag."""

import pytest

from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.hmm_tagger import HMMHead
from tests.hmm.tagged import ODD_WORDS, corpus

NEW = [["the", "dog", "Walks"], [], ODD_WORDS, ["that"]]


@pytest.mark.parametrize("decoding", ["viterbi", "posterior"])
def test_each_tag_comes_with_its_own_posterior(decoding):
    tagger = HMMTagger(decoding=decoding).fit(*corpus(1, 60))
    tags, confidences = HMMHead(tagger, "tags", ()).tag_with_confidence(NEW, "tags")
    assert tags == tagger.predict(NEW)
    columns = {tag: column for column, tag in enumerate(tagger.classes_)}
    for row, sure, table in zip(tags, confidences, tagger.predict_proba(NEW), strict=True):
        assert sure == [table[place, columns[tag]] for place, tag in enumerate(row)]
        assert all(type(value) is float for value in sure)
        if decoding == "posterior":
            assert sure == (table.max(axis=1).tolist() if row else [])


def test_one_tag_is_certain_and_no_sentence_has_no_answer():
    tagger = HMMTagger().fit([["a", "b"]], [["X", "X"]])
    head = HMMHead(tagger, "tags", ())
    assert head.tag_with_confidence([["a", "new"], []], "tags") == ([["X", "X"], []], [[pytest.approx(1.0)] * 2, []])
    assert head.tag_with_confidence([], "tags") == ([], [])
