"""Choose the weights of a model on sentences of the training data that it was not counted on, each by what it is for.

Transitions: the likelihood of held-out tags after the tags before them. The guess of unknown words: the likelihood of the tags of held-out
words that the counted sentences lack. How far the guess is trusted, against what was counted for a rare word and against the neighbours of
an unknown one: the accuracy of tagging the held-out sentences.

Shape letters: T held-out words, N tags, P contexts, O outcomes.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.transitions import TransitionModel, count_trigrams
from seqtasks.hmm.counts.word_tags import WordTags
from seqtasks.hmm.decoding import HMMDecoder
from seqtasks.hmm.model import RARE_TO_LEARN, Options, Statistics, TunedWeights, assemble, count, guesser_from
from seqtasks.hmm.temperature import choose_temperature
from seqtasks.hmm.unknown.features import feature_matrix
from seqtasks.hmm.unknown.guesser import Guesser, RareWords, rare_words
from seqtasks.hmm.unknown.max_ent import MaxEnt
from seqtasks.hmm.unknown.max_ent_training import max_ent_passes, train_max_ent
from seqtasks.hmm.unknown.suffixes import train_suffixes
from seqtasks.hmm.word_types import WordTypes

STRENGTHS = (2.0, 4.0, 8.0, 16.0)
GUESS_WEIGHTS = (0.1, 0.3, 1.0)
POWERS = (1.0, 1.5, 2.0)
THETAS = (0.03, 0.1, 0.3, 1.0, 3.0)
EPOCHS = 8
TO_CALIBRATE = 10_000  # held-out words the temperature is chosen on
LEAST = 1e-6  # probability of what the model thinks impossible
Floats = NDArray[np.float64]


def choose_weights(kept: TaggedCorpus, held: TaggedCorpus, options: Options) -> TunedWeights:
    """The best weights for counts of `kept`, judged on `held`; the default ones where there is nothing to judge on."""
    weights = TunedWeights()
    if not len(held.types_T) or not len(kept.types_T):
        return weights
    statistics = count(kept, options)
    if options.smoothing == "witten_bell":
        weights = replace(weights, strength=_best_strength(statistics, held, options))
    rare = rare_words(kept, statistics.pairs, RARE_TO_LEARN)
    guesser, weights = _best_guesser(statistics, rare, held, options, weights)
    return _best_trust(statistics, guesser, held, options, weights)


def train_guesser(corpus: TaggedCorpus, pairs: WordTags, options: Options, weights: TunedWeights) -> Guesser:
    """Learn to guess tags from spellings."""
    rare = rare_words(corpus, pairs, RARE_TO_LEARN)
    if options.unknown == "max_ent":
        features_WF = feature_matrix(rare.words, rare.initial_W, rare.related, options.word_classes)
        model = train_max_ent(features_WF, rare.counts_WN, epochs=weights.epochs, seed=options.random_state)
        return guesser_from(rare, options, max_ent=model)
    suffixes = train_suffixes(rare.words, rare.counts_WN, weights.theta) if options.unknown == "suffix" else None
    return guesser_from(rare, options, suffixes=suffixes)


def _best_strength(statistics: Statistics, held: TaggedCorpus, options: Options) -> float:
    wanted = count_trigrams(held, statistics.states)

    def likelihood(strength: float) -> float:
        model = TransitionModel(statistics.trigrams, statistics.states, order=options.order, smoothing=options.smoothing, strength=strength)
        return float(wanted.counts_K @ np.log(model.probabilities(wanted.places_K)))

    return max(STRENGTHS, key=likelihood)


def _best_guesser(
    statistics: Statistics, rare: RareWords, held: TaggedCorpus, options: Options, weights: TunedWeights
) -> tuple[Guesser, TunedWeights]:
    """Theta or the number of epochs, and the guesser of the kept sentences under it."""
    totals_Y = statistics.pairs.totals()
    unknown_T = totals_Y[held.types_T] == 0
    words, initial, gold = [held.words[word] for word in held.types_T[unknown_T]], held.starts()[unknown_T], held.tags_T[unknown_T]
    if options.unknown == "max_ent":
        features_WF = feature_matrix(words, initial, rare.related, options.word_classes)
        training_WF = feature_matrix(rare.words, rare.initial_W, rare.related, options.word_classes)
        best, best_likelihood, epochs = None, -np.inf, weights.epochs
        for number, model in enumerate(islice(max_ent_passes(training_WF, rare.counts_WN, seed=options.random_state), EPOCHS), start=1):
            likelihood = _log_likelihood(model.probabilities(features_WF), gold)
            if best is None or likelihood > best_likelihood:
                best, best_likelihood, epochs = MaxEnt(model.features_X, model.weights_XN.copy()), likelihood, number
            else:
                break
        return guesser_from(rare, options, max_ent=best), replace(weights, epochs=epochs)
    if options.unknown == "suffix":
        tries = train_suffixes(rare.words, rare.counts_WN, weights.theta)
        theta = max(THETAS, key=lambda theta: _log_likelihood(replace(tries, theta=theta).probabilities(words), gold))
        return guesser_from(rare, options, suffixes=replace(tries, theta=theta)), replace(weights, theta=theta)
    return guesser_from(rare, options), weights


def _best_trust(statistics: Statistics, guesser: Guesser, held: TaggedCorpus, options: Options, weights: TunedWeights) -> TunedWeights:
    """How much the guess counts for rare and for unknown words, by tagging held-out sentences; and the temperature then."""
    model, sentences = assemble(statistics, guesser, options, weights), held.sentences()

    def decoder(weight: float, power: float) -> HMMDecoder:
        lexicon = replace(model.lexicon, guess_weight=weight if options.backoff_rare else 0.0, guess_power=power)
        return HMMDecoder(replace(model, lexicon=lexicon), WordTypes(lexicon, [], most=len(held.words)))

    weight, power = weights.guess_weight, weights.guess_power
    tags_T = decoder(weight, power).tags(sentences)
    if options.backoff_rare:
        answers = {other: decoder(other, power).tags(sentences) for other in GUESS_WEIGHTS if other != weight}
        weight, tags_T = better(weight, tags_T, answers, held.tags_T)
    answers = {other: decoder(weight, other).tags(sentences) for other in POWERS if other != power}
    power, _ = better(power, tags_T, answers, held.tags_T)
    weights = replace(weights, guess_weight=weight, guess_power=power)
    if not options.calibrate:
        return weights
    few = sentences[: int(np.searchsorted(np.cumsum(held.lengths_B), TO_CALIBRATE)) + 1]
    marginals = list(decoder(weight, power).marginals(few))
    return replace(weights, temperature=choose_temperature(marginals, held.tags_T[: sum(map(len, few))]))


def better(
    default: float, tags_T: NDArray[np.int64], answers: dict[float, NDArray[np.int64]], gold_T: NDArray[np.integer]
) -> tuple[float, NDArray[np.int64]]:
    """The value whose answers are right most often, if it is not by chance: else the default, whose answers are tags_T.

    By chance: where two answers differ, their numbers of right ones differ by about the root of the number of such words.
    """
    best, best_gain = default, 0.0
    for value, other_T in answers.items():
        gain = float((other_T == gold_T).sum() - (tags_T == gold_T).sum())
        if gain > max(best_gain, np.sqrt((other_T != tags_T).sum())):
            best, best_gain = value, gain
    return (best, answers[best]) if best_gain else (default, tags_T)


def _log_likelihood(probabilities_TN: Floats, gold_T: Sequence[int] | NDArray[np.integer]) -> float:
    return float(np.log(probabilities_TN[np.arange(len(gold_T)), gold_T] + LEAST).sum())
