"""Whole sentences: statements, sentences of two clauses, questions, commands."""

from collections.abc import Callable
from dataclasses import replace

from sample_grammar import adverbials, named, verbs
from sample_grammar.clauses import Predicate, being, draw_tense, opening_word, said, stated
from sample_grammar.constructions import row_of_words
from sample_grammar.english import main
from sample_grammar.french import participle_form, verb_group, with_preposition
from sample_grammar.french_verbs import forms
from sample_grammar.noun_phrases import Wish, common, said_again
from sample_grammar.phrase import Agreement, NounPhrase, Pair, Token, pair, words
from sample_grammar.predicates import acting, alone, giving, living, moving, object_phrase, predicate, simple, with_object
from sample_grammar.subjects import someone, something, woman_to_show
from sample_grammar.words import Verb
from sample_grammar.world import World

CLAUSES = {
    "someone": 6.0, "thing": 1.1, "event": 0.5, "passive": 0.8, "organisation": 1.9, "shown": 0.7, "team": 1.3, "garden": 4.0,
}  # fmt: skip
COPULA_KINDS = "place business room vehicle craft thing text seat clothing event idea query food"
TAKEN_UP = frozenset(["thing", "text", "vehicle", "place", "clothing", "event", "idea", "food"])
COMMA = Pair((Token(",", ",", "PUNCT", ",", glued=True),), (",",))
FRENCH_COMMA = Pair((), (",",))


def clause(world: World, tenses: tuple[str, ...] = ()) -> tuple[Pair, NounPhrase, Predicate]:
    """A simple statement, with its subject and predicate for those who want to go on from there."""
    way = world.dice.weighted(CLAUSES)
    if way == "thing":
        subject = bodily(world) if world.dice.chance(0.3) else something(world, COPULA_KINDS)
        deed = being(world, subject, tenses)
    elif way == "event":
        subject = something(world, "event transport business")
        verb = {"event": world.dice.pick((verbs.BEGIN, verbs.END)), "transport": verbs.ARRIVE}.get(subject.kind, verbs.SHUT)
        tense = draw_tense(world, verb, ("present", "past", "future"))
        deed = Predicate(verb, tense)
    elif way == "passive":
        return passive(world)
    elif way == "garden":
        subject, deed = row_of_words(world)
    elif way == "organisation":
        subject, deed = dealing(world)
    elif way == "team":
        subject, deed = competing(world)
    elif way == "shown":
        subject = woman_to_show(world)
        deed = acting(world, subject, tenses, owned=True)
    else:
        subject = someone(world)
        deed = predicate(world, subject, tenses)
    return stated(subject, deed), subject, deed


def bodily(world: World) -> NounPhrase:
    """A part of someone's body: "her left hand"."""
    owner = world.dice.pick((Agreement(3), Agreement(3, gender="f"), Agreement(1), Agreement(2)))
    return common(world, world.noun("body"), Wish(plural=False, owner=owner))


def passive(world: World) -> tuple[Pair, NounPhrase, Predicate]:
    """A passive, "The bridge was painted by Rose": the French participle agrees with the subject."""
    verb = world.transitive()
    while verb.link or verb.preposition or verb.particle or verb.stative or verb.tail or verb.objects == "drink":
        verb = world.transitive()
    kinds = " ".join(kind for kind in verb.objects.split() if kind not in ("locality", "kin", "drink"))
    subject = common(world, world.noun(kinds))
    deed = done_by(world, verb, subject)
    return stated(subject, deed), subject, deed


def done_by(world: World, verb: Verb, subject: NounPhrase) -> Predicate:
    """The predicate of a passive: "was painted by Rose"."""
    agent = someone(world, rich=False)
    while agent.pronoun:
        agent = someone(world, rich=False)
    done = Pair((main(verb, "VBN"), *words("by/ADP/IN")),
                (participle_form(forms(verb.french).participle, subject.agreement), "par"))  # fmt: skip
    return Predicate(replace(verbs.BE, stative=False), world.dice.weighted({"past": 3.0, "future": 1.0}), rest=done + agent.pair)


