"""Symmetrisation against the published pseudo-code and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.align.alignments import Alignments
from seqtasks.align.symmetrise import METHODS, symmetrise
from seqtasks.text.encoded import Ragged
from tests.oracles import alignment as oracle


def drawn_ways(seed, pairs, longest):
    """Both directions: rows of positions, -1 for none; and the lengths."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, longest + 1, (pairs, 2)).tolist()
    forward = [generator.integers(-1, source, target).tolist() if source else [-1] * target for source, target in lengths]
    backward = [generator.integers(-1, target, source).tolist() if target else [-1] * source for source, target in lengths]
    return lengths, forward, backward


@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_every_method_equals_its_definition_on_sets(seed, pairs, longest):
    lengths, forward, backward = drawn_ways(seed, pairs, longest)
    found = {name: symmetrise(Ragged.from_lists(forward), Ragged.from_lists(backward), method=name) for name in METHODS}
    assert all(len(links) == pairs for links in found.values())
    for pair, (source, target) in enumerate(lengths):
        one = {(s, t) for t, s in enumerate(forward[pair]) if s >= 0}
        other = {(s, t) for s, t in enumerate(backward[pair]) if t >= 0}
        expected = {
            "forward": one,
            "backward": other,
            "union": one | other,
            "intersection": one & other,
            "grow-diag-final-and": oracle.grow_diag_final_and(source, target, one, other),
        }
        assert {name: links[pair] for name, links in found.items()} == {name: sorted(links) for name, links in expected.items()}


def test_grow_diag_final_and_by_hand():
    # both say 0-0; 0-1 touches it and gives target 1 a link; 2-2 and 2-3 touch nothing, and the forward one comes first
    forward, backward = Ragged.from_lists([[0, 0, 2, -1]]), Ragged.from_lists([[0, -1, 3]])
    assert symmetrise(forward, backward, method="intersection").pharaoh(0) == "0-0"
    assert symmetrise(forward, backward, method="union").pharaoh(0) == "0-0 0-1 2-2 2-3"
    assert symmetrise(forward, backward, method="grow-diag-final-and").pharaoh(0) == "0-0 0-1 2-2"


def test_pairs_without_links_print_as_empty_lines():
    links = symmetrise(Ragged.from_lists([[], [-1], [0]]), Ragged.from_lists([[-1], [], [0]]), method="union")
    assert [links.pharaoh(pair) for pair in range(3)] == ["", "", "0-0"]
    assert links[-1] == [(0, 0)]
    with pytest.raises(IndexError, match="pair 3 of 3"):
        links[3]


def test_what_does_not_fit_is_refused():
    one = Ragged.from_lists([[0]])
    with pytest.raises(ValueError, match="no symmetrisation 'both'; there are grow-diag-final-and, intersection, union, forward, backward"):
        symmetrise(one, one, method="both")
    with pytest.raises(ValueError, match="1 pairs in one direction but 0 in the other"):
        symmetrise(one, Ragged.from_lists([]), method="union")


def test_attention_is_shared_alike_by_the_links_of_a_target_token():
    links = Alignments.of([(0, 0, 1), (1, 1, 0), (1, 0, 0), (1, 0, 1), (1, 0, 1)], pairs=2)
    weights_BTS = links.attention([1, 0], source_length=3, target_length=2)
    assert weights_BTS.tolist() == [[[0.5, 0.5, 0], [1, 0, 0]], [[0, 0, 0], [1, 0, 0]]]
    with pytest.raises(ValueError, match="pair 1 has links beyond 1 source and 2 target tokens"):
        links.attention([1], source_length=1, target_length=2)
