"""Spans that lie in each other or cross: every set of them is written as nested tags and read back, and targets are what they were."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.batching import IGNORE, Batch, real_spans, span_targets, with_spans
from seqtasks.text.tags import (
    Extent,
    Span,
    cross,
    inner,
    layers_of,
    lies_in,
    most_disjoint,
    outer,
    repair,
    spans_of,
    tags_of,
    without_crossing,
)
from tests.oracles import nested_by_hand

SPAN = st.builds(lambda start, size, label: Span(start, start + size, label), st.integers(0, 6), st.integers(1, 5), st.sampled_from("XY"))
SPANS = st.lists(SPAN, max_size=6)


def test_tags_of_a_word_are_its_layers_outermost_first() -> None:
    spans = [Span(1, 2, "PER"), Span(0, 3, "ORG"), Span(2, 3, "LOC"), Span(4, 5, "PER")]
    tags = ["B-ORG", "I-ORG+B-PER", "I-ORG+B-LOC", "O", "B-PER"]
    assert tags_of(spans, 5, "nested") == tags
    assert spans_of(tags, "nested") == [Span(0, 3, "ORG"), Span(1, 2, "PER"), Span(2, 3, "LOC"), Span(4, 5, "PER")]
    assert tags_of([Span(0, 3, "A"), Span(2, 4, "B"), Span(3, 4, "C")], 4, "nested") == ["B-A", "I-A", "I-A+B-B", "B-C+I-B"]
    assert tags_of([Span(0, 2, "A"), Span(0, 1, "B"), Span(0, 1, "C"), Span(1, 3, "D")], 3, "nested")[2] == "O+I-D"
    assert tags_of([], 2, "nested") == ["O", "O"]
    assert spans_of([], "nested") == []


@given(SPANS)
def test_any_set_of_spans_is_read_back_from_its_tags(spans: list[Span]) -> None:
    tags = tags_of(spans, 12, "nested")
    assert set(spans_of(tags, "nested")) == set(spans)
    assert len(spans_of(tags, "nested")) == len(set(spans))
    assert repair(tags, "nested") == (tags, 0)


@given(st.lists(st.lists(st.sampled_from(["O", "B-X", "I-X", "I-Y", "X"]), min_size=1, max_size=3).map("+".join), max_size=5))
def test_any_tags_are_repaired_to_tags_of_the_same_spans(tags: list[str]) -> None:
    legal, changed = repair(tags, "nested")
    assert spans_of(legal, "nested") == spans_of(tags, "nested")
    assert repair(legal, "nested") == (legal, 0)
    assert changed == sum(old != new for old, new in zip(tags, legal, strict=True))


def test_spans_beyond_the_words_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^span 1 to 3 \(X\) overlaps another or reaches beyond 2 words$"):
        tags_of([Span(1, 3, "X")], 2, "nested")


@given(SPANS)
def test_layers_do_not_overlap_and_where_none_cross_a_span_stands_as_deep_as_it_lies(spans: list[Span]) -> None:
    layers = layers_of(spans)
    assert sorted(span for layer in layers for span in layer) == sorted(set(spans))
    assert all(one.end <= other.start for layer in layers for one, other in zip(layer, layer[1:], strict=False))
    distinct = {span[:2]: span for span in without_crossing(spans)}.values()
    for depth, layer in enumerate(layers_of(distinct)):
        assert all(sum(lies_in(span, other) for other in distinct) == depth for span in layer)


@given(SPANS)
def test_inner_outer_and_crossing_spans_are_those_of_the_words(spans: list[Span]) -> None:
    assert inner(spans) == [span for span in spans if nested_by_hand.in_another(span, spans)]
    assert outer(spans) == [span for span in spans if not nested_by_hand.in_another(span, spans)]
    assert all(cross(one, other) == nested_by_hand.cross(one, other) for one in spans for other in spans)
    assert most_disjoint(spans) == nested_by_hand.most_disjoint(spans)
    kept = without_crossing(spans)
    assert not any(cross(one, other) for one in kept for other in kept)
    assert all(any(cross(span, other) for other in kept) for span in spans if span not in kept)
    assert kept[:1] == spans[:1]


@given(st.lists(SPANS, max_size=4))
def test_the_extent_is_that_of_the_deepest_and_of_the_longest(rows: list[list[Span]]) -> None:
    found = Extent.of(rows)
    assert found.depth == max([1, *(len(layers_of(row)) for row in rows)])
    assert found.width == max([1, *(span.end - span.start for row in rows for span in row)])


@given(st.lists(SPANS, min_size=1, max_size=4), st.randoms())
def test_targets_are_the_spans_of_the_sentences_of_the_batch_but_those_of_unknown_labels(rows: list[list[Span]], random) -> None:
    positions = np.array(random.sample(range(len(rows)), random.randint(1, len(rows))))
    empty = Batch(torch.zeros(len(positions), 0), torch.zeros(len(positions), 0), torch.tensor(positions), "ner", {"upos": torch.ones(1)})
    batch = with_spans(empty, positions, {"ner": span_targets(rows, ["Y"])})
    assert set(batch.targets) == {"upos", "ner"}
    spans_BG4 = batch.targets["ner"]
    assert spans_BG4.dtype == torch.int64
    owners_N, spans_N4 = real_spans(spans_BG4)
    assert int((spans_BG4 != IGNORE).sum()) == 4 * len(owners_N)
    for owner, position in enumerate(positions):
        expected = {(*span[:2], 0, depth) for depth, layer in enumerate(layers_of(rows[position])) for span in layer if span.label == "Y"}
        assert {tuple(span) for span in spans_N4[owners_N == owner].tolist()} == expected
    assert with_spans(empty, positions, {}) is empty
