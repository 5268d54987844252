"""Pages from the Jinja2 templates of this folder: everything shown is escaped, a name that is missing is an error, nothing is fetched.

All pages extend page.html, which holds the one stylesheet: light or dark as the reader has it, a telephone or a wide screen, print, no
script. What is said with HTML stands in the templates; Python hands them plain data, and drawings that matplotlib made.
"""

from __future__ import annotations

import base64
import re
import statistics
from collections.abc import Mapping
from functools import cache
from inspect import getmembers, isfunction
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from seqtasks.errors import RunDirectoryError
from seqtasks.evaluation.significance import LEVEL
from seqtasks.reports import formats


class Picture(NamedTuple):
    """A PNG as part of a page: its bytes in base64, and its width in pixels."""

    data: str
    width: int


def render(template: str, values: Mapping[str, object]) -> str:
    """A template of this folder, filled."""
    return environment().get_template(template).render(values)


@cache
def environment() -> Environment:
    """What all templates share: escaping, strict names, and the filters that write numbers."""
    made = Environment(
        loader=PackageLoader("seqtasks.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= dict(getmembers(formats, isfunction)) | {"address": address, "picture": picture, "median": statistics.median}
    made.globals["level"] = LEVEL
    return made


def printable(value: object) -> object:
    """Text without signs that HTML cannot hold: they become the replacement sign. Anything else as it is."""
    return _UNPRINTABLE.sub("�", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def address(title: str) -> str:
    """The name of a section within the page: its title in lower case with dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def picture(path: Path | str) -> Picture:
    """A PNG file to stand in a page. Raises RunDirectoryError where it cannot be read or is no PNG."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise RunDirectoryError(f"{path}: cannot read the picture for the report: {error.strerror or error}. Draw it again.") from error
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise RunDirectoryError(f"{path}: not a PNG picture. Draw it again.")
    return Picture(base64.b64encode(data).decode("ascii"), int.from_bytes(data[16:20], "big"))


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
