"""Running the command line on miniature corpora: in process, with models of a few thousand numbers."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from seqtasks.cli.main import commands

TINY_TRANSLATION = {
    "text.size": 60,
    "embedding_size": 8,
    "backbone.hidden_size": 8,
    "decoder.hidden_size": 16,
    "decoder.attention_size": 8,
    "decoder.embedding_size": 8,
    "decoding.beams": 1,
    "training.epochs": 1,
    "training.batch_tokens": 300,
    "training.warmup_updates": 1,
}
TINY_TAGGING = {
    "words.size": 8,
    "characters.size": 8,
    "characters.filters": 8,
    "backbone.hidden_size": 8,
    "training.epochs": 1,
    "training.batch_tokens": 100,
    "training.warmup_updates": 1,
}
TINY_LANGUAGE_MODEL = {
    "embedding_size": 8,
    "backbone.hidden_size": 8,
    "decoding.length": 9,
    "training.epochs": 1,
    "training.batch_tokens": 100,
    "training.warmup_updates": 1,
}
TINY = {
    "translation": TINY_TRANSLATION,
    "pos": TINY_TAGGING,
    "ner": TINY_TAGGING,
    "multitask": TINY_TAGGING,
    "classification": TINY_TAGGING | {"words.shapes": 0},
    "language_model": TINY_LANGUAGE_MODEL,
}


def invoke(*arguments: object, input: bytes | str | None = None) -> Result:
    """One call of `seqtasks`, with stdout and stderr apart. An exception that is no exit is raised: it would be a traceback."""
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments], prog_name="seqtasks", input=input)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(*arguments: object, input: bytes | str | None = None) -> Result:
    """The same for a call that must end well."""
    result = invoke(*arguments, input=input)
    assert result.exit_code == 0, result.output
    return result


def settings(task: str, changes: dict[str, object] | None = None) -> list[str]:
    """--set options for a tiny model of the task, with `changes` on top."""
    chosen = TINY[task] | (changes or {})
    return [part for key, value in chosen.items() for part in ("--set", f"{key}={spelled(value)}")]


def spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def train(task: str, out: Path, *options: object, recipe: str = "default", **changes: object) -> Result:
    """A tiny run of the task; `changes` are recipe keys with two underscores for the dot."""
    overrides = {key.replace("__", "."): value for key, value in changes.items()}
    return done("run", task, recipe, "--out", out, "--device", "cpu", *settings(task, overrides), *options)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def metrics(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return found


def one_thread() -> dict[str, str]:
    """The environment of a subprocess that computes as the tests do."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "7"}


def script(code: str, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A Python process of its own, with the code given and `sys.argv[1:]`."""
    line = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, env=one_thread(), cwd=cwd, timeout=120, check=False)


def stored_answers(run: Path, name: str) -> list[list[str]]:
    """The predicted tags of a predictions file, a list for each sentence."""
    blocks = (run / "predictions" / name).read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return [[line.split("\t")[2] for line in block.split("\n")] for block in blocks]
