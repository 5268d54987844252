"""Finding, extending, overriding and checking recipes: from a name on the command line to tables that a recipe class accepts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from seqtasks.errors import RecipeError, UsageError, cut, did_you_mean, in_short
from seqtasks.recipes.keys import keys_of
from seqtasks.recipes.schema import Recipe
from seqtasks.recipes.shipped import shipped
from seqtasks.recipes.suggest import ELSEWHERE, either, places_called, places_near
from seqtasks.recipes.toml import PARTS as PARTS_OF_KEY
from seqtasks.recipes.toml import parse_value, read_toml
from seqtasks.text.corpora.label_readers import LABEL_READERS, label_format_of
from seqtasks.text.corpora.suffixes import format_by_suffix, tagged_format_by_content
from seqtasks.text.files import home_path

PARTS = ("train", "dev", "test", "test_unseen")
RENAMED = {"training": {"pool": "sort_window"}, "data": {"share": "train_fraction"}, "hmm": {"back_rare": "backoff_rare"}}  # by table
MEANT = {"mt": "translation", "nmt": "translation", "translate": "translation", "tagging": "pos", "tagger": "pos", "entities": "ner"}
TAGGED = ("conllu", "jsonl", "columns", "csv", "brat")  # formats of taggers that a suffix or the first lines tell
VARIANT = "("  # begins the name of a variant of a table, which is no part of a recipe: "(TEXTS)"
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
        raise UsageError(f"no task {task!r}{did_you_mean(task, task_names(), MEANT)} Tasks: {', '.join(task_names())}.")
    return sorted(path.stem for path in (shipped("tasks") / task).glob("*.toml") if path.stem != "base")


def find_recipe(task: str, name: str) -> Path:
    """The TOML file that TASK [RECIPE] means: a path as it stands, or a name in the task's folder. Raises UsageError."""
    names = recipe_names(task)
    if "=" in name:
        raise UsageError(f"{name!r} is no recipe. To change one of its keys: --set {name}")
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
    try:
        tables = read_extended(path)
        make_absolute(tables)
        before = tables.get("summary")
        notes = override(tables, overrides)
    except RecursionError:
        raise RecipeError([f"{path}: no valid recipe: tables are nested too deeply."]) from None
    if notes and tables.get("summary") == before:
        tables["summary"] = f"Recipe {path.stem} on data of one's own"
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
    """Apply TABLE.KEY=VALUE in place; returns lines to tell where data.train is the user's. Parts are taken from where the user stands.

    A new data.train replaces the recipe's corpus and its other parts too, unless they are given: foreign dev and test parts would mean
    nothing.
    """
    own: dict[str, set[str]] = {}
    for text in overrides:
        name, equals, value = text.partition("=")
        keys = name.strip().split(".")
        if not equals or not all(keys) or len(keys) > PARTS_OF_KEY:
            raise UsageError(f"--set {cut(text)}: expected TABLE.KEY=VALUE, such as training.epochs=5.")
        table = tables
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise UsageError(f"--set {text}: {key!r} is a value, not a table.")
        parsed = parse_value(value.strip())
        if len(keys) > 1 and keys[-2] == "data":
            parsed = from_here(parsed) if keys[-1] in PARTS else parsed
            own.setdefault(".".join(keys[:-1]), set()).add(keys[-1])
        table[keys[-1]] = parsed
    mine = {name: given for name, given in own.items() if "train" in given}
    return [note for name, given in mine.items() for note in (without_foreign(tables, name, given), *by_suffix(tables, name, given))]


