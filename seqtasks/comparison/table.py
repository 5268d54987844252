"""How finished runs are compared, by what a kind of task says of itself (`TaskKind.compared_by`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.table import kind_of, saved_recipe

COMPARISONS = {
    "translations": "a translation run",
    "tags": "a tagger",
    "labels": "a run of classification",
    "likelihoods": "a language model",
}  # and what a run of it is called


def comparison_of(paths: Sequence[Path]) -> str:
    """The name in COMPARISONS by which all of these runs are compared. Raises UsageError where they are of several."""
    names = [kind_of(saved_recipe(RunDirectory.open(path))).compared_by for path in paths]
    if len(set(names)) > 1:
        first, second = list(dict.fromkeys([name for name in (*COMPARISONS, *names) if name in names]))[:2]
        one, other = paths[names.index(first)], paths[names.index(second)]
        called = [COMPARISONS.get(name, f"a run compared by {name}") for name in (first, second)]
        raise UsageError(f"{one}: holds {called[0]}, {other} {called[1]}. Only runs of one kind can be compared.")
    return names[0]
