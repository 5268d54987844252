"""The HMM against enumeration of every alignment."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.align.blocks import LONGEST, blocks
from seqtasks.align.hmm import forward, smoothed, viterbi
from seqtasks.align.jumps import WIDEST, Jumps, widths
from seqtasks.align.one_way import fit
from seqtasks.text.encoded import Ragged
from tests.align.drawn import drawn_pairs, ragged
from tests.oracles import alignment as oracle

WORDS = 6
SIZES = {"source_words": WORDS, "target_words": WORDS}


def jump_of(jumps, length):
    """The oracle's jump function, from the weights alone."""

    def weight(before, after):
        if before is None:
            return jumps.weights_W[2 * WIDEST + 1 + min(after, WIDEST)]
        return jumps.weights_W[WIDEST + max(-WIDEST, min(WIDEST, after - before))]

    return lambda before, after: weight(before, after) / sum(weight(before, other) for other in range(length))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([1, 30, 10**6]))
@settings(max_examples=60, deadline=None)
def test_posteriors_jumps_likelihood_and_best_path_equal_enumeration(seed, pairs, limit):
    sources, targets = ragged(drawn_pairs(seed, pairs=pairs, longest=4))
    generator = np.random.default_rng(seed)
    jumps, null = Jumps(generator.uniform(0.1, 2, 3 * WIDEST + 2)), generator.uniform(0.05, 0.5)
    for block in blocks(sources, targets, limit=limit):
        length = block.words_BX.shape[1] - 1
        probabilities_NX = generator.uniform(0.01, 1, (len(block.rows_N), length + 1))
        found = smoothed(block, probabilities_NX, jumps, null=null)
        best_N = viterbi(block, probabilities_NX, jumps, null=null)
        total, jumps_XS = 0.0, np.zeros((length + 1, length))
        for row in range(len(block.pairs_B)):
            tokens_T = np.flatnonzero(block.rows_N == row)
            paths = oracle.hmm_paths(probabilities_NX[tokens_T].tolist(), jump_of(jumps, length), length, null)
            expected = oracle.hmm_posteriors(paths, len(tokens_T), length)
            np.testing.assert_allclose(found.posteriors_NX[tokens_T], expected, atol=1e-12)
            jumps_XS += oracle.hmm_jumps(paths, length)
            total += np.log(sum(probability for _, probability in paths))
            best = max(paths, key=lambda pair: pair[1])[0]
            assert [None if at < 0 else at for at in best_N[tokens_T].tolist()] == list(best)
        np.testing.assert_allclose(found.jumps_XS, jumps_XS, atol=1e-12)
        assert found.likelihood == pytest.approx(total, abs=1e-9)
        assert np.log(forward(block, probabilities_NX, jumps, null=null).scales_N).sum() == pytest.approx(total, abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_the_likelihood_never_falls(seed, pairs):
    sources, targets = ragged(drawn_pairs(seed, pairs=pairs, longest=7))
    fitted = fit(sources, targets, iterations=2, hmm_iterations=12, alpha=0.0, null=0.2, **SIZES)
    assert (np.diff(fitted.history[2:]) >= -0.02).all()  # the prior of jumps (1e-3 for each width) is not part of it


def test_transitions_sum_to_one_and_stay_within_the_sentence():
    jumps = Jumps(np.random.default_rng(1).uniform(0.1, 2, 3 * WIDEST + 2))
    for length in (1, 2, WIDEST + 1, 2 * WIDEST + 5):
        assert jumps.transitions(length).shape == (length + 1, length)
        np.testing.assert_allclose(jumps.transitions(length).sum(axis=1), 1)
    assert widths(3).tolist() == [[101, 102, 103], [50, 51, 52], [49, 50, 51], [48, 49, 50]]


def test_words_without_meaning_are_aligned_by_their_places():
    known = [([0, 1, 2], [0, 1, 2]), ([0, 1], [0, 1]), ([2, 1], [2, 1]), ([1], [1]), ([0], [0])] * 10
    model = fit(*ragged(known), iterations=5, hmm_iterations=5, alpha=0.01, null=0.1, **SIZES).model
    assert model.align(*ragged([([0, 5, 2], [0, 4, 2])]))[0].tolist() == [0, 1, 2]


def test_training_pairs_are_aligned_as_the_model_aligns_them_later_alone_and_together():
    pairs = drawn_pairs(11, pairs=30, longest=7)
    fitted = fit(*ragged(pairs), iterations=3, hmm_iterations=3, alpha=0.01, null=0.1, **SIZES)
    together = fitted.model.align(*ragged(pairs))
    for number, (pair, row) in enumerate(zip(pairs, fitted.alignment, strict=True)):
        assert row.tolist() == together[number].tolist() == fitted.model.align(*ragged([pair]))[0].tolist()


def test_repeated_words_follow_the_order_that_ibm1_cannot_know():
    pairs = [([0, 1, 0], [0, 1, 0]), ([0, 1], [0, 1]), ([1, 0], [1, 0]), ([0], [0])] * 5
    plain, ordered = (fit(*ragged(pairs), iterations=5, hmm_iterations=steps, alpha=0.0, null=0.1, **SIZES) for steps in (0, 5))
    assert plain.alignment[0].tolist() == [0, 1, 0]
    assert ordered.alignment[0].tolist() == [0, 1, 2]


def test_a_very_long_sentence_is_aligned_as_far_as_the_limit_goes():
    words = np.random.default_rng(0).integers(0, 50, LONGEST + 50).tolist()
    short = [(words[start : start + 5], words[start : start + 5]) for start in range(LONGEST)]
    pairs = ragged([(words, words), *short])
    fitted = fit(*pairs, source_words=50, target_words=50, iterations=4, hmm_iterations=3, alpha=0.01, null=0.1)
    assert (fitted.alignment[0][LONGEST:] == -1).all()
    assert (fitted.alignment[0][:LONGEST] == np.arange(LONGEST)).mean() > 0.9


def test_thousands_of_unlikely_words_neither_vanish_nor_overflow():
    sources, targets = Ragged.from_lists([[0, 1] * 200]), Ragged.from_lists([[2, 3] * 200])
    block = next(blocks(sources, targets))
    found = smoothed(block, np.full((400, 401), 1e-30), Jumps(np.ones(3 * WIDEST + 2)), null=0.1)
    np.testing.assert_allclose(found.posteriors_NX.sum(axis=1), 1)
    assert np.isfinite(found.likelihood)
