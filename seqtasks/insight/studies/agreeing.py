"""Agreement by distance: language models of equal size, trained on one mixture of sentences, and asked at verbs ever further from their
subject: `study_agreement(...)`. N networks, D distances, R seeds. B sentences, S words, E word vector, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from seqtasks.insight.studies.agreement import AgreementLexicon, Frame, Sentences, draw_sentences
from seqtasks.insight.studies.memory import MemoryStudy
from seqtasks.insight.studies.networks import NetworkKind
from seqtasks.insight.studies.training import BATCH, CLIP, EMBEDDING, RATE, TaskNetwork, generator_of

DEEPEST, ASKED_DEEPEST = 3, 6  # nested clauses in training, and when asked
TESTED, UPDATES = 1000, 1000


def study_agreement(
    kinds: Sequence[NetworkKind],
    lexicon: AgreementLexicon,
    *,
    seeds: Sequence[int] = (1, 2, 3),
    parameters: int = 12_000,
    updates: int = UPDATES,
    tell: Callable[[str], None] = lambda line: None,
) -> MemoryStudy:
    """Every network under every seed; scores are the share of last verbs whose right form is the more probable one.

    The distances are those of sentences without phrases: 1, 5, 9, ... words, each nested clause 4 more; beyond DEEPEST clauses they are
    deeper than any that was trained on. tell: hears a line after each training.
    """
    frames = [Frame((False,) * (nested + 1)) for nested in range(ASKED_DEEPEST + 1)]
    asked = [draw_sentences(lexicon, frame, TESTED, generator_of(frame.distance, 1)) for frame in frames]
    shape = len(kinds), len(frames), len(seeds)
    scores, counts, sizes = np.zeros(shape), np.full(shape, updates, dtype=np.int64), []
    for place, kind in enumerate(kinds):
        for row, seed in enumerate(seeds):
            network = language_model(kind, len(lexicon.words), parameters=parameters, longest=4 * DEEPEST + 2, seed=seed)
            train_language_model(network, lexicon, seed=seed, updates=updates)
            scores[place, :, row] = [contrastive_score(network, sentences) for sentences in asked]
            tell(f"{kind.name}, seed {seed}: " + ", ".join(f"{100 * value:.0f} %" for value in scores[place, :, row]))
        sizes.append(network.size)
    return MemoryStudy(
        task="agreement",
        measure="accuracy",
        chance=0.5,
        networks=tuple(kind.name for kind in kinds),
        parameters=tuple(sizes),
        distances=tuple(frame.distance for frame in frames),
        seeds=tuple(seeds),
        scores_NDR=scores,
        gradients_NDR=np.full(shape, np.nan),
        updates_NDR=counts,
    )


def language_model(kind: NetworkKind, words: int, *, parameters: int, longest: int, seed: int) -> TaskNetwork:
    """From words to the next word."""
    hidden = kind.matched(EMBEDDING, parameters, lambda size: words * (EMBEDDING + size + 1))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = kind.build(EMBEDDING, hidden, longest)
        return TaskNetwork(backbone, words=words, input_size=EMBEDDING, hidden_size=hidden, outputs=words)


def train_language_model(network: TaskNetwork, lexicon: AgreementLexicon, *, seed: int, updates: int) -> None:
    """On batches of sentences of one shape each, drawn anew; the loss is that of every word but the first."""
    generator, weights = generator_of(0, seed), list(network.parameters())
    optimizer = torch.optim.Adam(weights, RATE)
    for _ in range(updates):
        words_BS = draw_sentences(lexicon, Frame.draw(DEEPEST, generator), BATCH, generator).words_BS
        outputs_BSV = network(words_BS[:, :-1], words_BS.size(1) - 1)
        loss = functional.cross_entropy(outputs_BSV.flatten(0, 1), words_BS[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, CLIP)
        optimizer.step()


@torch.no_grad()
def contrastive_score(network: TaskNetwork, sentences: Sentences) -> float:
    """Share of sentences whose last verb is more probable than its other form, given the words before it; ties count half."""
    outputs_BV = network(sentences.words_BS[:, :-2], 1)[:, 0]
    right_B = outputs_BV.gather(1, sentences.words_BS[:, -2:-1])[:, 0]
    wrong_B = outputs_BV.gather(1, sentences.other_B[:, None])[:, 0]
    return ((right_B > wrong_B).double() + 0.5 * (right_B == wrong_B)).mean().item()
