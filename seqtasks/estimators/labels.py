"""The labels of texts that a caller hands to a NeuralClassifier, checked. Places in messages count from 1. N classes."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.errors import DataError
from seqtasks.text.given import shown

KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "truth value": (bool, np.bool_), "number": (Real,)}


def labels_of(labels: ArrayLike, texts: int) -> NDArray[Any]:
    """One label a text: an array of str, of truth values or of whole numbers. Raises DataError for anything else, and another number."""
    given = np.asarray(labels, dtype=object)  # as they are: beside a text numpy would write a number as one
    if given.ndim == 0:
        raise DataError("labels", 0, f"got {shown(labels)}", "Give a list with one label for each text")
    if given.ndim != 1 or len(given) != texts:
        raise DataError("texts, labels", 0, f"{texts} texts, but labels of the shape {given.shape}", "Give one label for each text")
    first: dict[str, Any] = {}  # of each kind
    for number, label in enumerate(given, start=1):
        kind = next((name for name, types in KINDS.items() if isinstance(label, types)), "")
        if not kind:
            raise DataError(f"label {number}", 0, f"got {shown(label)}", "Give a text or a whole number, or leave the text out")
        if isinstance(label, Real) and not isinstance(label, Integral | np.bool_) and not float(label).is_integer():
            remedy = "Leave its text out" if np.isnan(float(label)) else "Labels are classes: give texts or whole numbers"
            raise DataError(f"label {number}", 0, f"got {shown(label)}, which names no class", remedy)
        if label == "":
            raise DataError(f"label {number}", 0, "it is empty", "Give it a name, or leave its text out")
        first.setdefault(kind, label)
    if len(first) > 1:
        mixed = " and ".join(f"a {kind} ({shown(label)})" for kind, label in first.items())
        raise DataError("labels", 0, f"there is {mixed} among them", "Give one kind, such as str(label) for each")
    return np.asarray(given.tolist())


def classes_of(labels: ArrayLike, texts: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The classes [N], sorted, and the number of each text's. Raises DataError as `labels_of` does, and where there is only one class."""
    classes, targets = np.unique(labels_of(labels, texts), return_inverse=True)
    if len(classes) < 2:
        raise DataError("labels", 0, f"{len(classes)} different labels", "Give texts of at least two")
    return classes, targets.astype(np.int64)
