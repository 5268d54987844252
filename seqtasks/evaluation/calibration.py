"""Are the probabilities of the answers to be believed? Of the words that a system is 90 % sure of, it should get 90 % right.

Expected calibration error (Naeini et al. 2015; Guo et al. 2017, equation 3): the mean gap between probability and accuracy over bins of
equal width, weighted by how many answers a bin holds. The adaptive one (Nguyen and O'Connor 2015) takes bins of equally many answers,
because most answers of a tagger are close to 1 and fall into one bin. Brier's score (1950) is the mean squared gap answer by answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.evaluation.comparison import Bin, Calibration

BINS = 15


def calibration(confidences: ArrayLike, right: ArrayLike, *, bins: int = BINS) -> Calibration | None:
    """Errors in percent and the bins that hold answers, from the probability of each given answer and whether it is right.

    None without any answer. Raises ValueError where the two are not aligned, or for a number outside 0 to 1 by more than 1e-6.
    """
    probabilities, hits = np.asarray(confidences, dtype=np.float64).ravel(), np.asarray(right, dtype=np.float64).ravel()
    if len(probabilities) != len(hits):
        raise ValueError(f"{len(probabilities)} probabilities but {len(hits)} answers; they must be aligned one to one")
    if len(hits) == 0:
        return None
    wrong = ~((probabilities >= -1e-6) & (probabilities <= 1 + 1e-6))  # also NaN
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"answer {place + 1} has the probability {probabilities[place]}; it must lie between 0 and 1")
    probabilities = probabilities.clip(0.0, 1.0)
    edges = np.linspace(0.0, 1.0, bins + 1)
    bin_of = np.searchsorted(edges, probabilities, side="left").clip(1) - 1  # (low, high]; 0 belongs to the first bin
    order = np.argsort(probabilities, kind="stable")
    groups = [part for part in np.array_split(order, bins) if len(part)]
    return Calibration(
        error=_error([np.flatnonzero(bin_of == number) for number in np.unique(bin_of)], probabilities, hits),
        bins=[_bin(edges, number, bin_of == number, probabilities, hits) for number in np.unique(bin_of)],
        adaptive_error=_error(groups, probabilities, hits),
        brier=float(np.mean((probabilities - hits) ** 2)),
    )


def _error(groups: list[NDArray[np.int64]], probabilities: NDArray[np.float64], hits: NDArray[np.float64]) -> float:
    gaps = [abs(float((probabilities[group] - hits[group]).sum())) for group in groups]
    return 100.0 * sum(gaps) / len(hits)


def _bin(edges: NDArray[np.float64], number: int, inside: NDArray[np.bool_], probabilities: NDArray, hits: NDArray) -> Bin:
    return Bin(
        low=float(edges[number]),
        high=float(edges[number + 1]),
        count=int(inside.sum()),
        confidence=float(probabilities[inside].mean()),
        accuracy=100.0 * float(hits[inside].mean()),
    )
