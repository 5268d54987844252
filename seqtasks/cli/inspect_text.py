"""What `seqtasks inspect` prints: aligned columns, a row a word or a label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from seqtasks.insight.ablation import Ablation
from seqtasks.insight.cells import BestCell, Followed
from seqtasks.insight.following import Following
from seqtasks.insight.influence import Influence
from seqtasks.insight.inspection import InspectedSide, Inspection
from seqtasks.insight.layers import LayerReading, saturation

LABELS = 3  # of a text, the most probable ones
KNOWS = {
    "state": "follows the sentence: it keeps its correlation within one and the same word form",
    "word": "knows the word only: within one word form nothing is left",
    "position": "counts words",
    "-": "no more than controls give",
}


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns two spaces apart, the first `left` of them flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def inspection_text(found: Inspection, strongest: int) -> str:
    """One sentence: its answer, its layers, what the answer hangs on."""
    parts = [found.line if found.translation is None else f"{found.line}\n{found.translation}"]
    if found.labels:
        parts[0] += "\n" + "  ".join(f"{label} {probability:.2f}" for label, probability in [*found.labels.items()][:LABELS])
    for side in found.sides:
        if side.note:
            parts.append(f"{side.name}: {side.note}")
        columns = [*found.tags.items()] if side.name == "tagger" else []
        parts += [layer_text(layer, side, columns, strongest) for layer in side.layers]
        parts += [saturation_text(side)] if any(layer.gates for layer in side.layers) else []
    if found.influence is not None:
        parts.append(influence_text(found.influence))
    return "\n\n".join(parts)


def layer_text(layer: LayerReading, side: InspectedSide, columns: Sequence[tuple[str, tuple[str, ...]]], strongest: int) -> str:
    """A row for each word: its tags, the mean of each gate, the strongest cells with what they hold."""
    means, units = layer.gate_means(), layer.strongest(strongest)
    what = "cells" if layer.cells is not None else "states"
    rows = [[f"{layer.name} ({layer.kind}, {layer.memory.shape[1]})", *(head for head, _ in columns), *means, f"strongest {what}"]]
    for place, word in enumerate(side.words):
        held = "  ".join(f"{unit:>3} {layer.memory[place, unit]:+.2f}" for unit in units[place].tolist())
        rows.append([word, *(tags[place] for _, tags in columns), *(f"{values[place]:.2f}" for values in means.values()), held])
    return aligned(rows, left=1 + len(columns))


def saturation_text(side: InspectedSide) -> str:
    """A row for each layer, two columns for each gate: how much of its units and words is nearly shut, and nearly open."""
    rows: list[list[str]] = []
    for layer, gates in groupby(saturation([side.layers]), key=lambda one: one.layer):
        known = [*gates]
        if not rows:
            rows.append(["saturation", *(f"{one.gate} {end}" for one in known for end in ("< 0.1", "> 0.9"))])
        rows.append([layer, *(f"{100 * share.mean():.0f} %" for one in known for share in (one.left, one.right))])
    return aligned(rows)


def influence_text(found: Influence) -> str:
    """A row for each target word: the source word whose loss costs it most, the one it looks at most, and how far the two agree."""
    agreement = found.agreement()
    header = ["target word", "hangs on", "nats"]
    if agreement is not None:
        header += ["looks at", "weight", "agreement"]
    rows = [header]
    for place, word in enumerate(found.target):
        top = int(found.drops[place].argmax()) if found.source else 0
        row = [word, found.source[top], f"{found.drops[place, top]:.2f}"]
        if found.attention is not None and agreement is not None:
            looked = int(found.attention[place].argmax())
            tau = "-" if np.isnan(agreement[place]) else f"{agreement[place]:+.2f}"
            row += [found.source[looked], f"{found.attention[place, looked]:.2f}", tau]
        rows.append(row)
    same = found.same_top()
    text = aligned(rows, left=2)
    return text if same is None else f"{text}\nsame word first: {100 * same:.0f} % of target words"


def following_text(found: Following) -> str:
    """A row for each label, what the last column means, and what the clearest cells are worth."""
    header = ["label", "knows", "cell", "r", "null", "untrained", "within form", "cell", "r", "null", "untrained"]
    rows = [header, *(followed_row(one) for one in found.followed)]
    known = [name for name in KNOWS if any(one.knows == name for one in found.followed)]
    parts = [
        f"{found.source}: {found.sentences:,} sentences, {found.words:,} words",
        aligned(rows, left=2),
        "\n".join(f"{name:<9} {KNOWS[name]}" for name in known),
    ]
    if found.ablation is not None:
        parts.append(ablation_text(found.ablation))
    return "\n\n".join(parts)


def ablation_text(found: Ablation) -> str:
    """A line for each of the clearest cells: what the tags lose without it."""
    lines = [f"{found.metric} {found.score:.2f}, loss {found.nats:.4f} nats a word. Without one cell (held at its mean):"]
    for cost in found.found:
        points, nats = found.beaten(cost)
        lines.append(
            f"  {cost.cell[0].removeprefix('layer ')} {cost.cell[1]}: {-cost.points:+.2f} points, {cost.nats:+.4f} nats, "
            f"{cost.changed} tags change; worse than {points} (points) and {nats} (nats) of {len(found.random)} random cells"
        )
    return "\n".join(lines)


def followed_row(one: Followed) -> list[str]:
    return [one.label, one.knows, *cell_columns(one.any_word), f"{one.same_cell:+.2f}", *cell_columns(one.within_form)]


def cell_columns(cell: BestCell) -> list[str]:
    """Which cell (layer, direction, unit), its r, the null's and the untrained network's."""
    untrained = "" if cell.untrained is None else f"{cell.untrained:+.2f}"
    return [f"{cell.layer.removeprefix('layer ')} {cell.unit}", f"{cell.correlation:+.2f}", f"{cell.null:.2f}", untrained]
