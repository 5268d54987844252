"""Translations against references: a part's scores, and under forced decoding the loss and accuracy of its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from seqtasks.evaluation.bleu import translation_scores
from seqtasks.evaluation.perplexity import perplexity
from seqtasks.evaluation.score import Score
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.translator import LONGER, Translation, Translator, forced_batches
from seqtasks.models.translation import TARGET
from seqtasks.tasks.translation.review import HEAD
from seqtasks.text.batching import translation_batch
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.encoded import Ragged
from seqtasks.training.translation_objectives import stepwise, translation_objective


@dataclass(frozen=True)
class EncodedPairs:
    """A part, encoded once."""

    pairs: Sequence[SentencePair]
    sources: Ragged
    targets: Ragged

    @classmethod
    def of(cls, pairs: Sequence[SentencePair], assets: TranslationAssets) -> EncodedPairs:
        sources = Ragged.from_lists([assets.source.encode(pair.source) for pair in pairs])
        return cls(pairs, sources, Ragged.from_lists([assets.target.encode(pair.target) for pair in pairs]))

    def select(self, positions: Sequence[int]) -> EncodedPairs:
        rows = [self.sources[position] for position in positions], [self.targets[position] for position in positions]
        return EncodedPairs([self.pairs[position] for position in positions], Ragged.from_lists(rows[0]), Ragged.from_lists(rows[1]))


def forced(translator: Translator, part: EncodedPairs) -> tuple[float, int, int]:
    """Teacher forcing over a part: summed negative log-likelihood in nats, words, and words right; what the vocabulary lacks is wrong.

    Attention between all words of both sides is computed at once where they are no longer than LONGEST; of longer pairs word by word.
    """
    unknown = translator.assets.target.vocabulary.unk
    objective = translation_objective(label_smoothing=0.0, unknown=unknown)
    translator.model.eval()
    total, count, correct = 0.0, 0, 0
    with torch.inference_mode():
        for positions in forced_batches(part.sources, part.targets, translator.settings.batch_tokens):
            batch = translation_batch(part.sources, part.targets, positions).to(translator.device)
            long = batch.ids_BS.size(1) * batch.targets[TARGET].size(1) > LONGER
            term = stepwise(translator.model, batch, unknown) if long else objective(translator.model, batch, 0)[TARGET]
            total, count, correct = total + float(term.sum), count + term.count, correct + int(term.correct)
    return total, count, correct


def score_pairs(
    translator: Translator, pairs: Sequence[SentencePair], *further: Sequence[str], split: str, language: str
) -> tuple[list[Score], list[Translation]]:
    """Every measure of pairs, with perplexity and accuracy, and their translations. further: other references of the same lines."""
    found = [best[0] for best in translator.translate([pair.source for pair in pairs])]
    references = [[pair.target for pair in pairs], *further]
    scores = translation_scores([one.text for one in found], *references, language=language, split=split, head=HEAD)
    full = [pair for pair in pairs if pair.source.strip() and pair.target.strip()]
    if not full:
        return scores, found
    total, count, correct = forced(translator, EncodedPairs.of(full, translator.assets))
    accuracy = Score("accuracy", 100 * correct / max(1, count), split, HEAD, f"unit:token|tokens:{count}|decoding:forced", None)
    return [*scores, perplexity(total, count, split=split, head=HEAD), accuracy], found
