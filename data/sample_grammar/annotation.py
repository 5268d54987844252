"""What is read off a sentence: its English text, its tags and entities, and its structure."""

from dataclasses import dataclass

from sample_grammar.phrase import Entity, Piece, Token, tokens_of

NOMINAL = frozenset(("DET", "ADJ", "NUM", "NOUN", "PROPN"))


@dataclass(frozen=True)
class Span:
    """An entity over the tokens ``start`` to ``end`` (exclusive)."""

    start: int
    end: int
    label: str


def english_text(tokens: tuple[Token, ...]) -> str:
    """The sentence as printed."""
    return "".join(token.form if token.glued or position == 0 else " " + token.form for position, token in enumerate(tokens))


def spans_of(pieces: tuple[Piece, ...]) -> list[Span]:
    """All entities with those inside them, an outer one before its inner ones."""
    spans: list[Span] = []

    def walk(parts: tuple[Piece, ...], position: int) -> int:
        for part in parts:
            if isinstance(part, Entity):
                place = len(spans)
                end = walk(part.parts, position)
                spans.insert(place, Span(position, end, part.label))
                position = end
            else:
                position += 1
        return position

    walk(pieces, 0)
    return spans


def outermost(spans: list[Span]) -> list[Span]:
    """The entities that are not inside another."""
    return [span for span in spans if not any(other is not span and other.start <= span.start and span.end <= other.end for other in spans)]


def bio_tags(length: int, spans: list[Span]) -> list[str]:
    """BIO tags of entities that do not overlap."""
    tags = ["O"] * length
    for span in spans:
        tags[span.start : span.end] = [f"B-{span.label}"] + [f"I-{span.label}"] * (span.end - span.start - 1)
    return tags


def structure(tags: list[tuple[str, str]]) -> str:
    """The skeleton of a sentence, from its (UPOS, XPOS) tags.

    A run of determiners, adjectives, numbers, nouns and names counts as one N, whatever its length and words; verbs keep their form
    (XPOS), so tense and infinitives count; every other word keeps its UPOS. Two sentences with the same structure differ in words only.
    """
    skeleton: list[str] = []
    for upos, xpos in tags:
        symbol = "N" if upos in NOMINAL else xpos if upos in ("VERB", "AUX") else upos
        if symbol != "N" or skeleton[-1:] != ["N"]:
            skeleton.append(symbol)
    return " ".join(skeleton)


def structure_of(pieces: tuple[Piece, ...]) -> str:
    """The structure of a phrase of the grammar."""
    return structure([(token.upos, token.xpos) for token in tokens_of(pieces)])
