"""The plain rows of a comparison, its confusions, and its words."""

from __future__ import annotations

import re
from dataclasses import replace

from seqtasks.evaluation.audit import Audit, Suspect
from seqtasks.evaluation.comparison import Comparison, Confusion
from seqtasks.reports.comparison_report import comparison_page
from seqtasks.reports.comparison_tables import comparison_rows, confused_pairs, labels
from tests.miniature.comparisons import bare_comparison, comparison, entity_comparison


def part(found: Comparison, title: str) -> str:
    """A section of the page of a comparison."""
    return comparison_page(found).split(f"<h2>{title}</h2>")[1].split("</section>")[0]


def test_a_system_is_one_row_with_every_number() -> None:
    found = comparison(2)
    row = comparison_rows(found)[1]
    system = found.systems[1]
    assert (row["system"], row["metric"], row["score"]) == ("bilstm", "accuracy", 94.93)
    assert (row["low"], row["high"]) == system.score.interval
    assert (row["number of runs"], row["lowest run"], row["highest run"]) == (5, min(system.runs), max(system.runs))
    assert row["median of runs"] == sorted(system.runs)[2]
    assert row["runs"] == " ".join(map(str, system.runs))
    assert (row["training seconds"], row["tokens per second"], row["parameters"]) == (812.4, 3125.7, 480_000)
    assert (row["bytes on disk"], row["peak memory"], row["device"]) == (3_800_000, 180_000_000, "cpu")
    assert (row["calibration error"], row["adaptive calibration error"], row["brier"]) == (1.87, 0.91 + 1, 0.0512)
    assert (row["without duplicates"], row["signature"], row["shown run"]) == (94.93 - 0.03, system.score.signature, "runs/1/seed-2")
    for cell in system.cells:
        assert (row[cell.name], row[f"{cell.name} count"], row[f"{cell.name} total"]) == (cell.value, cell.count, cell.total)
        assert (row[f"{cell.name} low"], row[f"{cell.name} high"]) == cell.interval


def test_what_was_not_measured_is_none_in_the_rows() -> None:
    row = comparison_rows(bare_comparison(2))[0]
    empty = {name for name, value in row.items() if value is None}
    assert empty == {
        *("low", "high", "training seconds", "tokens per second", "parameters", "bytes on disk", "peak memory"),
        *("calibration error", "adaptive calibration error", "brier", "without duplicates"),
    }
    assert comparison_rows(bare_comparison(0)) == []


def test_systems_with_other_cells_share_the_columns() -> None:
    first, second = comparison(2).systems
    found = replace(comparison(2), systems=[replace(first, cells=first.cells[:1]), replace(second, cells=second.cells[1:2])])
    rows = comparison_rows(found)
    assert list(rows[0]) == list(rows[1])
    assert list(rows[0])[-10:] == [f"{cell.name}{part}" for cell in second.cells[:2] for part in ("", " low", " high", " count", " total")]
    assert list(rows[0].values())[-5:] == list(rows[1].values())[-10:-5] == [None] * 5


def test_confusions_are_listed_by_the_system_that_makes_them_most() -> None:
    first = Confusion(["A", "B"], [[90, 10], [3, 7]])
    second = Confusion(["B", "C", "A"], [[9, 0, 1], [5, 5, 0], [2, 40, 58]])
    found = confused_pairs({"x": first, "y": second})
    assert found[0].shares == {"x": 0, "y": 40}
    assert [row[:3] for row in found] == [
        ("A", "C", {"x": 0, "y": 40}),
        ("A", "B", {"x": 10, "y": 2}),
        ("C", "B", {"x": 0, "y": 5}),
        ("B", "A", {"x": 3, "y": 1}),
    ]
    assert len(confused_pairs({"x": first, "y": second}, most=2)) == 2


def test_the_map_of_the_best_system_is_open_and_the_others_wait() -> None:
    found = comparison(3)
    html = part(found, "Confusions")
    assert re.findall(r"<details( open)?>\s*<summary>Map of .*?<bdi>(.*?)</bdi>", html) == [
        *((" open", "bilstm-crf"), ("", "bilstm"), ("", "hmm"))
    ]


