"""Keys of recipes as text: the listing of `seqtasks recipes keys`, and a recipe with their meanings beside the values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seqtasks.errors import UsageError, did_you_mean
from seqtasks.recipes.keys import Key, keys_in, keys_of, tables_in
from seqtasks.recipes.schema import Recipe
from seqtasks.recipes.toml import write_toml

VALUE = re.compile(r"^(\w+) = ")
TABLE = re.compile(r"^\[(.+)\]$")
COLUMN = 40  # where meanings begin, but for longer values


def listing(kinds: Mapping[str, type[Recipe]], asked: str | None) -> Iterator[str]:
    """Two lines for each key: what it takes, and what it means. asked: a table, or the name of a key in any table; None: every key.

    A key that only some kinds of task have, or take in another way, names them. Raises UsageError for what is neither.
    """
    users: dict[Key, list[str]] = {}
    for kind, model in kinds.items():
        for key in keys_of(model):
            users.setdefault(key, []).append(kind)
    shown = [key for key in users if asked is None or asked in (key.table, key.name, key.place)]
    if not shown:
        known = dict.fromkeys(key.table for key in users if key.table)
        names = [*known, *(key.name for key in users)]
        raise UsageError(f"no table or key {asked!r}{did_you_mean(str(asked), names)} Tables: {', '.join(known)}.")
    for key in sorted(shown, key=lambda key: key.table):  # stable: a table's keys stay in their order
        default = " (required)" if key.required else f" = {key.default}" if key.default else ""
        yield f"{key.place}{default}: {key.values()}" + ("" if len(users[key]) == len(kinds) else f" [{', '.join(users[key])}]")
        yield f"    {key.meaning}"


def explained(recipe: Recipe) -> Iterator[str]:
    """The lines of a recipe as TOML, with the meaning of each key beside its value."""
    meanings = {(place, key.name): key.meaning for place, table in tables_in(recipe) for key in keys_in(table, place)}
    table = ""
    for line in write_toml(recipe.model_dump()).splitlines():
        if found := TABLE.match(line):
            table = found[1]
        if found := VALUE.match(line):
            yield f"{line:<{COLUMN}}  # {meanings.get((table, found[1]), '')}"
        else:
            yield line
