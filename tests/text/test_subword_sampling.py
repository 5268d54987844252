"""Drawn subwords: each draw is one of the algorithm's, as often as the algorithm says, and a function of seed, epoch, line and place."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.text.subword_sampling import MergeDropout, PieceSampling, SampledLines, mixed, uniform
from seqtasks.text.subwords import learn_subwords
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary
from tests.oracles.subwords import dropped_out, merges_of, segmentations
from tests.text.test_subwords import corpus

LINES = corpus(seed=3)
TOKENIZERS = {kind: learn_subwords(LINES, kind=kind, size=90) for kind in ("bpe", "unigram")}
VOCABULARIES = {kind: Vocabulary(one.known(), specials=(PAD, UNK, BOS, EOS)) for kind, one in TOKENIZERS.items()}


def lines_of(kind: str, texts: list[str], rate: float, *, seed: int = 1, side: int = 0) -> SampledLines:
    return SampledLines(texts, TOKENIZERS[kind], VOCABULARIES[kind], rate=rate, seed=seed, side=side)


def rows(kind: str, texts: list[str], rate: float, epoch: int = 1, *, seed: int = 1, side: int = 0) -> list[list[int]]:
    return [row.tolist() for row in lines_of(kind, texts, rate, seed=seed, side=side).epoch(epoch)]


@given(st.lists(st.text(alphabet="abcdefg ., 漢\n", max_size=30), max_size=6))
@settings(max_examples=50)
def test_without_dropout_lines_are_encoded_as_ever(texts: list[str]) -> None:
    tokenizer, vocabulary = TOKENIZERS["bpe"], VOCABULARIES["bpe"]
    plain = [[number for line in text.split("\n") for number in (*vocabulary.ids(tokenizer.split(line)), vocabulary.eos)] for text in texts]
    assert rows("bpe", texts, 0.0) == plain


@pytest.mark.parametrize(("kind", "rate"), [("bpe", 0.3), ("unigram", 0.5)])
def test_what_is_drawn_writes_the_same_line_in_other_pieces(kind: str, rate: float) -> None:
    vocabulary, tokenizer = VOCABULARIES[kind], TOKENIZERS[kind]
    known = [line for line in LINES if vocabulary.unk not in vocabulary.ids(tokenizer.split(line))]
    found = rows(kind, known, rate)
    assert [tokenizer.join(vocabulary.tokens(row[:-1])) for row in found] == [tokenizer.join(tokenizer.split(line)) for line in known]
    assert {row[-1] for row in found} == {vocabulary.eos}
    assert found != [[*vocabulary.ids(tokenizer.split(line)), vocabulary.eos] for line in known]


@pytest.mark.parametrize(("kind", "rate"), [("bpe", 0.3), ("unigram", 0.5)])
def test_a_line_is_drawn_by_seed_epoch_side_and_its_number_whatever_stands_beside_it(kind: str, rate: float) -> None:
    whole = rows(kind, LINES, rate)
    assert rows(kind, LINES[:5], rate) == whole[:5]
    assert rows(kind, LINES, rate, 2) != whole
    assert rows(kind, LINES, rate, seed=2) != whole
    assert rows(kind, LINES, rate, side=1) != whole
    again = lines_of(kind, LINES, rate)
    again.epoch(2)
    assert [row.tolist() for row in again.epoch(1)] == whole
    repeated = rows(kind, [LINES[0]] * 40, rate)
    assert len({tuple(row) for row in repeated}) > 3


def frequencies(kind: str, word: str, rate: float, draws: int) -> Counter[tuple[str, ...]]:
    """How often the sampler cuts a word in each way."""
    vocabulary = VOCABULARIES[kind]
    sampler = {"bpe": MergeDropout, "unigram": PieceSampling}[kind]([word], TOKENIZERS[kind], vocabulary, rate)
    ids, counts = sampler.draw(np.zeros(draws, dtype=np.int64), mixed(np.arange(draws, dtype=np.uint64)))
    ends = np.cumsum(counts)
    return Counter(tuple(vocabulary.tokens(ids[end - count : end].tolist())) for end, count in zip(ends, counts, strict=True))


def likest(kind: str) -> str:
    """A word that can be cut in many ways."""
    return max((unit for line in LINES for word in line.split() for unit in TOKENIZERS[kind].units("▁" + word)), key=len)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_bpe_dropout_cuts_a_word_as_often_as_the_algorithm_of_the_paper(rate: float) -> None:
    word, draws = likest("bpe"), 5_000
    found = frequencies("bpe", word, rate, draws)
    drawn, merges = random.Random(5), merges_of(TOKENIZERS["bpe"])
    expected = Counter(tuple(dropped_out(word, merges, rate, drawn)) for _ in range(draws))
    for way in {*found, *expected}:
        assert abs(found[way] - expected[way]) < 6 * math.sqrt(2 * max(found[way], expected[way], 4))


@pytest.mark.parametrize("rate", [0.2, 1.0])
def test_unigram_sampling_cuts_a_word_by_the_power_of_its_probability(rate: float) -> None:
    word, draws = likest("unigram"), 20_000
    found, ways = frequencies("unigram", word, rate, draws), segmentations(word, TOKENIZERS["unigram"])
    total = sum(math.exp(rate * score) for score in ways.values())
    assert set(found) <= set(ways)
    for way, score in ways.items():
        share = math.exp(rate * score) / total
        assert abs(found[way] - draws * share) < 6 * math.sqrt(draws * share + 4)


def test_a_unigram_word_with_an_unknown_character_keeps_its_pieces() -> None:
    vocabulary, tokenizer = VOCABULARIES["unigram"], TOKENIZERS["unigram"]
    assert rows("unigram", ["жabcжж"], 0.5)[0][:-1] == vocabulary.ids(tokenizer.split("жabcжж"))


def test_draws_are_uniform_and_differ_by_key_round_and_place() -> None:
    drawn = np.stack([uniform(mixed(np.arange(500, dtype=np.uint64)), number, 8) for number in range(20)])
    assert len(np.unique(drawn)) == drawn.size
    assert drawn.min() >= 0 and drawn.max() < 1
    for axis in range(3):
        means = drawn.mean(axis=tuple(other for other in range(3) if other != axis))
        assert abs(means - 0.5).max() < 6 * math.sqrt(1 / 12 / (drawn.size / len(means)))


def test_texts_of_nothing_are_their_ends() -> None:
    for kind in TOKENIZERS:
        end = VOCABULARIES[kind].eos
        assert rows(kind, ["", "\n"], 0.5) == [[end], [end, end]]
        assert rows(kind, [], 0.5) == []
