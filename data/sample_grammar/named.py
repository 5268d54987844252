"""Names as noun phrases: people, places, organisations, events and works, with the entities inside one another."""

from sample_grammar.french import with_preposition
from sample_grammar.names import COMPANY_ENDINGS, EVENTS, INSTITUTIONS, TEAM_ENDINGS, TITLES
from sample_grammar.phrase import Agreement, Entity, NounPhrase, Pair, Piece, Token, pair, proper, words
from sample_grammar.words import Place
from sample_grammar.world import World


def person(world: World) -> NounPhrase:
    """A person: a first name, a full name, or a title with a family name."""
    way = world.dice.weighted({"first": 5.0, "full": 3.0, "title": 1.6})
    if way == "title":
        title = world.dice.even(list(TITLES))
        surname = world.surname()
        french_title, gender = TITLES[title]
        both = Pair((*proper(title), Entity("PER", proper(surname))), (*french_title.split(), surname))
        return NounPhrase(both, Agreement(3, False, gender), "person", named=True)
    name, gender = world.first_name()
    if way == "full":
        name = f"{name} {world.surname()}"
    return NounPhrase(Pair((Entity("PER", proper(name)),), tuple(name.split())), Agreement(3, False, gender), "person", named=True)


def place_name(place: Place) -> NounPhrase:
    """A city or country as subject or object; countries have an article in French."""
    article = {"f": ("la",), "m": ("le",), "": ()}[place.gender]
    both = Pair((Entity("LOC", proper(place.english)),), (*article, place.french_name))
    return NounPhrase(both, Agreement(3, False, place.gender or "m"), "locality", named=True)


def locality(world: World) -> NounPhrase:
    """A city, or less often a country."""
    return place_name(world.city() if world.dice.chance(0.65) else world.country())


def at_locality(world: World, preposition: str) -> Pair:
    """A phrase with "in", "to", "from" or "near" a city or country: "à Lyon", "en Espagne", "au Canada", "du Canada"."""
    place = world.city() if world.dice.chance(0.65) or preposition == "near" else world.country()
    english: tuple[Piece, ...] = (*words(f"{preposition}/ADP/IN"), Entity("LOC", proper(place.english)))
    vowel = place.french_name[0] in "AEIOUÉ"
    if preposition == "near":
        return Pair(english, ("près", "de", place.french_name))
    if preposition == "from":
        article = ("de",) if place.gender != "m" or vowel else ("du",)
        return Pair(english, (*article, place.french_name))
    linking = {"": "à", "f": "en", "m": "en" if vowel else "au"}[place.gender]
    return Pair(english, (linking, place.french_name))


def filled(world: World, english_pattern: str, french_pattern: str) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    """A pattern of INSTITUTIONS or EVENTS with its letters replaced by names; the English parts without the leading "the"."""
    city, (first, _), surname = world.city(), world.first_name(), world.surname()
    inside: dict[str, tuple[Piece, ...]] = {
        "C": (Entity("LOC", proper(city.english)),),
        "P": (Entity("PER", proper(f"{first} {surname}")),),
        "S": (Entity("PER", proper(surname)),),
    }
    french_names = {"C": (city.french_name,), "P": (first, surname), "S": (surname,)}
    english: list[Piece] = []
    for word in english_pattern.split()[1:]:
        english += inside.get(word) or proper(word)
    french: list[str] = []
    for word in french_pattern.split():
        if word.startswith("l'"):
            french += ["la" if word in ("l'université", "l'école") else "le", word[2:]]
        else:
            french += french_names.get(word, (word,))
    return tuple(english), tuple(french)


def institution(world: World) -> NounPhrase:
    """A university, museum, bank, foundation ...: an ORG, most with a LOC or PER inside."""
    english_pattern, french_pattern, gender = world.dice.even(INSTITUTIONS)
    english, french = filled(world, english_pattern, french_pattern)
    both = Pair((*words("the/DET/DT"), Entity("ORG", english)), french)
    return NounPhrase(both, Agreement(3, False, gender), "organisation", named=True)


