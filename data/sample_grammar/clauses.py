"""A subject and a predicate put together: statement, question, infinitive, relative clauses, "be" with adjectives, in both languages."""

from dataclasses import dataclass, replace

from sample_grammar import english, french, named, verbs
from sample_grammar.french import adjective_form
from sample_grammar.modifiers import BEFORE_VERB
from sample_grammar.noun_phrases import Wish, common
from sample_grammar.phrase import Agreement, NounPhrase, Pair, Token, pair, words
from sample_grammar.words import Adjective, Verb
from sample_grammar.world import World

TENSES = {
    "present": 5.5, "past": 2.0, "future": 1.3, "perfect": 0.8, "past progressive": 0.5, "progressive": 0.4, "can": 0.6, "must": 0.6,
    "used": 0.35,
}  # fmt: skip
STATIVE_TENSES = {"present": 3.6, "past": 2.4, "future": 0.5, "used": 0.2}
INFINITIVE = ("infinitive",)
POLARITIES = {"": 8.0, "not": 1.2, "never": 0.4, "no longer": 0.3}


@dataclass(frozen=True)
class Predicate:
    """A verb with its tense and negation, and in ``rest`` all that follows it.

    ``clitic`` is the French pronoun for an English object pronoun that stands in ``rest``; ``preceding`` is what a participle with
    "avoir" agrees with (that pronoun, or the noun before an object relative).
    """

    verb: Verb
    tense: str
    polarity: str = ""
    adverb: str = ""
    contracted: bool = False
    rest: Pair = Pair()
    clitic: str = ""
    preceding: Agreement | None = None


def draw_tense(world: World, verb: Verb, allowed: tuple[str, ...] = ()) -> str:
    """A tense the verb can have, from those allowed (all, if none is named)."""
    weights = STATIVE_TENSES if verb.stative else TENSES
    suited = {tense: weight for tense, weight in weights.items() if not allowed or tense in allowed}
    return world.dice.weighted(suited or {"present": 1.0, "past": 1.0})


def draw_polarity(world: World, tense: str) -> str:
    """Affirmed, or negated in a way the tense allows."""
    if tense == "used":
        return ""
    polarity = world.dice.weighted(POLARITIES)
    if polarity == "no longer" and tense not in ("present", "future"):
        return "not"
    return "not" if polarity == "never" and tense in ("can", "must", "progressive", "past progressive") else polarity


def draw_adverb(world: World, tense: str, polarity: str) -> str:
    """An adverb before the main verb, now and then."""
    if polarity or tense == "used" or not world.dice.chance(0.16):
        return ""
    return world.dice.even([word for word in BEFORE_VERB if word != "already" or tense in ("present", "perfect")])


def framed(world: World, verb: Verb, tenses: tuple[str, ...]) -> Predicate:
    """A verb with tense, negation and adverb, and nothing after it yet. An infinitive has none of the three."""
    if tenses == INFINITIVE:
        return Predicate(verb, "present")
    tense = draw_tense(world, verb, tenses)
    polarity = draw_polarity(world, tense)
    adverb = draw_adverb(world, tense, polarity)
    return Predicate(verb, tense, polarity, adverb, contracted=world.dice.chance(0.4))


def english_after_subject(subject: Agreement, predicate: Predicate) -> tuple[Token, ...]:
    """The English verb group of a statement."""
    first, rest = english.verb_group(predicate.verb, predicate.tense, predicate.polarity, predicate.adverb, subject,
                                     contracted=predicate.contracted)  # fmt: skip
    return (*first, *rest)


def french_after_subject(subject: Agreement, predicate: Predicate) -> tuple[str, ...]:
    """The French verb group with its clitic."""
    adverb = BEFORE_VERB.get(predicate.adverb, "")
    return french.verb_group(predicate.verb, predicate.tense, predicate.polarity, adverb, subject, clitic=predicate.clitic,
                             preceding=predicate.preceding)  # fmt: skip


def said(subject: Agreement, predicate: Predicate) -> Pair:
    """The predicate of a statement (without its subject)."""
    return Pair(english_after_subject(subject, predicate), french_after_subject(subject, predicate)) + predicate.rest


def stated(subject: NounPhrase, predicate: Predicate) -> Pair:
    """A statement: subject and predicate."""
    return subject.pair + said(subject.agreement, predicate)


def asked(subject: NounPhrase, predicate: Predicate, opening: Pair = Pair()) -> Pair:  # noqa: B008 (frozen)
    """A question: "does she paint", "est-ce qu'elle peint". ``opening`` is a question word ("where", "où")."""
    first, rest = english.verb_group(predicate.verb, predicate.tense, predicate.polarity, predicate.adverb, subject.agreement,
                                     inverted=True, contracted=predicate.contracted)  # fmt: skip
    both = Pair((*opening.english, *first), (*opening.french, "est-ce", "que"))
    return both + subject.pair + Pair(rest, french_after_subject(subject.agreement, predicate)) + predicate.rest


def infinitive(subject: Agreement, predicate: Predicate, link: str = "", bare: bool = False) -> Pair:
    """An infinitive, "to paint the bridge", after another verb, whose subject it shares; ``link`` is the French preposition before it."""
    start = () if bare else words("to/PART/TO")
    group = french.infinitive_group(predicate.verb, subject, predicate.clitic)
    linked = (link, *group) if link else group
    return Pair((*start, english.main(predicate.verb, "VB")), linked) + predicate.rest


def opening_word(form: str, upos: str, xpos: str, meaning: str) -> Pair:
    """A question word or a conjunction with its French."""
    return Pair((Token(form, form, upos, xpos),), tuple(meaning.split()))


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
