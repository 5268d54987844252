"""Invented sentences with their tags and translations, drawn from small tables with a seed: what every miniature corpus is made of."""

from __future__ import annotations

import random
from dataclasses import dataclass

WHO = (("Mara", "PER"), ("Odo Linn", "PER"), ("Tessel", "LOC"), ("Brackwater Mill", "ORG"))
NOUNS = (("baker", "Bäcker", "boulanger"), ("dog", "Hund", "chien"), ("boat", "Kahn", "canot"), ("lamp", "Leuchter", "flambeau"))
VERBS = (("sees", "sieht", "voit"), ("paints", "malt", "peint"), ("finds", "findet", "trouve"), ("carries", "trägt", "porte"))
PLACES = (("garden", "Garten", "jardin"), ("harbour", "Hafen", "port"), ("market", "Markt", "marché"))


@dataclass(frozen=True)
class Tagged:
    """Words with a part of speech and a BIO entity tag each."""

    words: list[str]
    upos: list[str]
    entities: list[str]


def tagged(count: int, *, seed: int) -> list[Tagged]:
    """`count` sentences such as "Mara Linn paints the boat ." with their tags."""
    draw = random.Random(seed)
    sentences = []
    for _ in range(count):
        name, label = draw.choice(WHO)
        parts = name.split()
        rest = [draw.choice(VERBS)[0], "the", draw.choice(NOUNS)[0]]
        upos = ["PROPN"] * len(parts) + ["VERB", "DET", "NOUN"]
        if draw.random() < 0.6:
            rest, upos = [*rest, "in", "the", draw.choice(PLACES)[0]], [*upos, "ADP", "DET", "NOUN"]
        entities = [f"{'I' if position else 'B'}-{label}" for position in range(len(parts))] + ["O"] * (len(rest) + 1)
        sentences.append(Tagged([*parts, *rest, "."], [*upos, "PUNCT"], entities))
    return sentences


def pairs(count: int, *, seed: int) -> list[tuple[str, str, str]]:
    """`count` lines in English, German and French, as raw text."""
    draw = random.Random(seed)
    lines = []
    for _ in range(count):
        who, what, verb, place = draw.choice(NOUNS), draw.choice(NOUNS), draw.choice(VERBS), draw.choice(PLACES)
        english = f"A {who[0]} {verb[0]} the {what[0]} in the {place[0]}."
        german = f"Ein {who[1]} {verb[1]} den {what[1]} im {place[1]}."
        lines.append((english, german, f"Un {who[2]} {verb[2]} le {what[2]} dans le {place[2]}."))
    return lines


def as_iob1(tags: list[str]) -> list[str]:
    """BIO to IOB1, for sentences with one entity: every tag of it begins with I."""
    return [tag.replace("B-", "I-") for tag in tags]


def as_bioes(tags: list[str]) -> list[str]:
    """BIO to BIOES, for sentences with one entity."""
    inside = [position for position, tag in enumerate(tags) if tag != "O"]
    marks = "S" if len(inside) == 1 else "B" + "I" * (len(inside) - 2) + "E"
    return [f"{marks[inside.index(position)]}-{tag[2:]}" if tag != "O" else "O" for position, tag in enumerate(tags)]