def company(world: World) -> NounPhrase:
    """A company: "Velin Motors" (with a PER or LOC inside), "Stone and Baker", copied in French."""
    if world.dice.chance(0.2):
        first, second = world.surname(), world.surname()
        parts: tuple[Piece, ...] = (Entity("PER", proper(first)), *proper("and"), Entity("PER", proper(second)))
        return NounPhrase(Pair((Entity("ORG", parts),), (first, "and", second)), Agreement(), "organisation", named=True)
    ending = world.dice.even(COMPANY_ENDINGS)
    if world.dice.chance(0.5):
        name, label = world.surname(), "PER"
    else:
        name, label = world.city().english, "LOC"
    parts = (Entity(label, proper(name)), *proper(ending))
    return NounPhrase(Pair((Entity("ORG", parts),), (name, ending)), Agreement(), "organisation", named=True)


def founded_by(world: World) -> NounPhrase:
    """A company called by its founder's name alone: an ORG only where someone works for it."""
    surname = world.surname()
    return NounPhrase(Pair((Entity("ORG", proper(surname)),), (surname,)), Agreement(), "organisation", named=True)


def organisation(world: World) -> NounPhrase:
    """A company or an institution."""
    return company(world) if world.dice.chance(0.5) else institution(world)


def team(world: World) -> NounPhrase:
    """A team: a city's name alone (only what it does shows that it is an ORG), or with "United" and the like. Copied in French."""
    name = world.city().english
    if world.dice.chance(0.6):
        return NounPhrase(Pair((Entity("ORG", proper(name)),), (name,)), Agreement(), "team", named=True)
    ending = world.dice.even(TEAM_ENDINGS)
    parts: tuple[Piece, ...] = (Entity("LOC", proper(name)), *proper(ending))
    return NounPhrase(Pair((Entity("ORG", parts),), (name, ending)), Agreement(), "team", named=True)


def happening(world: World) -> NounPhrase:
    """A festival, cup, marathon, prize or battle: MISC with a LOC or PER inside."""
    english_pattern, french_pattern, gender = world.dice.even(EVENTS)
    english, french = filled(world, english_pattern, french_pattern)
    return NounPhrase(Pair((*words("the/DET/DT"), Entity("MISC", english)), french), Agreement(3, False, gender), "event", named=True)


def work(world: World) -> NounPhrase:
    """A novel, film or play with its title, which is copied in French."""
    noun, title = world.title()
    french_noun, gender = {"novel": ("le roman", "m"), "film": ("le film", "m"), "play": ("la pièce", "f")}[noun]
    start = pair(f"the/DET/DT {noun}/NOUN/NN", french_noun)
    whole = start + Pair((Entity("MISC", proper(title)),), tuple(title.split()))
    kind = "text" if noun == "novel" else "event"
    return NounPhrase(whole, Agreement(3, False, gender), kind, named=True)


def introduced(world: World, english_noun: str, french_noun: str, gender: str) -> NounPhrase:
    """A noun with a name behind it: "the singer Rose Baker", whose first name shows the gender."""
    names = [world.first_name() for _ in range(6)]
    first = next((name for name, sex in names if sex == gender), "Anna" if gender == "f" else "Paul")
    surname = world.surname()
    article = "la" if gender == "f" else "le"
    start = pair(f"the/DET/DT {english_noun}/NOUN/NN", f"{article} {french_noun}")
    whole = start + Pair((Entity("PER", proper(f"{first} {surname}")),), (first, surname))
    return NounPhrase(whole, Agreement(3, False, gender), "person", named=True)


def belonging(owner: NounPhrase, owned_english: str, owned: tuple[str, ...]) -> Pair:
    """The genitive: "Rose's brother", "le frère de Rose". ``owned`` is the French phrase with its article."""
    mark = Token("'s", "'s", "PART", "POS", glued=True)
    return Pair((*owner.pair.english, mark, *words(owned_english)), (*owned, *with_preposition("de", owner.pair.french)))
