"""One step of EM against enumeration of all taggings, its laws, and the estimator around it."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from seqtasks.errors import DataError, UsageError
from seqtasks.hmm import baum_welch
from seqtasks.hmm.baum_welch import Tables, expected_counts, random_tables, reestimated, supervised_tables
from seqtasks.hmm.decoders.dense import dense_counts
from seqtasks.hmm.em import EMTagger, many_to_one
from seqtasks.hmm.tagger import HMMTagger
from tests.oracles import hmm_decoding as oracle

sizes = st.tuples(st.integers(0, 10**6), st.sampled_from([1, 2]), st.integers(1, 3), st.integers(1, 5), st.integers(0, 4))


def drawn_tables(seed, order, tags, kinds):
    emissions, transitions_PPC = oracle.drawn_model(seed, tags=tags, kinds=kinds, order=order, contextual=False)
    weights_PPC, weights_C = np.exp(transitions_PPC), np.exp(emissions.scores_PC[0])
    return Tables(
        baum_welch.normalised_transitions(weights_PPC, weights_PPC),
        emissions.first_Y1,
        emissions.tags_C,
        baum_welch.normalised_emissions(weights_C, emissions.tags_C, weights_C),
    )


@given(sizes, st.sampled_from([1, 5, 2**17]))
@settings(max_examples=80, deadline=None)
def test_a_step_of_em_counts_every_tagging_by_its_probability(drawn, limit):
    seed, order, tags, kinds, sentences = drawn
    tables = drawn_tables(seed, order, tags, kinds)
    types_T, lengths_B = oracle.drawn_words(seed, kinds=kinds, sentences=sentences, longest=4)
    model = tables.logarithms()
    transitions_PPC, emissions_C, totals = oracle.expected_counts(*model, oracle.sentence_types(types_T, lengths_B))
    expected = expected_counts(tables, types_T, lengths_B, limit=limit)
    np.testing.assert_allclose(expected.transitions_PPC, transitions_PPC, atol=1e-12)
    np.testing.assert_allclose(expected.emissions_C, emissions_C, atol=1e-12)
    np.testing.assert_allclose(expected.log_likelihoods_B, totals, atol=1e-12)
    updated = reestimated(tables, expected)
    for context in np.argwhere(transitions_PPC.sum(axis=2) > 0):
        row = transitions_PPC[tuple(context)]
        np.testing.assert_allclose(updated.transitions_PPC[tuple(context)], row / row.sum(), atol=1e-12)
    for tag in range(tags):
        of_tag = tables.tags_C == tag
        if emissions_C[of_tag].sum() > 0:
            np.testing.assert_allclose(updated.emissions_C[of_tag], emissions_C[of_tag] / emissions_C[of_tag].sum(), atol=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 8), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_matrix_products_count_like_the_trellis(seed, tags, kinds, sentences):
    types_T, lengths_B = oracle.drawn_words(seed, kinds=kinds, sentences=sentences, longest=9)
    tables = random_tables(np.bincount(types_T, minlength=kinds), tags, 1, seed)
    assert tables.is_dense
    counts_PC, counts_YN, log_likelihoods_B = dense_counts(
        tables.transitions_PPC[0], tables.emissions_C.reshape(kinds, tags), types_T, lengths_B
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baum_welch, "dense_counts", lambda *arguments: None)
        expected = expected_counts(tables, types_T, lengths_B)
    np.testing.assert_allclose(counts_PC, expected.transitions_PPC[0], atol=1e-9)
    np.testing.assert_allclose(counts_YN.ravel(), expected.emissions_C, atol=1e-9)
    np.testing.assert_allclose(log_likelihoods_B, expected.log_likelihoods_B, atol=1e-9)


def test_probabilities_too_small_for_matrix_products_go_to_the_trellis():
    tables = random_tables(np.array([4, 4]), 2, 1, 1)
    tiny = Tables(tables.transitions_PPC, tables.first_Y1, tables.tags_C, tables.emissions_C * 1e-320)
    assert dense_counts(tiny.transitions_PPC[0], np.zeros((2, 2)), np.array([0, 1]), np.array([2])) is None
    assert np.isfinite(expected_counts(tiny, np.array([0, 1]), np.array([2])).log_likelihoods_B).all()


@given(st.integers(0, 10**6), st.sampled_from([1, 2]), st.integers(1, 4), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_log_likelihood_never_falls(seed, order, tags, supervised):
    types_T, lengths_B = oracle.drawn_words(seed, kinds=6, sentences=8, longest=7)
    tags_T = np.random.default_rng(seed).integers(0, tags, len(types_T))
    if supervised:
        tables = supervised_tables(types_T, tags_T, lengths_B, (6, tags), order, 0.1)
    else:
        tables = random_tables(np.bincount(types_T, minlength=6), tags, order, seed)
    totals = []
    for _ in range(12):
        expected = expected_counts(tables, types_T, lengths_B)
        totals.append(expected.log_likelihoods_B.sum())
        tables = reestimated(tables, expected)
    assert all(after >= before - 1e-9 * (1 + abs(before)) for before, after in itertools.pairwise(totals))


@pytest.mark.parametrize("order", [1, 2])
def test_the_supervised_start_is_relative_frequencies(order):
    types_T, tags_T, lengths_B = np.array([0, 1, 0, 0]), np.array([0, 1, 0, 1]), np.array([3, 0, 1])
    tables = supervised_tables(types_T, tags_T, lengths_B, (3, 2), order, 1e-9)
    after_start = tables.transitions_PPC[2 if order == 2 else 0, 2]
    np.testing.assert_allclose(after_start, [0.5, 0.5, 0.0], atol=1e-8)
    after_0 = tables.transitions_PPC[:, 0]
    np.testing.assert_allclose(after_0, {1: [[0, 0.5, 0.5]], 2: [[1 / 3] * 3, [0, 0, 1], [0, 1, 0]]}[order], atol=1e-8)
    np.testing.assert_allclose(after_0.sum(axis=1), 1.0)
    first, last = tables.first_Y1[[0, -2]]
    np.testing.assert_allclose(tables.emissions_C[first : first + 2], [1.0, 0.5], atol=1e-8)
    assert tables.tags_C[last:].tolist() == [0, 1]
    np.testing.assert_allclose(tables.emissions_C[last:], 0.0, atol=1e-8)


SENTENCES = [["the", "dog", "barks"], ["a", "dog", "runs"], ["the", "cat", "runs"], ["the", "dog"], []] * 4
TAGS = [["D", "N", "V"], ["D", "N", "V"], ["D", "N", "V"], ["D", "N"], []] * 4


@pytest.mark.parametrize("order", [1, 2])
def test_a_supervised_start_tags_what_it_saw_and_words_it_never_saw(order):
    tagger = EMTagger(order=order, iterations=2).fit(SENTENCES, TAGS)
    assert tagger.classes_.tolist() == ["D", "N", "V"]
    assert tagger.predict(SENTENCES) == TAGS
    assert tagger.predict([["the", "wug", "runs"], []]) == [["D", "N", "V"], []]
    assert tagger.score(SENTENCES, TAGS) == 1.0


@pytest.mark.parametrize("order", [1, 2])
def test_without_tags_the_states_are_clusters_scored_many_to_one(order):
    tagger = EMTagger(3, order=order, iterations=60, seed=2).fit(SENTENCES)
    found = tagger.predict(SENTENCES)
    assert {state for row in found for state in row} <= {0, 1, 2}
    flat, gold = sum(found, []), sum(TAGS, [])
    assert tagger.score(SENTENCES, TAGS) == many_to_one(gold, flat) > 0.8
    assert 0.5 < tagger.v_measure(SENTENCES, TAGS) <= 1.0
    likelihoods = [step.log_likelihood for step in tagger.history_]
    assert likelihoods == sorted(likelihoods)
    assert [step.accuracy for step in tagger.history_] == [None] * len(likelihoods)
    again = clone(tagger).fit(SENTENCES)
    assert again.predict(SENTENCES) == found
    assert again.history_ == tagger.history_


def test_a_fitted_hmm_tagger_starts_it_by_its_predictions():
    first = HMMTagger().fit(SENTENCES, TAGS)
    more = [["a", "cat", "barks"], ["the", "dog", "runs"]] * 3
    tagger = EMTagger(iterations=1).fit(more, first.predict(more))
    assert tagger.predict(more) == first.predict(more) == [["D", "N", "V"]] * 6


def test_many_to_one_gives_each_cluster_its_most_frequent_tag():
    assert many_to_one(["A", "A", "B", "B", "B"], [0, 0, 0, 1, 1]) == 0.8
    assert many_to_one([], []) == 0.0


def test_unlabelled_words_are_learned_from_and_counted_in_the_likelihood():
    tagger = EMTagger(iterations=5, rare_count=0).fit(SENTENCES, TAGS, unlabelled=[["the", "wug", "runs"]] * 5)
    assert "wug" in tagger.vocabulary_
    assert tagger.predict([["a", "wug", "barks"]]) == [["D", "N", "V"]]
    last = tagger.history_[tagger.best_iteration_]
    np.testing.assert_allclose(last.log_likelihood, tagger.log_likelihood([["the", "wug", "runs"]] * 5).sum())


def test_dev_keeps_the_best_step_and_stops_when_patience_is_out():
    words, tags = [["a", "b"], ["b", "a"]] * 5, [["X", "Y"], ["Y", "Y"]] * 5
    tagger = EMTagger(iterations=30, patience=3, tolerance=0.0).fit(words, tags, unlabelled=[["a", "a", "b"]] * 30, dev=(words, tags))
    accuracies = [step.accuracy for step in tagger.history_]
    assert tagger.best_iteration_ == accuracies.index(max(accuracies))
    assert len(accuracies) == min(31, tagger.best_iteration_ + 4)
    assert tagger.score(words, tags) == max(accuracies)


def test_dev_without_tags_to_learn_from_is_scored_many_to_one():
    tagger = EMTagger(3, iterations=10).fit(SENTENCES, dev=(SENTENCES, TAGS))
    assert tagger.score(SENTENCES, TAGS) == max(step.accuracy for step in tagger.history_)


def test_probabilities_are_of_the_classes_in_their_order():
    tagger = EMTagger(order=2, iterations=1).fit(SENTENCES, TAGS)
    rows = tagger.predict_proba([["the", "dog"], [], ["wug"]])
    assert [row.shape for row in rows] == [(2, 3), (0, 3), (1, 3)]
    np.testing.assert_allclose(np.concatenate(rows).sum(axis=1), 1.0)
    assert rows[0].argmax(axis=1).tolist() == [0, 1]
    assert tagger.predict_proba([]) == []


@pytest.mark.parametrize(
    ("parameters", "tags", "message"),
    [
        ({}, None, "n_tags=None: must be a whole number, at least 1, where no tags are given."),
        ({"n_tags": 0}, None, "n_tags=0: must be a whole number, at least 1"),
        ({"n_tags": 3}, TAGS, "n_tags=3: leave it out, the tags are given."),
        ({"order": 3}, TAGS, "order=3: must be 1 or 2."),
        ({"iterations": -1}, TAGS, "iterations=-1: must be at least 0."),
        ({"patience": 0}, TAGS, "patience=0: must be at least 1."),
        ({"rare_count": -1}, TAGS, "rare_count=-1: must be at least 0."),
        ({"tolerance": -1.0}, TAGS, "tolerance=-1.0: must be at least 0."),
        ({"smoothing": 0.0}, TAGS, "smoothing=0.0: must be at least 1e-09."),
    ],
)
def test_parameters_that_cannot_be_are_refused(parameters, tags, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        EMTagger(**parameters).fit(SENTENCES, tags)


@pytest.mark.parametrize(
    ("sentences", "tags", "message"),
    [
        (["the dog"], [["D", "N"]], "sentence 1: got the text 'the dog'. Give a sentence as a list of str, such as"),
        ([["a"], ["b"]], [["D"]], "sentences, tags: 2 sentences, but tags of 1. Give the tags of each sentence."),
        ([["a"], ["b", "c"]], [["D"], ["D"]], "sentence 2: 2 words, but 1 tags. Give one tag for each word."),
        ([[]], [[]], "sentences: no sentence has a word. Give at least one sentence with its tags."),
    ],
)
def test_data_that_does_not_fit_is_refused(sentences, tags, message):
    with pytest.raises(DataError, match=re.escape(message)):
        EMTagger().fit(sentences, tags)


def test_no_word_without_tags_and_no_fit_are_refused_too():
    with pytest.raises(DataError, match="no sentence has a word"):
        EMTagger(2).fit([[]])
    with pytest.raises(NotFittedError):
        EMTagger(2).predict([["a"]])
