"""What a run costs and how sure it is: measured in a process of its own, so that each system starts from nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqtasks.comparison.finished_runs import ComparedRun
from seqtasks.errors import RunDirectoryError
from seqtasks.evaluation.comparison import Cost


@dataclass(frozen=True)
class Measured:
    """Answers of the process: tags, the posterior of each, and what tagging cost. `same`: both ways of tagging gave the same tags."""

    tags: list[list[str]]
    confidences: list[list[float]]
    same: bool
    tokens_per_second: float
    peak_memory: int | None


def measure(run: ComparedRun, words: Sequence[Sequence[str]]) -> Measured:
    """Tag the sentences with the run, in a new process. Raises RunDirectoryError with its last line where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        sentences, answer = Path(folder) / "words.json", Path(folder) / "answer.json"
        sentences.write_text(json.dumps([list(sentence) for sentence in words], ensure_ascii=False), encoding="utf-8")
        line = [sys.executable, "-m", "seqtasks.comparison.measure", str(run.path), run.head, str(sentences), str(answer)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise RunDirectoryError(f"{run.path}: tagging with it failed: {last[0]}. Run it again.")
        return Measured(**json.loads(answer.read_text(encoding="utf-8")))


def cost_of(run: ComparedRun, measured: Measured) -> Cost:
    """What training took, as the run recorded it, and what tagging takes, as measured."""
    recorded = run.metrics.get("cost", {})
    return Cost(
        training_seconds=recorded.get("training_seconds"),
        tokens_per_second=measured.tokens_per_second,
        parameters=recorded.get("parameters"),
        bytes_on_disk=sum(file.stat().st_size for file in run.directory.learned()),
        peak_memory=measured.peak_memory,
        device=str(run.directory.facts().get("device", "")),
    )
