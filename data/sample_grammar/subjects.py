"""Who or what a sentence is about."""

from sample_grammar import named
from sample_grammar.noun_phrases import Wish, common, crowd, pronoun_subject
from sample_grammar.phrase import Agreement, NounPhrase, pair
from sample_grammar.predicates import enriched, kin_of
from sample_grammar.world import World


def someone(world: World, rich: bool = True) -> NounPhrase:
    """A person or several: pronoun, name, noun, two of them, or a crowd ("the old")."""
    knobs = world.knobs
    way = world.dice.weighted({
        "pronoun": knobs.person_pronoun, "name": knobs.person_name, "noun": 0.44, "two": 0.05 if rich else 0.0, "crowd": 0.05,
        "introduced": 0.04, "relative": 0.06,
    })  # fmt: skip
    if way == "pronoun":
        return pronoun_subject(world)
    if way == "name":
        return named.person(world)
    if way == "two":
        return two(world)
    if way == "crowd":
        return crowd(world)
    if way == "introduced":
        return introduced(world)
    if way == "relative":
        return family(world)
    phrase = common(world, world.noun("person"), Wish(role="subject"))
    return enriched(world, phrase) if rich else phrase


def family(world: World) -> NounPhrase:
    """For example "Rose's brother", "my aunt"."""
    noun = world.noun("kin")
    if world.dice.chance(0.5):
        return kin_of(named.person(world), noun)
    owner = world.dice.pick((Agreement(1), Agreement(2), Agreement(1, True), Agreement(3), Agreement(3, gender="f")))
    return common(world, noun, Wish(plural=False, owner=owner))


def two(world: World) -> NounPhrase:
    """Two people joined by "and"; feminine in French if both are women."""
    first = named.person(world)
    second = named.person(world) if world.dice.chance(0.6) else common(world, world.noun("person"), Wish(name="the", plural=False))
    gender = "f" if first.agreement.gender == second.agreement.gender == "f" else "m"
    both = first.pair + pair("and/CCONJ/CC", "et") + second.pair
    return NounPhrase(both, Agreement(3, True, gender), "person", named=True)


def introduced(world: World) -> NounPhrase:
    """A noun with a name, "the singer Rose Baker": the first name decides between "le chanteur" and "la chanteuse"."""
    noun = world.noun("person")
    while not noun.feminine:
        noun = world.noun("person")
    gender = world.dice.pick("fm")
    return named.introduced(world, noun.english, noun.feminine if gender == "f" else noun.french, gender)


def woman_to_show(world: World) -> NounPhrase:
    """One person whose noun says nothing of man or woman in English: the sentence must go on with "her" or "his"."""
    noun = world.noun("person")
    while not noun.feminine:
        noun = world.noun("person")
    gender = "f" if world.dice.chance(0.65) else "m"
    return common(world, noun, Wish(gender=gender, name=world.dice.pick(("the", "a", "that")), plural=False))


def something(world: World, kinds: str) -> NounPhrase:
    """A thing, place or event as subject, with a relative clause now and then."""
    return enriched(world, common(world, world.noun(kinds)))
