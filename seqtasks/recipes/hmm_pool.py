"""An HMM tagger beside a network: its log-probabilities of the labels, pooled with a head's own scores in the answers (`head.hmm`).

The two are fitted on the same training part, each without the other: they err in different places, so together they err less. The HMM is
saved with the run. S words of a sentence, N labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.tagged_parts import TaggedParts
from seqtasks.text.batching import Batch, Positions
from seqtasks.text.corpora.examples import TaggedSentence

LOWEST = 1e-6  # a probability counts as at least that much
SCHEMES = ("BIO", "BIOES")  # that the HMM knows; to it tags in another one are labels without a scheme
Sentences = Sequence[Sequence[str]]
Opinions = list[NDArray[np.float32]]  # of each sentence log-probabilities [S, N]


def fitted(words: Sentences, tags: Sentences, scheme: str | None) -> HMMTagger:
    """A tagger of its default options."""
    return HMMTagger(scheme=scheme if scheme in SCHEMES else None).fit(words, tags)


def opinions(tagger: HMMTagger, sentences: Sentences, labels: Sequence[str]) -> Opinions:
    """What the tagger thinks of each sentence, in the order of `labels`."""
    place = {label: number for number, label in enumerate(labels)}
    known = [number for number, tag in enumerate(tagger.classes_) if tag in place]
    columns = [place[tagger.classes_[number]] for number in known]
    rows = []
    for table_SC in tagger.predict_proba(sentences):
        row_SN = np.full((len(table_SC), len(labels)), LOWEST, dtype=np.float32)
        row_SN[:, columns] = table_SC[:, known].clip(min=LOWEST)
        rows.append(np.log(row_SN))
    return rows


def with_opinions(batch: Batch, positions: Positions, found: Mapping[str, Opinions]) -> Batch:
    """The batch with the opinions on its sentences, 0 at padding; the batch as it is where there are none."""
    if not found:
        return batch
    priors = {}
    for head, rows in found.items():
        own: list[NDArray[Any]] = [rows[position] for position in positions.tolist()]
        table_BSN = np.zeros((*batch.mask_BS.shape, own[0].shape[1]), dtype=np.float32)
        for number, row_SN in enumerate(own):
            table_BSN[number, : len(row_SN)] = row_SN
        priors[head] = torch.from_numpy(table_BSN)
    return replace(batch, priors=priors)


def fit_hmms(parts: TaggedParts, heads: Sequence[str]) -> dict[str, HMMTagger]:
    """A tagger for each of the heads, fitted on its training part."""
    return {head: fitted(words_of(parts.kept[head]), parts.tags(head, parts.kept[head]), parts.schemes.get(head)) for head in heads}


def opinions_by_head(hmms: Mapping[str, HMMTagger], sentences: Sentences, labels: Mapping[str, Sequence[str]]) -> dict[str, Opinions]:
    """What each tagger thinks of each sentence."""
    return {head: opinions(tagger, sentences, labels[head]) for head, tagger in hmms.items()}


def words_of(part: Sequence[TaggedSentence]) -> list[Sequence[str]]:
    return [sentence.words for sentence in part]
