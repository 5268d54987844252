"""Words to tags: the one path that scoring, `predict`, Python and a server share.

What depends on a word alone is computed once for each form (`nn.word_cache`), sentences are read in length-sorted batches, on a CPU several
at once, and answers come in the order given. Sentences of GROUP_WORDS words are at work at a time, and one longer than LONGEST words is
tagged in pieces, so memory stays bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import torch

from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.hmm_priors import LogPriors, log_priors_by_head, with_log_priors
from seqtasks.inference.network_posteriors import k_best, span_probabilities
from seqtasks.inference.posteriors import Ranked
from seqtasks.models.reader import Reader, Text, state_of
from seqtasks.models.tagging import TaggingModel
from seqtasks.text.batching import Batch, Positions, in_order, in_threads
from seqtasks.text.tags import NESTED, Span, convert, repair
from seqtasks.training.devices import denormals_flushed

LONGEST = 1000
BATCH_TOKENS = 16_000
BATCH_ROWS = 384  # sentences of a batch: many more leave the processor's cache
GROUP_WORDS = 30_000
AS_BIO = {"B": "B", "S": "B", "I": "I", "E": "I"}  # prefixes of BIOES
T = TypeVar("T")


@dataclass(frozen=True)
class PieceGroup:
    """Pieces that are at work together. first: the number of the first; plan: their batches, as positions among them."""

    first: int
    reader: Reader
    text: Text
    log_priors: Mapping[str, LogPriors]
    plan: list[Positions]


class Tagger:
    """A tagging model with its vocabularies.

    schemes: in which each head's tags are written, where they are spans; it may be another than the one that the head is trained in.
    precision: "float32" or "bf16", of the trunk. repaired: how many illegal tags of each head were made legal for that, since it was
    cleared.
    """

    def __init__(
        self, model: TaggingModel, assets: TaggingAssets, device: torch.device, schemes: Mapping[str, str], *, precision: str = "float32"
    ) -> None:
        self.model = model
        self.assets = assets
        self.device = device
        self.schemes = schemes
        self.precision = precision
        self.repaired: Counter[str] = Counter()
        self.reader: Reader | None = None
        self.read_by: object = None  # the weights that the reader was made of

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}, of the heads asked for, or of all."""
        heads = heads or tuple(self.assets.labels)
        if not heads:  # of a model whose heads label texts
            return [{} for _ in sentences]
        pieces, owners = in_pieces(sentences)
        found = self.tag_pieces(pieces, heads)
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
            if tagging.scheme == NESTED:
                found = zip(tagging.tags(scores_BSN, batch.mask_BS), tagging.confidences(scores_BSN, batch.mask_BS), strict=True)
                for position, (tags, sure) in zip(positions.tolist(), found, strict=True):
                    answers[position], confidences[position] = tags, sure
                continue
            probabilities_BSN = tagging.probabilities(scores_BSN, batch.mask_BS).cpu()
            for position, row, probabilities_SN in zip(
                positions.tolist(), tagging.predict(scores_BSN, batch.mask_BS), probabilities_BSN, strict=True
            ):
                own = [tagging.labels[label] for label in row]
                (answers[position],) = self.to_output_scheme(head, [own])
                if self.schemes.get(head) == "BIO" and tagging.scheme == "BIOES":
                    alike_SN = torch.tensor(
                        [[AS_BIO.get(label[:1], "O") + label[1:] == tag for label in tagging.labels] for tag in answers[position]]
                    )
                    confidences[position] = (probabilities_SN[: len(row)] * alike_SN).sum(1).tolist()
                else:
                    confidences[position] = probabilities_SN[torch.arange(len(row)), torch.tensor(row)].tolist()
        return joined(answers, owners), joined(confidences, owners)

    def k_best(self, sentences: Sequence[Sequence[str]], head: str, k: int) -> list[Ranked]:
        """For each sentence its k best sequences of tags with their log-probabilities, best first; fewer where it has fewer.

        Raises UsageError where the head is no chain.
        """
        return k_best(self, *in_pieces(sentences), head, k)

    def span_probabilities(self, sentences: Sequence[Sequence[str]], head: str, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """For each sentence the probability of each of its spans: that there is an entity with just these ends and this label.

        Raises UsageError where the head is no chain or its labels are no spans.
        """
        return span_probabilities(self, *in_pieces(sentences), head, spans)

    def tag_pieces(self, pieces: Sequence[Sequence[str]], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        """{head: tags of each piece}; no piece is empty."""
        answers: dict[str, list[list[str]]] = {head: [[] for _ in pieces] for head in heads}
        for positions, found in self.each(pieces, partial(self.model.predict, heads=heads)):
            for head, rows in found.items():
                for position, tags in zip(positions.tolist(), rows, strict=True):
                    answers[head][position] = tags
        return {head: self.to_output_scheme(head, rows) for head, rows in answers.items()}

    def to_output_scheme(self, head: str, rows: list[list[str]]) -> list[list[str]]:
        """A head's tags in the scheme in which they are written: as they are where it is the head's own, else repaired and converted."""
        own, wanted = self.model.head(head).scheme, self.schemes.get(head)
        if own is None or wanted in (None, own):
            return rows
        legal = [repair(tags, own) for tags in rows]
        self.repaired[head] += sum(changed for _, changed in legal)
        return [convert(tags, own, wanted) for tags, _ in legal]

    def batches(self, pieces: Sequence[Sequence[str]]) -> Iterator[tuple[Positions, Batch]]:
        """Length-sorted batches that have been read, each with the positions of its pieces, one at a time."""
        for group in self.groups(pieces):
            for positions in group.plan:
                yield group.first + positions, self.read(group, same, positions)

    def each(self, pieces: Sequence[Sequence[str]], work: Callable[[Batch], T]) -> Iterator[tuple[Positions, T]]:
        """What `work` makes of each batch, several at once on a CPU, with the positions of its pieces."""
        for group in self.groups(pieces):
            answers = in_threads(partial(self.read, group, work), group.plan, self.device)
            yield from zip((group.first + positions for positions in group.plan), answers, strict=True)

    def groups(self, pieces: Sequence[Sequence[str]]) -> Iterator[PieceGroup]:
        """Consecutive pieces, as many as make GROUP_WORDS words; the model is set to answer."""
        self.model.eval()
        ends, start, reader = np.cumsum([len(piece) for piece in pieces]), 0, self.ready()
        while start < len(pieces):
            done = int(ends[start - 1]) if start else 0
            some = pieces[start : max(start + 1, int(np.searchsorted(ends, done + GROUP_WORDS, side="right")))]
            with torch.inference_mode(), denormals_flushed():
                text = reader.embed_words(some)
            log_priors = log_priors_by_head(self.assets.hmms, some, self.assets.labels) if self.assets.hmms else {}
            yield PieceGroup(start, reader, text, log_priors, plan_of(text.numbers.lengths))
            start += len(some)

    def read(self, group: PieceGroup, work: Callable[[Batch], T], positions: Positions) -> T:
        """What `work` makes of one batch."""
        with torch.inference_mode(), denormals_flushed():
            batch = group.reader.batch(group.text, positions)
            return work((with_log_priors(batch, positions, group.log_priors) if group.log_priors else batch).to(self.device))

    def ready(self) -> Reader:
        """The reader of the model's weights as they are now."""
        now = state_of(self.model.trunk)
        if self.reader is None or now != self.read_by:
            self.reader = Reader(self.model.trunk, self.assets.words, self.assets.characters, precision=self.precision)
            self.read_by = now
        return self.reader


def plan_of(lengths: np.ndarray) -> list[Positions]:
    """Batches of at most BATCH_ROWS sentences, each with its longest first."""
    return [
        part[::-1].copy()  # of one row, ascontiguousarray would keep the negative stride
        for positions in in_order(lengths, BATCH_TOKENS)
        for part in np.array_split(positions, -(-len(positions) // BATCH_ROWS))
    ]


def same(batch: Batch) -> Batch:
    return batch


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
