"""What the grammar builds: pieces of English (words and entities) beside pieces of French."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Token:
    """An English word with its lemma, Universal part of speech and Penn tag. ``glued`` words follow the last one without a space."""

    form: str
    lemma: str
    upos: str
    xpos: str
    glued: bool = False


@dataclass(frozen=True)
class Entity:
    """A named entity: words and entities inside it."""

    label: str
    parts: "tuple[Token | Entity, ...]"


Piece = Token | Entity


@dataclass(frozen=True)
class Pair:
    """The same thing in both languages. French is a list of words before elision ("le homme")."""

    english: tuple[Piece, ...] = ()
    french: tuple[str, ...] = ()

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.english + other.english, self.french + other.french)


@dataclass(frozen=True)
class Agreement:
    """What verbs, participles and adjectives need to know of the noun they agree with."""

    person: int = 3
    plural: bool = False
    gender: str = "m"


@dataclass(frozen=True)
class NounPhrase:
    """A noun phrase in both languages, how it agrees, and what it is (``kind``). ``named`` if it is or begins with a name.

    ``pronoun`` is a subject pronoun; ``definite`` tells whether a relative clause after it reads well.
    """

    pair: Pair
    agreement: Agreement
    kind: str
    named: bool = False
    pronoun: bool = False
    definite: bool = False


@dataclass(frozen=True)
class Sentence:
    """A finished sentence: English pieces and French words, both with their last mark."""

    pair: Pair
    construction: str = field(default="")


def words(text: str) -> tuple[Token, ...]:
    """Tokens of a phrase written ``form/UPOS/XPOS`` or ``form/UPOS/XPOS/lemma``.

    >>> words("every/DET/DT day/NOUN/NN")[1]
    Token(form='day', lemma='day', upos='NOUN', xpos='NN', glued=False)
    """
    tokens = []
    for item in text.split():
        form, upos, xpos, *lemma = item.split("/")
        tokens.append(Token(form, lemma[0] if lemma else form, upos, xpos))
    return tuple(tokens)


def pair(english: str, french: str) -> Pair:
    """A fixed pair: English as in ``words``, French as plain words."""
    return Pair(words(english), tuple(french.split()))


def tokens_of(pieces: tuple[Piece, ...]) -> Iterator[Token]:
    """The words of a phrase from left to right, entities opened."""
    for piece in pieces:
        if isinstance(piece, Entity):
            yield from tokens_of(piece.parts)
        else:
            yield piece


def proper(name: str) -> tuple[Token, ...]:
    """The tokens of a name: capitalised words are proper nouns, small ones ("of", "the", "and") what they always are."""
    small = {"of": ("ADP", "IN"), "the": ("DET", "DT"), "and": ("CCONJ", "CC"), "in": ("ADP", "IN"), "from": ("ADP", "IN")}
    return tuple(Token(word, word, *small.get(word, ("PROPN", "NNP"))) for word in name.split())
