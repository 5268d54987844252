"""Posteriors of spans under an HMM against sums over all sequences of tags, ranked by the k best."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.hmm.decoders import span_posteriors
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.text.tags import Span, spans_of
from tests.hmm.test_entities import OPTIONS, entities


def shares_by_enumeration(tagger, words):
    """{span: share of all sequences of tags that mean it}."""
    total, found = tagger.log_likelihood([words])[0], {}
    for tags, score in tagger.k_best([words], len(tagger.classes_) ** len(words))[0]:
        for span in spans_of(tags, tagger.scheme):
            found[span] = found.get(span, 0.0) + math.exp(score - total)
    return found


@given(st.sampled_from(["BIO", "BIOES"]), st.integers(0, 10**6), OPTIONS)
@settings(max_examples=8, deadline=None)
def test_span_probabilities_are_the_shares_of_the_sequences_that_mean_the_span(scheme, seed, options):
    tagger = HMMTagger(scheme=scheme, **options).fit(*entities(seed, 30, scheme))
    batch = [[], ["Mara", "Odo", "zork"], *(row[:3] for row in entities(seed + 1, 3)[0])]
    expected = [shares_by_enumeration(tagger, words) for words in batch]
    found = tagger.span_probabilities(batch, [list(row) for row in expected])
    for values, shares in zip(found, expected, strict=True):
        assert values == pytest.approx(list(shares.values()), abs=1e-9)


def test_spans_that_tags_cannot_mean_have_probability_0():
    tagger = HMMTagger(scheme="BIO").fit(*entities(1, 30))
    odd = [Span(0, 3, "PER"), Span(1, 1, "PER"), Span(0, 1, "ORG"), Span(0, 1, "PER")]
    ((*none, some),) = tagger.span_probabilities([["Mara", "sees"]], [odd])
    assert none == [0.0] * 3
    assert some > 0.1
    assert tagger.span_probabilities([], []) == []


def test_words_far_from_a_span_have_no_influence_and_chunks_change_nothing(monkeypatch):
    tagger = HMMTagger(scheme="BIO").fit(*entities(2, 60))
    words = [word for row in entities(3, 100)[0] for word in row]
    spans = spans_of(tagger.predict([words])[0], "BIO")
    near = tagger.span_probabilities([words], [spans])[0]
    monkeypatch.setattr(span_posteriors, "CHUNK", 2 * span_posteriors.NEAR)
    assert tagger.span_probabilities([words], [spans])[0] == near
    monkeypatch.setattr(span_posteriors.shares, "__kwdefaults__", {"near": 10**6})
    assert tagger.span_probabilities([words], [spans])[0] == pytest.approx(near, abs=1e-9)


def test_a_tagger_without_a_scheme_has_no_spans():
    with pytest.raises(UsageError, match=r"^the tags of this tagger are no spans\. Name their scheme\.$"):
        HMMTagger().fit([["a"]], [["X"]]).span_probabilities([["a"]], [[Span(0, 1, "X")]])
