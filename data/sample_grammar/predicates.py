"""What can be said of a subject: objects, pronouns, infinitives, adjectives, places; and relative clauses, which say it of a noun."""

from collections.abc import Callable
from dataclasses import replace

from sample_grammar import adverbials, english, named, verbs
from sample_grammar.clauses import INFINITIVE, Predicate, being, draw_adverb, draw_tense, framed, infinitive, said, stated
from sample_grammar.french import participle_form, with_preposition
from sample_grammar.french_verbs import forms
from sample_grammar.modifiers import AFTER_VERB, HARD_VERBS
from sample_grammar.noun_phrases import OBJECTS, Wish, common, owner_of, pronoun_subject
from sample_grammar.phrase import Agreement, NounPhrase, Pair, Token, pair, words
from sample_grammar.words import Noun, Verb
from sample_grammar.world import World


def object_phrase(world: World, kinds: str, subject: NounPhrase, *, negated: bool = False, generic: bool = False,
                  owned: bool = False, plain: bool = False) -> NounPhrase:  # fmt: skip
    """An object of one of the kinds: a name, a possession of the subject (always, if ``owned``), or a common noun."""
    dice, wanted = world.dice, kinds.split()
    if not owned:
        if "person" in wanted and dice.chance(0.35):
            return named.person(world)
        if "locality" in wanted and (len(wanted) == 1 or dice.chance(0.5)):
            return named.locality(world)
        if "event" in wanted and dice.chance(0.18):
            return named.happening(world) if dice.chance(0.4) else named.work(world)
        if "text" in wanted and len(wanted) < 3 and dice.chance(0.35):
            return named.work(world)
    kin = "kin" in wanted and dice.chance(0.4)
    noun = world.noun("kin" if kin else " ".join(kind for kind in wanted if kind != "locality"))
    if noun.kind == "kin" and not owned and dice.chance(0.4):
        return kin_of(named.person(world), noun)
    possessed = owned or noun.kind == "kin" or dice.chance(0.12)
    possessor = owner_of(subject) if possessed else None
    phrase = common(world, noun, Wish(role="object", owner=possessor, negated=negated and not generic, generic=generic))
    return phrase if plain else enriched(world, phrase)


def kin_of(owner: NounPhrase, noun: Noun) -> NounPhrase:
    """Someone's relative: "Rose's brother", "le frère de Rose"."""
    both = named.belonging(owner, f"{noun.english}/NOUN/NN", ("la" if noun.gender == "f" else "le", noun.french))
    return NounPhrase(both, Agreement(3, False, noun.gender), "kin", named=True)


def enriched(world: World, phrase: NounPhrase) -> NounPhrase:
    """The noun phrase, sometimes with a relative clause or a phrase of place after it."""
    if not phrase.definite or phrase.named or world.nested:
        return phrase
    if world.dice.chance(world.knobs.relative):
        return replace(phrase, pair=phrase.pair + relative(world, phrase), definite=False)
    if world.dice.chance(world.knobs.attachment) and phrase.kind in ("person", "animal", "thing", "plant", "vehicle", "craft", "seat"):
        where = adverbials.origin(world) if phrase.kind == "person" and world.dice.chance(0.4) else adverbials.place(world)
        return replace(phrase, pair=phrase.pair + where, definite=False)
    return phrase


def with_object(predicate: Predicate, phrase: NounPhrase) -> Predicate:
    """The predicate with an object: particle and prepositions of both languages put where they belong."""
    verb = predicate.verb
    small = words(f"{verb.particle}/ADP/RP") if verb.particle else words(f"{verb.preposition}/ADP/IN") if verb.preposition else ()
    return replace(predicate, rest=Pair((*small, *phrase.pair.english), with_preposition(verb.link, phrase.pair.french)))


def acting(world: World, subject: NounPhrase, tenses: tuple[str, ...], owned: bool = False) -> Predicate:
    """A verb with a direct object (or one that French takes with a preposition)."""
    verb = world.transitive()
    if owned:
        while not set(verb.objects.split()) & {"thing", "text", "clothing", "kin", "vehicle", "idea", "event"} or verb.tail:
            verb = world.transitive()
    predicate = framed(world, verb, tenses)
    phrase = object_phrase(world, verb.objects, subject, negated=bool(predicate.polarity) and not verb.link,
                           generic=verb.generic, owned=owned)  # fmt: skip
    return with_object(predicate, phrase)


