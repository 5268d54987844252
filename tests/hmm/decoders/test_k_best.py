"""The k best paths against the ranking of every path, and against the plain lists of each sentence on larger draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.decoders.k_best import k_best
from seqtasks.hmm.decoders.viterbi import viterbi
from tests.hmm.decoders.test_viterbi import first_impossible, limits, small
from tests.oracles import hmm_decoding as oracle


def plain(found):
    return [[(tags.tolist(), score) for tags, score in paths] for paths in found]


@given(small, st.integers(0, 5), st.integers(1, 30), limits)
@settings(max_examples=150, deadline=None)
def test_the_k_best_are_the_first_of_all_ranked_paths(options, sentences, k, limit):
    model = oracle.drawn_model(**options)
    types_T, lengths_B = oracle.drawn_words(options["seed"], kinds=options["kinds"], sentences=sentences, longest=4)
    kinds = oracle.sentence_types(types_T, lengths_B)
    ranked = [oracle.ranked_paths(*model, sentence)[:k] for sentence in kinds]
    if number := first_impossible(ranked):
        with pytest.raises(ValueError, match=f"sentence {number} has no sequence of tags with a finite score"):
            k_best(*model, types_T, lengths_B, k, limit=limit)
        return
    expected = [
        [(oracle.tags_of(model[0], sentence, path), score) for path, score in paths] for sentence, paths in zip(kinds, ranked, strict=True)
    ]
    assert plain(k_best(*model, types_T, lengths_B, k, limit=limit)) == expected


@given(st.integers(0, 10**6), st.sampled_from([1, 2]), st.sampled_from([0.0, 0.02]), st.integers(1, 7), st.sampled_from([300, 2**17]))
@settings(max_examples=15, deadline=None)
def test_many_sentences_together_equal_each_alone(seed, order, forbidden, k, limit):
    model = oracle.drawn_model(seed, tags=6, kinds=40, order=order, contextual=True, forbidden=forbidden)
    types_T, lengths_B = oracle.drawn_words(seed, kinds=40, sentences=8, longest=16)
    kinds = oracle.sentence_types(types_T, lengths_B)
    alone = [oracle.lists(*model, sentence, k=k) for sentence in kinds]
    if first_impossible(alone):
        return
    expected = [
        [(oracle.tags_of(model[0], sentence, path), score) for path, score in paths] for sentence, paths in zip(kinds, alone, strict=True)
    ]
    assert plain(k_best(*model, types_T, lengths_B, k, limit=limit)) == expected


def test_the_first_of_the_k_best_is_the_best():
    model = oracle.drawn_model(8, tags=7, kinds=30, order=2, contextual=True)
    types_T, lengths_B = oracle.drawn_words(8, kinds=30, sentences=30, longest=20)
    tags_T, scores_B = viterbi(*model, types_T, lengths_B)
    found = k_best(*model, types_T, lengths_B, 3)
    assert np.concatenate([paths[0][0] for paths in found]).tolist() == tags_T.tolist()
    assert [paths[0][1] for paths in found] == scores_B.tolist()


def test_an_empty_sentence_has_one_path_however_many_are_asked_for():
    model = oracle.drawn_model(1, tags=2, kinds=2, order=2, contextual=False)
    assert plain(k_best(*model, np.array([], dtype=int), np.array([0, 0]), 5)) == [[([], 0.0)]] * 2


def test_less_than_one_is_refused():
    with pytest.raises(ValueError, match="k is 0; it must be 1 at least"):
        k_best(*oracle.drawn_model(1, tags=2, kinds=2, order=2, contextual=False), np.array([0]), np.array([1]), 0)
