"""The faults of translations as a few lines on the terminal, from the table "diagnosis" of metrics.json, also of earlier versions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

MOST = 4  # faults told of
WIDTH = 100  # of the lines of a verdict


def fault_lines(metrics: Mapping[str, Any]) -> list[str]:
    """For each part a line, the verdict, and one for each of its most frequent faults with what may help, or has helped on dev.

    Nothing where no translation is faulty.
    """
    lines = []
    for split, found in metrics.get("diagnosis", {}).items():
        faults = sorted((fault for fault in found["faults"] if fault["lines"]), key=lambda fault: -fault["lines"])
        if not faults:
            continue
        lines.append(f"\nfaults of {split}, in {found['faulty']:,} of {found['lines']:,} lines:")
        if verdict := found.get("verdict"):
            told = f"{verdict['name']}: {verdict['text']}"
            lines += textwrap.wrap(told, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        for fault in faults[:MOST]:
            lines.append(f"  {fault['name']:<29}{fault['lines']:>6,} ({fault['share']:.1f} %){remedy(fault)}")
        if len(faults) > MOST:
            lines.append(f"  and {', '.join(fault['name'] for fault in faults[MOST:])}")
    return lines


def remedy(fault: Mapping[str, Any]) -> str:
    """The first setting that a trial on dev confirmed, with its figures; else the first one that is untried."""
    for trial in fault.get("trials", ()):
        if trial["confirmed"]:
            return f"; --set {trial['setting']} helps: {trial['text']}"
    return f"; --set {fault['to_try'][0]} may help" if fault["to_try"] else ""
