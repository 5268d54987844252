"""Which source words a translation hangs on: how much less probable each of its words gets when one source word is taken away.

Occlusion (Zeiler and Fergus 2014; of words: Li et al. 2016): the drop of target word t by source word s is
log p(t | source) - log p(t | source without s), in nats, the translation itself held fixed. Attention is shown beside it, not instead of
it: the two need not agree (Jain and Wallace 2019). Their agreement is Kendall's tau-b of the two rows of a target word, as there.
T target words, S source words, without its end.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from seqtasks.inference.search import ModelSearch
from seqtasks.inference.translator import Translator
from seqtasks.inference.word_alignment import by_word, named, word_starts

Way = Literal["remove", "replace"]


@dataclass(frozen=True)
class Influence:
    """drops: what each source word is worth to each target word, [T, S] nats; attention: [T, S], None for a model without.

    The target's last word is its end where it ended.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    drops: NDArray[np.float64]
    attention: NDArray[np.float64] | None

    def agreement(self) -> NDArray[np.float64] | None:
        """Kendall's tau-b of attention and drops at each target word, -1 to 1; NaN where one ranks nothing. None without attention."""
        if self.attention is None:
            return None
        pairs = zip(self.attention, self.drops, strict=True)
        return np.array([kendalltau(looked, lost).statistic if len(lost) > 1 else np.nan for looked, lost in pairs])

    def same_top(self) -> float | None:
        """The share of target words whose most attended source word is the one of the largest drop; None without attention or words."""
        if self.attention is None or not self.drops.size:
            return None
        return float((self.attention.argmax(axis=1) == self.drops.argmax(axis=1)).mean())


def influence(translator: Translator, source: str, output: Sequence[int], *, way: Way = "remove") -> Influence:
    """Of every word of one source line on a given output (token ids, the end last where it is to count).

    All occluded sources are answered side by side, in float64, so that the drops are those of one at a time. way: the word's tokens are
    taken out, or each is replaced by the unknown one, so that the others stay where they are.
    """
    assets = translator.assets
    ids, surface = assets.source.encode(source), assets.source.spell(source)
    starts = word_starts(surface)
    sources = [ids, *occluded(ids, starts, unknown=assets.source.vocabulary.unk, way=way)]
    models, budget = in_double(translator.models), translator.settings.batch_tokens
    whole = models.forced([ids], [output], budget, attention=True)[0]
    found = models.forced(sources, [output] * len(sources), budget)
    log_probs_RT = np.stack([one.log_probs_T.double().cpu().numpy() for one in found])
    tokens = assets.target.tokens(output)
    rows = word_starts(tokens)
    drops_TS = np.add.reduceat(log_probs_RT[0][:, None] - log_probs_RT[1:].T, rows, axis=0)
    attention = None
    if whole.attention_TS is not None:
        _, _, attention = by_word(surface, tokens, whole.attention_TS.double().cpu().numpy())
        attention = attention[:, :-1]
    return Influence(tuple(named(surface, starts)[:-1]), tuple(named(tokens, rows)), drops_TS, attention)


def in_double(search: ModelSearch) -> ModelSearch:
    """The same models in float64; as they are on a device that has none (MPS)."""
    if search.device.type == "mps":
        return search
    models = [copy.deepcopy(model).double() for model in search.models]
    return ModelSearch(models, search.vocabulary, search.device, average=search.average)


def occluded(ids: Sequence[int], starts: Sequence[int], *, unknown: int, way: Way) -> list[list[int]]:
    """The source without each of its words in turn; its end, which is the last token, always stays."""
    ends = [*starts[1:], len(ids)]
    words = [*zip(starts, ends, strict=True)][:-1]
    if way == "replace":
        return [[*ids[:start], *[unknown] * (end - start), *ids[end:]] for start, end in words]
    return [[*ids[:start], *ids[end:]] for start, end in words]
