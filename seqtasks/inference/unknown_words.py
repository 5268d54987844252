"""Unknown words of translations, replaced by what the source word they looked at means. S source and T target tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqtasks.align.unknown import replace_unknown
from seqtasks.decoding.step import Hypothesis
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.search import ModelSearch, SearchInput
from seqtasks.text.vocabulary import UNK

Tokens = list[list[list[str]]]  # of each hypothesis of each piece


def without_unknown(
    search: ModelSearch,
    assets: TranslationAssets,
    inputs: Sequence[SearchInput],
    surfaces: Sequence[Sequence[str]],
    found: Sequence[Sequence[Hypothesis]],
    budget: int,
) -> Tokens:
    """The tokens of all hypotheses; surfaces: the source tokens of each piece as they were written. The attention comes from walking the
    models once along each hypothesis that has an unknown word."""
    unknown, end = assets.target.vocabulary.unk, assets.source.vocabulary.eos
    tokens = [[assets.target.tokens(one.tokens) for one in group] for group in found]
    places = [(piece, rank) for piece, group in enumerate(found) for rank, one in enumerate(group) if unknown in one.tokens]
    sources, outputs = [inputs[piece].ids for piece, _ in places], [found[piece][rank].tokens for piece, rank in places]
    walked = search.forced(sources, outputs, budget, attention=True)
    for (piece, rank), source, output, walk in zip(places, sources, outputs, walked, strict=True):
        if walk.attention_TS is None:
            continue
        looked = most_looked_at(walk.attention_TS.float().cpu().numpy(), np.asarray(source) != end)
        positions = [place if token == unknown else -1 for place, token in zip(looked, output, strict=True)]
        tokens[piece][rank] = replace_unknown(tokens[piece][rank], surfaces[piece], positions, unknown=UNK, lexicon=assets.lexicon)
    return tokens


def most_looked_at(weights_TS: NDArray[np.floating], words_S: NDArray[np.bool_]) -> list[int]:
    """The source word of each target token, ends of sentences being none; -1 where no word got any attention."""
    weights_TS = np.where(words_S, weights_TS, 0)
    places: list[int] = np.where(weights_TS.max(axis=1) > 0, weights_TS.argmax(axis=1), -1).tolist()
    return places
