"""The best path against enumeration of every path, and against the plain sentence-by-sentence recursion on larger draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.decoders.lattice import Emissions
from seqtasks.hmm.decoders.viterbi import viterbi
from tests.oracles import hmm_decoding as oracle

limits = st.sampled_from([1, 3, 40, 2**17])
small = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "tags": st.integers(1, 4),
        "kinds": st.integers(1, 5),
        "order": st.sampled_from([1, 2]),
        "contextual": st.booleans(),
        "forbidden": st.sampled_from([0.0, 0.1, 0.4]),
    }
)


def first_impossible(found):
    return next((number for number, paths in enumerate(found, start=1) if not paths), None)


@given(small, st.integers(0, 5), limits)
@settings(max_examples=150, deadline=None)
def test_the_best_path_is_the_first_of_all_ranked_paths(options, sentences, limit):
    model = oracle.drawn_model(**options)
    types_T, lengths_B = oracle.drawn_words(options["seed"], kinds=options["kinds"], sentences=sentences, longest=5)
    kinds = oracle.sentence_types(types_T, lengths_B)
    ranked = [oracle.ranked_paths(*model, sentence) for sentence in kinds]
    if number := first_impossible(ranked):
        with pytest.raises(ValueError, match=f"sentence {number} has no sequence of tags with a finite score"):
            viterbi(*model, types_T, lengths_B, limit=limit)
        return
    tags_T, scores_B = viterbi(*model, types_T, lengths_B, limit=limit)
    expected = [tag for sentence, paths in zip(kinds, ranked, strict=True) for tag in oracle.tags_of(model[0], sentence, paths[0][0])]
    assert tags_T.tolist() == expected
    assert scores_B.tolist() == [paths[0][1] for paths in ranked]


@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 2]),
    st.booleans(),
    st.integers(1, 9),
    st.sampled_from([0.0, 0.02]),
    st.sampled_from([300, 2**17]),
)
@settings(max_examples=25, deadline=None)
def test_many_sentences_together_equal_each_alone(seed, order, contextual, most, forbidden, limit):
    model = oracle.drawn_model(seed, tags=9, kinds=40, order=order, contextual=contextual, forbidden=forbidden, most=most)
    types_T, lengths_B = oracle.drawn_words(seed, kinds=40, sentences=12, longest=25)
    kinds = oracle.sentence_types(types_T, lengths_B)
    plain = [oracle.lists(*model, sentence, k=1) for sentence in kinds]
    if first_impossible(plain):
        return
    tags_T, scores_B = viterbi(*model, types_T, lengths_B, limit=limit)
    expected = [tag for sentence, paths in zip(kinds, plain, strict=True) for tag in oracle.tags_of(model[0], sentence, paths[0][0])]
    assert tags_T.tolist() == expected
    assert scores_B.tolist() == [paths[0][1] for paths in plain]


@pytest.mark.parametrize("order", [1, 2])
def test_of_equal_paths_the_lowest_candidates_win_from_the_right(order):
    emissions = Emissions(np.array([0, 2, 4]), np.array([1, 0, 0, 1], dtype=np.int32), np.zeros((1, 4)))
    transitions_PPC = np.zeros((3 if order == 2 else 1, 3, 3))
    tags_T, _ = viterbi(emissions, transitions_PPC, np.array([0, 1, 0]), np.array([3]))
    assert tags_T.tolist() == [1, 0, 1]
    transitions_PPC[:, 0, 1] = -np.inf  # now the last word's first candidate, 1, needs a 1 before it
    assert viterbi(emissions, transitions_PPC, np.array([0, 1, 0]), np.array([3]))[0].tolist() == [1, 1, 1]


def test_a_first_order_table_is_a_second_order_one_with_equal_rows():
    emissions, transitions_1PC = oracle.drawn_model(3, tags=5, kinds=9, order=1, contextual=True)
    words = oracle.drawn_words(3, kinds=9, sentences=20, longest=9)
    tags_T, scores_B = viterbi(emissions, transitions_1PC, *words)
    same_T, same_B = viterbi(emissions, np.repeat(transitions_1PC, 6, axis=0), *words)
    assert tags_T.tolist() == same_T.tolist()
    assert scores_B.tolist() == same_B.tolist()


@pytest.mark.parametrize("order", [1, 2])
def test_tags_with_one_outcome_share_a_column_of_transitions(order):
    emissions, transitions_PPC = oracle.drawn_model(4, tags=6, kinds=9, order=order, contextual=True)
    words = oracle.drawn_words(4, kinds=9, sentences=30, longest=9)
    outcomes_P = np.array([0, 1, 0, 2, 2, 1, 3])
    shared = Emissions(emissions.first_Y1, emissions.tags_C, emissions.scores_PC, outcomes_P)
    tags_T, scores_B = viterbi(shared, transitions_PPC[:, :, :4], *words)
    same_T, same_B = viterbi(emissions, transitions_PPC[:, :, outcomes_P], *words)
    assert tags_T.tolist() == same_T.tolist()
    assert scores_B.tolist() == same_B.tolist()


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("rows_P", [None, np.array([0, 1, 0, 2, 2, 1, 3])])
@pytest.mark.parametrize("few", [False, True])
def test_emission_scores_may_share_rows_and_have_changes(order, rows_P, few):
    emissions, transitions_PPC = oracle.drawn_model(6, tags=6, kinds=9, order=order, contextual=True)
    words = oracle.drawn_words(6, kinds=9, sentences=30, longest=9)
    scores_PC = emissions.scores_PC if rows_P is None else emissions.scores_PC[:4]
    changes_PD = -np.random.default_rng(6).integers(0, 12, (7, 5 if few else len(emissions.tags_C))) / 8
    changed_C = np.arange(len(emissions.tags_C)) % 5 if few else None
    changes_PC = changes_PD if changed_C is None else changes_PD[:, changed_C]
    for one_row in (False, True):
        kept = scores_PC[:1] if one_row else scores_PC
        split = Emissions(emissions.first_Y1, emissions.tags_C, kept, None, rows_P, changes_PD, changed_C)
        together = (kept if one_row or rows_P is None else kept[rows_P]) + changes_PC
        whole = Emissions(emissions.first_Y1, emissions.tags_C, together)
        tags_T, scores_B = viterbi(split, transitions_PPC, *words)
        same_T, same_B = viterbi(whole, transitions_PPC, *words)
        assert tags_T.tolist() == same_T.tolist()
        assert scores_B.tolist() == same_B.tolist()


@pytest.mark.parametrize("lengths", [[], [0], [0, 0]])
def test_no_words_give_no_tags_and_the_score_of_the_empty_path(lengths):
    model = oracle.drawn_model(1, tags=2, kinds=2, order=2, contextual=False)
    tags_T, scores_B = viterbi(*model, np.array([], dtype=int), np.array(lengths, dtype=int))
    assert (tags_T.tolist(), scores_B.tolist()) == ([], [0.0] * len(lengths))


def test_a_sentence_of_many_windows_equals_itself_in_one():
    model = oracle.drawn_model(5, tags=12, kinds=30, order=2, contextual=True)
    types_T, lengths_B = np.random.default_rng(5).integers(0, 30, 3000), np.array([3000])
    whole, windows = viterbi(*model, types_T, lengths_B, limit=2**30), viterbi(*model, types_T, lengths_B, limit=5000)
    assert whole[0].tolist() == windows[0].tolist()
    assert whole[1].tolist() == windows[1].tolist()


def test_the_number_of_the_first_impossible_sentence_is_told_though_longer_ones_come_first_inside():
    emissions = Emissions(np.array([0, 1, 2, 2]), np.array([0, 1], dtype=np.int32), np.zeros((1, 2)))
    transitions_PPC = np.zeros((3, 3, 3))
    transitions_PPC[:, 1, 1] = -np.inf
    with pytest.raises(ValueError, match=r"^sentence 2 has no sequence of tags with a finite score; allow more candidates or transitions$"):
        viterbi(emissions, transitions_PPC, np.array([0, 1, 1, 1, 1, 1, 1]), np.array([1, 2, 4]))
    with pytest.raises(ValueError, match=r"^sentence 3 has no sequence"):
        viterbi(emissions, transitions_PPC, np.array([0, 0, 2]), np.array([1, 0, 2]))
