"""Texts to labels: the one path that scoring, `predict`, Python and a server share. B batch, S position, N labels.

A text is read by its first `max_length` words, so memory stays bounded; answers come in the order given, and are the same alone and in any
company. A text without words has no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.text_heads import MultiLabelHead
from seqtasks.reports.shown import LabelledShown
from seqtasks.text.batching import Positions, classification_batch, in_order, in_threads
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.words import words_of
from seqtasks.training.devices import denormals_flushed

BATCH_TOKENS = 16_000
GROUP = 2000  # texts at work at a time


@dataclass(frozen=True)
class LabelledAnswer:
    """What a text was answered. labels: one, or of several possible ones any number; probabilities: {label: 0 to 1}, the best first; both
    are empty for a text without words. several: whether a text may have several labels.
    """

    text: str
    labels: tuple[str, ...]
    probabilities: dict[str, float]
    several: bool = False

    def __str__(self) -> str:
        """The label, or several between commas."""
        return ",".join(self.labels)

    @property
    def label(self) -> str | None:
        """The one label; None for a text without words. Raises UsageError where a text may have several."""
        if self.several:
            raise UsageError("label: a text of this run may have several labels, or none. Use labels.")
        return self.labels[0] if self.labels else None

    @property
    def confidences(self) -> tuple[float, ...]:
        """How probable each of `labels` is, 0 to 1."""
        return tuple(self.probabilities[label] for label in self.labels)

    def best(self, k: int) -> list[tuple[str, float]]:
        """The k most probable labels, the best first; fewer where there are fewer. Raises UsageError for a k below 1."""
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise UsageError(f"best is asked for {k!r} labels. Ask for 1 or more.")
        return list(self.probabilities.items())[:k]

    def to_dict(self, *, confidence: bool = True, k_best: int | None = None) -> dict[str, Any]:
        """For JSON, as `seqtasks predict --format jsonl --confidence --k-best K` writes it: the text, its `label` (None where it has no
        word) or `labels`, how probable they are, and its k best labels.
        """
        found: dict[str, Any] = {"text": self.text}
        sure = [round(value, 6) for value in self.confidences]
        if self.several:
            found["labels"] = list(self.labels)
            found |= {"confidences": sure} if confidence else {}
        else:
            found["label"] = self.label
            found |= {"confidence": sure[0] if sure else None} if confidence else {}
        if k_best is not None:
            found["k_best"] = [{"label": label, "confidence": round(value, 6)} for label, value in self.best(k_best)]
        return found

    def drawing(self) -> LabelledShown:
        """What a notebook shows: the text, and its labels with how probable they are."""
        return LabelledShown(self.text, list(zip(self.labels, self.confidences, strict=True)))

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])


class TextClassifier:
    """A model with a head that labels texts, and its vocabularies. language: by which texts are split into words ("" as all languages do).

    head: its name; precision: "float32" or "bf16", of the trunk.
    """

    def __init__(
        self,
        model: TaggingModel,
        assets: TaggingAssets,
        device: torch.device,
        *,
        head: str,
        language: str,
        max_length: int,
        precision: str = "float32",
    ) -> None:
        self.model = model
        self.assets = assets
        self.device = device
        self.head = head
        self.language = language
        self.max_length = max_length
        self.precision = precision
        self.several = isinstance(model.head(head), MultiLabelHead)

    def words(self, text: str, language: str | None = None) -> list[str]:
        """The words that the model reads of a text. language: where it is not the classifier's."""
        return words_of(text, self.language if language is None else language)[: self.max_length]

    def classify(self, texts: Sequence[str], language: str | None = None) -> list[LabelledAnswer]:
        """An answer for each text. language: of these texts, where it is not the classifier's."""
        answers: list[LabelledAnswer] = []
        for first in range(0, len(texts), GROUP):
            some = texts[first : first + GROUP]
            found = self.answer_words([self.words(text, language) for text in some])
            answers += [self.answer(text, labels, row_N) for text, (labels, row_N) in zip(some, found, strict=True)]
        return answers

    def classify_words(self, sentences: Sequence[Sequence[str]]) -> list[LabelledAnswer]:
        """An answer for each text, given as its words."""
        answers: list[LabelledAnswer] = []
        for first in range(0, len(sentences), GROUP):
            some = sentences[first : first + GROUP]
            found = self.answer_words([words[: self.max_length] for words in some])
            answers += [self.answer(" ".join(words), labels, row_N) for words, (labels, row_N) in zip(some, found, strict=True)]
        return answers

    def answer(self, text: str, labels: Sequence[int], probabilities_N: NDArray[np.float32]) -> LabelledAnswer:
        """Label numbers and probabilities by the names of labels."""
        names = self.assets.labels[self.head]
        ranked = np.argsort(-probabilities_N, kind="stable").tolist()
        probabilities = {names[label]: float(probabilities_N[label]) for label in ranked}
        return LabelledAnswer(text, tuple(names[label] for label in labels), probabilities, self.several)

    def answer_words(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[int], NDArray[np.float32]]]:
        """For each text, given as its words, the numbers of its labels and the probabilities_N of all; nothing for a text without words."""
        if self.model.training:
            self.model.eval()
        filled = [number for number, words in enumerate(sentences) if words]
        answers: list[tuple[list[int], NDArray[np.float32]]] = [([], np.zeros(0, dtype=np.float32)) for _ in sentences]
        if not filled:
            return answers
        forms, rows = FormTable.build([sentences[number] for number in filled], self.assets.words, self.assets.characters)
        plan = in_order(rows.lengths, BATCH_TOKENS)
        found = in_threads(partial(self.read, forms, rows), plan, self.device)
        for positions, (labels, probabilities_BN) in zip(plan, found, strict=True):
            for position, own, row_N in zip(positions.tolist(), labels, probabilities_BN, strict=True):
                answers[filled[position]] = own, row_N
        return answers

    def read(self, forms: FormTable, rows: Ragged, positions: Positions) -> tuple[list[list[int]], NDArray[np.float32]]:
        """What the head answers of one batch."""
        with (
            torch.inference_mode(),
            denormals_flushed(),
            torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"),
        ):
            batch = classification_batch(forms, rows, positions, {}, self.head).to(self.device)
            head, scores_BN = self.model.head(self.head), self.model(batch, (self.head,))[self.head]
            return head.predict(scores_BN, batch.mask_BS), head.probabilities(scores_BN, batch.mask_BS).cpu().numpy()
