"""What the model hands to the decoders: the candidate tags of each word type with their scores, and the transitions between tags.

The model is a hidden Markov model of first or second order whose emissions may look at the previous tag (Thede and Harper 1999):
log P(words, tags) = sum over words t of transitions[tag t-2, tag t-1, tag t] + scores[tag t-1, candidate of word t], plus
transitions[tag n-1, tag n, end]. Index N stands for the boundary: before the first word and after the last. Scores are natural logs in
float64 and -inf forbids. An empty sentence has one path, the empty one, of score 0.

Shape letters: N tags, P previous tag (N + 1, or 1 where it does not matter), C candidates of all types, Y word types, T words, B sentences.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Emissions:
    """Candidate tags of word types and the scores of seeing them.

    first_Y1: int64; the candidates of type y are first_Y1[y]:first_Y1[y + 1]. tags_C: int32, the tag of each candidate; the tags of one
    type differ. scores_PC: float64, log P(w | previous tag p, tag c), with P = N + 1 rows (p = N: start of a sentence), or P = 1 where
    the previous tag does not matter.

    The rest keeps tables small where many tags are alike (states that share a tag). outcomes_P: the column of transitions of each tag, and
    of the end; None: tag c has column c. rows_P: the row of scores_PC that each previous tag looks into; None: row p. changes_PD: added
    to these scores, with a row for each previous tag and a column for each candidate, or for some: changed_C is the column of each
    candidate, so that those without changes share one of zeros.
    """

    first_Y1: NDArray[np.int64]
    tags_C: NDArray[np.int32]
    scores_PC: Floats
    outcomes_P: Integers | None = None
    rows_P: Integers | None = None
    changes_PD: Floats | None = None
    changed_C: Integers | None = None

    def scores(self, previous: Integers, candidates: Integers) -> Floats:
        """The scores of candidates after previous tags, two arrays of one shape. A negative candidate gets a score without meaning."""
        rows, width = self.scores_PC.shape
        if rows == 1:
            found = self.scores_PC[0][candidates]
        else:
            rows_of = previous if self.rows_P is None else self.rows_P[previous]
            found = self.scores_PC.ravel()[rows_of * width + candidates]
        if self.changes_PD is None:
            return found
        columns = candidates if self.changed_C is None else self.changed_C[candidates]
        return found + self.changes_PD.ravel()[previous * self.changes_PD.shape[1] + columns]


def check_model(emissions: Emissions, transitions_PPC: Floats, types_T: Integers, lengths_B: Integers) -> None:
    """Raises ValueError where the shapes do not fit each other; values are not looked at, but for the sum of the lengths."""
    rows = transitions_PPC.shape[1] if transitions_PPC.ndim == 3 else 0
    outcomes_P = np.arange(rows) if emissions.outcomes_P is None else emissions.outcomes_P
    if not rows or transitions_PPC.shape[0] not in (1, rows) or (emissions.outcomes_P is None and transitions_PPC.shape[2] != rows):
        raise ValueError(f"transitions of shape {transitions_PPC.shape}; expected [N + 1, N + 1, N + 1] or [1, N + 1, N + 1]")
    if len(outcomes_P) != rows or outcomes_P.max() >= transitions_PPC.shape[2]:
        raise ValueError(
            f"outcomes of {len(outcomes_P)} tags for transitions of shape {transitions_PPC.shape}; expected one of each of {rows}"
        )
    scores, candidates = emissions.scores_PC.shape, len(emissions.tags_C)
    rows_P = np.arange(rows) if emissions.rows_P is None else emissions.rows_P
    if len(rows_P) != rows:
        raise ValueError(f"rows of emission scores for {len(rows_P)} tags; expected one for each of {rows}")
    if len(scores) != 2 or scores[1] != candidates or scores[0] not in (1, rows_P.max() + 1):
        raise ValueError(f"emission scores of shape {scores}; expected [{rows_P.max() + 1}, {candidates}] or [1, {candidates}]")
    if emissions.changes_PD is not None:
        _check_changes(emissions, emissions.changes_PD.shape, rows)
    if int(lengths_B.sum()) != len(types_T):
        raise ValueError(f"lengths add up to {int(lengths_B.sum())} words but there are {len(types_T)} types")


def _check_changes(emissions: Emissions, shape: tuple[int, ...], rows: int) -> None:
    candidates = len(emissions.tags_C)
    columns_C = np.arange(candidates) if emissions.changed_C is None else emissions.changed_C
    if shape != (rows, columns_C.max(initial=-1) + 1) or len(columns_C) != candidates:
        raise ValueError(
            f"changes of emission scores of shape {shape} for {len(columns_C)} candidates; "
            f"expected [{rows}, {columns_C.max(initial=-1) + 1}] for {candidates}"
        )
