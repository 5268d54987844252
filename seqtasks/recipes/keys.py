"""What a recipe may say, key by key: values, default, meaning, as `recipes keys`, `recipes show --explain` and the manual tell it.

Types and defaults are those of the settings classes; the meaning of a key is the comment beside it, or above it, in its class's source.
"""

from __future__ import annotations

import inspect
import io
import json
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import Tag
from pydantic.fields import FieldInfo

from seqtasks.recipes.tables import LARGEST, Offered, Table
from seqtasks.registry import known_parts

NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", dict[str, Any]: "table"}
BOUNDS = {annotated_types.Ge: "at least", annotated_types.Gt: "above", annotated_types.Le: "at most", annotated_types.Lt: "below"}


@dataclass(frozen=True)
class Key:
    """A key of a recipe. table: where it stands, "" for the top; default: as TOML writes it, "" where there is none; choices likewise."""

    table: str
    name: str
    type: str
    choices: tuple[str, ...]
    default: str
    required: bool
    meaning: str

    @property
    def place(self) -> str:
        """What `--set` calls it."""
        return f"{self.table}.{self.name}" if self.table else self.name

    def values(self) -> str:
        """What it takes, in words."""
        if not self.choices:
            return self.type
        return " or ".join(filter(None, [", ".join(self.choices[:-1]), self.choices[-1]]))


def keys_of(model: type[Table]) -> Iterator[Key]:
    """Every key of a recipe's class, those of its own first, then table by table."""
    for place, table in tables_of(model):
        yield from keys_in(table, place)


def tables_of(model: type[Table], place: str = "") -> Iterator[tuple[str, type[Table]]]:
    """(where it stands, its class) of a table and of those in it. A table of tables is called NAME, or as its variant is called where it
    may be one of several classes.
    """
    yield place, model
    for name, field in model.model_fields.items():
        for inner, called in classes_of(field.annotation):
            yield from tables_of(inner, ".".join(filter(None, (place, name, called))))


def tables_in(table: Table, place: str = "") -> Iterator[tuple[str, type[Table]]]:
    """(where it stands, its class) of a recipe's table and of those that it has, by their own names."""
    yield place, type(table)
    for name in type(table).model_fields:
        value, here = getattr(table, name), f"{place}{'.' if place else ''}{name}"
        inner = {f"{here}.{key}": one for key, one in value.items()} if isinstance(value, Mapping) else {here: value}
        for where, one in inner.items():
            if isinstance(one, Table):
                yield from tables_in(one, where)


def keys_in(model: type[Table], place: str) -> list[Key]:
    """The keys of one table, without those that are tables."""
    meanings = meanings_of(model)
    fields = {name: field for name, field in model.model_fields.items() if not classes_of(field.annotation)}
    return [key_of(name, field, place, meanings.get(name, "")) for name, field in fields.items()]


def key_of(name: str, field: FieldInfo, table: str, meaning: str) -> Key:
    """One key as its class defines it."""
    required = field.is_required()
    default = "" if required or field.default is None else json.dumps(field.default)
    return Key(
        table, name, type_of(field.annotation, field.metadata), choices_of(field.annotation, field.metadata), default, required, meaning
    )


def classes_of(annotation: Any) -> list[tuple[type[Table], str]]:
    """The table classes that an annotation names, each with what a table of it is called in a dict of them ("" outside of one)."""
    if inspect.isclass(annotation) and issubclass(annotation, Table):
        return [(annotation, "")]
    if get_origin(annotation) is dict:
        return [(table, called or "NAME") for table, called in classes_of(get_args(annotation)[1])]
    if hasattr(annotation, "__metadata__"):
        called = next((one.tag.strip("()") for one in annotation.__metadata__ if isinstance(one, Tag)), "")
        return [(table, called or inner) for table, inner in classes_of(get_args(annotation)[0])]
    if get_origin(annotation) in (Union, UnionType):
        return [found for one in get_args(annotation) for found in classes_of(one)]
    return []


def meanings_of(model: type[Table]) -> dict[str, str]:
    """{key: its meaning}, as a sentence, of a class and those it extends; none where there is no source to read."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__[: model.__mro__.index(Table)]):
        try:
            source = inspect.getsource(owner)
        except OSError:
            continue
        found |= {key: text[0].upper() + text[1:].rstrip(".") + "." for key, text in comments(source).items()}
    return found


def comments(source: str) -> dict[str, str]:
    """{key: the comment on its line or, where there is none, on the lines right above}; those for type checkers or linters are none."""
    found: dict[str, str] = {}
    above: list[str] = []
    key, fresh = "", True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith(("# type:", "# noqa")):
            text = token.string.lstrip("# ").partition("  # ")[0]
            if fresh:
                above.append(text)
            else:
                found[key] = text
        elif fresh and token.type == tokenize.NAME and token.start[1] == 4:
            key, fresh = token.string, False
            if above:
                found[key] = " ".join(above)
        elif token.type == tokenize.NEWLINE:
            above, fresh = [], True
    return found


def type_of(annotation: Any, metadata: list[Any]) -> str:
    """A type in words: "whole number, at least 1"; "" where only some values are meant, which `choices_of` names."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ""
    if origin in (Union, UnionType):
        return " or ".join(filter(None, dict.fromkeys(type_of(one, []) for one in arguments if one is not NoneType)))
    if origin is list:
        return f"list of {type_of(arguments[0], [])}"
    if hasattr(annotation, "__metadata__"):  # Annotated inside a union
        return type_of(arguments[0], list(annotation.__metadata__))
    bounds = [
        f"{word} {getattr(bound, kind.__name__.lower())}"
        for bound in flat(metadata)
        for kind, word in BOUNDS.items()
        if isinstance(bound, kind) and getattr(bound, kind.__name__.lower()) != LARGEST  # which keeps nobody from anything
    ]
    if bounds == ["above 0"] and annotation is int:
        bounds = ["at least 1"]
    return "" if any(isinstance(one, Offered) for one in metadata) else ", ".join([NAMES.get(annotation, str(annotation)), *bounds])


def choices_of(annotation: Any, metadata: list[Any]) -> tuple[str, ...]:
    """The values that a key takes, as TOML writes them, where they are few: those of a Literal, and names of parts, other packages' too."""
    for one in metadata:
        if isinstance(one, Offered):
            return tuple(map(json.dumps, known_parts(dict.fromkeys(one.names), one.group)))
    if get_origin(annotation) is Literal:
        return tuple(map(json.dumps, get_args(annotation)))
    if get_origin(annotation) in (Union, UnionType):
        return tuple(choice for one in get_args(annotation) for choice in choices_of(one, []))
    return ()


def flat(metadata: list[Any]) -> list[Any]:
    """Bounds that pydantic keeps inside a FieldInfo, taken out."""
    return [bound for one in metadata for bound in (flat(one.metadata) if isinstance(one, FieldInfo) else [one])]


def unknown_names(recipe: Table) -> list[tuple[str, Offered]]:
    """(the name, those there are) of every part that nobody offers, in the order of the tables."""
    found = []
    for name, field in type(recipe).model_fields.items():
        value = getattr(recipe, name)
        offered = next((one for one in field.metadata if isinstance(one, Offered)), None)
        if offered and value not in offered.names and value not in known_parts({}, offered.group):
            found.append((value, offered))
        for inner in value.values() if isinstance(value, Mapping) else [value]:
            if isinstance(inner, Table):
                found += unknown_names(inner)
    return found
