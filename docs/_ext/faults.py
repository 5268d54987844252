"""The faults of translations, from the docstrings of their functions, the values of their limits, and their causes."""

from __future__ import annotations

import inspect
import re

from seqtasks.diagnosis import limits
from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.faults import FAULTS

LISTED = re.compile(r"(--set [\w.=]+)")
LIMIT = re.compile(r"\b[A-Z][A-Z_]+[A-Z0-9]\b")


def markdown() -> str:
    """A section for each fault: its definition with the limits' values, what usually causes it, what may help."""
    return "\n\n".join(section(name, inspect.getdoc(find) or "") for name, find in FAULTS.items())


def section(name: str, definition: str) -> str:
    cause = CAUSES[name]
    shown = LIMIT.sub(lambda found: f"{vars(limits)[found[0]]} (`{found[0]}`)" if found[0] in vars(limits) else found[0], definition)
    advice = LISTED.sub(r"`\1`", cause.advice(cause.settings))
    return f"### {name.capitalize()}\n\n{shown}\n\n{cause.usually}\n\nMay help: {advice}"
