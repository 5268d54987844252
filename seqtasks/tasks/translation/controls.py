"""Whether a translator reads what it translates: pairs scored with the source of another line, as long as their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from seqtasks.diagnosis.observations.evidence import SourceControl
from seqtasks.inference.translator import Translator
from seqtasks.tasks.translation.scores import EncodedPairs, forced
from seqtasks.text.encoded import Ragged

MOST = 500  # pairs


def source_control(translator: Translator, part: EncodedPairs) -> SourceControl | None:
    """Teacher forcing over the first MOST pairs, with their own sources and with others; None where no source has another beside it."""
    others = other_sources(part.sources, min(MOST, len(part.pairs)))
    if not others:
        return None
    own = part.select(list(others))
    swapped = replace(own, sources=Ragged.from_lists([part.sources[place] for place in others.values()]))
    losses = [total / max(1, count) for total, count, _ in (forced(translator, pairs) for pairs in (own, swapped))]
    return SourceControl(losses[0], losses[1], len(others))


def other_sources(sources: Ragged, count: int) -> dict[int, int]:
    """{pair: the pair whose source it is given}, of the first `count` pairs: the next longer source, so that lengths tell nothing.

    Pairs whose next source equals their own are left out.
    """
    order = np.argsort(sources.lengths[:count], kind="stable").tolist()
    following = dict(zip(order, [*order[1:], *order[:1]], strict=True))
    return {place: other for place, other in sorted(following.items()) if not np.array_equal(sources[place], sources[other])}
