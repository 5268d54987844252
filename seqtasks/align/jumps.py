"""How far an alignment jumps from one target word to the next (Vogel et al. 1996), as positive weights of jump widths.

From source position i' the next one is i with probability weight(i - i') / sum over l of weight(l - i'): what lies outside of the sentence
takes no part. The first position has weights of its own. X source positions with the start in front, S without, W widths, P first
positions. Widths beyond WIDEST share the weight of the widest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seqtasks.align.blocks import Floats, Integers

WIDEST = 50
PRIOR = 1e-3  # added to expected counts, so that no width becomes impossible


@dataclass(frozen=True)
class Jumps:
    """The weights: of widths from -WIDEST to WIDEST, then of first positions from 0 to WIDEST."""

    weights_W: Floats

    @classmethod
    def before_training(cls) -> Jumps:
        """The nearer to one step ahead (to the first position, at the start), the likelier: EM would not find this on a few sentences."""
        steps_W = 1 / (1 + np.abs(np.arange(-WIDEST, WIDEST + 1) - 1))
        return cls(np.concatenate([steps_W, 1 / (1 + np.arange(WIDEST + 1))]))

    @cached_property
    def tables(self) -> dict[int, Floats]:
        """Transitions by source length, as far as they have been asked for."""
        return {}

    def transitions(self, length: int) -> Floats:
        """P(next position | position)_XS of a source of this length; row 0 is the start of the sentence."""
        if length not in self.tables:
            weights_XS = self.weights_W[widths(length)]
            self.tables[length] = weights_XS / weights_XS.sum(axis=1, keepdims=True)
        return self.tables[length]

    def estimated(self, counts_W: Floats, exposures_W: Floats) -> Jumps:
        """New weights, under which expected jumps are likelier: one step of minorisation (Hunter 2004, for Bradley-Terry models).

        Setting a weight to its share of counts (Vogel et al. 1996) forgets that not every width fits everywhere; dividing by
        exposures_W, how often it would have been drawn for each unit of weight, does not, so that EM never falls.
        """
        seen_W = exposures_W > 0
        fresh_W = (counts_W + PRIOR) / np.where(seen_W, exposures_W, 1.0)
        return Jumps(np.where(seen_W, fresh_W, self.weights_W))

    def add(self, counts_W: Floats, exposures_W: Floats, jumps_XS: Floats) -> None:
        """Add expected jumps of sources of one length to counts and exposures, in place."""
        length = jumps_XS.shape[1]
        places_XS = widths(length)
        shares_X1 = jumps_XS.sum(axis=1, keepdims=True) / self.weights_W[places_XS].sum(axis=1, keepdims=True)
        counts_W += np.bincount(places_XS.ravel(), jumps_XS.ravel(), minlength=len(counts_W))
        exposures_W += np.bincount(places_XS.ravel(), np.repeat(shares_X1, length), minlength=len(exposures_W))


def widths(length: int) -> Integers:
    """The place of each jump's weight: places_XS."""
    positions_S = np.arange(length)
    jumps_SS = np.clip(positions_S - positions_S[:, None], -WIDEST, WIDEST) + WIDEST
    return np.concatenate([np.minimum(positions_S, WIDEST)[None] + 2 * WIDEST + 1, jumps_SS])
