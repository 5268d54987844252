"""French agreement and spelling: plurals, feminines, the verb group with its clitics, elision."""

from collections.abc import Sequence

from sample_grammar.french_verbs import WITH_ETRE, forms
from sample_grammar.phrase import Agreement
from sample_grammar.words import Adjective, Noun, Verb

VOWELS = "aeiouyàâéèêëîïôœûAEIOUÀÂÉÈÊÎÔŒh"
ELIDED = {"le": "l'", "la": "l'", "je": "j'", "me": "m'", "se": "s'", "ne": "n'", "de": "d'", "que": "qu'", "ce": "c'"}
JOINED = ("puisque", "lorsque")
ASPIRATED = ("huit",)
REFLEXIVE = {(1, False): "me", (1, True): "nous", (2, False): "vous", (2, True): "vous", (3, False): "se", (3, True): "se"}
NEGATION = {"not": "pas", "never": "jamais", "no longer": "plus"}
TENSES = {"present": "present", "progressive": "present", "past progressive": "imperfect", "used": "imperfect", "future": "future"}


def plural_of(word: str) -> str:
    """The regular plural of a noun or of a masculine adjective."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("eau"):
        return word + "x"
    return word[:-2] + "aux" if word.endswith("al") else word + "s"


def noun_form(noun: Noun, gender: str, plural: bool) -> str:
    """The French noun, feminine for a woman where there is such a word."""
    word = noun.feminine if gender == "f" and noun.feminine else noun.french
    if not plural:
        return word
    return noun.french_plural if noun.french_plural and word == noun.french else plural_of(word)


def feminine_of(adjective: Adjective) -> str:
    """The feminine of an adjective, by its ending unless the table says otherwise."""
    word = adjective.french
    if adjective.feminine:
        return adjective.feminine
    for ending, feminine in (("e", "e"), ("er", "ère"), ("eux", "euse"), ("el", "elle"), ("en", "enne")):
        if word.endswith(ending):
            return word[: -len(ending)] + feminine
    return word + "e"


def adjective_form(adjective: Adjective, agreement: Agreement) -> str:
    """An adjective that agrees."""
    if agreement.gender == "f":
        return feminine_of(adjective) + ("s" if agreement.plural else "")
    return plural_of(adjective.french) if agreement.plural else adjective.french


def participle_form(participle: str, agreement: Agreement) -> str:
    """A past participle that agrees."""
    feminine = participle.replace("û", "u") + "e" if agreement.gender == "f" else participle
    return feminine + "s" if agreement.plural and not feminine.endswith("s") else feminine


def starts_with_vowel(word: str) -> bool:
    """Whether a French word makes the one before it elide: a vowel or a silent h (capital H, of names, does not count)."""
    return word[0] in VOWELS and not word.startswith(ASPIRATED)


def tense_of(verb: Verb, tense: str) -> str:
    """The French tense for an English one: "present", "imperfect", "future" or "compound" (passé composé)."""
    if tense in ("past", "perfect"):
        return "imperfect" if verb.stative and tense == "past" else "compound"
    return TENSES[tense]


def verb_group(verb: Verb, tense: str, polarity: str, adverb: str, agreement: Agreement, *, clitic: str = "",
               preceding: Agreement | None = None) -> tuple[str, ...]:  # fmt: skip
    """Negation, clitics, verb, adverb and participle, in the order of French.

    ``preceding`` is the direct object before the verb, if any: a participle with "avoir" agrees with it.
    """
    infinitive = verb.french.removeprefix("se ")
    reflexive = [REFLEXIVE[agreement.person, agreement.plural]] if infinitive != verb.french else []
    clitics = reflexive + ([clitic] if clitic else [])
    after = ([NEGATION[polarity]] if polarity else []) + ([adverb] if adverb else [])
    before = ["ne"] if polarity else []
    tail = verb.tail.split()
    if tense in ("can", "must"):
        modal = forms("pouvoir" if tense == "can" else "devoir").finite("present", agreement.person, agreement.plural)
        return (*before, modal, *after, *clitics, infinitive, *tail)
    french_tense = tense_of(verb, tense)
    if french_tense != "compound":
        return (*before, *clitics, forms(infinitive).finite(french_tense, agreement.person, agreement.plural), *after, *tail)
    with_etre = bool(reflexive) or infinitive in WITH_ETRE
    helper = forms("être" if with_etre else "avoir").finite("present", agreement.person, agreement.plural)
    target = agreement if with_etre else preceding
    participle = forms(infinitive).participle
    return (*before, *clitics, helper, *after, participle_form(participle, target) if target else participle, *tail)


def infinitive_group(verb: Verb, agreement: Agreement, clitic: str = "") -> tuple[str, ...]:
    """An infinitive with its clitics; a reflexive one agrees with its understood subject."""
    infinitive = verb.french.removeprefix("se ")
    reflexive = (REFLEXIVE[agreement.person, agreement.plural],) if infinitive != verb.french else ()
    return (*reflexive, *((clitic,) if clitic else ()), infinitive, *verb.tail.split())


def with_preposition(preposition: str, noun_phrase: Sequence[str]) -> tuple[str, ...]:
    """A preposition before a noun phrase, contracted with its article: de + le = du, à + les = aux; "de des" becomes "de"."""
    first, last = noun_phrase[0], preposition.split()[-1] if preposition else ""
    start = tuple(preposition.split()[:-1])
    contracted = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux", ("jusqu'à", "le"): "jusqu'au",
                  ("jusqu'à", "les"): "jusqu'aux", ("de", "des"): "de", ("de", "du"): "de"}.get((last, first))  # fmt: skip
    if (last, first) == ("de", "de"):  # "besoin de" + "de la musique" = "besoin de musique"
        return (*start, "de", *noun_phrase[2 if noun_phrase[1] in ("la", "le") else 1 :])
    article_elides = first == "le" and len(noun_phrase) > 1 and starts_with_vowel(noun_phrase[1])
    if contracted and not article_elides:
        return (*start, contracted, *noun_phrase[1:])
    if not preposition:
        return tuple(noun_phrase)
    return (*start, last, *noun_phrase)


def elide(words: Sequence[str]) -> list[str]:
    """The written words: "le homme" becomes "l'homme", "sa amie" "son amie", "ce hôtel" "cet hôtel", "si il" "s'il"."""
    written: list[str] = []
    prefix = ""
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else "."
        vowel = starts_with_vowel(following)
        if word == "si" and following in ("il", "ils"):
            prefix += "s'"
            continue
        if vowel and word == "ce" and following not in ("est", "était"):
            word = "cet"
        elif vowel and word in ("ma", "sa"):
            word = {"ma": "mon", "sa": "son"}[word]
        elif vowel and word in ELIDED:
            prefix += ELIDED[word]
            continue
        elif vowel and word in JOINED:
            prefix += word[:-1] + "'"
            continue
        written.append(prefix + word)
        prefix = ""
    return written


def sentence_text(words: Sequence[str]) -> str:
    """The sentence as printed: capital first, full stops and commas closed up, a space before ? and !."""
    text = " ".join(elide(words)).replace(" .", ".").replace(" ,", ",")
    return text[0].upper() + text[1:]
