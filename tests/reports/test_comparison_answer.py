"""What the first screen says: it must agree with the tests, and promise nothing that they do not."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from seqtasks.evaluation.comparison import Comparison, Cost, SeedTest
from seqtasks.reports.comparison_report import comparison_page
from seqtasks.reports.page import environment
from tests.miniature.comparisons import bare_comparison, comparison, entity_comparison
from tests.reports.answers import written


def headline(found: Comparison) -> str:
    return written("headline", found)


def tiles(found: Comparison) -> list[tuple[str, ...]]:
    """Label, value and note of each."""
    shown = environment().get_template("answer.html").module.tiles(found)
    return re.findall(r'<p class="soft">(.*?)</p><p class="value">(.*?)</p><p class="soft">(.*?)</p>', shown)


def explanation(found: Comparison) -> list[str]:
    """Its sentences, a paragraph each."""
    shown = environment().get_template("answer.html").module.explanation(found)
    return [html.unescape(text).strip() for text in re.findall(r"<p[^>]*>(.*?)</p>", shown)]


def prices(found: Comparison) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", environment().get_template("answer.html").module.prices(found))


def came_out(bootstrap: float, randomisation: float, seeds: float | None = None) -> Comparison:
    """Two systems whose tests came out so."""
    full = comparison(2)
    found = SeedTest("t", seeds, 1.0, None, "") if seeds is not None else None
    return replace(full, pairs=[replace(full.pairs[0], holm_bootstrap=bootstrap, holm_randomisation=randomisation, seeds=found)])


@pytest.mark.parametrize(
    ("bootstrap", "randomisation", "seeds", "said"),
    [
        (0.01, 0.01, None, "bilstm is significantly better than hmm: +1.22 points"),
        (0.05, 0.05, 0.05, "bilstm is significantly better than hmm: +1.22 points"),
        (0.01, 0.01, 0.2, "bilstm is 1.22 points ahead of hmm, but other seeds could undo it"),
        (0.01, 0.06, None, "bilstm is 1.22 points ahead of hmm, but the tests disagree"),
        (0.06, 0.01, None, "bilstm is 1.22 points ahead of hmm, but the tests disagree"),
        (0.06, 0.2, None, "bilstm and hmm cannot be told apart"),
        (0.06, 0.2, 0.001, "bilstm and hmm cannot be told apart"),
    ],
)
def test_the_headline_claims_what_the_tests_bear(bootstrap: float, randomisation: float, seeds: float | None, said: str) -> None:
    found = came_out(bootstrap, randomisation, seeds)
    assert headline(found) == said
    better, worse = found.ranking()
    assert found.surely_better(better, worse) == ("significantly" in said)


def test_the_headline_without_a_second_system_without_a_test_and_of_equals() -> None:
    assert headline(comparison(1)) == "hmm: 93.71 % accuracy"
    assert headline(bare_comparison(2)) == "bilstm scores 1.22 points more than hmm"
    assert headline(bare_comparison(0)) == "Comparison on dev"
    equal = comparison(2)
    equal = replace(equal, pairs=[replace(equal.pairs[0], difference=-0.004)])
    assert headline(equal) == "bilstm and hmm are equally good"


def test_the_lead_counts_from_the_winner_whichever_way_round_the_pair_was_tested() -> None:
    full = comparison(2)
    pair = full.pairs[0]
    turned = replace(pair, first="bilstm", second="hmm", difference=-1.22, interval=(-1.49, -0.95))
    assert tiles(replace(full, pairs=[turned]))[1] == ("lead over hmm", "1.22 points", "95 %: +0.95 to +1.49")
    assert headline(replace(full, pairs=[turned])) == headline(full)


def test_the_question_names_task_part_and_scheme() -> None:
    assert written("question", comparison(1)) == "pos: upos · 1 system · dev: 2,001 sentences, 25,147 words"
    assert written("question", entity_comparison()) == "ner · scheme BIO · 2 systems · dev: 2,001 sentences, 25,147 words"


def test_the_explanation_is_the_pairs_sentence_the_seeds_and_the_cost() -> None:
    full = comparison(2)
    first, cost = explanation(full)
    assert first == f"{full.pairs[0].sentence} Between seeds the difference is significant too (p = 0.012)."
    assert cost == (
        "bilstm trains for 13.5 min, hmm for 2.13 s. bilstm tags 3,130 words a second, hmm 71,300, 23 times as many. "
        "Each point over hmm costs 11.1 min of training."
    )
    assert explanation(bare_comparison(2)) == ["No test was made between these two."]
    assert explanation(comparison(1)) == []


@pytest.mark.parametrize(
    ("bootstrap", "seeds", "said"),
    [
        (0.01, 0.00001, "Between seeds the difference is significant too (p < 0.0001)."),
        (0.2, 0.03, "Between seeds the difference is significant (p = 0.030)."),
        (0.01, 0.3, ""),
        (0.2, 0.3, "Nor is it between seeds (p = 0.30)."),
    ],
)
def test_the_seeds_are_named_where_the_pairs_sentence_does_not(bootstrap: float, seeds: float, said: str) -> None:
    assert written("seeds_note", came_out(bootstrap, bootstrap, seeds).pairs[0]) == said


def test_too_few_runs_speak_for_themselves() -> None:
    pair = replace(comparison(2).pairs[0], seeds=SeedTest("none", None, 1.0, None, "hmm has one run only."))
    assert written("seeds_note", pair) == "hmm has one run only."
    assert written("seeds_note", replace(pair, seeds=None)) == ""


@pytest.mark.parametrize(
    ("mine", "its", "said"),
    [
        ((10.0, 100.0), (1.0, 100.0), "a trains for 10.0 s, b for 1.00 s. a tags 100 words a second, b about as many"),
        ((1.0, 300.0), (1.0, 100.0), "a trains for 1.00 s, b for 1.00 s. a tags 300 words a second, 3.0 times as many as b (100)"),
        ((None, 300.0), (1.0, 100.0), "a tags 300 words a second, 3.0 times as many as b (100)"),
        ((10.0, None), (1.0, 100.0), "a trains for 10.0 s, b for 1.00 s"),
        ((None, None), (None, None), ""),
    ],
)
def test_a_cost_is_compared_where_both_were_measured(mine: tuple, its: tuple, said: str) -> None:
    systems = comparison(2).systems
    better = replace(systems[1], name="a", cost=Cost(*mine, None, None, None))
    worse = replace(systems[0], name="b", cost=Cost(*its, None, None, None))
    assert written("cost", better, worse, False) == (f"{said}." if said else "")


def test_the_price_of_a_point_is_training_time_over_points() -> None:
    hmm, bilstm = comparison(2).systems
    assert bilstm.price_of_a_point(hmm) == pytest.approx((812.4 - 2.13) / 1.22)
    assert hmm.price_of_a_point(bilstm) is None
    assert replace(bilstm, cost=replace(bilstm.cost, training_seconds=1.0)).price_of_a_point(hmm) is None
    assert replace(bilstm, cost=replace(bilstm.cost, training_seconds=None)).price_of_a_point(hmm) is None


def test_no_price_is_named_for_points_that_may_be_luck() -> None:
    sure, unsure = came_out(0.01, 0.01), came_out(0.3, 0.3)
    assert prices(sure)[0] == "bilstm costs 11.1 min of training (cpu) for each point over hmm."
    assert [text for text in prices(unsure) if "each point" in text] == []
    assert "Each point" in explanation(sure)[1] and "Each point" not in explanation(unsure)[1]
    assert prices(unsure) == ["hmm tags 23 times as fast as bilstm: 71,300 words a second against 3,130."]


def test_further_systems_are_named_up_to_three_and_counted_beyond() -> None:
    few, many = comparison(5), comparison(8)
    assert "more under" not in comparison_page(few)
    assert 'and 3 more under <a href="#differences">Differences</a>' in comparison_page(many)


def test_the_first_screen_of_one_system_shows_what_it_costs() -> None:
    assert tiles(comparison(1)) == [
        ("hmm, accuracy", "93.71 %", "95 %: 93.32 to 94.09"),
        ("training", "2.13 s", "cpu"),
        ("words a second", "71,300", "cpu"),
        ("parameters", "120,000", "\u00a0"),
    ]
    assert tiles(bare_comparison(0)) == []
