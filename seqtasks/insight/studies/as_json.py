"""Studies as JSON objects: arrays as rows of numbers, six digits each; what is not finite is null."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def study_json(study: Any) -> dict[str, Any]:
    """Every field of a study by its name, without the letters of its shape: {"networks": [...], "relative": [[[1.0, ...], ...], ...]}."""
    return {plain_name(field.name): plain(getattr(study, field.name)) for field in fields(study)}


def plain_name(name: str) -> str:
    """A field's name without its shape suffix."""
    stem, _, suffix = name.rpartition("_")
    return stem if stem and suffix.isupper() else name


def plain(value: Any) -> Any:
    """Anything of a study as JSON has it."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if is_dataclass(value):
        return study_json(value)
    return value
