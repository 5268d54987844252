"""Plain searches, one sentence at a time, in Python lists: the oracle of the batched ones.

`step` is (last_K, state) -> (log_probs_KV, state), state has select(rows).
"""

import itertools
import math

import torch


def plain_beam_search(
    step, state, *, bos, eos, beams, max_length, length_penalty, n_best, allowed=lambda words, word: True, bonus=lambda words: 0.0
):
    """[(score, log_prob, tokens without begin and end, finished)], best first; unfinished ones only if none finished.

    allowed: whether a word may follow words; bonus: what is added to a score, of the words with their end of sentence.
    """
    live, done = [(0.0, [bos])], []
    for _ in range(max_length):
        log_probs_KV, state = step(torch.tensor([words[-1] for _, words in live]), state)
        ranked = sorted(
            (
                (score + log_probs_KV[k, v].item(), words + [v], k)
                for k, (score, words) in enumerate(live)
                for v in range(log_probs_KV.size(1))
                if log_probs_KV[k, v] > -math.inf and allowed(words[1:], v)
            ),
            reverse=True,
        )[:beams]  # an ending takes a beam slot
        done += [(score, words) for score, words, _ in ranked if words[-1] == eos]
        kept = [(score, words, k) for score, words, k in ranked if words[-1] != eos]
        if not kept:
            if not ranked and not done:
                break  # every continuation is forbidden: the prefix is all there is
            live = []
            break
        live, state = [(score, words) for score, words, _ in kept], state.select(torch.tensor([k for *_, k in kept]))
    finished = [(score / length_penalty(len(words) - 1) + bonus(words[1:]), score, tuple(words[1:-1]), True) for score, words in done]
    if finished:
        return sorted(finished, reverse=True)[:n_best]
    open_ones = [
        (score / length_penalty(max(len(words) - 1, 1)) + bonus(words[1:]), score, tuple(words[1:]), False) for score, words in live
    ]
    return sorted(open_ones, reverse=True)[:n_best]


def exhaustive_search(
    step, state, *, bos, eos, max_length, length_penalty, vocabulary, allowed=lambda words, word: True, bonus=lambda words: 0.0
):
    """The best finished hypothesis of all there are that are allowed: (score, tokens), or None."""
    best = None
    inner = [word for word in range(vocabulary) if word != eos]
    for length in range(1, max_length + 1):
        for words in itertools.product(inner, repeat=length - 1):
            total, now, last = 0.0, state, bos
            for word in (*words, eos):
                log_probs_1V, now = step(torch.tensor([last]), now)
                total, last = total + log_probs_1V[0, word].item(), word
            whole = [*words, eos]
            if not all(allowed(whole[:place], word) for place, word in enumerate(whole)):
                continue
            candidate = (total / length_penalty(length) + bonus(whole), words)
            best = candidate if best is None or candidate > best else best
    return best


def rules(*, eos, minimum=0, ngrams=0, prefix=()):
    """allowed(words, word): no end before `minimum` words, no n-gram twice (but in the prefix), and the prefix first."""

    def allowed(words, word):
        if len(words) < len(prefix):
            return word == prefix[len(words)]
        if word == eos and len(words) < minimum:
            return False
        whole = [*words, word]
        seen = [tuple(whole[start : start + ngrams]) for start in range(len(whole) - ngrams + 1)] if ngrams else []
        return not ngrams or not seen or seen[-1] not in seen[:-1]

    return allowed


def coverage_bonus(weight, coverage_S):
    """Wu et al. 2016, equation 14: weight * sum of log(min(attention, 1))."""
    return weight * sum(math.log(min(max(total, 1e-6), 1.0)) for total in coverage_S.tolist())
