"""Sentences with "to": before a verb ("asked the guides to work and rest") or before a noun ("introduced the guides to work and rest").

Which of the two it is depends on a verb several words before, so a tagger with a short view has to guess, and then guesses the next
words wrong as well. French has different words: "de travailler et de se reposer", "au travail et au repos".
"""

from dataclasses import replace

from sample_grammar import adverbials, named, verbs
from sample_grammar.clauses import Predicate, draw_tense, framed, infinitive, stated
from sample_grammar.french import with_preposition
from sample_grammar.modifiers import BARE
from sample_grammar.noun_phrases import Wish, common
from sample_grammar.phrase import NounPhrase, Pair, pair, words
from sample_grammar.predicates import enriched, simple, with_object
from sample_grammar.subjects import someone
from sample_grammar.world import World

AND = pair("and/CCONJ/CC", "et")
RESTFUL = tuple(verb for verb in verbs.NOUN_LIKE_ALONE if verb.english in BARE)
LIKED = "text event food clothing plant animal"


def ending(world: World, tense: str) -> Pair:
    """A time at the end, or nothing."""
    return adverbials.time(world, tense) if world.dice.chance(0.3) else Pair()


def to_doing(world: World, doer: NounPhrase, link: str) -> Pair:
    """The word "to" and one or two infinitives; each has its own preposition in French, but for "pour"."""
    if world.dice.chance(0.3):
        return infinitive(doer.agreement, simple(world, doer), link)
    deeds = two_of(world, [verb.english for verb in RESTFUL])
    chosen = [next(verb for verb in RESTFUL if verb.english == deed) for deed in deeds]
    first = infinitive(doer.agreement, Predicate(chosen[0], "present"), link)
    if len(chosen) == 1:
        return first
    return first + AND + infinitive(doer.agreement, Predicate(chosen[1], "present"), link, bare=True)


def to_thing(world: World) -> Pair:
    """The word "to" and one or two nouns."""
    things = two_of(world, list(BARE))
    english = " and/CCONJ/CC ".join(f"{thing}/NOUN/NN" for thing in things)
    french = with_preposition("à", BARE[things[0]].split())
    for thing in things[1:]:
        french = (*french, "et", *with_preposition("à", BARE[thing].split()))
    return Pair((*words("to/ADP/IN"), *words(english)), french)


def two_of(world: World, options: list[str]) -> list[str]:
    """One or two different options."""
    first = world.dice.even(options)
    if world.dice.chance(0.55):
        return [first]
    return [first, world.dice.even([option for option in options if option != first])]


def people(world: World, role: str = "object") -> NounPhrase:
    """The people who are asked or introduced."""
    if world.dice.chance(0.25):
        return named.person(world)
    phrase = common(world, world.noun("person"), Wish(name=world.dice.weighted({"the": 2.5, "this": 0.5, "": 0.0}), role=role))
    return enriched(world, phrase) if world.dice.chance(0.4) else phrase


def prefers(world: World) -> Pair:
    """One thing rather than another: "prefers books to work", "préfère les livres au travail"."""
    subject = someone(world)
    preferred = common(world, world.noun(LIKED), Wish(plural=True, name="", generic=True))
    preferred = enriched(world, replace(preferred, definite=True)) if world.dice.chance(0.25) else preferred
    if world.dice.chance(0.75):
        second = to_thing(world)
    else:
        phrase = common(world, world.noun("text event food"), Wish(plural=True, name="", generic=True))
        second = Pair((*words("to/ADP/IN"), *phrase.pair.english), with_preposition("à", phrase.pair.french))
    tense = draw_tense(world, verbs.PREFER, ("present", "past"))
    return stated(subject, Predicate(verbs.PREFER, tense)) + preferred.pair + second + ending(world, tense)


def introduces(world: World) -> Pair:
    """People and what is new to them: "introduced the guides to work and rest", "a initié les guides au travail et au repos"."""
    subject, guests = someone(world, rich=False), people(world)
    deed = framed(world, verbs.INTRODUCE, ("present", "past", "future", "perfect"))
    return stated(subject, with_object(deed, guests)) + to_thing(world) + ending(world, deed.tense)


def asks(world: World) -> Pair:
    """People and what they are to do: "asked the guides to work and rest", "a demandé aux guides de travailler et de se reposer"."""
    subject, doers = someone(world, rich=False), people(world)
    verb = world.dice.even(verbs.ASKING)
    deed = framed(world, verb, ("present", "past", "future", "perfect"))
    link = {"teach": "à", "help": "à"}.get(verb.english, "de")
    return stated(subject, with_object(deed, doers)) + to_doing(world, doers, link) + ending(world, deed.tense)


def needs(world: World) -> Pair:
    """The means, then the end: "needs time to work", "uses maps to guide visitors"."""
    subject = someone(world)
    if world.dice.chance(0.4):
        verb, means = verbs.NEED, common(world, world.noun("stuff"), Wish(name=""))
    else:
        verb = world.dice.even((verbs.USE, *verbs.MEANS))
        means = common(world, world.noun(verb.objects), Wish(plural=True, name=world.dice.pick(("", "", "the"))))
    tense = draw_tense(world, verb, ("present", "past", "future"))
    return stated(subject, with_object(Predicate(verb, tense), means)) + to_doing(world, subject, "pour") + ending(world, tense)
