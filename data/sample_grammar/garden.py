"""Clauses that lead a short-sighted reader down the garden path.

"The ship guards test plans", "The guard tests ship plans", "The old guard ships", "The old guard ships paint": words that are nouns and
verbs stand in a row, and what each of them is follows from number agreement and from the fact that people act and things do not.
"""

from sample_grammar import verbs
from sample_grammar.clauses import Predicate
from sample_grammar.noun_phrases import Wish, common, crowd
from sample_grammar.nouns import PEOPLE
from sample_grammar.phrase import NounPhrase
from sample_grammar.predicates import alone, with_object
from sample_grammar.words import Verb
from sample_grammar.world import VERBLIKE, World

ACTED_ON = frozenset(
    ["event", "idea", "person", "query", "plant", "text", "thing", "vehicle", "craft", "place", "business", "animal", "transport", "seat"]
)
ACTORS = tuple(noun for noun in PEOPLE if noun.english in VERBLIKE)


def actors(world: World, way: str) -> NounPhrase:
    """A subject of the wanted form; ``way`` is "compound", "crowd", "adjective" or "bare"."""
    noun = world.balanced_noun(ACTORS)
    if way == "crowd":
        return crowd(world)
    plural = world.dice.chance(0.4)
    if way == "compound":
        return common(world, noun, Wish(plural=plural, name="the", compound=True))
    if way == "adjective":
        return common(world, noun, Wish(plural=plural, name="the", compound=False, crowdlike=True))
    return common(world, noun, Wish(plural=plural, name=world.dice.weighted({"the": 3.0, "that": 0.0 if plural else 1.0}), compound=False))


def row_of_words(world: World) -> tuple[NounPhrase, Predicate]:
    """A subject and a verb with a bare plural object, or without one: as few small words as can be."""
    subject = actors(world, world.dice.weighted({"compound": 1.0, "crowd": 1.2, "adjective": 1.0, "bare": 1.2}))
    if world.dice.chance(0.25):
        return subject, alone(world, subject, ("present",))
    return subject, bare_deed(world)


def bare_deed(world: World) -> Predicate:
    """A present-tense verb with a bare plural object that may be a verb elsewhere."""
    verb = nounlike_verb(world)
    kinds = " ".join(kind for kind in verb.objects.split() if kind in ACTED_ON)
    phrase = common(world, world.noun(kinds), Wish(role="object", plural=True, name="", compound=world.dice.chance(0.3)))
    return with_object(Predicate(verb, "present"), phrase)


def nounlike_verb(world: World) -> Verb:
    """A verb that is also a noun and takes something countable."""
    return world.balanced_verb([entry for entry in verbs.NOUN_LIKE if set(entry.objects.split()) & ACTED_ON])
