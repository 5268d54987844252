"""The picture of a confusion matrix, and the part of a report that shows it beside the sentences that went worst."""

import re
from pathlib import Path

import pytest

from seqtasks.reports.confusion_plot import confusion_figure, confusion_plot
from seqtasks.reports.run_report import ReportSentence, ReportTags, RunReport, run_report_page

ROWS, COLUMNS = ["NOUN", "VERB", "spurious"], ["NOUN", "VERB", "missed"]
COUNTS = [[90, 10, 0], [0, 25_000, 1], [2, 0, 0]]


def test_every_count_but_0_stands_in_its_cell() -> None:
    (axes,) = confusion_figure(ROWS, COLUMNS, COUNTS).axes
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0, 0): "90", (1, 0): "10", (1, 1): "25k", (2, 1): "1", (0, 2): "2"}
    assert [label.get_text() for label in axes.get_xticklabels()] == COLUMNS
    assert [label.get_text() for label in axes.get_yticklabels()] == ROWS
    blue, orange = (image.get_array() for image in axes.images)
    assert (~blue.mask).tolist() == [[True, False, False], [False, True, False], [False, False, False]]
    assert (~orange.mask).tolist() == [[False, True, False], [False, False, True], [True, False, False]]
    assert blue[0, 0] > orange[0, 1] > 0
    assert orange[2, 0] == pytest.approx(1.0)


@pytest.mark.parametrize("counts", [[[1, 2]], [[1], [2]], []])
def test_counts_that_the_names_do_not_fit_are_refused(counts: list) -> None:
    with pytest.raises(ValueError, match="2 rows and 2 columns, at least one of each, cannot name counts of shape"):
        confusion_figure(["a", "b"], ["a", "b"], counts)


def test_the_same_counts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        confusion_plot(ROWS, COLUMNS, COUNTS, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").read_bytes().startswith(b"\x89PNG")


def page(*tags: ReportTags) -> str:
    run = RunReport("t", "", "pos", [], "", [], [], "", [], "", [], [], {}, tags=tags)
    return run_report_page(run).partition("<h2>Wrong tags</h2>")[2].partition("</section>")[0]


def test_a_report_shows_confusions_and_the_worst_sentences_with_what_was_answered(tmp_path: Path) -> None:
    confusion_plot(ROWS, COLUMNS, COUNTS, tmp_path / "tags.png")
    worst = ReportSentence(3, [("<b>", False, " "), ("runs (NOUN, not VERB)", True, " ")], 1, 0.5)
    unsure = ReportSentence(4, [("a", False, " ")], 0, None)
    markup = page(ReportTags("test upos", [("tags", tmp_path / "tags.png")], [worst], [unsure]))
    assert "data:image/png;base64," in markup
    assert "Which tags of test upos were answered as which" in markup
    assert "&lt;b&gt;" in markup
    assert "<mark>runs (NOUN, not VERB)</mark>" in markup
    assert "sentence 3: 1 of 2 words wrong, mean probability of a tag 0.50" in markup
    assert re.search(r"sentence 4: 0 of 1 words wrong<", markup)
    assert "<h3>" not in markup
    assert page(ReportTags("a", [], [worst], []), ReportTags("b", [], [], [])).count("<h3>") == 2
    assert "b: no word is tagged wrongly." in page(ReportTags("b", [], [], []))
    assert page() == ""
