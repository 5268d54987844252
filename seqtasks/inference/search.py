"""Searching, sampling and scoring with a translation model, or with several as one: encoded sources in, hypotheses out, batch by batch.

What is asked is a strategy (`BeamSearch`, `Sampling`, `ForcedScoring`): `ModelSearch` encodes a batch and hands it over. Batches are cut so
that rows x width x length stays within a budget, where width is the beams or samples of a sentence.
B sentences of a batch, N = B * width rows, S source position, P prefix tokens.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from seqtasks.align.shortlist import Shortlists
from seqtasks.decoding.beam import LENGTH_PENALTIES, Coverage, beam_search
from seqtasks.decoding.constraints import block_ngrams, minimum_length, prefix_table, starting_with
from seqtasks.decoding.ensembles import Together, ensemble
from seqtasks.decoding.forced import ForcedOutput, forced
from seqtasks.decoding.greedy import greedy
from seqtasks.decoding.sampling import Shape, sample
from seqtasks.decoding.step import LEAVING, Constraint, Hypothesis, Step, StepFunction
from seqtasks.inference.shortlists import short_memories, short_step_function
from seqtasks.models.translation import TranslationModel, output_weights
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.batching import in_order, in_threads, pad, source_batch
from seqtasks.text.vocabulary import Vocabulary

PROBABILITIES = "probabilities"
ROWS = LEAVING  # batches have a multiple of so many sentences, as they do when some have left
TABLE = 1 << 24  # numbers of the output layer's rows that a batch with shortlists may hold
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class SearchInput:
    """What is searched at once: a source with its end of sentence.

    prefix: tokens that its translation begins with, or the output that is scored; number: of its line and of its part of the line, which
    its samples depend on.
    """

    ids: Sequence[int]
    prefix: Sequence[int] = field(default=())
    number: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class EncodedBatch:
    """A batch before its first step; memory and state have one row per sentence. step: over all words, or over those of shortlists.

    own_BS: the positions of the sentence that is translated, without padding and without the context before it.
    """

    step: StepFunction[Any, Any]
    inputs: Sequence[SearchInput]
    own_BS: Tensor
    memory: Any
    state: Any
    bos: int
    eos: int


class Strategy(Protocol[Answer]):
    """A way of asking a model: called with an encoded batch, it answers for each of its inputs.

    budget: the rows x length of a batch; exact: over all words and in float32, however the model searches.
    """

    @property
    def budget(self) -> int: ...

    @property
    def exact(self) -> bool: ...

    def __call__(self, batch: EncodedBatch, /) -> list[Answer]: ...


@dataclass(frozen=True)
class BeamSearch:
    """The n best hypotheses of each input, best first. shortcut: where one beam is kept, by greedy search, which finds the same sooner."""

    settings: DecodingSettings
    beams: int
    n_best: int = 1
    shortcut: bool = True
    exact: bool = field(default=False, init=False)

    @property
    def budget(self) -> int:
        return self.settings.batch_tokens // self.beams

    def __call__(self, batch: EncodedBatch, /) -> list[list[Hypothesis]]:
        settings, longest_B, rules = self.settings, limits(batch, self.settings), constraints(batch, self.settings)
        start, penalty = (batch.step, batch.memory, batch.state), LENGTH_PENALTIES[settings.length_penalty](settings.alpha)
        if self.beams == 1 and self.shortcut:
            found = greedy(*start, maximum_lengths=longest_B, constraints=rules, bos=batch.bos, eos=batch.eos)
            return [[replace(best, score=best.log_probability / penalty(max(1, len(best.tokens) + best.finished)))] for best in found]
        return beam_search(
            *start,
            bos=batch.bos,
            eos=batch.eos,
            maximum_lengths=longest_B,
            beams=self.beams,
            length_penalty=penalty,
            n_best=self.n_best,
            coverage=Coverage(settings.coverage_penalty, batch.own_BS) if settings.coverage_penalty else None,
            constraints=rules,
        )


@dataclass(frozen=True)
class Sampling:
    """The samples of each input, drawn by the seed and the input's number."""

    settings: DecodingSettings
    exact: bool = field(default=False, init=False)

    @property
    def budget(self) -> int:
        return self.settings.batch_tokens // self.settings.samples

    def __call__(self, batch: EncodedBatch, /) -> list[list[Hypothesis]]:
        settings = self.settings
        return sample(
            batch.step,
            batch.memory,
            batch.state,
            generators=[np.random.default_rng([settings.seed, *one.number]) for one in batch.inputs],
            samples=settings.samples,
            shape=Shape(settings.temperature, settings.top_k, settings.top_p),
            maximum_lengths=limits(batch, settings),
            constraints=constraints(batch, settings),
            bos=batch.bos,
            eos=batch.eos,
        )


