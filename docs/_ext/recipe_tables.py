"""Tables about recipes as Markdown: every key of every table (`seqtasks.recipes.keys`), and every shipped recipe."""

from __future__ import annotations

from seqtasks.recipes.keys import Key, keys_in, tables_of
from seqtasks.recipes.load import recipe_names, task_names
from seqtasks.recipes.tables import Table
from seqtasks.tasks.table import TASKS, load_recipe

Users = dict[tuple[str, str], type[Table]]  # (where a table stands, the kind of recipe) -> its class


def keys_markdown() -> str:
    """One section for a recipe's own keys, then one for each table; classes that extend one class are shown together."""
    found: dict[type[Table], Users] = {}
    for kind, task in TASKS.items():
        for place, table in tables_of(task.recipe):
            found.setdefault(root_of(table), {})[place, kind] = table
    return "\n\n".join(section(users) for users in found.values() if any(keys_in(table, "") for table in users.values()))


def recipes_markdown() -> str:
    """Task, recipe and summary of what is shipped."""
    rows = [f"| {task} | `{name}` | {load_recipe(task, name).recipe.summary} |" for task in task_names() for name in recipe_names(task)]
    return "\n".join(["| task | recipe | what |", "|---|---|---|", *rows])


def root_of(table: type[Table]) -> type[Table]:
    """The class below Table that a table's class is or extends."""
    return table.__mro__[table.__mro__.index(Table) - 1]


def section(users: Users) -> str:
    """A heading that says in which kinds of recipes the table occurs, and its keys."""
    kinds = list(dict.fromkeys(kind for _, kind in users))
    places = sorted({place for place, _ in users}, key=len)
    title = ", ".join(f"`[{place}]`" for place in places) if places != [""] else "Top level"
    lines = [f"## {title}" if kinds == list(TASKS) else f"## {title} ({', '.join(kinds)})", ""]
    lines += ["| key | type or values | default | meaning |", "|---|---|---|---|"]
    owners: dict[str, dict[str, Key]] = {}
    for (_, kind), table in users.items():
        for key in keys_in(table, ""):
            owners.setdefault(key.name, {})[kind] = key
    return "\n".join([*lines, *(row(found, len(kinds)) for found in owners.values())])


def row(owners: dict[str, Key], kinds: int) -> str:
    """One key; values that differ by kind are told apart, and so is a key that only some of the kinds have."""
    values: dict[str, list[str]] = {}
    for kind, key in owners.items():
        values.setdefault(" ".join(f"`{choice}`" for choice in key.choices) or key.type, []).append(kind)
    shown = "; ".join(text if len(values) == 1 else f"{text} ({', '.join(of)})" for text, of in values.items())
    key = next(iter(owners.values()))
    default = "**required**" if key.required else f"`{key.default}`" if key.default else "none"
    meaning = key.meaning if len(owners) == kinds else f"({', '.join(owners)}) {key.meaning}"
    return f"| `{key.name}` | {shown} | {default} | {meaning} |"
