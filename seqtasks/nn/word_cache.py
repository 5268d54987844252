"""Vectors of word forms, each computed once: what an embedder makes of a word without dropout depends on the word alone.

U distinct forms, V words of the vocabulary, R rows of the table, E embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqtasks.nn.trunk import TokenEmbedder
from seqtasks.text.batching import distinct_words
from seqtasks.text.encoded import LONGEST_WORD, FormTable
from seqtasks.text.vocabulary import Vocabulary

OTHERS = 20_000  # forms beyond the vocabulary whose vectors are kept
TOGETHER = 2_000  # forms whose vectors are computed at once


class WordCache:
    """The vectors of an embedder. Those of the vocabulary's forms are kept for good, of `others` more as long as these were used last.

    The embedder's weights must stay as they are. Calls from several threads take turns.
    """

    def __init__(self, embedder: TokenEmbedder, words: Vocabulary, characters: Vocabulary, *, others: int = OTHERS) -> None:
        self.embedder = embedder
        self.words = words
        self.characters = characters
        self.others = others
        weight = embedder.words.table.weight
        self.table_RE = torch.empty(len(words) + others, embedder.output_size, device=weight.device)  # pages are held once written
        self.known_V = np.zeros(len(words), dtype=bool)
        self.rows: dict[str, int] = {}  # of other forms, those used last at the end
        self.lock = Lock()

    @torch.no_grad()
    def vectors(self, forms: Sequence[str]) -> Tensor:
        """vectors_UE of distinct forms, without gradient."""
        with self.lock:
            rows_U = self.find(forms)
            missing = np.flatnonzero(rows_U < 0)
            vectors_UE = self.table_RE[torch.from_numpy(rows_U.clip(min=0)).to(self.table_RE.device)]
            for some in np.split(missing, range(TOGETHER, len(missing), TOGETHER)):
                if len(some):
                    computed_UE = self.compute([forms[position] for position in some.tolist()])
                    vectors_UE[torch.from_numpy(some).to(vectors_UE.device)] = computed_UE
                    self.keep([forms[position] for position in some.tolist()], computed_UE)
            return vectors_UE

    def find(self, forms: Sequence[str]) -> NDArray[np.int64]:
        """rows_U of the table, -1 for forms that are not there."""
        ids = [self.words.index.get(form, -1) for form in forms]
        rows_U = np.array(ids, dtype=np.int64)
        rows_U[~self.known_V[rows_U]] = -1
        for position in np.flatnonzero(np.array(ids, dtype=np.int64) < 0).tolist():
            row = self.rows.pop(forms[position], -1)
            if row >= 0:
                self.rows[forms[position]] = row
            rows_U[position] = row
        return rows_U

    def compute(self, forms: Sequence[str]) -> Tensor:
        """vectors_UE by the embedder."""
        table, _ = FormTable.build([forms], self.words, self.characters)
        return self.embedder.vectors(distinct_words(table, np.arange(len(forms)), torch.arange(len(forms))[None]).to(self.table_RE.device))

    def keep(self, forms: Sequence[str], vectors_UE: Tensor) -> None:
        """Write vectors to the table; the forms that were not used for longest make room. Very long forms are not kept."""
        places: list[int] = []
        kept: list[int] = []
        for position, form in enumerate(forms):
            number = self.words.index.get(form)
            if number is not None:
                self.known_V[number] = True
                row = number
            elif len(form) > LONGEST_WORD or len(kept) >= self.others:
                continue
            else:
                row = self.rows.pop(next(iter(self.rows))) if len(self.rows) >= self.others else len(self.words) + len(self.rows)
                self.rows[form] = row
            places.append(row)
            kept.append(position)
        self.table_RE[torch.tensor(places, dtype=torch.long)] = vectors_UE[torch.tensor(kept, dtype=torch.long)]
