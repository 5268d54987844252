"""A head that labels texts, with its data: a group of heads (`seqtasks.tasks.head_groups`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from seqtasks.diagnosis.shared_sentences import SharedWithTrain, shared_sentences
from seqtasks.evaluation.classification import exact_matches, label_scores
from seqtasks.evaluation.label_metrics import label_metric, metrics_of
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.classifier import TextClassifier
from seqtasks.models.tagging import TaggingModel
from seqtasks.tasks.classification.reading import LabelledParts, Part, read_labelled_parts
from seqtasks.tasks.classification.recipe import LabelledData
from seqtasks.tasks.classification.scores import classified_outcome
from seqtasks.tasks.head_groups import Watched
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.selection import probe_positions
from seqtasks.text.batching import IGNORE, Batch, Positions, classification_batch, in_order
from seqtasks.text.encoded import FormTable
from seqtasks.text.tags import Extent
from seqtasks.text.words import words_of
from seqtasks.training.label_entropy import decision_entropy, label_entropy
from seqtasks.training.objectives import Loss

DEV_TOKENS = 4000


class EncodedTexts:
    """A part, encoded once, with its gold labels as targets (see `seqtasks.models.text_heads`). Texts without a word are left out."""

    def __init__(self, texts: Part, words: Sequence[Sequence[str]], assets: TaggingAssets, *, head: str, several: bool) -> None:
        self.head = head
        filled = [number for number, row in enumerate(words) if row]
        self.gold = [texts[number].labels for number in filled]
        self.forms, self.words = FormTable.build([words[number] for number in filled], assets.words, assets.characters)
        place = {label: number for number, label in enumerate(assets.labels[head])}
        self.targets: np.ndarray = np.zeros((len(filled), len(place)), dtype=np.float32)
        if not several:
            self.targets = np.array([place.get(labels[0], IGNORE) for labels in self.gold], dtype=np.int64)
            return
        for number, labels in enumerate(self.gold):
            self.targets[number, [place[label] for label in labels if label in place]] = 1

    def batch(self, positions: Positions) -> Batch:
        return classification_batch(self.forms, self.words, positions, {self.head: self.targets}, self.head)

    def label_entropies(self) -> dict[str, float]:
        return {self.head: (label_entropy if self.targets.ndim == 1 else decision_entropy)(self.targets)}


class LabelledHead:
    """The head called `head`, with its data read. weight: of its loss; beside_others: the model has further heads, so that what is told of
    this one names it.
    """

    def __init__(
        self, head: str, data: LabelledData, locations: DataLocations, *, select_by: str, weight: float = 1.0, beside_others: bool = False
    ) -> None:
        self.head = head
        self.data = data
        self.select_by = select_by
        self.prefix = f"{head} " if beside_others else ""
        self.weights: Mapping[str, float] = {head: weight}
        self.labelled = read_labelled_parts(data, locations, select_by=select_by, prefix=self.prefix)
        self.facts, self.notes = self.labelled.facts, self.labelled.notes
        self.selected_on = {head: self.labelled.selected_on}
        self.words = self.split_words(self.labelled)

    def split_words(self, parts: LabelledParts) -> dict[str, list[list[str]]]:
        """The words of the texts that are trained on and watched, as many as are read; longer texts are noted."""
        longest = self.data.max_length
        words = {
            name: [words_of(text.text, self.data.language) for text in part]
            for name, part in (("kept", parts.kept), ("watched", parts.watched))
        }
        where = f"{self.prefix}train"
        if long := sum(len(row) > longest for row in words["kept"]):
            parts.notes.append(f"{where}: {long} of {len(words['kept'])} texts are read by their first {longest} words (data.max_length).")
        if empty := sum(not row for row in words["kept"]):
            parts.notes.append(f"{where}: {empty} of {len(words['kept'])} texts have no word: left out.")
        return {name: [row[:longest] for row in rows] for name, rows in words.items()}

    def training_words(self) -> list[Sequence[str]]:
        return [*self.words["kept"]]

    def dev_words(self) -> list[Sequence[str]]:
        return [*self.words["watched"]]

    def inventories(self) -> dict[str, list[str]]:
        return {self.head: self.labelled.labels()}

    def extents(self) -> dict[str, Extent]:
        return {}

    def learned(self, assets: TaggingAssets) -> TaggingAssets:
        """The same; labels that cannot be answered are noted."""
        self.labelled.check(assets.labels[self.head])
        return assets

    def encode(self, assets: TaggingAssets) -> list[EncodedTexts]:
        """The training part as numbers; the watched one and a sample of training are kept."""
        several, kept = self.data.multi_label, self.labelled.kept
        chosen = probe_positions(len(kept))
        sample, words = [kept[position] for position in chosen], [self.words["kept"][position] for position in chosen]
        self.probed = EncodedTexts(sample, words, assets, head=self.head, several=several)
        train, self.dev = (
            EncodedTexts(part, self.words[name], assets, head=self.head, several=several)
            for name, part in (("kept", kept), ("watched", self.labelled.watched))
        )
        return [train]

    def answer_with(self, model: TaggingModel, assets: TaggingAssets, device: torch.device) -> None:
        self.model, self.device = model, device
        self.classifier = TextClassifier(
            model, assets, device, head=self.head, language=self.data.language, max_length=self.data.max_length
        )

    def watch(self) -> dict[str, Watched]:
        """Loss, accuracy (with several labels: exact match) and F1, and the measure that decides: accuracy for one that is not of texts."""
        if not self.dev.gold:
            return {}
        term, answers = self.read(self.dev)
        several = self.data.multi_label
        found = label_scores(self.dev.gold, answers, several=several, split="", head=self.head, samples=0)
        scores = {score.name: score.value for score in found}
        known = metrics_of(several=several)
        deciding = label_metric(self.select_by if self.select_by in known else known[0])
        value = deciding.value(self.dev.gold, answers)
        if self.select_by in known:
            scores[self.select_by] = value
        named = {f"{self.prefix}{name}": score for name, score in scores.items()}
        return {self.head: Watched(term, named, -value if deciding.lower_is_better else value)}

    def probe(self) -> dict[str, Loss]:
        return {self.head: self.read(self.probed)[0]} if self.probed.gold else {}

    def shared(self) -> list[SharedWithTrain]:
        parts = {
            f"{self.prefix}{split}": [(tuple(text.text.split()), text.line) for text in texts]
            for split, texts in self.labelled.scored.items()
        }
        return shared_sentences([tuple(text.text.split()) for text in self.labelled.kept], parts)

    def read(self, part: EncodedTexts) -> tuple[Loss, list[list[str]]]:
        """The loss of the texts of a part, and their answers: the model reads them once."""
        head, total = self.model.head(self.head), torch.zeros(())
        answers: list[list[str]] = [[] for _ in part.gold]
        for positions in in_order(part.words.lengths, DEV_TOKENS):
            batch = part.batch(positions).to(self.device)
            scores = self.model(batch)[self.head]
            total += head.loss(scores, batch.targets[self.head], batch.mask_BS, label_smoothing=0.0).cpu()
            for position, labels in zip(positions.tolist(), head.tags(scores, batch.mask_BS), strict=True):
                answers[position] = labels
        right = torch.tensor(int(exact_matches(part.gold, answers).sum()))
        return Loss(total, len(answers), right), answers

    def outcome(self) -> Outcome:
        """Scores, answers and examples of every part that is reported."""
        several, beside_others = self.data.multi_label, bool(self.prefix)
        return classified_outcome(self.labelled, self.classifier, head=self.head, several=several, beside_others=beside_others)

    def run_facts(self) -> dict[str, Any]:
        """How often each label stands in train."""
        counts = dict(Counter(label for text in self.labelled.kept for label in text.labels).most_common())
        return {"labels": {self.head: counts} if self.prefix else counts}
