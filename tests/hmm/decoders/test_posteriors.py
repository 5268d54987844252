"""Posterior probabilities and log-likelihoods against enumeration of every path."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.decoders.forward import log_likelihoods, posteriors
from seqtasks.hmm.decoders.lattice import Emissions
from tests.hmm.decoders.test_viterbi import first_impossible, limits, small
from tests.oracles import hmm_decoding as oracle


@given(small, st.integers(0, 5), limits)
@settings(max_examples=150, deadline=None)
def test_posteriors_are_shares_of_all_paths(options, sentences, limit):
    model = oracle.drawn_model(**options)
    types_T, lengths_B = oracle.drawn_words(options["seed"], kinds=options["kinds"], sentences=sentences, longest=5)
    kinds = oracle.sentence_types(types_T, lengths_B)
    if number := first_impossible([oracle.ranked_paths(*model, sentence) for sentence in kinds]):
        for decode in (posteriors, log_likelihoods):
            with pytest.raises(ValueError, match=f"sentence {number} has no sequence of tags with a finite score"):
                decode(*model, types_T, lengths_B, limit=limit)
        return
    expected = [oracle.posteriors(*model, sentence) for sentence in kinds]
    shares = [share for words, _ in expected for share in words]
    first_T1, probabilities_Z, scores_B = posteriors(*model, types_T, lengths_B, limit=limit)
    assert first_T1.tolist() == [sum(map(len, shares[:word])) for word in range(len(shares) + 1)]
    np.testing.assert_allclose(probabilities_Z, np.concatenate([[], *shares]), atol=1e-12)
    np.testing.assert_allclose(scores_B, [total for _, total in expected], atol=1e-12)
    np.testing.assert_allclose(log_likelihoods(*model, types_T, lengths_B, limit=limit), scores_B, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("limit", [2000, 2**30])
def test_probabilities_sum_to_one_in_a_long_sentence_of_tiny_scores(order, limit):
    emissions, transitions_PPC = oracle.drawn_model(2, tags=6, kinds=20, order=order, contextual=True)
    unlikely = Emissions(emissions.first_Y1, emissions.tags_C, emissions.scores_PC * 200 - 500)
    types_T, lengths_B = np.random.default_rng(2).integers(0, 20, 2000), np.array([1990, 0, 10])
    first_T1, probabilities_Z, scores_B = posteriors(unlikely, transitions_PPC * 100, types_T, lengths_B, limit=limit)
    np.testing.assert_allclose(np.add.reduceat(probabilities_Z, first_T1[:-1]), 1.0, atol=1e-9)
    assert np.isfinite(scores_B).all()
    assert scores_B[0] < -900_000


def test_a_path_that_falls_behind_beyond_all_floats_still_counts_when_the_others_end():
    emissions = Emissions(np.array([0, 2, 3]), np.array([0, 1, 1], dtype=np.int32), np.array([[0.0, -5000.0, 0.0]]))
    transitions_PPC = np.zeros((1, 3, 3))
    transitions_PPC[0, 0, 1] = transitions_PPC[0, 1, 0] = -np.inf
    _, probabilities_Z, scores_B = posteriors(emissions, transitions_PPC, np.array([0, 1]), np.array([2]))
    assert probabilities_Z.tolist() == [0.0, 1.0, 1.0]
    assert scores_B.tolist() == [-5000.0]


@pytest.mark.parametrize("decode", [posteriors, log_likelihoods])
def test_no_words_have_the_probability_of_nothing(decode):
    model = oracle.drawn_model(1, tags=2, kinds=2, order=2, contextual=False)
    result = decode(*model, np.array([], dtype=int), np.array([0, 0]))
    assert (result[-1] if decode is posteriors else result).tolist() == [0.0, 0.0]
