"""The tables of both comparisons, cell by cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from seqtasks.cli.compare_tables import compact, duration, p_value, pair_table, plain_table, print_table, system_table
from seqtasks.cli.translation_tables import arrowed, translation_pair_table, translation_seed_table, translation_system_table
from seqtasks.evaluation.audit import Audit
from seqtasks.evaluation.comparison import Calibration, Comparison, Confusion, Cost, Overlap, PairReport, ScoreDifference, SystemReport
from seqtasks.evaluation.score import LOWER_IS_BETTER, Score
from seqtasks.evaluation.translation_comparison import SystemScore, TranslationComparison, TranslationPair, TranslationSystem

NOTHING = Cost(None, None, None, None, None)


def cells(table: Table) -> list[list[str]]:
    """The header and the rows."""
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def score(name: str, value: float, interval: tuple[float, float] | None = None) -> Score:
    return Score(name, value, "dev", "upos", "", interval)


def system(name: str, value: float, runs: list[float], cost: Cost = NOTHING, *, interval=None, error: float | None = None) -> SystemReport:
    calibration = None if error is None else Calibration(error, [])
    return SystemReport(name, [], score("accuracy", value, interval), runs, 0, [], [], Confusion([], []), calibration, cost)


def pair(first: str, second: str, difference: float, interval: tuple[float, float] | None, *p_values: float) -> PairReport:
    bootstrap, randomisation, mcnemar = p_values
    more = {"p_mcnemar": 0.5, "holm_mcnemar": mcnemar, "overlap": Overlap(0, 0, 0, 0, 0.0), "most_different": []}
    return PairReport(first, second, difference, interval, 0.5, 0.5, bootstrap, randomisation, "", **more)


def comparison(systems: list[SystemReport], pairs: list[PairReport]) -> Comparison:
    audit = Audit(0, 0, [], {}, 0, [], 0, [])
    return Comparison("pos", "upos", None, "dev", "accuracy", 1234, 9999, [], systems, pairs, [], [], [], audit, {}, {})


def test_a_system_has_its_score_with_interval_calibration_and_costs() -> None:
    costs = Cost(125.0, 12_345.6, 2_340_000, None, 345_678_901)
    made = comparison([system("LSTM", 95.126, [95.126], costs, interval=(94.04, 96.06), error=1.27), system("HMM", 9.0, [9.0])], [])
    table = system_table(made)
    assert table.title == "accuracy of upos on dev (1,234 sentences)"
    assert cells(table) == [
        ["system", "accuracy (95 %)", "ECE", "training", "words/s", "numbers", "memory"],
        ["LSTM", "95.13 (94.0 to 96.1)", "1.3", "2:05", "12k", "2.3M", "346M"],
        ["HMM", "9.00", "-", "-", "-", "-", "-"],
    ]


def test_where_one_system_has_several_runs_all_have_a_column_of_their_range() -> None:
    table = system_table(comparison([system("LSTM", 90.0, [90.0, 88.126, 91.0]), system("HMM", 80.0, [80.0])], []))
    assert [row[:3] for row in cells(table)] == [
        ["system", "accuracy (95 %)", "seeds"],
        ["LSTM", "90.00", "88.13 to 91.00"],
        ["HMM", "80.00", "-"],
    ]


def test_a_pair_is_second_minus_first_with_signs_and_corrected_p_values() -> None:
    pairs = [pair("HMM", "LSTM", 1.134, (0.856, 1.4), 0.0004, 0.001, 0.0316), pair("LSTM", "GRU", -0.2, None, 1.0, 0.5, 0.0)]
    table = pair_table(comparison([], pairs))
    assert table.title == "Differences, and p-values after Holm's correction for 2 pairs"
    assert cells(table) == [
        ["pair", "difference (95 %)", "bootstrap", "randomisation", "McNemar"],
        ["LSTM - HMM", "+1.13 (+0.86 to +1.40)", "< 0.001", "0.001", "0.032"],
        ["GRU - LSTM", "-0.20", "1.000", "0.500", "< 0.001"],
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (59.94, "59.9 s"), (59.96, "1:00"), (60, "1:00"), (64.6, "1:05"), (119.4, "1:59"), (119.6, "2:00"), (3661, "61:01")],
)
def test_a_duration_is_rounded_before_it_is_cut_into_minutes(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(0, 1e6))
def test_no_duration_has_sixty_seconds_and_all_are_near(seconds: float) -> None:
    text = duration(seconds)
    minutes, _, rest = text.removesuffix(" s").rpartition(":")
    assert 0 <= float(rest) < 60
    assert abs(60 * int(minutes or 0) + float(rest) - seconds) <= (0.5 if minutes else 0.05) + 1e-6


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999.4, "999"),
        (999.6, "1k"),
        (1000, "1k"),
        (157_499, "157k"),
        (999_400, "999k"),
        (999_600, "1.0M"),
        (1e6, "1.0M"),
        (2_340_000, "2.3M"),
    ],
)
def test_a_number_is_rounded_before_its_unit_is_chosen(number: float, text: str) -> None:
    assert compact(number) == text


def test_a_p_value_has_three_digits_and_is_never_zero() -> None:
    assert [p_value(p) for p in (0.0, 0.00099, 0.001, 0.0314, 1.0)] == ["< 0.001", "< 0.001", "0.001", "0.031", "1.000"]


def test_on_a_narrow_terminal_no_name_and_no_digit_is_lost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    table = plain_table("A title", ["system"], ["score"])
    table.add_row("a-system-with-a-long-name", "12345.678")
    print_table(table)
    title, header, row = capsys.readouterr().out.splitlines()
    assert (title.rstrip(), header.split()) == ("A title", ["system", "score"])
    assert row.split() == ["a-system-with-a-long-name", "12345.678"]


def translations() -> TranslationComparison:
    scores = [
        {
            "bleu": SystemScore("bleu", score("bleu", 30.456, (29.04, 31.96)), [30.456, 28.0, 33.0]),
            "ter": SystemScore("ter", score("ter", 50.0), [50.0] * 3),
        },
        {"bleu": SystemScore("bleu", score("bleu", 20.0), [20.0]), "ter": SystemScore("ter", score("ter", 60.0), [60.0])},
    ]
    systems = [
        TranslationSystem("attention", ["a", "b", "c"], 0, scores[0], [], 61.0, 999_600),
        TranslationSystem("plain", ["d"], 0, scores[1], []),
    ]
    differences = {
        "bleu": ScoreDifference("plain", "attention", 10.456, (9.0, 11.999), 0.1, 0.1, 0.0009, 0.04, ""),
        "ter": ScoreDifference("plain", "attention", -10.0, None, 0.1, 0.1, 0.5, 1.0, ""),
    }
    pairs = [TranslationPair("plain", "attention", differences, [])]
    return TranslationComparison("translation", "en", "fr", "test", 1000, [], systems, pairs, {}, {})


def test_a_translation_system_has_every_score_and_an_arrow_where_lower_is_better() -> None:
    table = translation_system_table(translations())
    assert table.title == "en-fr on test (1,000 lines)"
    assert cells(table) == [
        ["system", "bleu (95 %)", "ter ↓ (95 %)", "training", "numbers"],
        ["attention", "30.46 (29.0 to 32.0)", "50.00", "1:01", "1.0M"],
        ["plain", "20.00", "60.00", "-", "-"],
    ]
    assert [arrowed(name) for name in ("bleu", "cer", "perplexity", "ter")] == ["bleu", "cer ↓", "perplexity ↓", "ter ↓"]
    assert all(arrowed(name).endswith(" ↓") for name in LOWER_IS_BETTER)


def test_systems_of_several_runs_have_the_median_and_range_of_every_score() -> None:
    assert cells(translation_seed_table(translations())) == [
        ["system", "runs", "bleu", "ter ↓"],
        ["attention", "3", "30.46 (28.00 to 33.00)", "50.00 (50.00 to 50.00)"],
    ]


def test_a_pair_of_translation_systems_is_named_once_and_has_a_row_for_each_score() -> None:
    made = translations()
    table = translation_pair_table(made)
    assert table.title == "Differences, and p-values"
    assert cells(table) == [
        ["pair", "score", "difference (95 %)", "bootstrap", "randomisation"],
        ["attention - plain", "bleu", "+10.46 (+9.00 to +12.00)", "< 0.001", "0.040"],
        ["", "ter ↓", "-10.00", "0.500", "1.000"],
    ]
    made.pairs.append(made.pairs[0])
    assert translation_pair_table(made).title == "Differences, and p-values after Holm's correction for 2 pairs"
