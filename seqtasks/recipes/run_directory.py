"""The run directory: what a run leaves behind, and what it is loaded from.

recipe.toml (resolved), run.json (format, task, command, machine, checksums of what it is loaded from), text/ (vocabularies, tokenizers),
model.safetensors (of an HMM: hmm/; of another package's kind of task what run.json names as "learned"), metrics.json, history.jsonl,
predictions/, curves.png, attention-N.png, by-length.png, confusion-tags-N.png,
confusion-entities-N.png, report.html, checkpoints/.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import seqtasks
from seqtasks.errors import RunDirectoryError, UsageError, in_short
from seqtasks.recipes.load import with_new_names
from seqtasks.recipes.run_files import BEFORE_RUN_JSON, changed_file, check_files, checksums, is_result, remove_run, written_and_foreign
from seqtasks.recipes.schema import Recipe
from seqtasks.recipes.toml import read_toml, write_toml
from seqtasks.text.corpora.lines import file_checksum
from seqtasks.text.files import is_temporary, write_atomically
from seqtasks.text.locks import LOCK

FORMAT = 1
CHECKSUMS = "sha256"  # in run.json, of all files that a run is loaded from
RESULTS = "results"  # in run.json, the sha256 of all that tells of it: metrics.json, predictions, history, report, figures
OWN = "checksum"  # in run.json, the sha256 of all that it says beside


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
        """Make the directory and write its recipe, and run.json last. What an existing run wrote is removed first if `overwrite`."""
        refuse_existing(path, overwrite=overwrite)
        if path.exists():
            remove_run(path, recorded_files(path))
        run = cls(path)
        run.save_recipe(recipe)
        run.save_facts({"format": FORMAT, "seqtasks": seqtasks.__version__, **facts})
        return run

    def save_facts(self, facts: Mapping[str, Any]) -> None:
        """Write run.json, with its own checksum."""
        write_atomically(self.path / "run.json", json.dumps({**facts, OWN: own_checksum(facts)}, indent=1) + "\n")

    def open_files(self, *tables: str) -> None:
        """Forget the checksums of one table or of both, since the files will change."""
        facts, forgotten = self.facts(), tables or (CHECKSUMS, RESULTS)
        if any(name in facts for name in forgotten):
            self.save_facts({name: value for name, value in facts.items() if name not in forgotten})

    def close_files(self) -> None:
        """Write down the checksums of all that the run is loaded from: it is trained."""
        self.save_facts({**self.facts(), CHECKSUMS: checksums(self.path, self.loaded_files())})

    def close_results(self) -> None:
        """Write down the checksums of all that tells of the run: it is scored."""
        self.save_facts({**self.facts(), RESULTS: checksums(self.path, self.results())})

    def results(self) -> list[Path]:
        """The files that tell of a run, beside those that it is loaded from."""
        return [file for file in self.path.rglob("*") if file.is_file() and is_result(file.relative_to(self.path).as_posix())]

    def result(self, path: Path) -> Path:
        """One of these files, as it was written. Raises RunDirectoryError where its checksum differs; earlier runs have none."""
        facts = self.facts() if (self.path / "run.json").is_file() else {}
        recorded = facts.get(RESULTS, {}).get(path.relative_to(self.path).as_posix())
        if recorded is not None and path.is_file() and file_checksum(path) != recorded:
            raise changed_file(path)
        return path

    def check_results(self) -> int:
        """How many of these files are as they were written: all of them. Raises RunDirectoryError for one that is not, or is gone."""
        recorded = self.facts().get(RESULTS, {})
        check_files(self.path, recorded, [self.path / name for name in recorded if (self.path / name).is_file()])
        return len(recorded)

    def save_recipe(self, recipe: Recipe) -> None:
        """Write the resolved recipe."""
        write_atomically(self.path / "recipe.toml", write_toml(recipe.model_dump()))

    @classmethod
    def open(cls, path: Path) -> RunDirectory:
        """An existing run directory. Raises RunDirectoryError if it is none, or of a newer format."""
        try:
            there = (path / "run.json").is_file()
        except OSError as fault:
            raise RunDirectoryError(f"{path}: cannot be read ({fault.strerror}). Check the path and its permissions.") from None
        if not there:
            raise RunDirectoryError(f"{path}: no run directory (it has no run.json). Give the path that `seqtasks run` printed.")
        run = cls(path)
        found = run.facts().get("format")
        if type(found) is not int or found > FORMAT:
            raise RunDirectoryError(f"{path}: written in format {found}, this seqtasks reads up to {FORMAT}. Update seqtasks to read it.")
        return run

    def facts(self) -> dict[str, Any]:
        """run.json. Raises RunDirectoryError where a value is of another type than a run writes, or another than this run wrote."""
        path = self.path / "run.json"
        self.still_there()
        found = read_json(path)
        own = found.pop(OWN, None)
        if own != own_checksum(found) and (own is not None or RESULTS in found):  # earlier runs have neither
            raise RunDirectoryError(f"{path}: damaged or changed (its checksum differs). Restore it from a copy.")
        wrong = [name for name, fits in FACTS.items() if name in found and not fits(found[name])]
        if wrong:
            raise RunDirectoryError(f"{path}: damaged ({wrong[0]} = {in_short(found[wrong[0]])}). Restore it from a copy.")
        return found

    def still_there(self) -> None:
        """Raises RunDirectoryError where the directory has been moved or removed."""
        if not self.path.is_dir():
            raise RunDirectoryError(f"{self.path}: is gone. Put the run back there, or load it from where it lies now.")

    def finished(self) -> RunDirectory:
        """This directory, to predict from. Raises RunDirectoryError where it is not finished, is damaged, or holds several seeds."""
        if "seeds" in self.facts():
            raise RunDirectoryError(f"{self.path}: holds the runs of several seeds. Name one of them: {self.path / 'seed-1'}.")
        places = self.learned_places()
        if not any(place.exists() for place in places):
            raise RunDirectoryError(f"{places[0]}: no such file. The run has not been finished, or the directory is not a run's.")
        if CHECKSUMS in (facts := self.facts()):  # earlier runs have none
            check_files(self.path, facts[CHECKSUMS], self.loaded_files())
        return self

    def learned_places(self) -> list[Path]:
        """The file or folder, one of these, that is there once a run is finished: ours, or what run.json names as "learned"."""
        named = self.facts().get("learned")
        if not isinstance(named, list) or not named:
            return [self.weights, self.hmm]
        if outside := [name for name in named if not isinstance(name, str) or Path(name).is_absolute() or ".." in Path(name).parts]:
            raise RunDirectoryError(f"{self.path / 'run.json'}: damaged (learned names {outside[0]!r}). Restore it from a copy.")
        return [self.path / name for name in named]

    def loaded_files(self) -> list[Path]:
        """The files that a run is loaded from: those of `learned`, and its recipe."""
        return [self.path / "recipe.toml", *self.learned()]

    def learned(self) -> list[Path]:
        """The files that a prediction needs, beside recipe.toml; not the sentences that an HMM keeps to count more."""
        files = [file for place in (*self.learned_places(), self.text) for file in (place, *place.rglob("*")) if file.is_file()]
        return [file for file in files if file != self.hmm / "sentences.npz" and not is_temporary(file.name)]

    def recipe_tables(self) -> dict[str, Any]:
        """The tables of the resolved recipe, under the names that their keys have now."""
        return with_new_names(read_toml(self.path / "recipe.toml"))


def own_checksum(facts: Mapping[str, Any]) -> str:
    """The sha256 of what run.json says, however it is spaced."""
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_table_of_texts(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_text, value.values()))


FACTS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("task", "recipe", "command", "device", "from", "seqtasks", "python"), is_text),
    **dict.fromkeys(("data", CHECKSUMS, RESULTS), is_table_of_texts),
    "seeds": lambda value: type(value) is int,
    "vectors": lambda value: isinstance(value, dict),
}


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raises RunDirectoryError for a path that something stands at, unless a run wrote all of it and it may be replaced; or nothing does.

    A lock and what killed writes have left are nothing.
    """
    if path.exists() and not path.is_dir():
        raise RunDirectoryError(f"{path}: exists and is a file. Choose another --out.")
    if path.is_dir() and any(not (is_temporary(file.name) or file.name == LOCK) for file in path.iterdir()):
        if not overwrite:
            raise RunDirectoryError(f"{path}: exists. Use --resume to go on with it, --overwrite to replace it, or another --out.")
        written, foreign = written_and_foreign(path, recorded_files(path))
        begun = not foreign and {file.name for file in written if not file.name.startswith(".")} <= {BEFORE_RUN_JSON}
        if not (path / "run.json").exists() and not begun:
            raise RunDirectoryError(f"{path}: is no run directory, so --overwrite does not touch it. Choose another --out.")
        if foreign:
            raise RunDirectoryError(
                f"{foreign[0]}: no run wrote this, so --overwrite does not touch {path}. Move it, or choose another --out."
            )
    place = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise RunDirectoryError(f"{path}: cannot create: {place} is no folder that one can write to. Choose another --out.")