def acting_on_pronoun(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """A verb with an object pronoun: after the verb in English, before it in French."""
    suited = [verb for verb in (*verbs.NOUN_LIKE, *verbs.TRANSITIVE) if "person" in verb.objects.split() and verb.link in ("", "à")]
    verb = world.dice.even([verb for verb in suited if verb.english != "think" and (verb.english, verb.link) != ("talk", "")])
    same = subject.agreement.person
    pronoun = world.dice.even([form for form, row in OBJECTS.items() if row[2].person == 3 or row[2].person != same])
    direct, indirect, agreement = OBJECTS[pronoun]
    predicate = framed(world, verb, tenses)
    small = words(f"{verb.preposition}/ADP/IN") if verb.preposition else ()
    return replace(predicate, rest=Pair((*small, *words(pronoun)), ()), clitic=indirect if verb.link else direct,
                   preceding=None if verb.link else agreement)  # fmt: skip


def manner(world: World, verb: Verb) -> Pair:
    """How something is done."""
    suited = [word for word in AFTER_VERB if word != "hard" or verb.english in HARD_VERBS]
    word = "hard" if verb.english in HARD_VERBS and world.dice.chance(0.3) else world.dice.even(suited)
    return pair(f"{word}/ADV/RB", AFTER_VERB[word])


def alone(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """A verb without object, with a manner or a place or neither."""
    predicate = framed(world, world.verb(verbs.NOUN_LIKE_ALONE, verbs.ALONE), tenses)
    calm = predicate.verb.english in ("stay", "dream", "arrive", "vote", "fall", "leave")
    way = world.dice.weighted({"manner": 0.0 if calm else 1.0, "place": 0.0 if predicate.verb.english == "leave" else 1.6, "": 1.0})
    rest = {"manner": lambda: manner(world, predicate.verb), "place": lambda: adverbials.place(world), "": Pair}[way]()
    return replace(predicate, rest=rest)


def giving(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """Someone gets something: "gives the child a book" or "gives a book to the child"; French has one order for both."""
    predicate = framed(world, world.dice.even(verbs.GIVING), tenses)
    thing = object_phrase(world, predicate.verb.objects, subject, negated=bool(predicate.polarity), plain=True)
    person = named.person(world) if world.dice.chance(0.4) else common(world, world.noun("person"), Wish(name="the"))
    french_words = (*thing.pair.french, *with_preposition("à", person.pair.french))
    if world.dice.chance(0.5):
        return replace(predicate, rest=Pair((*person.pair.english, *thing.pair.english), french_words))
    return replace(predicate, rest=Pair((*thing.pair.english, *words("to/ADP/IN"), *person.pair.english), french_words))


def moving(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """Going somewhere, or coming from somewhere."""
    verb = world.dice.even(verbs.MOVING)
    predicate = framed(world, verb, tenses)
    if verb.english == "come":
        return replace(predicate, rest=adverbials.origin(world))
    if verb.link:
        site = common(world, world.noun("place business"), Wish(plural=False, name="the"))
        return replace(predicate, rest=Pair((*words("to/ADP/IN"), *site.pair.english), with_preposition(verb.link, site.pair.french)))
    if world.dice.chance(0.3):
        return replace(predicate, rest=pair("to/ADP/IN work/NOUN/NN", "au travail"))
    return replace(predicate, rest=adverbials.goal(world))


def placing(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """Leaving or putting something somewhere; here "leave" is "laisser"."""
    predicate = framed(world, world.dice.even(verbs.PLACING), tenses)
    thing = object_phrase(world, predicate.verb.objects, subject, negated=bool(predicate.polarity), plain=True)
    return replace(predicate, rest=thing.pair + adverbials.by_noun(world))


def living(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """Living somewhere, or working for someone (only this shows that "Velin" is a company)."""
    if world.dice.chance(0.5):
        return replace(framed(world, verbs.LIVE, tenses), rest=named.at_locality(world, "in"))
    employer = named.founded_by(world) if world.dice.chance(0.35) else named.organisation(world)
    both = Pair((*words("for/ADP/IN"), *employer.pair.english), ("pour", *employer.pair.french))
    return replace(framed(world, verbs.WORK_FOR, tenses), rest=both)


def having(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """Possession: "have" as a full verb."""
    predicate = framed(world, verbs.HAVE, tenses or ("present", "past", "future"))
    phrase = object_phrase(world, "thing text vehicle animal idea event clothing", subject, negated=bool(predicate.polarity), plain=True)
    return replace(predicate, rest=phrase.pair)


def willing(world: World, subject: NounPhrase, tenses: tuple[str, ...]) -> Predicate:
    """Wanting, planning, refusing to do one or two things: "wants to visit the city and book a room"."""
    predicate = framed(world, world.dice.even(verbs.WILLING), tenses)
    link = predicate.verb.link
    first = Predicate(world.dice.even(verbs.NOUN_LIKE_ALONE), "present") if world.dice.chance(0.25) else simple(world, subject)
    deed = infinitive(subject.agreement, first, link)
    if world.dice.chance(0.3):
        second = infinitive(subject.agreement, simple(world, subject), link, bare=True)
        deed = deed + pair("and/CCONJ/CC", "et") + second
    return replace(predicate, rest=deed)


def simple(world: World, subject: NounPhrase, tenses: tuple[str, ...] = INFINITIVE) -> Predicate:
    """A deed without infinitives inside, for places that have no room for more."""
    way: Callable[..., Predicate] = world.dice.weighted({acting: 4.0, alone: 1.4, giving: 0.6, acting_on_pronoun: 0.6, moving: 0.5})
    predicate = way(world, subject, tenses)
    while predicate.verb.stative:
        predicate = way(world, subject, tenses)
    return predicate


FRAMES: dict[Callable[[World, NounPhrase, tuple[str, ...]], Predicate], float] = {
    acting: 5.0, acting_on_pronoun: 0.8, alone: 1.6, giving: 0.8, moving: 0.8, placing: 0.4, living: 0.7, having: 0.5, being: 1.1,
    willing: 1.3,
}  # fmt: skip


def predicate(world: World, subject: NounPhrase, tenses: tuple[str, ...] = ()) -> Predicate:
    """Anything that can be said of a person."""
    return world.dice.weighted(FRAMES)(world, subject, tenses)


# --- relative clauses -------------------------------------------------------------------------------------------------------------


def relative(world: World, head: NounPhrase) -> Pair:
    """A relative clause for a noun phrase: "who ...", "that the guard saw", "where she works", "painted by Rose"."""
    options = {by_object: 1.0, reduced: 0.4}
    if head.kind in ("person", "kin"):
        options[by_subject] = 2.0
    if head.kind in ("place", "business"):
        options[by_place] = 1.5
    chosen: Callable[[World, NounPhrase], Pair] = world.dice.weighted(options)
    world.nested = True
    clause = chosen(world, head)
    world.nested = False
    return clause


def by_subject(world: World, head: NounPhrase) -> Pair:
    """A clause like "who lost the key": the noun is the subject."""
    pronoun = world.dice.weighted({"who/PRON/WP": 1.5, "that/PRON/WDT": 1.9})
    tenses = ("present", "past", "future", "perfect", "past progressive")
    frame: Callable[..., Predicate] = world.dice.weighted({acting: 3.0, alone: 1.0, living: 1.0, being: 0.5, acting_on_pronoun: 0.5})
    return Pair(words(pronoun), ("qui",)) + said(head.agreement, frame(world, head, tenses))


def verbs_for(head: NounPhrase) -> list[Verb]:
    """Verbs that take the head as their direct object in both languages."""
    return [verb for verb in (*verbs.NOUN_LIKE, *verbs.TRANSITIVE) if head.kind in verb.objects.split() and not verb.link]


def small_subject(world: World) -> NounPhrase:
    """A short subject for the clause inside."""
    way = world.dice.weighted({"pronoun": 1.0, "name": 1.2, "noun": 1.6})
    if way == "pronoun":
        return pronoun_subject(world)
    if way == "name":
        return named.person(world)
    return common(world, world.noun("person"), Wish(name="the"))


def by_object(world: World, head: NounPhrase) -> Pair:
    """A clause like "that the guard saw" or "the guard saw": the noun is the object, and a French participle agrees with it."""
    suited = verbs_for(head)
    if not suited:
        return by_subject(world, head) if head.kind in ("person", "kin") else Pair()
    link = world.dice.weighted({"that/PRON/WDT": 3.0, "which/PRON/WDT": 0.0 if head.kind in ("person", "kin") else 0.7, "": 0.7})
    verb = world.dice.even(suited)
    tense = draw_tense(world, verb, ("present", "past", "perfect", "past progressive"))
    particle = words(f"{verb.particle}/ADP/RP") if verb.particle else words(f"{verb.preposition}/ADP/IN") if verb.preposition else ()
    inner = Predicate(verb, tense, adverb=draw_adverb(world, tense, ""), rest=Pair(particle, ()), preceding=head.agreement)
    return Pair(words(link) if link else (), ("que",)) + stated(small_subject(world), inner)


def by_place(world: World, head: NounPhrase) -> Pair:
    """A clause like "where she works"."""
    subject = small_subject(world)
    return pair("where/ADV/WRB", "où") + stated(subject, acting(world, subject, ("present", "past", "past progressive")))


def reduced(world: World, head: NounPhrase) -> Pair:
    """A clause like "painted by Rose": a participle alone, which agrees in French."""
    suited = [verb for verb in verbs_for(head) if not verb.particle and not verb.preposition and not verb.stative]
    if not suited:
        return by_object(world, head)
    verb = world.dice.even(suited)
    agent = named.person(world) if world.dice.chance(0.5) else common(world, world.noun("person"), Wish(name="the"))
    participle = participle_form(forms(verb.french).participle, head.agreement)
    start: tuple[Token, ...] = (english.main(verb, "VBN"), *words("by/ADP/IN"))
    return Pair(start, (participle, "par")) + agent.pair
