"""Translations as a page: what stands on it, and that nothing of the text is taken for markup."""

from __future__ import annotations

from seqtasks.reports.answer_page import AnswerPage
from seqtasks.reports.shown import AttentionShown, TranslatedShown


def test_a_page_holds_each_line_with_its_translations_and_a_cell_for_each_weight() -> None:
    page = AnswerPage("Translated", "about <it>")
    attention = AttentionShown(("a", "<b>"), ("x", "y", "z"), [[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]])
    pieces = [page.opening(), page.line(TranslatedShown("a <b>", [("x y z", -0.5), ("x", -1.25)], attention)), page.closing()]
    text = "".join(pieces)
    assert text.startswith("<!") and text.rstrip().endswith("</html>")
    assert text.count("<td style=") == 6 and 'title="y ← &lt;b&gt;: 0.75"' in text
    assert "x y z" in text and "-1.2500" in text and "about &lt;it&gt;" in text and "<b>" not in text.replace("<body>", "")
    assert "1 line" in text and "http:" not in text


def test_a_page_without_attention_has_no_table() -> None:
    page = AnswerPage("Translated", "")
    assert "<table" not in page.opening() + page.line(TranslatedShown("a", [("b", 0.0)], None)) + page.closing()
