"""What a finished run that labels texts can prove of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from seqtasks.inference.classifier import LabelledAnswer, TextClassifier
from seqtasks.tasks.contract import PredictorOptions
from seqtasks.tasks.resumed_update import resumed_update
from seqtasks.tasks.self_checks import CheckedRun, Finding, OneAnswer, SelfChecks, agree, changed
from seqtasks.text.batching import classification_batch
from seqtasks.text.encoded import FormTable

if TYPE_CHECKING:
    from seqtasks.tasks.classification.kind import ClassificationKind


class ClassificationChecks(SelfChecks):
    """Of a head that labels texts. sentences: the words of each text; bf16: loads the same run to answer in bfloat16; resumed: tries an
    update.
    """

    def __init__(
        self,
        classifier: TextClassifier,
        sentences: Sequence[Sequence[str]],
        *,
        bf16: Callable[[], TextClassifier],
        resumed: Callable[[], Finding],
    ) -> None:
        self.classifier = classifier
        self.sentences = [words for words in sentences if words]
        self.bf16 = bf16
        self.resumed = resumed

    def batched_equals_single(self) -> Finding:
        alone = [labelled(self.classifier, [words])[0] for words in self.sentences]
        return agree(labelled(self.classifier, self.sentences), alone, names=("together", "alone"), unit="text")

    def score_equals_forced_score(self) -> Finding:
        """The log-probability of the labels that are answered, and minus the loss of a text that has just these."""
        answers = self.classifier.classify_words(self.sentences)
        stated = [OneAnswer(answer.labels, (log_probability(answer),)) for answer in answers]
        losses = [self.loss(words[: self.classifier.max_length], answer) for words, answer in zip(self.sentences, answers, strict=True)]
        given = [OneAnswer(answer.labels, (-loss,)) for answer, loss in zip(answers, losses, strict=True)]
        return agree(stated, given, names=("by its answer", "by its loss"), unit="text")

    @torch.inference_mode()
    def loss(self, words: Sequence[str], answer: LabelledAnswer) -> float:
        """The loss of one text whose labels are those of an answer."""
        of = self.classifier
        forms, rows = FormTable.build([words], of.assets.words, of.assets.characters)
        batch = classification_batch(forms, rows, np.array([0]), {}, of.head).to(of.device)
        names = of.assets.labels[of.head]
        numbers = [names.index(label) for label in answer.labels]
        targets = torch.tensor([[float(number in numbers) for number in range(len(names))]] if of.several else numbers, device=of.device)
        scores_BN = of.model(batch, (of.head,))[of.head]
        return float(of.model.head(of.head).loss(scores_BN, targets, batch.mask_BS, label_smoothing=0.0))

    def resume_is_exact(self) -> Finding:
        return self.resumed()

    def bf16_changes(self) -> Finding:
        return changed(labelled(self.classifier, self.sentences), labelled(self.bf16(), self.sentences), unit="text")


def labelled(classifier: TextClassifier, sentences: Sequence[Sequence[str]]) -> list[OneAnswer]:
    """The labels of each text, as one part, and how probable every label is."""
    names = classifier.assets.labels[classifier.head]
    answers = classifier.classify_words(sentences)
    return [OneAnswer((" ".join(answer.labels),), tuple(answer.probabilities[name] for name in names)) for answer in answers]


def log_probability(answer: LabelledAnswer) -> float:
    """Of the labels that are answered; where each is decided on its own, of those that are not as well."""
    sure = [value if label in answer.labels else 1 - value for label, value in answer.probabilities.items()]
    return float(np.log(np.maximum(sure if answer.several else answer.confidences, 1e-38)).sum())


def classification_checks(run: CheckedRun, kind: ClassificationKind) -> ClassificationChecks:
    """The checks of a run with one head of texts."""
    options = PredictorOptions(device=run.device)

    def load(precision: str) -> TextClassifier:
        return kind.predictor(run.directory, run.recipe, replace(options, precision=precision)).classifier

    classifier = load("float32")
    return ClassificationChecks(
        classifier,
        [classifier.words(text.text) for text in run.examples],
        bf16=lambda: load("bf16"),
        resumed=lambda: resumed_update(run, kind),
    )
