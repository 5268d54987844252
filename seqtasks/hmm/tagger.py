"""HMMTagger: a second-order hidden Markov tagger at its best, as a scikit-learn estimator.

The plain model is TnT's (Brants 2000). What makes it better: the state before is looked at when a word is emitted, frequent words with
habits of their own are states of their own, and unknown words are guessed by a log-linear model of their spelling. docs/hmm.md
says what each step gives. All weights are chosen on held-out sentences of the training data; then all of it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from seqtasks.errors import RunDirectoryError, UsageError, did_you_mean
from seqtasks.hmm.choosing import choose_weights
from seqtasks.hmm.counts.corpus import TaggedCorpus, add_sentences, check_sentences, check_tagged, empty_corpus
from seqtasks.hmm.decoding import HMMDecoder
from seqtasks.hmm.emissions import Candidates
from seqtasks.hmm.model import Options, Statistics, TunedWeights, assemble, count, train_guesser
from seqtasks.hmm.storage import HEAD, Stored, read_tagger, write_tagger
from seqtasks.hmm.temperature import tempered
from seqtasks.hmm.unknown.guesser import KINDS, Guesser
from seqtasks.hmm.word_types import WordTypes
from seqtasks.text.tags import OUTSIDE, PREFIXES, Span, spans_of, split_tag

Sentences = Sequence[Sequence[str]]
CHOICES = {
    "order": (1, 2),
    "smoothing": ("witten_bell", "deleted"),
    "unknown": KINDS,
    "decoding": ("viterbi", "posterior"),
    "scheme": (None, "BIO", "BIOES"),
}
REMEMBERED = 20_000  # word types that are not of the training data
MOST_STATES = 500  # the table of transitions has the third power of it


class HMMTagger(BaseEstimator):
    """Tags words by a hidden Markov model. Sentences are sequences of words (str), tags one sequence of str for each sentence.

    order: 2 looks at the two tags before, 1 at one. smoothing: of tag n-grams, "witten_bell" or "deleted" (interpolation). lexical_states:
    how many pairs of a word and a tag become states of their own; 0 for none. contextual: a word depends on the state before, too. unknown:
    what guesses unknown words: "max_ent", "suffix" or "prior". word_classes: addresses, numbers, marks and the like are told apart.
    lower_initial: a capitalised first word is looked up in small letters, too. backoff_rare: rare known words are backed by the guess.
    scheme: "BIO" or "BIOES" for entity tags; only legal sequences are answered. decoding: "viterbi" for the best sequence, "posterior" for
    the best tag of each word. held_out: the share of training sentences that weights are chosen on; 0 takes the default weights.
    calibrate: choose a temperature for `predict_proba`. random_state: the order of words in learning the guess.

    Learned: classes_ (the tags, sorted), weights_ (what was chosen), statistics_ (all counts), n_features_in_ is not set.
    """

    def __init__(
        self,
        *,
        order: int = 2,
        smoothing: str = "witten_bell",
        lexical_states: int = 300,
        contextual: bool = True,
        unknown: str = "max_ent",
        word_classes: bool = True,
        lower_initial: bool = True,
        backoff_rare: bool = True,
        scheme: str | None = None,
        decoding: str = "viterbi",
        held_out: float = 0.1,
        calibrate: bool = True,
        random_state: int = 0,
    ) -> None:
        self.order = order
        self.smoothing = smoothing
        self.lexical_states = lexical_states
        self.contextual = contextual
        self.unknown = unknown
        self.word_classes = word_classes
        self.lower_initial = lower_initial
        self.backoff_rare = backoff_rare
        self.scheme = scheme
        self.decoding = decoding
        self.held_out = held_out
        self.calibrate = calibrate
        self.random_state = random_state

    def fit(self, sentences: Sentences, tags: Sentences) -> HMMTagger:
        """Forget what was learned and learn from these sentences. Raises UsageError for wrong options, and for data that do not fit."""
        self._check_options()
        return self._learn(empty_corpus(), sentences, tags)

    def partial_fit(self, sentences: Sentences, tags: Sentences) -> HMMTagger:
        """Learn from these sentences in addition: the model is the same as if all had come at once."""
        self._check_options()
        known = self._sentences if hasattr(self, "statistics_") else empty_corpus()
        if known is None:
            raise UsageError("this tagger was saved without its training sentences and cannot learn more. Save it with sentences=True.")
        return self._learn(known, sentences, tags)

    def predict(self, sentences: Sentences) -> list[list[str]]:
        """The tags of each sentence."""
        decoder = self._decoder(sentences)
        found = decoder.tags(sentences) if self.decoding == "viterbi" else decoder.likeliest_tags(sentences, self.scheme)
        texts = self.classes_[found].tolist()
        ends = np.cumsum(np.fromiter(map(len, sentences), dtype=np.int64, count=len(sentences))).tolist()
        return [texts[first:end] for first, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []

    def predict_proba(self, sentences: Sentences) -> list[NDArray[np.float64]]:
        """For each sentence of S words the posterior of each tag of each word, [S, N] in the order of classes_; rows sum to 1."""
        ends = np.cumsum(np.fromiter(map(len, sentences), dtype=np.int64, count=len(sentences)))
        return np.split(self.posterior_table(sentences), ends[:-1]) if len(ends) else []

    def posterior_table(self, sentences: Sentences) -> NDArray[np.float64]:
        """The rows of `predict_proba` of all T words, one sentence after another: [T, N]."""
        parts = self._decoder(sentences).marginals(sentences)
        tables = [np.zeros((0, len(self.classes_)))]
        for part in parts:
            words = np.repeat(np.arange(len(part.first_T1) - 1), np.diff(part.first_T1))
            table = np.zeros((len(part.first_T1) - 1, len(self.classes_)))
            table[words, part.tags_Z] = tempered(part.first_T1, part.probabilities_Z, self.weights_.temperature)
            tables.append(table)
        return np.concatenate(tables)

    def k_best(self, sentences: Sentences, k: int) -> list[list[tuple[list[str], float]]]:
        """Of each sentence its k best sequences of tags with log P(words, tags), best first; fewer where there are fewer."""
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise UsageError(f"k is {k!r}. Ask for 1 sequence of tags or more.")
        ranked = self._decoder(sentences).k_best(sentences, k)
        return [[(self.classes_[tags].tolist(), score) for tags, score in paths] for paths in ranked]

    def span_probabilities(self, sentences: Sentences, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """For each sentence the posterior probability of each of its spans: that there is an entity with just these ends and this label.

        They are shares of all sequences of tags; the temperature of `predict_proba` is not applied. Raises UsageError without a scheme.
        """
        if self.scheme is None:
            raise UsageError("the tags of this tagger are no spans. Name their scheme.")
        return self._decoder(sentences).span_probabilities(sentences, spans, self.scheme)

    def log_likelihood(self, sentences: Sentences) -> NDArray[np.float64]:
        """log P(words) of each sentence, all tags summed out. An unknown word counts as if it had occurred once, in all."""
        return self._decoder(sentences).log_likelihoods(sentences)

    def score(self, sentences: Sentences, tags: Sentences) -> float:
        """Between 0 and 1: the share of words that get their tag; with a scheme, F1 over whole entities."""
        check_tagged(sentences, tags)
        predicted = self.predict(sentences)
        if self.scheme is None:
            right = sum(gold == found for pair in zip(tags, predicted, strict=True) for gold, found in zip(*pair, strict=True))
            return right / max(1, sum(map(len, tags)))
        sides = [[set(spans_of(row, self.scheme)) for row in side] for side in (tags, predicted)]
        correct = sum(len(gold & found) for gold, found in zip(*sides, strict=True))
        return 2 * correct / max(1, sum(len(spans) for side in sides for spans in side))

    def save(self, path: Path | str, *, sentences: bool = True) -> None:
        """Write the tagger to a folder. sentences: the training sentences too, without which `partial_fit` cannot go on after loading."""
        check_is_fitted(self, "statistics_")
        corpus = self._sentences if sentences else None
        write_tagger(Path(path), Stored(self.get_params(), self.weights_, self.statistics_, self._guesser, self._types.trained, corpus))

    @classmethod
    def load(cls, path: Path | str) -> HMMTagger:
        """A saved tagger; its answers are the same. Raises RunDirectoryError for a folder that is missing, damaged or newer than this."""
        stored = read_tagger(Path(path), sorted(cls().get_params()))
        tagger = cls(**stored.parameters)
        try:
            tagger._check_options()
        except UsageError as fault:
            raise RunDirectoryError(f"{Path(path) / HEAD}: {fault} Save the tagger again.") from fault
        tagger._sentences = stored.corpus
        tagger._use(stored.statistics, stored.guesser, stored.weights, stored.trained)
        return tagger

    def _learn(self, known: TaggedCorpus, sentences: Sentences, tags: Sentences) -> HMMTagger:
        corpus = add_sentences(known, sentences, tags)
        if not len(corpus.types_T):
            raise UsageError("no words to learn from: every sentence is empty, or there are none. Give tagged sentences.")
        if self.scheme is not None:
            _check_tags(corpus.tags, self.scheme)
        options = self._options()
        counted = corpus.with_sorted_tags([OUTSIDE] if self.scheme is not None else [])
        held_B = counted.held_out(self.held_out)
        weights = choose_weights(counted.select(~held_B), counted.select(held_B), options) if held_B.any() else TunedWeights()
        statistics = count(counted, options)
        self._sentences: TaggedCorpus | None = corpus
        self._use(statistics, train_guesser(counted, statistics.pairs, options, weights), weights, None)
        return self

    def _use(self, statistics: Statistics, guesser: Guesser, weights: TunedWeights, trained: Candidates | None) -> None:
        """Answer from these from now on."""
        model = assemble(statistics, guesser, self._options(), weights)
        self._guesser = guesser
        self._types = WordTypes(model.lexicon, statistics.words, most=REMEMBERED, trained=trained)
        self._model = model
        self.classes_ = np.array(statistics.tags, dtype=object)
        self.weights_, self.statistics_ = weights, statistics

    def _decoder(self, sentences: Sentences) -> HMMDecoder:
        check_is_fitted(self, "statistics_")
        check_sentences(sentences)
        return HMMDecoder(self._model, self._types)

    def _options(self) -> Options:
        return Options(
            order=self.order,
            smoothing=self.smoothing,
            lexical_states=self.lexical_states,
            contextual=self.contextual,
            unknown=self.unknown,
            word_classes=self.word_classes,
            lower_initial=self.lower_initial,
            backoff_rare=self.backoff_rare,
            scheme=self.scheme,
            calibrate=self.calibrate,
            seed=self.random_state,
        )

    def _check_options(self) -> None:
        """Raises UsageError with all wrong options at once."""
        faults = []
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or value not in choices:
                meant = did_you_mean(value, map(str, choices)) if isinstance(value, str) else "."
                faults.append(f"{name} is {value!r}; expected one of {', '.join(map(repr, choices))}{meant}")
        if not _is_whole(self.lexical_states) or not 0 <= self.lexical_states <= MOST_STATES:
            faults.append(f"lexical_states is {self.lexical_states!r}; expected a whole number from 0 to {MOST_STATES}.")
        if isinstance(self.held_out, bool) or not isinstance(self.held_out, (int, float)) or not 0 <= self.held_out <= 0.5:
            faults.append(f"held_out is {self.held_out!r}; expected a share from 0 to 0.5.")
        if not _is_whole(self.random_state) or self.random_state < 0:
            faults.append(f"random_state is {self.random_state!r}; expected a whole number, 0 or more.")
        if faults:
            raise UsageError("\n".join(faults))


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _check_tags(tags: Sequence[str], scheme: str) -> None:
    for tag in tags:
        prefix, label = split_tag(tag)
        if tag != OUTSIDE and (not label or prefix not in tuple(PREFIXES[scheme])):
            expected = ", ".join(f"{letter}-LABEL" for letter in PREFIXES[scheme])
            raise UsageError(f"{tag!r} is no {scheme} tag; expected O or one of {expected}. Name the scheme of these tags, or none.")
