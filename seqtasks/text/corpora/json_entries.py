"""Entries of JSON with the lines they begin on: one a line, or a list that is the whole file, as exports of tools are."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.lines import CorpusLines

DECODER = json.JSONDecoder()
BLANK = re.compile(r"[ \t\r\n]*")
ONE_A_LINE, ONE_LIST = "Write one object a line", "Write one list of objects, or one object a line"


def json_entries(lines: CorpusLines) -> Iterator[tuple[int, Any]]:
    """(line, entry). Where the first line begins a list of objects or of lists, the file is that list.

    A first line such as ["text", {...}] is an entry. Raises DataError for what is no JSON.
    """
    numbered = iter(lines)
    first = True
    for number, line in numbered:
        if not line.strip():
            continue
        if first and begins_list(line):
            text = "\n".join([*[""] * (number - 1), line, *(other for _, other in numbered)])
            yield from entries_of_list(lines.path, text)
            return
        first = False
        yield number, parsed(lines.path, number, line)


def begins_list(line: str) -> bool:
    """Whether a list of objects or of lists begins here; a list that begins with a text is an entry of its own."""
    inside = line.lstrip().removeprefix("[").lstrip()
    return line.lstrip().startswith("[") and (not inside or inside[0] in "[{]")


def parsed(path: Path, number: int, line: str) -> Any:
    """What a line of JSON says. Raises DataError where it is none."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as fault:
        raise DataError(path, number, f"no valid JSON ({fault.msg} at column {fault.colno})", ONE_A_LINE) from None
    except (RecursionError, ValueError) as fault:
        raise DataError(path, number, f"no JSON that can be read ({fault})", ONE_A_LINE) from None


def entries_of_list(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """(line, entry) of a list."""
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    position = after_blank(text, text.index("[") + 1)
    ended = text.startswith("]", position)
    while not ended:
        line = bisect_right(starts, position)
        try:
            entry, position = DECODER.raw_decode(text, position)
        except json.JSONDecodeError as fault:
            raise DataError(path, fault.lineno, f"no valid JSON ({fault.msg} at column {fault.colno})", ONE_LIST) from None
        except (RecursionError, ValueError) as fault:
            raise DataError(path, line, f"no JSON that can be read ({fault})", ONE_LIST) from None
        yield line, entry
        position = after_blank(text, position)
        ended = text.startswith("]", position)
        if not ended and not text.startswith(",", position):
            line = bisect_right(starts, min(position, len(text) - 1))
            raise DataError(path, line, "no valid JSON (a comma or the end of the list is missing)", ONE_LIST)
        position = position if ended else after_blank(text, position + 1)
    rest = after_blank(text, position + 1)
    if rest < len(text):
        raise DataError(path, bisect_right(starts, rest), f"more after the end of the list: {text[rest : rest + 40]!r}", ONE_LIST)


def after_blank(text: str, position: int) -> int:
    """The next position that is no white space."""
    found = BLANK.match(text, position)
    return position if found is None else found.end()


def as_object(path: Path | str, number: int, entry: Any) -> dict[str, Any]:
    """What an entry says, an object. Raises DataError for anything else."""
    if not isinstance(entry, dict):
        raise DataError(path, number, f"expected an object, found {type(entry).__name__}", ONE_A_LINE)
    return entry
