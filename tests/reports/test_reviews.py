"""The parts of a report on translations: faults with causes and examples, scores by length with their picture."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.translations import diagnose
from seqtasks.diagnosis.trials import Trial
from seqtasks.evaluation.by_length import LengthBin, scores_by_length
from seqtasks.reports.plots import length_figure, length_scores
from seqtasks.reports.run_report import ReportReview, RunReport, run_report_page

RIGHT = TranslatedLine("A <b>dog</b> sees the boat.", "Un chien voit le canot.", "Un chien voit le canot.")
LINES = [
    RIGHT,
    RIGHT,
    replace(RIGHT, translation="Un <i>chien chien chien voit le canot."),
    replace(RIGHT, translation="Un rat voit le canot."),
]


def bins() -> list[LengthBin]:
    sources = [" ".join(["a"] * length) for length in (2, 2, 3, 12, 14)]
    texts = ["x y", "x z", "x y z", "x " * 12, "x " * 10]
    return scores_by_length(sources, texts, ["x y"] * 5, language="fr", split="test", head="h", ends=[2, 10], samples=20)


def section(review: ReportReview, title: str) -> str:
    """A section of the page of a run with this review and nothing else; nothing where there is no such section."""
    run = RunReport("t", "", "translation", [], "", [], [], "", [], "", [], [], {}, reviews=[review])
    return run_report_page(run).partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]


def bad_translations(review: ReportReview) -> str:
    return section(review, "Bad translations")


def by_length(review: ReportReview) -> str:
    return section(review, "Scores by length")


def visible(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup)))


def test_faults_are_shown_with_share_cause_remedy_and_examples_that_open() -> None:
    markup = bad_translations(ReportReview("test", diagnose(LINES)))
    seen = visible(markup)
    assert "2 of the 4 translations of test have a fault (50.0 %); 2 have the very words of a reference, 2 are near one." in seen
    assert "repetition 1 25.0 % The decoder does not know what it has said" in seen
    assert "may help: --set decoding.block_ngrams=4, --set decoder.attention=coverage; more training.epochs." in seen
    assert 'found "chien" 3 times source A <b>dog</b> sees the boat. translation Un <i>chien chien' in seen
    assert "wrong word 1 25.0 %" in seen
    assert markup.count("<details>") == 4
    assert "The worst lines, by chrF line 4 chrF" in seen
    assert "<b>dog" not in markup
    assert (
        "Not found: unrelated output, copied source, cut at the limit, over-length, truncation, wrong form, missing word, wrong order"
        in seen
    )


def test_the_verdict_stands_at_the_head_of_the_faults() -> None:
    wrong = [replace(RIGHT, translation="Il pleut beaucoup ce soir.")] * 3
    seen = visible(bad_translations(ReportReview("test", diagnose(wrong, losses=[3.0, 2.0]))))
    assert seen.startswith(
        " Undertrained. 100.0 % of the 3 lines have a fault; the median F1 of their words is 0 %. The dev loss was still"
    )


def test_trials_on_dev_say_what_helps_and_what_does_not() -> None:
    helps = Trial("decoding.block_ngrams=4", 200, (9, 3), (50.0, 51.0))
    useless = Trial("decoder.attention=coverage", 200, (9, 9), (50.0, 51.0))
    found = diagnose(LINES, trials=lambda wanted: {"repetition": [helps, useless]})
    seen = visible(bad_translations(ReportReview("test", found)))
    assert (
        "helps: --set decoding.block_ngrams=4 (on 200 lines of dev 9 -> 3 lines with the fault, chrF 50.0 -> 51.0); "
        "no help: --set decoder.attention=coverage (on 200 lines of dev 9 -> 9 lines with the fault, chrF 50.0 -> 51.0); "
        "may help: more training.epochs."
    ) in seen


def test_frequent_faults_come_first() -> None:
    lines = [replace(RIGHT, unknown_output=1), *[replace(RIGHT, translation="Un rat voit le canot.")] * 2]
    seen = visible(bad_translations(ReportReview("dev", diagnose(lines))))
    assert seen.index("wrong word 2") < seen.index("unknown words in the output 1")


def test_a_part_without_faults_or_lines_says_so_or_nothing() -> None:
    seen = visible(bad_translations(ReportReview("test", diagnose([RIGHT]))))
    assert "0 of the 1 translations of test have a fault (0.0 %);" in seen
    assert "<table" not in bad_translations(ReportReview("test", diagnose([RIGHT])))
    assert bad_translations(ReportReview("test", diagnose([]))) == ""
    assert by_length(ReportReview("test", diagnose([]))) == ""


def test_scores_by_length_are_a_table_beside_their_picture(tmp_path: Path) -> None:
    found = bins()
    length_scores(found, tmp_path / "by-length.png")
    markup = by_length(ReportReview("test", diagnose(LINES), found, tmp_path / "by-length.png"))
    seen = visible(markup)
    assert "data:image/png;base64," in markup
    first = found[0]
    shown = [f"{one.interval[0]:.2f} to {one.interval[1]:.2f}" if one.interval else "–" for one in (first.bleu, first.chrf)]
    assert f"2 2 {first.bleu.value:.2f} {shown[0]} {first.chrf.value:.2f} {shown[1]}" in seen
    assert "12-14 2 " in seen
    assert "<img" not in by_length(ReportReview("test", diagnose(LINES), found))


@pytest.mark.parametrize("interval", [True, False])
def test_the_picture_shows_every_bin_with_its_interval(interval: bool) -> None:
    found = bins()
    if not interval:
        found = [replace(one, bleu=replace(one.bleu, interval=None), chrf=replace(one.chrf, interval=None)) for one in found]
    (axes,) = length_figure(found).axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["2\n2 lines", "3\n1 line", "12-14\n2 lines"]
    assert [line.get_label() for line in axes.lines] == ["BLEU", "chrF"]
    assert list(axes.lines[0].get_ydata()) == [one.bleu.value for one in found]
    bars = [[tuple(segment[:, 1]) for segment in bar.get_segments()] for bar in axes.collections]
    assert bars[0] == [one.bleu.interval or (one.bleu.value, one.bleu.value) for one in found]
    assert bars[1] == [one.chrf.interval or (one.chrf.value, one.chrf.value) for one in found]


def test_the_same_bins_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        length_scores(bins(), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").read_bytes().startswith(b"\x89PNG")
