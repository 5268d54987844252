"""Where every choice is made: the dice, the words that may be used, and the knobs."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sample_grammar import fresh, modifiers, names, nouns
from sample_grammar import verbs as verb_tables
from sample_grammar.words import Adjective, Noun, Place, Verb

Choice = TypeVar("Choice")


class Dice:
    """Seeded choices that are the same under every Python version: only ``random()`` is drawn from.

    ``even`` keeps count and prefers what was drawn less often, so that every word of the lexicon is seen enough.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.drawn: dict[object, int] = {}

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random.random() < probability

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit`` - 1."""
        return int(self.random.random() * limit)

    def pick(self, options: Sequence[Choice]) -> Choice:
        """One of the options, all alike."""
        return options[self.below(len(options))]

    def even(self, options: Sequence[Choice]) -> Choice:
        """The less used of two options drawn at random."""
        first, second = self.pick(options), self.pick(options)
        chosen = second if self.drawn.get(second, 0) < self.drawn.get(first, 0) else first
        self.drawn[chosen] = self.drawn.get(chosen, 0) + 1
        return chosen

    def weighted(self, weights: dict[Choice, float]) -> Choice:
        """A key, drawn by its weight."""
        point = self.random.random() * sum(weights.values())
        for option, weight in weights.items():
            point -= weight
            if point < 0:
                return option
        return list(weights)[-1]


@dataclass(frozen=True)
class Knobs:
    """How often the grammar makes its more interesting choices."""

    person_pronoun: float = 0.18  # a subject is a pronoun
    person_name: float = 0.27  # ... or a name
    verblike_noun: float = 0.58  # a noun is one that is also a verb, where there is one
    verblike_person: float = 0.45  # ... if it is a person: few of these words are verbs, so each would be a noun too often
    nounlike_verb: float = 0.81  # a verb is one that is also a noun
    bare_plural: float = 0.7  # an object is a plural without article
    adjective: float = 0.28
    relative: float = 0.22  # a noun phrase with room for it gets a relative clause
    attachment: float = 0.16  # ... or a prepositional phrase
    fresh_content: float = 0.0  # an open-class word is one of ``fresh``
    fresh_names: bool = False


TRAIN_KNOBS = Knobs()
UNSEEN_KNOBS = Knobs(fresh_content=0.22, fresh_names=True, person_name=0.4, person_pronoun=0.1)

VERBLIKE = frozenset(verb.english for verb in (*verb_tables.NOUN_LIKE, *verb_tables.NOUN_LIKE_ALONE))


@dataclass
class World:
    """The dice with the lexicon. Methods draw one word of a kind; names come from the new ones if the knobs say so."""

    dice: Dice
    knobs: Knobs = field(default=TRAIN_KNOBS)
    nested: bool = False  # inside a relative clause, where nothing more is attached
    leaning: dict[str, float] = field(default_factory=dict)  # of words that are nouns and verbs: how much more often a noun

    def noun(self, kinds: str) -> Noun:
        """A noun of one of the kinds (a string of names with blanks between)."""
        wanted = kinds.split()
        if self.dice.chance(self.knobs.fresh_content):
            new = [noun for noun in fresh.NOUNS if noun.kind in wanted]
            if new:
                return self.dice.even(new)
        known = [noun for noun in nouns.NOUNS if noun.kind in wanted]
        both = [noun for noun in known if noun.english in VERBLIKE]
        share = self.knobs.verblike_person if wanted == ["person"] else self.knobs.verblike_noun
        if len(both) < 3 < len(known):
            return self.dice.even(known)
        if both and (len(both) == len(known) or self.dice.chance(share)):
            return self.balanced_noun(both)
        return self.dice.even([noun for noun in known if noun not in both])

    def balanced_noun(self, options: Sequence[Noun]) -> Noun:
        """One of three nouns that are verbs too: the one that was a verb more often."""
        chosen = min((self.dice.pick(options) for _ in range(3)), key=lambda noun: self.leaning.get(noun.english, 0.0))
        self.leaning[chosen.english] = self.leaning.get(chosen.english, 0.0) + 1
        return chosen

    def balanced_verb(self, options: Sequence[Verb]) -> Verb:
        """A verb that is a noun too: any, or of six the one that was a noun more often. A verb counts less, as its past is no noun."""
        if self.dice.chance(0.35):
            return self.dice.even(options)
        chosen = max((self.dice.pick(options) for _ in range(6)), key=lambda verb: self.leaning.get(verb.english, 0.0))
        self.leaning[chosen.english] = self.leaning.get(chosen.english, 0.0) - 0.6
        return chosen

    def adjective(self, kind: str) -> Adjective | None:
        """An adjective that suits a kind of noun, if there is one."""
        table = fresh.ADJECTIVES if self.dice.chance(self.knobs.fresh_content) else modifiers.ADJECTIVES
        suited = [adjective for adjective in table if kind in adjective.kinds.split()]
        return self.dice.even(suited) if suited else None

    def verb(self, *tables: Sequence[Verb]) -> Verb:
        """A verb of one of the tables; of the first one as often as ``nounlike_verb`` says."""
        if len(tables) == 1 or self.dice.chance(self.knobs.nounlike_verb):
            return self.balanced_verb(tables[0])
        return self.dice.even([verb for table in tables[1:] for verb in table])

    def transitive(self) -> Verb:
        """A verb with a direct object."""
        if self.dice.chance(self.knobs.fresh_content):
            return self.dice.even(fresh.VERBS)
        return self.verb(verb_tables.NOUN_LIKE, verb_tables.TRANSITIVE)

    def first_name(self) -> tuple[str, str]:
        """A first name and its gender."""
        gender = self.dice.pick("fm")
        if self.knobs.fresh_names:
            return self.dice.even(names.NEW_WOMEN if gender == "f" else names.NEW_MEN), gender
        return self.dice.even(names.WOMEN if gender == "f" else names.MEN), gender

    def surname(self) -> str:
        """A family name."""
        return self.dice.even(names.NEW_SURNAMES if self.knobs.fresh_names else names.SURNAMES)

    def city(self) -> Place:
        """A city."""
        return self.dice.even(names.NEW_CITIES if self.knobs.fresh_names else names.CITIES)

    def country(self) -> Place:
        """A country."""
        return self.dice.even(names.NEW_COUNTRIES if self.knobs.fresh_names else names.COUNTRIES)

    def title(self) -> tuple[str, str]:
        """A work: the noun that introduces it, and its title."""
        return self.dice.even(names.NEW_TITLED if self.knobs.fresh_names else names.TITLED)
