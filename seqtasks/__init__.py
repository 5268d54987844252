"""seqtasks: multi-task sequence modelling with recurrent networks, and honest baselines.

`from seqtasks import train, load, HMMTagger, NeuralTagger, NeuralClassifier`; building blocks are in `seqtasks.nn`. Names are imported
when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from seqtasks.errors import did_you_mean

__version__ = "0.1.0"

_PUBLIC = {
    "Callbacks": "seqtasks.tasks.contract",
    "EMTagger": "seqtasks.hmm.em",
    "HMMTagger": "seqtasks.hmm.tagger",
    "NeuralClassifier": "seqtasks.estimators.neural_classifier",
    "NeuralTagger": "seqtasks.estimators.neural_tagger",
    "EpochWatcher": "seqtasks.tasks.watchers",
    "load": "seqtasks.runs.load",
    "train": "seqtasks.runs.train",
    "SeqtasksError": "seqtasks.errors",
}
__all__ = [
    "Callbacks",
    "EMTagger",
    "EpochWatcher",
    "HMMTagger",
    "NeuralClassifier",
    "NeuralTagger",
    "SeqtasksError",
    "__version__",
    "load",
    "train",
]


def __getattr__(name: str) -> Any:
    """Public names, on first use (PEP 562)."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'seqtasks' has no attribute {name!r}{did_you_mean(name, _PUBLIC)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
