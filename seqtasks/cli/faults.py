"""The faults of translations as a few lines on the terminal, from the table "diagnosis" of metrics.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = 4  # faults told of


def fault_lines(metrics: Mapping[str, Any]) -> list[str]:
    """For each part a line, and one for each of its most frequent faults with what to try; nothing where no translation is faulty."""
    lines = []
    for split, found in metrics.get("diagnosis", {}).items():
        faults = sorted((fault for fault in found["faults"] if fault["lines"]), key=lambda fault: -fault["lines"])
        if not faults:
            continue
        lines.append(f"\nfaults of {split}, in {found['faulty']:,} of {found['lines']:,} lines:")
        for fault in faults[:MOST]:
            trying = f"; try --set {fault['to_try'][0]}" if fault["to_try"] else ""
            lines.append(f"  {fault['name']:<29}{fault['lines']:>6,} ({fault['share']:.1f} %){trying}")
        if len(faults) > MOST:
            lines.append(f"  and {', '.join(fault['name'] for fault in faults[MOST:])}")
    return lines
