"""Searching, sampling and scoring with a translation model, or with several as one: encoded sources in, hypotheses out, batch by batch.

Batches are cut so that rows x width x length stays within a budget, where width is the beams or samples of a sentence.
B sentences of a batch, N = B * width rows, S source position, P prefix tokens.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqtasks.align.shortlist import Shortlists
from seqtasks.decoding.beam import beam_search
from seqtasks.decoding.constraints import block_ngrams, minimum_length, prefix_table, starting_with
from seqtasks.decoding.ensembles import Together, ensemble
from seqtasks.decoding.forced import ForcedOutput, forced
from seqtasks.decoding.greedy import greedy
from seqtasks.decoding.penalties import LENGTH_PENALTIES, Coverage
from seqtasks.decoding.sampling import Shape, sample
from seqtasks.decoding.step import LEAVING, Constraint, Hypothesis, Step, StepFunction
from seqtasks.inference.shortlists import short_memories, short_stepping
from seqtasks.models.translation import TranslationModel, output_weights
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.batching import in_order, pad, translation_batch
from seqtasks.text.encoded import Ragged
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.devices import autocast, in_threads

PROBABILITIES = "probabilities"
ROWS = LEAVING  # batches have a multiple of so many sentences, as they do when some have left
TABLE = 1 << 24  # numbers of the output layer's rows that a batch with shortlists may hold


@dataclass(frozen=True)
class Piece:
    """What is searched at once: a source with its end of sentence.

    prefix: tokens that its translation begins with; number: of its line and of the piece in it, which its samples depend on.
    """

    ids: Sequence[int]
    prefix: Sequence[int] = field(default=())
    number: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Started:
    """A batch before its first step; memory and state have one row per sentence. step: over all words, or over those of shortlists.

    own_BS: the positions of the sentence that is translated, without padding and without the context before it.
    """

    step: StepFunction[Any, Any]
    pieces: Sequence[Piece]
    own_BS: Tensor
    memory: Any
    state: Any
    eos: int


class ModelSearch:
    """Models that share their vocabularies, as one step function. average: a name of `seqtasks.decoding.ensembles.AVERAGES`.

    shortlists: what searches and samples choose from; precision: of their weights and matrix products, "float32" or "bf16" (which takes a
    copy of the weights as they are now). Given outputs are scored over all words and in float32 in any case.
    """

    def __init__(
        self,
        models: Sequence[TranslationModel],
        vocabulary: Vocabulary,
        device: torch.device,
        *,
        average: str = PROBABILITIES,
        shortlists: Shortlists | None = None,
        precision: str = "float32",
    ) -> None:
        self.models = models
        self.vocabulary = vocabulary
        self.device = device
        self.shortlists = shortlists
        self.precision = precision
        self.never = (vocabulary.pad, vocabulary.bos)
        self.searched = [with_weights_in(model, precision) for model in models]
        self.step = without(together([stepping(model) for model in models], average), self.never)
        self.fast_step = without(together([stepping(model) for model in self.searched], average), self.never)
        self.short_step = together([short_stepping(model) for model in self.searched], average)

    def search(self, pieces: Sequence[Piece], settings: DecodingSettings, beams: int, n_best: int) -> list[list[Hypothesis]]:
        """The best hypotheses of each piece: greedy where one is kept, else beam search."""
        words, penalty = self.vocabulary, LENGTH_PENALTIES[settings.length_penalty](settings.alpha)

        def one(started: Started) -> list[list[Hypothesis]]:
            longest_B, rules = limits(started, settings), constraints(started, settings)
            if beams == 1:
                found = greedy(
                    started.step, started.memory, started.state, maximum_lengths=longest_B, constraints=rules, bos=words.bos, eos=words.eos
                )
                return [[replace(best, score=best.log_probability / penalty(max(1, len(best.tokens) + best.finished)))] for best in found]
            return beam_search(
                started.step,
                started.memory,
                started.state,
                bos=words.bos,
                eos=words.eos,
                maximum_lengths=longest_B,
                beams=beams,
                length_penalty=penalty,
                n_best=n_best,
                coverage=Coverage(settings.coverage_penalty, started.own_BS) if settings.coverage_penalty else None,
                constraints=rules,
            )

        return self.by_batch(pieces, settings.batch_tokens // beams, one, searched=True)

    def sample(self, pieces: Sequence[Piece], settings: DecodingSettings) -> list[list[Hypothesis]]:
        """The samples of each piece, drawn by the seed and the piece's number."""
        shape = Shape(settings.temperature, settings.top_k, settings.top_p)

        def one(started: Started) -> list[list[Hypothesis]]:
            return sample(
                started.step,
                started.memory,
                started.state,
                generators=[np.random.default_rng([settings.seed, *piece.number]) for piece in started.pieces],
                samples=settings.samples,
                shape=shape,
                maximum_lengths=limits(started, settings),
                constraints=constraints(started, settings),
                bos=self.vocabulary.bos,
                eos=self.vocabulary.eos,
            )

        return self.by_batch(pieces, settings.batch_tokens // settings.samples, one, searched=True)

    def forced(
        self, sources: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], budget: int, *, attention: bool = False
    ) -> list[ForcedOutput]:
        """What the model says of given outputs, with their ends of sentence where those are to count."""
        pieces = [Piece(source, output) for source, output in zip(sources, outputs, strict=True)]

        def one(started: Started) -> list[ForcedOutput]:
            rows = [np.asarray(piece.prefix, dtype=np.int64) for piece in started.pieces]
            lengths, bos = [len(row) for row in rows], self.vocabulary.bos
            words_BT = pad(rows, 0).to(self.device)
            found = forced(started.step, started.memory, started.state, words_BT, lengths, bos=bos, attention=attention)
            return [cropped(output, len(piece.ids)) for output, piece in zip(found, started.pieces, strict=True)]

        return self.by_batch(pieces, budget, one)

    def by_batch(
        self, pieces: Sequence[Piece], budget: int, answer: Callable[[Started], list[Any]], *, searched: bool = False
    ) -> list[Any]:
        """The answer for each piece, in order; pieces of like length go together. The longer of source and prefix counts.

        searched: with shortlists, and in the precision of searches.
        """
        if not pieces:
            return []
        for model in (*self.models, *self.searched):
            model.eval()
        sources = Ragged.from_lists([piece.ids for piece in pieces])
        lengths = np.stack([sources.lengths, [len(piece.prefix) for piece in pieces]], axis=1)
        plan = in_order(lengths, max(1, budget), rows=ROWS)
        if searched and self.shortlists is not None:
            plan = [part for positions in plan for part in self.narrow(positions, pieces, self.shortlists)]

        precision = self.precision if searched else "float32"

        def one(positions: np.ndarray) -> list[Any]:
            if len(positions) == 1 and precision == "bf16":
                return one(positions.repeat(2))[:1]  # a product of one row is another kernel's, which rounds otherwise
            chosen = [pieces[position] for position in positions.tolist()]
            with torch.inference_mode(), autocast(self.device, precision):
                return answer(self.start(sources, positions, chosen, searched=searched))

        answers: list[Any] = [None for _ in pieces]
        for positions, found in zip(plan, in_threads(one, plan, self.device), strict=True):
            for position, own in zip(positions.tolist(), found, strict=True):
                answers[position] = own
        return answers

    def narrow(self, positions: np.ndarray, pieces: Sequence[Piece], shortlists: Shortlists) -> list[np.ndarray]:
        """A batch in parts whose rows of the output layer, a table of each sentence's own words, stay within TABLE."""
        widest = max(shortlists.own(pieces[position].ids) for position in positions.tolist())
        numbers = (widest + 1) * max(output_weights(model.output)[1].size(1) for model in self.models)
        most = max(1, TABLE // numbers)
        rows = most - most % ROWS if most > ROWS else most
        return [positions[first : first + rows] for first in range(0, len(positions), rows)]

    def start(self, sources: Ragged, positions: np.ndarray, pieces: Sequence[Piece], *, searched: bool) -> Started:
        """The encoded sources of a batch, and with shortlists what each may answer: the words of its list, and of its prefix."""
        models = self.searched if searched else self.models
        batch = translation_batch(sources, None, positions).to(self.device)
        memories, states = zip(*(model.encode(batch) for model in models), strict=True)
        step = self.fast_step if searched else self.step
        if searched and self.shortlists is not None:
            words = [(piece.ids, piece.prefix) for piece in pieces]
            memories, step = tuple(short_memories(models, memories, self.shortlists, words, self.never)), self.short_step
        alone = len(memories) == 1
        memory, state = (memories[0], states[0]) if alone else (Together(memories), Together(states))
        return Started(step, pieces, models[0].own(batch), memory, state, self.vocabulary.eos)


def with_weights_in(model: TranslationModel, precision: str) -> TranslationModel:
    """The model, or a copy of it whose weights have the precision, so that they are not converted anew at every step."""
    return model if precision == "float32" else copy.deepcopy(model).bfloat16()


def stepping(model: TranslationModel) -> StepFunction[Any, Any]:
    """The model's step as the search sees it."""

    def step(last_N: Tensor, memory: Any, state: Any) -> Step[Any]:
        log_probs_NV, state, weights_NS = model.step(last_N, memory, state)
        return Step(log_probs_NV, state, attention_NS=weights_NS)

    return step


def together(steps: Sequence[StepFunction[Any, Any]], average: str) -> StepFunction[Any, Any]:
    """One step function of one or several."""
    return steps[0] if len(steps) == 1 else ensemble(steps, average=average)


def without(step: StepFunction[Any, Any], barred: Sequence[int]) -> StepFunction[Any, Any]:
    """A step over all words that never answers some: those that no translation holds (padding, begin)."""

    def barring(last_N: Tensor, memory: Any, state: Any) -> Step[Any]:
        answer = step(last_N, memory, state)
        for word in barred:
            answer.log_probs_NV[:, word] = -torch.inf  # in place: the step has just made it
        return answer

    return barring


def limits(started: Started, settings: DecodingSettings) -> Tensor:
    """maximum_lengths_B: by the source's length, but room for the least length and for something after a prefix."""
    longest_B = (started.own_BS.sum(1) * settings.length_ratio).long() + settings.length_extra
    prefix_B = torch.tensor([len(piece.prefix) for piece in started.pieces], device=longest_B.device)
    after_B = torch.where(prefix_B > 0, prefix_B + settings.length_extra + 1, 0)
    least_B = after_B.clamp(min=settings.min_length + 1) if settings.min_length else after_B
    return torch.maximum(longest_B, least_B)


def constraints(started: Started, settings: DecodingSettings) -> list[Constraint]:
    """What the outputs of a batch must obey. A prefix comes last: nothing that it says is blocked."""
    rules: list[Constraint] = []
    prefixes = [piece.prefix for piece in started.pieces]
    if settings.min_length:
        rules.append(minimum_length(torch.full_like(started.own_BS[:, 0], settings.min_length, dtype=torch.long), eos=started.eos))
    if settings.block_ngrams:
        after_B = torch.tensor([len(prefix) for prefix in prefixes], device=started.own_BS.device)
        rules.append(block_ngrams(settings.block_ngrams, after_B=after_B))
    if any(prefixes):
        rules.append(starting_with(prefix_table(prefixes, started.own_BS)))
    return rules


def cropped(output: ForcedOutput, length: int) -> ForcedOutput:
    """Without the attention to padding."""
    return ForcedOutput(output.log_probs_T, None if output.attention_TS is None else output.attention_TS[:, :length])
