"""The law of the fuzzer: an input gives an answer or one line of ours, within seconds and gigabytes; and how many inputs were tried.

In the suite a target gets a few inputs, always the same; `make fuzz` gives it as many as SEQTASKS_FUZZ says, drawn anew.
"""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, settings

from seqtasks.errors import RecipeError, SeqtasksError

INPUTS = int(os.environ.get("SEQTASKS_FUZZ", "0"))
FEW = 25
SECONDS = 5.0  # of processor time
KILOBYTES = 2_000_000  # beyond what the process had when it began
TRIED: Counter[str] = Counter()
ANSWERED: Counter[str] = Counter()
WORST: dict[str, float] = {}
BEGAN = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fuzzed(few: int = FEW, *, share: float = 1.0) -> settings:
    """Settings of a target. few: inputs in the suite; share: of the inputs of `make fuzz`, less than 1 for a target that is slow."""
    return settings(
        max_examples=max(1, int(INPUTS * share)) if INPUTS else few,
        derandomize=not INPUTS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def lawful(target: str, call: Callable[[], Any]) -> None:
    """Call, and hold what happens to the law."""
    TRIED[target] += 1
    began = time.process_time()
    try:
        call()
        ANSWERED[target] += 1
    except RecipeError as error:
        assert error.faults and not any("\n" in fault for fault in error.faults), error.faults
    except SeqtasksError as error:
        assert str(error) and "\n" not in str(error), str(error)
    spent = time.process_time() - began
    WORST[target] = max(spent, WORST.get(target, 0.0))
    assert spent < SECONDS, f"{target}: {spent:.1f} s"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - BEGAN < KILOBYTES, f"{target}: too much memory"


def lawful_command(target: str, call: Callable[[], Any]) -> None:
    """The same of a call of the command line, which may also exit."""

    def exiting() -> None:
        with suppress(SystemExit):
            call()

    lawful(target, exiting)


def summary() -> list[str]:
    """A line for each target: inputs, how many of them were answered, and the slowest one."""
    rows = [f"{name}: {TRIED[name]:,} inputs, {ANSWERED[name]:,} answered, {WORST.get(name, 0):.2f} s at most" for name in sorted(TRIED)]
    return [*rows, f"all targets: {TRIED.total():,} inputs"]
