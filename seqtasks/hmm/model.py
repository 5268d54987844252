"""From counts to a model: what is counted in training, and the tables that the decoders need, made of the counts and a few weights.

Shape letters: N tags, S states, P contexts (the states, and last the boundary), O outcomes (tags, and last the end of the sentence).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.states import States, specialise
from seqtasks.hmm.counts.transitions import TransitionModel, Trigrams, count_trigrams, forbid
from seqtasks.hmm.counts.word_tags import Cells, WordTags, count_cells, count_word_tags, merge_contexts
from seqtasks.hmm.emissions import Level, WordEmissions, deleted_weight, discounted_level, interpolated_level, leave_shares
from seqtasks.hmm.unknown.guesser import Guesser, RareWords, class_frequencies
from seqtasks.hmm.unknown.max_ent import MaxEnt
from seqtasks.hmm.unknown.suffixes import SuffixModel
from seqtasks.text.tags import OUTSIDE

RARE_TO_LEARN = 20  # occurrences of the words that the guesser learns from
RARE_TO_BACK = 10  # occurrences of a known word that the guess backs
MOST_CELLS = 32_000_000  # of the table of transitions: 256 MB
GUESSES = 8  # candidates of an unknown word
SMALL_LETTERS = 0.5  # what an occurrence in small letters counts for at the start of a sentence


@dataclass(kw_only=True, eq=False, repr=False)
class Options:
    """What the model is made of, the parameters of an HMMTagger, which see."""

    order: int = 2
    smoothing: str = "witten_bell"
    lexical_states: int = 300
    contextual: bool = True
    unknown: str = "max_ent"
    word_classes: bool = True
    lower_initial: bool = True
    backoff_rare: bool = True
    scheme: str | None = None
    calibrate: bool = True
    random_state: int = 0


@dataclass(frozen=True)
class TunedWeights:
    """Numbers that are chosen on held-out sentences of the training data.

    strength: of Witten-Bell smoothing. guess_weight: occurrences that the guess counts for beside those of a known word. guess_power: what
    the guess of an unknown word is raised to. epochs: of the max-ent model. theta: of the suffix tries. temperature: of the marginals.
    """

    strength: float = 8.0
    guess_weight: float = 0.3
    guess_power: float = 1.5
    epochs: int = 5
    theta: float = 1.0
    temperature: float = 1.0


@dataclass(frozen=True)
class Statistics:
    """All counts. trigrams: outcomes after two states; cells: words by tag and state before; pairs: words by tag."""

    tags: list[str]
    words: list[str]
    states: States
    trigrams: Trigrams
    cells: Cells
    pairs: WordTags


@dataclass(frozen=True)
class HMM:
    """What answers questions. scores_PPO: log transitions, with `leave_shares`; levels: contexts of the emissions, from the shortest on."""

    tags: list[str]
    states: States
    scores_PPO: NDArray[np.float64]
    lexicon: WordEmissions
    levels: list[Level]


def count(corpus: TaggedCorpus, options: Options) -> Statistics:
    """Count a corpus whose tags are sorted. There are fewer lexical states than asked for where the table of transitions grew too large.

    Raises UsageError where the tags alone make it too large.
    """
    outcomes = len(corpus.tags) + 1
    room = int(math.sqrt(MOST_CELLS / outcomes)) - outcomes
    if options.order == 2 and room < 0:
        raise UsageError(f"{len(corpus.tags)} tags make a second-order table of {outcomes**3:,} numbers. Choose order=1.")
    states = specialise(corpus, min(options.lexical_states, room) if options.order == 2 else options.lexical_states)
    return Statistics(
        corpus.tags, corpus.words, states, count_trigrams(corpus, states), count_cells(corpus, states), count_word_tags(corpus)
    )


def guesser_from(rare: RareWords, options: Options, *, max_ent: MaxEnt | None = None, suffixes: SuffixModel | None = None) -> Guesser:
    """A guesser of one of these models, or of the prior where there is none."""
    prior_N, classes_KN = class_frequencies(rare)
    return Guesser(prior_N, classes_KN if options.word_classes else None, suffixes, max_ent, rare.related if max_ent else None)


def assemble(statistics: Statistics, guesser: Guesser, options: Options, weights: TunedWeights) -> HMM:
    """The tables of the model."""
    states, tags = statistics.states, statistics.tags
    transitions = TransitionModel(
        statistics.trigrams, states, order=options.order, smoothing=options.smoothing, strength=weights.strength
    ).log_table()
    if options.scheme is not None:
        transitions = forbid(transitions, states, tags, options.scheme)
    tag_counts_N = np.bincount(
        statistics.pairs.tags_A, weights=statistics.pairs.inner_A + statistics.pairs.initial_A, minlength=len(tags)
    ).astype(np.float64)
    lexicon = WordEmissions(
        index={word: number for number, word in enumerate(statistics.words)},
        pairs=statistics.pairs,
        prior_N=(tag_counts_N + 0.5) / (tag_counts_N + 0.5).sum(),
        tokens=max(1, int(tag_counts_N.sum())),
        guesser=guesser,
        guess_weight=weights.guess_weight if options.backoff_rare else 0.0,
        guess_power=weights.guess_power,
        small_letters=SMALL_LETTERS if options.lower_initial else 0.0,
        rare=RARE_TO_BACK,
        guesses=GUESSES,
        states=states,
        everywhere=tags.index(OUTSIDE) if options.scheme is not None else -1,
    )
    levels = _levels(statistics, tag_counts_N, options.contextual)
    return HMM(tags, states, leave_shares(transitions, levels), lexicon, levels)


def _levels(statistics: Statistics, tag_counts_N: NDArray[np.float64], contextual: bool) -> list[Level]:
    if not contextual:
        return []
    states, cells = statistics.states, statistics.cells
    by_tag = merge_contexts(cells, states.parents(), states.tags + 1)
    levels = [interpolated_level(by_tag, deleted_weight(by_tag, statistics.pairs, tag_counts_N))]
    return levels if states.count == states.tags else [*levels, discounted_level(cells)]
