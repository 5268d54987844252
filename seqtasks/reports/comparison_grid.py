"""Tables whose cells are HTML (names with their mark, marked words), and the small texts around the parts of a comparison's page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from seqtasks.reports.page import escape


def grid(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    *,
    numbers: Collection[int] = (),
    groups: Sequence[tuple[str, int]] = (),
    looks: Sequence[str] = (),
    beneath: Sequence[str] = (),
) -> str:
    """A table of HTML cells; the first cell of a row is its heading. Nothing for no rows.

    caption: plain text. numbers: columns set to the right. groups: headings (HTML) over several columns, with how many. looks: a class for
    each row. beneath: plain text for each row, in small below it. Raises ValueError for a row that is not as long as the headers.
    """
    if not rows:
        return ""
    marks = [' class="number"' if column in numbers else "" for column in range(len(headers))]
    over = "".join(_group(html, width) for html, width in groups)
    head = "".join(f'<th scope="col"{mark}>{html}</th>' for mark, html in zip(marks, headers, strict=True))
    body = []
    for place, row in enumerate(rows):
        if len(row) != len(headers):
            raise ValueError(f"a row of {len(row)} cells in a table of {len(headers)} columns: {list(row)!r}")
        cells = f'<th scope="row"{marks[0]}>{row[0]}</th>'
        cells += "".join(f"<td{mark}>{html}</td>" for mark, html in zip(marks[1:], row[1:], strict=True))
        look = " ".join(filter(None, [looks[place] if looks else "", "above" if beneath else ""]))
        body.append(f'<tr class="{look}">{cells}</tr>' if look else f"<tr>{cells}</tr>")
        if beneath:
            body.append(f'<tr><td class="signature" colspan="{len(headers)}">{escape(beneath[place])}</td></tr>')
    groups_row = f"<tr>{over}</tr>" if groups else ""
    return (
        f'<div class="scroll" tabindex="0"><table>\n<caption>{escape(caption)}</caption>\n'
        f"<thead>{groups_row}<tr>{head}</tr></thead>\n<tbody>\n{chr(10).join(body)}\n</tbody>\n</table></div>"
    )


def _group(html: str, width: int) -> str:
    return f'<th scope="colgroup" class="group" colspan="{width}">{html}</th>' if html else f'<td colspan="{width}"></td>'


def how_to_read(text: str) -> str:
    """One or two sentences for a reader who sees such a part for the first time; nothing for none."""
    if not text:
        return ""
    return f'<p class="howto"><b>How to read this.</b> {escape(text)}</p>\n'


def signature(text: str) -> str:
    """The settings that the numbers above were made with."""
    return f'<p class="signature">{escape(text)}</p>' if text else ""


def heading(text: str) -> str:
    """A heading within a section."""
    return f"<h3>{escape(text)}</h3>"


def bullets_of(items: Sequence[str]) -> str:
    """A list of HTML items; nothing for none."""
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""


def bdi(text: str) -> str:
    """A word of any direction, kept from turning what stands around it."""
    return f"<bdi>{escape(text)}</bdi>"


def two_lines(first: str, second: str) -> str:
    """A number with a smaller one below it; both plain text."""
    return f'{escape(first)}<span class="second">{escape(second)}</span>' if second else escape(first)
