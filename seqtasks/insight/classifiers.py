"""Classifiers of texts read by replay: the way of `inference.classifier`, but for the backbone, which is replayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from seqtasks.errors import UsageError
from seqtasks.inference.classifier import BATCH_TOKENS, LabelledAnswer, TextClassifier
from seqtasks.nn.replay import LayerTrace, replay_backbone, replayable
from seqtasks.text.batching import classification_batch, in_order
from seqtasks.text.encoded import FormTable


@dataclass(frozen=True)
class ReadText:
    """One text: which it is, its answer, and the batch that it was read in (traces), as its row there with so many words."""

    position: int
    answer: LabelledAnswer
    traces: list[LayerTrace]
    row: int
    length: int


def read_texts(classifier: TextClassifier, texts: Sequence[str], sentences: Sequence[Sequence[str]]) -> Iterator[ReadText]:
    """Texts and their words, none of which is empty, without gradients. Raises UsageError for a backbone without recurrent layers."""
    backbone = classifier.model.trunk.backbone
    if not replayable(backbone):
        raise UsageError(f"inspect finds no gates or cells in a backbone {type(backbone).__name__}.")
    classifier.model.eval()
    forms, rows = FormTable.build(sentences, classifier.assets.words, classifier.assets.characters)
    for positions in in_order(rows.lengths, BATCH_TOKENS):
        with torch.inference_mode():
            batch = classification_batch(forms, rows, positions, {}, classifier.head).to(classifier.device)
            encoded, traces = replay_backbone(backbone, classifier.model.trunk.embedder(batch), batch.mask_BS)
            head = classifier.model.head(classifier.head)
            scores_BN = classifier.model(replace(batch, encoded=encoded), (classifier.head,))[classifier.head]
            labels, probabilities_BN = head.predict(scores_BN, batch.mask_BS), head.probabilities(scores_BN, batch.mask_BS)
        for row, position in enumerate(positions.tolist()):
            answer = classifier.answer(texts[position], labels[row], probabilities_BN[row].cpu().numpy())
            yield ReadText(position, answer, traces, row, int(batch.mask_BS[row].sum()))
