"""Noun phrases with a common noun, and pronouns: determiner, number, adjectives, compounds, in both orders."""

from dataclasses import dataclass, replace

from sample_grammar import english, french
from sample_grammar.modifiers import ADJECTIVES, CROWDS, NUMBERS, QUANTITIES
from sample_grammar.names import NATIONALITIES
from sample_grammar.nouns import COMPOUNDS
from sample_grammar.phrase import Agreement, Entity, NounPhrase, Pair, Piece, Token, pair, tokens_of
from sample_grammar.words import Adjective, Noun
from sample_grammar.world import World

SUBJECTS = {
    "I/PRON/PRP": ("je", Agreement(1)), "you/PRON/PRP": ("vous", Agreement(2)), "he/PRON/PRP": ("il", Agreement(3)),
    "she/PRON/PRP": ("elle", Agreement(3, gender="f")), "we/PRON/PRP": ("nous", Agreement(1, True)),
    "they/PRON/PRP": ("ils", Agreement(3, True)),
}  # fmt: skip
# English object pronoun: French direct clitic, French indirect clitic, what a participle agrees with
OBJECTS = {
    "me/PRON/PRP/I": ("me", "me", Agreement(1)), "you/PRON/PRP": ("vous", "vous", Agreement(2)),
    "him/PRON/PRP/he": ("le", "lui", Agreement(3)), "her/PRON/PRP/she": ("la", "lui", Agreement(3, gender="f")),
    "us/PRON/PRP/we": ("nous", "nous", Agreement(1, True)), "them/PRON/PRP/they": ("les", "leur", Agreement(3, True)),
}  # fmt: skip
POSSESSIVES = {
    (1, False): ("my", "I", ("mon", "ma", "mes")), (1, True): ("our", "we", ("notre", "notre", "nos")),
    (2, False): ("your", "you", ("votre", "votre", "vos")), (3, True): ("their", "they", ("leur", "leur", "leurs")),
}  # fmt: skip
ARTICLES = {"the": ("le", "la", "les"), "a": ("un", "une", "des"), "this": ("ce", "cette", "ces"), "that": ("ce", "cette", "ces")}


@dataclass(frozen=True)
class Wish:
    """What a noun phrase should be like; what is left open is drawn.

    ``role`` ("subject", "object" or "other") weighs the determiners, ``name`` fixes one; ``owner`` makes it a possession ("her book");
    ``negated`` objects lose their article ("pas de livre"), ``generic`` ones have a definite one ("aime les livres"); ``compound``
    asks for a noun before the noun ("dance judges"), or none; ``crowdlike`` for an adjective that could also name people ("the old").
    """

    role: str = "other"
    gender: str = ""
    name: str | None = None
    plural: bool | None = None
    owner: Agreement | None = None
    negated: bool = False
    generic: bool = False
    compound: bool | None = None
    crowdlike: bool = False


ANYHOW = Wish()
CROWDLIKE = tuple(adjective for adjective in ADJECTIVES if adjective.english in CROWDS)


def by_agreement(row: tuple[str, str, str], agreement: Agreement) -> str:
    """The masculine, feminine or plural form of a French determiner."""
    return row[2] if agreement.plural else row[1] if agreement.gender == "f" else row[0]


def possessive(owner: Agreement, thing: Agreement) -> Pair:
    """A possessive ("her book"): in English the owner decides, in French the thing."""
    if owner.person == 3 and not owner.plural:
        form, lemma = {"m": ("his", "he"), "f": ("her", "she"), "n": ("its", "it")}[owner.gender]
        row = ("son", "sa", "ses")
    else:
        form, lemma, row = POSSESSIVES[owner.person, owner.plural if owner.person != 2 else False]
    return Pair((Token(form, lemma, "PRON", "PRP$"),), (by_agreement(row, thing),))


