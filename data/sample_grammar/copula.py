"""What things and people are: adjectives and comparisons after "be"."""

from dataclasses import replace

from sample_grammar import english, named, verbs
from sample_grammar.clauses import Predicate, framed
from sample_grammar.french import adjective_form
from sample_grammar.noun_phrases import Wish, common
from sample_grammar.phrase import NounPhrase, Pair, pair, words
from sample_grammar.words import Adjective
from sample_grammar.world import World


def being(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """An adjective after "be"; "be right" is "avoir raison" for people; a comparison now and then."""
    if subject.kind in ("person", "kin") and world.dice.chance(0.08):
        return replace(framed(world, verbs.BE_RIGHT, tenses or ("present", "past")), rest=Pair(words("right/ADJ/JJ"), ()))
    predicate = framed(world, verbs.BE, tenses or ("present", "past", "future"))
    adjective = world.adjective(subject.kind)
    while adjective is None or adjective.english in ("right", "left"):
        adjective = world.adjective(subject.kind)
    form = adjective_form(adjective, subject.agreement)
    if adjective.comparative and not predicate.adverb and world.dice.chance(0.35):
        return replace(predicate, rest=compared(world, subject, adjective, form))
    return replace(predicate, rest=Pair(words(f"{adjective.english}/ADJ/JJ"), (form,)))


def compared(world: World, subject: NounPhrase, adjective: Adjective, form: str) -> Pair:
    """A comparison, "older than Rose", "as old as Rose", "older than Rose was": French leaves the last verb out."""
    person = subject.kind in ("person", "kin")
    other = named.person(world) if person and world.dice.chance(0.6) else common(
        world, world.noun("person" if person else subject.kind), Wish(name="the", plural=False))  # fmt: skip
    clause = world.dice.chance(0.5)
    linked = "SCONJ" if clause else "ADP"
    last = Pair((english.be_form(world.dice.chance(0.5), other.agreement),), ()) if clause else Pair()
    if world.dice.chance(0.45):
        start = pair(f"as/ADV/RB {adjective.english}/ADJ/JJ as/{linked}/IN", f"aussi {form} que")
    else:
        short = " " not in adjective.comparative
        degree = f"{adjective.comparative}/ADJ/JJR/{adjective.english}" if short else f"more/ADV/RBR {adjective.english}/ADJ/JJ"
        start = pair(f"{degree} than/{linked}/IN", f"plus {form} que")
    return start + other.pair + last
