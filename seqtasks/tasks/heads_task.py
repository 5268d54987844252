"""A trunk with heads to be trained: of words, of texts, or both, in groups (`seqtasks.tasks.head_groups`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from seqtasks.diagnosis.observations.evidence import Evidence
from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.tagging import TaggingModel
from seqtasks.recipes.schema import WordSettings
from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.tasks.head_groups import HeadGroup
from seqtasks.tasks.mixture import Mixture
from seqtasks.tasks.model_size import TRAINED, refuse_too_large
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.selection import joined_selection
from seqtasks.text.batching import Batch, Batches, BatchPlan, Positions
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.loop import DevResult, ProbeResult
from seqtasks.training.objectives import Loss, tagging_objective

if TYPE_CHECKING:
    from seqtasks.tasks.vectors import VectorCoverage

Build = Callable[[TaggingAssets, Tensor | None, Tensor], TaggingModel]


class HeadsTask:
    """Sides with their data read, made ready for training in three steps: learn vocabularies, encode, build.

    build: makes the model of vocabularies, pretrained word vectors (or None), and counts_V of words in training. smoothing: how batches of
    several corpora are shared out (`Mixture`). assets: those of an earlier run; where there is none, vocabularies are learned.
    """

    def __init__(
        self,
        groups: Sequence[HeadGroup],
        build: Build,
        device: torch.device,
        *,
        words: WordSettings,
        training: TrainingSettings,
        smoothing: float = 1.0,
        assets: TaggingAssets | None = None,
    ) -> None:
        self.groups = groups
        self.words = words
        self.training = training
        self.device = device
        self.weights: Mapping[str, float] = {head: weight for group in groups for head, weight in group.weights.items()}
        self.parts = [facts for group in groups for facts in group.facts]
        self.selected_on = joined_selection({head: part for group in groups for head, part in group.selected_on.items()})
        self.coverage: VectorCoverage | None = None
        self.assets = self.learn(assets)
        self.train = [part for group in groups for part in group.encode(self.assets)]
        plans = [
            BatchPlan(part.words.lengths, tokens=training.batch_tokens, sort_window=training.sort_window, seed=training.seed)
            for part in self.train
        ]
        self.mixture = Mixture(plans, smoothing=smoothing, seed=training.seed)
        vectors, notes = self.vectors() if words.vectors and assets is None else (None, [])
        self.notes = [*(note for group in groups for note in group.notes), *notes]
        words_V = len(self.assets.words)
        refuse_too_large(lambda: build(self.assets, None, torch.zeros(words_V, dtype=torch.long)), device, copies=TRAINED)
        self.model = build(self.assets, vectors, self.word_counts()).to(device)
        self.objective = tagging_objective(label_smoothing=training.label_smoothing)
        for group in groups:
            group.answer_with(self.model, self.assets, device)

    @property
    def label_entropy(self) -> float | None:
        """The weighted sum over heads, as the loss is; None where the labels of a head have none."""
        found = {head: entropy for part in self.train for head, entropy in part.label_entropies().items()}
        if set(found) < set(self.assets.labels):
            return None
        return sum(self.weights[head] * entropy for head, entropy in found.items())

    @property
    def trunk_words(self) -> Vocabulary:
        return self.assets.words

    def training_words(self) -> list[Sequence[str]]:
        """The words of every training sentence or text, each corpus once however many heads learn from it."""
        return [words for group in self.groups for words in group.training_words()]

    def learn(self, assets: TaggingAssets | None) -> TaggingAssets:
        """Vocabularies and labels from the training parts of all groups, and from nothing else."""
        words = self.training_words()
        if assets is None:
            inventories = {head: labels for group in self.groups for head, labels in group.inventories().items()}
            extents = {head: extent for group in self.groups for head, extent in group.extents().items()}
            learned = TaggingAssets.learn(words, inventories, self.words, extents)
        else:
            learned = assets.after(words)
        for group in self.groups:
            learned = group.learned(learned)
        return learned

    def word_counts(self) -> Tensor:
        """How often each word of the vocabulary stands in the training parts, [V]."""
        ids = [part.forms.word_ids[part.words.values] for part in self.train]
        return torch.from_numpy(np.bincount(np.concatenate(ids), minlength=len(self.assets.words)))

    def vectors(self) -> tuple[Tensor | None, list[str]]:
        """Pretrained vectors for the vocabulary, and notes on them; words without one are drawn as other words are."""
        from seqtasks.tasks.vectors import more_data_note, vectors_for

        parts = {"train": self.training_words(), "dev": [words for group in self.groups for words in group.dev_words()]}
        table, self.coverage = vectors_for(self.words, self.assets.words, {name: part for name, part in parts.items() if part})
        return table, [*self.coverage.notes(), more_data_note(self.words.vectors)]

    def epoch(self, number: int) -> Batches:
        """The batches of every corpus in an epoch, in order."""
        return Batches(self.mixture.epoch(number), self.batch)

    def batch(self, item: tuple[int, Positions]) -> Batch:
        corpus, positions = item
        return self.train[corpus].batch(positions)

    @torch.inference_mode()
    def score_dev(self) -> DevResult | None:
        """Loss (by the weights), what all heads together have right, their scores, and the measure that weights are selected by: its mean
        over the heads. None where nothing is watched.
        """
        self.model.eval()
        watched = {head: found for group in self.groups for head, found in group.watch().items()}
        if not watched:
            return None
        loss, accuracy = self.together({head: found.term for head, found in watched.items()})
        scores = {name: score for found in watched.values() for name, score in found.scores.items()}
        value = -loss if self.training.select_by == "loss" else float(np.mean([found.value for found in watched.values()]))
        words = sum(found.term.count for found in watched.values())
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None, words)

    @torch.inference_mode()
    def score_probe(self) -> ProbeResult | None:
        """Loss and accuracy of a sample of the training parts, as `score_dev` finds them."""
        self.model.eval()
        found = {head: term for group in self.groups for head, term in group.probe().items()}
        return ProbeResult(*self.together(found)) if found else None

    def evidence(self) -> Evidence:
        """What the parts share with training, of every group."""
        return Evidence([shared for group in self.groups for shared in group.shared()])

    def together(self, terms: Mapping[str, Loss]) -> tuple[float, float]:
        """The loss by the weights, and what all heads together have right, in percent."""
        loss = sum(self.weights[head] * float(term.mean) for head, term in terms.items())
        right, count = sum(float(term.correct) for term in terms.values()), sum(term.count for term in terms.values())
        return loss, 100 * right / max(1, count)

    def outcome(self) -> Outcome:
        """The final scores of every group."""
        whole = Outcome()
        for group in self.groups:
            whole.add(group.outcome())
        return whole

    def run_facts(self) -> dict[str, Any]:
        """What each group tells, and how much of the data the pretrained vectors cover, where there are any."""
        facts = {key: value for group in self.groups for key, value in group.run_facts().items()}
        return facts | ({"vectors": asdict(self.coverage)} if self.coverage else {})

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)