@dataclass(frozen=True)
class ForcedScoring:
    """What the model says of each input's prefix, with its end of sentence where that is to count."""

    budget: int
    attention: bool = False
    exact: bool = field(default=True, init=False)

    def __call__(self, batch: EncodedBatch, /) -> list[ForcedOutput]:
        rows = [one.prefix for one in batch.inputs]
        words_BT, lengths = pad(rows, 0).to(batch.own_BS.device), [len(row) for row in rows]
        found = forced(batch.step, batch.memory, batch.state, words_BT, lengths, bos=batch.bos, attention=self.attention)
        return [
            output if output.attention_TS is None else replace(output, attention_TS=output.attention_TS[:, : len(one.ids)])  # no padding
            for output, one in zip(found, batch.inputs, strict=True)
        ]


class ModelSearch:
    """Models that share their vocabularies, as one step function. average: a name of `seqtasks.decoding.ensembles.AVERAGES`.

    shortlists: what searches and samples choose from; precision: of their weights and matrix products, "float32" or "bf16" (which takes a
    copy of the weights as they are now). An exact strategy is answered over all words and in float32 in any case.
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
        self.average = average
        self.shortlists = shortlists
        self.precision = precision
        self.never = (vocabulary.pad, vocabulary.bos)
        self.searched = [with_weights_in(model, precision) for model in models]
        self.step = forbid_tokens(together([step_function(model) for model in models], average), self.never)
        self.fast_step = forbid_tokens(together([step_function(model) for model in self.searched], average), self.never)
        self.short_step = together([short_step_function(model) for model in self.searched], average)

    def answer(self, inputs: Sequence[SearchInput], strategy: Strategy[Answer]) -> list[Answer]:
        """The strategy's answer for each input, in order; inputs of like length go together. The longer of source and prefix counts."""
        if not inputs:
            return []
        for model in (*self.models, *self.searched):
            model.eval()
        lengths = [(len(one.ids), len(one.prefix)) for one in inputs]
        plan = in_order(lengths, max(1, strategy.budget), rows=ROWS)
        if self.shortlists is not None and not strategy.exact:
            plan = [part for positions in plan for part in self.narrow(positions, inputs, self.shortlists)]
        batches = in_threads(partial(self.answer_batch, inputs, strategy), plan, self.device)
        order = np.concatenate(plan).argsort()
        answers = [own for batch in batches for own in batch]
        return [answers[place] for place in order.tolist()]

    def forced(
        self, sources: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], budget: int, *, attention: bool = False
    ) -> list[ForcedOutput]:
        """What the models say of given outputs, with their ends of sentence where those are to count."""
        inputs = [SearchInput(source, output) for source, output in zip(sources, outputs, strict=True)]
        return self.answer(inputs, ForcedScoring(budget, attention))

    def answer_batch(self, inputs: Sequence[SearchInput], strategy: Strategy[Answer], positions: np.ndarray) -> list[Answer]:
        """The answers for the inputs at these positions."""
        precision = "float32" if strategy.exact else self.precision
        if len(positions) == 1 and precision == "bf16":  # a product of one row is another kernel's, which rounds otherwise
            return self.answer_batch(inputs, strategy, positions.repeat(2))[:1]
        with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16, enabled=precision == "bf16"):
            return strategy(self.encode([inputs[position] for position in positions.tolist()], exact=strategy.exact))

    def narrow(self, positions: np.ndarray, inputs: Sequence[SearchInput], shortlists: Shortlists) -> list[np.ndarray]:
        """A batch in parts whose rows of the output layer, a table of each sentence's own words, stay within TABLE."""
        widest = max(shortlists.own(inputs[position].ids) for position in positions.tolist())
        numbers = (widest + 1) * max(output_weights(model.output)[1].size(1) for model in self.models)
        most = max(1, TABLE // numbers)
        rows = most - most % ROWS if most > ROWS else most
        return [positions[first : first + rows] for first in range(0, len(positions), rows)]

    def encode(self, inputs: Sequence[SearchInput], *, exact: bool = False) -> EncodedBatch:
        """The encoded sources of a batch, and with shortlists what each may answer: the words of its list, and of its prefix."""
        models, step = (self.models, self.step) if exact else (self.searched, self.fast_step)
        batch = source_batch([one.ids for one in inputs]).to(self.device)
        memories, states = zip(*(model.encode(batch) for model in models), strict=True)
        if self.shortlists is not None and not exact:
            words = [(one.ids, one.prefix) for one in inputs]
            memories, step = tuple(short_memories(models, memories, self.shortlists, words, self.never)), self.short_step
        alone = len(memories) == 1
        memory, state = (memories[0], states[0]) if alone else (Together(memories), Together(states))
        return EncodedBatch(step, inputs, models[0].own(batch), memory, state, self.vocabulary.bos, self.vocabulary.eos)


def with_weights_in(model: TranslationModel, precision: str) -> TranslationModel:
    """The model, or a copy of it whose weights have the precision, so that they are not converted anew at every step."""
    return model if precision == "float32" else copy.deepcopy(model).bfloat16()


def step_function(model: TranslationModel) -> StepFunction[Any, Any]:
    """The model's step as the search sees it."""

    def step(last_N: Tensor, memory: Any, state: Any) -> Step[Any]:
        log_probs_NV, state, weights_NS = model.step(last_N, memory, state)
        return Step(log_probs_NV, state, attention_NS=weights_NS)

    return step


def together(steps: Sequence[StepFunction[Any, Any]], average: str) -> StepFunction[Any, Any]:
    """One step function of one or several."""
    return steps[0] if len(steps) == 1 else ensemble(steps, average=average)


def forbid_tokens(step: StepFunction[Any, Any], forbidden: Sequence[int]) -> StepFunction[Any, Any]:
    """A step over all words that never answers some: those that no translation holds (padding, begin)."""

    def forbidding(last_N: Tensor, memory: Any, state: Any) -> Step[Any]:
        answer = step(last_N, memory, state)
        for word in forbidden:
            answer.log_probs_NV[:, word] = -torch.inf  # in place: the step has just made it
        return answer

    return forbidding


def limits(batch: EncodedBatch, settings: DecodingSettings) -> Tensor:
    """maximum_lengths_B: by the source's length, but room for the least length and for something after a prefix."""
    longest_B = (batch.own_BS.sum(1) * settings.length_ratio).long() + settings.length_extra
    prefix_B = torch.tensor([len(one.prefix) for one in batch.inputs], device=longest_B.device)
    after_B = torch.where(prefix_B > 0, prefix_B + settings.length_extra + 1, 0)
    least_B = after_B.clamp(min=settings.min_length + 1) if settings.min_length else after_B
    return torch.maximum(longest_B, least_B)


def constraints(batch: EncodedBatch, settings: DecodingSettings) -> list[Constraint]:
    """What the outputs of a batch must obey. A prefix comes last: nothing that it says is blocked."""
    rules: list[Constraint] = []
    prefixes = [one.prefix for one in batch.inputs]
    if settings.min_length:
        rules.append(minimum_length(torch.full_like(batch.own_BS[:, 0], settings.min_length, dtype=torch.long), eos=batch.eos))
    if settings.block_ngrams:
        after_B = torch.tensor([len(prefix) for prefix in prefixes], device=batch.own_BS.device)
        rules.append(block_ngrams(settings.block_ngrams, after_B=after_B))
    if any(prefixes):
        rules.append(starting_with(prefix_table(prefixes, batch.own_BS)))
    return rules
