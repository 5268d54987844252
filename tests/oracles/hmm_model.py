"""The model of HMMTagger word by word, with dictionaries: the formulas of its files, once more and slowly."""

import itertools
import math
from collections import Counter, defaultdict

END = "</s>"
BOUNDARY = "<s>"


def log_likelihood_ratio(sentences, tags, word, tag):
    """How much likelier the tags after (word in small letters, tag) are under their own frequencies than under those after the tag."""
    own, usual = Counter(), Counter()
    for sentence, its_tags in zip(sentences, tags, strict=True):
        for (spelling, here), after in zip(zip(sentence, its_tags, strict=True), [*its_tags[1:], END], strict=False):
            if here == tag:
                usual[after] += 1
                if spelling.lower() == word:
                    own[after] += 1
    total, all_of_them = sum(own.values()), sum(usual.values())
    return sum(count * math.log((count / total) / (usual[after] / all_of_them)) for after, count in own.items())


def brants_weights(trigrams):
    """Figure 1 of Brants (2000); of equal shares the shorter context wins. trigrams: {(t1, t2, t3): count}."""
    weights = [0.0, 0.0, 0.0]
    tokens = sum(trigrams.values())
    second, third, pair, middle = Counter(), Counter(), Counter(), Counter()
    for (t1, t2, t3), count in trigrams.items():
        third[t3] += count
        second[t2, t3] += count
        pair[t1, t2] += count
        middle[t2] += count
    for (t1, t2, t3), count in trigrams.items():
        shares = [
            (third[t3] - 1) / (tokens - 1) if tokens > 1 else 0.0,
            (second[t2, t3] - 1) / (middle[t2] - 1) if middle[t2] > 1 else 0.0,
            (count - 1) / (pair[t1, t2] - 1) if pair[t1, t2] > 1 else 0.0,
        ]
        weights[shares.index(max(shares))] += count
    return [weight / sum(weights) for weight in weights]


def brants_weights_of_bigrams(bigrams):
    """The same for two orders. bigrams: {(t1, t2): count}."""
    weights, tokens = [0.0, 0.0], sum(bigrams.values())
    second, first = Counter(), Counter()
    for (t1, t2), count in bigrams.items():
        second[t2] += count
        first[t1] += count
    for (t1, t2), count in bigrams.items():
        shares = [(second[t2] - 1) / (tokens - 1) if tokens > 1 else 0.0, (count - 1) / (first[t1] - 1) if first[t1] > 1 else 0.0]
        weights[shares.index(max(shares))] += count
    return [weight / sum(weights) for weight in weights]


