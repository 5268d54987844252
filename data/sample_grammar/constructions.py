"""Sentences that send a reader with a short view down the garden path.

"Teachers like Rose visit the museum" and "Teachers like Rose" share three words; only what comes later (or much earlier) tells a
preposition from a verb. Taggers that see two tags back fail here; those that read the whole sentence need not.
"""

from dataclasses import replace

from sample_grammar import adverbials, named, verbs
from sample_grammar.clauses import Predicate, asked, english_after_subject, said, stated
from sample_grammar.french import verb_group
from sample_grammar.modifiers import DAYS, DISTANCES, NUMBERS
from sample_grammar.noun_phrases import Wish, common, crowd
from sample_grammar.nouns import PEOPLE
from sample_grammar.phrase import Agreement, NounPhrase, Pair, Token, pair, words
from sample_grammar.predicates import acting, alone, enriched, moving, object_phrase, predicate, with_object
from sample_grammar.subjects import someone
from sample_grammar.words import Verb
from sample_grammar.world import VERBLIKE, World

LIKE = next(verb for verb in verbs.TRANSITIVE if verb.english == "like")


def like_someone(world: World) -> Pair:
    """The word "like" as a preposition after the subject ("comme"), or as the verb ("aiment")."""
    subject = common(world, world.noun("person"), Wish(role="subject", plural=True, name=world.dice.pick(("", "the"))))
    example = named.person(world) if world.dice.chance(0.7) else common(world, world.noun("person"), Wish(plural=False, name="this"))
    if world.dice.chance(0.5):
        whole = subject.pair + pair("like/ADP/IN", "comme") + example.pair
        liked = replace(subject, pair=whole)
        return stated(liked, predicate(world, liked, ("present", "past", "future")))
    more = (
        pair("and/CCONJ/CC", "et") + object_phrase(world, "person event", subject, generic=True).pair if world.dice.chance(0.6) else Pair()
    )
    return subject.pair + pair("like/VERB/VBP", "aiment") + example.pair + more


def ending(world: World, tense: str) -> Pair:
    """A time or place at the end, or nothing."""
    return adverbials.time(world, tense) if world.dice.chance(0.35) else Pair()


def garden_path(world: World) -> Pair:
    """A statement such as "The ship guards test plans"."""
    return stated(*row_of_words(world)) + ending(world, "present")


def garden_question(world: World) -> Pair:
    """A question such as "Do the old guard ships?" or "Does the old guard ship paint?"."""
    return asked(*row_of_words(world)) + ending(world, "present")


def plans_and_rests(world: World) -> Pair:
    """Both "The guides plan walks and rest" and "The guides plan walks and visits": does "and" join nouns or verbs?"""
    subject = common(world, world.noun("person"), Wish(name="the", plural=True))
    if world.dice.chance(0.4):
        subject = enriched(world, subject)
    verb = world.dice.even([entry for entry in verbs.NOUN_LIKE if set(entry.objects.split()) & {"event", "idea"}])
    kinds = " ".join(kind for kind in verb.objects.split() if kind in ("event", "idea"))
    wanted = Wish(role="object", plural=True, name="")
    noun, other = world.noun(kinds), world.noun(kinds)
    while other == noun:
        other = world.noun(kinds)
    first = stated(subject, with_object(Predicate(verb, "present"), common(world, noun, wanted)))
    both = first + pair("and/CCONJ/CC", "et")
    if world.dice.chance(0.5):
        return both + common(world, other, wanted).pair + ending(world, "present")
    second = Predicate(world.dice.even(verbs.NOUN_LIKE_ALONE), "present")
    return both + said(subject.agreement, second) + ending(world, "present")


def the_old_walk(world: World) -> Pair:
    """Both "The old walk in the park ended" and "The old walk in the park": a walk, or old people who walk."""
    if world.dice.chance(0.5):
        people = crowd(world)
        frame = world.dice.weighted({acting: 3.0, alone: 3.0})
        return stated(people, frame(world, people, ("present",))) + ending(world, "present")
    event = common(world, world.noun("event"), Wish(plural=False, name="the"))
    whole = replace(event, pair=event.pair + adverbials.by_noun(world, "place"))
    verb = world.dice.pick((verbs.BEGIN, verbs.END))
    tense = world.dice.pick(("present", "past", "future"))
    return stated(whole, Predicate(verb, tense)) + ending(world, tense)