DEALS = tuple(verb for verb in verbs.TRANSITIVE if verb.english in ("buy", "sell", "open", "close"))


def dealing(world: World) -> tuple[NounPhrase, Predicate]:
    """A company or institution hires, builds, buys or sells."""
    subject = named.organisation(world)
    verb = world.dice.pick((verbs.HIRE, verbs.BUILD, *DEALS))
    deed = Predicate(verb, world.dice.pick(("past", "future", "perfect")))
    objects = {"hire": "person", "build": "place business", "buy": "vehicle craft", "sell": "vehicle"}.get(verb.english, "business")
    phrase = common(world, world.noun(objects), Wish(role="object"))
    return subject, with_object(deed, phrase)


def competing(world: World) -> tuple[NounPhrase, Predicate]:
    """A team beats another or wins a cup; a city's name means its team here."""
    subject = named.team(world)
    if world.dice.chance(0.6):
        return subject, with_object(Predicate(verbs.BEAT, world.dice.pick(("past", "future"))), named.team(world))
    return subject, with_object(Predicate(verbs.WIN, world.dice.pick(("past", "future"))), named.happening(world))


def plain(world: World) -> Pair:
    """A statement, often with a time, which may come first."""
    both, _, deed = clause(world)
    if deed.verb.english == "be" or not world.dice.chance(0.5):
        return both
    when = adverbials.time(world, deed.tense)
    if world.dice.chance(0.4):
        return adverbials.fronted(when, comma=world.dice.chance(0.6)) + both
    return both + when


def because(world: World) -> Pair:
    """A reason that takes up the subject: "because she was tired"."""
    subject = someone(world)
    frames = (alone, moving, living) if subject.agreement.plural else (alone, acting, moving, giving)
    frame: Callable[..., Predicate] = world.dice.pick(frames)
    deed = frame(world, subject, ("present", "past", "future", "perfect"))
    again = said_again(subject)
    reason = being(world, again, ()) if world.dice.chance(0.45) else predicate(world, again, ("present", "past"))
    word, meaning = world.dice.pick((("because", "parce que"), ("since", "puisque"), ("because", "parce que")))
    return stated(subject, deed) + opening_word(word, "SCONJ", "IN", meaning) + stated(again, reason)


def because_of_thing(world: World) -> Pair:
    """A reason that takes up the object: "bought the car because it was old": its French gender is that of the noun."""
    subject = someone(world, rich=False)
    verb = world.transitive()
    while (
        verb.link or verb.tail or not set(verb.objects.split()) & {"thing", "text", "vehicle", "place", "clothing", "event", "idea", "food"}
    ):
        verb = world.transitive()
    kinds = " ".join(kind for kind in verb.objects.split() if kind not in ("person", "kin", "locality", "drink", "animal", "stuff"))
    deed = Predicate(verb, draw_tense(world, verb, ("present", "past", "future", "perfect")))
    name = world.dice.weighted({"the": 2.0, "this": 0.7, "that": 0.7, "a": 0.7})
    plural = world.dice.chance(0.35) and not subject.agreement.plural and name != "a"
    phrase = common(world, world.noun(kinds), Wish(role="object", plural=plural, name=name))
    again = said_again(phrase)
    word, meaning = world.dice.pick((("because", "parce que"), ("because", "parce que"), ("even though", "même si")))
    conjunction = pair("even/ADV/RB though/SCONJ/IN", meaning) if " " in word else opening_word(word, "SCONJ", "IN", meaning)
    return stated(subject, with_object(deed, phrase)) + conjunction + stated(again, being(world, again, ()))


