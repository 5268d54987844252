"""The run directory: what a run leaves behind, and what it is loaded from.

recipe.toml (resolved), run.json (format, task, command, machine), text/ (vocabularies, tokenizers), model.safetensors (of an HMM: hmm/; of
another package's kind of task what run.json names as "learned"),
metrics.json, history.jsonl, predictions/, curves.png, attention-N.png, by-length.png, report.html, checkpoints/.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import seqtasks
from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.recipes.load import with_new_names
from seqtasks.recipes.schema import Recipe
from seqtasks.recipes.toml import read_toml, write_toml
from seqtasks.text.files import write_atomically

FORMAT = 1


class RunDirectory:
    """Paths inside a run directory, and its run.json and recipe.toml."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.weights = path / "model.safetensors"
        self.hmm = path / "hmm"
        self.metrics = path / "metrics.json"
        self.history = path / "history.jsonl"
        self.text = path / "text"
        self.checkpoints = path / "checkpoints"
        self.predictions = path / "predictions"
        self.curves = path / "curves.png"
        self.by_length = path / "by-length.png"
        self.report = path / "report.html"

    @classmethod
    def create(cls, path: Path, recipe: Recipe, facts: dict[str, Any], *, overwrite: bool) -> RunDirectory:
        """Make the directory and write its recipe and run.json. An existing run is removed first if `overwrite`."""
        refuse_existing(path, overwrite=overwrite)
        if path.exists():
            shutil.rmtree(path)
        run = cls(path)
        write_atomically(path / "run.json", json.dumps({"format": FORMAT, "seqtasks": seqtasks.__version__, **facts}, indent=1) + "\n")
        run.save_recipe(recipe)
        return run

    def save_recipe(self, recipe: Recipe) -> None:
        """Write the resolved recipe."""
        write_atomically(self.path / "recipe.toml", write_toml(recipe.model_dump()))

    @classmethod
    def open(cls, path: Path) -> RunDirectory:
        """An existing run directory. Raises RunDirectoryError if it is none, or of a newer format."""
        if not (path / "run.json").is_file():
            raise RunDirectoryError(f"{path}: no run directory (it has no run.json). Give the path that `seqtasks run` printed.")
        run = cls(path)
        found = run.facts().get("format")
        if not isinstance(found, int) or found > FORMAT:
            raise RunDirectoryError(f"{path}: written in format {found}, this seqtasks reads up to {FORMAT}. Update seqtasks to read it.")
        return run

    def facts(self) -> dict[str, Any]:
        """run.json."""
        return read_json(self.path / "run.json")

    def finished(self) -> RunDirectory:
        """This directory, to predict from. Raises RunDirectoryError where it is not finished, or holds several seeds."""
        if "seeds" in self.facts():
            raise RunDirectoryError(f"{self.path}: holds the runs of several seeds. Name one of them: {self.path / 'seed-1'}.")
        places = self.learned_places()
        if not any(place.exists() for place in places):
            raise RunDirectoryError(f"{places[0]}: no such file. The run has not been finished, or the directory is not a run's.")
        return self

    def learned_places(self) -> list[Path]:
        """The file or folder, one of these, that is there once a run is finished: ours, or what run.json names as "learned"."""
        named = self.facts().get("learned")
        return [self.path / str(name) for name in named] if isinstance(named, list) and named else [self.weights, self.hmm]

    def learned(self) -> list[Path]:
        """The files that a prediction needs, beside recipe.toml; not the sentences that an HMM keeps to count more."""
        files = [file for place in (*self.learned_places(), self.text) for file in (place, *place.rglob("*")) if file.is_file()]
        return [file for file in files if file != self.hmm / "sentences.npz"]

    def recipe_tables(self) -> dict[str, Any]:
        """The tables of the resolved recipe, under the names that their keys have now."""
        return with_new_names(read_toml(self.path / "recipe.toml"))


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raises RunDirectoryError for a path that something stands at, unless it is a run's and may be replaced, or an empty folder."""
    if path.exists() and not path.is_dir():
        raise RunDirectoryError(f"{path}: exists and is a file. Choose another --out.")
    if path.is_dir() and any(path.iterdir()):
        if not overwrite:
            raise RunDirectoryError(f"{path}: exists. Use --resume to go on with it, --overwrite to replace it, or another --out.")
        if not (path / "run.json").exists():
            raise RunDirectoryError(f"{path}: is no run directory, so --overwrite does not touch it. Choose another --out.")
    place = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise RunDirectoryError(f"{path}: cannot create: {place} is no folder that one can write to. Choose another --out.")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of a run directory; RunDirectoryError names the file where it cannot be had."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file. The run is not finished; go on with `seqtasks run ... --resume`.") from None
    except (OSError, ValueError) as fault:
        raise RunDirectoryError(f"{path}: damaged ({fault}). Restore it from a copy.") from None
    if not isinstance(found, dict):
        raise RunDirectoryError(f"{path}: damaged (no JSON object). Restore it from a copy.")
    return found


def default_path(task: str, name: str) -> Path:
    """runs/TASK-RECIPE-DATE-TIME, a new one."""
    stem = f"{task}-{name}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = Path("runs") / stem, 2
    while path.exists():
        path, number = Path("runs") / f"{stem}-{number}", number + 1
    return path


def existing(path: Path | None) -> RunDirectory:
    """The directory of --resume. Raises UsageError without --out."""
    if path is None:
        raise UsageError("--resume needs --out DIR, the run directory to go on with.")
    return RunDirectory.open(path)