def adjectives_for(world: World, noun: Noun) -> list[Adjective]:
    """No, one or two adjectives; a nationality now and then."""
    chosen: list[Adjective] = []
    if world.dice.chance(world.knobs.adjective):
        adjective = world.adjective(noun.kind)
        if adjective:
            chosen.append(adjective)
    if world.dice.chance(0.11):
        suited = [entry for entry in NATIONALITIES if noun.kind in entry.kinds.split()]
        if suited:
            chosen.append(world.dice.even(suited))
    return chosen


def english_adjective(adjective: Adjective) -> Piece:
    """The English word; a nationality is an entity too."""
    token = Token(adjective.english, adjective.english, "ADJ", "JJ")
    return Entity("MISC", (token,)) if adjective.english[0].isupper() else token


def french_noun_group(noun: Noun, adjectives: list[Adjective], agreement: Agreement, compound: str) -> list[str]:
    """Adjectives and noun in French order, with "bel", "nouvel", "vieil" before a vowel."""
    group = [french.noun_form(noun, agreement.gender, agreement.plural)]
    close = compound.startswith(("de ", "d'")) and not compound.startswith(("de la ", "de l'"))
    if close:
        group += compound.split()  # "juges de danse brésiliens", but "juges brésiliens de la ville"
    for adjective in reversed(adjectives):
        form = french.adjective_form(adjective, agreement)
        if not adjective.before:
            group.append(form)  # "expensive Polish soups", "soupes polonaises chères"
            continue
        single = not agreement.plural and agreement.gender == "m"
        group.insert(0, adjective.vowel if adjective.vowel and single and french.starts_with_vowel(group[0]) else form)
    return group if close else group + compound.split()


def english_noun_group(noun: Noun, adjectives: list[Adjective], plural: bool, compound: str) -> tuple[Piece, ...]:
    """Adjectives, first noun of a compound, noun."""
    form = Token(english.plural(noun), noun.english, "NOUN", "NNS") if plural else Token(noun.english, noun.english, "NOUN", "NN")
    first = (Token(compound, compound, "NOUN", "NN"),) if compound else ()
    return (*map(english_adjective, adjectives), *first, form)


def determiner(world: World, noun: Noun, agreement: Agreement, role: str) -> str:
    """The name of a determiner that fits the noun and its place in the sentence ("subject", "object", "other")."""
    if noun.mass:
        return world.dice.weighted({"the": 2.0, "": 3.0 if role == "object" else 0.0, "this": 0.5})
    if agreement.plural:
        bare = {"subject": 0.6, "object": 4 * world.knobs.bare_plural, "other": 0.0}[role]
        return world.dice.weighted({"the": 1.6, "": bare, "number": 0.5, "quantity": 0.4, "this": 0.25, "that": 0.25})
    return world.dice.weighted({"the": 2.6, "a": 1.2, "this": 0.3, "that": 0.45, "every": 0.12})


def determined(world: World, name: str, agreement: Agreement, wish: Wish, noun: Noun, prenominal: bool) -> Pair:
    """The determiner in both languages; the English article "a" waits for its word and stands as an empty token."""
    row = ("le", "la", "les")
    if name == "number":
        number = world.dice.even(list(NUMBERS))
        return pair(f"{number}/NUM/CD", NUMBERS[number])
    if name == "quantity":
        quantity = world.dice.even(list(QUANTITIES))
        meaning = QUANTITIES[quantity]
        return pair(quantity, meaning.replace("tous", "toutes") if agreement.gender == "f" else meaning)
    if name == "every":
        return pair("every/DET/DT", "chaque")
    if name == "":
        if wish.generic:
            return Pair((), (by_agreement(row, agreement),))
        if wish.negated:
            return Pair((), ("de",))
        if noun.mass:
            vowel = french.starts_with_vowel(noun.french)
            partitive = ("de", by_agreement(row, agreement)) if vowel or agreement.gender == "f" else ("du",)
            return Pair((), partitive)
        return Pair((), ("de",) if prenominal else ("des",))
    if name == "a":
        return Pair((Token("", "a", "DET", "DT"),), ("de",) if wish.negated else (by_agreement(ARTICLES["a"], agreement),))
    form = {"this": "these", "that": "those"}.get(name, name) if agreement.plural else name
    return Pair((Token(form, name, "DET", "DT"),), (by_agreement(ARTICLES[name], agreement),))


