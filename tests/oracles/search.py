"""Plain searches, one sentence at a time, in Python lists: the oracle of the batched ones.

`step` is (last_K, state) -> (log_probs_KV, state), state has select(rows).
"""

import itertools
import math

import torch


def plain_beam_search(step, state, *, bos, eos, beams, max_length, length_penalty, n_best):
    """[(score, log_prob, tokens without begin and end, finished)], best first; unfinished ones only if none finished."""
    live, done = [(0.0, [bos])], []
    for _ in range(max_length):
        log_probs_KV, state = step(torch.tensor([words[-1] for _, words in live]), state)
        ranked = sorted(
            (
                (score + log_probs_KV[k, v].item(), words + [v], k)
                for k, (score, words) in enumerate(live)
                for v in range(log_probs_KV.size(1))
                if log_probs_KV[k, v] > -math.inf
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
    finished = [(score / length_penalty(len(words) - 1), score, tuple(words[1:-1]), True) for score, words in done]
    if finished:
        return sorted(finished, reverse=True)[:n_best]
    open_ones = [(score / length_penalty(max(len(words) - 1, 1)), score, tuple(words[1:]), False) for score, words in live]
    return sorted(open_ones, reverse=True)[:n_best]


def exhaustive_search(step, state, *, bos, eos, max_length, length_penalty, vocabulary):
    """The best finished hypothesis of all there are: (score, tokens), or None."""
    best = None
    inner = [word for word in range(vocabulary) if word != eos]
    for length in range(1, max_length + 1):
        for words in itertools.product(inner, repeat=length - 1):
            total, now, last = 0.0, state, bos
            for word in (*words, eos):
                log_probs_1V, now = step(torch.tensor([last]), now)
                total, last = total + log_probs_1V[0, word].item(), word
            candidate = (total / length_penalty(length), words)
            best = candidate if best is None or candidate > best else best
    return best
