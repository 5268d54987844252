"""Corpora as numbers, counts, states, transitions and their smoothing, each against counting with dictionaries."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.counts import states as states_module
from seqtasks.hmm.counts.corpus import add_sentences, empty_corpus
from seqtasks.hmm.counts.interpolation import deleted_interpolation, interpolated, witten_bell
from seqtasks.hmm.counts.states import specialise, state_sequence, states_from
from seqtasks.hmm.counts.transitions import TransitionModel, count_trigrams, forbid
from seqtasks.hmm.counts.word_tags import count_cells, count_word_tags, merge_contexts, types_of
from seqtasks.hmm.decoders.trellis import runs
from tests.hmm.tagged import corpus
from tests.oracles.hmm_model import brants_weights, brants_weights_of_bigrams, log_likelihood_ratio

drawn = st.tuples(st.integers(0, 10**6), st.integers(1, 30))


def numbered(seed, size):
    sentences, tags = corpus(seed, size)
    sentences, tags = [["the", "Dog"], *sentences], [["DET", "NOUN"], *tags]
    return sentences, tags, add_sentences(empty_corpus(), sentences, tags).with_sorted_tags()


@given(drawn, st.integers(0, 30))
def test_sentences_added_later_are_numbered_as_if_all_came_at_once(draw, cut):
    sentences, tags = corpus(*draw)
    whole = add_sentences(empty_corpus(), sentences, tags)
    parts = add_sentences(add_sentences(empty_corpus(), sentences[:cut], tags[:cut]), sentences[cut:], tags[cut:])
    assert (parts.words, parts.tags) == (whole.words, whole.tags)
    for name in ("types_T", "tags_T", "lengths_B"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert whole.sentences() == sentences
    ordered = whole.with_sorted_tags(["ZZ"])
    assert ordered.tags == sorted({tag for row in tags for tag in row} | {"ZZ"})
    assert [ordered.tags[tag] for tag in ordered.tags_T] == [tag for row in tags for tag in row]


def test_held_out_sentences_are_runs_neighbours_and_the_asked_share():
    lone = add_sentences(empty_corpus(), [["a"]] * 5000, [["X"]] * 5000)
    held = lone.held_out(0.1)
    assert held.sum() == 500 and np.flatnonzero(np.diff(held.astype(int))).size == 2 * 5 - 1
    assert lone.held_out(0.0).sum() == 0 and lone.held_out(0.5).sum() == 2500
    assert add_sentences(empty_corpus(), [["a"]] * 3, [["X"]] * 3).held_out(0.1).sum() == 0
    assert lone.select(held).lengths_B.sum() == 500


@given(drawn)
def test_pairs_and_cells_count_what_occurred(draw):
    sentences, tags, numbers = numbered(*draw)
    states = states_from(len(numbers.tags), [("the", 0), ("that", 1)])
    pairs, cells = count_word_tags(numbers), count_cells(numbers, states)
    inner, initial, triples = Counter(), Counter(), Counter()
    for sentence, row in zip(sentences, tags, strict=True):
        before = states.count
        for place, (word, name) in enumerate(zip(sentence, row, strict=True)):
            tag = numbers.tags.index(name)
            (inner if place else initial)[word, tag] += 1
            triples[word, tag, before] += 1
            before = {("the", 0): states.tags, ("that", 1): states.tags + 1}.get((word.lower(), tag), tag)
    found = {
        (numbers.words[y], t): (a, b)
        for y, t, a, b in zip(types_of(pairs.first_Y1), pairs.tags_A, pairs.inner_A, pairs.initial_A, strict=True)
    }
    assert found == {key: (inner[key], initial[key]) for key in inner | initial}
    rows = zip(types_of(cells.first_Y1), cells.tags_K, cells.contexts_K, cells.counts_K, strict=True)
    assert {(numbers.words[y], t, p): count for y, t, p, count in rows} == dict(triples)
    merged, groups = merge_contexts(cells, states.parents(), states.tags + 1), states.parents()
    together = Counter()
    for (word, tag, before), count in triples.items():
        together[word, tag, groups[before]] += count
    rows = zip(types_of(merged.first_Y1), merged.tags_K, merged.contexts_K, merged.counts_K, strict=True)
    assert {(numbers.words[y], t, p): count for y, t, p, count in rows} == dict(together)
    totals, kinds = merged.context_sums()
    assert totals.sum() == len(numbers.types_T) and kinds.sum() == len(together)
    totals = Counter(word for row in sentences for word in row)
    assert pairs.totals().tolist() == [totals[word] for word in numbers.words]
    for word, best in zip(numbers.words, pairs.best_tags().tolist(), strict=True):
        options = {tag: inner[word, tag] + initial[word, tag] for tag in range(len(numbers.tags))}
        assert best == max(options, key=lambda tag: (options[tag], -tag))


def test_runs_are_laid_end_to_end():
    assert runs(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]


@given(drawn, st.integers(0, 8))
@settings(deadline=None)
def test_the_states_are_the_pairs_with_the_largest_likelihood_ratio(draw, most):
    sentences, tags, numbers = numbered(*draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states_module, "FEWEST", 2)
        states = specialise(numbers, most)
    times = Counter((word.lower(), tag) for row in zip(sentences, tags, strict=True) for word, tag in zip(*row, strict=True))
    ratios = {pair: log_likelihood_ratio(sentences, tags, *pair) for pair, count in times.items() if count >= 2}
    chosen = [(word, numbers.tags[states.tag_S[state]]) for word, row in zip(states.words, states.states_GN, strict=False) for state in row]
    chosen = [pair for pair, state in zip(chosen, states.states_GN[:-1].ravel(), strict=True) if state >= len(numbers.tags)]
    assert len(set(chosen)) == len(chosen) == min(most, len(ratios))
    np.testing.assert_allclose(sorted(ratios[pair] for pair in chosen), sorted(ratios.values())[len(ratios) - len(chosen) :], atol=1e-9)
    expected = [numbers.tags.index(tag) for row in tags for tag in row]
    assert states.tag_S[state_sequence(numbers, states)].tolist() == expected


@given(drawn, st.sampled_from([1, 2]), st.sampled_from(["witten_bell", "deleted"]), st.floats(0.1, 20), st.integers(0, 3))
@settings(deadline=None)
def test_transitions_sum_to_one_and_places_agree_with_the_table(draw, order, smoothing, strength, pairs):
    _, _, numbers = numbered(*draw)
    states = states_from(len(numbers.tags), [("the", 0), ("that", 1), ("dog", 1)][:pairs])
    model = TransitionModel(count_trigrams(numbers, states), states, order=order, smoothing=smoothing, strength=strength)
    table = model.log_table()
    assert table.shape == (1 if order == 1 else states.count + 1, states.count + 1, states.tags + 1)
    np.testing.assert_allclose(np.exp(table).sum(axis=-1), 1.0)
    assert np.isfinite(table).all()
    places = np.arange((states.count + 1) ** 2 * (states.tags + 1))
    full = np.broadcast_to(table, (states.count + 1, *table.shape[1:]))
    np.testing.assert_allclose(np.log(model.probabilities(places)), full.ravel())


def test_deleted_interpolation_gives_the_weights_of_figure_1():
    generator = np.random.default_rng(0)
    for _ in range(30):
        counts = generator.poisson(0.7, size=(4, 4, 4)).astype(float)
        trigrams = {key: count for key, count in np.ndenumerate(counts) if count}
        np.testing.assert_allclose(deleted_interpolation(counts), brants_weights(trigrams))
        bigrams = {key: count for key, count in np.ndenumerate(counts[0]) if count}
        np.testing.assert_allclose(deleted_interpolation(counts[0]), brants_weights_of_bigrams(bigrams))
    assert deleted_interpolation(np.zeros((2, 2, 2))) == (1.0, 0.0, 0.0)


def test_witten_bell_gives_new_outcomes_to_contexts_with_many_kinds():
    counts = np.array([[3.0, 1.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    shorter = np.array([0.5, 0.25, 0.25])
    expected = [[(3 + 2 * 0.5) / 6, (1 + 2 * 0.25) / 6, 2 * 0.25 / 6], [(4 + 0.5) / 5, 0.25 / 5, 0.25 / 5], shorter]
    np.testing.assert_allclose(witten_bell(counts, shorter, 1.0), expected)


def test_unseen_contexts_take_the_shorter_one():
    counts = np.zeros((2, 2, 2))
    counts[0, 0] = [3, 1]
    found = interpolated(counts, (0.1, 0.2, 0.7))
    one = np.array([3.5, 1.5]) / 5
    np.testing.assert_allclose(found[1, 1], one)
    np.testing.assert_allclose(found[0, 0], 0.1 * one + 0.9 * np.array([0.75, 0.25]))


def test_no_outcome_is_impossible_where_unigrams_get_no_weight():
    found = interpolated(np.eye(3), (0.0, 1.0))
    np.testing.assert_allclose(found.sum(axis=-1), 1.0)
    assert (found > 0).all() and found[0, 0] > 0.999


def test_a_scheme_forbids_and_the_rest_is_scaled_up():
    tags = ["B-X", "I-X", "O"]
    states = states_from(3, [("in", 2)])
    scores = np.log(np.full((5, 5, 4), 0.25))
    found = np.exp(forbid(scores, states, tags, "BIO"))
    np.testing.assert_allclose(found.sum(axis=-1), 1.0)
    np.testing.assert_allclose(found[0, 2], [1 / 3, 0, 1 / 3, 1 / 3])  # after O
    np.testing.assert_allclose(found[0, 3], found[0, 2])  # after "in" as O
    np.testing.assert_allclose(found[0, 4], found[0, 2])  # at the start
    np.testing.assert_allclose(found[0, 0], 0.25)
