"""Pieces of a page: escaped, whole, and without the network."""

import base64
import html
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from seqtasks.errors import RunDirectoryError
from seqtasks.reports.entity_page import EntityPage
from seqtasks.reports.page import address, environment, picture, printable, render
from seqtasks.reports.plots import heatmap

NASTY = "<script>alert(\"1\")</script> & 'x'"
ESCAPED = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;x&#39;"


def shown(template: str, **values: object) -> str:
    """A template in the way of our own, with the shared parts as `p`."""
    return environment().from_string('{% import "parts.html" as p with context %}' + template).render(values)


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
def test_text_shown_holds_no_markup_and_comes_back_but_for_unprintable_signs(text: str) -> None:
    safe = shown("{{ text }}", text=text)
    assert not set(safe) & set("<>\"'")
    assert html.unescape(safe) == "".join("�" if sign in _refused() else sign for sign in text)


def _refused() -> set[str]:
    return {chr(code) for code in (*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF)}


def test_a_lone_surrogate_can_be_written() -> None:
    assert shown("{{ text }}", text="a\ud800b").encode("utf-8") == "a�b".encode()
    assert printable(3) == 3


@pytest.mark.parametrize(
    "piece",
    [
        "{{ p.bullets([x]) }}",
        "{{ p.facts({x: 1}) }}",
        "{{ p.facts({1: x}) }}",
        "{{ p.n(x) }}",
        "{{ p.two(1, x) }}",
        "{{ p.system(x) }}",
        "{{ p.howto(x) }}",
        "{{ p.tile(x, 1, 2) }}",
        "{{ p.data([(1, x, 3, 4)], 5) }}",
        "{% call p.table(x) %}{% endcall %}",
        "{% call p.details(x) %}{% endcall %}",
        "{{ p.sections([(x, 1)]) }}",
    ],
)
def test_every_piece_escapes_its_text(piece: str) -> None:
    made = shown(piece, x=NASTY, series={NASTY: 0})
    assert NASTY not in made
    assert "<script" not in made
    assert ESCAPED in made


def test_a_name_that_a_template_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'nothing' is undefined"):
        shown("{{ nothing }}")


def test_sections_have_addresses_and_empty_ones_are_left_out() -> None:
    made = shown('{{ p.sections([("Run it again", p.n(1)), ("Empty", p.bullets([]))]) }}')
    assert '<nav><a href="#run-it-again">Run it again</a></nav>' in made
    assert '<section id="run-it-again">\n<h2>Run it again</h2>\n<td class="number">1</td>\n</section>' in made
    assert "Empty" not in made
    assert address("Run it (again)!") == "run-it-again"


def test_every_page_is_whole_and_forbids_loading_anything() -> None:
    found = render("entity_page.html", {"page": EntityPage("Title", "x"), "title": "Title", "body": "", "colours": 8})
    outline = Outline()
    outline.feed(found)
    assert outline.open == []
    assert found.startswith("<!DOCTYPE html>")
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in found
    assert "prefers-color-scheme: dark" in found
    assert 'name="viewport"' in found


def test_a_picture_stands_in_the_page_as_it_is_on_disk(tmp_path: Path) -> None:
    heatmap(["a"], ["b"], [[1.0]], tmp_path / "map.png")
    found = shown("{{ p.png(path, x, x) }}", path=tmp_path / "map.png", x=NASTY)
    assert f'src="data:image/png;base64,{base64.b64encode((tmp_path / "map.png").read_bytes()).decode()}"' in found
    assert f'alt="{ESCAPED}"' in found
    assert f"<figcaption>{ESCAPED}</figcaption>" in found


def test_a_picture_that_is_missing_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError) as error:
        picture(tmp_path / "gone.png")
    assert str(error.value) == f"{tmp_path / 'gone.png'}: cannot read the picture for the report: No such file or directory. Draw it again."
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(RunDirectoryError) as error:
        picture(tmp_path / "text.png")
    assert str(error.value) == f"{tmp_path / 'text.png'}: not a PNG picture. Draw it again."
