"""Words to tags: the one path that scoring, `predict`, Python and a server share.

Word forms are looked up once per distinct form, sentences are tagged in length-sorted batches, answers come in the order given.
A sentence longer than LONGEST words is tagged in pieces, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from seqtasks.models.tagging import TaggingModel
from seqtasks.recipes.assets import TaggingAssets
from seqtasks.text.batching import in_order, tagging_batch
from seqtasks.text.encoded import FormTable

LONGEST = 1000
BATCH_TOKENS = 4000


class Tagger:
    """A tagging model with its vocabularies."""

    def __init__(self, model: TaggingModel, assets: TaggingAssets, device: torch.device) -> None:
        self.model = model
        self.assets = assets
        self.device = device

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}, of the heads asked for, or of all."""
        pieces: list[Sequence[str]] = []
        owners: list[list[int]] = []
        for words in sentences:
            starts = range(0, len(words), LONGEST)
            owners.append(list(range(len(pieces), len(pieces) + len(starts))))
            pieces += [words[start : start + LONGEST] for start in starts]
        found = self.tag_pieces(pieces, heads or tuple(self.assets.labels))
        return [{head: [tag for piece in own for tag in rows[piece]] for head, rows in found.items()} for own in owners]

    def tag_pieces(self, pieces: Sequence[Sequence[str]], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        """{head: tags of each piece}; no piece is empty."""
        answers: dict[str, list[list[str]]] = {head: [[] for _ in pieces] for head in heads}
        if not pieces:
            return answers
        self.model.eval()
        forms, ragged = FormTable.build(pieces, self.assets.words, self.assets.characters)
        for positions in in_order(ragged.lengths, BATCH_TOKENS):
            batch = tagging_batch(forms, ragged, positions, {}, "").to(self.device)
            for head, rows in self.model.predict(batch, heads).items():
                for position, tags in zip(positions.tolist(), rows, strict=True):
                    answers[head][position] = tags
        return answers


def positions_of(labels: Sequence[str], sentences: Sequence[Sequence[str]], missing: int) -> list[np.ndarray]:
    """Label numbers of gold tags; `missing` for a label that training has not seen."""
    index = {label: number for number, label in enumerate(labels)}
    return [np.array([index.get(tag, missing) for tag in tags], dtype=np.int32) for tags in sentences]
