"""Both directions together: each is the one-way model of its own direction, and swapping the languages swaps every link."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.align.aligner import HMM_ITERATIONS, IBM1_ITERATIONS, MODELS, train_aligner
from seqtasks.align.one_way import fit
from seqtasks.align.symmetrise import METHODS, symmetrise
from tests.align.drawn import drawn_pairs, ragged
from tests.oracles import alignment as oracle

WORDS = 6
SIZES = {"source_words": WORDS, "target_words": WORDS}
SEEDS = st.integers(0, 2**32 - 1)


def links_of(alignments):
    return [alignments[pair] for pair in range(len(alignments))]


@given(SEEDS, st.sampled_from(MODELS), st.sampled_from(sorted(METHODS)))
@settings(max_examples=25, deadline=None)
def test_each_direction_is_a_model_of_its_own_and_links_are_their_symmetrisation(seed, model, method):
    sources, targets = ragged(drawn_pairs(seed, pairs=6, longest=5, words=WORDS))
    trained = train_aligner(sources, targets, model=model, **SIZES)
    steps = {"iterations": IBM1_ITERATIONS, "hmm_iterations": HMM_ITERATIONS if model == "hmm" else 0, "alpha": 0.01, "null": 0.1}
    ahead, back = fit(sources, targets, **SIZES, **steps), fit(targets, sources, **SIZES, **steps)
    assert trained.forward.history == ahead.history and trained.backward.history == back.history
    assert trained.forward.alignment.values.tolist() == ahead.alignment.values.tolist()
    assert trained.backward.alignment.values.tolist() == back.alignment.values.tolist()
    expected = links_of(symmetrise(ahead.alignment, back.alignment, method=method))
    assert links_of(trained.alignments(symmetrisation=method)) == expected
    assert links_of(trained.aligner.align(sources, targets, symmetrisation=method)) == expected


@given(SEEDS, st.sampled_from(MODELS))
@settings(max_examples=25, deadline=None)
def test_swapping_the_languages_swaps_every_link(seed, model):
    sources, targets = ragged(drawn_pairs(seed, pairs=6, longest=5, words=WORDS))
    ahead = train_aligner(sources, targets, model=model, **SIZES)
    back = train_aligner(targets, sources, model=model, **SIZES)
    for method, other in (("intersection", "intersection"), ("union", "union"), ("forward", "backward"), ("backward", "forward")):
        swapped = [sorted((source, target) for target, source in pair) for pair in links_of(back.alignments(symmetrisation=other))]
        assert [sorted(pair) for pair in links_of(ahead.alignments(symmetrisation=method))] == swapped


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_grown_links_are_those_of_the_published_procedure(seed):
    drawn = drawn_pairs(seed, pairs=6, longest=5, words=WORDS)
    trained = train_aligner(*ragged(drawn), **SIZES)
    ahead, back = (links_of(trained.alignments(symmetrisation=method)) for method in ("forward", "backward"))
    for (source, target), one, other, found in zip(drawn, ahead, back, links_of(trained.alignments()), strict=True):
        assert set(found) == oracle.grow_diag_final_and(len(source), len(target), set(one), set(other))


def test_a_pair_with_an_empty_side_has_no_links_and_changes_nothing():
    drawn = [([0, 1], [1, 0]), ([2], [2])]
    alone = train_aligner(*ragged(drawn), **SIZES)
    beside = train_aligner(*ragged([drawn[0], ([], [3]), ([4], []), drawn[1]]), **SIZES)
    first, *empty, last = links_of(beside.alignments())
    assert empty == [[], []]
    assert [first, last] == links_of(alone.alignments())


@pytest.mark.parametrize("model", MODELS)
def test_words_that_always_stand_together_are_linked_wherever_they_stand(model):
    drawn = [([0, 1], [1, 0]), ([1, 2], [2, 1]), ([2, 0], [0, 2]), ([0], [0]), ([1], [1]), ([2], [2])] * 4  # word n means word n
    trained = train_aligner(*ragged(drawn), model=model, **SIZES)
    unseen = ragged([([0, 2], [2, 0]), ([1], [1])])
    assert [sorted(pair) for pair in links_of(trained.aligner.align(*unseen, symmetrisation="intersection"))] == [
        [(0, 1), (1, 0)],
        [(0, 0)],
    ]
