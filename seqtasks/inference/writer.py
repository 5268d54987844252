"""A language model that answers: how probable given sentences are, and how a beginning goes on.

Scores are those of one pass over what is scored; writing walks the model's step, the beginning first. Both in float32.
T tokens of all sentences, one after the other; N rows; H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqtasks.decoding.constraints import barred, prefix_table, starting_with
from seqtasks.decoding.sampling import Shape, sample
from seqtasks.decoding.step import Constraint, Step
from seqtasks.inference.search import forbid_tokens
from seqtasks.models.language_model import NEXT, LanguageModel
from seqtasks.nn.running import RunningState
from seqtasks.recipes.schema import WritingSettings
from seqtasks.reports.shown import TranslatedShown
from seqtasks.text.batching import in_order
from seqtasks.text.encoded import Ragged
from seqtasks.text.language_batches import Stretches, sentence_batch
from seqtasks.text.vocabulary import Language

TOKENS = 4000  # padded positions that are scored at once
STRETCH = 500  # tokens of a text that are scored at once
ROWS = 200  # lines x samples that are written at once


@dataclass(frozen=True)
class TokenScores:
    """Of every token in order, log_probs_T (nats) and whether the model had it right, right_T; state: after a text that can go on."""

    log_probs_T: NDArray[np.float32]
    right_T: NDArray[np.bool_]
    state: RunningState | None = None


@dataclass(frozen=True)
class Written:
    """A line as it was written on: its whole text, its log-probability in nats with that of its beginning, and whether it came to its end.

    continuation: the tokens after the beginning.
    """

    text: str
    continuation: tuple[str, ...]
    log_probability: float
    finished: bool

    def to_dict(self) -> dict[str, Any]:
        """For JSON: written, continuation, log_probability, finished."""
        told = {"log_probability": self.log_probability, "finished": self.finished}
        return {"written": self.text, "continuation": list(self.continuation), **told}

    def drawing(self) -> TranslatedShown:
        """What a notebook shows: the whole line."""
        return TranslatedShown("", [(self.text, self.log_probability)], None)

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])


@dataclass(frozen=True)
class NothingBesides:
    """The memory of a model that sees nothing but what it has read."""

    def select(self, positions: Tensor) -> NothingBesides:
        return self


class Writer:
    """A language model with its tokens and a way to write. text: sentences are read as one text, each after those before."""

    def __init__(self, model: LanguageModel, language: Language, settings: WritingSettings, device: torch.device, *, text: bool) -> None:
        self.model = model
        self.language = language
        self.settings = settings
        self.device = device
        self.text = text

    @torch.inference_mode()
    def score(self, sentences: Ragged, state: RunningState | None = None) -> TokenScores:
        """What the model says of sentences, each with its end. state: of a text, after what came before these; None: they begin it."""
        self.model.eval()
        return self.score_text(sentences, state) if self.text else self.score_sentences(sentences)

    def score_sentences(self, sentences: Ragged) -> TokenScores:
        """Each sentence by itself; those of like length go together."""
        log_probs_T, right_T = np.zeros(len(sentences.values), dtype=np.float32), np.zeros(len(sentences.values), dtype=bool)
        for positions in in_order(sentences.lengths, TOKENS):
            batch = sentence_batch(sentences, positions, bos=self.model.bos, name=NEXT).to(self.device)
            found, right = self.judged(self.model(batch)[batch.mask_BS], batch.targets[NEXT][batch.mask_BS])
            places = np.concatenate([np.arange(sentences.offsets[row], sentences.offsets[row + 1]) for row in positions.tolist()])
            log_probs_T[places], right_T[places] = found, right
        return TokenScores(log_probs_T, right_T)

    def score_text(self, sentences: Ragged, state: RunningState | None) -> TokenScores:
        """The sentences one after the other; every stretch goes on from the state after the one before."""
        state, found = state or self.model.unread(1), []
        if len(sentences.values):
            eos = self.language.vocabulary.eos
            for batch in Stretches(sentences.values, columns=1, length=STRETCH, bos=self.model.bos, eos=eos, name=NEXT):
                batch = batch.to(self.device)
                outputs_1SH, state = self.model.go_on(batch, state)
                found.append(self.judged(outputs_1SH[0], batch.targets[NEXT][0]))
        log_probs, right = ([one[side] for one in found] for side in (0, 1))
        empty = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=bool)
        return TokenScores(np.concatenate([empty[0], *log_probs]), np.concatenate([empty[1], *right]), state)

    def judged(self, outputs_NH: Tensor, targets_N: Tensor) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The log-probability of each target and whether it is the most probable word, a few rows at a time."""
        log_probs, right = [], []
        for some_NH, some_N in zip(outputs_NH.split(STRETCH), targets_N.split(STRETCH), strict=True):
            log_probs_NV = torch.log_softmax(self.model.output(some_NH).float(), dim=-1)
            log_probs.append(log_probs_NV.gather(1, some_N[:, None])[:, 0])
            right.append(log_probs_NV.argmax(-1) == some_N)
        return torch.cat(log_probs).cpu().numpy(), torch.cat(right).cpu().numpy()

    @torch.inference_mode()
    def write(self, beginnings: Sequence[str], *, first: int = 0, settings: WritingSettings | None = None) -> list[list[Written]]:
        """The samples that go on from each beginning, to the end of the sentence or for as many tokens as the settings allow.

        What is drawn from a beginning depends on the seed and on its number (that of the first one is `first`), not on those beside it.
        Words that the vocabulary lacks stay as they are in a beginning, and are never written.
        """
        settings = settings or self.settings
        self.model.eval()
        rows, answers = max(1, ROWS // settings.samples), []
        for start in range(0, len(beginnings), rows):
            answers += self.write_batch(beginnings[start : start + rows], first + start, settings)
        return answers

    def write_batch(self, beginnings: Sequence[str], first: int, settings: WritingSettings) -> list[list[Written]]:
        """The same for beginnings that are written on together."""
        vocabulary = self.language.vocabulary
        tokens = [self.language.split(line) for line in beginnings]
        prefixes = [vocabulary.ids(row) for row in tokens]
        lengths_B = torch.tensor([len(prefix) for prefix in prefixes], device=self.device)
        rules: list[Constraint] = [not_after(lengths_B, vocabulary.unk)]
        if any(prefixes):
            rules.append(starting_with(prefix_table(prefixes, lengths_B)))
        found = sample(
            forbid_tokens(self.step, (vocabulary.pad, vocabulary.bos)),
            NothingBesides(),
            self.model.unread(len(beginnings)),
            bos=vocabulary.bos,
            eos=vocabulary.eos,
            maximum_lengths=lengths_B + settings.length,
            generators=[np.random.default_rng([settings.seed, number]) for number in range(first, first + len(beginnings))],
            samples=settings.samples,
            shape=Shape(settings.temperature, settings.top_k, settings.top_p),
            constraints=rules,
        )
        answers = []
        for row, begun, group in zip(tokens, prefixes, found, strict=True):
            further = [vocabulary.tokens(one.tokens[len(begun) :]) for one in group]
            texts = [self.language.tokenizer.join([*row, *more]) for more in further]
            written = zip(texts, further, group, strict=True)
            answers.append([Written(text, tuple(more), one.log_probability, one.finished) for text, more, one in written])
        return answers

    def step(self, last_N: Tensor, memory: NothingBesides, state: RunningState) -> Step[RunningState]:
        """The model's step as a search sees it."""
        return Step(*self.model.step(last_N, state))


def not_after(lengths_B: Tensor, word: int) -> Constraint:
    """No output holds `word` after its first `lengths_B` tokens."""

    def constraint(log_probs_NV: Tensor, candidate_ids: Tensor | None, tokens_NT: Tensor, sentence_N: Tensor) -> Tensor:
        after_N1 = (lengths_B[sentence_N] <= tokens_NT.size(1))[:, None]
        return barred(log_probs_NV, candidate_ids, torch.full_like(sentence_N, word)[:, None], after_N1)

    return constraint


def by_sentence(values_T: NDArray[np.float32], sentences: Ragged) -> NDArray[np.float64]:
    """The sum over each sentence's tokens, [N]."""
    return np.diff(np.concatenate([[0.0], np.cumsum(values_T, dtype=np.float64)])[sentences.offsets])
