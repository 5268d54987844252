"""The translation recipe: from pairs of lines to a trained and scored model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from seqtasks.errors import DataError
from seqtasks.evaluation.bleu import bleu_metric, translation_scores
from seqtasks.evaluation.perplexity import perplexity
from seqtasks.evaluation.score import Score
from seqtasks.models.translation import TARGET
from seqtasks.recipes.assets import TranslationAssets
from seqtasks.recipes.build import build_translation
from seqtasks.recipes.job import HeldOutExample, Outcome, PartFacts, example_split, five_positions, select_parts
from seqtasks.recipes.parts import Place, read_parts, read_translation_part
from seqtasks.recipes.schema import TranslationRecipe
from seqtasks.recipes.translation_review import HEAD, review
from seqtasks.recipes.translation_training import build_objective, drawn_sides, guide_of, plan_of, with_lexicon
from seqtasks.recipes.translator import LONGER, Translation, Translator, forced_batches
from seqtasks.text.batching import Batch, translation_batch
from seqtasks.text.corpora.documents import pairs_in_context, sentence_of, without_breaks
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.corpora.parallel import without_empty
from seqtasks.text.encoded import Ragged
from seqtasks.training.loop import DevResult
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


class TranslationJob:
    """A translation recipe with its data read and its model built."""

    def __init__(self, recipe: TranslationRecipe, place: Place, device: torch.device, assets: TranslationAssets | None = None) -> None:
        corpora = read_parts(recipe.data, place, read_translation_part)
        context = recipe.data.context
        if context:
            corpora = {split: replace(part, examples=pairs_in_context(part.examples, context)) for split, part in corpora.items()}
        self.recipe = recipe
        self.device = device
        self.parts = [PartFacts(split, corpus.path, len(corpus), corpus.checksum) for split, corpus in corpora.items()]
        self.notes = [note for corpus in corpora.values() for note in corpus.notes]
        training = without_empty(
            replace(corpora["train"], examples=without_breaks(corpora["train"].examples)) if context else corpora["train"]
        )
        self.notes += [note for note in training.notes if note not in self.notes]
        if not len(training):
            raise DataError(training.path, 0, "no pair has text on both sides", "Check the two files")
        chosen = select_parts(len(training), has_dev="dev" in corpora, has_test="test" in corpora, select_by=recipe.training.select_by)
        self.selected_on, self.notes = chosen.selected_on, [*self.notes, *chosen.notes]
        pairs, held_out = [[training[position] for position in part] for part in (chosen.kept, chosen.held_out)]
        self.assets = assets or TranslationAssets.learn([sentence_of(p.source) for p in pairs], [p.target for p in pairs], recipe.text)
        self.train = self.short_enough(EncodedPairs.of(pairs, self.assets))
        self.assets = with_lexicon(recipe, self.assets, self.train.pairs)
        self.scored: dict[str, Sequence[SentencePair]] = {k: corpus.examples for k, corpus in corpora.items() if k != "train"}
        if not self.scored:
            self.scored = {"dev": held_out}
        watched = held_out or [pair for pair in self.scored.get("dev", ()) if pair.source.strip() and pair.target.strip()]
        self.dev = EncodedPairs.of(watched, self.assets) if watched else None
        self.drawn = drawn_sides(recipe, self.train.pairs, self.assets)
        self.shown = self.train.sources, self.train.targets
        self.model = build_translation(recipe, self.assets).to(device)
        guide = guide_of(recipe, self.assets, self.train.sources, self.train.targets)
        self.objective = build_objective(recipe, self.model, self.assets, guide)
        self.translator = Translator(self.model, self.assets, recipe.decoding, device, language=recipe.data.target)
        self.weights: Mapping[str, float] = {}

    def short_enough(self, part: EncodedPairs) -> EncodedPairs:
        """Leave out training pairs with a side beyond data.max_length tokens, and say how many."""
        longest = np.maximum(part.sources.lengths, part.targets.lengths)
        kept = np.flatnonzero(longest <= self.recipe.data.max_length + 1).tolist()
        if not kept:
            raise DataError(
                self.parts[0].path, 0, f"no training pair has at most {self.recipe.data.max_length} tokens a side", "Raise data.max_length"
            )
        if len(kept) < len(longest):
            self.notes.append(f"Left out {len(longest) - len(kept)} training pairs of over {self.recipe.data.max_length} tokens a side.")
        return part.select(kept) if len(kept) < len(longest) else part

    def epoch(self, number: int) -> Sequence[np.ndarray]:
        """The batches of an epoch; where its subwords are drawn, they are drawn here, for `batch` to show."""
        if self.drawn:
            self.shown = self.drawn[0].epoch(number), self.drawn[1].epoch(number)
        return plan_of(self.recipe, *self.shown).epoch(number)

    def batch(self, item: np.ndarray) -> Batch:
        return translation_batch(*self.shown, item)

    def score_dev(self) -> DevResult | None:
        """Loss and accuracy on what is watched, BLEU where it decides; then back to training mode."""
        if self.dev is None:
            return None
        total, count, correct = forced(self.translator, self.dev)
        scores = {}
        if self.recipe.training.select_by == "bleu":
            answers = self.translator.search([row.tolist() for row in self.dev.sources], self.recipe.decoding.dev_beams, 1)
            texts = [self.assets.target.decode(best[0].tokens) for best in answers]
            metric = bleu_metric(self.recipe.data.target)
            scores["bleu"] = float(metric.corpus_score(texts, [[pair.target for pair in self.dev.pairs]]).score)
        loss, accuracy = total / max(1, count), 100 * correct / max(1, count)
        value = {"loss": -loss, "accuracy": accuracy, "last": 0.0, **scores}.get(self.recipe.training.select_by, -loss)
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None)

    def outcome(self) -> Outcome:
        """Scores, translations and examples of every part that is reported."""
        outcome = Outcome()
        for split, pairs in self.scored.items():
            scores, found = score_pairs(self.translator, pairs, split=split, language=self.recipe.data.target)
            texts = [one.text for one in found]
            outcome.scores += scores
            outcome.predictions[f"{split}.{self.recipe.data.target}"] = "".join(f"{text}\n" for text in texts)
            if split == example_split(list(self.scored)):
                outcome.examples = [self.example(pairs[position], texts[position]) for position in five_positions(len(pairs))]
                outcome.reviews[split] = review(self.translator, pairs, found, split=split, recipe=self.recipe)
        return outcome

    def example(self, pair: SentencePair, text: str) -> HeldOutExample:
        attention = self.translator.attention(pair.source, text) if pair.source.strip() else None
        return HeldOutExample(sentence_of(pair.source), text, pair.target, attention)

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)


def forced(translator: Translator, part: EncodedPairs) -> tuple[float, int, int]:
    """Teacher forcing over a part: summed negative log-likelihood in nats, words, and words right.

    Attention between all words of both sides is computed at once where they are no longer than LONGEST; of longer pairs word by word.
    """
    objective = translation_objective(label_smoothing=0.0)
    translator.model.eval()
    total, count, correct = 0.0, 0, 0
    with torch.inference_mode():
        for positions in forced_batches(part.sources, part.targets, translator.settings.batch_tokens):
            batch = translation_batch(part.sources, part.targets, positions).to(translator.device)
            long = batch.ids_BS.size(1) * batch.targets[TARGET].size(1) > LONGER
            term = stepwise(translator.model, batch) if long else objective(translator.model, batch, 0)[TARGET]
            total, count, correct = total + float(term.sum), count + term.count, correct + int(term.correct)
    return total, count, correct


def score_pairs(
    translator: Translator, pairs: Sequence[SentencePair], *, split: str, language: str
) -> tuple[list[Score], list[Translation]]:
    """BLEU, chrF, TER, perplexity and accuracy of pairs, and their translations."""
    found = [best[0] for best in translator.translate([pair.source for pair in pairs])]
    scores = translation_scores([one.text for one in found], [pair.target for pair in pairs], language=language, split=split, head=HEAD)
    full = [pair for pair in pairs if pair.source.strip() and pair.target.strip()]
    if not full:
        return scores, found
    total, count, correct = forced(translator, EncodedPairs.of(full, translator.assets))
    accuracy = Score("accuracy", 100 * correct / max(1, count), split, HEAD, f"unit:token|tokens:{count}|decoding:forced", None)
    return [*scores, perplexity(total, count, split=split, head=HEAD), accuracy], found
