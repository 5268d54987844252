"""Our docstrings are plain text with `code` in single backticks; autodoc expects reStructuredText. This makes the one from the other.

A paragraph with indented lines stays as it is (literal); a line "name: text" that begins with a lower-case name becomes a list item.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

CODE = re.compile(r"`([^`]+)`")
FIELD = re.compile(r"^([a-z][\w, ]*?): (.*)$")
SPECIAL = re.compile(r"([\\*|_])")


def convert(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Sphinx's autodoc-process-docstring event."""
    if "Attributes:" in lines or lines[:1] == ["Create and return a new object.  See help(type) for accurate signature."]:
        return
    paragraphs = "\n".join(lines).strip().split("\n\n")
    lines[:] = [line for paragraph in paragraphs for line in [*converted(paragraph.split("\n")), ""]]


def converted(paragraph: list[str]) -> list[str]:
    """One paragraph as reStructuredText."""
    if any(line.startswith(" ") for line in paragraph):
        return ["::", "", *(f"   {line}" for line in paragraph)]
    if not any(FIELD.match(line) for line in paragraph):
        return [inline(line) for line in paragraph]
    rows: list[str] = []
    for line in paragraph:
        field = FIELD.match(line)
        if field:
            rows += ["", f"* **{escaped(field[1])}**: {inline(field[2])}"]
        else:
            rows.append(f"  {inline(line)}" if rows and rows[-1].startswith(("* ", "  ")) else inline(line))
    return rows


def inline(text: str) -> str:
    """`code` as literal text, everything else without markup."""
    return "".join(f"``{part}``" if number % 2 else escaped(part) for number, part in enumerate(CODE.split(text)))


def escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text).replace("`", "\\`")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", convert)
    return {"parallel_read_safe": True}
