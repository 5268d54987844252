"""Entity scores against entities found by hand."""

import json
import warnings
from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError, UsageError
from seqtasks.evaluation.spans import EntityReport, entity_scores
from tests.oracles.resampling import plain_bootstrap, plain_interval
from tests.oracles.spans_by_hand import lenient_entities, most_boundary_errors, percentages, strict_entities, write_tags

SEQEVAL = f"seqeval:{version('seqeval')}"
PREFIXES = {"BIO": "BI", "BIOES": "BIES", "IOB1": "BI"}


def corpus(scheme: str) -> st.SearchStrategy:
    """Sentences as (gold, predicted) with any tags of the scheme, legal or not; empty sentences too."""
    tag = st.sampled_from(["O", *(f"{prefix}-{label}" for prefix in PREFIXES[scheme] for label in ("LOC", "PER"))])
    return st.lists(st.lists(st.tuples(tag, tag), max_size=7), max_size=4).map(
        lambda rows: ([[true for true, _ in row] for row in rows], [[found for _, found in row] for row in rows])
    )


@st.composite
def entities(draw: st.DrawFn) -> tuple[list[tuple[int, int, str]], int]:
    length = draw(st.integers(1, 8))
    cuts = sorted(draw(st.sets(st.integers(0, length), min_size=2)) | {0, length})
    labels = st.sampled_from(["LOC", "PER", "O-RG"])
    kept = [(start, end, draw(labels)) for start, end in zip(cuts, cuts[1:], strict=False) if draw(st.booleans())]
    return kept, length


def report(gold: list, predicted: list, scheme: str = "BIO", samples: int = 0) -> EntityReport:
    return entity_scores(gold, predicted, scheme=scheme, split="dev", head="ner", samples=samples)


def values(found: EntityReport) -> dict[str, float]:
    return {score.name: score.value for score in found.scores}


