"""Sentences by what they do: state, deny, ask or order. The words are the same; their order decides.

"Rose has thanked the guard" states and "Has Rose thanked the guard" asks. "not" denies in the main clause alone: in "Rose will stay
because the guard has not called" it does not. No sentence has its final mark, which would give the question away.
"""

from collections.abc import Callable

from sample_grammar import verbs
from sample_grammar.clauses import Predicate, asked, opening_word, stated
from sample_grammar.generate import capitalised
from sample_grammar.phrase import NounPhrase, Pair, Piece, pair
from sample_grammar.predicates import predicate
from sample_grammar.questions import command
from sample_grammar.sentences import COMMA
from sample_grammar.subjects import someone
from sample_grammar.world import World

KINDS = ("statement", "denial", "question", "command")
AUXILIARY = ("future", "perfect", "progressive", "past progressive", "can", "must")  # what asks by turning around, without "do"
PLAIN = ("present", "past")
PLAIN_SHARE = 0.15  # of clauses in a tense without an auxiliary
DENIED_QUESTIONS, DENIED_INSIDE = 0.25, 0.5  # shares of questions and of inner clauses that are negated
OPENINGS = (
    ("because", "SCONJ", "IN"), ("since", "SCONJ", "IN"), ("when", "SCONJ", "WRB"), ("if", "SCONJ", "IN"),
    ("before", "SCONJ", "IN"), ("after", "SCONJ", "IN"), ("while", "SCONJ", "IN"),
)  # fmt: skip


def deed_of(world: World, subject: NounPhrase, *, negated: bool) -> Predicate:
    """What the subject does, or does not."""
    while True:
        tenses = PLAIN if world.dice.chance(PLAIN_SHARE) else AUXILIARY
        deed = predicate(world, subject, tenses)
        if bool(deed.polarity) == negated:
            return deed


def clause(world: World, *, negated: bool) -> Pair:
    """A statement of someone."""
    subject = someone(world, rich=False)
    return stated(subject, deed_of(world, subject, negated=negated))


def question(world: World) -> Pair:
    """A question for yes or no."""
    subject = someone(world, rich=False)
    return asked(subject, deed_of(world, subject, negated=world.dice.chance(DENIED_QUESTIONS)))


MAIN: dict[str, Callable[[World], Pair]] = {
    "statement": lambda world: clause(world, negated=False),
    "denial": lambda world: clause(world, negated=True),
    "question": question,
    "command": command,
}


def reported(world: World, kind: str) -> Pair:
    """Someone says something, denies that they do, or is asked whether they do; what is said may be anything."""
    subject = someone(world, rich=False)
    deed = deed_of(world, subject, negated=kind == "denial")
    says = Predicate(world.dice.even(verbs.SAYING), deed.tense, deed.polarity, contracted=deed.contracted)
    opening = asked(subject, says) if kind == "question" else stated(subject, says)
    return opening + pair("that/SCONJ/IN", "que") + clause(world, negated=world.dice.chance(DENIED_INSIDE))


def of_kind(world: World, kind: str) -> tuple[Piece, ...]:
    """The English of a sentence of a kind: alone, with a clause before or behind it, or with one that is said."""
    way = world.dice.weighted({"alone": 1.0, "behind": 1.4, "before": 1.0, "reported": 0.0 if kind == "command" else 0.8})
    if way == "reported":
        return capitalised(reported(world, kind).english)
    main = MAIN[kind](world)
    if way == "alone":
        return capitalised(main.english)
    word, upos, xpos = world.dice.pick(OPENINGS)
    inner = opening_word(word, upos, xpos, "") + clause(world, negated=world.dice.chance(DENIED_INSIDE))
    return capitalised((main + inner if way == "behind" else inner + COMMA + main).english)
