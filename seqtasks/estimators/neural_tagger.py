"""NeuralTagger: words and their characters, a recurrent backbone, a softmax or a CRF, with the surface of scikit-learn.

The neural twin of seqtasks.hmm.tagger.HMMTagger: cross-validation and learning curves treat the two alike. Labels are lists of different
lengths, for which ClassifierMixin's checks are not made; so splitters take it for a regressor and cut without strata. S words, N labels.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.estimator import Estimator
from seqtasks.estimators.network import (
    HEAD,
    Architecture,
    Row,
    Training,
    TrainingSentences,
    build_network,
    learn_vocabularies,
    round_seed,
    scored_batches,
    seeded,
    train_network,
)
from seqtasks.estimators.parameters import check_parameters, check_progress
from seqtasks.estimators.storage import CHARACTERS, FACTS, WEIGHTS, WORDS, checked_labels, damaged, read_facts, replaced_folder, write_facts
from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.spans import entity_scores
from seqtasks.text.given import refuse_empty_words, refuse_lines_of_tags, refuse_spaced_words
from seqtasks.text.tagged_input import check_entity_tags, checked_sentences, checked_tagged, refuse_no_words
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.devices import find_device
from seqtasks.training.weights import load_weights, save_weights

Sentences = Sequence[Sequence[str]]
Told = Callable[[Row], object]


@dataclass(kw_only=True, eq=False, repr=False)
class NeuralTagger(Architecture, Training, Estimator):
    """Tags for words, from a network trained on tagged sentences.

    backbone: a name from `seqtasks.nn.BACKBONES`; hidden_size: of it, per direction; word_size, character_size, filters: of the
    embeddings (character_size=0: words only); min_count: how often a word must occur to have a vector of its own; dropout: of
    embedding, layers and head; word_dropout: share of words shown as unknown in training.
    backbone and head may be what another package offers. head: "softmax" or "crf"; scheme: None, "BIO", "BIOES" or "IOB1": tags are
    spans, the CRF keeps to what may follow what, and `score` is the entity F1. epochs: all are trained, nothing is held out;
    batch_tokens: padded words in a batch; schedule: of the learning rate, after warmup_updates. seed: of weights, dropout and order;
    torch's global generators are left where they stand.
    device: cpu, cuda, cuda:N, mps or auto; precision: of training, float32, bf16 or auto; answers are computed in float32.

    Learned: classes_ (labels [N], sorted), model_ (a TaggingModel), vocabularies_ (words, characters), history_ (a row for each epoch).
    """

    min_count: int = 1
    seed: int = 1
    device: str = "cpu"

    def fit(self, sentences: Sentences, tags: Sentences, *, progress: Told | None = None) -> NeuralTagger:
        """Learn from sentences of words and a tag for each word, anew. progress: called with a row (a dict) after every epoch.

        Raises UsageError for parameters that cannot be, DataError for sentences and tags that are not aligned, TrainingError where the
        loss is no longer a number.
        """
        check_progress(progress)
        check_parameters(self.get_params())
        architecture = self.architecture()
        words, labels = learnable(sentences, tags, architecture)
        device = find_device(self.device)
        classes = sorted({str(tag) for row in labels for tag in row})
        vocabularies = learn_vocabularies(words, self.min_count)
        seed = int(self.seed)
        with seeded(seed, device):
            model = build_network(architecture, *vocabularies, classes).to(device)
            data = TrainingSentences(words, labels, vocabularies, classes, batch_tokens=self.batch_tokens, seed=seed)
            history = train_network(model, data, self, device, progress)
        self.architecture_, self.vocabularies_, self.model_ = architecture, vocabularies, model
        self.classes_: NDArray[np.str_] = np.array(classes)
        self.history_, self.fits_ = history, 1
        return self

    def partial_fit(self, sentences: Sentences, tags: Sentences, *, progress: Told | None = None) -> NeuralTagger:
        """Go on training, on these sentences alone, for `epochs` epochs; the first call is `fit`.

        The network keeps its size, words and labels: new words count as unknown, and read by their characters. The optimiser and the
        learning rate start anew. For a gentle step: `set_params(epochs=1, learning_rate=0.0005, warmup_updates=0)`.
        Raises UsageError for new labels, and what `fit` raises; the tagger is then as it was.
        """
        if not hasattr(self, "model_"):
            return self.fit(sentences, tags, progress=progress)
        check_progress(progress)
        check_parameters(self.get_params())
        words, labels = learnable(sentences, tags, self.architecture_)
        classes = self.classes_.tolist()
        refuse_new_labels(labels, classes)
        device, seed = self.placed(), round_seed(int(self.seed), self.fits_)
        model = copy.deepcopy(self.model_)
        with seeded(seed, device):
            data = TrainingSentences(words, labels, self.vocabularies_, classes, batch_tokens=self.batch_tokens, seed=seed)
            rows = train_network(model, data, self, device, progress)
        self.model_, self.history_, self.fits_ = model, [*self.history_, *rows], self.fits_ + 1
        return self

    @torch.inference_mode()
    def predict(self, sentences: Sentences) -> list[list[str]]:
        """The tags of each sentence, one a word: the best for each word, or with a CRF the best path.

        Raises UsageError for an empty word, and for lines given as words: those with spaces, where the training data have none.
        """
        words = self.asked(sentences)
        return self.tags_of(words)

    @torch.inference_mode()
    def tags_of(self, sentences: Sentences) -> list[list[str]]:
        """The same of words of whatever form, such as those of a data file."""
        words = self.checked(sentences)
        head = self.model_.head(HEAD)
        answers: list[list[str]] = [[] for _ in words]
        for positions, scores_BSN, mask_BS in scored_batches(self.model_, words, self.vocabularies_, self.placed()):
            for position, row in zip(positions, head.predict(scores_BSN, mask_BS), strict=True):
                answers[position] = [head.labels[label] for label in row]
        return answers

    @torch.inference_mode()
    def predict_proba(self, sentences: Sentences) -> list[NDArray[np.float32]]:
        """The posteriors [S, N] of each sentence, in the order of classes_: softmax, or with a CRF the marginals over all paths."""
        words = self.asked(sentences)
        head = self.model_.head(HEAD)
        answers = [np.zeros((0, len(head.labels)), dtype=np.float32) for _ in words]
        for positions, scores_BSN, mask_BS in scored_batches(self.model_, words, self.vocabularies_, self.placed()):
            for position, probabilities_SN in zip(positions, head.probabilities(scores_BSN, mask_BS).cpu().numpy(), strict=True):
                answers[position] = probabilities_SN[: len(words[position])].copy()
        return answers

    def score(self, sentences: Sentences, tags: Sentences) -> float:
        """The share of words with their tag, 0 to 1; with a scheme, the micro F1 of entities (seqeval's default mode)."""
        words, gold = checked_tagged(sentences, tags)
        predicted = self.tags_of(words)
        if self.scheme is None:
            return token_accuracy(gold, predicted, split="score", head=HEAD, samples=0)[0].value / 100
        return entity_scores(gold, predicted, scheme=self.scheme, split="score", head=HEAD, samples=0).scores[0].value / 100

    def save(self, path: Path | str) -> None:
        """Write the tagger to a folder, whole or not at all; a tagger saved there before is replaced."""
        self.check_fitted("model_")
        facts = {
            "parameters": {**self.get_params(), "device": str(self.device)},
            "architecture": asdict(self.architecture_),
            "labels": self.classes_.tolist(),
            "fits": self.fits_,
            "history": self.history_,
        }
        with replaced_folder(Path(path)) as folder:
            save_weights(self.model_, folder / WEIGHTS)
            self.vocabularies_[0].save(folder / WORDS)
            self.vocabularies_[1].save(folder / CHARACTERS)
            write_facts(folder, facts)

    @classmethod
    def load(cls, path: Path | str, *, device: str | None = None) -> NeuralTagger:
        """What `save` wrote; it answers as before. device: another one than it was trained on.

        Raises RunDirectoryError for a folder that is no saved NeuralTagger, damaged, or of a newer format.
        """
        folder = Path(path)
        facts = read_facts(folder)
        try:
            tagger = cls(**facts["parameters"])
            tagger.architecture_ = Architecture(**facts["architecture"])
            if asdict(tagger.architecture_) != facts["architecture"]:
                raise ValueError("its architecture lacks numbers")
            tagger.classes_ = np.array(checked_labels(facts["labels"]))
            tagger.history_, tagger.fits_ = list(facts["history"]), int(facts["fits"])
            check_parameters(tagger.get_params())
        except (TypeError, ValueError, UsageError) as fault:
            raise damaged(folder / FACTS, fault) from None
        if device is not None:
            tagger.device = device
        found = find_device(tagger.device)
        tagger.vocabularies_ = (Vocabulary.load(folder / WORDS), Vocabulary.load(folder / CHARACTERS))
        try:
            with seeded(0, found):
                model = build_network(tagger.architecture_, *tagger.vocabularies_, facts["labels"])
        except (TypeError, ValueError, KeyError, RuntimeError, IndexError, OverflowError, MemoryError) as fault:
            raise damaged(folder / FACTS, fault) from None
        load_weights(model, folder / WEIGHTS)
        tagger.model_ = model.to(found)
        return tagger

    def placed(self) -> torch.device:
        """The device the network is on."""
        return next(self.model_.parameters()).device

    def asked(self, sentences: Sentences) -> list[list[str]]:
        """The same, none of whose words is empty or a line."""
        words = self.checked(sentences)
        refuse_empty_words(words)
        refuse_spaced_words(words, self.vocabularies_[0].words())
        return words

    def checked(self, sentences: Sentences) -> list[list[str]]:
        """Sentences to tag. Raises NotFittedError before `fit`, DataError for what is no list of words."""
        self.check_fitted("model_")
        return checked_sentences(sentences)


def learnable(sentences: Sentences, tags: Sentences, architecture: Architecture) -> tuple[list[list[str]], list[list[str]]]:
    """Sentences and tags as lists. Raises DataError where a network of these numbers cannot learn from them."""
    words, labels = checked_tagged(sentences, tags)
    refuse_no_words(words)
    refuse_lines_of_tags(words, labels)
    refuse_empty_words(words, labels)
    if architecture.scheme is not None:
        check_entity_tags(labels, architecture.scheme, chain=True)
    return words, labels


def refuse_new_labels(tags: Sentences, known: Sequence[str]) -> None:
    """Raises UsageError for labels that the network has no output for."""
    new = sorted({tag for row in tags for tag in row} - set(known))
    if new:
        raise UsageError(f"partial_fit: the labels {', '.join(new[:5])} were not among those of fit ({', '.join(known[:5])} ...). Use fit.")
