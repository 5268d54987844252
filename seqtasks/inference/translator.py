"""Lines to translations: the one path that scoring, `predict`, Python and a server share.

A line is encoded once, searched, and joined again. Blank lines give blank lines; a line longer than LONGEST tokens is translated
in pieces, so that memory stays bounded and nothing is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch

from seqtasks.decoding.mbr import expected_utilities
from seqtasks.decoding.step import Hypothesis
from seqtasks.errors import UsageError
from seqtasks.evaluation.bleu import bleu_metric
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.scored import ScoredPair
from seqtasks.inference.search import PROBABILITIES, BeamSearch, ModelSearch, Sampling, SearchInput
from seqtasks.inference.shortlists import shortlists_of
from seqtasks.inference.word_alignment import Tokens, WordAlignment, by_word, joined, linked, without_unknown
from seqtasks.models.translation import TranslationModel
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.batching import in_order
from seqtasks.text.corpora.documents import BREAK
from seqtasks.text.encoded import Ragged
from seqtasks.text.tokenizers import CharacterTokenizer
from seqtasks.text.vocabulary import EOS

LONGEST = 250
LONGEST_SCORED = 5000  # tokens of a side of a given pair: memory grows with both
LONGER = (LONGEST + 2) ** 2  # words of one side x of the other, beyond which attention to all at once would fill the memory
Token = TypeVar("Token")


@dataclass(frozen=True)
class Translation:
    """One answer for one line: its text, its log-probability in nats and the score by which it was chosen.

    alignment: of its words with the source's, where that was asked for and the model has attention; ids: its tokens, without an end.
    """

    text: str
    log_probability: float
    score: float
    finished: bool
    alignment: WordAlignment | None = None
    ids: tuple[int, ...] = ()

    def facts(self) -> dict[str, Any]:
        """For JSON: all but the alignment."""
        named = {"log_probability": self.log_probability, "score": self.score, "finished": self.finished}
        return {"translation": self.text, **named}

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the translation, its numbers, and the alignment where that was asked for."""
        return {**self.facts(), **(self.alignment.to_dict() if self.alignment is not None else {})}


