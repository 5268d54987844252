"""Two directions of alignment made one (Och and Ney 2003; Koehn et al. 2003).

P pairs, T target tokens and S source tokens of the corpus, L links of the union of both directions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import product

import numpy as np
from numpy.typing import NDArray

from seqtasks.align.alignments import Alignments
from seqtasks.align.blocks import Integers
from seqtasks.text.encoded import Ragged

Link = tuple[int, int]
AROUND = [step for step in product((-1, 0, 1), repeat=2) if step != (0, 0)]


@dataclass(frozen=True)
class Union:
    """All links of both directions, sorted, with those that the forward (backward) direction has. pairs_L: the pair of each."""

    alignments: Alignments
    pairs_L: Integers
    forward_L: NDArray[np.bool_]
    backward_L: NDArray[np.bool_]

    def only(self, chosen_L: NDArray[np.bool_]) -> Alignments:
        """Some of the links."""
        every = self.alignments
        offsets_P1 = np.concatenate([[0], np.cumsum(chosen_L)])[every.offsets_P1]
        return Alignments(every.sources_L[chosen_L], every.targets_L[chosen_L], offsets_P1)


def symmetrise(forward: Ragged, backward: Ragged, *, method: str) -> Alignments:
    """The links of each pair by one of METHODS.

    forward: the source position of each target token, -1 for none; backward: the target position of each source token.
    Raises ValueError for another method, or if the directions differ in the number of pairs.
    """
    if method not in METHODS:
        raise ValueError(f"no symmetrisation {method!r}; there are {', '.join(METHODS)}")
    if len(forward) != len(backward):
        raise ValueError(f"{len(forward)} pairs in one direction but {len(backward)} in the other")
    links = union_of(forward, backward)
    return links.only(METHODS[method](links))


def union_of(forward: Ragged, backward: Ragged) -> Union:
    """The links of both directions, each once."""
    pairs_T, targets_T = places(forward)
    pairs_S, sources_S = places(backward)
    width = int(max(forward.lengths.max(initial=0), backward.lengths.max(initial=0)))
    one = ((pairs_T * width + forward.values) * width + targets_T)[forward.values >= 0]
    other = ((pairs_S * width + sources_S) * width + backward.values)[backward.values >= 0]
    keys_L = np.union1d(one, other)
    pairs_L, places_L = np.divmod(keys_L, max(1, width * width))
    sources_L, targets_L = np.divmod(places_L, max(1, width))
    offsets_P1 = np.searchsorted(pairs_L, np.arange(len(forward) + 1))
    links = Alignments(sources_L.astype(np.int32), targets_L.astype(np.int32), offsets_P1)
    return Union(links, pairs_L, np.isin(keys_L, one), np.isin(keys_L, other))


def places(ragged: Ragged) -> tuple[Integers, Integers]:
    """The pair of each token, and its position there."""
    pairs = np.repeat(np.arange(len(ragged)), ragged.lengths)
    return pairs, np.arange(len(ragged.values)) - ragged.offsets[pairs]


def grow_diag_final_and(links: Union) -> NDArray[np.bool_]:
    """The links that both directions have, grown into the union (see `grown`), pair by pair where there is anything to grow."""
    chosen_L = links.forward_L & links.backward_L
    offsets_P1 = links.alignments.offsets_P1
    undecided_P = np.diff(np.concatenate([[0], np.cumsum(~chosen_L)])[offsets_P1])
    for pair in np.flatnonzero(undecided_P).tolist():
        here = slice(int(offsets_P1[pair]), int(offsets_P1[pair + 1]))
        places = links.alignments[pair]
        sure, ahead = chosen_L[here].tolist(), links.forward_L[here].tolist()
        both = {place for place, chosen in zip(places, sure, strict=True) if chosen}
        ordered = [place for way in (True, False) for place, is_ahead in zip(places, ahead, strict=True) if is_ahead is way]
        found = grown(both, ordered)
        chosen_L[here] = [place in found for place in places]
    return chosen_L


def grown(links: set[Link], union: list[Link]) -> set[Link]:
    """Grow-diag-final-and of one pair (Koehn et al. 2003): the links of the intersection and some of the union; `links` is changed.

    Grow-diag: look at the links by source, then target, again and again; a link of the union that touches one of them, at a corner too,
    joins them if one of its tokens has no link yet. Final-and: then the links of the union, those of the forward direction first, join if
    neither of their tokens has one. As tokens only ever gain links, no link has to be looked at twice.
    """
    open_links = set(union) - links
    sources, targets = {source for source, _ in links}, {target for _, target in links}
    now: list[Link] = sorted(links)
    later: list[Link] = []
    while open_links and now:
        here = heappop(now)
        for place in AROUND:
            near = (here[0] + place[0], here[1] + place[1])
            if near in open_links and not (near[0] in sources and near[1] in targets):
                open_links.discard(near)
                links.add(near)
                sources.add(near[0])
                targets.add(near[1])
                heappush(now if near > here else later, near)
        if not now:
            now, later = later, []
            heapify(now)
    for source, target in union:
        if source not in sources and target not in targets:
            links.add((source, target))
            sources.add(source)
            targets.add(target)
    return links


METHODS: dict[str, Callable[[Union], NDArray[np.bool_]]] = {
    "grow-diag-final-and": grow_diag_final_and,
    "intersection": lambda links: links.forward_L & links.backward_L,
    "union": lambda links: links.forward_L | links.backward_L,
    "forward": lambda links: links.forward_L,
    "backward": lambda links: links.backward_L,
}
