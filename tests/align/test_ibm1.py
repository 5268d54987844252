"""IBM-1 against loops over tokens and against NLTK."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.align.blocks import blocks
from seqtasks.align.ibm1 import ibm1
from seqtasks.align.one_way import fit
from seqtasks.align.table import co_occurrences, digamma
from seqtasks.text.encoded import Ragged
from tests.align.drawn import drawn_pairs, ragged
from tests.oracles import alignment as oracle

WORDS = 6
PLAIN = {"source_words": WORDS, "target_words": WORDS, "alpha": 0.0, "null": 0.1, "hmm_iterations": 0}


def cells_of(table):
    """{(source word or None, target word): probability}."""
    sources = [None if source == 0 else source - 1 for source in table.sources.tolist()]
    return dict(zip(zip(sources, table.targets_C.tolist(), strict=True), table.probabilities_C.tolist(), strict=True))


@given(st.integers(0, 2**32 - 1), st.integers(0, 8), st.integers(0, 5), st.integers(1, 4), st.sampled_from([1, 20, 10**6]))
@settings(max_examples=80, deadline=None)
def test_expected_counts_equal_loops_over_tokens(seed, pairs, longest, iterations, limit):
    drawn = drawn_pairs(seed, pairs=pairs, longest=longest, words=WORDS)
    sources, targets = ragged(drawn)
    some = list(blocks(sources, targets, limit=limit))
    table, cells = co_occurrences(some, targets, source_words=WORDS, target_words=WORDS)
    table, history = ibm1(cells, table, iterations=iterations, alpha=0.0)
    expected, likelihoods = oracle.ibm1(drawn, iterations, WORDS)
    found = cells_of(table)
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, abs=1e-12)
    assert history == pytest.approx(likelihoods, abs=1e-9)


def test_the_table_is_the_one_of_nltk_where_no_target_word_repeats():
    nltk = pytest.importorskip("nltk.translate")
    # NLTK counts a target word that stands twice in a sentence half each time
    drawn = [
        (source, list(dict.fromkeys(target))) for source, target in drawn_pairs(3, pairs=40, longest=7, words=WORDS) if source and target
    ]
    sources, targets = ragged(drawn)
    model = fit(sources, targets, iterations=4, **PLAIN).model
    peer = nltk.IBMModel1([nltk.AlignedSent([f"t{word}" for word in t], [f"s{word}" for word in s]) for s, t in drawn], 4)
    for (source, target), probability in cells_of(model.table).items():
        name = None if source is None else f"s{source}"
        assert probability == pytest.approx(peer.translation_table[f"t{target}"][name], abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_the_likelihood_never_falls_and_probabilities_sum_to_one(seed, pairs):
    sources, targets = ragged(drawn_pairs(seed, pairs=pairs, longest=6, words=WORDS))
    fitted = fit(sources, targets, iterations=8, **PLAIN)
    assert (np.diff(fitted.history) >= -1e-9).all()
    assert fitted.history[-1] <= fitted.model.log_likelihood(sources, targets) + 1 or not fitted.tokens


def test_each_target_token_gets_its_likeliest_source_token():
    pairs = [([0, 1], [0, 1]), ([0], [0]), ([1], [1]), ([1, 0], [0, 1]), ([0, 1], [1, 0])] * 4
    fitted = fit(*ragged(pairs), iterations=10, **PLAIN)
    assert [row.tolist() for row in fitted.alignment][:5] == [[0, 1], [0], [0], [1, 0], [1, 0]]


def test_variational_bayes_leaves_fewer_translations_than_counting():
    sources, targets = ragged(drawn_pairs(5, pairs=30, longest=6, words=40))
    sizes = {**PLAIN, "source_words": 40, "target_words": 40, "iterations": 10}
    plain, sparse = (fit(sources, targets, **{**sizes, "alpha": alpha}).model.table for alpha in (0.0, 0.01))
    assert (sparse.probabilities_C > 0.1).sum() < (plain.probabilities_C > 0.05).sum()
    assert (np.bincount(sparse.sources, sparse.probabilities_C) <= 1.01).all()


def test_digamma_equals_scipy():
    special = pytest.importorskip("scipy.special")
    values = np.array([1e-3, 0.01, 0.5, 1.0, 3.3, 5.99, 6.0, 100.0, 1e6])
    np.testing.assert_allclose(digamma(values), special.digamma(values), rtol=1e-11)


def test_no_pairs_and_empty_sentences_have_no_links():
    empty = Ragged.from_lists([])
    assert len(fit(empty, empty, iterations=2, **PLAIN).alignment) == 0
    sources, targets = ragged([([], [1, 2]), ([1], []), ([], [])])
    fitted = fit(sources, targets, iterations=2, **PLAIN)
    assert [row.tolist() for row in fitted.alignment] == [[-1, -1], [], []]
    assert fitted.perplexities == [1.0, 1.0]


def test_sides_of_different_length_are_refused():
    with pytest.raises(ValueError, match="2 source sentences but 1 target sentences"):
        list(blocks(Ragged.from_lists([[1], [2]]), Ragged.from_lists([[1]])))
