"""Pretrained word vectors for a recipe's vocabulary: rows where there are any, random ones of the same spread where not."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from seqtasks.errors import RecipeError
from seqtasks.recipes.corpus_folders import cache_folder
from seqtasks.text.torchtext_bridge import vectors
from seqtasks.text.vocabulary import Vocabulary


def vectors_for(name: str, words: Vocabulary, size: int) -> tuple[Tensor, str]:
    """table_VE for the vocabulary and a line on its coverage. `name`: a text file of vectors, or torchtext's name of published ones.

    A word that has no vector takes its lower-cased form's. Raises RecipeError if the vectors have another size than words.size.
    """
    pretrained = vectors(name, cache_folder() / "vectors")
    if pretrained.array.shape[1] != size:
        raise RecipeError([f"words.size = {size}, but the vectors of {name} have {pretrained.array.shape[1]}. Make them equal."])
    rows = {word: row for row, word in enumerate(pretrained.words)}
    spread = float(pretrained.array.std()) if len(rows) else 0.1
    table = np.random.default_rng(len(words)).normal(0, spread, (len(words), size)).astype(np.float32)
    found = 0
    for number, word in enumerate(words.tokens(range(len(words)))):
        row = rows.get(word, rows.get(word.lower()))
        if row is not None:
            table[number] = pretrained.array[row]
            found += 1
    return torch.from_numpy(table), f"{found} of {len(words)} words have a vector in {name} ({100 * found / max(1, len(words)):.1f} %)."
