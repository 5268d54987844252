"""What the decoders refuse, and how sentences are cut into pieces and windows."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.decoders.lattice import Emissions, check_model
from seqtasks.hmm.decoders.trellis import bounds_of, groups, runs, trellis
from seqtasks.hmm.decoders.window import window
from tests.oracles import hmm_decoding as oracle


def model(*, rows=3, scores=(1, 4), outcomes=None, rows_of=None, changes=None, changed=None):
    tags_C = np.array([0, 1, 0, 1], dtype=np.int32)
    optional = (
        outcomes and np.array(outcomes),
        rows_of and np.array(rows_of),
        changes and np.zeros(changes),
        changed and np.array(changed),
    )
    return Emissions(np.array([0, 2, 4]), tags_C, np.zeros(scores), *optional), np.zeros((rows, 3, 3))


@pytest.mark.parametrize(
    ("emissions", "transitions_PPC", "types", "message"),
    [
        (*model(rows=2), [0, 1], "transitions of shape (2, 3, 3); expected [N + 1, N + 1, N + 1] or [1, N + 1, N + 1]"),
        (model()[0], np.zeros((3, 3)), [0, 1], "transitions of shape (3, 3); expected"),
        (*model(scores=(2, 4)), [0, 1], "emission scores of shape (2, 4); expected [3, 4] or [1, 4]"),
        (*model(scores=(3, 5)), [0, 1], "emission scores of shape (3, 5); expected [3, 4] or [1, 4]"),
        (*model(outcomes=[0, 1]), [0, 1], "outcomes of 2 tags for transitions of shape (3, 3, 3); expected one of each of 3"),
        (*model(outcomes=[0, 1, 3]), [0, 1], "outcomes of 3 tags for transitions of shape (3, 3, 3); expected"),
        (*model(scores=(2, 4), rows_of=[0, 1]), [0, 1], "rows of emission scores for 2 tags; expected one for each of 3"),
        (*model(scores=(2, 4), rows_of=[0, 0, 2]), [0, 1], "emission scores of shape (2, 4); expected [3, 4] or [1, 4]"),
        (*model(changes=(2, 4)), [0, 1], "changes of emission scores of shape (2, 4) for 4 candidates; expected [3, 4] for 4"),
        (
            *model(changes=(3, 2), changed=[0, 1, 2, 0]),
            [0, 1],
            "changes of emission scores of shape (3, 2) for 4 candidates; expected [3, 3]",
        ),
        (
            *model(changes=(3, 2), changed=[0, 1, 1]),
            [0, 1],
            "changes of emission scores of shape (3, 2) for 3 candidates; expected [3, 2] for 4",
        ),
        (*model(), [0, 1, 1], "lengths add up to 2 words but there are 3 types"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(emissions, transitions_PPC, types, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_model(emissions, transitions_PPC, np.array(types), np.array([2]))


@given(st.lists(st.tuples(st.integers(-5, 50), st.integers(0, 4)), min_size=1))
def test_runs_follow_each_other(pairs):
    firsts, counts = np.array(pairs).T
    assert runs(firsts, counts).tolist() == [first + step for first, count in pairs for step in range(count)]
    assert bounds_of(counts).tolist() == [sum(counts[:place]) for place in range(len(counts) + 1)]


@pytest.mark.parametrize(("order", "lengths"), [(2, [4, 2, 1]), (1, [2, 2, 1, 1, 1])])
def test_a_sentence_is_cut_where_all_paths_meet(order, lengths):
    emissions = Emissions(np.array([0, 1, 3]), np.array([0, 0, 1], dtype=np.int32), np.zeros((1, 3)))
    types_T = np.array([1, 0, 0, 1, 0, 1, 0])  # type 0 has one candidate
    transitions_PPC = np.zeros((3 if order == 2 else 1, 3, 3))
    assert trellis(emissions, transitions_PPC, types_T, np.array([7])).lengths_R.tolist() == {2: [4, 3], 1: [2, 2, 2, 1]}[order]
    whole = trellis(emissions, transitions_PPC, types_T, np.array([7]), cut=False)
    assert (whole.lengths_R.tolist(), whole.last_R.tolist()) == ([7], [True])


@given(st.integers(0, 10**6), st.sampled_from([1, 2]), st.integers(1, 400), st.integers(0, 30), st.integers(0, 12), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_windows_hold_each_word_once_and_few_edges(seed, order, limit, sentences, longest, most):
    emissions, transitions_PPC = oracle.drawn_model(seed, tags=6, kinds=9, order=order, contextual=False, most=most)
    types_T, lengths_B = oracle.drawn_words(seed, kinds=9, sentences=sentences, longest=longest)
    pieces = trellis(emissions, transitions_PPC, types_T, lengths_B)
    views = [(window(pieces, *span), span) for spans in groups(pieces, limit) for span in spans]
    assert sorted(word for view, _ in views for word in view.words_W.tolist()) == list(range(len(types_T)))
    assert sum(len(view.scores_E) for view, _ in views) == pieces.edges_R.sum()
    assert sorted(row for view, _ in views for row in view.done_R.tolist()) == list(range(len(pieces.starts_R)))
    for view, (rows, _, _) in views:
        largest = int(np.diff(view.edge_bounds).max()) if rows.stop == rows.start + 1 else limit  # one position is never divided
        assert len(view.scores_E) <= limit + largest