def test_tags_that_differ_most_are_marked_if_they_are_frequent_enough() -> None:
    full = comparison(2)
    changed = [
        [replace(label, f1=50.0 + 10 * place * number, support=9 if number == 4 else 100) for number, label in enumerate(system.labels[:5])]
        for place, system in enumerate(full.systems)
    ]
    found = replace(full, systems=[replace(system, labels=rows) for system, rows in zip(full.systems, changed, strict=True)])
    html = part(found, "Tags")
    assert [label.name for label in labels(found) if label.marked] == ["PUNCT", "VERB", "PRON"]
    assert re.findall(r"◆ <bdi>(.*?)</bdi>", html) == ["PUNCT", "VERB", "PRON"]  # in the order of the table; ADP is too rare
    assert html.count('<tr class="most">') == 3
    assert "spread" not in part(comparison(1), "Tags").split("</p>", 1)[1]


def test_tags_of_many_systems_stand_in_one_table_of_f1_and_one_more_for_each() -> None:
    few, many = (part(found, "Tags") for found in (comparison(3), comparison(4)))
    assert re.findall(r"<caption>(.*?)</caption>", few) == ["Precision, recall and F1 by tag"]
    assert re.findall(r"<caption>(.*?)</caption>", many) == ["F1 by tag (%)", *["Precision, recall and F1 by tag"] * 4]
    assert "Precision and recall of bilstm-crf</summary>" in many


def test_many_pairs_fold_their_sentences_and_few_do_not() -> None:
    few, many = comparison(2), comparison(4)
    assert "Every pair in words" not in part(few, "Differences")
    assert "Every pair in words" in part(many, "Differences")
    assert "samples:1000|seed:1|level:0.05|correction:Holm" in part(few, "Differences")


def test_a_wrong_word_carries_a_sign_its_answer_and_the_gold_tag() -> None:
    html = part(comparison(2), "Sentences")
    assert '<span class="word"><bdi>run</bdi><small><bdi>VERB</bdi></small></span>' in html
    assert (
        '<span class="word wrong"><bdi>run</bdi><small>✗ <bdi>NOUN</bdi></small><small class="gold">→ <bdi>VERB</bdi></small></span>'
        in html
    )
    assert re.findall(r'<span class="soft">(.*?)</span>', html) == ["4 wrong", "1 wrong", "2 wrong", "all right"]


def test_a_p_value_of_at_most_five_percent_is_bold() -> None:
    pair = replace(comparison(2).pairs[0], p_bootstrap=0.05, p_randomisation=0.051, p_mcnemar=0.00001, seeds=None)
    html = part(replace(comparison(2), pairs=[pair]), "Differences")
    assert '<b>0.050</b></td><td class="number">0.051</td><td class="number"><b>&lt; 0.0001</b></td>' in html


def test_the_two_best_systems_come_first_where_words_are_shown() -> None:
    found = comparison(3)
    for title in ("Overlap of errors", "Sentences"):
        html = part(found, title)
        assert re.findall(r"<h3>(.*?)</h3>", html) == ["bilstm and bilstm-crf"]
        assert re.findall(r"<summary>(.*?)</summary>", html) == ["hmm and bilstm", "hmm and bilstm-crf"]


def test_the_oracle_says_what_it_picks() -> None:
    words, entities = comparison(2), entity_comparison()
    assert "picks the right one of the two answers to each word would score" in part(words, "Overlap of errors")
    assert "picks the better answer to each sentence would score" in part(entities, "Overlap of errors")


def test_a_suspect_is_marked_in_its_sentence_and_only_there() -> None:
    audit = Audit(0, 0, [], {}, 0, [], 1, [Suspect(5, 2, ["a", "<a>", "a"], "X", "Y", 0.5)])
    html = part(replace(comparison(2), audit=audit), "The data itself")
    assert '<span dir="auto">a <mark>&lt;a&gt;</mark> a</span>' in html
    assert "50.00" in html and "All 1" in html
    assert re.findall(r"<h3>(.*?)</h3>", html) == ["Suspects for annotation errors"]
