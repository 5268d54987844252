"""Subwords drawn anew for every line and epoch, to train on: BPE dropout (Provilkov et al. 2020, algorithm 1) and unigram sampling
(Kudo 2018, section 3.2).

A draw is a function of seed, epoch, line and place, computed from a counter (splitmix64): nothing is remembered, so a resumed run sees
the same pieces. All words of a corpus are drawn together, in numpy.
W words (units of the pre-tokenizer), L symbols of a word, A words that are not finished.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from math import exp
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqtasks.text.corpora.documents import BREAK
from seqtasks.text.encoded import Ragged
from seqtasks.text.tokenizers import SubwordTokenizer, marked
from seqtasks.text.vocabulary import Vocabulary

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
NEVER = np.int64(2**62)  # the rank of a pair that is never merged
CLOSE = 1e-300  # probabilities below count as none


class Sampler(Protocol):
    """units_W (numbers of distinct words) and a key for each -> vocabulary ids of their pieces, word after word, and how many each has."""

    def draw(self, units_W: Numbers, keys_W: Keys) -> tuple[Numbers, Numbers]: ...


class SampledLines:
    """Encoded texts whose pieces are drawn anew in each epoch; each of a text's lines ends with the end of sentence.

    rate: of BPE, the share of merges passed over; of a unigram model, the exponent of the pieces' probabilities. side: number of the
    text among those of one seed, so that source and target are drawn apart.
    """

    def __init__(
        self, texts: Sequence[str], tokenizer: SubwordTokenizer, vocabulary: Vocabulary, *, rate: float, seed: int, side: int
    ) -> None:
        units: dict[str, int] = {}
        words: dict[str, list[int]] = {}  # the units of each distinct word
        rows: list[list[int]] = []
        lines = [text.split(BREAK) for text in texts]
        for line in chain.from_iterable(lines):
            rows.append([])
            for word in marked(line).split():
                if word not in words:
                    words[word] = [units.setdefault(unit, len(units)) for unit in tokenizer.units(word)]
                rows[-1] += words[word]
        self.words = Ragged.from_lists(rows)
        self.first = np.cumsum([0, *map(len, lines)])  # line of each text
        self.sampler = SAMPLERS[tokenizer.kind](list(units), tokenizer, vocabulary, rate)
        self.end = vocabulary.eos
        self.seed = np.array([seed], dtype=np.uint64), np.array([side], dtype=np.uint64)

    def epoch(self, number: int) -> Ragged:
        """The texts as epoch `number` sees them."""
        seed, side = self.seed
        base = mixed(mixed(mixed(seed) + np.array([number], dtype=np.uint64)) + side)
        lengths = self.words.lengths
        lines_W = np.repeat(np.arange(len(lengths)), lengths)
        places_W = np.arange(len(self.words.values)) - self.words.offsets[:-1][lines_W]
        keys_W = mixed(mixed(base + lines_W.astype(np.uint64)) + places_W.astype(np.uint64))
        ids, counts_W = self.sampler.draw(self.words.values.astype(np.int64), keys_W)
        ends = np.concatenate([[0], np.cumsum(counts_W)])[self.words.offsets] + np.arange(len(lengths) + 1)
        values = np.full(ends[-1], self.end, dtype=np.int32)
        inner = np.ones(len(values), dtype=bool)
        inner[ends[1:] - 1] = False
        values[inner] = ids
        return Ragged(values, ends[self.first])


class MergeDropout:
    """Byte-pair encoding that, before each merge, passes over every possible one with probability `rate`; the best of the others is made.

    A word is finished when none is left. With rate 0 it is plain byte-pair encoding.
    """

    def __init__(self, units: Sequence[str], tokenizer: SubwordTokenizer, vocabulary: Vocabulary, rate: float) -> None:
        model = json.loads(tokenizer.backend.to_str())["model"]
        symbols: dict[str, int] = model["vocab"]
        self.base = len(symbols) + 1
        unknown = len(symbols)
        names = sorted(symbols, key=symbols.__getitem__)
        self.ids = np.array([*vocabulary.ids(names), vocabulary.unk], dtype=np.int64)
        pairs = np.array([[symbols[left], symbols[right]] for left, right in model["merges"]], dtype=np.int64).reshape(-1, 2)
        keys = pairs[:, 0] * self.base + pairs[:, 1]
        order = np.argsort(keys, kind="stable")
        self.pairs, self.ranks = np.append(keys[order], NEVER), np.append(order, NEVER)
        self.merged = np.array([symbols[left + right] for left, right in model["merges"]], dtype=np.int64)
        self.letters = Ragged.from_lists([[symbols.get(letter, unknown) for letter in unit] for unit in units])
        self.rate = rate

    def draw(self, units_W: Numbers, keys_W: Keys) -> tuple[Numbers, Numbers]:
        """Words of one length together: each loses one symbol a round, until it is finished."""
        lengths_W = self.letters.lengths[units_W]
        counts_W, done = np.zeros_like(lengths_W), []
        for length in np.unique(lengths_W).tolist():
            words = np.flatnonzero(lengths_W == length)
            symbols_AL = self.letters.values[self.letters.offsets[units_W[words]][:, None] + np.arange(length)].astype(np.int64)
            done += self.rounds(words, symbols_AL, keys_W[words])
        for words, symbols in done:
            counts_W[words] = symbols.shape[1]
        starts_W = np.cumsum(counts_W) - counts_W
        ids = np.empty(int(counts_W.sum()), dtype=np.int64)
        for words, symbols in done:
            ids[starts_W[words][:, None] + np.arange(symbols.shape[1])] = self.ids[symbols]
        return ids, counts_W

    def rounds(self, words: Numbers, symbols_AL: Numbers, keys_A: Keys) -> list[tuple[Numbers, Numbers]]:
        """(words, their symbols) for each number of symbols in which some word ends."""
        done, ranks_AM = [], self.rank(symbols_AL[:, :-1], symbols_AL[:, 1:])
        for number in range(symbols_AL.shape[1] - 1):
            passed_AM = uniform(keys_A, number, ranks_AM.shape[1]) < self.rate
            left_AM = np.where(passed_AM, NEVER, ranks_AM)
            best_A = left_AM.argmin(axis=1)
            going_A = left_AM[np.arange(len(best_A)), best_A] < NEVER
            done.append((words[~going_A], symbols_AL[~going_A]))
            words, keys_A, best_A = words[going_A], keys_A[going_A], best_A[going_A]
            symbols_AL, ranks_AM = self.merge(symbols_AL[going_A], ranks_AM[going_A], best_A)
        return [*done, (words, symbols_AL)]

    def merge(self, symbols_AL: Numbers, ranks_AM: Numbers, best_A: Numbers) -> tuple[Numbers, Numbers]:
        """Each word with its pair at `best_A` made one symbol, and the ranks of its pairs, of which at most two are new."""
        rows, places = np.arange(len(best_A)), np.arange(ranks_AM.shape[1])
        made_A = self.merged[ranks_AM[rows, best_A]]
        symbols_AM = np.take_along_axis(symbols_AL, places + (places > best_A[:, None]), axis=1)
        symbols_AM[rows, best_A] = made_A
        ranks_AK = np.take_along_axis(ranks_AM, places[:-1] + (places[:-1] >= best_A[:, None]), axis=1)
        for shift in (-1, 0):  # the pairs on the left and on the right of what was made
            pair_A = best_A + shift
            there = np.flatnonzero((pair_A >= 0) & (pair_A < ranks_AK.shape[1]))
            pair = pair_A[there]
            ranks_AK[there, pair] = self.rank(symbols_AM[there, pair], symbols_AM[there, pair + 1])
        return symbols_AM, ranks_AK

    def rank(self, left: Numbers, right: Numbers) -> Numbers:
        """The rank of the merge of each pair of symbols, NEVER where there is none."""
        keys = left * self.base + right
        found = np.searchsorted(self.pairs, keys)
        return np.where(self.pairs[found] == keys, self.ranks[found], NEVER)


class PieceSampling:
    """Segmentations drawn by their probability under the unigram model to the power of `rate`, by forward filtering, backward sampling.

    A word with a character that the model lacks keeps its best segmentation. Every place of every distinct word has a range of numbers,
    in which each piece that ends there holds its share: a draw is a search in one sorted array.
    """

    def __init__(self, units: Sequence[str], tokenizer: SubwordTokenizer, vocabulary: Vocabulary, rate: float) -> None:
        scores = dict(json.loads(tokenizer.backend.to_str())["model"]["vocab"][1:])
        weights = {piece: exp(rate * score) for piece, score in scores.items()}
        longest = max(map(len, weights), default=0)
        self.lengths = np.array([len(unit) for unit in units], dtype=np.int64)
        self.starts = np.cumsum(self.lengths + 1) - (self.lengths + 1)
        shares: list[float] = []
        sources: list[int] = []
        pieces: list[str] = []
        for start, unit in zip(self.starts.tolist(), units, strict=True):
            arcs = shared(unit, weights, longest) or only(tokenizer.pieces(unit))
            for begin, end, before in arcs:
                shares.append(start + end + before)
                sources.append(start + begin)
                pieces.append(unit[begin:end])
        self.shares, self.sources = np.array(shares), np.array(sources, dtype=np.int64)
        self.ids = np.array(vocabulary.ids(pieces), dtype=np.int64)

    def draw(self, units_W: Numbers, keys_W: Keys) -> tuple[Numbers, Numbers]:
        """From the end of each word to its beginning, a piece a round."""
        starts_W, counts_W, drawn = self.starts[units_W], np.zeros(len(units_W), dtype=np.int64), []
        words, places = np.arange(len(units_W)), starts_W + self.lengths[units_W]
        number = 0
        while len(words := words[(going := places > starts_W[words])]):
            chance = uniform(keys_W[words], number, 1)[:, 0]
            taken = np.searchsorted(self.shares, places[going] + chance, side="right") - 1
            drawn.append((words, self.ids[taken]))
            counts_W[words] += 1
            places, number = self.sources[taken], number + 1
        ends_W = np.cumsum(counts_W)
        ids = np.empty(int(counts_W.sum()), dtype=np.int64)
        for back, (some, pieces) in enumerate(drawn, start=1):
            ids[ends_W[some] - back] = pieces
        return ids, counts_W


def shared(unit: str, weights: dict[str, float], longest: int) -> list[tuple[int, int, float]]:
    """(begin, end, share of the pieces before it that end there too) of every piece in the word; none where no segmentation exists."""
    total, arcs = [1.0, *[0.0] * len(unit)], []
    for end in range(1, len(unit) + 1):
        ways = [(begin, weights.get(unit[begin:end], 0.0) * total[begin]) for begin in range(max(0, end - longest), end)]
        ways = [(begin, way) for begin, way in ways if way > CLOSE]
        total[end] = sum(way for _, way in ways)
        before = 0.0
        for begin, way in ways:
            arcs.append((begin, end, before))
            before += way / total[end]
    return arcs if total[len(unit)] else []


def only(pieces: Sequence[str]) -> list[tuple[int, int, float]]:
    """The arcs of one segmentation."""
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return [(end - len(piece), end, 0.0) for piece, end in zip(pieces, ends, strict=True)]


def mixed(numbers: Keys) -> Keys:
    """splitmix64's output function of each number plus its constant: a different number, with no pattern left."""
    numbers = numbers + GOLDEN
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixture: Keys = numbers ^ (numbers >> np.uint64(31))
    return mixture


def uniform(keys_A: Keys, number: int, places: int) -> NDArray[np.float64]:
    """Draws from [0, 1) for each key and place of round `number`, [A, places]."""
    counters = np.array([number], dtype=np.uint64) << np.uint64(32) | np.arange(places, dtype=np.uint64)
    return (mixed(mixed(~counters) + keys_A[:, None]) >> np.uint64(11)).astype(np.float64) * 2.0**-53


SAMPLERS: dict[str, Any] = {"bpe": MergeDropout, "unigram": PieceSampling}
