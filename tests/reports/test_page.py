"""Pieces of a page: escaped, whole, and without the network."""

import base64
import html
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import RunDirectoryError
from seqtasks.reports.page import (
    address,
    bullets,
    card,
    contents,
    details,
    escape,
    page,
    pairs,
    paragraph,
    picture,
    preformatted,
    section,
    table,
)
from seqtasks.reports.plots import heatmap

NASTY = "<script>alert(\"1\")</script> & 'x'"
ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;x&#x27;"


class Outline(HTMLParser):
    """Checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(st.text())
def test_escaped_text_holds_no_markup_and_comes_back_but_for_unprintable_signs(text: str) -> None:
    safe = escape(text)
    assert not set(safe) & set("<>\"'")
    assert html.unescape(safe) == "".join("�" if sign in _refused() else sign for sign in text)


def _refused() -> set[str]:
    return {chr(code) for code in (*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF)}


def test_a_lone_surrogate_can_be_written() -> None:
    assert escape("a\ud800b").encode("utf-8") == "a�b".encode()


@pytest.mark.parametrize(
    "piece",
    [
        paragraph(NASTY),
        preformatted(NASTY),
        bullets([NASTY]),
        pairs({NASTY: NASTY}),
        table([NASTY], [[NASTY]]),
        details(NASTY, ""),
        section(NASTY, "<p>x</p>"),
        contents([NASTY]),
        page(NASTY, ""),
        table(["a"], [["b"]], beneath=[NASTY]),
    ],
)
def test_every_piece_escapes_its_text(piece: str) -> None:
    assert NASTY not in piece
    assert "<script" not in piece
    assert ESCAPED in piece


def test_pieces_that_hold_html_keep_it() -> None:
    inner = paragraph("x")
    assert card(inner) == '<div class="card">\n<p>x</p>\n</div>'
    assert details("more", inner, opened=True) == "<details open>\n<summary>more</summary>\n<p>x</p>\n</details>"
    assert section("Run it again", inner) == '<section id="run-it-again">\n<h2>Run it again</h2>\n<p>x</p>\n</section>'
    assert contents(["Run it again"]) == '<nav><a href="#run-it-again">Run it again</a></nav>'
    assert address("Run it (again)!") == "run-it-again"


def test_nothing_to_show_is_nothing() -> None:
    assert (bullets([]), pairs({}), section("Empty", "")) == ("", "", "")


def test_a_table_has_a_heading_for_each_column_and_marks_its_numbers() -> None:
    found = table(["name", "count", "path"], [["a", 3, "x/y"], ["b", 4, "z"]], numbers=(1,), codes=(2,))
    assert '<th scope="col">name</th><th scope="col" class="number">count</th><th scope="col" class="code">path</th>' in found
    assert '<tr><td>a</td><td class="number">3</td><td class="code">x/y</td></tr>\n<tr><td>b</td>' in found
    beneath = table(["name"], [["a"]], beneath=["more"])
    assert '<tr class="above"><td>a</td></tr>\n<tr><td class="code" colspan="1">more</td></tr>' in beneath


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError) as error:
        table(["a", "b"], [["x", 1], ["y"]])
    assert str(error.value) == "a row of 1 cells in a table of 2 columns: ['y']"
    with pytest.raises(ValueError, match="^2 texts beneath 1 rows$"):
        table(["a"], [["x"]], beneath=["y", "z"])


def test_a_page_is_whole_and_forbids_loading_anything() -> None:
    found = page("Title", section("Part", card(paragraph("x"))))
    outline = Outline()
    outline.feed(found)
    assert outline.open == []
    assert found.startswith("<!DOCTYPE html>")
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in found
    assert "prefers-color-scheme: dark" in found
    assert 'name="viewport"' in found


def test_a_picture_stands_in_the_page_as_it_is_on_disk(tmp_path: Path) -> None:
    heatmap(["a"], ["b"], [[1.0]], tmp_path / "map.png")
    found = picture(tmp_path / "map.png", NASTY, caption=NASTY)
    assert f'src="data:image/png;base64,{base64.b64encode((tmp_path / "map.png").read_bytes()).decode()}"' in found
    assert f'alt="{ESCAPED}"' in found
    assert f"<figcaption>{ESCAPED}</figcaption>" in found


def test_a_picture_that_is_missing_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError) as error:
        picture(tmp_path / "gone.png", "x")
    assert str(error.value) == f"{tmp_path / 'gone.png'}: cannot read the picture for the report: No such file or directory. Draw it again."
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(RunDirectoryError) as error:
        picture(tmp_path / "text.png", "x")
    assert str(error.value) == f"{tmp_path / 'text.png'}: not a PNG picture. Draw it again."