@pytest.mark.parametrize("scheme", ["BIO", "BIOES", "IOB1"])
def test_default_scores_equal_counting_lenient_entities_by_hand(scheme: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(corpus(scheme))
    def law(sides: tuple[list, list]) -> None:
        gold, predicted = ([lenient_entities(tags) for tags in side] for side in sides)
        precision, recall, f1 = percentages(gold, predicted)
        found = report(*sides, scheme)
        assert values(found)["precision"] == pytest.approx(precision)
        assert values(found)["recall"] == pytest.approx(recall)
        assert values(found)["f1"] == pytest.approx(f1)
        labels = {label for side in (*gold, *predicted) for _, _, label in side}
        assert [row.label for row in found.per_type] == sorted(labels)
        for row in found.per_type:
            of_type = [[{entity for entity in sentence if entity[2] == row.label} for sentence in side] for side in (gold, predicted)]
            assert (row.precision, row.recall, row.f1) == pytest.approx(percentages(*of_type))
            assert row.support == sum(map(len, of_type[0]))

    law()


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_strict_f1_equals_counting_entities_spelled_out_in_full(scheme: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(corpus(scheme))
    def law(sides: tuple[list, list]) -> None:
        _, _, f1 = percentages(*([strict_entities(tags, scheme) for tags in side] for side in sides))
        assert values(report(*sides, scheme))["f1_strict"] == pytest.approx(f1)

    law()


@pytest.mark.parametrize("scheme", ["BIO", "BIOES", "IOB1"])
def test_legal_tags_score_the_same_in_both_modes_and_in_every_scheme(scheme: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(entities(), entities())
    def law(gold: tuple[list, int], predicted: tuple[list, int]) -> None:
        length = max(gold[1], predicted[1])
        found = report([write_tags(gold[0], length, scheme)], [write_tags(predicted[0], length, scheme)], scheme)
        _, _, f1 = percentages([set(gold[0])], [set(predicted[0])])
        assert values(found)["f1"] == pytest.approx(f1)
        assert values(found)["f1_strict"] == pytest.approx(f1)
        assert found.illegal == 0

    law()


@settings(max_examples=100, deadline=None)
@given(corpus("BIO"))
def test_every_entity_is_counted_once_as_correct_or_as_one_kind_of_error(sides: tuple[list, list]) -> None:
    found = report(*sides)
    gold, predicted = ([lenient_entities(tags) for tags in side] for side in sides)
    correct = sum(len(a & b) for a, b in zip(gold, predicted, strict=True))
    same_place = sum(len({e[:2] for e in a - b} & {e[:2] for e in b - a}) for a, b in zip(gold, predicted, strict=True))
    boundary = sum(most_boundary_errors(a, b) for a, b in zip(gold, predicted, strict=True))
    assert (found.correct, found.type_errors, found.boundary_errors) == (correct, same_place, boundary)
    assert found.correct + found.type_errors + found.boundary_errors + found.missed == sum(map(len, gold))
    assert found.correct + found.type_errors + found.boundary_errors + found.spurious == sum(map(len, predicted))


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("B-LOC I-LOC O", "B-LOC I-LOC O", (1, 0, 0, 0, 0)),
        ("B-LOC I-LOC O", "B-LOC O O", (0, 1, 0, 0, 0)),
        ("B-LOC I-LOC O", "O B-LOC I-LOC", (0, 1, 0, 0, 0)),
        ("B-LOC I-LOC O", "B-PER I-PER O", (0, 0, 1, 0, 0)),
        ("B-LOC I-LOC O", "B-PER O O", (0, 0, 0, 1, 1)),
        ("B-LOC I-LOC O", "O O O", (0, 0, 0, 1, 0)),
        ("O O O", "O B-LOC O", (0, 0, 0, 0, 1)),
        ("B-LOC I-LOC I-LOC", "B-LOC B-LOC B-LOC", (0, 1, 0, 0, 2)),
        ("B-LOC B-LOC B-LOC", "B-LOC I-LOC I-LOC", (0, 1, 0, 2, 0)),
    ],
)
def test_errors_are_told_apart(gold: str, predicted: str, expected: tuple[int, ...]) -> None:
    found = report([gold.split()], [predicted.split()])
    assert (found.correct, found.boundary_errors, found.type_errors, found.missed, found.spurious) == expected


@pytest.mark.parametrize(
    ("scheme", "gold", "predicted", "f1", "strict", "illegal"),
    [
        ("BIO", "B-LOC O", "I-LOC O", 100.0, 0.0, 1),
        ("BIO", "B-LOC I-LOC", "I-LOC I-LOC", 100.0, 0.0, 1),
        ("BIO", "B-LOC O B-PER", "I-LOC O B-PER", 100.0, 200 / 3, 1),
        ("BIO", "B-LOC B-PER", "B-LOC I-PER", 100.0, 200 / 3, 1),
        ("BIOES", "S-LOC O", "B-LOC O", 100.0, 0.0, None),
        ("BIOES", "B-LOC E-LOC", "B-LOC I-LOC", 100.0, 0.0, None),
        ("BIO", "B-LOC I-LOC", "B-LOC I-LOC", 100.0, 100.0, 0),
    ],
)
def test_strict_mode_refuses_what_the_default_mode_forgives(
    scheme: str, gold: str, predicted: str, f1: float, strict: float, illegal: int | None
) -> None:
    found = report([gold.split()], [predicted.split()], scheme)
    assert values(found)["f1"] == pytest.approx(f1)
    assert values(found)["f1_strict"] == pytest.approx(strict)
    assert found.illegal == illegal if illegal is not None else found.illegal > 0


def test_illegal_tags_are_counted_in_the_prediction_only() -> None:
    assert report([["I-LOC", "I-PER", "O", "I-LOC"]], [["O"] * 4]).illegal == 0
    assert report([["O"] * 4], [["I-LOC", "I-PER", "O", "I-LOC"]]).illegal == 3


@pytest.mark.parametrize("corpus", [[], [[]], [["O", "O"], []], [["O"]]])
@pytest.mark.parametrize("scheme", ["BIO", "BIOES", "IOB1"])
def test_a_corpus_without_entities_scores_zero_without_interval_error_or_warning(corpus: list, scheme: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = report(corpus, corpus, scheme, samples=100)
    assert [(score.name, score.value, score.interval) for score in found.scores] == [
        (name, 0.0, None) for name in ("f1", "precision", "recall", "f1_strict")
    ]
    assert found.per_type == []
    assert found.scores[0].signature == f"{SEQEVAL}|mode:default|scheme:{scheme}|gold:0|predicted:0|sentences:{len(corpus)}"


@pytest.mark.parametrize(("gold", "predicted"), [([["O", "B-X"]], [["O", "O"]]), ([["O", "O"]], [["O", "B-X"]])])
def test_entities_on_one_side_only_score_zero_without_a_warning(gold: list, predicted: list) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = report(gold, predicted, samples=20)
    assert set(values(found).values()) == {0.0}


def test_scores_carry_split_head_and_settings_and_are_plain_numbers() -> None:
    found = report([("B-A", "O"), ("B-B", "I-B")], [("B-A", "O"), ("O", "I-B")], samples=50)
    score = found.scores[0]
    assert (score.split, score.head) == ("dev", "ner")
    assert score.signature == f"{SEQEVAL}|mode:default|scheme:BIO|gold:2|predicted:2|sentences:2"
    assert found.scores[3].signature == f"{SEQEVAL}|mode:strict|scheme:BIO|gold:2|predicted:1|sentences:2"
    assert all(type(score.value) is float for score in found.scores)
    assert json.loads(json.dumps(found.to_json())) == {
        "illegal": 1,
        "correct": 1,
        "boundary_errors": 1,
        "type_errors": 0,
        "missed": 0,
        "spurious": 0,
        "per_type": [
            {"label": "A", "precision": 100.0, "recall": 100.0, "f1": 100.0, "support": 1},
            {"label": "B", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
        ],
    }


def test_the_report_prints_as_a_table() -> None:
    assert str(report([["B-LOC", "I-LOC", "O"]], [["B-LOC", "I-LOC", "O"]])).splitlines() == [
        "type  precision  recall      f1  support",
        "LOC      100.00  100.00  100.00        1",
        "correct 1, boundary errors 0, type errors 0, missed 0, spurious 0, illegal predicted tags 0",
    ]


def test_intervals_equal_plain_resampling_of_entity_counts_in_both_modes() -> None:
    gold = [["B-X", "O", "B-Y"], ["O", "O"], ["B-X", "I-X", "O"], ["B-Y", "O"], ["B-X", "B-X", "B-X"]] * 3
    predicted = [["B-X", "O", "O"], ["O", "B-X"], ["I-X", "I-X", "O"], ["B-Y", "O"], ["B-X", "B-Y", "I-X"]] * 3
    found = entity_scores(gold, predicted, scheme="BIO", split="dev", head="ner", seed=7, samples=200)
    for score, read in zip(found.scores, (lenient_entities,) * 3 + (lambda tags: strict_entities(tags, "BIO"),), strict=True):
        counts = [(len(read(a) & read(b)), len(read(a)), len(read(b))) for a, b in zip(gold, predicted, strict=True)]
        divide = {"precision": lambda c, g, p: 100 * c / p if p else None, "recall": lambda c, g, p: 100 * c / g if g else None}.get(
            score.name, lambda c, g, p: 200 * c / (g + p) if g + p else None
        )
        plain = plain_interval(plain_bootstrap(counts, lambda sums, divide=divide: divide(*sums), seed=7, samples=200))
        assert score.interval == pytest.approx(plain)
        assert score.interval[0] <= score.value <= score.interval[1]


@pytest.mark.parametrize(
    ("gold", "predicted", "scheme", "message"),
    [
        (
            [["O"], ["O", "NOUN"]],
            [["O"], ["O", "O"]],
            "BIO",
            "test ner: sentence 2, word 2: gold tag 'NOUN' is neither O nor one of B-, I- and a label, "
            "so it has no place in BIO entities. Score tags of single words by accuracy, or name the scheme of these tags.",
        ),
        (
            [["O"]],
            [["B"]],
            "BIO",
            "test ner: sentence 1, word 1: predicted tag 'B' is neither O nor one of B-, I- and a label, "
            "so it has no place in BIO entities. Score tags of single words by accuracy, or name the scheme of these tags.",
        ),
        (
            [["S-LOC"]],
            [["O"]],
            "BIO",
            "test ner: sentence 1, word 1: gold tag 'S-LOC' is neither O nor one of B-, I- and a label, "
            "so it has no place in BIO entities. Score tags of single words by accuracy, or name the scheme of these tags.",
        ),
        (
            [["O"]],
            [["I-"]],
            "BIOES",
            "test ner: sentence 1, word 1: predicted tag 'I-' is neither O nor one of B-, I-, E-, S- and a label, "
            "so it has no place in BIOES entities. Score tags of single words by accuracy, or name the scheme of these tags.",
        ),
    ],
)
def test_tags_that_are_no_entity_tags_are_refused_by_place(gold: list, predicted: list, scheme: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        entity_scores(gold, predicted, scheme=scheme, split="test", head="ner")
    assert str(error.value) == message


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as error:
        report([["O"]], [["O"]], "BILOU")
    assert str(error.value) == "unknown tag scheme 'BILOU'; choose one of IOB1, BIO, BIOES"


def test_sides_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError, match="^2 gold sentences but 1 predicted sentences; they must be aligned one to one$"):
        report([["O"], ["O"]], [["O"]])
    with pytest.raises(ValueError, match="^1 gold tags but 2 predicted tags in sentence 2; they must be aligned one to one$"):
        report([["O"], ["O"]], [["O"], ["O", "O"]])
