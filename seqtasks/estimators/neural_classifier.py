"""NeuralClassifier: a recurrent backbone, its states pooled to one vector a text, and a softmax, with the surface of scikit-learn.

The twin of `seqtasks.estimators.neural_tagger.NeuralTagger` for whole texts: it stands where a pipeline of TfidfVectorizer and
LogisticRegression stands, in cross-validation, grid search and ensembles. T texts, N labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from seqtasks.errors import DataError, UsageError
from seqtasks.estimators.labels import classes_of, labels_of
from seqtasks.estimators.network import Row, Training, learn_vocabularies, seeded, train_network
from seqtasks.estimators.parameters import check_parameters, check_progress
from seqtasks.estimators.storage import CHARACTERS, FACTS, WEIGHTS, WORDS, damaged, read_facts, replaced_folder, write_facts
from seqtasks.estimators.text_network import TextArchitecture, TrainingTexts, build_text_network, probabilities_of
from seqtasks.text.given import refuse_unordered, shown
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.text.words import check_language, words_of
from seqtasks.training.devices import find_device
from seqtasks.training.weights import load_weights, save_weights

Texts = Sequence[str] | Sequence[Sequence[str]]
Told = Callable[[Row], object]
KIND = "NeuralClassifier"


class NeuralClassifier(ClassifierMixin, BaseEstimator):
    """One label for each text, from a network trained on labelled texts.

    A text is a str, which is split into words (language: as of `[data] language`; max_length: words that are read), or a list of words.
    backbone: a name from `seqtasks.nn.BACKBONES`; hidden_size: of it, per direction; word_size, character_size, filters, shape_size: of the
    embeddings (0: without characters, without shapes); min_count: how often a word must occur to have a vector of its own; pooling: "last",
    "mean", "max" or "attention"; dropout: of embedding, layers and head; word_dropout: share of words shown as unknown in training.
    epochs: all are trained, nothing is held out; batch_tokens: padded words in a batch; schedule: of the learning rate, after
    warmup_updates. seed: of weights, dropout and order; torch's global generators are left where they stand. device: cpu, cuda, cuda:N, mps
    or auto; precision: of training, float32, bf16 or auto; answers are computed in float32.

    Learned: classes_ (labels [N], sorted), class_shares_ (of each in training, [N]), model_, vocabularies_ (words, characters), history_ (a
    row for each epoch).
    """

    def __init__(
        self,
        *,
        backbone: str = "bilstm",
        hidden_size: int = 100,
        layers: int = 1,
        word_size: int = 100,
        min_count: int = 1,
        character_size: int = 0,
        filters: int = 64,
        shape_size: int = 8,
        pooling: str = "attention",
        dropout: float = 0.3,
        word_dropout: float = 0.05,
        language: str = "",
        max_length: int = 1000,
        epochs: int = 12,
        batch_tokens: int = 600,
        learning_rate: float = 0.003,
        schedule: str = "cosine",
        warmup_updates: int = 100,
        clip_norm: float = 1.0,
        seed: int = 1,
        device: str = "cpu",
        precision: str = "float32",
    ) -> None:
        self.backbone = backbone
        self.hidden_size = hidden_size
        self.layers = layers
        self.word_size = word_size
        self.min_count = min_count
        self.character_size = character_size
        self.filters = filters
        self.shape_size = shape_size
        self.pooling = pooling
        self.dropout = dropout
        self.word_dropout = word_dropout
        self.language = language
        self.max_length = max_length
        self.epochs = epochs
        self.batch_tokens = batch_tokens
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.warmup_updates = warmup_updates
        self.clip_norm = clip_norm
        self.seed = seed
        self.device = device
        self.precision = precision

    def fit(self, texts: Texts, labels: ArrayLike, *, progress: Told | None = None) -> NeuralClassifier:
        """Learn from texts and a label for each, anew. progress: called with a row (a dict) after every epoch.

        labels: all of them str, truth values or whole numbers. Raises UsageError for parameters that cannot be, DataError for texts and
        labels that are not aligned, for a text without words, a label that names no class (None, nan, 0.5) and labels that are all the
        same, TrainingError where the loss is no longer a number.
        """
        check_progress(progress)
        check_parameters(self.get_params())
        check_language(self.language)
        words = self.words_of(texts)
        classes, targets = classes_of(labels, len(words))
        refuse_no_words(words)
        device, architecture = find_device(self.device), TextArchitecture.of(self.get_params())
        vocabularies = learn_vocabularies(words, int(self.min_count))
        seed = int(self.seed)
        with seeded(seed, device):
            model = build_text_network(architecture, *vocabularies, [str(label) for label in classes]).to(device)
            data = TrainingTexts(words, targets, vocabularies, batch_tokens=int(self.batch_tokens), seed=seed)
            history = train_network(model, data, self.training(), device, progress)
        self.architecture_, self.vocabularies_, self.model_ = architecture, vocabularies, model
        self.classes_ = classes
        self.class_shares_: NDArray[np.float64] = np.bincount(targets, minlength=len(classes)) / len(targets)
        self.history_ = history
        return self

    def predict(self, texts: Texts) -> NDArray[Any]:
        """The most probable label of each text: [T]. Raises DataError for a text without words, of which only the shares are known."""
        check_is_fitted(self, "model_")
        refuse_no_words(self.words_of(texts))
        probabilities_TN = self.predict_proba(texts)
        best: NDArray[Any] = self.classes_[probabilities_TN.argmax(axis=1)]
        return best

    @torch.inference_mode()
    def predict_proba(self, texts: Texts) -> NDArray[np.float64]:
        """probabilities_TN in the order of classes_; a text without words gets the shares of the labels in training."""
        check_is_fitted(self, "model_")
        words = self.words_of(texts)
        probabilities_TN = np.tile(self.class_shares_, (len(words), 1))
        for positions, found_BN in probabilities_of(self.model_, words, self.vocabularies_, self.placed()):
            probabilities_TN[positions] = found_BN.double().cpu().numpy()
        return probabilities_TN

    def score(self, texts: Texts, labels: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """The share of texts with their label, 0 to 1. Raises DataError as `predict` does, and for labels as `fit` does."""
        check_is_fitted(self, "model_")
        return float(super().score(texts, labels_of(labels, len(self.words_of(texts))), sample_weight))

    def save(self, path: Path | str) -> None:
        """Write the classifier to a folder, whole or not at all; one saved there before is replaced."""
        check_is_fitted(self, "model_")
        facts = {
            "parameters": {**self.get_params(), "device": str(self.device)},
            "architecture": asdict(self.architecture_),
            "labels": self.classes_.tolist(),
            "shares": self.class_shares_.tolist(),
            "fits": 1,
            "history": self.history_,
        }
        with replaced_folder(Path(path), KIND) as folder:
            save_weights(self.model_, folder / WEIGHTS)
            self.vocabularies_[0].save(folder / WORDS)
            self.vocabularies_[1].save(folder / CHARACTERS)
            write_facts(folder, facts, KIND)

    @classmethod
    def load(cls, path: Path | str, *, device: str | None = None) -> NeuralClassifier:
        """What `save` wrote; it answers as before. device: another one than it was trained on.

        Raises RunDirectoryError for a folder that is no saved NeuralClassifier, damaged, or of a newer format.
        """
        folder = Path(path)
        facts = read_facts(folder, KIND)
        try:
            found = cls(**facts["parameters"])
            found.architecture_ = TextArchitecture(**facts["architecture"])
            found.classes_, found.class_shares_ = np.array(facts["labels"]), np.array(facts["shares"], dtype=float)
            if not isinstance(facts["labels"], list) or found.classes_.ndim != 1 or found.class_shares_.shape != found.classes_.shape:
                raise ValueError("its labels do not fit their shares")
            found.history_ = list(facts["history"])
            check_parameters(found.get_params())
        except (TypeError, ValueError, KeyError, UsageError) as fault:
            raise damaged(folder / FACTS, fault) from None
        if device is not None:
            found.device = device
        place = find_device(found.device)
        found.vocabularies_ = (Vocabulary.load(folder / WORDS), Vocabulary.load(folder / CHARACTERS))
        try:
            with seeded(0, place):
                model = build_text_network(found.architecture_, *found.vocabularies_, [str(label) for label in found.classes_])
        except (TypeError, ValueError, KeyError, RuntimeError, IndexError, OverflowError, MemoryError) as fault:
            raise damaged(folder / FACTS, fault) from None
        load_weights(model, folder / WEIGHTS)
        found.model_ = model.to(place)
        return found

    def training(self) -> Training:
        """The parameters of training."""
        return Training(
            epochs=int(self.epochs),
            batch_tokens=int(self.batch_tokens),
            learning_rate=float(self.learning_rate),
            schedule=self.schedule,
            warmup_updates=int(self.warmup_updates),
            clip_norm=float(self.clip_norm),
            precision=self.precision,
        )

    def placed(self) -> torch.device:
        """The device the network is on."""
        return next(self.model_.parameters()).device

    def words_of(self, texts: Texts) -> list[list[str]]:
        """The words that are read of each text. Raises DataError for anything but texts, or lists of words."""
        if isinstance(texts, str | bytes):
            raise DataError("texts", 0, "got one text", "Give a list of texts")
        refuse_unordered("texts", texts)
        if not isinstance(texts, Iterable):
            raise DataError("texts", 0, f"got {shown(texts)}", "Give a list of texts")
        rows = []
        for number, text in enumerate(texts, start=1):
            words = words_of(text, self.language) if isinstance(text, str) else text
            if not isinstance(words, list | tuple | np.ndarray) or not all(isinstance(word, str) for word in words):
                raise DataError(f"text {number}", 0, f"got {type(text).__name__}", "Give a str, or a list of str")
            rows.append([str(word) for word in words[: int(self.max_length)]])
        return rows


def refuse_no_words(texts: Sequence[Sequence[str]]) -> None:
    """Raises DataError for a text without words."""
    if empty := next((number for number, row in enumerate(texts, start=1) if not row), 0):
        raise DataError(f"text {empty}", 0, "it has no words", "Leave it out")
