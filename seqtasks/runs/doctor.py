"""A finished run proves itself, on its own model and the user's data: what `seqtasks doctor` shows."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import seqtasks
from seqtasks.errors import SeqtasksError
from seqtasks.recipes.run_directory import CHECKSUMS, RunDirectory
from seqtasks.tasks.contract import TaskKind
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.self_checks import CheckedRun, Finding
from seqtasks.tasks.table import check_recipe, kind_of, load_recipe, saved_recipe

EXAMPLES = 100  # sentences, lines or texts that are answered


@dataclass(frozen=True)
class Check:
    """A row of the table: what was looked at, and what was found."""

    name: str
    finding: Finding


def examine(run_dir: Path, files: Sequence[Path] = (), *, locations: DataLocations | None = None, device: str = "cpu") -> Iterator[Check]:
    """The checks of the run in `run_dir`, each as it ends; the first that fails is the last.

    files: what it answers, as `seqtasks evaluate` takes them; without any the run's own dev part, or the bundled sample where that cannot
    be read. Raises SeqtasksError for a directory that is no finished run's, and for files that cannot be read.
    """
    directory = RunDirectory.open(run_dir.expanduser())
    yield (first := Check("checksums hold", attempted(lambda: checksums(directory))))
    if first.finding.passed is False:
        return
    recipe = saved_recipe(directory)
    check_recipe(recipe)
    kind = kind_of(recipe)
    examples, source = found_examples(kind, recipe, locations or DataLocations(), files)
    yield Check("data to answer", Finding(None, f"{len(examples):,} examples of {source}"))
    found = kind.self_checks(CheckedRun(directory, recipe, examples, locations or DataLocations(), files, device))
    rows: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("batched equals single", found.batched_equals_single),
        ("one beam equals greedy", found.one_beam_equals_greedy),
        ("score equals forced score", found.score_equals_forced_score),
        ("resume is exact", found.resume_is_exact),
        ("bf16 changes few answers", found.bf16_changes),
        ("versions as trained", lambda: versions(directory)),
    )
    for name, check in rows:
        yield (row := Check(name, attempted(check)))
        if row.finding.passed is False:
            return


def attempted(check: Callable[[], Finding]) -> Finding:
    """What a check finds; one that ends in an error of ours has failed with its message."""
    try:
        return check()
    except SeqtasksError as fault:
        return Finding(False, str(fault))


def checksums(directory: RunDirectory) -> Finding:
    """Whether the files that the run is loaded from, and those that tell of it, are those that it wrote."""
    recorded = directory.finished().facts().get(CHECKSUMS)
    if recorded is None:
        return Finding(None, "a run of before: it wrote none down")
    size = sum(file.stat().st_size for file in directory.loaded_files())
    return Finding(True, f"{len(recorded)} files, {size / 1e6:,.1f} MB; {directory.check_results()} of results")


def found_examples(kind: TaskKind, recipe: Any, locations: DataLocations, files: Sequence[Path]) -> tuple[Sequence[Any], str]:
    """What the run answers, and where it is from."""
    if files:
        corpus, told = kind.examples(recipe, locations, files), ""
    else:
        try:
            corpus, told = kind.examples(recipe, locations, ()), ""
        except SeqtasksError as fault:
            if not kind.sample:
                raise
            corpus = kind.examples(load_recipe(kind.sample).recipe, DataLocations(), ())
            told = f", the bundled sample, since the run's own cannot be read ({fault})"
    return corpus.examples[:EXAMPLES], f"{corpus.path}{told}"


def versions(directory: RunDirectory) -> Finding:
    """Whether Python, torch and seqtasks are those of the training; of Python and torch the release."""
    facts = directory.facts()
    machine = facts.get("machine")
    torch_then = machine.get("torch") if isinstance(machine, dict) else None
    then = {"python": facts.get("python"), "torch": torch_then, "seqtasks": facts.get("seqtasks")}
    now = {"python": platform.python_version(), "torch": installed("torch"), "seqtasks": seqtasks.__version__}
    told = {name: release(str(value)) for name, value in then.items() if value}
    if not told:
        return Finding(None, "a run of before: it wrote none down")
    changed = [f"{name} {value} then, {release(now[name])} now" for name, value in told.items() if value != release(now[name])]
    if changed:
        return Finding(False, "; ".join(changed))
    return Finding(True, ", ".join(f"{name} {value}" for name, value in told.items()))


def release(text: str) -> str:
    """A version without what was built into it ("2.13.0+cpu" is 2.13.0)."""
    return text.partition("+")[0]


def installed(package: str) -> str:
    """The version of a package, without loading it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
