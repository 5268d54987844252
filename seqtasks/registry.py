"""Names to parts: ours from the table of their file, other people's from setuptools entry points.

A package offers a backbone by an entry point of the group "seqtasks.backbones" whose name is what recipes say and whose object has the
signature of the functions in `seqtasks.nn.backbones.BACKBONES`; likewise "seqtasks.attentions", "seqtasks.heads", "seqtasks.readers",
"seqtasks.pair_readers", "seqtasks.label_readers", "seqtasks.tag_metrics", "seqtasks.label_metrics", "seqtasks.translation_metrics" and
"seqtasks.tasks".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from seqtasks.errors import RecipeError, did_you_mean

P = TypeVar("P")


def find_part(table: Mapping[str, P], name: str, group: str) -> P:
    """The part called `name`. Raises RecipeError, with the nearest known name, where nobody offers it."""
    if name in table:
        return table[name]
    for point in entry_points(group=group):
        if point.name == name:
            part: P = imported(point)
            return part
    raise RecipeError([no_part(name, table, group)])


def no_part(name: str, table: Mapping[str, object], group: str) -> str:
    """The line about a name that nobody offers."""
    known = known_parts(table, group)
    return f"no {group.removeprefix('seqtasks.').removesuffix('s')} {name!r}{did_you_mean(name, known)} Known: {', '.join(known)}."


def imported(point: EntryPoint) -> Any:
    """What another package offers. Raises RecipeError where importing it fails, whatever the reason."""
    try:
        return point.load()
    except Exception as fault:
        package = f" of the package {point.dist.name}" if point.dist else ""
        why = f"{type(fault).__name__}: {fault}"
        raise RecipeError([f"{point.group} {point.name!r}{package} cannot be imported ({why}). Repair or uninstall it."]) from fault


def known_parts(table: Mapping[str, object], group: str) -> list[str]:
    """The names of all parts: ours, then those of other packages."""
    return list(dict.fromkeys([*table, *(point.name for point in entry_points(group=group))]))


def further_parts(table: Mapping[str, P], group: str) -> dict[str, P]:
    """The parts of other packages by name; ours win over a taken name."""
    return {point.name: imported(point) for point in entry_points(group=group) if point.name not in table}


def name_faults(table: Mapping[str, object], name: str, group: str) -> list[str]:
    """The fault of a name that nobody offers, with the nearest known one."""
    try:
        find_part(table, name, group)
    except RecipeError as fault:
        return list(fault.faults)
    return []


def option_faults(builder: Callable[..., object], options: Mapping[str, Any] | None, given: Collection[str], where: str) -> list[str]:
    """Keys of a table [WHERE.options] that a builder does not take, and those that it needs and lacks.

    given: the parameters that seqtasks fills itself. The parameters beside these are the options.
    """
    parameters = inspect.signature(builder).parameters.values()
    taken = {one.name: one for one in parameters if one.name not in given and one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)}
    faults = [f"{where}.options: unknown key {key!r}{did_you_mean(key, taken)}" for key in options or {} if key not in taken]
    missing = [name for name, one in taken.items() if one.default is one.empty and name not in (options or {})]
    return faults + [f"{where}.options: missing key {name!r}." for name in missing]
