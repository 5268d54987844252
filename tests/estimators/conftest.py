"""The shared fixtures: one thread, the miniature sample, and fitted tiny taggers. The fitted ones are not to be changed."""

from __future__ import annotations

import pytest

from seqtasks.estimators.neural_tagger import NeuralTagger
from tests.estimators.tiny import entities, parts_of_speech, tiny
from tests.miniature.fixtures import data_dir, finished, miniature, one_thread, plain_figures, sample_folder

__all__ = ["data_dir", "finished", "miniature", "one_thread", "plain_figures", "sample_folder"]


@pytest.fixture(scope="session")
def fitted() -> NeuralTagger:
    """A softmax tagger of parts of speech."""
    return tiny().fit(*parts_of_speech(24, seed=1))


@pytest.fixture(scope="session")
def fitted_crf() -> NeuralTagger:
    """A CRF tagger of entities."""
    return tiny(head="crf", scheme="BIO").fit(*entities(24, seed=1))
