"""The plain rows of a comparison, its confusions, and its words."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from seqtasks.evaluation.comparison import Audit, Confusion, Suspect
from seqtasks.reports.comparison_confusion import confused_pairs, confusion_map, confusion_part, shade
from seqtasks.reports.comparison_grid import grid, how_to_read, two_lines
from seqtasks.reports.comparison_plots import series_of
from seqtasks.reports.comparison_scores import differences_part, labels_part, probability_cell
from seqtasks.reports.comparison_tables import comparison_rows, label_rows, pair_rows, shown
from seqtasks.reports.comparison_words import audit_part, marked_words, overlap_part, sentences_part
from seqtasks.reports.page import page, table
from tests.miniature.comparisons import bare_comparison, comparison, entity_comparison


def test_a_system_is_one_row_with_every_number() -> None:
    found = comparison(2)
    headers, rows = comparison_rows(found)
    assert len(set(headers)) == len(headers)
    row = dict(zip(headers, rows[1], strict=True))
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
    headers, rows = comparison_rows(bare_comparison(2))
    row = dict(zip(headers, rows[0], strict=True))
    empty = {name for name, value in row.items() if value is None}
    assert empty == {
        *("low", "high", "training seconds", "tokens per second", "parameters", "bytes on disk", "peak memory"),
        *("calibration error", "adaptive calibration error", "brier", "without duplicates"),
    }
    assert comparison_rows(bare_comparison(0))[1] == []


def test_systems_with_other_cells_share_the_columns() -> None:
    first, second = comparison(2).systems
    found = replace(comparison(2), systems=[replace(first, cells=first.cells[:1]), replace(second, cells=second.cells[1:2])])
    headers, rows = comparison_rows(found)
    assert headers[-10:] == [f"{cell.name}{part}" for cell in second.cells[:2] for part in ("", " low", " high", " count", " total")]
    assert rows[0][-5:] == rows[1][-10:-5] == [None] * 5


def test_a_pair_is_one_row_with_every_number() -> None:
    found = comparison(3)
    headers, rows = pair_rows(found)
    assert len(set(headers)) == len(headers)
    assert len(rows) == 3
    pair, row = found.pairs[0], dict(zip(headers, rows[0], strict=True))
    assert pair.seeds is not None and pair.seeds.both_interval is not None
    assert (row["first"], row["second"], row["difference"]) == ("hmm", "bilstm", pair.difference)
    assert ((row["difference low"], row["difference high"]), row["sentence"]) == (pair.interval, pair.sentence)
    assert (row["p bootstrap"], row["p randomisation"], row["p mcnemar"]) == (pair.p_bootstrap, pair.p_randomisation, pair.p_mcnemar)
    assert (row["holm bootstrap"], row["holm randomisation"]) == (pair.holm_bootstrap, pair.holm_randomisation)
    assert (row["holm mcnemar"], row["oracle"]) == (pair.holm_mcnemar, pair.overlap.oracle)
    assert (row["test of seeds"], row["p seeds"], row["p seeds exact"]) == (pair.seeds.kind, pair.seeds.p, pair.seeds.exact_p)
    assert (row["difference of seeds and sentences low"], row["runs needed"]) == (pair.seeds.both_interval[0], 7)
    assert [row[name] for name in ("both right", "only first wrong", "only second wrong", "both wrong")] == [
        *(pair.overlap.both_right, pair.overlap.only_first_wrong, pair.overlap.only_second_wrong, pair.overlap.both_wrong)
    ]
    unseeded = replace(found, pairs=[replace(pair, seeds=None, interval=None)])
    values = dict(zip(headers, pair_rows(unseeded)[1][0], strict=True))
    assert values["p seeds"] is values["difference low"] is values["runs needed"] is None


def test_a_tag_is_one_row_for_each_system() -> None:
    found = comparison(2)
    headers, rows = label_rows(found)
    label = found.systems[1].labels[3]
    assert headers == ["system", "label", "precision", "recall", "f1", "support", "predicted"]
    assert ["bilstm", label.label, label.precision, label.recall, label.f1, label.support, label.predicted] in rows
    assert len(rows) == 2 * 17


@pytest.mark.parametrize("rows_of", [comparison_rows, pair_rows, label_rows])
def test_the_rows_survive_a_csv_file(rows_of) -> None:
    headers, rows = rows_of(comparison(8))
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([headers, *rows])
    read = list(csv.reader(io.StringIO(stream.getvalue())))
    assert read[0] == headers
    assert read[1:] == [["" if value is None else str(value) for value in row] for row in rows]


@pytest.mark.parametrize(
    ("header", "value", "text"),
    [
        *(("score", 94.934, "94.93"), ("score", None, "–"), ("system", "<b>", "<b>"), ("parameters", 1234567, "1,234,567")),
        *(("training seconds", 812.4, "13.5 min"), ("tokens per second", 71342.0, "71,300"), ("bytes on disk", 1_900_000, "1.90 MB")),
        *(("p bootstrap", 0.00001, "< 0.0001"), ("holm mcnemar", 0.5, "0.50"), ("difference", -1.2, "−1.20"), ("brier", 0.05123, "0.0512")),
    ],
)
def test_a_value_is_shown_as_its_header_asks(header: str, value, text: str) -> None:
    assert shown(header, value) == text


def test_confusions_are_listed_by_the_system_that_makes_them_most() -> None:
    first = Confusion(["A", "B"], [[90, 10], [3, 7]])
    second = Confusion(["B", "C", "A"], [[9, 0, 1], [5, 5, 0], [2, 40, 58]])
    assert confused_pairs({"x": first, "y": second}) == [
        ("A", "C", {"x": 0, "y": 40}),
        ("A", "B", {"x": 10, "y": 2}),
        ("C", "B", {"x": 0, "y": 5}),
        ("B", "A", {"x": 3, "y": 1}),
    ]
    assert len(confused_pairs({"x": first, "y": second}, most=2)) == 2


def test_a_map_shows_counts_shares_and_the_diagonal_apart() -> None:
    html = confusion_map(Confusion(["<A>", "B"], [[90, 10], [3, 7]]), "<x>")
    assert '<td class="diagonal" title="&lt;A&gt; answered as &lt;A&gt;: 90 of 100, 90.00 %">90</td>' in html
    assert '<td style="--share: 0.62" title="&lt;A&gt; answered as B: 10 of 100, 10.00 %">10</td>' in html
    assert '<td class="sum">90.0</td>' in html and '<td class="sum">70.0</td>' in html
    assert "<A>" not in html and "<x>" not in html


def test_a_map_of_many_tags_is_a_picture_with_a_cell_for_each_count() -> None:
    labels = [f"<T{place}>" for place in range(50)]
    counts = [[5 if row == column else int(column == row + 1) for column in range(50)] for row in range(50)]
    html = confusion_map(Confusion(labels, counts), "x")
    assert html.count('class="hot"') == 49 and html.count('<rect class="diagonal"') == 50
    assert "<title>&lt;T0&gt; answered as &lt;T1&gt;: 1</title>" in html
    assert html.count("&lt;T49&gt;</text>") == 2
    assert "<T0>" not in html


def test_the_colour_grows_with_the_logarithm_of_the_count() -> None:
    assert (shade(0, 10), shade(10, 10), shade(0, 0)) == (0, 1, 0)
    assert 0.5 < shade(10, 99) < 0.6


def test_the_map_of_the_best_system_is_open_and_the_others_wait() -> None:
    found = comparison(3)
    html = confusion_part(found, series_of(found))
    assert re.findall(r"<details( open)?>\n<summary>Map of .*?<bdi>(.*?)</bdi>", html) == [
        *((" open", "bilstm-crf"), ("", "bilstm"), ("", "hmm"))
    ]


def test_tags_that_differ_most_are_marked_if_they_are_frequent_enough() -> None:
    full = comparison(2)
    labels = [
        [replace(label, f1=50.0 + 10 * place * number, support=9 if number == 4 else 100) for number, label in enumerate(system.labels[:5])]
        for place, system in enumerate(full.systems)
    ]
    found = replace(full, systems=[replace(system, labels=rows) for system, rows in zip(full.systems, labels, strict=True)])
    html = labels_part(found, series_of(found))
    assert re.findall(r"◆ <bdi>(.*?)</bdi>", html) == ["PUNCT", "VERB", "PRON"]  # in the order of the table; ADP is too rare
    assert html.count('<tr class="most">') == 3
    assert "spread" not in labels_part(comparison(1), {"hmm": 0})


def test_tags_of_many_systems_stand_in_one_table_of_f1_and_one_more_for_each() -> None:
    few, many = (labels_part(found, series_of(found)) for found in (comparison(3), comparison(4)))
    assert re.findall(r"<caption>(.*?)</caption>", few) == ["Precision, recall and F1 by tag"]
    assert re.findall(r"<caption>(.*?)</caption>", many) == ["F1 by tag (%)", *["Precision, recall and F1 by tag"] * 4]
    assert "Precision and recall of bilstm-crf</summary>" in many


def test_a_p_value_of_at_most_five_percent_is_bold() -> None:
    assert [probability_cell(p) for p in (0.05, 0.051, 0.00001, None)] == ["<b>0.050</b>", "0.051", "<b>&lt; 0.0001</b>", "–"]


def test_many_pairs_fold_their_sentences_and_few_do_not() -> None:
    few, many = comparison(2), comparison(4)
    assert "Every pair in words" not in differences_part(few, series_of(few))
    assert "Every pair in words" in differences_part(many, series_of(many))
    assert "samples:1000|seed:1|level:0.05|correction:Holm" in differences_part(few, series_of(few))


def test_a_wrong_word_carries_a_sign_its_answer_and_the_gold_tag() -> None:
    html = marked_words(["<a>", "b"], ["X", "Y"], ["X", "Z"])
    assert html == (
        '<div class="words" dir="auto"><span class="word"><bdi>&lt;a&gt;</bdi><small><bdi>X</bdi></small></span>'
        '<span class="word wrong"><bdi>b</bdi><small>✗ <bdi>Z</bdi></small><small class="gold">→ <bdi>Y</bdi></small></span></div>'
    )


def test_the_two_best_systems_come_first_where_words_are_shown() -> None:
    found = comparison(3)
    for part in (overlap_part, sentences_part):
        html = part(found, series_of(found))
        assert re.findall(r"<h3>(.*?)</h3>", html) == ["bilstm and bilstm-crf"]
        assert re.findall(r"<summary>(.*?)</summary>", html) == ["hmm and bilstm", "hmm and bilstm-crf"]


def test_the_oracle_says_what_it_picks() -> None:
    words, entities = comparison(2), entity_comparison()
    assert "picks the right one of the two answers to each word would score" in overlap_part(words, series_of(words))
    assert "picks the better answer to each sentence would score" in overlap_part(entities, series_of(entities))


def test_a_suspect_is_marked_in_its_sentence_and_only_there() -> None:
    audit = Audit(0, 0, [], {}, 0, [], 1, [Suspect(5, 2, ["a", "<a>", "a"], "X", "Y", 0.5)])
    html = audit_part(replace(comparison(2), audit=audit), {})
    assert '<span dir="auto">a <mark>&lt;a&gt;</mark> a</span>' in html
    assert "50.00" in html and "All 1" in html
    assert re.findall(r"<h3>(.*?)</h3>", html) == ["Suspects for annotation errors"]


def test_a_table_of_html_says_what_it_holds_and_refuses_rows_that_do_not_fit() -> None:
    html = grid(["a", "b"], [["<i>x</i>", "1"]], "<c>", numbers=(1,), groups=[("", 1), ("g", 1)], looks=["most"], beneath=["<s>"])
    assert "<caption>&lt;c&gt;</caption>" in html
    assert '<td colspan="1"></td><th scope="colgroup" class="group" colspan="1">g</th>' in html
    assert '<tr class="most above"><th scope="row"><i>x</i></th><td class="number">1</td></tr>' in html
    assert '<td class="signature" colspan="2">&lt;s&gt;</td>' in html
    assert grid(["a"], [], "c") == how_to_read("") == ""
    assert two_lines("<", ">") == '&lt;<span class="second">&gt;</span>' and two_lines("<", "") == "&lt;"
    with pytest.raises(ValueError) as error:
        grid(["a", "b"], [["x"]], "c")
    assert str(error.value) == "a row of 1 cells in a table of 2 columns: ['x']"


def test_a_table_has_a_caption_and_a_page_a_style_of_its_own_where_they_are_given() -> None:
    assert "<table>\n<caption>what</caption>\n<thead>" in table(["a"], [["b"]], caption="what")
    assert "<caption>&lt;b&gt;</caption>" in table(["a"], [["b"]], caption="<b>")
    assert "<caption>" not in table(["a"], [["b"]])
    assert page("t", "", style="b { top: 0 }").count("b { top: 0 }</style>") == 1
