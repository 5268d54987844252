"""What a search does with the state of a decoder: rows are picked, repeated and reordered, and a step never sees its neighbours."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.nn.decoders import CachedState, Decoder
from tests.nn.test_rival_decoders import KINDS, WORDS, build, encoded_of


@st.composite
def states(draw):
    """A state of some rows, whose numbers tell row and cache."""
    rows = draw(st.integers(1, 5))
    shapes = draw(st.lists(st.lists(st.integers(0, 3), max_size=2), max_size=3))
    return rows, CachedState(tuple(torch.arange(rows * torch.Size(shape).numel()).reshape(rows, *shape) for shape in shapes))


@given(states(), st.data())
def test_selecting_rows_takes_them_from_every_cache_in_the_order_given(drawn, data):
    rows, state = drawn
    chosen = data.draw(st.lists(st.integers(0, rows - 1), max_size=6))
    found = state.select(torch.tensor(chosen, dtype=torch.long))
    assert len(found.caches) == len(state.caches)
    for one, other in zip(found.caches, state.caches, strict=True):
        assert one.tolist() == [other[row].tolist() for row in chosen]


@given(states(), st.data())
def test_selecting_twice_is_selecting_what_was_selected(drawn, data):
    rows, state = drawn
    first = data.draw(st.lists(st.integers(0, rows - 1), min_size=1, max_size=6))
    second = data.draw(st.lists(st.integers(0, len(first) - 1), max_size=6))
    twice = state.select(torch.tensor(first)).select(torch.tensor(second, dtype=torch.long))
    once = state.select(torch.tensor([first[row] for row in second], dtype=torch.long))
    assert [cache.tolist() for cache in twice.caches] == [cache.tolist() for cache in once.caches]


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_of_selected_rows_is_the_selection_of_the_step_and_leaves_the_state_before(kind):
    decoder: Decoder = build(kind).eval()
    memory, state = decoder.start(encoded_of([4, 2, 3]))
    with torch.no_grad():
        for _ in range(3):
            last_N = torch.randint(1, WORDS, (3,))
            before = [cache.clone() for cache in state.caches]
            outputs_NH, following, weights_NS = decoder.step(last_N, memory, state)
            assert all(map(torch.equal, before, state.caches))
            rows = torch.tensor([2, 0, 1])
            own_NH, own, own_NS = decoder.step(last_N[rows], memory.select(rows), state.select(rows))
            torch.testing.assert_close(own_NH, outputs_NH[rows])
            torch.testing.assert_close(own_NS, weights_NS[rows])
            for one, other in zip(own.caches, following.select(rows).caches, strict=True):
                torch.testing.assert_close(one, other)
            state = following
