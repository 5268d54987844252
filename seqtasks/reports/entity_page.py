"""Tagged sentences as a page: entities marked in the text, each with its label, and tags of words small below them.

The page is written sentence by sentence, so that it may be as long as it likes. Labels are told apart by text as well as by colour.
An entity that lies in another is drawn inside it, in a smaller box; those that cross others are drawn on a further line of the same words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from seqtasks.reports.page import escape, page

COLOURS = 8
HIGHEST = 4  # boxes around a word that are still drawn each larger than the next
KEPT_TOGETHER = 30  # characters of a word that is never parted from the label behind it
BODY = "seqtasks-body-goes-here"


class Marked(NamedTuple):
    """An entity over words start (inclusive) to end (exclusive); confidence 0 to 1, or None."""

    start: int
    end: int
    label: str
    confidence: float | None


class ShownWord(NamedTuple):
    """A word, what stands between it and the next one, its tag ("" for none) and how sure that is."""

    word: str
    after: str
    tag: str
    confidence: float | None


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
        head = f'<h1>{escape(self.title)}</h1>\n<p class="soft">{escape(self.about)}</p>\n<div class="text">'
        return page(self.title, head + BODY, style=_STYLE).partition(BODY)[0]

    def sentence(self, words: Sequence[ShownWord], entities: Mapping[str, Sequence[Marked]]) -> str:
        """One sentence, once for each head with its entities, under the head's name where there are several, and again for crossing ones.

        Raises ValueError for entities that reach beyond the words.
        """
        self.sentences += 1
        layers = dict(entities) or {"": []}
        lines = [(head, nesting) for head, marked in layers.items() for nesting in nestings(marked, len(words))]
        return "\n".join(self.line(words, nesting, head if len(layers) > 1 else "") for head, nesting in lines)

    def line(self, words: Sequence[ShownWord], entities: Sequence[Marked], name: str) -> str:
        """A sentence with entities of one head, none of which cross."""
        shown = f'<span class="head">{escape(name)}</span> ' if name else ""
        kind = ' class="nested"' if height(entities) > 1 else ""
        return f'<p dir="auto"{kind}>{shown}{self.marked(words, 0, len(words), entities)}</p>'

    def marked(self, words: Sequence[ShownWord], start: int, end: int, entities: Sequence[Marked]) -> str:
        """The words from start to end, with the entities among them; outer ones come before those inside them."""
        shown, done, rest = [], start, list(entities)
        while rest:
            entity = rest.pop(0)
            inside = [other for other in rest if other.start < entity.end]
            rest = rest[len(inside) :]
            shown += [word_html(word, self.unsure) for word in words[done : entity.start]]
            shown.append(self.entity(words, entity, inside))
            done = entity.end
        return "".join(shown + [word_html(word, self.unsure) for word in words[done:end]])

    def entity(self, words: Sequence[ShownWord], entity: Marked, within: Sequence[Marked]) -> str:
        """The words of an entity under one label, with the entities within it."""
        self.counts[entity.label] += 1
        colour = list(self.counts).index(entity.label) % COLOURS
        last = words[entity.end - 1]
        words = [*words[: entity.end - 1], last._replace(after="")]
        kind, told = look(entity.confidence, self.unsure)
        said = f" {percent(entity.confidence)}" if entity.confidence is not None else ""
        tagged = " tagged" if any(word.tag for word in words[entity.start :]) else ""
        boxes = f" over{min(height(within), HIGHEST - 1)}" if within else ""
        label = f'<span class="label">{escape(entity.label)}<small>{said}</small></span>'
        if within or len(last.word) > KEPT_TOGETHER:
            shown = f"{self.marked(words, entity.start, entity.end, within)} {label}"
        else:
            inside = self.marked(words, entity.start, entity.end - 1, [])
            shown = f'{inside}<span class="last">{word_html(words[-1], self.unsure)} {label}</span>'
        return f'<mark class="c{colour}{tagged}{boxes}{kind}"{told}>{shown}</mark>{escape(last.after)}'

    def closing(self) -> str:
        """Everything after the last sentence: how many there were, and of which label."""
        labels = "".join(
            f'<li><mark class="c{number % COLOURS}"><span class="label">{escape(label)}</span></mark> {count:,}</li>'
            for number, (label, count) in enumerate(self.counts.items())
        )
        legend = f'<ul class="legend">{labels}</ul>' if labels else ""
        said = f"{self.sentences:,} sentence{'' if self.sentences == 1 else 's'}"
        end = page(self.title, BODY).partition(BODY)[2]
        return f'</div>\n<footer>{legend}<p class="soft">{said}</p></footer>{end}'


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


def height(entities: Sequence[Marked]) -> int:
    """How many of them lie in each other at most, given outer ones before those in them."""
    open_ends: list[int] = []
    highest = 0
    for entity in entities:
        open_ends = [end for end in open_ends if end > entity.start] + [entity.end]
        highest = max(highest, len(open_ends))
    return highest


def word_html(word: ShownWord, unsure: float) -> str:
    """A word with its tag below it, and what follows it."""
    if not word.tag:
        return escape(word.word + word.after)
    kind, told = look(word.confidence, unsure)
    return f'<span class="w{kind}"{told}>{escape(word.word)}<small>{escape(word.tag)}</small></span>{escape(word.after)}'


def look(confidence: float | None, unsure: float) -> tuple[str, str]:
    """The further class and the attribute that say how sure an answer is."""
    if confidence is None:
        return "", ""
    return " unsure" if confidence < unsure else "", f' title="{percent(confidence)} sure"'


def percent(confidence: float) -> str:
    """Of 0 to 1: 97 %. Never 100 % where it is not quite."""
    return f"{int(confidence * 100)} %"


_LIGHT = ("#ffd9c7", "#cfe5ff", "#d3f0cf", "#efdcff", "#fff0b3", "#c9f0ee", "#ffd6e7", "#e2e5ea")
_DARK = ("#6b3218", "#173f70", "#1f5426", "#4c2a70", "#5d4a09", "#0d514e", "#6a2145", "#3c434d")
_STYLE = (
    """