class Translator:
    """A translation model, or several as one, with tokenizers and a way to search. others: models with the same vocabularies.

    precision: of searches, "float32" or "bf16"; scores of given translations and alignments are float32 in any case. language: of the
    target, in whose words translations are compared by BLEU.
    """

    def __init__(
        self,
        model: TranslationModel,
        assets: TranslationAssets,
        settings: DecodingSettings,
        device: torch.device,
        *,
        others: Sequence[TranslationModel] = (),
        average: str = PROBABILITIES,
        precision: str = "float32",
        language: str = "",
    ) -> None:
        self.model = model
        self.assets = assets
        self.settings = settings
        self.device = device
        self.language = language
        lists = shortlists_of(assets, settings)
        models = [model, *others]
        self.models = ModelSearch(models, assets.target.vocabulary, device, average=average, shortlists=lists, precision=precision)

    def translate(
        self,
        lines: Sequence[str],
        *,
        beams: int | None = None,
        n_best: int = 1,
        prefixes: Sequence[str] | None = None,
        first: int = 0,
        alignments: bool = False,
    ) -> list[list[Translation]]:
        """The n best translations of each line, best first, whose texts differ (samples may be alike); one empty one for a blank line.

        prefixes: how the translation of each line begins, as it is written; first: the number of the first line, which samples depend on;
        alignments: the best translation of each line comes with its alignment.
        """
        inputs: list[SearchInput] = []
        owners: list[range] = []
        for number, (line, prefix) in enumerate(zip(lines, prefixes or [""] * len(lines), strict=True), first):
            begin = self.assets.target.encode(prefix)[:-1]
            pieces = self.pieces(line)
            owners.append(range(len(inputs), len(inputs) + len(pieces)))
            inputs += [SearchInput(ids, [] if part else begin, (number, part)) for part, ids in enumerate(pieces)]
        found = self.answers(inputs, beams or self.settings.beams, n_best)
        tokens = self.tokens(lines, inputs, found)
        for own, prefix in zip(owners, prefixes or (), strict=False):  # as it was written: an unknown token, too
            spelled = self.assets.target.spell(prefix)[:-1]
            for written in tokens[own.start] if own else ():
                written[: len(spelled)] = spelled
        if n_best > 1 and self.ranked:
            found, tokens = self.distinct(found, tokens, n_best)
        chosen = [best[0] for best in found], [best[0] for best in tokens]
        links = self.alignments(inputs, self.surface_tokens(lines), *chosen) if alignments else [None] * len(inputs)
        blank = Translation("", 0.0, 0.0, True, joined([]) if alignments else None)
        answers = [*zip(found, tokens, links, strict=True)]
        joined_up = [self.joined([answers[piece] for piece in own]) if own else [blank] for own in owners]
        if prefixes is None:
            return joined_up
        return [
            [replace(one, text=begun(one.text, prefix)) for one in best] if own else best
            for own, prefix, best in zip(owners, prefixes, joined_up, strict=True)
        ]

    @property
    def characters(self) -> bool:
        """Whether tokens are characters."""
        return isinstance(self.assets.target.tokenizer, CharacterTokenizer)

    @property
    def ranked(self) -> bool:
        """Whether several answers of a line are ranked, by a search or by agreement, and not drawn."""
        return not self.settings.samples or self.settings.mbr != "none"

    def distinct(self, found: Sequence[Sequence[Hypothesis]], tokens: Tokens, n_best: int) -> tuple[list[list[Hypothesis]], Tokens]:
        """The n best of each piece whose texts differ: one text may be cut into tokens in several ways."""
        kept: tuple[list[list[Hypothesis]], Tokens] = [], []
        for group, written in zip(found, tokens, strict=True):
            texts = [self.assets.target.tokenizer.join(part) for part in written]
            ranks = [rank for rank, text in enumerate(texts) if text not in texts[:rank]][:n_best]
            kept[0].append([group[rank] for rank in ranks])
            kept[1].append([written[rank] for rank in ranks])
        return kept

    def tokens(self, lines: Sequence[str], inputs: Sequence[SearchInput], found: Sequence[Sequence[Hypothesis]]) -> Tokens:
        """What all hypotheses write, unknown words replaced where the settings say so."""
        if not self.settings.replace_unknown:
            return [[self.assets.target.tokens(one.tokens) for one in group] for group in found]
        return without_unknown(self.models, self.assets, inputs, self.surface_tokens(lines), found, self.settings.batch_tokens)

    def pieces(self, line: str) -> list[list[int]]:
        """A line's token ids, in pieces."""
        return self.cut(line, self.assets.source.encode)

    def surface_tokens(self, lines: Sequence[str]) -> list[list[str]]:
        """The pieces of all lines as they were written: an unknown token is itself, not the sign for one."""
        return [part for line in lines for part in self.cut(line, self.assets.source.spell)]

    def cut(self, line: str, read: Callable[[str], list[Token]]) -> list[list[Token]]:
        """A line's tokens, cut where it is too long, each piece after the line's context, if it has one; none for a blank line."""
        context, _, sentence = line.rpartition(BREAK)
        if not sentence.strip():
            return []
        before = read(context)[-LONGEST:] if context else []
        *tokens, end = read(sentence)
        return [[*before, *tokens[start : start + LONGEST], end] for start in range(0, max(1, len(tokens)), LONGEST)]

    def joined(self, pieces: Sequence[tuple[Sequence[Hypothesis], Sequence[list[str]], WordAlignment | None]]) -> list[Translation]:
        """The n-th translations of a line's pieces (hypotheses, their tokens, the first one's alignment), put together."""
        found, tokens, links = zip(*pieces, strict=True)
        known = [link for link in links if link is not None]
        texts = zip(*tokens, strict=False)
        return [
            Translation(
                " ".join(self.assets.target.tokenizer.join(part) for part in written),
                sum(part.log_probability for part in parts),
                sum(part.score for part in parts) / len(parts),
                all(part.finished for part in parts),
                joined(known) if known and not number else None,
                tuple(token for part in parts for token in part.tokens),
            )
            for number, (parts, written) in enumerate(zip(zip(*found, strict=False), texts, strict=True))
        ]

    def answers(self, inputs: Sequence[SearchInput], beams: int, n_best: int) -> list[list[Hypothesis]]:
        """Samples or the results of a search, as the settings say, reranked where they say so: of several best ones all that there are."""
        settings = self.settings
        several = settings.mbr != "none"
        strategy = Sampling(settings) if settings.samples else BeamSearch(settings, beams, beams if several or n_best > 1 else 1)
        found = self.models.answer(inputs, strategy)
        tokenize = bleu_metric(self.language).tokenizer if settings.mbr == "bleu" else None
        most = None if n_best > 1 and self.ranked else n_best
        return [(self.reranked(group, tokenize) if several else group)[:most] for group in found]

    def reranked(self, group: Sequence[Hypothesis], tokenize: Callable[[str], str] | None) -> list[Hypothesis]:
        """By expected utility, which is the new score: over samples as they are, over the results of a search by their probabilities."""
        texts = [self.assets.target.decode(one.tokens) for one in group]
        best = max(one.log_probability for one in group)
        weights = None if self.settings.samples else [math.exp(one.log_probability - best) for one in group]
        scores = expected_utilities(texts, utility=self.settings.mbr, weights=weights, tokenize=tokenize)
        ranked = [Hypothesis(one.tokens, one.log_probability, score, one.finished) for one, score in zip(group, scores, strict=True)]
        return sorted(ranked, key=lambda one: -one.score)

    def search(self, sources: Sequence[Sequence[int]], beams: int, n_best: int) -> list[list[Hypothesis]]:
        """The best hypotheses of each encoded source, in the order given: always by search, never sampled or reranked."""
        return self.models.answer([SearchInput(source) for source in sources], BeamSearch(self.settings, beams, n_best))

    def score(self, sources: Sequence[str], targets: Sequence[str], *, first: int = 0) -> list[ScoredPair]:
        """What the model says of given translations, by the steps that a search takes. Nothing of a pair of blank lines.

        first: the number of the first pair, from 0. Raises UsageError for a side of more than LONGEST_SCORED tokens: in pieces it would
        have another probability.
        """
        kept = [number for number, pair in enumerate(zip(sources, targets, strict=True)) if any(side.strip() for side in pair)]
        outputs = [self.assets.target.encode(targets[number]) for number in kept]
        inputs = [self.assets.source.encode(sources[number]) for number in kept]
        for number, *sides in zip(kept, inputs, outputs, strict=True):
            if (longest := max(map(len, sides))) > LONGEST_SCORED:
                size = f"{longest:,} tokens, but a pair is scored up to {LONGEST_SCORED:,} a side"
                raise UsageError(f"line {first + number + 1}: {size}. Cut it into sentences.")
        found = self.models.forced(inputs, outputs, self.settings.batch_tokens)
        pairs = [ScoredPair((), ()) for _ in sources]
        for number, ids, output in zip(kept, outputs, found, strict=True):
            pairs[number] = ScoredPair(tuple(self.assets.target.tokens(ids)), tuple(output.log_probs_T.tolist()))
        return pairs

    def alignments(
        self, inputs: Sequence[SearchInput], surfaces: Sequence[list[str]], chosen: Sequence[Hypothesis], written: Sequence[list[str]]
    ) -> list[WordAlignment | None]:
        """Words to words, from the attention along each chosen hypothesis and its tokens; None for a model without attention."""
        end = self.assets.target.vocabulary.eos
        outputs = [[*one.tokens, end] if one.finished else list(one.tokens) for one in chosen]
        found = self.models.forced([one.ids for one in inputs], outputs, self.settings.batch_tokens, attention=True)
        links: list[WordAlignment | None] = []
        for given, source, tokens, one, walked in zip(inputs, surfaces, written, chosen, found, strict=True):
            if walked.attention_TS is None:
                links.append(None)
                continue
            names, weights = [*tokens, *([EOS] if one.finished else [])], walked.attention_TS.float().cpu().numpy()
            context = sentence_start(given.ids, self.assets.source.vocabulary.eos)
            found_links = linked(source, names, weights, finished=one.finished, context=context, characters=self.characters)
            links.append(found_links)
        return links

    def attention(self, source: str, target: str) -> tuple[list[str], list[str], np.ndarray] | None:
        """Words of both sides and weights_TS, by forced decoding; None for a model without attention, and for a pair of very long lines."""
        source_ids, target_ids = self.assets.source.encode(source), self.assets.target.encode(target)
        if len(source_ids) * len(target_ids) > LONGER:
            return None
        (found,) = self.models.forced([source_ids], [target_ids], self.settings.batch_tokens, attention=True)
        if found.attention_TS is None:
            return None
        weights_TS = found.attention_TS.float().cpu().numpy()
        names = self.assets.source.spell(source), self.assets.target.tokens(target_ids)
        return by_word(*names, weights_TS, characters=self.characters)


def begun(text: str, prefix: str) -> str:
    """A translation with its prefix as it was written: a model of lower-cased text writes it otherwise. Raises UsageError if it cannot."""
    wanted = " ".join(prefix.split())
    written = text[: len(wanted)]
    if written.lower() != wanted.lower():
        place = next((place for place, pair in enumerate(zip(wanted, written, strict=False)) if pair[0] != pair[1]), len(written))
        raise UsageError(
            f"the prefix {wanted!r} cannot be written by this run: it writes {text[: place + 1]!r} for {wanted[: place + 1]!r}."
        )
    return wanted + text[len(wanted) :]


def sentence_start(ids: Sequence[int], end: int) -> int:
    """Where the last sentence of an encoded source begins: what stands before it, each with its own end, is its context."""
    return max((place + 1 for place, token in enumerate(ids[:-1]) if token == end), default=0)


def forced_batches(sources: Ragged, targets: Ragged, tokens: int) -> list[np.ndarray]:
    """Positions in length-sorted batches for scoring given pairs."""
    return in_order(np.stack([sources.lengths, targets.lengths], axis=1), tokens)