def with_article(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Fill in "a" or "an" now that the next word is known."""
    if not isinstance(pieces[0], Token) or pieces[0].form:
        return pieces
    following = next(tokens_of(pieces[1:]))
    return (english.article(following.form), *pieces[1:])


def compound_for(world: World, noun: Noun, wanted: bool | None) -> str:
    """The first noun of a compound, or nothing."""
    if noun.kind not in ("person", "event", "idea") or not (world.dice.chance(0.1) if wanted is None else wanted):
        return ""
    first = world.dice.even([word for word in COMPOUNDS if word != noun.english and (noun.kind == "person" or word != "night")])
    return first


def common(world: World, noun: Noun, wish: Wish = ANYHOW) -> NounPhrase:
    """A phrase around one common noun."""
    many = (not noun.mass and world.dice.chance(0.5 if noun.kind != "kin" else 0.2)) if wish.plural is None else wish.plural
    agreement = Agreement(3, many, wish.gender or noun.gender)
    chosen = determiner(world, noun, agreement, wish.role) if wish.name is None else wish.name
    compound = compound_for(world, noun, wish.compound)
    adjectives = [world.dice.even(CROWDLIKE)] if wish.crowdlike else adjectives_for(world, noun)
    french_group = french_noun_group(noun, adjectives, agreement, COMPOUNDS.get(compound, ""))
    if wish.owner:
        start = possessive(wish.owner, agreement)
    else:
        start = determined(world, chosen, agreement, wish, noun, any(adjective.before for adjective in adjectives))
    whole = start + Pair(english_noun_group(noun, adjectives, many, compound), tuple(french_group))
    whole = replace(whole, english=with_article(whole.english))
    definite = bool(wish.owner) or chosen in ("the", "this", "a", "number")
    return NounPhrase(whole, agreement, noun.kind, definite=definite and not compound)


def pronoun_subject(world: World) -> NounPhrase:
    """I, you, he, she, we or they."""
    form = world.dice.weighted({name: 1.6 if "he/" in name else 0.45 for name in SUBJECTS})
    meaning, agreement = SUBJECTS[form]
    return NounPhrase(pair(form, meaning), agreement, "person", pronoun=True)


def crowd(world: World) -> NounPhrase:
    """A phrase like "the old", people named by an adjective: always plural."""
    adjective = world.dice.even(list(CROWDS))
    return NounPhrase(pair(f"the/DET/DT {adjective}/ADJ/JJ", f"les {CROWDS[adjective]}"), Agreement(3, True), "person")


def said_again(noun_phrase: NounPhrase) -> NounPhrase:
    """The subject pronoun that stands for a noun phrase: "she", "elle"; for a thing "it", with the French gender of its noun."""
    agreement = noun_phrase.agreement
    if agreement.person != 3:
        return noun_phrase
    word = {("m", False): "il", ("f", False): "elle", ("m", True): "ils", ("f", True): "elles"}[agreement.gender, agreement.plural]
    if agreement.plural:
        form = "they/PRON/PRP"
    elif noun_phrase.kind in ("person", "kin"):
        form = "she/PRON/PRP" if agreement.gender == "f" else "he/PRON/PRP"
    else:
        form = "it/PRON/PRP"
    return NounPhrase(pair(form, word), agreement, noun_phrase.kind, pronoun=True)


def owner_of(noun_phrase: NounPhrase) -> Agreement:
    """How a possessive refers to a noun phrase: things own with "its"."""
    agreement = noun_phrase.agreement
    if noun_phrase.kind in ("person", "kin") or agreement.plural or agreement.person != 3:
        return agreement
    return replace(agreement, gender="n")
