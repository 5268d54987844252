"""Finding, extending, overriding and checking recipes: from a name on the command line to tables that a recipe class accepts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from seqtasks.errors import RecipeError, UsageError, did_you_mean
from seqtasks.recipes.shipped import shipped
from seqtasks.recipes.toml import parse_value, read_toml

PARTS = ("train", "dev", "test", "test_unseen")
RENAMED = {"training": {"pool": "sort_window"}, "data": {"share": "train_fraction"}, "hmm": {"back_rare": "backoff_rare"}}  # by table
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True)
class LoadedRecipe:
    """A checked recipe (of the class that its kind says), the file it came from, the task it belongs to and the lines to tell about it."""

    recipe: Any
    task: str
    name: str
    path: Path
    notes: tuple[str, ...] = ()


def task_names() -> list[str]:
    """Tasks that can be run: the folders of tasks/ that hold recipes."""
    return sorted(folder.name for folder in shipped("tasks").iterdir() if any(folder.glob("*.toml")))


def recipe_names(task: str) -> list[str]:
    """The recipes of a task; `base` is for extending only. Raises UsageError for a task that is none."""
    if task not in task_names():
        raise UsageError(f"no task {task!r}{did_you_mean(task, task_names())} Tasks: {', '.join(task_names())}.")
    return sorted(path.stem for path in (shipped("tasks") / task).glob("*.toml") if path.stem != "base")


def find_recipe(task: str, name: str) -> Path:
    """The TOML file that TASK [RECIPE] means: a path as it stands, or a name in the task's folder. Raises UsageError."""
    names = recipe_names(task)
    if name.endswith(".toml") or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"no recipe file {name!r}. Recipes by name: {', '.join(names)}.")
        return path
    if name not in names:
        raise UsageError(f"no recipe {name!r} for {task}{did_you_mean(name, names)} Recipes: {', '.join(names)}.")
    return shipped("tasks") / task / f"{name}.toml"


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The tables of a recipe file, with what it extends and TABLE.KEY=VALUE overrides applied, and lines to tell about them."""
    tables = read_extended(path)
    make_absolute(tables)
    notes = override(tables, overrides)
    return tables, tuple(notes)


def read_extended(path: Path) -> dict[str, Any]:
    """The tables of a recipe over those of the one it extends (one level, a file beside it)."""
    tables = read_toml(path)
    if "extends" not in tables:
        return tables
    base = path.parent / f"{tables.pop('extends')}.toml"
    below = read_toml(base)
    if "extends" in below:
        raise RecipeError([f"{path}: extends {base.name}, which extends another recipe. One level only."])
    return merge(below, tables)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins; tables are merged key by key."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def override(tables: dict[str, Any], overrides: Iterable[str]) -> list[str]:
    """Apply TABLE.KEY=VALUE in place; returns lines to tell. Paths of data parts are taken from where the user stands.

    A new data.train replaces the recipe's other parts too, unless they are given: foreign dev and test parts would mean nothing.
    """
    own: dict[str, set[str]] = {}
    notes = []
    for text in overrides:
        name, equals, value = text.partition("=")
        keys = name.strip().split(".")
        if not equals or not all(keys):
            raise UsageError(f"--set {text}: expected TABLE.KEY=VALUE, such as training.epochs=5.")
        table = tables
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise UsageError(f"--set {text}: {key!r} is a value, not a table.")
        parsed = parse_value(value.strip())
        if len(keys) > 1 and keys[-2] == "data" and keys[-1] in PARTS:
            parsed = from_here(parsed)
            own.setdefault(".".join(keys[:-1]), set()).add(keys[-1])
        table[keys[-1]] = parsed
    for name, given in own.items():
        table = tables
        for key in name.split("."):
            table = table[key]
        gone = [part for part in PARTS if "train" in given and part not in given and table.pop(part, "")]
        if gone:
            notes.append(f"{name}.train is yours, so the recipe's {', '.join(gone)} {'is' if len(gone) == 1 else 'are'} left out.")
    return notes


def make_absolute(tables: dict[str, Any]) -> None:
    """Paths of data parts that belong to no corpus, from where the user stands: a run may be resumed from elsewhere."""
    for name, table in tables.items():
        if name == "data" and isinstance(table, dict) and not table.get("corpus"):
            table.update({part: from_here(table[part]) for part in PARTS if part in table})
        elif isinstance(table, dict):
            make_absolute(table)


def from_here(files: Any) -> Any:
    """Paths given on the command line, absolute."""
    if isinstance(files, list):
        return [from_here(file) for file in files]
    return str(Path(files).expanduser().absolute()) if isinstance(files, str) and files else files


def validate(model: type[R], tables: Mapping[str, Any], where: str) -> R:
    """The recipe of a class that the tables say. Raises RecipeError with every fault at once."""
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        raise RecipeError([explain(fault, model, where) for fault in error.errors()]) from None


def explain(fault: Any, model: type[BaseModel], where: str) -> str:
    """One line for one of pydantic's faults: file [table]: key, what is wrong, the nearest known key."""
    place = [str(part) for part in fault["loc"] if part not in ("str", "list[str]")]
    table, key = ".".join(place[:-1]), place[-1]
    place_name = f"{where} [{table}]" if table else where
    if fault["type"] == "extra_forbidden" and key in RENAMED.get(place[-2] if len(place) > 1 else "", {}):
        return f"{place_name}: unknown key {key!r}: it is called {RENAMED[place[-2]][key]!r} now."
    if fault["type"] == "extra_forbidden":
        known = known_keys(model, place[:-1])
        within = [f"{name}.{key}" for name in known if key in known_keys(model, [*place[:-1], name])]
        return f"{place_name}: unknown key {key!r}{f'; did you mean {within[0]!r}?' if within else did_you_mean(key, known)}"
    if fault["type"] == "missing":
        return f"{place_name}: missing key {key!r}."
    return f"{place_name}: {key} = {fault['input']!r}: {fault['msg'][0].lower()}{fault['msg'][1:]}."


def known_keys(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    """The keys of the table at `place`."""
    current: Any = model
    for name in place:
        fields = getattr(current, "model_fields", None)
        if fields is None:  # below a table of tables: tasks.NAME
            continue
        if name not in fields:
            return []
        current = fields[name].annotation
        if getattr(current, "__args__", None):
            current = current.__args__[-1]
    return list(getattr(current, "model_fields", {}))


def with_new_names(tables: Mapping[str, Any], table: str = "") -> dict[str, Any]:
    """The tables of a saved recipe with keys that have other names now (RENAMED) under these."""
    names = RENAMED.get(table, {})
    return {names.get(key, key): with_new_names(value, key) if isinstance(value, Mapping) else value for key, value in tables.items()}
