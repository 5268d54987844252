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
    """The step function, which also checks who is asked: N = B * K rows, the K rows of a sentence consecutive.

    looks_BCVS: for each sentence, history code and last token, the attention to the source.
    """

    tables_BCVV: torch.Tensor
    rows_seen: list[int] = field(default_factory=list)
    looks_BCVS: torch.Tensor | None = None

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
        looks_NS = None if self.looks_BCVS is None else self.looks_BCVS[state.sentence_N, code_N, last_N]
        return Step(tables_BCVV[place_N, code_N, last_N], TableState(code_N, state.sentence_N), attention_NS=looks_NS)

    def alone(self, sentence):
        """(step, state) of one sentence, as the plain searches want them."""

        def step(last_K, state):
            code_K = (state.code_N * 3 + last_K + 1) % CODES
            return self.tables_BCVV[sentence, code_K, last_K], TableState(code_K, state.sentence_N)

        return step, TableState(torch.zeros(1, dtype=torch.long), torch.tensor([sentence]))

    def coverage(self, sentence, words):
        """The attention that each source position of one sentence got before each of the words, summed."""
        total_S, code, last = torch.zeros(self.looks_BCVS.size(3), dtype=torch.float64), 0, 0
        for word in words:
            code = (code * 3 + last + 1) % CODES
            total_S = total_S + self.looks_BCVS[sentence, code, last]
            last = word
        return total_S


def table_model(*, sentences, vocabulary, seed, sharpness=2.0, forbid=0.0, sources=None):
    """Random tables in float64 (no ties); a share `forbid` of the entries is -inf. sources: lengths, for attention to so many positions."""
    generator = torch.Generator().manual_seed(seed)
    shape = (sentences, CODES, vocabulary, vocabulary)
    energy = torch.randn(shape, generator=generator, dtype=torch.float64) * sharpness
    forbidden = torch.rand(shape, generator=generator) < forbid
    looks = None
    if sources is not None:
        mask_BS = source_mask(sources)
        energy_BCVS = torch.randn((sentences, CODES, vocabulary, mask_BS.size(1)), generator=generator, dtype=torch.float64) * 3
        looks = energy_BCVS.masked_fill(~mask_BS[:, None, None], -torch.inf).softmax(-1)
    return TableModel(energy.log_softmax(-1).masked_fill(forbidden, -torch.inf), looks_BCVS=looks)


def source_mask(sources):
    """mask_BS, True at real positions of sources of these lengths."""
    return torch.arange(max(sources)) < torch.tensor(sources)[:, None]
