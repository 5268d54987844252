"""Words to tags: the one path that scoring, `predict`, Python and a server share.

Word forms are looked up once per distinct form, sentences are tagged in length-sorted batches, answers come in the order given.
A sentence longer than LONGEST words is tagged in pieces, so that memory stays bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
import torch

from seqtasks.models.tagging import TaggingModel
from seqtasks.recipes.assets import TaggingAssets
from seqtasks.recipes.parts import file_scheme
from seqtasks.recipes.schema import TaggedData
from seqtasks.text.batching import Batch, Positions, in_order, tagging_batch
from seqtasks.text.encoded import FormTable
from seqtasks.text.tags import convert, repair

LONGEST = 1000
BATCH_TOKENS = 4000
AS_BIO = {"B": "B", "S": "B", "I": "I", "E": "I"}  # prefixes of BIOES
T = TypeVar("T")


class Tagger:
    """A tagging model with its vocabularies.

    schemes: in which each head's tags are written, where they are spans; it may be another than the one that the head is trained in.
    repaired: how many illegal tags of each head were made legal for that, since it was cleared.
    """

    def __init__(self, model: TaggingModel, assets: TaggingAssets, device: torch.device, schemes: Mapping[str, str]) -> None:
        self.model = model
        self.assets = assets
        self.device = device
        self.schemes = schemes
        self.repaired: Counter[str] = Counter()

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}, of the heads asked for, or of all."""
        pieces, owners = in_pieces(sentences)
        found = self.tag_pieces(pieces, heads or tuple(self.assets.labels))
        whole = {head: joined(rows, owners) for head, rows in found.items()}
        return [{head: rows[number] for head, rows in whole.items()} for number in range(len(sentences))]

    @torch.inference_mode()
    def tag_with_confidence(self, sentences: Sequence[Sequence[str]], head: str) -> tuple[list[list[str]], list[list[float]]]:
        """The tags that `tag` gives, and the posterior probability of each, 0 to 1: softmax, or the marginal of a CRF.

        Where tags are written in another scheme, BIOES as BIO adds up what is written alike (B and S, I and E); otherwise it is the
        probability of the head's own tag.
        Raises UsageError where the head has no probabilities.
        """
        pieces, owners = in_pieces(sentences)
        answers: list[list[str]] = [[] for _ in pieces]
        confidences: list[list[float]] = [[] for _ in pieces]
        tagging = self.model.head(head)
        for positions, batch in self.batches(pieces):
            scores_BSN = self.model(batch, (head,))[head]
            probabilities_BSN = tagging.probabilities(scores_BSN, batch.mask_BS).cpu()
            for position, row, probabilities_SN in zip(
                positions.tolist(), tagging.predict(scores_BSN, batch.mask_BS), probabilities_BSN, strict=True
            ):
                own = [tagging.labels[label] for label in row]
                (answers[position],) = self.written(head, [own])
                if self.schemes.get(head) == "BIO" and tagging.scheme == "BIOES":
                    alike_SN = torch.tensor(
                        [[AS_BIO.get(label[:1], "O") + label[1:] == tag for label in tagging.labels] for tag in answers[position]]
                    )
                    confidences[position] = (probabilities_SN[: len(row)] * alike_SN).sum(1).tolist()
                else:
                    confidences[position] = probabilities_SN[torch.arange(len(row)), torch.tensor(row)].tolist()
        return joined(answers, owners), joined(confidences, owners)

    def tag_pieces(self, pieces: Sequence[Sequence[str]], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        """{head: tags of each piece}; no piece is empty."""
        answers: dict[str, list[list[str]]] = {head: [[] for _ in pieces] for head in heads}
        for positions, batch in self.batches(pieces):
            for head, rows in self.model.predict(batch, heads).items():
                for position, tags in zip(positions.tolist(), rows, strict=True):
                    answers[head][position] = tags
        return {head: self.written(head, rows) for head, rows in answers.items()}

    def written(self, head: str, rows: list[list[str]]) -> list[list[str]]:
        """A head's tags in the scheme in which they are written: as they are where it is the head's own, else repaired and converted."""
        own, wanted = self.model.head(head).scheme, self.schemes.get(head)
        if own is None or wanted in (None, own):
            return rows
        legal = [repair(tags, own) for tags in rows]
        self.repaired[head] += sum(changed for _, changed in legal)
        return [convert(tags, own, wanted) for tags, _ in legal]

    def batches(self, pieces: Sequence[Sequence[str]]) -> Iterator[tuple[Positions, Batch]]:
        """Length-sorted batches on the model's device, each with the positions of its pieces; the model is set to answer."""
        if not pieces:
            return
        self.model.eval()
        forms, ragged = FormTable.build(pieces, self.assets.words, self.assets.characters)
        for positions in in_order(ragged.lengths, BATCH_TOKENS):
            yield positions, tagging_batch(forms, ragged, positions, {}, "").to(self.device)


def written_in(data: Mapping[str, TaggedData]) -> dict[str, str]:
    """{head: the scheme in which its tags are read, scored and written}, where they are spans."""
    return {head: scheme for head, settings in data.items() if (scheme := file_scheme(settings))}


def in_pieces(sentences: Sequence[Sequence[str]]) -> tuple[list[Sequence[str]], list[range]]:
    """Pieces of at most LONGEST words, none of them empty, and for each sentence the numbers of its pieces."""
    pieces: list[Sequence[str]] = []
    owners: list[range] = []
    for words in sentences:
        first = len(pieces)
        pieces += [words[start : start + LONGEST] for start in range(0, len(words), LONGEST)]
        owners.append(range(first, len(pieces)))
    return pieces, owners


def joined(rows: Sequence[Sequence[T]], owners: Sequence[Sequence[int]]) -> list[list[T]]:
    """The answers of pieces as answers of sentences."""
    return [[answer for piece in own for answer in rows[piece]] for own in owners]


def positions_of(labels: Sequence[str], sentences: Sequence[Sequence[str]], missing: int) -> list[np.ndarray]:
    """Label numbers of gold tags; `missing` for a label that training has not seen."""
    index = {label: number for number, label in enumerate(labels)}
    return [np.array([index.get(tag, missing) for tag in tags], dtype=np.int32) for tags in sentences]
