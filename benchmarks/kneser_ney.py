"""An n-gram language model with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999, section 3): what a network has to beat.

Words are numbers. A sentence is read after its begin; the highest order counts n-grams, the lower ones how many words an n-gram is seen
after (n-grams that begin a sentence are counted as they are, for nothing can stand before them); each order has three discounts, for counts
of 1, 2 and more, and is interpolated with the one below, the lowest with the same probability for all words.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

Gram = tuple[int, ...]


class KneserNey:
    """sentences: numbers, the end of sentence last; begin: number that is read before each; outcomes: how many words can come."""

    def __init__(self, sentences: Sequence[Sequence[int]], *, order: int, begin: int, outcomes: int) -> None:
        self.order = order
        self.begin = begin
        self.outcomes = outcomes
        raw: list[Counter[Gram]] = [Counter() for _ in range(order + 1)]  # by order
        for sentence in sentences:
            words = (begin, *sentence)
            for end in range(2, len(words) + 1):
                for length in range(1, min(order, end) + 1):
                    raw[length][words[end - length : end]] += 1
        self.counts = [self.adjusted(raw, length) for length in range(order + 1)]
        self.discounts = [discounts(counts) for counts in self.counts]
        self.totals: dict[Gram, int] = defaultdict(int)  # by context
        self.seen: dict[Gram, list[int]] = {}  # by context: how many words came once, twice, more often
        for counts in self.counts[1:]:
            for gram, count in counts.items():
                self.totals[gram[:-1]] += count
                self.seen.setdefault(gram[:-1], [0, 0, 0])[min(count, 3) - 1] += 1

    def adjusted(self, raw: list[Counter[Gram]], length: int) -> Counter[Gram]:
        """The counts of an order: how many words stand before an n-gram, but of the highest order how often it occurs."""
        if length in (0, self.order):
            return raw[length]
        before: Counter[Gram] = Counter(gram[1:] for gram in raw[length + 1])
        before.update({gram: count for gram, count in raw[length].items() if gram[0] == self.begin})
        return before

    def probability(self, word: int, context: Gram) -> float:
        """p(word | context), of the last order - 1 words of which it takes notice."""
        found, context = 1 / self.outcomes, context[-(self.order - 1) :] if self.order > 1 else ()
        for length in range(len(context) + 1):
            history = context[len(context) - length :]
            if history not in self.seen:
                break  # a longer one has not been seen either
            taken, total = self.discounts[length + 1], self.totals[history]
            count = self.counts[length + 1].get((*history, word), 0)
            left = sum(discount * times for discount, times in zip(taken, self.seen[history], strict=True)) / total
            found = (count - taken[min(count, 3) - 1] if count else 0.0) / total + left * found
        return found

    def nats(self, sentence: Sequence[int]) -> float:
        """The negative log-likelihood of a sentence."""
        words = (self.begin, *sentence)
        return -math.fsum(math.log(self.probability(words[end], words[max(0, end - self.order + 1) : end])) for end in range(1, len(words)))


def discounts(counts: Counter[Gram]) -> tuple[float, float, float]:
    """What counts of 1, 2 and more lose (equation 26), within what they have; half a count where the text is too small to tell."""
    times = Counter(count for count in counts.values() if count <= 4)
    if not all(times[count] for count in (1, 2, 3, 4)):
        return 0.5, 0.5, 0.5
    share = times[1] / (times[1] + 2 * times[2])
    found = [count - (count + 1) * share * times[count + 1] / times[count] for count in (1, 2, 3)]
    one, two, more = (min(max(discount, 0.0), count) for count, discount in enumerate(found, start=1))
    return one, two, more
