"""What an answer has of each head: a dict that says for a head that it lacks which there are, or how to ask for it."""

from __future__ import annotations

from typing import TypeVar

from seqtasks.errors import MissingError, did_you_mean, in_short

V = TypeVar("V")


class ByHead(dict[str, V]):
    """{head: what the answer has of it}. unasked: what to do where an empty one is asked for a head."""

    unasked = ""

    def __missing__(self, head: str) -> V:
        """Raises MissingError, a KeyError in one line."""
        if self.unasked and not self:
            raise MissingError(f"nothing of head {in_short(head)}: it was not asked for. {self.unasked}.")
        raise MissingError(f"no head {in_short(head)}{did_you_mean(str(head), self)} Heads: {', '.join(self) or 'none'}.")


class Confidences(ByHead[V]):
    """How sure each answer of a head is, where that was asked for."""

    unasked = "Ask with confidences=True"


class KBest(ByHead[V]):
    """The best answers of each head, where several were asked for."""

    unasked = "Ask with k_best=3"
