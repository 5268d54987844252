"""Subwords by the letter of the papers: one word at a time, in plain Python."""

from __future__ import annotations

import json
import random

from seqtasks.text.tokenizers import SubwordTokenizer


def merges_of(tokenizer: SubwordTokenizer) -> dict[tuple[str, str], int]:
    """The merges of a BPE model with their ranks, 0 the first."""
    return {(left, right): rank for rank, (left, right) in enumerate(json.loads(tokenizer.backend.to_str())["model"]["merges"])}


def dropped_out(word: str, merges: dict[tuple[str, str], int], rate: float, drawn: random.Random) -> list[str]:
    """Provilkov et al. (2020), algorithm 1: of all possible merges each is removed with probability `rate`; the best left is applied."""
    pieces = list(word)
    while True:
        possible = [(merges[pair], place) for place, pair in enumerate(zip(pieces, pieces[1:], strict=False)) if pair in merges]
        left = [merge for merge in possible if drawn.random() >= rate]
        if not left:
            return pieces
        _, place = min(left)
        pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]


def segmentations(word: str, tokenizer: SubwordTokenizer) -> dict[tuple[str, ...], float]:
    """Every way to cut a word into pieces of a unigram model, with its log-probability."""
    scores = dict(json.loads(tokenizer.backend.to_str())["model"]["vocab"][1:])
    if not word:
        return {(): 0.0}
    found = {}
    for end in range(1, len(word) + 1):
        if word[:end] in scores:
            for way, score in segmentations(word[end:], tokenizer).items():
                found[(word[:end], *way)] = scores[word[:end]] + score
    return found
