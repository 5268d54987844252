"""Scores of nested spans: counted by hand, equal to a plain computation on drawn sets; no flat tagging passes the flat ceiling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.evaluation.nested import nested_scores, scores_of_spans
from seqtasks.evaluation.score import bootstrap_interval
from seqtasks.text.tags import Span, spans_of, tags_of
from tests.oracles import nested_by_hand

SPAN = st.builds(lambda start, size, label: Span(start, start + size, label), st.integers(0, 4), st.integers(1, 4), st.sampled_from("XY"))
SIDE = st.lists(SPAN, max_size=5, unique=True)
PAIRS = st.lists(st.tuples(SIDE, SIDE), max_size=4)
ORG, PER, LOC = Span(0, 4, "ORG"), Span(0, 1, "PER"), Span(3, 4, "LOC")


def values(gold, predicted, samples=0):
    return {score.name: score.value for score in nested_scores(gold, predicted, split="test", head="ner", samples=samples).scores}


def test_each_score_counts_its_spans() -> None:
    found = values([[ORG, PER, LOC], []], [[ORG, LOC, Span(1, 2, "PER")], [PER]], samples=0)
    assert found == pytest.approx(
        {
            "f1": 100 * 4 / 7,
            "precision": 50.0,
            "recall": 200 / 3,
            "f1_outer": 100 * 2 / 3,  # gold ORG; predicted ORG and the one of the second sentence
            "f1_inner": 50.0,
            "flat_ceiling": 100 * 4 / 5,  # PER and LOC fit beside each other
        }
    )


def test_a_score_says_what_it_counts_and_has_the_interval_over_sentences() -> None:
    gold, predicted = [[ORG, PER], [LOC], []] * 5, [[ORG], [LOC], [PER]] * 5
    scores = nested_scores(gold, predicted, split="dev", head="ner", seed=3, samples=50).scores
    shown = {score.name: score for score in scores}
    assert str(shown["f1"]) == "f1 = 66.67 [spans:exact|scheme:nested|gold:15|predicted:15|sentences:15|bootstrap:50|seed:3]"
    assert shown["f1_inner"].signature.startswith("spans:inner|scheme:nested|gold:5|predicted:0|")
    assert shown["flat_ceiling"].signature.startswith("spans:most without overlap|scheme:nested|gold:15|predicted:10|")
    assert shown["f1"].interval == bootstrap_interval([2, 2, 0] * 5, [3, 2, 1] * 5, seed=3, samples=50)
    assert shown["recall"].interval == bootstrap_interval([1, 1, 0] * 5, [2, 1, 0] * 5, seed=3, samples=50)
    assert {score.split for score in scores} == {"dev"}
    assert {score.interval for score in nested_scores(gold, predicted, split="dev", head="ner", samples=0).scores} == {None}


@given(PAIRS)
def test_scores_equal_a_plain_computation(pairs: list[tuple[list[Span], list[Span]]]) -> None:
    gold, predicted = [true for true, _ in pairs], [found for _, found in pairs]
    found = values(gold, predicted, samples=0)
    sides = [[set(row) for row in side] for side in (gold, predicted)]
    inside = [[{span for span in row if nested_by_hand.in_another(span, row)} for row in side] for side in sides]
    outside = [[row - within for row, within in zip(*both, strict=True)] for both in zip(sides, inside, strict=True)]
    assert found["f1"] == pytest.approx(nested_by_hand.f1(*sides))
    assert found["f1_inner"] == pytest.approx(nested_by_hand.f1(*inside))
    assert found["f1_outer"] == pytest.approx(nested_by_hand.f1(*outside))
    best, total = sum(map(nested_by_hand.most_disjoint, gold)), sum(map(len, gold))
    assert found["flat_ceiling"] == pytest.approx(200 * best / (total + best) if total else 0)


@given(PAIRS)
def test_every_span_is_counted_once_among_right_and_wrong_ones(pairs: list[tuple[list[Span], list[Span]]]) -> None:
    report = nested_scores([true for true, _ in pairs], [found for _, found in pairs], split="test", head="ner", samples=0)
    matched = report.correct + report.boundary_errors + report.type_errors
    assert matched + report.missed == sum(len(true) for true, _ in pairs)
    assert matched + report.spurious == sum(len(found) for _, found in pairs)
    assert sum(row.support for row in report.per_type) == sum(len(true) for true, _ in pairs)
    assert report.illegal == 0
    for row in report.per_type:
        own = [[{span for span in side if span.label == row.label} for side in sides] for sides in zip(*pairs, strict=True)]
        assert row.f1 == pytest.approx(nested_by_hand.f1(*own))


@given(SIDE.map(lambda spans: tags_of(spans, 8, "nested")), SIDE.map(lambda spans: [span for span in spans if span.start % 4 == 0]))
def test_no_tagging_without_overlap_scores_above_the_ceiling(gold: list[str], some: list[Span]) -> None:
    flat = []
    for span in [*some, *spans_of(gold, "nested")]:
        if all(span.end <= other.start or other.end <= span.start for other in flat):
            flat.append(span)
    found = values([spans_of(gold, "nested")], [flat], samples=0)
    assert found["f1"] <= found["flat_ceiling"] + 1e-9


def test_errors_are_sorted_by_place_then_by_label() -> None:
    gold = [[ORG, Span(0, 4, "LOC"), PER, Span(5, 7, "LOC")]]
    report = nested_scores(gold, [[Span(0, 4, "PER"), Span(0, 4, "MISC"), Span(5, 6, "LOC"), Span(8, 9, "PER")]], split="t", head="ner")
    assert (report.type_errors, report.boundary_errors, report.missed, report.spurious, report.correct) == (2, 1, 1, 1, 0)


def test_tags_of_each_scheme_are_scored_in_their_way() -> None:
    gold, predicted = [["B-A+B-B", "I-A"]], [["B-A", "I-A"]]
    assert scores_of_spans(gold, predicted, scheme="nested", split="t", head="n").scores[0].value == pytest.approx(200 / 3)
    flat = scores_of_spans([["B-A"]], [["B-A"]], scheme="BIO", split="t", head="n")
    assert [score.name for score in flat.scores] == ["f1", "precision", "recall", "f1_strict"]


def test_answers_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^1 gold sentences but 0 predicted sentences; they must be aligned one to one$"):
        nested_scores([[]], [], split="test", head="ner")
    with pytest.raises(ValueError, match=r"^2 gold tags but 1 predicted tags in sentence 1; they must be aligned one to one$"):
        scores_of_spans([["O", "O"]], [["O"]], scheme="nested", split="t", head="n")


def test_a_part_without_any_span_scores_nothing_and_has_no_interval() -> None:
    scores = nested_scores([[]], [[]], split="test", head="ner").scores
    assert {(score.value, score.interval) for score in scores} == {(0.0, None)}
