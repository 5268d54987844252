"""What a model says of a given line, or of a given translation of one: how probable each of its tokens is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from seqtasks.reports.shown import ShownWord, TaggedShown


@dataclass(frozen=True)
class ScoredPair:
    """What a model says of a given line or translation: its tokens, the end of sentence last, and each one's log-probability in nats."""

    tokens: tuple[str, ...]
    log_probabilities: tuple[float, ...]

    @property
    def log_probability(self) -> float:
        return math.fsum(self.log_probabilities)

    @property
    def perplexity(self) -> float | None:
        """exp of the mean of what its tokens cost, in nats; None of a blank line, which has none."""
        return math.exp(-self.log_probability / len(self.tokens)) if self.tokens else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON, as `seqtasks score --format jsonl` tells it beside the text: log_probability, [token, its own] of each, perplexity."""
        tokens = [list(one) for one in zip(self.tokens, self.log_probabilities, strict=True)]
        return {"log_probability": self.log_probability, "tokens": tokens, "perplexity": self.perplexity}

    def drawing(self) -> TaggedShown:
        """What a notebook shows: the tokens, each with its log-probability under it."""
        rows = zip(self.tokens, self.log_probabilities, strict=True)
        return TaggedShown([ShownWord(token, " ", f"{value:.2f}", None) for token, value in rows], {})

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])