def existence(world: World) -> Pair:
    """What there is: "There are three boats near the bridge", "Il y a trois bateaux près du pont"."""
    noun = world.noun("person animal thing text vehicle seat plant food")
    plural = world.dice.chance(0.6)
    negated = plural and world.dice.chance(0.2)
    name = "" if negated else world.dice.pick(("number", "number", "quantity", "")) if plural else "a"
    while True:
        phrase = common(world, noun, Wish(role="object", plural=plural, name=name, negated=negated))
        if not any(getattr(token, "form", "") in ("all", "most", "few") for token in phrase.pair.english):
            break
    past = world.dice.chance(0.4)
    form = {(False, False): "is/VERB/VBZ/be", (False, True): "was/VERB/VBD/be", (True, False): "are/VERB/VBP/be",
            (True, True): "were/VERB/VBD/be"}[plural, past]  # fmt: skip
    verb = "avait" if past else "a"
    start = Pair(words(f"there/PRON/EX {form}"), ("il", "ne", "y", verb, "pas") if negated else ("il", "y", verb))
    no = Pair(words("no/DET/DT"), ()) if negated else Pair()
    return start + no + phrase.pair + adverbials.place(world)


def since(world: World) -> Pair:
    """How long: "has lived in London since 1987": English perfect, French present."""
    subject = someone(world, rich=False)
    if world.dice.chance(0.6):
        verb, where = verbs.LIVE, named.at_locality(world, "in")
    else:
        verb, where = verbs.WORK_FOR, Pair(words("for/ADP/IN"), ("pour",)) + named.organisation(world).pair
    if world.dice.chance(0.3):
        event = common(world, world.noun("event"), Wish(plural=False, name=world.dice.pick(("the", "that", "this"))))
        start = pair("since/ADP/IN", "depuis") + event.pair
    elif world.dice.chance(0.5):
        number, unit = world.dice.even(list(NUMBERS)), world.dice.even(list(DISTANCES))
        start = pair(f"for/ADP/IN {number}/NUM/CD {unit}", f"depuis {NUMBERS[number]} {DISTANCES[unit]}")
    elif world.dice.chance(0.6):
        year = world.dice.even(adverbials.YEARS)
        start = pair(f"since/ADP/IN {year}/NUM/CD", f"depuis {year}")
    else:
        day = world.dice.even(list(DAYS))
        start = pair(f"since/ADP/IN {day}/PROPN/NNP", f"depuis {DAYS[day]}")
    group = english_after_subject(subject.agreement, Predicate(verb, "perfect"))
    return subject.pair + Pair(group, verb_group(verb, "present", "", "", subject.agreement)) + where + start


def roll_call(world: World) -> Pair:
    """Several people, several things, numbers and names in a row: a translation has to keep its place."""
    people = [named.person(world) for _ in range(2 + world.dice.below(3))]
    while len({person.pair.french for person in people}) < len(people):
        people = [named.person(world) for _ in people]
    gender = "f" if all(person.agreement.gender == "f" for person in people) else "m"
    subject = NounPhrase(in_a_row([person.pair for person in people]), Agreement(3, True, gender), "person", named=True)
    verb = world.dice.even(
        [entry for entry in (*verbs.NOUN_LIKE, *verbs.TRANSITIVE) if "thing" in entry.objects or "food" in entry.objects]
    )
    kinds = " ".join(kind for kind in verb.objects.split() if kind in ("thing", "text", "clothing", "food", "vehicle"))
    things: list[Pair] = []
    used: set[str] = set()
    for _ in range(1 + world.dice.below(3)):
        noun = world.noun(kinds)
        while noun.english in used:
            noun = world.noun(kinds)
        used.add(noun.english)
        many = world.dice.chance(0.7)
        things.append(common(world, noun, Wish(plural=many, name="number" if many else world.dice.pick(("a", "the")))).pair)
    tense = world.dice.pick(("past", "past", "future", "perfect"))
    objects = NounPhrase(in_a_row(things), Agreement(), "thing")
    both = stated(subject, with_object(Predicate(verb, tense), objects))
    where = adverbials.place(world) if world.dice.chance(0.5) else Pair()
    return both + where + ending(world, tense)


def in_a_row(parts: list[Pair]) -> Pair:
    """A list, "A, B and C"."""
    comma = Pair((Token(",", ",", "PUNCT", ",", glued=True),), (",",))
    whole = parts[0]
    for position, part in enumerate(parts[1:], start=1):
        whole = whole + (pair("and/CCONJ/CC", "et") if position == len(parts) - 1 else comma) + part
    return whole


def have_often(world: World) -> Pair:
    """The perfect, whose "have" is an auxiliary ("have often planned visits") and elsewhere a full verb."""
    subject = someone(world)
    frame = world.dice.weighted({acting: 3.0, moving: 1.0})
    return stated(subject, frame(world, subject, ("perfect",)))


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
