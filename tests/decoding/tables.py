"""A hand-written model for the searches: log-probabilities read from tables, one per sentence, by all the tokens so far.

A row's history is folded into a code, so that a row with another row's state gives visibly other numbers.
"""

from dataclasses import dataclass, field

import torch

from seqtasks.decoding.step import Step

CODES = 7


@dataclass(frozen=True)
class TableMemory:
    """tables_BCVV: for each sentence, history code and last token, the log-probabilities of the next."""

    tables_BCVV: torch.Tensor

    def select(self, sentences):
        return TableMemory(self.tables_BCVV[sentences])


@dataclass(frozen=True)
class TableState:
    """code_N: each row's history; sentence_N: which sentence it thinks it belongs to."""

    code_N: torch.Tensor
    sentence_N: torch.Tensor

    def select(self, rows):
        return TableState(self.code_N[rows], self.sentence_N[rows])


@dataclass
class TableModel:
    """The step function, which also checks who is asked: N = B * K rows, the K rows of a sentence consecutive."""

    tables_BCVV: torch.Tensor
    rows_seen: list[int] = field(default_factory=list)

    def start(self):
        sentences = torch.arange(self.tables_BCVV.size(0))
        return TableMemory(self.tables_BCVV), TableState(torch.zeros_like(sentences), sentences)

    def step(self, last_N, memory, state):
        tables_BCVV = memory.tables_BCVV
        per_sentence, left = divmod(last_N.size(0), tables_BCVV.size(0))
        if left:
            raise ValueError(f"{last_N.size(0)} rows for {tables_BCVV.size(0)} sentences")
        place_N = torch.arange(tables_BCVV.size(0)).repeat_interleave(per_sentence)
        if not torch.equal(tables_BCVV[place_N], self.tables_BCVV[state.sentence_N]):
            raise ValueError("memory and state disagree about the sentences")
        self.rows_seen.append(last_N.size(0))
        code_N = (state.code_N * 3 + last_N + 1) % CODES
        return Step(tables_BCVV[place_N, code_N, last_N], TableState(code_N, state.sentence_N))

    def alone(self, sentence):
        """(step, state) of one sentence, as the plain searches want them."""

        def step(last_K, state):
            code_K = (state.code_N * 3 + last_K + 1) % CODES
            return self.tables_BCVV[sentence, code_K, last_K], TableState(code_K, state.sentence_N)

        return step, TableState(torch.zeros(1, dtype=torch.long), torch.tensor([sentence]))


def table_model(*, sentences, vocabulary, seed, sharpness=2.0, forbid=0.0):
    """Random tables in float64 (no ties); a share `forbid` of the entries is -inf."""
    generator = torch.Generator().manual_seed(seed)
    shape = (sentences, CODES, vocabulary, vocabulary)
    energy = torch.randn(shape, generator=generator, dtype=torch.float64) * sharpness
    forbidden = torch.rand(shape, generator=generator) < forbid
    return TableModel(energy.log_softmax(-1).masked_fill(forbidden, -torch.inf))