def timed(world: World) -> Pair:
    """A clause like "before the play ended", before or after the main clause; "avant que" takes the subjunctive."""
    tense = world.dice.weighted({"past": 2.0, "present": 1.0})
    subject = someone(world, rich=False)
    whole = stated(subject, predicate(world, subject, (tense,)))
    inner = common(world, world.noun("event transport"), Wish(name=world.dice.weighted({"the": 4.0, "that": 0.6, "this": 0.6})))
    if inner.agreement.plural and world.dice.chance(0.6):
        inner = common(world, world.noun("event"), Wish(plural=False, name="the"))
    if world.dice.chance(0.3):
        inner = replace(inner, pair=inner.pair + adverbials.by_noun(world))
    verb = world.dice.pick((verbs.BEGIN, verbs.END)) if inner.kind == "event" else verbs.ARRIVE
    word, meaning = world.dice.pick((("before", "avant que"), ("after", "après que"), ("when", "quand"), ("until", "jusqu'à ce que")))
    deed = Predicate(verb, tense)
    english = stated(inner, deed)
    french = english.french
    if word in ("before", "until"):  # the subjunctive of these verbs looks like the present
        french = (*inner.pair.french, *verb_group(verb, "present", "", "", inner.agreement))
    start = opening_word(word, "SCONJ", "WRB" if word == "when" else "IN", meaning)
    inside = start + Pair(english.english, french)
    if world.dice.chance(0.45):
        return adverbials.fronted(inside, comma=world.dice.chance(0.6)) + whole
    return whole + inside


def meanwhile(world: World) -> Pair:
    """Two things at once: "while the guards were watching the play"."""
    first, second = someone(world, rich=False), someone(world, rich=False)
    tense = world.dice.pick(("past", "past progressive", "present"))
    inner = simple(world, second, ("past progressive" if tense != "present" else "present",))
    whole = stated(first, simple(world, first, (tense,)))
    inside = pair("while/SCONJ/IN", "pendant que") + stated(second, inner)
    if world.dice.chance(0.4):
        return inside + COMMA + whole
    return whole + inside


def condition(world: World) -> Pair:
    """A condition: "If the guard opens the gate, Rose will ...": French has the same two tenses."""
    first, second = someone(world, rich=False), someone(world, rich=False)
    inner = opening_word("if", "SCONJ", "IN", "si") + stated(first, predicate(world, first, ("present",)))
    whole = stated(second, predicate(world, second, ("future", "can", "must")))
    if world.dice.chance(0.5):
        return inner + (COMMA if world.dice.chance(0.6) else FRENCH_COMMA) + whole
    return whole + inner


def complement(world: World) -> Pair:
    """What is said: "says that", "told the guard that": "that" may also open a relative clause or stand before a noun."""
    subject = someone(world, rich=False)
    inner, _, _ = clause(world)
    that = pair("that/SCONJ/IN", "que")
    if world.dice.chance(0.6):
        hearer = object_phrase(world, "person", subject, plain=True)
        tense = world.dice.pick(("past", "past", "present", "future"))
        told = stated(subject, Predicate(verbs.TELL, tense))
        return told + Pair(hearer.pair.english, with_preposition("à", hearer.pair.french)) + that + inner
    verb = world.dice.even(verbs.SAYING)
    tense = draw_tense(world, verb, ("present", "past"))
    return stated(subject, Predicate(verb, tense)) + that + inner


def joined(world: World) -> Pair:
    """Two statements with "and" or "but", or two predicates of one subject."""
    if world.dice.chance(0.5):
        subject = someone(world)
        tense = world.dice.pick(("present", "present", "past", "future"))
        first, second = predicate(world, subject, (tense,)), predicate(world, subject, (tense,))
        return stated(subject, first) + pair("and/CCONJ/CC", "et") + said(subject.agreement, second)
    first_clause, _, _ = clause(world)
    second_clause, _, _ = clause(world)
    word, meaning = world.dice.pick((("and", "et"), ("but", "mais")))
    return first_clause + COMMA + opening_word(word, "CCONJ", "CC", meaning) + second_clause
