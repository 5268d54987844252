"""One random sentence after another."""

from collections.abc import Callable

from sample_grammar import constructions, purposes, questions, sentences
from sample_grammar.french import sentence_text
from sample_grammar.phrase import Entity, Pair, Piece, Sentence, Token
from sample_grammar.world import World

MARKS = {".": "PUNCT", "?": "PUNCT", "!": "PUNCT"}

# construction: (weight, final mark)
CONSTRUCTIONS: dict[Callable[[World], Pair], tuple[float, str]] = {
    sentences.plain: (6.5, "."),
    sentences.because: (1.8, "."),
    sentences.because_of_thing: (1.1, "."),
    sentences.timed: (2.8, "."),
    sentences.meanwhile: (1.2, "."),
    sentences.condition: (0.8, "."),
    sentences.complement: (3.2, "."),
    sentences.joined: (1.8, "."),
    questions.question: (6.5, "?"),
    questions.command: (1.4, "!"),
    constructions.like_someone: (1.9, "."),
    purposes.prefers: (3.2, "."),
    purposes.introduces: (2.3, "."),
    purposes.asks: (2.2, "."),
    purposes.needs: (2.8, "."),
    constructions.garden_path: (4.2, "."),
    constructions.garden_question: (1.8, "?"),
    constructions.plans_and_rests: (3.2, "."),
    constructions.roll_call: (1.4, "."),
    constructions.the_old_walk: (2.4, "."),
    constructions.existence: (1.3, "."),
    constructions.since: (0.8, "."),
    constructions.have_often: (0.4, "."),
}


def capitalised(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces with a capital on the first word, inside an entity if need be."""
    first, rest = pieces[0], pieces[1:]
    if isinstance(first, Entity):
        return (Entity(first.label, capitalised(first.parts)), *rest)
    form = first.form[0].upper() + first.form[1:]
    return (Token(form, first.lemma, first.upos, first.xpos, first.glued), *rest)


def finished(both: Pair, mark: str, name: str) -> Sentence:
    """The sentence with its capital and its final mark."""
    end = Token(mark, mark, MARKS[mark], ".", glued=True)
    return Sentence(Pair((*capitalised(both.english), end), (*both.french, mark)), name)


def sentence(world: World) -> Sentence:
    """A random sentence."""
    construction = world.dice.weighted({maker: weight for maker, (weight, _) in CONSTRUCTIONS.items()})
    return finished(construction(world), CONSTRUCTIONS[construction][1], construction.__name__)


def french_text(made: Sentence) -> str:
    """The French sentence as printed."""
    return sentence_text(made.pair.french)
