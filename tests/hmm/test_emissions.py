"""Emissions computed by hand, and the tables for the decoders against the formulas of the docstring, cell by cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.counts.corpus import add_sentences, empty_corpus
from seqtasks.hmm.counts.states import states_from
from seqtasks.hmm.counts.word_tags import Cells, WordTags, count_cells, count_word_tags, merge_contexts
from seqtasks.hmm.emissions import WordEmissions, deleted_weight, discounted_level, emissions_of, interpolated_level, leave_shares
from seqtasks.hmm.unknown.guesser import Guesser
from tests.hmm.tagged import corpus as drawn_corpus

THE, DOG, WALKS = range(3)
DET, NOUN = range(2)
START = 2  # the boundary, as a context


def hand_made():
    """Three words, two tags, contexts DET, NOUN and the start: (word, tag, context) -> count, sorted."""
    counts = {
        (THE, DET, NOUN): 1,
        (THE, DET, START): 3,
        (DOG, DET, START): 1,
        (DOG, NOUN, DET): 2,
        (DOG, NOUN, START): 1,
        (WALKS, NOUN, DET): 2,
    }
    words, tags, contexts = zip(*counts, strict=True)
    first = np.searchsorted(words, range(4))
    return Cells(first, np.array(tags), np.array(contexts), np.array(list(counts.values())), contexts=3, tags=2)


PAIRS = WordTags(np.array([0, 1, 3, 4]), np.array([DET, DET, NOUN, NOUN]), np.array([1, 0, 2, 2]), np.array([3, 1, 1, 0]))


def test_an_interpolated_context_keeps_its_frequencies_but_for_the_weight_of_the_shorter_one():
    level = interpolated_level(hand_made(), 0.25)
    assert level.values_K.tolist() == [0.75, 0.75 * 3 / 4, 0.75 * 1 / 4, 0.75 * 2 / 4, 0.75, 0.75 * 2 / 4]
    assert level.share_PN.tolist() == [[1.0, 0.25], [0.25, 1.0], [0.25, 0.25]]  # 1 where a tag never followed the context


def test_a_discounted_context_takes_the_discount_of_each_cell_and_drops_those_seen_once():
    level = discounted_level(hand_made())
    discount = 3 / (3 + 2 * 2)  # three cells have count 1, two have count 2
    assert level.first_Y1.tolist() == [0, 1, 2, 3]
    assert list(zip(level.tags_K.tolist(), level.contexts_K.tolist(), strict=True)) == [(DET, START), (NOUN, DET), (NOUN, DET)]
    assert level.values_K == pytest.approx([(3 - discount) / 4, (2 - discount) / 4, (2 - discount) / 4])
    assert level.share_PN == pytest.approx(np.array([[1.0, discount * 2 / 4], [discount, 1.0], [discount * 2 / 4, discount]]))


def test_without_a_cell_seen_once_the_discount_is_a_half():
    cells = hand_made()
    doubled = Cells(cells.first_Y1, cells.tags_K, cells.contexts_K, 2 * cells.counts_K, 3, 2)
    assert discounted_level(doubled).values_K == pytest.approx([1.5 / 2, 5.5 / 8, 1.5 / 8, 3.5 / 8, 1.5 / 2, 3.5 / 8])


def test_the_weight_is_the_share_of_occurrences_whose_tag_alone_foretells_them_as_well_as_its_context():
    # without itself: the|DET 3/4 against 0/1 after NOUN (1) and 2/3 at the start (3); dog|DET 0/4 and 0/3 (1); dog|NOUN 2/4 against 1/3 (2)
    # after DET and 0/1 at the start (1); walks|NOUN 1/4 against 1/3 (2), the only ones that the context foretells better
    assert deleted_weight(hand_made(), PAIRS, np.array([5.0, 5.0])) == pytest.approx(8 / 10)


def lexicon(**changes: object):
    options = {
        "index": {"the": THE, "dog": DOG, "walks": WALKS},
        "pairs": PAIRS,
        "prior_N": np.array([0.5, 0.5]),
        "tokens": 10,
        "guesser": Guesser(np.array([0.2, 0.8]), None),
        "guess_weight": 0.0,
        "guess_power": 1.0,
        "small_letters": 0.0,
        "rare": 3,
        "guesses": 2,
        "states": states_from(2, []),
        "everywhere": -1,
    }
    return WordEmissions(**{**options, **changes})


def candidates(word, initial=False, **changes: object):
    """{tag: P(word | tag)}."""
    found = lexicon(**changes).candidates([word], np.array([initial]))
    assert found.first_U1.tolist() == [0, len(found.tags_C)]
    return dict(zip(found.tags_C.tolist(), found.probabilities_C.tolist(), strict=True))


def test_a_known_word_has_the_probabilities_of_bayes():
    assert candidates("the") == pytest.approx({DET: 4 / 10 / 0.5})
    assert candidates("dog") == pytest.approx({DET: 1 / 4 * 4 / 10 / 0.5, NOUN: 3 / 4 * 4 / 10 / 0.5})


def test_an_unknown_word_has_its_guess_and_counts_as_one_occurrence():
    assert candidates("cat") == pytest.approx({DET: 0.2 / 10 / 0.5, NOUN: 0.8 / 10 / 0.5})
    assert candidates("cat", guess_power=2.0) == pytest.approx({DET: 0.04 / 0.68 / 10 / 0.5, NOUN: 0.64 / 0.68 / 10 / 0.5})
    assert candidates("cat", guesses=1) == pytest.approx({NOUN: 1 / 10 / 0.5})
    assert candidates("cat", guess_power=3.0) == pytest.approx({NOUN: 1 / 10 / 0.5})  # 0.008 is less than 2 % of 0.512


def test_a_rare_word_is_backed_by_the_guess_and_a_frequent_one_is_not():
    backed = candidates("walks", guess_weight=0.5)
    assert backed == pytest.approx({DET: 0.1 / 2.5 * 2 / 10 / 0.5, NOUN: 2.4 / 2.5 * 2 / 10 / 0.5})
    assert candidates("walks", guess_weight=0.5, rare=1) == candidates("walks") == pytest.approx({NOUN: 2 / 10 / 0.5})


def test_a_capitalised_first_word_counts_in_part_as_the_word_in_small_letters_inside_a_sentence():
    # "dog" stood twice inside a sentence, as NOUN; half of that counts
    assert candidates("Dog", initial=True, small_letters=0.5) == pytest.approx({NOUN: 1 / 10 / 0.5})
    assert candidates("Dog", initial=False, small_letters=0.5) == candidates("Dog") == candidates("cat")
    assert candidates("dog", initial=True, small_letters=0.5) == candidates("dog")


def test_a_tag_that_every_word_may_have_is_always_a_candidate():
    found = candidates("the", everywhere=NOUN)
    assert found == pytest.approx({DET: 4 / 4.0001 * 4 / 10 / 0.5, NOUN: 1e-4 / 4.0001 * 4 / 10 / 0.5})


def value_of(level, word, tag, context):
    """What the level adds for a word of training; 0 where the table has no such cell."""
    cells = range(level.first_Y1[word], level.first_Y1[word + 1]) if word >= 0 else ()
    return sum(level.values_K[cell] for cell in cells if (level.tags_K[cell], level.contexts_K[cell]) == (tag, context))


@given(st.integers(0, 10**6), st.integers(0, 12), st.sampled_from([0, 1, 2]))
@settings(max_examples=25, deadline=None)
def test_the_tables_of_the_decoders_hold_the_interpolated_probabilities(seed, sentences, contexts):
    corpus = add_sentences(empty_corpus(), *drawn_corpus(seed, sentences + 1))
    corpus = add_sentences(corpus, [["that", "walk"]], [["DET", "NOUN"]])
    tags = len(corpus.tags)
    states = states_from(tags, [("that", corpus.tags.index("DET")), ("walk", corpus.tags.index("NOUN"))] if contexts == 2 else [])
    cells, pairs = count_cells(corpus, states), count_word_tags(corpus)
    levels = [interpolated_level(merge_contexts(cells, states.parents(), tags + 1), 0.3), discounted_level(cells)][:contexts]
    index = {word: number for number, word in enumerate(corpus.words)}
    guesser = Guesser(np.full(tags, 1 / tags), None)
    prior_N = np.full(tags, 1 / tags)
    made = lexicon(index=index, pairs=pairs, prior_N=prior_N, tokens=len(corpus.types_T), guesser=guesser, guesses=tags, states=states)
    words = [*dict.fromkeys(["that", "walk", "unheard", *corpus.words])]
    found = made.candidates(words, np.zeros(len(words), dtype=bool))
    emissions = emissions_of(found, levels, states)
    shares_PP = leave_shares(np.zeros((1, states.count + 1, tags + 1)), levels)[0]
    assert not shares_PP[:, -1].any()  # the end of a sentence is no word
    for number, word in enumerate(words):
        for place in range(found.first_U1[number], found.first_U1[number + 1]):
            tag = found.tags_C[place]
            assert states.tag_S[emissions.tags_C[place]] == tag
            for before in range(states.count + 1):
                expected = found.probabilities_C[place]
                for level, context in zip(levels, (states.parents()[before], before), strict=False):
                    expected = value_of(level, index.get(word, -1), tag, context) + level.share_PN[context, tag] * expected
                score = emissions.scores(np.array([before]), np.array([place]))[0] + shares_PP[before, tag]
                assert np.exp(score) == pytest.approx(expected, rel=1e-9)
