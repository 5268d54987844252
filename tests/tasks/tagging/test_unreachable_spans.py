"""Which gold spans a head of nested spans can never answer, against their definitions on drawn spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seqtasks.tasks.tagging.nested import crossing, deeper, longer, sharing
from seqtasks.text.tags import Span, cross, layers_of

spans = st.lists(
    st.builds(lambda start, width, label: Span(start, start + width, label), st.integers(0, 6), st.integers(1, 5), st.sampled_from("XY")),
    max_size=7,
    unique=True,
)


@given(spans)
def test_what_is_left_when_crossing_spans_are_left_out_does_not_cross_and_nothing_more_could_stay(drawn: list[Span]) -> None:
    left_out = crossing(drawn)
    kept = [span for span in drawn if span not in left_out]
    assert not any(cross(one, other) for one in kept for other in kept)
    assert all(any(cross(span, other) for other in kept) for span in left_out)


@given(spans, st.integers(1, 5))
def test_spans_that_are_too_long_have_more_words_than_the_longest(drawn: list[Span], width: int) -> None:
    assert longer(drawn, width) == [span for span in drawn if len(range(span.start, span.end)) > width]


@given(spans)
def test_a_place_keeps_one_label_the_first_in_the_alphabet(drawn: list[Span]) -> None:
    places = {(span.start, span.end) for span in drawn}
    kept = [span for span in drawn if span not in sharing(drawn)]
    assert sorted((span.start, span.end) for span in kept) == sorted(places)
    for span in kept:
        assert span.label == min(other.label for other in drawn if (other.start, other.end) == (span.start, span.end))


@given(spans, st.integers(0, 4))
def test_the_layers_above_and_the_spans_that_lie_deeper_are_all_spans(drawn: list[Span], depth: int) -> None:
    above = [span for layer in layers_of(drawn)[:depth] for span in layer]
    assert sorted(above + deeper(drawn, depth)) == sorted(span for layer in layers_of(drawn) for span in layer)
    assert not deeper(drawn, len(layers_of(drawn)))


def test_three_spans_inside_each_other_lie_one_layer_deeper_each() -> None:
    nest = [Span(0, 6, "X"), Span(1, 5, "X"), Span(2, 3, "Y")]
    assert [deeper(nest, depth) for depth in range(4)] == [nest, nest[1:], nest[2:], []]
