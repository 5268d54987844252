"""Drawing the splits: no sentence twice, whole structures kept for the test set, new words kept for test_unseen."""

import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from sample_grammar.annotation import english_text, structure_of
from sample_grammar.documents import document
from sample_grammar.generate import french_text, sentence
from sample_grammar.kinds import KINDS, of_kind
from sample_grammar.phrase import Piece, Sentence, Token, tokens_of
from sample_grammar.world import TRAIN_KNOBS, UNSEEN_KNOBS, Dice, World

SEED = 2024
SIZES = {"train": 10000, "dev": 500, "test": 700, "test_unseen": 500}
DOCUMENTS = {"train": 1500, "dev": 60, "test": 120}
CLASSIFIED = {"train": 4000, "dev": 500, "test": 700, "test_unseen": 500}
HELD_OUT_PERCENT = 25  # of all longer structures: never in train or dev
HELD_OUT_LENGTH = 7  # symbols a structure must have to be kept from train
HELD_OUT_SHARE = 0.4  # of the test sentences are drawn from those structures; more are new by chance
ANNOTATED = {"pos": 4000, "ner": 4000}  # the first so many sentences of train have tags, so that the files stay small
KNOWN = 4  # times a word must be in train to be used in test
SHORTEST, LONGEST = 4, 34  # tokens, punctuation included
KEEP_SHORT = ((7, 0.15), (9, 0.4), (11, 0.75))  # (tokens below this, share kept): makes sentences longer on average


def tokens(made: Sentence) -> tuple[Token, ...]:
    """The English words of a sentence."""
    return tuple(tokens_of(made.pair.english))


def held_out(structure: str) -> bool:
    """Whether a structure is kept for the test set: decided by its checksum, so that anyone can tell."""
    return len(structure.split()) >= HELD_OUT_LENGTH and zlib.crc32(structure.encode()) % 100 < HELD_OUT_PERCENT


@dataclass
class Draw:
    """Sentences drawn so far: none is given out twice, and no English sentence with two translations."""

    world: World
    seen: dict[str, str] = field(default_factory=dict)
    french_seen: set[str] = field(default_factory=set)

    def fresh(self) -> Sentence:
        """A sentence of a good length that was not drawn before, in either language."""
        while True:
            made = sentence(self.world)
            count = len(tokens(made))
            share = next((kept for limit, kept in KEEP_SHORT if count < limit), 1.0)
            if not SHORTEST <= count <= LONGEST or not self.world.dice.chance(share):
                continue
            english, french = english_text(tokens(made)), french_text(made)
            if english not in self.seen and french not in self.french_seen:
                self.seen[english] = french
                self.french_seen.add(french)
                return made


def vocabulary(sentences: list[Sentence]) -> Counter[str]:
    """All English word forms and French words with their counts, small letters only."""
    words = Counter(token.form.lower() for made in sentences for token in tokens(made))
    words.update(word for made in sentences for word in re.findall(r"\w+", french_text(made).lower()))
    return words


def test_sentences(draw: Draw, known: set[str]) -> list[Sentence]:
    """Test sentences of known words, many of them of structures that are kept from train."""
    wanted = {True: round(SIZES["test"] * HELD_OUT_SHARE)}
    wanted[False] = SIZES["test"] - wanted[True]
    chosen: list[Sentence] = []
    while sum(wanted.values()):
        made = draw.fresh()
        apart = held_out(structure_of(made.pair.english))
        if wanted[apart] and set(vocabulary([made])) <= known:
            wanted[apart] -= 1
            chosen.append(made)
    return chosen


def unseen_sentences(draw: Draw, known: set[str], structures: set[str]) -> list[Sentence]:
    """Sentences of known structures with at least one unknown word."""
    chosen: list[Sentence] = []
    while len(chosen) < SIZES["test_unseen"]:
        made = draw.fresh()
        if structure_of(made.pair.english) in structures and not {token.form for token in tokens(made)} <= known:
            chosen.append(made)
    return chosen


@cache
def draw_splits() -> dict[str, list[Sentence]]:
    """All sentences of the four splits."""
    draw = Draw(World(Dice(SEED), TRAIN_KNOBS))
    splits: dict[str, list[Sentence]] = {}
    for name in ("train", "dev"):
        splits[name] = []
        while len(splits[name]) < SIZES[name]:
            made = draw.fresh()
            if not held_out(structure_of(made.pair.english)):
                splits[name].append(made)
    known = {word for word, count in vocabulary(splits["train"]).items() if count >= KNOWN}
    structures = {structure_of(made.pair.english) for made in splits["train"]}
    splits["test"] = test_sentences(draw, known)
    draw.world = World(Dice(SEED + 1), UNSEEN_KNOBS)
    forms = {token.form for made in splits["train"] for token in tokens(made)}
    splits["test_unseen"] = unseen_sentences(draw, forms, structures)
    return splits


def draw_documents() -> dict[str, list[list[Sentence]]]:
    """The documents of the three splits; no two alike."""
    world = World(Dice(SEED + 2), TRAIN_KNOBS)
    seen: set[str] = set()
    splits: dict[str, list[list[Sentence]]] = {}
    for name, size in DOCUMENTS.items():
        splits[name] = []
        while len(splits[name]) < size:
            made = document(world)
            text = "\n".join(english_text(tokens(part)) for part in made)
            if text not in seen:
                seen.add(text)
                splits[name].append(made)
    return splits


Classified = tuple[tuple[Piece, ...], str]  # the pieces of a sentence, and its kind


def draw_kinds() -> dict[str, list[Classified]]:
    """Sentences with their kinds, as many of each; no two alike. Each of test_unseen has a word that train lacks."""
    seen: set[str] = set()
    splits: dict[str, list[Classified]] = {}
    world = World(Dice(SEED + 3), TRAIN_KNOBS)
    for name in ("train", "dev", "test"):
        splits[name] = draw_classified(world, CLASSIFIED[name], seen, known=None)
    forms = {token.form for pieces, _ in splits["train"] for token in tokens_of(pieces)}
    splits["test_unseen"] = draw_classified(World(Dice(SEED + 4), UNSEEN_KNOBS), CLASSIFIED["test_unseen"], seen, known=forms)
    return splits


def draw_classified(world: World, size: int, seen: set[str], known: set[str] | None) -> list[Classified]:
    """So many sentences that are not in `seen`, the kinds in turn. known: word forms that must not be all of a sentence's."""
    chosen: list[Classified] = []
    while len(chosen) < size:
        kind = KINDS[len(chosen) % len(KINDS)]
        pieces = of_kind(world, kind)
        forms = tuple(tokens_of(pieces))
        text = english_text(forms)
        if SHORTEST <= len(forms) <= LONGEST and text not in seen and (known is None or not {token.form for token in forms} <= known):
            seen.add(text)
            chosen.append((pieces, kind))
    return chosen
