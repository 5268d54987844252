"""A NeuralTagger or a NeuralClassifier on disk: a folder with safetensors, two vocabularies and a JSON file, replaced whole. Nothing is
unpickled.

tagger.json holds the format, the parameters, the labels, and checksums of the other files: files of two never pass for one.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from seqtasks.errors import RunDirectoryError
from seqtasks.text.files import current_umask, remedy, write_atomically

FORMAT = 1
KIND = "NeuralTagger"
FACTS, WEIGHTS, WORDS, CHARACTERS = "tagger.json", "weights.safetensors", "words.txt", "characters.txt"
KEYS = {"parameters", "architecture", "labels", "fits", "history"}


@contextmanager
def replaced_folder(path: Path, kind: str = KIND) -> Iterator[Path]:
    """An empty folder to write to; it becomes `path` when the block ends well, and vanishes when it does not.

    Raises RunDirectoryError where `path` is something else than a saved one, or the disk refuses.
    """
    if path.exists() and not (path / FACTS).is_file() and not (path.is_dir() and not any(path.iterdir())):
        raise RunDirectoryError(f"{path}: exists and is no saved {kind}. Choose another path, or remove it.")
    before, temporary = None, None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        temporary.chmod(0o777 & ~current_umask())
        yield temporary
        if path.exists():
            before = temporary.with_name(f"{temporary.name}.before")
            os.replace(path, before)
        os.replace(temporary, path)
    except OSError as fault:
        if before is not None and not path.exists():
            with suppress(OSError):
                os.replace(before, path)
        raise RunDirectoryError(f"{path}: cannot write: {fault.strerror or fault}. {remedy(fault)}") from fault
    finally:
        for folder in (temporary, before):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def write_facts(folder: Path, facts: Mapping[str, Any], kind: str = KIND) -> None:
    """Write tagger.json beside the other files, which must stand already."""
    checksums = {name: checksum(folder / name) for name in (WEIGHTS, WORDS, CHARACTERS)}
    text = json.dumps({"format": FORMAT, "kind": kind, **facts, "sha256": checksums}, indent=1, ensure_ascii=False, default=plain)
    write_atomically(folder / FACTS, text + "\n")


def plain(value: Any) -> Any:
    """A number of numpy as one of Python. Raises TypeError for what JSON cannot hold."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{value!r} cannot be saved as JSON")


def read_facts(folder: Path, kind: str = KIND) -> dict[str, Any]:
    """tagger.json. Raises RunDirectoryError where it is missing, newer or damaged, or the files beside it are others."""
    path = folder / FACTS
    if not path.is_file():
        raise RunDirectoryError(f"{folder}: no saved {kind} (it has no {FACTS}). Give the path that was given to `save`.")
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found, saved = facts["format"], facts["kind"]
        if saved == kind and found > FORMAT:
            raise RunDirectoryError(f"{path}: written in format {found}, this seqtasks reads up to {FORMAT}. Update seqtasks to read it.")
        if saved != kind:
            raise RunDirectoryError(f"{path}: holds a {saved}, not a {kind}. Load it with that class.")
        changed = [name for name, expected in facts["sha256"].items() if checksum(folder / name) != expected]
    except FileNotFoundError as fault:
        raise RunDirectoryError(f"{fault.filename}: no such file. Restore the folder from a copy.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise damaged(path, fault) from None
    if changed:
        raise RunDirectoryError(f"{folder / changed[0]}: is not the file that was saved here. Restore the folder from a copy.")
    if missing := sorted(KEYS - facts.keys()):
        raise damaged(path, f"no {', '.join(missing)}")
    return dict(facts)


def damaged(path: Path, fault: object) -> RunDirectoryError:
    return RunDirectoryError(f"{path}: damaged ({fault}). Restore the folder from a copy.")


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checked_labels(labels: Any) -> list[str]:
    """The labels of tagger.json. Raises ValueError for what are none."""
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels) or len(set(labels)) != len(labels):
        raise ValueError("its labels are no distinct texts")
    return labels
