"""Questions and commands."""

from collections.abc import Callable
from dataclasses import replace

from sample_grammar import adverbials, english, verbs
from sample_grammar.clauses import Predicate, asked, being, draw_tense, opening_word, said
from sample_grammar.french import noun_form
from sample_grammar.french_verbs import forms
from sample_grammar.phrase import Agreement, NounPhrase, Pair, Token, pair, words
from sample_grammar.predicates import acting, alone, giving, living, moving, object_phrase, predicate, with_object
from sample_grammar.subjects import someone, something, woman_to_show
from sample_grammar.words import Verb
from sample_grammar.world import World

ASKING = ("present", "past", "future", "perfect", "progressive", "can", "must")
WH_TENSES = ("present", "past", "future", "perfect")


def yes_no(world: World) -> Pair:
    """A question for yes or no: "Does the old guard watch the play", "Est-ce que le vieux garde regarde la pièce"."""
    way = world.dice.weighted({"someone": 5.0, "thing": 0.6, "shown": 0.4})
    if way == "thing":
        subject = something(world, "place business vehicle thing text")
        return asked(subject, being(world, subject, ()))
    if way == "shown":
        subject = woman_to_show(world)
        return asked(subject, acting(world, subject, ASKING, owned=True))
    subject = someone(world)
    both = asked(subject, predicate(world, subject, ASKING))
    return both


def where_or_when(world: World) -> Pair:
    """A question for a place, a time, a reason or a manner; only a reason is asked of what is not done."""
    word, meaning = world.dice.pick((("where", "où"), ("when", "quand"), ("why", "pourquoi"), ("how", "comment")))
    subject = someone(world)
    frames = {acting: 3.0, living_somewhere: 1.5} if word == "where" else {acting: 3.0, moving: 1.0, giving: 0.7}
    frame: Callable[..., Predicate] = world.dice.weighted(frames)
    deed = frame(world, subject, WH_TENSES)
    while deed.polarity and word != "why":
        deed = frame(world, subject, WH_TENSES)
    return asked(subject, replace(deed, adverb=""), opening_word(word, "ADV", "WRB", meaning))


def living_somewhere(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """The verb "live" without its place, which is asked for."""
    return Predicate(verbs.LIVE, world.dice.pick(("present", "past", "future")))


def asked_for(world: World) -> Verb:
    """A verb whose object can be asked for with "what" or "which"."""
    verb = world.transitive()
    while verb.link or verb.tail or set(verb.objects.split()) <= {"person", "kin", "animal", "locality", "stuff", "drink"}:
        verb = world.transitive()
    return verb


def particle_of(verb: Verb) -> tuple[Token, ...]:
    """The small word that stays behind when the object is asked for: "what did she give up"."""
    if verb.particle:
        return words(f"{verb.particle}/ADP/RP")
    return words(f"{verb.preposition}/ADP/IN") if verb.preposition else ()


def what(world: World) -> Pair:
    """A question for a thing: "What did the guard paint", "Qu'est-ce que le garde a peint"."""
    verb = asked_for(world)
    subject = someone(world)
    deed = Predicate(verb, draw_tense(world, verb, WH_TENSES), rest=Pair(particle_of(verb), ()))
    both = asked(subject, deed, pair("what/PRON/WP", "que"))
    return both + (ending(world, deed.tense) if not verb.preposition else Pair())


def which(world: World) -> Pair:
    """A question for one of several: "Which letters did Rose read", "Quelles lettres est-ce que Rose a lues"; or "how many letters"."""
    verb = asked_for(world)
    kinds = " ".join(kind for kind in verb.objects.split() if kind not in ("person", "kin", "animal", "locality", "stuff", "drink"))
    noun = world.noun(kinds)
    many = world.dice.chance(0.45)
    plural = many or world.dice.chance(0.4)
    agreement = Agreement(3, plural, noun.gender)
    form = f"{english.plural(noun)}/NOUN/NNS/{noun.english}" if plural else f"{noun.english}/NOUN/NN"
    if many:
        opening = pair(f"how/ADV/WRB many/ADJ/JJ {form}", f"combien de {noun_form(noun, noun.gender, True)}")
    else:
        quel = {("m", False): "quel", ("f", False): "quelle", ("m", True): "quels", ("f", True): "quelles"}[noun.gender, plural]
        opening = pair(f"which/DET/WDT {form}", f"{quel} {noun_form(noun, noun.gender, plural)}")
    subject = someone(world, rich=world.dice.chance(0.5))
    deed = Predicate(verb, draw_tense(world, verb, WH_TENSES), rest=Pair(particle_of(verb), ()), preceding=agreement)
    return asked(subject, deed, opening) + (ending(world, deed.tense) if not verb.preposition else Pair())


def ending(world: World, tense: str) -> Pair:
    """A time at the end, or nothing."""
    return adverbials.time(world, tense) if world.dice.chance(0.35) else Pair()


def who(world: World) -> Pair:
    """A question for the subject: "Who painted the bridge", "Qui a peint le pont"."""
    subject = NounPhrase(pair("who/PRON/WP", "qui"), Agreement(), "person")
    frame = world.dice.weighted({acting: 4.0, alone: 1.0, giving: 1.0, living: 0.7})
    deed = frame(world, subject, ("present", "past", "future", "perfect", "past progressive"))
    while any(token.xpos == "PRP$" for token in deed.rest.english if isinstance(token, Token)):
        deed = frame(world, subject, ("present", "past", "future"))
    return subject.pair + said(subject.agreement, deed)


def question(world: World) -> Pair:
    """A question of any form, without its mark."""
    form = world.dice.weighted({yes_no: 4.0, where_or_when: 2.0, what: 1.3, which: 2.0, who: 1.4})
    return form(world)


def command(world: World) -> Pair:
    """A command: "Watch the play before noon", "Regardez la pièce avant midi"; or "do not"."""
    reader = NounPhrase(Pair(), Agreement(2), "person", pronoun=True)
    verb = world.transitive()
    while verb.stative:
        verb = world.transitive()
    negated = world.dice.chance(0.25)
    phrase = object_phrase(world, verb.objects, reader, negated=negated and not verb.link)
    deed = with_object(Predicate(verb, "present"), phrase)
    form = forms(verb.french).finite("present", 2, True)
    start = (*words("do/AUX/VB not/PART/RB"), english.main(verb, "VB")) if negated else (english.main(verb, "VB"),)
    both = Pair(start, ("ne", form, "pas") if negated else (form,)) + deed.rest
    return both + adverbials.around_event(world) if world.dice.chance(0.3) else both
