"""The translation recipe: from pairs of lines to a trained and scored model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seqtasks.diagnosis.observations.evidence import Evidence
from seqtasks.diagnosis.parallel_data import parallel_notes
from seqtasks.diagnosis.shared_sentences import shared_sentences
from seqtasks.errors import DataError, TrainingError
from seqtasks.evaluation.bleu import corpus_value
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.translator import Translation, Translator
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.model_size import TRAINED, refuse_too_large
from seqtasks.tasks.neural import NeuralRunner, saved_text
from seqtasks.tasks.outcome import HeldOutExample, Outcome, PartFacts
from seqtasks.tasks.selection import example_positions, example_split, nested_share, probe_positions, select_parts
from seqtasks.tasks.translation.build import build_translation
from seqtasks.tasks.translation.controls import source_control
from seqtasks.tasks.translation.data_notes import length_notes, scoring_notes, selection_notes, unknown_notes
from seqtasks.tasks.translation.reading import read_translation_part
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.tasks.translation.review import TrainingFacts, lines_of, review
from seqtasks.tasks.translation.scores import EncodedPairs, forced, score_pairs
from seqtasks.tasks.translation.training import build_objective, drawn_sides, guide_of, plan_of, with_lexicon
from seqtasks.tasks.translation.training_checks import OF_TOKENS
from seqtasks.text.batching import Batches, translation_batch
from seqtasks.text.corpora.documents import pairs_in_context, sentence_of, without_breaks
from seqtasks.text.corpora.examples import DataNote, SentencePair
from seqtasks.text.corpora.parallel import without_empty
from seqtasks.text.subword_sampling import SampledLines
from seqtasks.text.tokenizers import plain_words
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.label_entropy import label_entropy
from seqtasks.training.loop import DevResult, ProbeResult

DIVERGED = 2.0  # nats a token above those of a guess among all tokens
BEYOND = 10  # times those of a guess: no beginning is so bad


class TranslationTask:
    """A translation recipe with its data read and its model built, in four steps: read, learn, encode, build.

    assets: those of an earlier run; where there is none, tokenizers and vocabularies are learned from the training pairs.
    """

    weights: Mapping[str, float] = {}

    def __init__(
        self, recipe: TranslationRecipe, locations: DataLocations, device: torch.device, assets: TranslationAssets | None = None
    ) -> None:
        self.recipe = recipe
        self.device = device
        self.notes: list[str] = []
        self.losses: dict[int, float] = {}  # on what is watched, by epoch
        self.now = 0  # the epoch whose batches were asked for last
        pairs, watched = self.read(locations)
        self.assets = assets or self.learn(pairs)
        self.train, self.dev, self.drawn = self.encode(pairs, watched)
        self.notes += self.looked_at(given=assets is not None)
        self.assets = with_lexicon(recipe, self.assets, self.train.pairs)
        refuse_too_large(lambda: build_translation(recipe, self.assets), device, copies=TRAINED)
        self.model = build_translation(recipe, self.assets).to(device)
        guide = guide_of(recipe, self.assets, self.train.sources, self.train.targets)
        self.objective = build_objective(recipe, self.model, self.assets, guide)
        self.translator = Translator(self.model, self.assets, recipe.decoding, device, language=recipe.data.target)

    def read(self, locations: DataLocations) -> tuple[list[SentencePair], list[SentencePair]]:
        """The pairs that are trained on and those that are watched meanwhile; `scored` are those of every reported part."""
        recipe, context = self.recipe, self.recipe.data.context
        corpora = read_parts(recipe.data, locations, read_translation_part)
        if context:
            corpora = {split: replace(part, examples=pairs_in_context(part.examples, context)) for split, part in corpora.items()}
        self.parts = [PartFacts(split, corpus.path, len(corpus), corpus.checksum) for split, corpus in corpora.items()]
        self.notes += [note for corpus in corpora.values() for note in corpus.all_notes]
        every = {split: corpus.examples for split, corpus in corpora.items()}
        self.notes += map(DataNote, parallel_notes(every, source=recipe.data.source, target=recipe.data.target))
        training = without_empty(
            replace(corpora["train"], examples=without_breaks(corpora["train"].examples)) if context else corpora["train"]
        )
        self.notes += [DataNote(note) for note in training.notes if note not in self.notes]
        if not len(training):
            raise DataError(training.path, 0, "no pair has text on both sides", "Check the two files")
        if recipe.data.train_fraction < 1:
            shared = list(nested_share(training.examples, recipe.data.train_fraction))
            self.notes.append(f"train: {len(shared):,} of its {len(training):,} pairs (data.train_fraction).")
            training = replace(training, examples=shared)
        sources = [pair.source for pair in training]
        selection = select_parts(sources, has_dev="dev" in corpora, has_test="test" in corpora, select_by=recipe.training.select_by)
        self.selected_on = selection.selected_on
        self.notes += selection.notes
        pairs, held_out = [[training[position] for position in part] for part in (selection.kept, selection.held_out)]
        self.scored: dict[str, Sequence[SentencePair]] = {k: corpus.examples for k, corpus in corpora.items() if k != "train"}
        if not self.scored:
            self.scored = {"dev": held_out}
        for split, reported in self.scored.items():
            if not any(pair.source.strip() and pair.target.strip() for pair in reported):
                where = corpora[split].path if split in corpora else training.path
                raise DataError(where, 0, f"no pair of {split} has text on both sides, so nothing could be scored", "Check the two files")
        return pairs, held_out or [pair for pair in self.scored.get("dev", ()) if pair.source.strip() and pair.target.strip()]

    def learn(self, pairs: Sequence[SentencePair]) -> TranslationAssets:
        """Tokenizers and vocabularies of both sides, from these pairs only."""
        return TranslationAssets.learn([sentence_of(p.source) for p in pairs], [p.target for p in pairs], self.recipe.text)

    def encode(
        self, pairs: Sequence[SentencePair], watched: Sequence[SentencePair]
    ) -> tuple[EncodedPairs, EncodedPairs | None, tuple[SampledLines, SampledLines] | None]:
        """Training pairs and watched pairs as numbers; and both sides of the former as epochs draw them, where their subwords are drawn."""
        train = self.short_enough(EncodedPairs.of(pairs, self.assets))
        dev = EncodedPairs.of(watched, self.assets) if watched else None
        self.probed = train.select(probe_positions(len(train.pairs)))
        return train, dev, drawn_sides(self.recipe, train.pairs, self.assets)

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

    @property
    def label_entropy(self) -> float:
        """Of the target tokens of the training pairs."""
        return label_entropy(self.train.targets.values)

    @property
    def trunk_words(self) -> Vocabulary:
        return self.assets.source.vocabulary

    def looked_at(self, *, given: bool) -> list[str]:
        """Notes on what does not fit the data. given: whether the vocabularies are of another run, or of this one when it began."""
        recipe, train, assets = self.recipe, self.train, self.assets
        targets = [pair.target for pair in self.dev.pairs] if self.dev else []
        return [
            *map(DataNote, length_notes(train.sources, train.targets, recipe.decoding, end=assets.source.vocabulary.eos)),
            *(map(DataNote, unknown_notes(train.pairs, assets)) if given else []),
            *selection_notes(recipe.training.select_by, targets, recipe.data.target),
        ]

    def epoch(self, number: int) -> Batches:
        """The batches of an epoch; where its subwords are drawn, they are drawn here."""
        self.now = number
        sides = (self.drawn[0].epoch(number), self.drawn[1].epoch(number)) if self.drawn else (self.train.sources, self.train.targets)
        return Batches(plan_of(self.recipe, *sides).epoch(number), partial(translation_batch, *sides))

    def score_dev(self) -> DevResult | None:
        """Loss and accuracy on what is watched, BLEU where it decides; then back to training mode."""
        if self.dev is None:
            return None
        total, count, correct = forced(self.translator, self.dev)
        scores = {}
        select_by = self.recipe.training.select_by
        if select_by not in OF_TOKENS:
            answers = self.translator.search([row.tolist() for row in self.dev.sources], self.recipe.decoding.dev_beams, 1)
            texts = [self.assets.target.decode(best[0].tokens) for best in answers]
            references = [pair.target for pair in self.dev.pairs]
            scores[select_by] = corpus_value(select_by, texts, references, language=self.recipe.data.target)
        loss, accuracy = total / max(1, count), 100 * correct / max(1, count)
        self.losses[self.now] = loss
        better = -1 if lower_is_better(select_by) else 1
        value = better * {"loss": -loss, "accuracy": accuracy, "last": 0.0, **scores}[select_by]
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None, count)

    def score_probe(self) -> ProbeResult:
        """Loss and accuracy on a sample of the training pairs, as `score_dev` finds them."""
        total, count, correct = forced(self.translator, self.probed)
        return ProbeResult(total / max(1, count), 100 * correct / max(1, count))

    def evidence(self) -> Evidence:
        """What the parts share with training, and what another line's source costs."""
        words = [(tuple(pair.source.split()), pair.line) for pair in self.train.pairs]
        parts = {split: [(tuple(pair.source.split()), pair.line) for pair in pairs] for split, pairs in self.scored.items()}
        shared = shared_sentences([row for row, _ in words], parts)
        return Evidence(shared, source_control(self.translator, self.dev or self.probed))

    def outcome(self) -> Outcome:
        """Scores, translations and examples of every part that is reported. Raises TrainingError where training has diverged."""
        self.refuse_diverged()
        outcome, shown = Outcome(), example_split(list(self.scored))
        translated: dict[str, list[Translation]] = {}
        for split, pairs in self.scored.items():
            scores, found = score_pairs(self.translator, pairs, split=split, language=self.recipe.data.target)
            translated[split] = found
            texts = [one.text for one in found]
            outcome.scores += scores
            outcome.notes += scoring_notes(split, [pair.target for pair in pairs], self.recipe.data.target)
            outcome.predictions[f"{split}.{self.recipe.data.target}"] = "".join(f"{text}\n" for text in texts)
            if split == shown:
                right = [text.split() == pair.target.split() for text, pair in zip(texts, pairs, strict=True)]
                outcome.examples = [self.example(pairs[position], texts[position]) for position in example_positions(right)]
        others = {split: found for split, found in translated.items() if split != shown}
        trained = TrainingFacts(
            seen={word for pair in self.train.pairs for word in plain_words(sentence_of(pair.source).lower())},
            losses=list(self.losses.values()) if list(self.losses) == [*range(1, self.now + 1)] else (),  # a resumed run lacks some
            dev=self.dev.pairs if self.dev else (),
            elsewhere=[line for split, found in others.items() for line in lines_of(self.translator, self.scored[split], found)],
        )
        pairs, found = self.scored[shown], translated[shown]
        outcome.reviews[shown] = review(self.translator, pairs, found, split=shown, recipe=self.recipe, trained=trained)
        return outcome

    def refuse_diverged(self) -> None:
        """Raises TrainingError for a model that is much worse than a guess among all tokens: its translations would never end."""
        if self.dev is None:
            return
        total, count, _ = forced(self.translator, self.dev)
        loss, guess = total / max(1, count), math.log(len(self.assets.target.vocabulary))
        epochs = [*self.losses.values()]
        risen = len(epochs) > 1 and loss >= epochs[0]  # what falls may be trained too little only
        if loss > guess + DIVERGED and (risen or loss > BEYOND * guess):
            raise TrainingError(
                f"training has diverged: {loss:.1f} nats a token on what is held out, where a guess among all tokens has {guess:.1f}. "
                "Lower training.learning_rate or training.clip_norm."
            )

    def example(self, pair: SentencePair, text: str) -> HeldOutExample:
        attention = self.translator.attention(pair.source, text) if pair.source.strip() else None
        return HeldOutExample(sentence_of(pair.source), text, pair.target, attention)

    def run_facts(self) -> dict[str, Any]:
        return {}

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)


def translation_runner(recipe: TranslationRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; vocabularies come from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    assets = TranslationAssets.load(folder, recipe.text) if folder else None
    return NeuralRunner(recipe, lambda where: TranslationTask(recipe, locations, where, assets), device=device)
