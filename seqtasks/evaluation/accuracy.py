"""Token accuracy, over all words and over the words that training never showed (out of vocabulary)."""

from __future__ import annotations

from collections.abc import Container, Sequence

from seqtasks.evaluation.score import Score, check_aligned, check_same_lengths, share_score


def token_accuracy(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    words: Sequence[Sequence[str]] | None = None,
    known: Container[str] | None = None,
    *,
    split: str,
    head: str,
    seed: int = 1,
    samples: int = 1000,
) -> list[Score]:
    """The share of words that got their tag, in percent: `accuracy`, then `accuracy_oov` over the words that are not in `known`.

    `accuracy_oov` is left out where `words` or `known` is None and where every word is known; its signature says how many words it counts.
    Without any word the accuracy is 0 and has no interval. `samples=0` leaves the intervals out.
    Raises ValueError where the three are not aligned word by word.
    """
    check_aligned(gold, predicted)
    hits = [[true == found for true, found in zip(*tags, strict=True)] for tags in zip(gold, predicted, strict=True)]
    tokens = sum(map(len, hits))
    scores = [_share("accuracy", hits, {"tokens": tokens}, split=split, head=head, seed=seed, samples=samples)]
    if words is not None and known is not None:
        unknown_hits = _hits_on_unknown(hits, words, known)
        unknown_tokens = sum(map(len, unknown_hits))
        if unknown_tokens:
            settings = {"tokens": unknown_tokens, "of": tokens}
            scores.append(_share("accuracy_oov", unknown_hits, settings, split=split, head=head, seed=seed, samples=samples))
    return scores


def _hits_on_unknown(hits: list[list[bool]], words: Sequence[Sequence[str]], known: Container[str]) -> list[list[bool]]:
    check_same_lengths(hits, words, ("gold sentences", "sentences of words"))
    kept = []
    for position, (sentence_hits, sentence_words) in enumerate(zip(hits, words, strict=True), start=1):
        check_same_lengths(sentence_hits, sentence_words, ("gold tags", f"words in sentence {position}"))
        kept.append([hit for hit, word in zip(sentence_hits, sentence_words, strict=True) if word not in known])
    return kept


def _share(name: str, hits: list[list[bool]], settings: dict[str, int], *, split: str, head: str, seed: int, samples: int) -> Score:
    parts, settings = (list(map(sum, hits)), list(map(len, hits))), {**settings, "sentences": len(hits)}
    return share_score(name, parts, settings, split=split, head=head, seed=seed, samples=samples)
