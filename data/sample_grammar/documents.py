"""Short documents whose later sentences can be translated only with the earlier ones in mind.

"It was expensive." is "Elle était chère." if the text spoke of a car, "Il était cher." if of a hat; "I am tired." is "Je suis fatiguée." if
the speaker said before that she is an actress. No sentence shows this by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sample_grammar import adverbials, named, verbs
from sample_grammar.clauses import Predicate, being, stated
from sample_grammar.french import noun_form
from sample_grammar.french_verbs import WITH_ETRE
from sample_grammar.generate import finished
from sample_grammar.noun_phrases import Wish, common, said_again
from sample_grammar.phrase import Agreement, NounPhrase, Pair, Sentence, pair, words
from sample_grammar.predicates import acting, alone, living, moving, with_object
from sample_grammar.sentences import done_by
from sample_grammar.words import Verb
from sample_grammar.world import World

KINDS = "thing text clothing vehicle craft place animal lamp"
TENSES = ("present", "past", "perfect", "future")


@dataclass
class Cast:
    """What the document has spoken of: the speaker (or no one), the hero, the latest thing."""

    hero: NounPhrase
    thing: NounPhrase
    speaker: Agreement | None = None


def fitting(world: World, thing: NounPhrase) -> Verb:
    """A verb with a direct object that takes such a thing."""
    table = (*verbs.NOUN_LIKE, *verbs.TRANSITIVE)
    suited = [verb for verb in table if thing.kind in verb.objects.split() and not verb.link and not verb.stative]
    return world.dice.even(suited)


def new_thing(world: World, hero: NounPhrase) -> NounPhrase:
    """A thing to speak of: several only if the hero is one, so that "they" is clear."""
    plural = not hero.agreement.plural and world.dice.chance(0.3)
    name = world.dice.pick(("the", "number")) if plural else world.dice.pick(("the", "a", "a", "this"))
    return common(world, world.noun(KINDS), Wish(role="object", plural=plural, name=name))


def arrival(world: World, cast: Cast) -> Pair:
    """The hero does something with a thing not named before."""
    cast.thing = new_thing(world, cast.hero)
    tense = world.dice.pick(("past", "past", "perfect"))
    verb = fitting(world, cast.thing)
    where = adverbials.place(world) if world.dice.chance(0.3) else Pair()
    return stated(said_again(cast.hero), with_object(Predicate(verb, tense), cast.thing)) + where


def thing_is(world: World, cast: Cast) -> Pair:
    """What the thing is, "It is expensive": the gender is that of a noun in an earlier sentence."""
    again = said_again(cast.thing)
    return stated(again, being(world, again, ()))


def thing_was_done(world: World, cast: Cast) -> Pair:
    """What was done to it, "It was painted by Rose"."""
    again = said_again(cast.thing)
    return stated(again, done_by(world, fitting_plainly(world, cast.thing), again))


def fitting_plainly(world: World, thing: NounPhrase) -> Verb:
    """A verb without particle or preposition, for the passive."""
    verb = fitting(world, thing)
    while verb.particle or verb.preposition:
        verb = fitting(world, thing)
    return verb


def someone_acts_on_it(world: World, cast: Cast) -> Pair:
    """What someone does to it, "Mark sold it yesterday": the clitic and the participle agree with the earlier noun."""
    actor = named.person(world) if world.dice.chance(0.7) else common(world, world.noun("person"), Wish(name="the"))
    verb = fitting_plainly(world, cast.thing)
    plural, gender = cast.thing.agreement.plural, cast.thing.agreement.gender
    english = "them/PRON/PRP/they" if plural else "it/PRON/PRP"
    clitic = "les" if plural else "la" if gender == "f" else "le"
    tense = world.dice.pick(TENSES)
    deed = Predicate(verb, tense, rest=Pair(words(english), ()), clitic=clitic, preceding=cast.thing.agreement)
    when = adverbials.time(world, tense) if world.dice.chance(0.4) else Pair()
    return stated(actor, deed) + when


def hero_goes_on(world: World, cast: Cast) -> Pair:
    """The hero again, by pronoun: "She is happy", "She arrived"."""
    again = said_again(cast.hero)
    frame: Callable[..., Predicate] = world.dice.weighted({being: 2.0, alone: 1.5, moving: 1.5, living: 1.0, acting: 1.0})
    deed = frame(world, again, TENSES)
    if deed.verb.french in WITH_ETRE:
        deed = replace(deed, tense=world.dice.pick(("past", "perfect")), polarity="")
    return stated(again, deed)


def speaker_goes_on(world: World, cast: Cast) -> Pair:
    """The speaker again, "I am tired": the gender is that of the speaker, said in the first sentence."""
    me = NounPhrase(pair("I/PRON/PRP", "je"), cast.speaker or Agreement(1), "person", pronoun=True)
    return stated(me, being(world, me, ()))


def introduction(world: World) -> tuple[Pair, Cast]:
    """The first sentence: it says who the hero is, or who speaks."""
    noun = world.noun("person")
    if world.dice.chance(0.4):
        while noun.feminine or noun.english == "child":
            noun = world.noun("person")
        speaker = Agreement(1, False, noun.gender)
        article = "une" if noun.gender == "f" else "un"
        article_english = "an" if noun.english[0] in "aeiou" else "a"
        start = pair(f"I/PRON/PRP am/AUX/VBP/be {article_english}/DET/DT/a {noun.english}/NOUN/NN", f"je suis {article} {noun.french}")
        hero = named.person(world)
        text = start + pair("and/CCONJ/CC I/PRON/PRP know/VERB/VBP", "et je connais") + hero.pair
        return text, Cast(hero, hero, speaker)
    while not noun.feminine:
        noun = world.noun("person")
    hero = named.person(world)
    gender = hero.agreement.gender
    article_english = "an" if noun.english[0] in "aeiou" else "a"
    role = pair(f"is/AUX/VBZ/be {article_english}/DET/DT/a {noun.english}/NOUN/NN", f"est {'une' if gender == 'f' else 'un'}")
    return hero.pair + role + Pair((), (noun_form(noun, gender, False),)), Cast(hero, hero)


def document(world: World) -> list[Sentence]:
    """Four to eight sentences: an introduction, a thing, and what became of them."""
    first, cast = introduction(world)
    made = [first, arrival(world, cast)]
    moves: dict[Callable[[World, Cast], Pair], float] = {
        thing_is: 2.0, thing_was_done: 1.0, someone_acts_on_it: 1.6, hero_goes_on: 2.0, arrival: 0.8,
    }  # fmt: skip
    if cast.speaker:
        moves[speaker_goes_on] = 2.5
    length = 4 + world.dice.below(5)
    while len(made) < length:
        made.append(world.dice.weighted(moves)(world, cast))
    return [finished(both, ".", "document") for both in made]
