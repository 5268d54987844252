"""What the macros of answer.html write."""

import html
import re

from seqtasks.reports.page import environment


def written(macro: str, *values: object) -> str:
    """A macro's text as a reader sees it."""
    made = getattr(environment().get_template("answer.html").module, macro)(*values)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", made))).strip()
