"""What a decoder is to training and search: it starts from an encoded source, reads a whole target, or goes on by one token.

`seqtasks.nn.decoders` has recurrent ones, `transformer_decoder` and `convolution_decoder` their rivals.
B sentences, S source position, T target position, H features, N = B * K rows of a search, where the K rows of a sentence are consecutive
and the memory has B rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from torch import Tensor, nn

from seqtasks.nn.attention import Memory
from seqtasks.nn.encoded import Encoded

Self = TypeVar("Self", bound="RowState")


class RowState(Protocol):
    """What a decoder remembers of each row."""

    def select(self: Self, rows: Tensor) -> Self:
        """The state of some rows, by position, in the order given; a row may be taken more than once."""
        ...


State = TypeVar("State", bound=RowState)


class Decoder(Protocol[State]):
    """A module that writes the target. What it remembers between steps is in the state, never in the module."""

    embedding: nn.Module
    output_size: int

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, State]:
        """What it sees of each source, made once per sentence, and each sentence's first state. segments_BS: chunks of a document."""
        ...

    def __call__(self, inputs_BT: Tensor, memory: Memory, state: State) -> tuple[Tensor, Tensor | None]:
        """Teacher forcing: outputs_BTH and attention weights_BTS (None without attention). Dropout acts in training."""
        ...

    def step(self, last_N: Tensor, memory: Memory, state: State) -> tuple[Tensor, State, Tensor | None]:
        """One more token for every row: outputs_NH, the next state and weights_NS; in evaluation the values of teacher forcing."""
        ...


@dataclass(frozen=True)
class CachedState:
    """What each layer keeps of the tokens read so far, a tensor each whose first dimension are the rows."""

    caches: tuple[Tensor, ...]

    def select(self, rows: Tensor) -> CachedState:
        """The state of some rows, by position, in the order given; a row may be taken more than once."""
        return CachedState(tuple(cache.index_select(0, rows) for cache in self.caches))