.text { margin: 1.5rem 0; }
.text p { margin: .35rem 0; padding: .2rem 0; line-height: 2.3; white-space: pre-wrap; overflow-wrap: break-word; }
.text mark, .legend mark { color: var(--text); padding: .2em .3em; border-radius: .35em; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }
.label { font-size: .68em; font-weight: 700; letter-spacing: .02em; padding: .1em .35em; border-radius: .3em; background: var(--back);
  vertical-align: .1em; white-space: nowrap; direction: ltr; unicode-bidi: isolate; }
.label small { font-size: 1em; font-weight: 400; color: var(--soft); }
.head { font-size: .75em; color: var(--soft); }
.w { display: inline-flex; flex-direction: column; align-items: center; vertical-align: baseline; line-height: 1.5; max-width: 100%;
  white-space: pre-wrap; }
.w > small { display: block; font-size: .58em; line-height: 1.2; color: var(--soft); padding: 0 .25em; user-select: none; }
mark .w > small { color: var(--text); }
.last { white-space: nowrap; }
.text p.nested { line-height: 3.4; }
.text mark.over1 { padding: .55em .4em; }
.text mark.over2 { padding: .9em .5em; }
.text mark.over3 { padding: 1.25em .6em; }
.text mark.tagged { padding-bottom: .85em; }
.w.unsure > small { text-decoration: underline dotted 2px; text-underline-offset: .25em; }
mark.unsure { border: 1px dashed var(--text); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; }
footer { border-top: 1px solid var(--line); margin-top: 1.5rem; }
"""
    + "".join(f".c{number} {{ background: {colour}; }}\n" for number, colour in enumerate(_LIGHT))
    + "@media (prefers-color-scheme: dark) {\n"
    + "".join(f".c{number} {{ background: {colour}; }}\n" for number, colour in enumerate(_DARK))
    + "}\n@media print { .text mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }\n"
)
