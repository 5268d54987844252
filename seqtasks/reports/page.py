"""Pieces of a self-contained HTML page: nothing on it is loaded from anywhere, pictures are data URIs, and everything shown is escaped.

Each function takes plain text and returns safe HTML; only `page`, `section`, `details` and `card` take HTML, and say so by the name `html`.
The page follows the reader's light or dark setting, fits a telephone and a wide screen, prints, and needs no script.
"""

from __future__ import annotations

import base64
import html as html_escaping
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from seqtasks.errors import RunDirectoryError


def escape(value: object) -> str:
    """Text for any place in a page, attributes included; signs that HTML cannot hold become the replacement sign."""
    return html_escaping.escape(_UNPRINTABLE.sub("�", str(value)), quote=True)


def page(title: str, html: str, *, style: str = "") -> str:
    """A whole page around a body of HTML. Its policy tells the browser to fetch nothing. `style` is CSS of our own, never of a user's."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n'
        f"<body>\n<main>\n{html}\n</main>\n</body>\n</html>\n"
    )


def section(title: str, html: str) -> str:
    """A headed part of the page; `#` and its title in lower case with dashes is its address."""
    return f'<section id="{escape(address(title))}">\n<h2>{escape(title)}</h2>\n{html}\n</section>' if html else ""


def contents(titles: Iterable[str]) -> str:
    """Links to the sections of these titles."""
    links = "".join(f'<a href="#{escape(address(title))}">{escape(title)}</a>' for title in titles)
    return f"<nav>{links}</nav>"


def address(title: str) -> str:
    """The name of a section within the page."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def paragraph(text: str, kind: str = "") -> str:
    """One paragraph of plain text; `kind` names its look."""
    return f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def card(html: str, kind: str = "card") -> str:
    """HTML in a box."""
    return f'<div class="{escape(kind)}">\n{html}\n</div>'


def details(summary: str, html: str, *, opened: bool = False) -> str:
    """HTML that opens on a click."""
    return f"<details{' open' if opened else ''}>\n<summary>{escape(summary)}</summary>\n{html}\n</details>"


def preformatted(text: str, *, wrapped: bool = False) -> str:
    """Text as written, in a fixed-width font; where it is wider than the page it scrolls, or breaks if `wrapped`."""
    return f'<pre{" class=wrapped" if wrapped else ""} tabindex="0">{escape(text)}</pre>'


def bullets(items: Iterable[str]) -> str:
    """A list; nothing for no items."""
    rows = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{rows}</ul>" if rows else ""


def pairs(values: Mapping[str, object]) -> str:
    """Names and their values; nothing for no names."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in values.items())
    return f"<dl>{rows}</dl>" if rows else ""


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Collection[int] = (),
    codes: Collection[int] = (),
    beneath: Sequence[str] | None = None,
    caption: str = "",
) -> str:
    """A table; `numbers` are the columns set to the right, `codes` those set in a fixed-width font that may break anywhere.

    `beneath` holds one text for each row, shown in small below it across the whole table; `caption` says above the table what it holds.
    Raises ValueError for a row that is not as long as the headers, or where there is not one text beneath for each row.
    """
    rows = list(rows)
    if beneath is not None and len(beneath) != len(rows):
        raise ValueError(f"{len(beneath)} texts beneath {len(rows)} rows")
    looks = {**dict.fromkeys(codes, "code"), **dict.fromkeys(numbers, "number")}
    marks = [f' class="{looks[column]}"' if column in looks else "" for column in range(len(headers))]
    head = "".join(f'<th scope="col"{mark}>{escape(text)}</th>' for mark, text in zip(marks, headers, strict=True))
    body = []
    for position, row in enumerate(rows):
        if len(row) != len(headers):
            raise ValueError(f"a row of {len(row)} cells in a table of {len(headers)} columns: {list(row)!r}")
        cells = "".join(f"<td{mark}>{escape(value)}</td>" for mark, value in zip(marks, row, strict=True))
        body.append(
            f"<tr>{cells}</tr>"
            if beneath is None
            else f'<tr class="above">{cells}</tr>\n<tr><td class="code" colspan="{len(headers)}">{escape(beneath[position])}</td></tr>'
        )
    rows_html = "\n".join(body)
    said = f"<caption>{escape(caption)}</caption>\n" if caption else ""
    return f'<div class="scroll" tabindex="0"><table>\n{said}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows_html}\n</tbody>\n</table></div>'


def picture(path: Path | str, description: str, *, caption: str = "") -> str:
    """A PNG file as part of the page. Raises RunDirectoryError where it cannot be read or is no PNG."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise RunDirectoryError(f"{path}: cannot read the picture for the report: {error.strerror or error}. Draw it again.") from error
    if not data.startswith(_PNG):
        raise RunDirectoryError(f"{path}: not a PNG picture. Draw it again.")
    width = int.from_bytes(data[16:20], "big")
    shown = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    source = base64.b64encode(data).decode("ascii")
    return (
        f'<figure><div class="scroll paper" tabindex="0"><img alt="{escape(description)}" style="--natural: {width}px" '
        f'src="data:image/png;base64,{source}"></div>{shown}</figure>'
    )


_PNG = b"\x89PNG\r\n\x1a\n"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --soft: #5b6570; --line: #d9dee4; --back: #ffffff; --box: #f5f7f9; --link: #0b57d0;
  --mark: #ffe3a3; --marked: #4a3200; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ed; --soft: #9aa5b1; --line: #353c45; --back: #14171b; --box: #1d2127;
  --link: #8ab4f8; --mark: #5c4510; --marked: #ffe9b8; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.soft, figcaption { color: var(--soft); font-size: .875rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0; font-size: .9rem; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.tile, .card { background: var(--box); border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; }
.tile p { margin: 0; }
.tile .value { font-size: 1.7rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card { margin: 0 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding: .25rem 0; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-left: .5rem; }
td.code { font: .78rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; color: var(--soft); }
td.code:not([colspan]) { min-width: 13rem; }
.above td { border-bottom: 0; padding-bottom: 0; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; overflow-x: auto; margin: .5rem 0;
  font: .82rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; tab-size: 4; }
pre.wrapped { white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .35rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
mark { background: var(--mark); color: var(--marked); border-radius: .2rem; padding: 0 .1em; }
details { margin: .75rem 0; }
summary { cursor: pointer; color: var(--link); }
figure { margin: .75rem 0; }
.paper { background: #ffffff; border: 1px solid var(--line); border-radius: .6rem; padding: .5rem; }
.paper img { display: block; width: var(--natural); max-width: 100%; min-width: calc(var(--natural) * .62); height: auto; margin: 0 auto; }
@media (prefers-color-scheme: dark) { .paper { filter: brightness(.88); } }
@media (max-width: 34rem) { main { padding: 1rem .9rem 3rem; } h1 { font-size: 1.45rem; } table { font-size: .82rem; }
  th, td { padding-right: .4rem; } .number { padding-left: .2rem; } .tile .value { font-size: 1.4rem; }
  .card dl { grid-template-columns: 1fr; gap: 0; } .card dd { margin-bottom: .5rem; } }
@media print { .scroll { overflow: visible; } nav { display: none; } }
"""
