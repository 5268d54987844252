"""What is chosen on held-out sentences: weights and the temperature; and that the limits of memory change no answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.hmm.choosing import EPOCHS, GUESS_WEIGHTS, POWERS, STRENGTHS, THETAS, better, choose_weights, train_guesser
from seqtasks.hmm.counts.corpus import add_sentences, empty_corpus
from seqtasks.hmm.counts.transitions import TransitionModel, count_trigrams
from seqtasks.hmm.decoding import HMMDecoder, Marginals
from seqtasks.hmm.model import Options, TunedWeights, assemble, count
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.hmm.temperature import LEAST, TEMPERATURES, choose_temperature, tempered
from seqtasks.hmm.word_types import WordTypes
from tests.hmm.tagged import corpus


def numbered(seed, size):
    return add_sentences(empty_corpus(), *corpus(seed, size)).with_sorted_tags()


def marginals(seed, words):
    """Random marginals of `words` words with one to four of five tags."""
    generator = np.random.default_rng(seed)
    counts = generator.integers(1, 5, words)
    first = np.concatenate([[0], np.cumsum(counts)])
    tags = np.concatenate([np.sort(generator.permutation(5)[:number]) for number in counts] or [np.zeros(0, dtype=int)])
    values = generator.random(first[-1]) + 0.01
    values /= np.repeat(np.add.reduceat(values, first[:-1]), counts) if words else 1.0
    return Marginals(first, tags, values, np.array([words]))


@given(st.integers(0, 10**6), st.integers(1, 30), st.sampled_from(TEMPERATURES))
def test_tempered_probabilities_are_powers_that_sum_to_one(seed, words, temperature):
    part = marginals(seed, words)
    found = tempered(part.first_T1, part.probabilities_Z, temperature)
    for first, end in zip(part.first_T1[:-1], part.first_T1[1:], strict=True):
        raised = part.probabilities_Z[first:end] ** (1 / temperature)
        np.testing.assert_allclose(found[first:end], raised / raised.sum())


@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(0, 20))
def test_the_temperature_is_the_one_under_which_gold_is_likeliest(seed, words, more):
    parts = [marginals(seed, words), marginals(seed + 1, more)]
    gold = np.random.default_rng(seed).integers(0, 5, words + more)

    def loss(temperature):
        total, number = 0.0, 0
        for part in parts:
            values = tempered(part.first_T1, part.probabilities_Z, temperature)
            for first, end in zip(part.first_T1[:-1], part.first_T1[1:], strict=True):
                right = values[first:end][part.tags_Z[first:end] == gold[number]]
                total -= np.log(max(LEAST, right[0]) if len(right) else LEAST)
                number += 1
        return total

    assert loss(choose_temperature(parts, gold)) == pytest.approx(min(map(loss, TEMPERATURES)))


def test_without_words_the_temperature_is_one():
    assert choose_temperature([], np.zeros(0, dtype=int)) == 1.0
    assert tempered(np.zeros(1, dtype=int), np.zeros(0), 2.0).tolist() == []


def test_a_default_stays_unless_another_value_is_better_by_more_than_chance():
    gold = np.zeros(100, dtype=int)
    default, slightly, clearly = gold.copy(), gold.copy(), gold.copy()
    default[:30], slightly[:28], clearly[:10] = 1, 1, 1
    slightly[50:60] = 0
    assert better(0.3, default, {0.1: slightly}, gold)[0] == 0.1  # two of two words that differ
    slightly[30:45], slightly[:17] = 1, 0
    assert better(0.3, default, {0.1: slightly}, gold)[0] == 0.3  # two of 32 words
    value, tags = better(0.3, default, {0.1: slightly, 1.0: clearly}, gold)
    assert value == 1.0 and tags is clearly


@pytest.mark.parametrize("options", [Options(), Options(unknown="suffix", smoothing="deleted"), Options(unknown="prior", order=1)])
def test_weights_come_from_their_grids(options):
    found = choose_weights(numbered(1, 60), replace_words(numbered(2, 30)), options)
    assert found.strength in (STRENGTHS if options.smoothing == "witten_bell" else (TunedWeights().strength,))
    assert found.guess_weight in GUESS_WEIGHTS and found.guess_power in POWERS and found.temperature in TEMPERATURES
    assert found.theta in (THETAS if options.unknown == "suffix" else (TunedWeights().theta,))
    assert 1 <= found.epochs <= EPOCHS
    assert found == choose_weights(numbered(1, 60), replace_words(numbered(2, 30)), options)
    assert choose_weights(numbered(1, 60), replace_words(numbered(2, 30)), replace(options, calibrate=False)).temperature == 1.0


def replace_words(held):
    """The held-out corpus with the numbers of words and tags that the kept one has."""
    kept = numbered(1, 60)
    whole = add_sentences(add_sentences(empty_corpus(), *corpus(1, 60)), *corpus(2, 30)).with_sorted_tags()
    assert kept.tags == held.tags == whole.tags and whole.words == kept.words
    return whole.select(np.arange(90) >= 60)


def test_the_strength_is_the_one_under_which_held_out_tags_are_likeliest():
    kept, held = numbered(1, 60), replace_words(numbered(2, 30))
    chosen = choose_weights(kept, held, Options()).strength
    statistics = count(kept, Options())
    wanted = count_trigrams(held, statistics.states)

    def likelihood(strength):
        table = TransitionModel(statistics.trigrams, statistics.states, order=2, smoothing="witten_bell", strength=strength).log_table()
        return (wanted.counts_K * table.ravel()[wanted.places_K]).sum()

    assert chosen == max(STRENGTHS, key=likelihood)


def test_defaults_are_taken_where_nothing_is_held_out():
    assert choose_weights(numbered(1, 60), numbered(1, 60).select(np.zeros(60, dtype=bool)), Options()) == TunedWeights()
    assert HMMTagger(held_out=0.0).fit(*corpus(1, 30)).weights_ == TunedWeights()
    assert HMMTagger().fit([["a"]], [["X"]]).weights_ == TunedWeights()


def test_memory_limits_change_no_answer():
    kept, new = numbered(1, 60), [*corpus(2, 25)[0], [], ["Unheard", "of"], []]
    statistics = count(kept, Options())
    model = assemble(statistics, train_guesser(kept, statistics.pairs, Options(), TunedWeights()), Options(), TunedWeights())
    large = HMMDecoder(model, WordTypes(model.lexicon, kept.words, most=1000))
    for most, chunk in ((0, 7), (3, 1), (1000, 30)):
        small = HMMDecoder(model, WordTypes(model.lexicon, kept.words[:4], most=most), chunk=chunk)
        for _ in range(2):
            assert small.tags(new).tolist() == large.tags(new).tolist()
            assert small.likeliest_tags(new, None).tolist() == large.likeliest_tags(new, None).tolist()
            np.testing.assert_allclose(small.log_likelihoods(new), large.log_likelihoods(new))
    types = WordTypes(model.lexicon, [], most=2)
    for number in range(20):
        HMMDecoder(model, types).tags([[f"w{number}", f"v{number}"]])
    assert len(types.candidates.words_U) <= 6
