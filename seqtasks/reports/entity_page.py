"""Tagged sentences as a page: entities marked in the text, each with its label, and tags of words small below them.

The page is written sentence by sentence, so that it may be as long as it likes. Labels are told apart by text as well as by colour.
An entity that lies in another is drawn inside it, in a smaller box; those that cross others are drawn on a further line of the same words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from seqtasks.reports.page import render
from seqtasks.reports.shown import Marked, ShownWord

COLOURS = 8
BODY = "seqtasks-body-goes-here"


class Box(NamedTuple):
    """An entity as drawn: the words and boxes in it, how many boxes lie in each other there, and whether a word of it is tagged."""

    entity: Marked
    colour: int
    over: int
    tagged: bool
    after: str
    inside: Sequence[object]


@dataclass
class EntityPage:
    """A page in pieces: `opening`, a `sentence` for each, `closing`. Colours are given to labels as they come."""

    title: str
    about: str
    unsure: float = 0.5  # tags and entities below this confidence are marked
    counts: Counter[str] = field(default_factory=Counter)
    sentences: int = 0

    def opening(self) -> str:
        """Everything before the first sentence."""
        return self.whole().partition(BODY)[0]

    def sentence(self, words: Sequence[ShownWord], entities: Mapping[str, Sequence[Marked]]) -> str:
        """One sentence, once for each head with its entities, under the head's name where there are several, and again for crossing ones.

        Raises ValueError for entities that reach beyond the words.
        """
        self.sentences += 1
        layers = dict(entities) or {"": []}
        lines = [
            (head if len(layers) > 1 else "", self.pieces(words, 0, len(words), nesting))
            for head, marked in layers.items()
            for nesting in nestings(marked, len(words))
        ]
        return render("entity_sentence.html", {"lines": lines, "unsure": self.unsure})

    def pieces(self, words: Sequence[ShownWord], start: int, end: int, entities: Sequence[Marked]) -> list[ShownWord | Box]:
        """The words from start to end, with the entities among them as boxes; outer ones come before those inside them."""
        shown: list[ShownWord | Box] = []
        done, rest = start, list(entities)
        while rest:
            entity = rest.pop(0)
            within = [other for other in rest if other.start < entity.end]
            rest = rest[len(within) :]
            self.counts[entity.label] += 1
            last = words[entity.end - 1]
            colour = list(self.counts).index(entity.label) % COLOURS
            inside = self.pieces([*words[: entity.end - 1], last._replace(after="")], entity.start, entity.end, within)
            over = max((piece.over + 1 for piece in inside if isinstance(piece, Box)), default=0)
            tagged = any(word.tag for word in words[entity.start : entity.end])
            box = Box(entity, colour, over, tagged, last.after, inside)
            shown += [*words[done : entity.start], box]
            done = entity.end
        return [*shown, *words[done:end]]

    def closing(self) -> str:
        """Everything after the last sentence: how many there were, and of which label."""
        return self.whole().partition(BODY)[2]

    def whole(self) -> str:
        """The page without its sentences, with the counts so far."""
        return render("entity_page.html", {"page": self, "title": self.title, "body": BODY, "colours": COLOURS})


def nestings(entities: Sequence[Marked], words: int) -> list[list[Marked]]:
    """The entities in groups within which none cross, each with outer ones before those in them; at least one group.

    Raises ValueError for one that reaches beyond the words.
    """
    for entity in entities:
        if not 0 <= entity.start < entity.end <= words:
            raise ValueError(f"entity {entity.start} to {entity.end} reaches beyond {words} words")
    groups: list[list[Marked]] = []
    left = sorted(entities, key=lambda entity: (entity.start, -entity.end))
    while left or not groups:
        groups.append([])
        open_ends, crossing = [words], []
        for entity in left:
            while open_ends[-1] <= entity.start:
                open_ends.pop()
            if entity.end <= open_ends[-1]:
                open_ends.append(entity.end)
                groups[-1].append(entity)
            else:
                crossing.append(entity)
        left = crossing
    return groups
