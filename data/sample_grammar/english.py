"""English word forms and the verb group: auxiliaries, negation, adverbs in the middle."""

from dataclasses import replace

from sample_grammar.phrase import Agreement, Token, words
from sample_grammar.words import Noun, Verb

VOWELS = "aeiou"
CONSONANT_SOUND = ("univers", "use", "one", "eu")
VOWEL_SOUND = ("hour", "honest")
BE_PRESENT = {(1, False): "am", (3, False): "is"}


def with_s(word: str) -> str:
    """Third person of a verb and regular plural of a noun."""
    if word.endswith(("s", "x", "z", "ch", "sh")) or word in ("go", "do"):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in VOWELS else word + "s"


def plural(noun: Noun) -> str:
    """The plural of a noun."""
    return noun.plural or with_s(noun.english)


def past(verb: Verb) -> str:
    """The simple past, regular unless the table says otherwise."""
    word = verb.english
    if verb.past:
        return verb.past
    if word.endswith("e"):
        return word + "d"
    return word[:-1] + "ied" if word.endswith("y") and word[-2] not in VOWELS else word + "ed"


def participle(verb: Verb) -> str:
    """The past participle."""
    return verb.participle or past(verb)


def gerund(verb: Verb) -> str:
    """The -ing form; a doubled consonant is known from the past ("planned") or from a short list."""
    word = verb.english
    if word.endswith("e") and word not in ("be", "see"):
        return word[:-1] + "ing"
    doubled = verb.past == word + word[-1] + "ed" or word in ("run", "swim", "put", "forget", "begin")
    return word + word[-1] + "ing" if doubled else word + "ing"


def article(following: str) -> Token:
    """The article "a" or "an", by the sound of the next word."""
    lowered = following.lower()
    vowel = lowered.startswith(VOWEL_SOUND) or (lowered[0] in VOWELS and not lowered.startswith(CONSONANT_SOUND))
    return Token("an" if vowel else "a", "a", "DET", "DT")


def be_form(past_tense: bool, agreement: Agreement) -> Token:
    """The finite form of "be"."""
    singular = not agreement.plural and agreement.person != 2
    if past_tense:
        return Token("was" if singular else "were", "be", "AUX", "VBD")
    form = BE_PRESENT.get((agreement.person, agreement.plural), "are")
    return Token(form, "be", "AUX", "VBZ" if form == "is" else "VBP")


def third(agreement: Agreement) -> bool:
    """Whether the verb takes its -s."""
    return agreement.person == 3 and not agreement.plural


def auxiliary(lemma: str, agreement: Agreement, past_tense: bool = False) -> Token:
    """The finite form of "do" or "have" as an auxiliary."""
    forms = {"do": ("do", "does", "did"), "have": ("have", "has", "had")}[lemma]
    if past_tense:
        return Token(forms[2], lemma, "AUX", "VBD")
    return Token(forms[1], lemma, "AUX", "VBZ") if third(agreement) else Token(forms[0], lemma, "AUX", "VBP")


def main(verb: Verb, xpos: str) -> Token:
    """One form of a full verb, by its Penn tag."""
    makers = {"VB": lambda v: v.english, "VBP": lambda v: v.english, "VBZ": lambda v: "has" if v.english == "have" else with_s(v.english),
              "VBD": past, "VBN": participle, "VBG": gerund}  # fmt: skip
    return Token(makers[xpos](verb), verb.english, "AUX" if verb.english == "be" else "VERB", xpos)


def chain(verb: Verb, tense: str, agreement: Agreement, supported: bool) -> tuple[list[Token], list[Token]]:
    """The finite auxiliary (or nothing) and the words that follow it. ``supported``: a full verb needs "do" (question, "not")."""
    modal = {"future": "will", "can": "can", "must": "must"}.get(tense)
    if modal:
        return [Token(modal, modal, "AUX", "MD")], [main(verb, "VB")]
    if tense == "perfect":
        return [auxiliary("have", agreement)], [main(verb, "VBN")]
    if tense in ("progressive", "past progressive"):
        return [be_form(tense != "progressive", agreement)], [main(verb, "VBG")]
    if tense == "used":
        return [], [*words("used/VERB/VBD/use to/PART/TO"), main(verb, "VB")]
    if verb.english == "be":
        return [be_form(tense == "past", agreement)], []
    if supported:
        return [auxiliary("do", agreement, tense == "past")], [main(verb, "VB")]
    return [], [main(verb, "VBD" if tense == "past" else "VBZ" if third(agreement) else "VBP")]


def negation(auxiliary_form: str, contracted: bool) -> Token:
    """The word "not", or "n't" where the auxiliary allows it."""
    if contracted and auxiliary_form not in ("am", "will", "can", "must"):
        return Token("n't", "not", "PART", "RB", glued=True)
    return Token("not", "not", "PART", "RB", glued=auxiliary_form == "can")


def verb_group(verb: Verb, tense: str, polarity: str, adverb: str, agreement: Agreement, *, inverted: bool = False,
               contracted: bool = False) -> tuple[tuple[Token, ...], tuple[Token, ...]]:  # fmt: skip
    """The words before and after the subject of a question; for a statement both stand together after the subject.

    ``polarity`` is "", "not", "never" or "no longer"; ``adverb`` an adverb that stands before the main verb.
    """
    first, rest = chain(verb, tense, agreement, supported=inverted or polarity == "not")
    if polarity == "not":
        first = [*first, negation(first[0].form, contracted)]
        if inverted and not contracted:
            first, rest = first[:-1], [replace(first[-1], glued=False), *rest]  # "can the guard not", though "cannot"
    middle: list[Token] = []
    if polarity == "never":
        middle += words("never/ADV/RB")
    if polarity == "no longer":
        middle += words("no/ADV/RB longer/ADV/RBR/long")
    if adverb:
        middle.append(Token(adverb, adverb, "ADV", "RB"))
    return tuple(first), tuple(middle + rest)
