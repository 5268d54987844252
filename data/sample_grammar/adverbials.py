"""Where and when: phrases that stand at the end of a sentence or, with a comma, at its beginning."""

from dataclasses import replace

from sample_grammar import named
from sample_grammar.french import with_preposition
from sample_grammar.modifiers import DAYS, DISTANCES, MONTHS, NUMBERS, TIMES
from sample_grammar.noun_phrases import Wish, common
from sample_grammar.phrase import Pair, Token, pair, words
from sample_grammar.world import World

FRENCH_PREPOSITION = {
    "in": "dans",
    "on": "sur",
    "at": "à",
    "near": "près de",
    "behind": "derrière",
    "to": "à",
    "from": "de",
}
YEARS = tuple(str(year) for year in range(1955, 2024, 5))


def prepositional(preposition: str, noun_pair: Pair) -> Pair:
    """An English preposition of place before a noun phrase, and its French partner."""
    return Pair(words(f"{preposition}/ADP/IN"), ()) + Pair(
        noun_pair.english, with_preposition(FRENCH_PREPOSITION[preposition], noun_pair.french)
    )


def by_noun(world: World, kinds: str = "place business") -> Pair:
    """In, on, at, near or behind a building or site."""
    noun = world.noun(kinds)
    choices = {noun.standing: 3.0, "near": 1.0, "behind": 0.6}
    if noun.kind == "business" and noun.standing == "in":
        choices["at"] = 1.5
    preposition = world.dice.weighted(choices)
    name = "the" if preposition == "at" else world.dice.weighted({"the": 4.0, "a": 1.0, "this": 0.5, "that": 0.5})
    return prepositional(preposition, common(world, noun, Wish(plural=False, name=name)).pair)


def place(world: World) -> Pair:
    """Where something happens: by a noun or a name."""
    if world.dice.chance(0.5):
        return named.at_locality(world, world.dice.weighted({"in": 4.0, "near": 1.0}))
    return by_noun(world)


def goal(world: World) -> Pair:
    """Where someone goes."""
    if world.dice.chance(0.45):
        return named.at_locality(world, "to")
    site = common(world, world.noun("place business"), Wish(plural=False, name="the"))
    return prepositional("to", site.pair)


def origin(world: World) -> Pair:
    """Where someone comes from."""
    if world.dice.chance(0.6):
        return named.at_locality(world, "from")
    site = common(world, world.noun("place business"), Wish(plural=False, name="the"))
    return prepositional("from", site.pair)


def calendar(world: World, tense: str) -> Pair:
    """A day, month or year."""
    way = world.dice.weighted({"day": 2.0, "month": 2.0, "year": 3.5 if tense in ("past", "past progressive", "used") else 0.0})
    if way == "day":
        day = world.dice.even(list(DAYS))
        return pair(f"on/ADP/IN {day}/PROPN/NNP", DAYS[day])
    if way == "month":
        month = world.dice.weighted({name: 3.0 if name == "May" else 1.0 for name in MONTHS})
        return pair(f"in/ADP/IN {month}/PROPN/NNP", f"en {MONTHS[month]}")
    year = world.dice.even(YEARS)
    return pair(f"in/ADP/IN {year}/NUM/CD", f"en {year}")


def around_event(world: World) -> Pair:
    """Before, after or during an event: the same words also begin clauses, see ``sentences.timed``."""
    word, french_word = world.dice.pick((("before", "avant"), ("after", "après"), ("during", "pendant")))
    if world.dice.chance(0.15):
        event = named.happening(world)
    else:
        event = common(world, world.noun("event"), Wish(plural=False, name=world.dice.weighted({"the": 4.0, "this": 0.6, "that": 0.6})))
        if world.dice.chance(0.25):
            event = replace(event, pair=event.pair + by_noun(world))
    return Pair(words(f"{word}/ADP/IN"), (french_word,)) + event.pair


def ago(world: World) -> Pair:
    """So long ago: "three days ago", "il y a trois jours"."""
    number = world.dice.even(list(NUMBERS))
    unit = world.dice.even(list(DISTANCES))
    return pair(f"{number}/NUM/CD {unit} ago/ADV/RB", f"il y a {NUMBERS[number]} {DISTANCES[unit]}")


def time(world: World, tense: str) -> Pair:
    """When, in keeping with the English tense."""
    way = world.dice.weighted({"fixed": 3.0, "calendar": 2.0, "event": 2.2, "ago": 0.7 if tense == "past" else 0.0})
    if way == "ago":
        return ago(world)
    if way == "event":
        return around_event(world)
    if way == "calendar" and tense not in ("perfect", "progressive"):
        return calendar(world, tense)
    era = {"past": "past", "past progressive": "past", "future": "future", "present": "habit", "used": "habit"}.get(tense, "now")
    suited = [entry for entry in TIMES if entry.when in ("", era)]
    chosen = world.dice.even(suited)
    return pair(chosen.english, chosen.french)


def fronted(adverbial: Pair, comma: bool) -> Pair:
    """An adverbial at the beginning: always a comma in French, sometimes none in English."""
    mark = (Token(",", ",", "PUNCT", ",", glued=True),) if comma else ()
    return Pair((*adverbial.english, *mark), (*adverbial.french, ","))