def recorded_files(path: Path) -> list[str]:
    """The names of files that run.json has checksums of; none where it cannot be read."""
    try:
        recorded = read_json(path / "run.json").get(CHECKSUMS)
    except RunDirectoryError:
        return []
    return [name for name in recorded if isinstance(name, str)] if isinstance(recorded, dict) else []


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of a run directory; RunDirectoryError names the file where it cannot be had."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file. The run is not finished; go on with `seqtasks run ... --resume`.") from None
    except (OSError, ValueError, RecursionError) as fault:
        raise RunDirectoryError(f"{path}: damaged ({fault}). Restore it from a copy.") from None
    if not isinstance(found, dict):
        raise RunDirectoryError(f"{path}: damaged (no JSON object). Restore it from a copy.")
    return found


def default_path(task: str, name: str) -> Path:
    """runs/TASK-RECIPE-DATE-TIME, a new one, made at once, so that no other run takes it."""
    stem, number = f"{task}-{name}-{datetime.now():%Y%m%d-%H%M%S}", 1
    while True:
        path = Path("runs") / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            number += 1
        except OSError as fault:
            raise RunDirectoryError(f"{path}: cannot create: {fault.strerror}. Choose a place with --out.") from None


def existing(path: Path | None) -> RunDirectory:
    """The directory of --resume. Raises UsageError without --out."""
    if path is None:
        raise UsageError("--resume needs --out DIR, the run directory to go on with.")
    return RunDirectory.open(path)
