"""The recipe of classification: from labelled texts to a trained and scored model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from seqtasks.evaluation.classification import exact_matches, label_scores
from seqtasks.evaluation.label_metrics import label_metric
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.classifier import TextClassifier
from seqtasks.tasks.classification.build import build_classifier
from seqtasks.tasks.classification.reading import LabelledParts, Part, read_labelled_parts
from seqtasks.tasks.classification.recipe import HEAD, ClassificationRecipe
from seqtasks.tasks.classification.scores import classified_outcome
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.model_size import TRAINED, refuse_too_large
from seqtasks.tasks.neural import NeuralRunner, saved_text
from seqtasks.tasks.outcome import Outcome
from seqtasks.text.batching import IGNORE, Batch, Batches, BatchPlan, Positions, classification_batch, in_order
from seqtasks.text.encoded import FormTable
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.text.words import words_of
from seqtasks.training.loop import DevResult
from seqtasks.training.objectives import tagging_objective

if TYPE_CHECKING:
    from seqtasks.tasks.vectors import VectorCoverage

DEV_TOKENS = 4000


class EncodedTexts:
    """A part, encoded once, with its gold labels as targets (see `seqtasks.models.text_heads`). Texts without a word are left out."""

    def __init__(self, texts: Part, words: Sequence[Sequence[str]], assets: TaggingAssets, *, several: bool) -> None:
        filled = [number for number, row in enumerate(words) if row]
        self.gold = [texts[number].labels for number in filled]
        self.forms, self.words = FormTable.build([words[number] for number in filled], assets.words, assets.characters)
        place = {label: number for number, label in enumerate(assets.labels[HEAD])}
        self.targets: np.ndarray = np.zeros((len(filled), len(place)), dtype=np.float32)
        if not several:
            self.targets = np.array([place.get(labels[0], IGNORE) for labels in self.gold], dtype=np.int64)
            return
        for number, labels in enumerate(self.gold):
            self.targets[number, [place[label] for label in labels if label in place]] = 1

    def batch(self, positions: Positions) -> Batch:
        return classification_batch(self.forms, self.words, positions, {HEAD: self.targets}, HEAD)


class ClassificationTask:
    """A recipe of classification with its data read and its model built, in four steps: read, learn, encode, build.

    assets: those of an earlier run; where there is none, vocabularies and labels are learned from the training part.
    """

    weights: Mapping[str, float] = {}

    def __init__(
        self, recipe: ClassificationRecipe, locations: DataLocations, device: torch.device, assets: TaggingAssets | None = None
    ) -> None:
        self.recipe = recipe
        self.device = device
        self.several = recipe.data.multi_label
        self.coverage: VectorCoverage | None = None
        self.labelled = read_labelled_parts(recipe.data, locations, select_by=recipe.training.select_by)
        self.parts, self.notes, self.selected_on = self.labelled.facts, self.labelled.notes, self.labelled.selected_on
        words = self.split_words(self.labelled)
        self.assets = self.learn(words["kept"], assets)
        self.train = EncodedTexts(self.labelled.kept, words["kept"], self.assets, several=self.several)
        self.dev = EncodedTexts(self.labelled.watched, words["watched"], self.assets, several=self.several)
        settings = recipe.training
        self.plan = BatchPlan(self.train.words.lengths, tokens=settings.batch_tokens, sort_window=settings.sort_window, seed=settings.seed)
        vectors = self.vectors(words) if assets is None else None
        refuse_too_large(lambda: build_classifier(recipe, self.assets), device, copies=TRAINED)
        self.model = build_classifier(recipe, self.assets, vectors, self.word_counts()).to(device)
        self.objective = tagging_objective(label_smoothing=settings.label_smoothing)
        self.classifier = TextClassifier(
            self.model, self.assets, device, head=HEAD, language=recipe.data.language, max_length=recipe.data.max_length
        )

    def split_words(self, parts: LabelledParts) -> dict[str, list[list[str]]]:
        """The words of the texts that are trained on and watched, as many as are read; longer texts are noted."""
        longest = self.recipe.data.max_length
        words = {
            name: [words_of(text.text, self.recipe.data.language) for text in part]
            for name, part in (("kept", parts.kept), ("watched", parts.watched))
        }
        if long := sum(len(row) > longest for row in words["kept"]):
            parts.notes.append(f"train: {long} of {len(words['kept'])} texts are read by their first {longest} words (data.max_length).")
        if empty := sum(not row for row in words["kept"]):
            parts.notes.append(f"train: {empty} of {len(words['kept'])} texts have no word: left out.")
        return {name: [row[:longest] for row in rows] for name, rows in words.items()}

    def learn(self, words: Sequence[Sequence[str]], assets: TaggingAssets | None) -> TaggingAssets:
        """Vocabularies and labels, from the training part only; what they cannot answer is noted."""
        learned = assets.after(words) if assets else TaggingAssets.learn(words, {HEAD: self.labelled.labels()}, self.recipe.words)
        self.labelled.check(learned.labels[HEAD])
        return learned

    def word_counts(self) -> torch.Tensor:
        """How often each word of the vocabulary stands in the training part, [V]."""
        ids = self.train.forms.word_ids[self.train.words.values]
        return torch.from_numpy(np.bincount(ids, minlength=len(self.assets.words)))

    def vectors(self, words: Mapping[str, Sequence[Sequence[str]]]) -> torch.Tensor | None:
        """Pretrained vectors for the vocabulary; words without one are drawn as other words are."""
        if not self.recipe.words.vectors:
            return None
        from seqtasks.tasks.vectors import more_data_note, vectors_for

        parts = {"train": words["kept"], "dev": words["watched"]}
        table, self.coverage = vectors_for(self.recipe.words, self.assets.words, {name: part for name, part in parts.items() if part})
        self.notes += [*self.coverage.notes(), more_data_note(self.recipe.words.vectors)]
        return table

    @property
    def trunk_words(self) -> Vocabulary:
        return self.assets.words

    def epoch(self, number: int) -> Batches:
        """The batches of an epoch, in order."""
        return Batches(self.plan.epoch(number), self.train.batch)

    @torch.inference_mode()
    def watch(self) -> tuple[float, list[list[str]]]:
        """The summed loss of the watched texts, and their answers: the model reads them once."""
        self.model.eval()
        head, total = self.model.head(HEAD), 0.0
        answers: list[list[str]] = [[] for _ in self.dev.gold]
        for positions in in_order(self.dev.words.lengths, DEV_TOKENS):
            batch = self.dev.batch(positions).to(self.device)
            scores = self.model(batch)[HEAD]
            total += float(head.loss(scores, batch.targets[HEAD], batch.mask_BS, label_smoothing=0.0))
            for position, labels in zip(positions.tolist(), head.tags(scores, batch.mask_BS), strict=True):
                answers[position] = labels
        return total, answers

    def score_dev(self) -> DevResult | None:
        """Loss and accuracy (with several labels: exact match) of the watched texts, their macro-F1, and the measure that decides."""
        if not self.dev.gold:
            return None
        total, answers = self.watch()
        loss, accuracy = total / len(answers), 100 * float(exact_matches(self.dev.gold, answers).mean())
        found = label_scores(self.dev.gold, answers, several=self.several, split="", head=HEAD, samples=0)
        scores = {score.name: score.value for score in found}
        select_by = self.recipe.training.select_by
        if select_by == "loss":
            value = -loss
        elif select_by == "last":
            value = 0.0
        else:
            metric = label_metric(select_by)
            scores[select_by] = metric.value(self.dev.gold, answers)
            value = -scores[select_by] if metric.lower_is_better else scores[select_by]
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None)

    def outcome(self) -> Outcome:
        """Scores, answers and examples of every part that is reported."""
        return classified_outcome(self.labelled, self.classifier, several=self.several)

    def run_facts(self) -> dict[str, Any]:
        """How often each label stands in train, and how much of the data the pretrained vectors cover, where there are any."""
        counts = Counter(label for text in self.labelled.kept for label in text.labels)
        return {"labels": dict(counts.most_common())} | ({"vectors": asdict(self.coverage)} if self.coverage else {})

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)


def classification_runner(recipe: ClassificationRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; vocabularies come from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    assets = TaggingAssets.load(folder, (HEAD,)) if folder else None
    return NeuralRunner(recipe, lambda where: ClassificationTask(recipe, locations, where, assets), device=device)
