"""Insight as JSON objects: every array as rows of numbers, rounded to DIGITS digits behind the point; NaN is null."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from seqtasks.insight.ablation import AblationCost
from seqtasks.insight.following import Following
from seqtasks.insight.influence import Influence
from seqtasks.insight.inspection import InspectedSide, Inspection
from seqtasks.insight.layers import LayerReading, saturation

DIGITS = 5


def numbers(values: np.ndarray | None) -> Any:
    """Rows of numbers, or None."""
    return None if values is None else without_nan(np.round(values.astype(np.float64), DIGITS).tolist())


def without_nan(values: Any) -> Any:
    if isinstance(values, list):
        return [without_nan(value) for value in values]
    return None if values != values else values


def inspection_json(found: Inspection) -> dict[str, Any]:
    """Everything known of one sentence."""
    entry: dict[str, Any] = {"line": found.line}
    if found.labels:
        entry["labels"] = dict(found.labels)
    elif found.translation is None:
        entry["tags"] = {head: list(tags) for head, tags in found.tags.items()}
    else:
        entry |= {"translation": found.translation, "log_probabilities": numbers(np.array(found.scores))}
    entry["sides"] = [side_json(side) for side in found.sides]
    if found.influence is not None:
        entry["influence"] = influence_json(found.influence)
    return entry


def side_json(side: InspectedSide) -> dict[str, Any]:
    entry = {"name": side.name, "words": list(side.words), "layers": [layer_json(layer) for layer in side.layers]}
    return entry | ({"note": side.note} if side.note else {})


def layer_json(layer: LayerReading) -> dict[str, Any]:
    """Tables by word and unit; means by word; saturated shares of the sentence by unit."""
    return {
        "name": layer.name,
        "kind": layer.kind,
        "gate_means": {gate: numbers(means) for gate, means in layer.gate_means().items()},
        "saturation": {one.gate: {"left": numbers(one.left), "right": numbers(one.right)} for one in saturation([[layer]])},
        "gates": {gate: numbers(values) for gate, values in layer.gates.items()},
        "candidates": numbers(layer.candidates),
        "cells": numbers(layer.cells),
        "states": numbers(layer.states),
    }


def influence_json(found: Influence) -> dict[str, Any]:
    return {
        "source": list(found.source),
        "target": list(found.target),
        "drops": numbers(found.drops),
        "attention": numbers(found.attention),
        "agreement": numbers(found.agreement()),
        "same_top": found.same_top(),
    }


def following_json(found: Following) -> dict[str, Any]:
    """Labels with their cells, and the ablation of the clearest."""
    entry: dict[str, Any] = {"file": found.source, "sentences": found.sentences, "words": found.words}
    entry["labels"] = [asdict(one) | {"knows": one.knows} for one in found.followed]
    if found.ablation is not None:
        ablation = found.ablation
        cells = [
            cost_json(cost) | dict(zip(("more_points_than", "more_nats_than"), ablation.beaten(cost), strict=True))
            for cost in ablation.found
        ]
        random = [cost_json(cost) for cost in ablation.random]
        entry["ablation"] = {"metric": ablation.metric, "score": ablation.score, "nats": ablation.nats, "cells": cells, "random": random}
    return entry


def cost_json(cost: AblationCost) -> dict[str, Any]:
    return {"layer": cost.cell[0], "unit": cost.cell[1], "points": cost.points, "nats": cost.nats, "changed_tags": cost.changed}
