"""The entries of the lexicon: what the tables in ``nouns``, ``verbs``, ``modifiers`` and ``names`` are made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun in both languages. ``kind`` says what it is, so that verbs and adjectives can choose sensible company.

    ``feminine`` is the French word for a woman where English has one word for both ("singer"): such a noun is feminine in French only
    if its own sentence says so. ``standing`` is the English preposition of place ("in" the park, "on" the beach).
    """

    english: str
    french: str
    gender: str
    kind: str
    plural: str = ""
    french_plural: str = ""
    feminine: str = ""
    standing: str = "in"

    @property
    def mass(self) -> bool:
        """Whether the noun has no plural and takes no number ("water")."""
        return self.kind in ("drink", "stuff")


@dataclass(frozen=True)
class Verb:
    """A verb with its French partner and the kinds of subject and object both take.

    ``particle`` is the "up" of "give up"; ``preposition`` stands before the English object ("look for"), ``link`` before the French one
    ("jouer de"); ``tail`` follows the French verb ("avoir besoin"). A ``stative`` verb has an imperfect for its English past and no
    progressive; ``generic`` objects ("likes books") take the definite article in French; ``placed`` verbs need a place ("left it in ...").
    """

    english: str
    french: str
    objects: str = ""
    subjects: str = "person"
    past: str = ""
    participle: str = ""
    particle: str = ""
    preposition: str = ""
    link: str = ""
    tail: str = ""
    stative: bool = False
    generic: bool = False
    placed: bool = False


@dataclass(frozen=True)
class Adjective:
    """An adjective with the kinds of noun it suits.

    ``before`` marks the few that stand before the French noun; ``vowel`` is their form before a masculine vowel ("bel" for "beau").
    """

    english: str
    french: str
    kinds: str
    feminine: str = ""
    before: bool = False
    vowel: str = ""
    comparative: str = ""


@dataclass(frozen=True)
class Place:
    """A city or country. Only countries have a French gender (and so an article); ``french`` is empty where the name is the same."""

    english: str
    french: str = ""
    gender: str = ""

    @property
    def french_name(self) -> str:
        """The name as French writes it."""
        return self.french or self.english


@dataclass(frozen=True)
class Fixed:
    """A ready-made phrase: English as ``form/UPOS/XPOS`` (``/lemma`` if it is not the form), French as plain words.

    ``when`` limits a time phrase to "past", "future" or "habit"; empty means any tense.
    """

    english: str
    french: str
    when: str = ""