def table_at(tables: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The table called `name`, such as "tasks.pos.data"; None where a later --set has put a value in its place: the check will tell."""
    table: Any = tables
    for key in name.split("."):
        table = table.get(key, {}) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def without_foreign(tables: dict[str, Any], name: str, given: Collection[str]) -> str:
    """Take the corpus and the parts that are not given out of a data table whose train is the user's; returns the line to tell."""
    table = table_at(tables, name)
    if table is None:
        return f"{name}.train is yours."
    if "corpus" not in given:
        table.pop("corpus", None)
    gone = [part for part in PARTS if part not in given and table.pop(part, "")]
    told = f", so the recipe's {', '.join(gone)} {'is' if len(gone) == 1 else 'are'} left out" if gone else ""
    return f"{name}.train is yours{told}."


def by_suffix(tables: dict[str, Any], name: str, given: Collection[str]) -> list[str]:
    """Where data.train of a tagger or a classifier is the user's and its format is not said, the suffix of the file says it, or where that
    is none what the path holds; returns what to tell.
    """
    table = table_at(tables, name)
    if table is None or not isinstance(table.get("train"), str):
        return []
    path = Path(table["train"])
    known: tuple[str, ...] = TAGGED
    reason = "by its suffix" if format_by_suffix(path.name) else "by what it holds"
    around = table_at(tables, name.rpartition(".")[0]) if "." in name else tables
    if around and around.get("kind") == "classification":
        known, found = tuple(LABEL_READERS), label_format_of(path)
    else:
        found = format_by_suffix(path.name) or tagged_format_by_content(path)
    if "format" in given or table.get("format") not in known or found not in known or found == table["format"]:
        return []
    table["format"] = found
    return [f"{name}.train is read as {name}.format = {found!r}, {reason}; --set {name}.format=... says otherwise."]


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
    return str(home_path(files).absolute()) if isinstance(files, str) and files else files


def validate(model: type[R], tables: Mapping[str, Any], where: str, overrides: Iterable[str] = ()) -> R:
    """The recipe of a class that the tables say. Raises RecipeError with every fault at once, each with the --set that it comes from."""
    given = {text.partition("=")[0].strip(): text for text in overrides}
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        raise RecipeError([explain(fault, model, where, given) for fault in error.errors()]) from None


def explain(fault: Any, model: type[BaseModel], where: str, given: Mapping[str, str] | None = None) -> str:
    """One line for one of pydantic's faults: file [table], or the --set of `given` that it is in; what is wrong; the nearest known key."""
    place = [str(part) for part in fault["loc"] if part not in ("str", "list[str]")]
    table, key = ".".join(part for part in place[:-1] if not part.startswith(VARIANT)), place[-1]
    blamed = option_of([part for part in place if not part.startswith(VARIANT)], given or {}, inner=fault["type"] == "extra_forbidden")
    place_name = f"--set {cut(blamed)}" if blamed else f"{where} [{table}]" if table else where
    if fault["type"] == "extra_forbidden":
        return f"{place_name}: unknown key {in_short(key)}{meant_by(place, fault['input'], model)}"
    if fault["type"] == "missing":
        return f"{place_name}: missing key {key!r}."
    named = "" if blamed else f"{key} = {in_short(fault['input'])}: "
    return f"{place_name}: {named}{fault['msg'][0].lower()}{fault['msg'][1:]}."


def option_of(place: Sequence[str], given: Mapping[str, str], *, inner: bool) -> str:
    """The TABLE.KEY=VALUE that a fault comes from: that of its key, of a table around it or (inner) of a key in it; "" where none is."""
    whole = ".".join(place)
    for name, text in given.items():
        if whole == name or whole.startswith(f"{name}.") or (inner and name.startswith(f"{whole}.")):
            return text
    return ""


def meant_by(place: Sequence[str], value: Any, model: type[BaseModel]) -> str:
    """The end of a sentence about an unknown key: its new name, or the nearest key of its table, or keys of that name in other
    tables, or where nothing is near all keys of its table.
    """
    table, key = place[-2] if len(place) > 1 else "", place[-1]
    if key in RENAMED.get(table, {}):
        return f": it is called {RENAMED[table][key]!r} now."
    own, keys = known_keys(model, place[:-1]), list(keys_of(model)) if issubclass(model, Recipe) else []
    if ELSEWHERE.get(key) in own:
        return f"; did you mean {ELSEWHERE[key]!r}?"
    near = did_you_mean(key, own)
    inside = [found for name in value for found in places_called(name, keys)] if isinstance(value, Mapping) and near == "." else []
    places = inside or places_called(key, keys) or ([] if near != "." else places_near(key, keys))
    if places:
        return f"; did you mean {either(dict.fromkeys(places))}?"
    return near if near != "." or not own else f". Keys: {', '.join(own)}."


def known_keys(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    """The keys of the table at `place`."""
    current: Any = model
    for name in place:
        if name.startswith(VARIANT):
            current = variant_of(current, name)
            continue
        fields = getattr(current, "model_fields", None)
        if fields is None:  # below a table of tables: tasks.NAME
            continue
        if name not in fields:
            return []
        current = fields[name].annotation
        if getattr(current, "__args__", None):
            current = current.__args__[-1]
    return list(getattr(current, "model_fields", {}))


def variant_of(tables: Any, tag: str) -> Any:
    """The table of a union (within its annotation) that pydantic calls `tag`."""
    while not isinstance(tables, UnionType) and get_origin(tables) is not Union:
        tables = get_args(tables)[0]
    return next(get_args(member)[0] for member in get_args(tables) if tag in [getattr(one, "tag", "") for one in get_args(member)])


def with_new_names(tables: Mapping[str, Any], table: str = "") -> dict[str, Any]:
    """The tables of a saved recipe with keys that have other names now (RENAMED) under these."""
    names = RENAMED.get(table, {})
    return {names.get(key, key): with_new_names(value, key) if isinstance(value, Mapping) else value for key, value in tables.items()}
