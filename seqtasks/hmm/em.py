"""EMTagger: a hidden Markov tagger that learns from words without tags, by EM. An experiment, not a better tagger.

Warning: from a supervised start EM usually lowers the accuracy after one or two steps, since it raises the likelihood of words, not of tags
(Merialdo 1994; Elworthy 1994, whose "initial maximum" and "early maximum" are what `dev` finds). It helps where very little is tagged.
Without any tags the states are clusters, to be scored by many-to-one accuracy or V-measure (Rosenberg and Hirschberg 2007), and they
depend on the random start (Johnson 2007). To start from a fitted HMMTagger, give its predictions as tags; that tagger is the best one here.

First- or second-order transitions. A word is emitted by its type; words seen at most `rare_count` times share one type with unknown ones.
Shape letters: N tags, Y word types (the last: rare and unknown), C candidates, T words, B sentences, S words of one sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.estimator import Estimator
from seqtasks.hmm.baum_welch import Tables, expected_counts, random_tables, reestimated, supervised_tables
from seqtasks.hmm.decoders.forward import log_likelihoods, posteriors
from seqtasks.hmm.decoders.lattice import Floats
from seqtasks.hmm.decoders.trellis import runs
from seqtasks.hmm.decoders.viterbi import viterbi
from seqtasks.text.tagged_input import checked_sentences, checked_tagged, refuse_no_words

Sentences = Sequence[Sequence[str]]
Labels = Sequence[Sequence[str]]


class EMStep(NamedTuple):
    """The state after `iteration` steps: log P(words) of the sentences that EM sees, and the accuracy on dev, if there is one."""

    iteration: int
    log_likelihood: float
    accuracy: float | None


@dataclass(eq=False, repr=False)
class EMTagger(Estimator):
    """Learns by EM from a random start (no tags), or from the relative frequencies of tagged sentences.

    n_tags: number of states of the random start; leave it out where tags are given. order: 1 or 2. iterations: steps of EM at most.
    tolerance: stop where a step gains less log-likelihood for each word. patience: with `dev`, stop after so many steps without a better
    accuracy. smoothing: added to every count of the supervised start. seed: of the random start.

    Learned: classes_ (the tags, or 0 .. n_tags - 1), vocabulary_ (types of words), tables_ (probabilities), history_ (an EMStep for
    the start and after each iteration), best_iteration_ (whose tables are kept), clusters_ (whether there were no tags to learn from).
    """

    n_tags: int | None = None
    _: KW_ONLY
    order: int = 1
    iterations: int = 20
    tolerance: float = 1e-4
    patience: int = 2
    rare_count: int = 1
    smoothing: float = 0.1
    seed: int = 0

    def fit(
        self,
        sentences: Sentences,
        tags: Labels | None = None,
        *,
        unlabelled: Sentences | None = None,
        dev: tuple[Sentences, Labels] | None = None,
    ) -> EMTagger:
        """Without tags: EM on the sentences from a random start. With tags: start from these, then EM on `unlabelled`, or on the same
        sentences without their tags.

        dev: (sentences, tags); the step with the best accuracy on it is kept (many-to-one accuracy where no tags are given to learn from).
        Raises UsageError for parameters that cannot be, DataError for sentences that are no lists of words or not as long as their tags.
        """
        self._check(tags is not None)
        self.clusters_ = tags is None
        sentences = checked_sentences(sentences)
        refuse_no_words(sentences)
        further = None if unlabelled is None else checked_sentences(unlabelled)
        words = [*sentences, *(further or [])]
        counts = Counter(chain.from_iterable(words))
        kept = [word for word, count in counts.items() if count > self.rare_count]
        self.vocabulary_ = {word: kind for kind, word in enumerate(kept)}
        if tags is None:
            self.classes_ = np.arange(int(self.n_tags or 1))
            types_T, lengths_B = self._encoded(words)
            tables = random_tables(np.bincount(types_T, minlength=len(kept) + 1), len(self.classes_), self.order, self.seed)
        else:
            sentences, tags = checked_tagged(sentences, tags)
            types_T, lengths_B = self._encoded(sentences)
            self.classes_, tags_T = np.unique([*chain.from_iterable(tags)], return_inverse=True)
            tables = supervised_tables(types_T, tags_T, lengths_B, (len(kept) + 1, len(self.classes_)), self.order, self.smoothing)
            if further is not None:
                types_T, lengths_B = self._encoded(further)
        self._learn(tables, types_T, lengths_B, None if dev is None else checked_tagged(*dev))
        return self

    def predict(self, sentences: Sentences) -> list[list[Any]]:
        """The best tags of each sentence (Viterbi)."""
        types_T, lengths_B = self._ready(sentences)
        tags_T, _ = viterbi(*self.tables_.logarithms(), types_T, lengths_B)
        labels = iter(self.classes_[tags_T].tolist())
        return [list(islice(labels, length)) for length in lengths_B.tolist()]

    def predict_proba(self, sentences: Sentences) -> list[Floats]:
        """probabilities_SN of each word's tags, given its whole sentence, in the order of classes_; one array for each sentence."""
        types_T, lengths_B = self._ready(sentences)
        emissions, transitions_PPC = self.tables_.logarithms()
        first_T1, probabilities_Z, _ = posteriors(emissions, transitions_PPC, types_T, lengths_B)
        counts_T = np.diff(first_T1)
        tags_Z = emissions.tags_C[runs(emissions.first_Y1[types_T], counts_T)]
        table_TN = np.zeros((len(types_T), len(self.classes_)))
        table_TN[np.repeat(np.arange(len(types_T)), counts_T), tags_Z] = probabilities_Z
        return np.split(table_TN, np.cumsum(lengths_B)[:-1]) if len(lengths_B) else []

    def score(self, sentences: Sentences, tags: Labels) -> float:
        """Accuracy, as a fraction of the words. After a fit without tags each state first gets the tag it meets most often here."""
        return self._accuracy(*checked_tagged(sentences, tags))

    def v_measure(self, sentences: Sentences, tags: Labels) -> float:
        """How well states and tags tell each other, 0 to 1 (the harmonic mean of homogeneity and completeness)."""
        from sklearn.metrics import v_measure_score  # only this measure needs scikit-learn

        words, gold = checked_tagged(sentences, tags)
        return float(v_measure_score([*chain.from_iterable(gold)], [*chain.from_iterable(self.predict(words))]))

    def log_likelihood(self, sentences: Sentences) -> Floats:
        """log P(words) of each sentence, rare and unknown words as the one type they share."""
        return log_likelihoods(*self.tables_.logarithms(), *self._ready(sentences))

    def _check(self, supervised: bool) -> None:
        faults = []
        if supervised and self.n_tags is not None:
            faults.append(f"n_tags={self.n_tags!r}: leave it out, the tags are given.")
        if not supervised and (not isinstance(self.n_tags, int) or self.n_tags < 1):
            faults.append(f"n_tags={self.n_tags!r}: must be a whole number, at least 1, where no tags are given.")
        if self.order not in (1, 2):
            faults.append(f"order={self.order!r}: must be 1 or 2.")
        for name, smallest in {"iterations": 0, "patience": 1, "rare_count": 0, "tolerance": 0, "smoothing": 1e-9}.items():
            if not getattr(self, name) >= smallest:
                faults.append(f"{name}={getattr(self, name)!r}: must be at least {smallest}.")
        if faults:
            raise UsageError(*faults)

    def _encoded(self, sentences: Sentences) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """types_T and lengths_B."""
        known, shared = self.vocabulary_, len(self.vocabulary_)
        types = [known.get(word, shared) for sentence in sentences for word in sentence]
        return np.array(types, dtype=np.int64), np.array([len(sentence) for sentence in sentences], dtype=np.int64)

    def _ready(self, sentences: Sentences) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        self.check_fitted("tables_")
        return self._encoded(checked_sentences(sentences))

    def _learn(
        self, tables: Tables, types_T: NDArray[np.int64], lengths_B: NDArray[np.int64], dev: tuple[Sentences, Labels] | None
    ) -> None:
        """Steps of EM until nothing is gained; fills in tables_, history_ and best_iteration_."""
        self.history_: list[EMStep] = []
        self.best_iteration_ = 0
        for iteration in range(self.iterations + 1):
            self.tables_ = tables
            expected = expected_counts(tables, types_T, lengths_B)
            accuracy = None if dev is None else self._accuracy(*dev)
            self.history_.append(EMStep(iteration, float(expected.log_likelihoods_B.sum()), accuracy))
            if accuracy is None or iteration == 0 or accuracy > (self.history_[self.best_iteration_].accuracy or 0.0):
                kept, self.best_iteration_ = tables, iteration
            gain = np.inf if iteration == 0 else self.history_[-1].log_likelihood - self.history_[-2].log_likelihood
            if iteration - self.best_iteration_ >= self.patience or gain < self.tolerance * len(types_T):
                break
            tables = reestimated(tables, expected)
        self.tables_ = kept

    def _accuracy(self, sentences: Sentences, tags: Labels) -> float:
        gold, found = [*chain.from_iterable(tags)], [*chain.from_iterable(self.predict(sentences))]
        if self.clusters_:
            return many_to_one(gold, found)
        return sum(true == guess for true, guess in zip(gold, found, strict=True)) / max(1, len(gold))


def many_to_one(gold: Sequence[Any], clusters: Sequence[Any]) -> float:
    """The share of words whose cluster's most frequent tag is their tag; 0 without words."""
    together: dict[Any, Counter[Any]] = {}
    for tag, cluster in zip(gold, clusters, strict=True):
        together.setdefault(cluster, Counter())[tag] += 1
    return sum(max(tags.values()) for tags in together.values()) / max(1, len(gold))
