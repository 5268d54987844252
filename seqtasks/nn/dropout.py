"""Dropout for sequences: one mask per sentence shared over time, and words replaced by the unknown word.

LockedDropout is Gal and Ghahramani's variational dropout (2016) on layer inputs. WordDropout with one rate per word is that of
Kiperwasser and Goldberg (2016): rate = a / (a + count). B batch, S position, E embedding or hidden size, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def check_rate(rate: float) -> float:
    """Return the rate. Raises ValueError unless 0 <= rate < 1."""
    if not 0 <= rate < 1:
        raise ValueError(f"dropout must be at least 0 and below 1, got {rate}")
    return rate


class LockedDropout(nn.Module):
    """In training, zeroes whole features of a sentence, the same at every position, and scales the others by 1 / (1 - p)."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = check_rate(p)

    def mask(self, sentences: int, size: int, like: Tensor) -> Tensor | None:
        """A fresh mask_BE (0 or 1 / (1 - p)) of like's type and device; None where nothing is dropped. For loops over time."""
        if not self.training or self.p == 0:
            return None
        return like.new_empty(sentences, size).bernoulli_(1 - self.p).div_(1 - self.p)

    def forward(self, states_BSE: Tensor) -> Tensor:
        """states_BSE with the same entries of E left out at all positions of a sentence; as they are outside training."""
        mask_BE = self.mask(states_BSE.size(0), states_BSE.size(2), states_BSE)
        return states_BSE if mask_BE is None else states_BSE * mask_BE[:, None]

    def extra_repr(self) -> str:
        return f"p={self.p}"


def rare_word_rates(counts_V: Tensor, *, p: float, rare: float) -> Tensor:
    """rates_V for WordDropout: `rare` for words seen once, rare / count for others, but never below p; p for words never seen.

    So a word seen once is hidden as in Lample et al. (2016, section 5.1), and how unknown words behave is learned from words like them.
    """
    rates_V = check_rate(rare) / counts_V.clamp(min=1).to(torch.get_default_dtype())
    return torch.where(counts_V > 0, rates_V.clamp(min=check_rate(p)), p)


class WordDropout(nn.Module):
    """In training, replaces real words by the unknown word, each with probability p, or with its own where rates_V is given."""

    rates_V: Tensor | None

    def __init__(self, p: float, unknown: int, rates_V: Tensor | None = None) -> None:
        super().__init__()
        self.p = check_rate(p)
        self.unknown = unknown
        if rates_V is not None and not bool(((rates_V >= 0) & (rates_V <= 1)).all()):
            raise ValueError(f"word dropout rates must lie between 0 and 1, got {rates_V.min().item():g} to {rates_V.max().item():g}")
        self.register_buffer("rates_V", rates_V, persistent=False)

    def forward(self, ids_BS: Tensor, mask_BS: Tensor) -> Tensor:
        """ids_BS with some real words (mask_BS True) replaced; padding is never touched."""
        if not self.training or (self.p == 0 and self.rates_V is None):
            return ids_BS
        chance_BS = torch.rand(ids_BS.shape, device=ids_BS.device)
        rate = self.p if self.rates_V is None else self.rates_V[ids_BS]
        return torch.where((chance_BS < rate) & mask_BS, self.unknown, ids_BS)

    def extra_repr(self) -> str:
        return f"p={self.p}, unknown={self.unknown}" + ("" if self.rates_V is None else ", one rate per word")
