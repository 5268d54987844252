"""From attention between subwords to words: who looked at whom, as weights and as links, and unknown words replaced by what that means.

Words are what white space separates, with punctuation apart. S source pieces, T target pieces.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seqtasks.align.lexicon import replace_unknown
from seqtasks.decoding.step import Hypothesis
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.search import ModelSearch, SearchInput
from seqtasks.text.tokenizers import CHARACTER, JOINER, SPACE
from seqtasks.text.vocabulary import UNK

Tokens = list[list[list[str]]]  # of each hypothesis of each piece


@dataclass(frozen=True)
class WordAlignment:
    """The words of both sides and links (source word, target word), counted from 0, by target word. Not every word has one.

    weights: how much each target word (row) looked at each source word (column); the rest of 1 went to the source's end and, in a
    document, to the sentences before.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    links: tuple[tuple[int, int], ...]
    weights: np.ndarray = field(compare=False, repr=False)

    def pharaoh(self) -> str:
        """The links as "0-0 1-2"."""
        return " ".join(f"{source}-{target}" for source, target in self.links)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the words, the links, and as attention for each target word its weights over the source words, rounded."""
        return {
            "source_words": list(self.source),
            "target_words": list(self.target),
            "alignment": [list(link) for link in self.links],
            "attention": [[round(weight, 4) for weight in row] for row in self.weights.tolist()],
        }


def linked(
    source: Sequence[str],
    target: Sequence[str],
    weights_TS: np.ndarray,
    *,
    finished: bool,
    context: int = 0,
    characters: bool = False,
) -> WordAlignment:
    """Each target word with the source word it looked at most; with none where that is the source's end or in its context.

    The last piece of the source is its end, and so is the target's where it is finished: ends are no words. context: so many pieces before
    the sentence itself, whose words are not counted; characters: whether the pieces are characters.
    """
    starts = word_starts(source, characters=characters)
    before = sum(start < context for start in starts)
    words = named(source, starts)[before:-1]
    if not len(target):
        return WordAlignment(tuple(words), (), (), np.zeros((0, len(words))))
    _, written, weights = by_word(source, target, weights_TS, characters=characters)
    written = written[: len(written) - finished]
    weights = weights[: len(written)]
    best = (weights.argmax(axis=1) - before).tolist()
    links = tuple((place, number) for number, place in enumerate(best) if 0 <= place < len(words))
    return WordAlignment(tuple(words), tuple(written), links, weights[:, before:-1])


def joined(parts: Sequence[WordAlignment]) -> WordAlignment:
    """The alignment of a line from those of its pieces."""
    source: list[str] = []
    target: list[str] = []
    links: list[tuple[int, int]] = []
    for part in parts:
        links += [(len(source) + left, len(target) + right) for left, right in part.links]
        source, target = [*source, *part.source], [*target, *part.target]
    weights, row, column = np.zeros((len(target), len(source))), 0, 0
    for part in parts:
        rows, columns = part.weights.shape
        weights[row : row + rows, column : column + columns] = part.weights
        row, column = row + rows, column + columns
    return WordAlignment(tuple(source), tuple(target), tuple(links), weights)


def by_word(
    source: Sequence[str], target: Sequence[str], weights_TS: np.ndarray, *, characters: bool = False
) -> tuple[list[str], list[str], np.ndarray]:
    """Attention between words, from that between their pieces: summed over a source word's pieces, the mean over a target word's."""
    columns, rows = (word_starts(side, characters=characters) for side in (source, target))
    summed = np.add.reduceat(weights_TS, columns, axis=1)
    lengths = np.diff([*rows, len(target)])
    return named(source, columns), named(target, rows), np.add.reduceat(summed, rows, axis=0) / lengths[:, None]


def word_starts(pieces: Sequence[str], *, characters: bool = False) -> list[int]:
    """Where words begin among subwords: at a piece with the mark of a word, and before and after punctuation. Other tokens are words.

    A mark that is a piece of its own belongs to what follows it. characters: the pieces are characters, which make up words also where no
    piece has a mark; those of a script without spaces are words by themselves.
    """
    if characters:
        return [position for position, piece in enumerate(pieces) if position == 0 or begins_word(pieces[position - 1], piece)]
    if not any(piece.startswith(SPACE) for piece in pieces):
        return list(range(len(pieces)))
    bare = [piece.strip(SPACE) for piece in pieces]
    return [
        position
        for position, piece in enumerate(pieces)
        if position == 0
        or piece.startswith(SPACE)
        or (bare[position - 1] and not (is_letter(bare[position][:1]) and is_letter(bare[position - 1][-1:])))
    ]


def begins_word(before: str, character: str) -> bool:
    """Whether a word begins with a character, after another one: a space is the beginning of the next word."""
    if before == SPACE or character == SPACE:
        return character == SPACE
    return not (is_letter(character[:1]) and is_letter(before[-1:])) or bool(CHARACTER.match(character) or CHARACTER.match(before))


def is_letter(character: str) -> bool:
    """Whether a character stands within words: letters, digits, and the accents and vowel signs on them."""
    return character.isalnum() or (character != "" and unicodedata.category(character).startswith("M"))


def named(pieces: Sequence[str], starts: Sequence[int]) -> list[str]:
    """The words that begin at `starts`, without marks."""
    ends = [*starts[1:], len(pieces)]
    return ["".join(pieces[start:end]).strip(SPACE + JOINER) or SPACE for start, end in zip(starts, ends, strict=True)]


def without_unknown(
    search: ModelSearch,
    assets: TranslationAssets,
    inputs: Sequence[SearchInput],
    surfaces: Sequence[Sequence[str]],
    found: Sequence[Sequence[Hypothesis]],
    budget: int,
) -> Tokens:
    """The tokens of all hypotheses; surfaces: the source tokens of each piece as they were written. The attention comes from walking the
    models once along each hypothesis that has an unknown word."""
    unknown, end = assets.target.vocabulary.unk, assets.source.vocabulary.eos
    tokens = [[assets.target.tokens(one.tokens) for one in group] for group in found]
    places = [(piece, rank) for piece, group in enumerate(found) for rank, one in enumerate(group) if unknown in one.tokens]
    sources, outputs = [inputs[piece].ids for piece, _ in places], [found[piece][rank].tokens for piece, rank in places]
    walked = search.forced(sources, outputs, budget, attention=True)
    for (piece, rank), source, output, walk in zip(places, sources, outputs, walked, strict=True):
        if walk.attention_TS is None:
            continue
        looked = most_looked_at(walk.attention_TS.float().cpu().numpy(), np.asarray(source) != end)
        positions = [place if token == unknown else -1 for place, token in zip(looked, output, strict=True)]
        tokens[piece][rank] = replace_unknown(tokens[piece][rank], surfaces[piece], positions, unknown=UNK, lexicon=assets.lexicon)
    return tokens


def most_looked_at(weights_TS: np.ndarray, words_S: np.ndarray) -> list[int]:
    """The source word of each target token, ends of sentences being none; -1 where no word got any attention."""
    weights_TS = np.where(words_S, weights_TS, 0)
    places: list[int] = np.where(weights_TS.max(axis=1) > 0, weights_TS.argmax(axis=1), -1).tolist()
    return places
