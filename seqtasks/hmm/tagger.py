"""HMMTagger: a second-order hidden Markov tagger at its best, as a scikit-learn estimator.

The plain model is TnT's (Brants 2000). What makes it better: the state before is looked at when a word is emitted, frequent words with
habits of their own are states of their own, and unknown words are guessed by a log-linear model of their spelling. docs/hmm.md
says what each step gives. All weights are chosen on held-out sentences of the training data; then all of it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import RunDirectoryError, UsageError, did_you_mean
from seqtasks.estimator import Estimator
from seqtasks.hmm.counts.corpus import TaggedCorpus, add_sentences, empty_corpus
from seqtasks.hmm.decoding import HMMDecoder
from seqtasks.hmm.emissions import Candidates
from seqtasks.hmm.model import Options, Statistics, TunedWeights, assemble, count
from seqtasks.hmm.storage import HEAD, Stored, read_tagger, write_tagger
from seqtasks.hmm.temperature import tempered
from seqtasks.hmm.unknown.guesser import KINDS, Guesser
from seqtasks.hmm.word_types import WordTypes
from seqtasks.text.archives import UNREADABLE
from seqtasks.text.given import refuse_empty_words, refuse_lines_of_tags, refuse_spaced_words
from seqtasks.text.tagged_input import check_entity_tags, checked_sentences, checked_tagged, refuse_no_words
from seqtasks.text.tags import OUTSIDE, Span, spans_of

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


@dataclass(kw_only=True, eq=False, repr=False)
class HMMTagger(Options, Estimator):
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

    decoding: str = "viterbi"
    held_out: float = 0.1

    def fit(self, sentences: Sentences, tags: Sentences) -> HMMTagger:
        """Forget what was learned and learn from these sentences. Raises UsageError for wrong options and for words or tags that are empty,
        DataError for sentences and tags that are not aligned.
        """
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
        """The tags of each sentence.

        Raises UsageError for an empty word, and for lines given as words: those with spaces, where the training data have none.
        """
        return self.tags_of(self._checked(sentences))

    def tags_of(self, sentences: Sentences) -> list[list[str]]:
        """The same of words of whatever form, such as those of a data file."""
        words, decoder = self._asked(sentences)
        found = decoder.tags(words) if self.decoding == "viterbi" else decoder.likeliest_tags(words, self.scheme)
        texts = iter(self.classes_[found].tolist())
        return [list(islice(texts, len(row))) for row in words]

    def predict_proba(self, sentences: Sentences) -> list[NDArray[np.float64]]:
        """For each sentence of S words the posterior of each tag of each word, [S, N] in the order of classes_; rows sum to 1."""
        words = self._checked(sentences)
        return np.split(self.posterior_table(words), np.cumsum([*map(len, words)])[:-1]) if words else []

    def posterior_table(self, sentences: Sentences) -> NDArray[np.float64]:
        """The rows of `predict_proba` of all T words, one sentence after another: [T, N]."""
        words, decoder = self._asked(sentences)
        tables = [np.zeros((0, len(self.classes_)))]
        for part in decoder.marginals(words):
            words_Z = np.repeat(np.arange(len(part.first_T1) - 1), np.diff(part.first_T1))
            table = np.zeros((len(part.first_T1) - 1, len(self.classes_)))
            table[words_Z, part.tags_Z] = tempered(part.first_T1, part.probabilities_Z, self.weights_.temperature)
            tables.append(table)
        return np.concatenate(tables)

    def k_best(self, sentences: Sentences, k: int) -> list[list[tuple[list[str], float]]]:
        """Of each sentence its k best sequences of tags with log P(words, tags), best first; fewer where there are fewer."""
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise UsageError(f"k is {k!r}. Ask for 1 sequence of tags or more.")
        words, decoder = self._asked(sentences)
        return [[(self.classes_[tags].tolist(), score) for tags, score in paths] for paths in decoder.k_best(words, k)]

    def span_probabilities(self, sentences: Sentences, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """For each sentence the posterior probability of each of its spans: that there is an entity with just these ends and this label.

        They are shares of all sequences of tags; the temperature of `predict_proba` is not applied. Raises UsageError without a scheme.
        """
        if self.scheme is None:
            raise UsageError("the tags of this tagger are no spans. Name their scheme.")
        words, decoder = self._asked(sentences)
        return decoder.span_probabilities(words, spans, self.scheme)

    def log_likelihood(self, sentences: Sentences) -> NDArray[np.float64]:
        """log P(words) of each sentence, all tags summed out. An unknown word counts as if it had occurred once, in all."""
        words, decoder = self._asked(sentences)
        return decoder.log_likelihoods(words)

    def score(self, sentences: Sentences, tags: Sentences) -> float:
        """Between 0 and 1: the share of words that get their tag; with a scheme, F1 over whole entities."""
        words, expected = checked_tagged(sentences, tags)
        predicted = self.tags_of(words)
        if self.scheme is None:
            right = sum(gold == found for pair in zip(expected, predicted, strict=True) for gold, found in zip(*pair, strict=True))
            return right / max(1, sum(map(len, expected)))
        sides = [[set(spans_of(row, self.scheme)) for row in side] for side in (expected, predicted)]
        correct = sum(len(gold & found) for gold, found in zip(*sides, strict=True))
        return 2 * correct / max(1, sum(len(spans) for side in sides for spans in side))

    def save(self, path: Path | str, *, sentences: bool = True) -> None:
        """Write the tagger to a folder. sentences: the training sentences too, without which `partial_fit` cannot go on after loading."""
        self.check_fitted("statistics_")
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
        try:
            tagger._use(stored.statistics, stored.guesser, stored.weights, stored.trained)
            known = [word for word in stored.statistics.words[:100] if word and not any(character.isspace() for character in word)]
            tagger.predict([[*known[:2], "\0"]])  # what does not fit shows at the first sentence
        except (*UNREADABLE, AttributeError) as fault:
            raise RunDirectoryError(f"{Path(path)}: damaged ({type(fault).__name__}: {fault}). Save the tagger again.") from fault
        return tagger

    def _learn(self, known: TaggedCorpus, sentences: Sentences, tags: Sentences) -> HMMTagger:
        from seqtasks.hmm.choosing import choose_weights, train_guesser  # with scipy, which answers do without: 0.3 s to load

        words, labels = checked_tagged(sentences, tags)
        refuse_lines_of_tags(words, labels)
        refuse_empty_words(words, labels)
        if self.scheme is not None:
            check_entity_tags([known.tags], self.scheme, chain=False)
            check_entity_tags(labels, self.scheme, chain=True)
        corpus = add_sentences(known, words, labels)
        refuse_no_words([corpus.words])
        counted = corpus.with_sorted_tags([OUTSIDE] if self.scheme is not None else [])
        held_B = counted.held_out(self.held_out)
        weights = choose_weights(counted.select(~held_B), counted.select(held_B), self) if held_B.any() else TunedWeights()
        statistics = count(counted, self)
        self._sentences: TaggedCorpus | None = corpus
        self._use(statistics, train_guesser(counted, statistics.pairs, self, weights), weights, None)
        return self

    def _use(self, statistics: Statistics, guesser: Guesser, weights: TunedWeights, trained: Candidates | None) -> None:
        """Answer from these from now on."""
        model = assemble(statistics, guesser, self, weights)
        self._guesser = guesser
        self._types = WordTypes(model.lexicon, statistics.words, most=REMEMBERED, trained=trained)
        self._model = model
        self.classes_ = np.array(statistics.tags, dtype=object)
        self.weights_, self.statistics_ = weights, statistics

    def _asked(self, sentences: Sentences) -> tuple[list[list[str]], HMMDecoder]:
        """Sentences to tag as lists, and what tags them."""
        self.check_fitted("statistics_")
        return checked_sentences(sentences), HMMDecoder(self._model, self._types)

    def _checked(self, sentences: Sentences) -> list[list[str]]:
        """Sentences to tag as lists, none of whose words is empty or a line."""
        self.check_fitted("statistics_")
        words = checked_sentences(sentences)
        refuse_empty_words(words)
        refuse_spaced_words(words, self.statistics_.words)
        return words

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
            raise UsageError(*faults)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
