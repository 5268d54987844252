"""Which files of a run directory a run wrote: only these are replaced, and what it is loaded from has checksums.

A name in run.json is taken only for a file below the run directory, however it is written: the directory may be a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from seqtasks.errors import RunDirectoryError
from seqtasks.text.corpora.lines import file_checksum
from seqtasks.text.files import is_temporary, remedy, remove_temporary
from seqtasks.text.locks import LOCK, folder_lock

HMM = r"(tagger\.json|counts\.npz|sentences\.npz)"
TEXT = (
    r"(words|characters|seen|labels-[^/]+|source|target)\.txt|spans-[^/]+\.json|(source|target)-subwords\.json|lexicon\.npz"
    rf"|hmm-[^/]+/{HMM}"
)
RESULT = re.compile(
    r"metrics\.json|history\.jsonl|report\.html|curves\.png|by-length\.png|attention-\d+\.png|confusion-(tags|entities)-\d+\.png"
    r"|predictions/[^/]+\.[a-z]+"
)
WRITTEN = re.compile(
    rf"run\.json|recipe\.toml|model\.safetensors|{RESULT.pattern}"
    rf"|hmm/{HMM}|text/({TEXT})|checkpoints/((update|epoch)-\d+|best)\.safetensors"
)
RUNS_WITHIN = re.compile(r"(controls/[^/]+|seed-\d+)/")  # those of controls and of seeds have the same files again
BEFORE_RUN_JSON = "recipe.toml"  # run.json is written last


def checksums(path: Path, files: Iterable[Path]) -> dict[str, str]:
    """{name below the run directory: sha256} of its files."""
    return {file.relative_to(path).as_posix(): file_checksum(file) for file in sorted(files)}


def check_files(path: Path, recorded: object, files: Iterable[Path]) -> None:
    """Raises RunDirectoryError unless the files of a run directory are those recorded in its run.json, with these checksums."""
    if not isinstance(recorded, Mapping):
        raise RunDirectoryError(f"{path / 'run.json'}: damaged (its checksums are no table). Restore it from a copy.")
    found = {file.relative_to(path).as_posix(): file for file in files}
    for name in [*recorded, *(name for name in found if name not in recorded)]:
        if name not in found:
            raise RunDirectoryError(f"{path / str(name)}: no such file, but the run had one. Restore it from a copy.")
        if name not in recorded:
            raise RunDirectoryError(f"{found[name]}: is no file of this run. Remove it, or restore the directory from a copy.")
        if file_checksum(found[name]) != recorded[name]:
            raise changed_file(found[name])


def changed_file(path: Path) -> RunDirectoryError:
    """What is told of a file that is not what the run wrote."""
    return RunDirectoryError(f"{path}: damaged or changed (its checksum is not that in run.json). Restore it from a copy.")


def is_result(name: str) -> bool:
    """Whether a run writes a file of this name to tell of itself."""
    return RESULT.fullmatch(name) is not None


def written_and_foreign(path: Path, recorded: Iterable[str] = ()) -> tuple[list[Path], list[Path]]:
    """The files in a run directory that a run wrote (those recorded too), and the files and empty folders that it did not."""
    known, written, foreign = set(recorded), list[Path](), list[Path]()
    for file in sorted(path.rglob("*")):
        if file.is_dir() and not file.is_symlink():
            if not any(file.iterdir()) and not _is_folder(file.relative_to(path).as_posix()):
                foreign.append(file)
            continue
        name = file.relative_to(path).as_posix()
        own = RUNS_WITHIN.sub("", name, count=2)
        ours = name in known or WRITTEN.fullmatch(own) or is_temporary(file.name) or file.name == LOCK
        (written if ours else foreign).append(file)
    return written, foreign


def _is_folder(name: str) -> bool:
    return RUNS_WITHIN.sub("", f"{name}/", count=2) in ("", "controls/", "hmm/", "text/", "checkpoints/", "predictions/")


def remove_run(path: Path, recorded: Iterable[str] = ()) -> None:
    """Remove what a run wrote, run.json last, and folders that are empty then; links are removed, never followed."""
    written, _ = written_and_foreign(path, recorded)
    for file in sorted(written, key=lambda file: file == path / "run.json"):
        if file != path / LOCK:  # it is held
            file.unlink(missing_ok=True)
    for folder in sorted((file for file in path.rglob("*") if file.is_dir() and not file.is_symlink()), reverse=True):
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def only_writer(path: Path, *, new: bool = False) -> Iterator[None]:
    """Hold a run directory alone, making it; where nothing is in it at the end, it is gone again, with the folders made above it.

    new: it was made for this run a moment ago. What killed writes have left is removed. Raises RunDirectoryError where another run writes
    to it, or where it cannot be made.
    """

    def refuse() -> None:
        raise RunDirectoryError(f"{path}: another run is writing to it. Wait for it to end, or choose another --out.")

    made = [path, path.parent] if new else []
    with ExitStack() as held:
        try:
            made += [folder for folder in (path, *path.parents) if not folder.exists()]
            path.mkdir(parents=True, exist_ok=True)
            held.callback(_remove_empty, made)
            held.enter_context(folder_lock(path, waiting=refuse))
        except OSError as fault:
            raise RunDirectoryError(f"{path}: cannot write: {fault.strerror or fault}. {remedy(fault)}") from fault
        remove_temporary(path)
        yield


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
