"""The tagging recipes of networks, with one head or several: from tagged sentences to a trained and scored model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from seqtasks.evaluation.spans import entity_scores
from seqtasks.recipes.assets import TaggingAssets
from seqtasks.recipes.build import build_tagging
from seqtasks.recipes.job import Outcome
from seqtasks.recipes.names import data_of, tasks_of
from seqtasks.recipes.parts import Place, file_scheme, head_scheme
from seqtasks.recipes.schema import MultitaskRecipe, TaggingRecipe
from seqtasks.recipes.tagged_parts import TaggedParts, read_tagged_parts
from seqtasks.recipes.tagged_scores import tagged_outcome
from seqtasks.recipes.tagger import Tagger, positions_of, written_in
from seqtasks.text.batching import IGNORE, Batch, BatchPlan, in_order, tagging_batch
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.training.loop import DevResult
from seqtasks.training.objectives import Term, tagging_objective

DEV_TOKENS = 4000


class EncodedTags:
    """A part of one task, encoded once. Labels that training has not seen are -100: no model can be right there."""

    def __init__(self, sentences: Sequence[TaggedSentence], head: str, parts: TaggedParts, assets: TaggingAssets) -> None:
        self.head = head
        self.gold = [list(sentence.tags[parts.data[head].layer]) for sentence in sentences]
        self.forms, self.words = FormTable.build([sentence.words for sentence in sentences], assets.words, assets.characters)
        self.targets = Ragged.from_lists(positions_of(assets.labels[head], parts.tags(head, sentences), IGNORE))

    def batch(self, positions: np.ndarray) -> Batch:
        return tagging_batch(self.forms, self.words, positions, {self.head: self.targets}, self.head)


class TaggingJob:
    """A tagging recipe with its data read and its model built."""

    def __init__(
        self, recipe: TaggingRecipe | MultitaskRecipe, place: Place, device: torch.device, assets: TaggingAssets | None = None
    ) -> None:
        self.recipe = recipe
        self.device = device
        self.data = data_of(recipe)
        schemes = {head: scheme for head, task in tasks_of(recipe).items() if (scheme := head_scheme(task))}
        self.tagged = read_tagged_parts(self.data, place, select_by=recipe.training.select_by, schemes=schemes)
        self.parts, self.notes, self.selected_on = self.tagged.facts, self.tagged.notes, self.tagged.selected_on
        training = self.tagged.training_words()
        self.assets = assets.after(training) if assets else TaggingAssets.learn(training, self.tagged.inventories(), recipe.words)
        self.tagged.check_labels(self.assets.labels)
        self.train = {head: EncodedTags(part, head, self.tagged, self.assets) for head, part in self.tagged.kept.items()}
        self.dev = {head: EncodedTags(part, head, self.tagged, self.assets) for head, part in self.tagged.watched.items() if part}
        settings = recipe.training
        self.plans = {
            head: BatchPlan(part.words.lengths, tokens=settings.batch_tokens, pool=settings.pool, seed=settings.seed)
            for head, part in self.train.items()
        }
        self.model = build_tagging(recipe, self.assets, self.vectors() if assets is None else None, self.word_counts()).to(device)
        self.objective = tagging_objective(label_smoothing=settings.label_smoothing)
        self.tagger = Tagger(self.model, self.assets, device, written_in(self.data))
        self.weights: Mapping[str, float] = {head: task.head.weight for head, task in tasks_of(recipe).items()}

    def word_counts(self) -> torch.Tensor:
        """How often each word of the vocabulary stands in the training parts, [V]."""
        ids = [part.forms.word_ids[part.words.values] for part in self.train.values()]
        return torch.from_numpy(np.bincount(np.concatenate(ids), minlength=len(self.assets.words)))

    def vectors(self) -> torch.Tensor | None:
        """Pretrained vectors for the vocabulary; words without one are drawn as other words are."""
        if not self.recipe.words.vectors:
            return None
        from seqtasks.recipes.vectors import vectors_for

        table, note = vectors_for(self.recipe.words.vectors, self.assets.words, self.recipe.words.size)
        self.notes.append(note)
        return table

    def epoch(self, number: int) -> list[tuple[str, np.ndarray]]:
        """Every task's batches, mixed by a draw of their own."""
        items = [(head, positions) for head, plan in self.plans.items() for positions in plan.epoch(number)]
        if len(self.plans) == 1:
            return items
        order = np.random.default_rng([self.recipe.training.seed, number]).permutation(len(items))
        return [items[position] for position in order]

    def batch(self, item: tuple[str, np.ndarray]) -> Batch:
        head, positions = item
        return self.train[head].batch(positions)

    @torch.inference_mode()
    def watch(self, part: EncodedTags) -> tuple[Term, list[list[str]]]:
        """Loss and right words over a part, and the answers: the model reads it once."""
        self.model.eval()
        head, total = self.model.head(part.head), torch.zeros(())
        answers: list[list[str]] = [[] for _ in part.gold]
        for positions in in_order(part.words.lengths, DEV_TOKENS):
            batch = part.batch(positions).to(self.device)
            scores_BSN = self.model(batch)[part.head]
            total = total + head.loss(scores_BSN, batch.targets[part.head], batch.mask_BS, label_smoothing=0.0).cpu()
            for position, row in zip(positions.tolist(), head.predict(scores_BSN, batch.mask_BS), strict=True):
                answers[position] = [head.labels[label] for label in row]
        answers = self.tagger.written(part.head, answers)
        right = sum(tag == gold for pair in zip(answers, part.gold, strict=True) for tag, gold in zip(*pair, strict=True))
        return Term(total, sum(map(len, part.gold)), torch.tensor(right)), answers

    def score_dev(self) -> DevResult | None:
        """Loss and accuracy over the watched parts, entity F1 where tags are spans; means over the heads decide."""
        if not self.dev:
            return None
        watched = {head: self.watch(part) for head, part in self.dev.items()}
        terms = {head: term for head, (term, _) in watched.items()}
        scores = {f"{head} accuracy": 100 * float(term.correct) / max(1, term.count) for head, term in terms.items()}
        chosen = dict(scores)
        for head, part in self.dev.items():
            scheme = file_scheme(self.data[head])
            if scheme:
                report = entity_scores(part.gold, watched[head][1], scheme=scheme, split="dev", head=head, samples=0)
                scores[f"{head} f1"] = report.scores[0].value
                chosen[f"{head} accuracy"] = scores[f"{head} f1"] if self.recipe.training.select_by == "f1" else chosen[f"{head} accuracy"]
        loss = sum(self.weights[head] * float(term.mean) for head, term in terms.items())
        accuracy = 100 * float(sum(term.correct for term in terms.values())) / max(1, sum(term.count for term in terms.values()))
        value = -loss if self.recipe.training.select_by == "loss" else float(np.mean(list(chosen.values())))
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None)

    def predict(self, sentences: Sequence[TaggedSentence], head: str) -> list[list[str]]:
        return [answer[head] for answer in self.tagger.tag([sentence.words for sentence in sentences], (head,))]

    def outcome(self) -> Outcome:
        self.tagger.repaired.clear()
        outcome = tagged_outcome(self.tagged, self.predict, self.assets.seen)
        for head, count in (+self.tagger.repaired).items():  # those above 0
            trained, written = self.model.head(head).scheme, file_scheme(self.data[head])
            outcome.notes.append(f"{head}: {count} illegal {trained} tags were repaired before they were written as {written}.")
        return outcome

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)
