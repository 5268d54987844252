"""All reports together, against the functions that they come from."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.calibration import calibration
from seqtasks.evaluation.compare_systems import Compared, compare_systems
from seqtasks.evaluation.comparison import Comparison, Cost
from seqtasks.evaluation.pair_tests import verdict
from seqtasks.evaluation.score import Score
from seqtasks.evaluation.significance import approximate_randomisation, holm, mcnemar, paired_bootstrap
from seqtasks.evaluation.spans import entity_scores
from seqtasks.evaluation.systems import SystemOutput, median_run, sentence_statistics
from tests.evaluation.counted import count_draws

WORDS = [f"w{number}" for number in range(40)]
TAGS = ["A", "B", "C"]
ENTITY_TAGS = ["O", "O", "B-P", "I-P", "B-L"]
DRAWS = 200


def annotated(seed: int, sentences: int, tags: list[str] = TAGS) -> Annotated:
    generator = np.random.default_rng(seed)
    words = [[str(word) for word in generator.choice(WORDS, generator.integers(0, 9))] for _ in range(sentences)]
    return Annotated(words, [[str(tag) for tag in generator.choice(tags, len(row))] for row in words])


def answers(gold: Annotated, seed: int, right: float, tags: list[str] = TAGS) -> list[list[str]]:
    generator = np.random.default_rng(seed)
    return [[tag if generator.random() < right else str(generator.choice(tags)) for tag in row] for row in gold.tags]


def confidences(gold: Annotated, seed: int) -> list[list[float]]:
    generator = np.random.default_rng(seed)
    return [generator.random(len(row)).tolist() for row in gold.tags]


def cost(speed: float | None) -> Cost:
    return Cost(1.0, speed, 10, 100, 1000)


def assert_same_score(found: Score, expected: Score) -> None:
    assert found.interval == pytest.approx(expected.interval)
    assert found == replace(expected, interval=found.interval)


PART, TRAIN = annotated(1, 60), annotated(2, 80)
HMM = SystemOutput("HMM", [answers(PART, 3, 0.8)], [confidences(PART, 4)], cost(9000.0), ["runs/hmm"], ["a note"], fixed=True)
LSTM = SystemOutput("LSTM", [answers(PART, seed, 0.9) for seed in (5, 6, 7)], [confidences(PART, 8)] * 3, cost(500.0), ["runs/1", "runs/2"])
BASE = SystemOutput("most frequent", [answers(PART, 9, 0.6)], None, cost(None), fixed=True)


def compared(systems: tuple = (HMM, LSTM, BASE), part: Annotated = PART, train: Annotated = TRAIN, scheme: str | None = None) -> Compared:
    return compare_systems(systems, part, train, scheme=scheme, split="dev", head="upos", seed=2, draws=DRAWS)


def test_each_system_is_reported_by_its_run_with_the_median_score() -> None:
    for report, system in zip(compared().systems, (HMM, LSTM, BASE), strict=True):
        runs = [token_accuracy(PART.tags, tags, split="dev", head="upos", seed=2, samples=DRAWS)[0] for tags in system.tags]
        assert report.runs == pytest.approx([run.value for run in runs])
        assert sorted(report.runs)[len(runs) // 2] == report.runs[report.shown]
        assert_same_score(report.score, runs[report.shown])
        assert (report.name, report.paths, report.notes, report.cost) == (system.name, list(system.paths), list(system.notes), system.cost)
        assert sum(map(sum, report.confusion.counts)) == sum(map(len, PART.tags))
        assert sum(share.total for share in report.cells) == sum(map(len, PART.tags))
        assert sum(share.count for share in report.cells) == pytest.approx(report.score.value / 100 * sum(map(len, PART.tags)))
        assert sum(row.support for row in report.labels) == sum(map(len, PART.tags))


def test_calibration_is_of_the_shown_run() -> None:
    hmm, lstm, base = compared().systems
    assert base.calibration is None
    for report, system in ((hmm, HMM), (lstm, LSTM)):
        tags, sure = system.tags[report.shown], system.confidences[report.shown]
        right = [a == b for row in zip(PART.tags, tags, strict=True) for a, b in zip(*row, strict=True)]
        assert report.calibration == calibration([value for row in sure for value in row], right)


def test_pairs_are_second_minus_first_in_the_order_given_with_every_test() -> None:
    found = compared()
    assert [(pair.first, pair.second) for pair in found.pairs] == [("HMM", "LSTM"), ("HMM", "most frequent"), ("LSTM", "most frequent")]
    shown = {report.name: report.shown for report in found.systems}
    tags = {system.name: system.tags[shown[system.name]] for system in (HMM, LSTM, BASE)}
    for number, pair in enumerate(found.pairs):
        first, second = (sentence_statistics(PART.tags, tags[name], None) for name in (pair.first, pair.second))
        expected = paired_bootstrap(first, second, seed=2, draws=DRAWS)
        assert (pair.difference, pair.p_bootstrap) == (pytest.approx(expected.difference), expected.p)
        assert pair.interval == pytest.approx(expected.interval)
        assert pair.p_randomisation == approximate_randomisation(first, second, seed=2, draws=DRAWS)
        assert pair.p_mcnemar == mcnemar(pair.overlap.only_second_wrong, pair.overlap.only_first_wrong)
        for kind in ("bootstrap", "randomisation", "mcnemar"):
            corrected = holm([getattr(other, f"p_{kind}") for other in found.pairs])
            assert getattr(pair, f"holm_{kind}") == corrected[number]
        p_values, holm_values = (pair.p_bootstrap, pair.p_randomisation), (pair.holm_bootstrap, pair.holm_randomisation)
        names = pair.first, pair.second
        assert pair.sentence == verdict(names, expected, p_values, holm_values, sentences=60, pairs=3, seeds=pair.seeds)
        assert pair.most_different[0].first == tags[pair.first][pair.most_different[0].sentence - 1]
    assert found.pairs[0].seeds.kind == "t-test of one sample against a fixed score"
    assert found.pairs[1].seeds is None


def test_the_fast_system_of_a_cascade_is_the_one_that_tags_more_words_a_second() -> None:
    assert [(row.fast, row.slow) for row in compared().cascades] == [("HMM", "LSTM"), ("HMM", "most frequent"), ("LSTM", "most frequent")]
    assert [(row.fast, row.slow) for row in compared((LSTM, HMM)).cascades] == [("HMM", "LSTM")]
    assert [(row.fast, row.slow) for row in compared((BASE, HMM)).cascades] == []  # no speed: the first named, but it has no confidences
    points = compared((HMM, LSTM)).cascades[0].points
    reports = compared((HMM, LSTM)).systems
    assert (points[0].score, points[-1].score) == pytest.approx((reports[1].score.value, reports[0].score.value))


def test_entities_are_compared_by_f1() -> None:
    part, train = annotated(1, 60, ENTITY_TAGS), annotated(2, 80, ENTITY_TAGS)
    systems = tuple(
        SystemOutput(
            name, [answers(part, seed + run, right, ENTITY_TAGS) for run in range(runs)], [confidences(part, 1)] * runs, cost(9.0 / seed)
        )
        for name, seed, right, runs in (("one", 10, 0.7, 1), ("two", 20, 0.8, 3))
    )
    found = compared(systems, part, train, "BIO")
    for report, system in zip(found.systems, systems, strict=True):
        scored = entity_scores(part.tags, system.tags[report.shown], scheme="BIO", split="dev", head="upos", seed=2, samples=DRAWS)
        assert_same_score(report.score, scored.scores[0])
        assert report.runs[report.shown] == pytest.approx(report.score.value)
        assert {row.label: pytest.approx(row.f1) for row in scored.per_type} == {row.label: row.f1 for row in report.labels}
        assert {share.name.split(",")[0] for share in report.cells} == {"recall", "F1"}
        assert len(report.confusion.labels) == 4
    (pair,) = found.pairs
    assert pair.difference == pytest.approx(found.systems[1].score.value - found.systems[0].score.value)
    assert pair.overlap.oracle >= max(report.score.value for report in found.systems)
    assert pair.seeds.sentence.startswith("one has one run only")
    for point in found.cascades[0].points:
        assert point.words_fast <= 100 and point.sentences_fast <= 100


def test_the_audit_looks_at_train_and_the_part() -> None:
    part = Annotated([["a", "b"], ["c"], ["d"]], [["A", "B"], ["C"], ["A"]])
    train = Annotated([["c"], ["a", "b"]], [["B"], ["A", "B"]])
    one = SystemOutput("one", [[["A", "B"], ["B"], ["A"]]], [[[0.9, 0.9], [0.7], [0.6]]])
    two = SystemOutput("two", [[["A", "A"], ["B"], ["B"]]])
    found = compared((one, two), part, train).audit
    assert (found.duplicate_count, found.duplicate_tokens, [row.same_tags for row in found.duplicates]) == (2, 3, [True, False])
    assert found.score_without_duplicates == {"one": 100.0, "two": 0.0}
    assert (found.ambiguous_count, found.ambiguous[0].word) == (1, "c")
    assert (found.suspect_count, found.suspects[0].text, found.suspects[0].confidence) == (1, ["c"], 0.7)


def test_one_system_alone_has_no_pairs() -> None:
    found = compared((HMM,))
    assert (found.pairs, found.cascades, found.audit.suspects) == ([], [], [])
    assert len(found.systems) == 1


def test_everything_fits_into_json() -> None:
    found = compared()
    parts = asdict(found)
    whole = Comparison(
        "pos", "upos", None, "dev", "accuracy", 60, 1, [], **{**found.__dict__, "curves": [], "crossovers": []}, settings={}, environment={}
    )
    assert json.loads(json.dumps(whole.to_json(), allow_nan=False))["pairs"] == json.loads(json.dumps(parts["pairs"], allow_nan=False))


def test_an_answer_of_a_system_to_every_draw_is_the_same_whoever_else_is_compared() -> None:
    assert compared((HMM, LSTM)).systems[1] == compared((BASE, HMM, LSTM)).systems[2]


def test_the_median_run_is_the_lower_of_two_middle_ones() -> None:
    assert [median_run(runs) for runs in ([5.0], [5.0, 4.0], [3.0, 1.0, 2.0], [1.0, 1.0, 1.0], [4.0, 3.0, 1.0, 2.0])] == [0, 1, 2, 1, 3]


@pytest.mark.parametrize(
    ("systems", "message"),
    [
        ((), "there is no system to compare"),
        ((HMM, replace(LSTM, name="HMM")), "systems of the same name: HMM; give each its own"),
        ((replace(HMM, tags=[]),), "HMM has no run"),
        ((replace(LSTM, fixed=True),), "LSTM has 3 runs but is said to have no seed"),
        ((replace(LSTM, confidences=[confidences(PART, 8)]),), "3 runs of LSTM but 1 runs of confidences; they must be aligned one to one"),
        (
            (replace(HMM, tags=[HMM.tags[0][:5]], confidences=None),),
            "60 sentences but 5 sentences of tags (HMM, run 1); they must be aligned one to one",
        ),
        (
            (replace(HMM, tags=[[["A"] * 99, *HMM.tags[0][1:]]]),),
            f"{len(PART.words[0])} words but 99 tags in sentence 1 of the sentences of tags (HMM, run 1); they must be aligned one to one",
        ),
        (
            (replace(HMM, confidences=[[[0.5] * 99, *HMM.confidences[0][1:]]]),),
            f"{len(PART.words[0])} words but 99 confidences in sentence 1 of the sentences of confidences (HMM, run 1); "
            "they must be aligned one to one",
        ),
    ],
)
def test_systems_that_cannot_be_compared_are_refused(systems: tuple, message: str) -> None:
    with pytest.raises(ValueError) as error:
        compared(systems)
    assert str(error.value) == message


def test_a_part_without_words_and_tags_that_are_no_entities_are_errors_of_the_user() -> None:
    nothing = Annotated([[], []], [[], []])
    with pytest.raises(DataError) as error:
        compared((SystemOutput("one", [[[], []]]),), nothing)
    assert str(error.value) == "dev: there is no word to compare systems on. Name a part that holds sentences."
    with pytest.raises(DataError, match="dev upos: sentence 1, word 1: gold tag '[ABC]' is neither O nor one of B-, I- and a label"):
        compared(scheme="BIO")
    with pytest.raises(UsageError, match="unknown tag scheme 'BIOLU'; choose one of IOB1, BIO, BIOES"):
        compared(scheme="BIOLU")


@pytest.mark.parametrize("systems", [2, 4])
@pytest.mark.parametrize("runs", [1, 3])
def test_sentences_are_drawn_once_for_all_runs_and_pairs_and_once_for_the_cells_of_each_system(
    systems: int, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = [SystemOutput(str(n), [answers(PART, 3 * n + run, 0.9) for run in range(runs)]) for n in range(systems)]
    draws = count_draws(monkeypatch)
    compared(tuple(outputs))
    assert draws.positions == [(DRAWS, len(PART.words))] * (1 + systems)
    assert len(draws.swaps) == systems * (systems - 1) / 2


def test_importing_the_comparison_loads_no_heavy_package() -> None:
    names = ("seqeval", "sklearn", "scipy", "torch", "matplotlib", "sacrebleu")
    rooms = "seqtasks.evaluation.compare_systems, seqtasks.evaluation.learning_curve"
    code = f"import sys, {rooms}\nprint([name for name in {names} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert ended.stdout.strip() == "[]"