class SlowModel:
    """P(words, tags). pairs: the (word in small letters, tag) that are states; guess(word, initial) -> {tag: probability}."""

    def __init__(self, sentences, tags, inventory, *, pairs, order, smoothing, contextual, guess, settings):
        self.inventory, self.pairs, self.order, self.smoothing, self.contextual = inventory, set(pairs), order, smoothing, contextual
        self.guess, self.settings = guess, settings
        self.follows = defaultdict(Counter)  # every context, by its kind, to what followed
        self.inner, self.initial, self.tags = defaultdict(Counter), defaultdict(Counter), Counter()
        self.by_tag, self.by_state = defaultdict(Counter), defaultdict(Counter)
        for sentence, its_tags in zip(sentences, tags, strict=True):
            self.add(sentence, its_tags)
        self.discount = self.ney_discount()
        self.weight = self.deleted_weight() if contextual else 1.0
        grams = {(*context[1:], after): count for context, after, count in self.contexts("tags" if order == 2 else "tag")}
        brants = (brants_weights if order == 2 else brants_weights_of_bigrams)(grams)
        brants[0] = max(brants[0], 1e-4)
        self.brants = [weight / sum(brants) for weight in brants]

    def contexts(self, kind):
        return [(context, after, count) for context, row in self.follows.items() if context[0] == kind for after, count in row.items()]

    def state(self, word, tag):
        return (word.lower(), tag) if (word.lower(), tag) in self.pairs else tag

    def tag_of(self, state):
        return state[1] if isinstance(state, tuple) else state

    def add(self, sentence, its_tags):
        before = [BOUNDARY, BOUNDARY]
        for number, (word, tag) in enumerate(zip(sentence, its_tags, strict=True)):
            self.count_outcome(before, tag)
            (self.inner if number else self.initial)[word][tag] += 1
            self.tags[tag] += 1
            self.by_tag[self.tag_of(before[1]), tag][word] += 1
            self.by_state[before[1], tag][word] += 1
            before = [before[1], self.state(word, tag)]
        self.count_outcome(before, END)

    def count_outcome(self, before, outcome):
        first, second = before
        tags = self.tag_of(first), self.tag_of(second)
        keys = [("none",), ("tag", tags[1]), ("state", second), ("tags", *tags), ("mixed", tags[0], second), ("states", first, second)]
        for key in keys:
            self.follows[key][outcome] += 1

    def witten_bell(self, key, outcome, shorter):
        row = self.follows.get(key, Counter())
        kinds = len(row) * self.settings["strength"]
        total = sum(row.values()) + kinds
        return (row[outcome] + kinds * shorter) / total if total else shorter

    def floor(self, outcome):
        row = self.follows[("none",)]
        return (row[outcome] + 0.5) / (sum(row.values()) + 0.5 * (len(self.inventory) + 1))

    def transition(self, first, second, outcome):
        t1, t2 = self.tag_of(first), self.tag_of(second)
        if self.smoothing == "deleted":
            return self.deleted_transition(t1, t2, outcome)
        by_tag = self.witten_bell(("tag", t2), outcome, self.floor(outcome))
        by_state = self.witten_bell(("state", second), outcome, by_tag)
        if self.order == 1:
            return by_state if self.pairs else by_tag
        by_tags = self.witten_bell(("tags", t1, t2), outcome, by_tag)
        if not self.pairs:
            return by_tags
        mixed = self.witten_bell(("mixed", t1, second), outcome, 0.5 * by_tags + 0.5 * by_state)
        return self.witten_bell(("states", first, second), outcome, mixed)

    def deleted_transition(self, t1, t2, outcome):
        def share(key, shorter):
            row = self.follows.get(key)
            return row[outcome] / sum(row.values()) if row else shorter

        one = self.floor(outcome)
        two = share(("tag", t2), one)
        three = share(("tags", t1, t2), two)
        return sum(weight * share for weight, share in zip(self.brants, (one, two, three), strict=False))

    def ney_discount(self):
        counts = [count for row in self.by_state.values() for count in row.values()]
        once, twice = counts.count(1), counts.count(2)
        return once / (once + 2 * twice) if once else 0.5

    def deleted_weight(self):
        votes = total = 0
        for (_, tag), row in self.by_tag.items():
            for word, count in row.items():
                plain = (self.inner[word][tag] + self.initial[word][tag] - 1) / max(1, self.tags[tag] - 1)
                context = (count - 1) / max(1, sum(row.values()) - 1)
                votes += count if plain >= context else 0
                total += count
        return min(1.0, max(0.05, votes / total))

    def candidates(self, word, initial):
        """{tag: P(word | tag)} without context."""
        seen = Counter({tag: float(count) for tag, count in (self.inner[word] + self.initial[word]).items()})
        small = word[:1].lower() + word[1:]
        if initial and small != word:
            for tag, count in self.inner[small].items():
                seen[tag] += self.settings["small_letters"] * count
        total = sum(seen.values())
        if total <= (self.settings["rare"] if self.settings["guess_weight"] > 0 else 0):
            guess = self.guess(word, initial)
            power, weight, least = (1.0, self.settings["guess_weight"], 0.005) if total else (self.settings["guess_power"], 1.0, 0.02)
            mixed = {tag: seen[tag] + weight * guess[tag] ** power for tag in self.inventory}
            best = max(mixed.values())
            for tag in sorted(self.inventory, key=lambda tag: -guess[tag])[: self.settings["guesses"]]:
                if mixed[tag] >= least * best:
                    seen[tag] = mixed[tag]
        tokens, half = sum(self.tags.values()), 0.5
        prior = {tag: (self.tags[tag] + half) / (tokens + half * len(self.inventory)) for tag in self.inventory}
        whole = sum(seen.values())
        return {tag: count / whole * max(total, 1.0) / tokens / prior[tag] for tag, count in seen.items() if count > 0}

    def emission(self, before, word, tag, plain):
        if not self.contextual:
            return plain
        row = self.by_tag.get((self.tag_of(before), tag), Counter())
        found = (1 - self.weight) * row[word] / sum(row.values()) + self.weight * plain if row else plain
        if not self.pairs:
            return found
        row = self.by_state.get((before, tag), Counter())
        if not row:
            return found
        share = self.discount * len(row) / sum(row.values())
        return (max(0.0, row[word] - self.discount) if row[word] > 1 else 0.0) / sum(row.values()) + share * found

    def paths(self, words):
        """{tags: log P(words, tags)} of every sequence of candidate tags; by agreement 0 for a sentence without words."""
        if not words:
            return {(): 0.0}
        candidates = [self.candidates(word, number == 0) for number, word in enumerate(words)]
        found = {}
        for path in itertools.product(*candidates):
            before, score = [BOUNDARY, BOUNDARY], 0.0
            for word, tag, options in zip(words, path, candidates, strict=True):
                score += math.log(self.transition(*before, tag)) + math.log(self.emission(before[1], word, tag, options[tag]))
                before = [before[1], self.state(word, tag)]
            found[path] = score + math.log(self.transition(*before, END))
        return found


def suffix_probabilities(training, word, inventory, theta, longest):
    """training: {word: {tag: count}}. The recursion of suffixes.py with strings."""
    total = Counter()
    for counts in training.values():
        total.update(counts)
    whole = sum(total.values()) + 1.0
    found = {tag: (total[tag] + 1.0 / len(inventory)) / whole for tag in inventory}
    for size in range(min(longest, len(word.lower())) + 1):
        rows = Counter()
        for other, counts in training.items():
            same = other[:1].isupper() == word[:1].isupper() and len(other.lower()) >= size
            if same and other.lower()[len(other.lower()) - size :] == word.lower()[len(word.lower()) - size :]:
                rows.update(counts)
        if rows:
            found = {tag: (rows[tag] / sum(rows.values()) + theta * found[tag]) / (1 + theta) for tag in inventory}
    return found


def adagrad(features, targets, order_by_epoch, *, tags, batch, rate, tiny):
    """Weights {feature: [weight by tag]} after passes over words in given orders. features: a set for each word; targets: a row each."""
    weights = defaultdict(lambda: [0.0] * tags)
    squares = defaultdict(lambda: [tiny] * tags)
    for order in order_by_epoch:
        for first in range(0, len(order), batch):
            gradient = defaultdict(lambda: [0.0] * tags)
            for word in order[first : first + batch]:
                scores = [sum(weights[feature][tag] for feature in features[word]) for tag in range(tags)]
                exps = [math.exp(score - max(scores)) for score in scores]
                for feature, tag in itertools.product(features[word], range(tags)):
                    gradient[feature][tag] += exps[tag] / sum(exps) * sum(targets[word]) - targets[word][tag]
            for feature, row in gradient.items():
                for tag in range(tags):
                    squares[feature][tag] += row[tag] ** 2
                    weights[feature][tag] -= rate * row[tag] / math.sqrt(squares[feature][tag])
    return dict(weights)
