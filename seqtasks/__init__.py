"""seqtasks: multi-task sequence modelling with recurrent networks, and honest baselines.

`from seqtasks import load, HMMTagger, NeuralTagger`; building blocks are in `seqtasks.nn`. Names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "EMTagger": "seqtasks.hmm.em",
    "HMMTagger": "seqtasks.hmm.tagger",
    "NeuralTagger": "seqtasks.estimators.neural_tagger",
    "load": "seqtasks.runs.load",
    "SeqtasksError": "seqtasks.errors",
}
__all__ = ["EMTagger", "HMMTagger", "NeuralTagger", "SeqtasksError", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """Public names, on first use (PEP 562)."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'seqtasks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
