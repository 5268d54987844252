"""Lines to translations: the one path that scoring, `predict`, Python and a server share.

A line is encoded once, searched, and joined again. Blank lines give blank lines; a line longer than LONGEST tokens is translated
in pieces, so that memory stays bounded and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seqtasks.decoding.beam import LENGTH_PENALTIES, beam_search
from seqtasks.decoding.greedy import greedy
from seqtasks.decoding.step import Hypothesis, Step
from seqtasks.models.translation import TranslationModel
from seqtasks.nn.attention import Memory
from seqtasks.nn.decoders import DecoderState
from seqtasks.recipes.assets import TranslationAssets
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.batching import in_order, translation_batch
from seqtasks.text.encoded import Ragged
from seqtasks.text.tokenizers import JOINER, SPACE

LONGEST = 250


@dataclass(frozen=True)
class Translation:
    """One answer for one line: its text, its log-probability in nats and the score by which it was chosen."""

    text: str
    log_probability: float
    score: float
    finished: bool


class Translator:
    """A translation model with its tokenizers and its way to search."""

    def __init__(self, model: TranslationModel, assets: TranslationAssets, settings: DecodingSettings, device: torch.device) -> None:
        self.model = model
        self.assets = assets
        self.settings = settings
        self.device = device

    def translate(self, lines: Sequence[str], *, beams: int | None = None, n_best: int = 1) -> list[list[Translation]]:
        """The n best translations of each line, best first; one empty translation for a blank line."""
        pieces: list[list[int]] = []
        owners: list[list[int]] = []
        for line in lines:
            cut = self.pieces(line)
            owners.append(list(range(len(pieces), len(pieces) + len(cut))))
            pieces.extend(cut)
        found = self.search(pieces, beams or self.settings.beams, n_best)
        return [self.joined([found[piece] for piece in own]) for own in owners]

    def pieces(self, line: str) -> list[list[int]]:
        """A line's token ids, cut where it is too long; none for a blank line."""
        if not line.strip():
            return []
        *ids, end = self.assets.source.encode(line)
        return [[*ids[start : start + LONGEST], end] for start in range(0, max(1, len(ids)), LONGEST)]

    def joined(self, pieces: Sequence[Sequence[Hypothesis]]) -> list[Translation]:
        """The n-th translations of a line's pieces, put together."""
        if not pieces:
            return [Translation("", 0.0, 0.0, True)]
        return [
            Translation(
                " ".join(self.assets.target.decode(part.tokens) for part in parts),
                sum(part.log_probability for part in parts),
                sum(part.score for part in parts) / len(parts),
                all(part.finished for part in parts),
            )
            for parts in zip(*pieces, strict=False)
        ]

    @torch.inference_mode()
    def search(self, sources: Sequence[Sequence[int]], beams: int, n_best: int) -> list[list[Hypothesis]]:
        """The best hypotheses of each encoded source, in the order given."""
        if not sources:
            return []
        self.model.eval()
        ragged = Ragged.from_lists(sources)
        answers: list[list[Hypothesis]] = [[] for _ in sources]
        for positions in in_order(ragged.lengths, max(1, self.settings.batch_tokens // beams)):
            for position, hypotheses in zip(positions.tolist(), self.search_batch(ragged, positions, beams, n_best), strict=True):
                answers[position] = hypotheses
        return answers

    def search_batch(self, sources: Ragged, positions: np.ndarray, beams: int, n_best: int) -> list[list[Hypothesis]]:
        batch = translation_batch(sources, None, positions).to(self.device)
        memory, state = self.model.encode(batch)
        vocabulary = self.assets.target.vocabulary
        ends = {"bos": vocabulary.bos, "eos": vocabulary.eos}
        longest_B = (batch.mask_BS.sum(1) * self.settings.length_ratio).long() + self.settings.length_extra
        if beams == 1 and n_best == 1:
            return [[best] for best in greedy(self.step, memory, state, maximum_lengths=longest_B, **ends)]
        penalty = LENGTH_PENALTIES[self.settings.length_penalty](self.settings.alpha)
        return beam_search(self.step, memory, state, maximum_lengths=longest_B, beams=beams, length_penalty=penalty, n_best=n_best, **ends)

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> Step:
        """The model's step as the search sees it; the words that no translation holds (padding, begin) are barred."""
        log_probs_NV, state = self.model.step(last_N, memory, state)
        vocabulary = self.assets.target.vocabulary
        log_probs_NV[:, [vocabulary.pad, vocabulary.bos]] = -torch.inf
        return Step(log_probs_NV, state)

    @torch.inference_mode()
    def attention(self, source: str, target: str) -> tuple[list[str], list[str], np.ndarray] | None:
        """Words of both sides and weights_TS, by forced decoding; None for a model without attention."""
        self.model.eval()
        source_ids, target_ids = self.assets.source.encode(source), self.assets.target.encode(target)
        pairs = Ragged.from_lists([source_ids]), Ragged.from_lists([target_ids])
        _, weights_BTS = self.model(translation_batch(*pairs, np.array([0])).to(self.device))
        if weights_BTS is None:
            return None
        weights_TS = weights_BTS[0, : len(target_ids), : len(source_ids)].float().cpu().numpy()
        return by_word(self.assets.source.tokens(source_ids), self.assets.target.tokens(target_ids), weights_TS)


def by_word(source: Sequence[str], target: Sequence[str], weights_TS: np.ndarray) -> tuple[list[str], list[str], np.ndarray]:
    """Attention between words, from that between their pieces: summed over a source word's pieces, the mean over a target word's."""
    columns, rows = word_starts(source), word_starts(target)
    summed = np.add.reduceat(weights_TS, columns, axis=1)
    lengths = np.diff([*rows, len(target)])
    return named(source, columns), named(target, rows), np.add.reduceat(summed, rows, axis=0) / lengths[:, None]


def word_starts(pieces: Sequence[str]) -> list[int]:
    """Where words begin among subwords: at a piece with the mark of a word, and before and after punctuation. Other tokens are words."""
    if not any(piece.startswith(SPACE) for piece in pieces):
        return list(range(len(pieces)))
    bare = [piece.strip(SPACE) for piece in pieces]
    return [
        position
        for position, piece in enumerate(pieces)
        if position == 0 or piece.startswith(SPACE) or not (bare[position][:1].isalnum() and bare[position - 1][-1:].isalnum())
    ]


def named(pieces: Sequence[str], starts: Sequence[int]) -> list[str]:
    """The words that begin at `starts`, without marks."""
    ends = [*starts[1:], len(pieces)]
    return ["".join(pieces[start:end]).strip(SPACE + JOINER) or SPACE for start, end in zip(starts, ends, strict=True)]


def forced_batches(sources: Ragged, targets: Ragged, tokens: int) -> list[np.ndarray]:
    """Positions in length-sorted batches for scoring given pairs."""
    return in_order(np.stack([sources.lengths, targets.lengths], axis=1), tokens)
