"""Every table and key of a recipe as Markdown: types and defaults from the pydantic classes, meanings from the comments beside the keys.

A key without a comment takes its meaning from `meanings.toml`; one that has neither, or an entry there for a key that does not exist,
is a warning.
"""

from __future__ import annotations

import inspect
import io
import json
import tokenize
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo
from sphinx.util import logging

from seqtasks.recipes import schema
from seqtasks.recipes.toml import read_toml
from seqtasks.tasks.table import TASKS

MEANINGS = Path(__file__).with_name("meanings.toml")
NAMES = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", NoneType: "absent", dict[str, Any]: "table"}
BOUNDS = {annotated_types.Ge: "at least", annotated_types.Gt: "above", annotated_types.Le: "at most", annotated_types.Lt: "below"}
KINDS = {name: kind.recipe for name, kind in TASKS.items()}
log = logging.getLogger(__name__)


def markdown() -> str:
    """One section for a recipe's own keys, then one for each table."""
    written = read_toml(MEANINGS)
    used: set[str] = set()
    parts = [section("Top level", dict(KINDS), written, used)]
    for users in tables().values():
        names = sorted({place.partition(" ")[0] for place in users}, key=len)
        parts.append(section(", ".join(f"`[{name}]`" for name in names), users, written, used))
    for stale in sorted({f"{table}.{key}" for table, keys in written.items() for key in keys} - used):
        log.warning("meanings.toml: %s is no key of a recipe without a comment of its own", stale)
    return "\n\n".join(parts)


def tables() -> dict[type[schema.Table], dict[str, type[schema.Table]]]:
    """{root class: {"data of translation": class}}: classes that extend one root are shown together."""
    found: dict[type[schema.Table], dict[str, type[schema.Table]]] = {}

    def walk(model: type[schema.Table], kind: str, path: str) -> None:
        for name, field in model.model_fields.items():
            inner, mapped = table_of(field.annotation)
            if inner is not None:
                place = f"{path}{name}.NAME" if mapped else f"{path}{name}"
                if not mapped:
                    found.setdefault(root_of(inner), {})[f"{place} of {kind}"] = inner
                walk(inner, kind, f"{place}.")

    for kind, model in KINDS.items():
        walk(model, kind, "")
    return found


def table_of(annotation: Any) -> tuple[type[schema.Table] | None, bool]:
    """The table class that an annotation names, and whether it stands in a dict of them."""
    if inspect.isclass(annotation) and issubclass(annotation, schema.Table):
        return annotation, False
    if get_origin(annotation) is dict:
        return table_of(get_args(annotation)[1])[0], True
    return None, False


def root_of(model: type[schema.Table]) -> type[schema.Table]:
    """The class below Table that a table's class is or extends."""
    return model.__mro__[model.__mro__.index(schema.Table) - 1]


def section(title: str, users: dict[str, type[schema.Table]], written: dict[str, Any], used: set[str]) -> str:
    """A heading that says in which kinds of recipes the table occurs, and its keys."""
    kinds = sorted({place.rpartition(" ")[2] for place in users}, key=list(KINDS).index)
    every = set(kinds) == set(KINDS)
    lines = [f"## {title}" if every else f"## {title} ({', '.join(kinds)})", ""]
    lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
    models = list(dict.fromkeys(users.values()))
    for key in dict.fromkeys(name for model in models for name in model.model_fields):
        owners = {place: model.model_fields[key] for place, model in users.items() if key in model.model_fields}
        if any(table_of(field.annotation)[0] for field in owners.values()):
            continue
        lines.append(row(key, owners, len(users), models, written, used))
    return "\n".join(lines)


def row(
    key: str, owners: dict[str, FieldInfo], users: int, models: list[type[schema.Table]], written: dict[str, Any], used: set[str]
) -> str:
    """One key; types that differ by kind are told apart."""
    types: dict[str, list[str]] = {}
    for place, field in owners.items():
        types.setdefault(type_of(field.annotation, field.metadata), []).append(place.rpartition(" ")[2])
    shown = "; ".join(text if len(types) == 1 else f"{text} ({', '.join(dict.fromkeys(kinds))})" for text, kinds in types.items())
    field = next(iter(owners.values()))
    default = "**required**" if field.is_required() else value_of(field.default)
    meaning = meaning_of(key, models, written, used)
    if len(owners) < users:
        meaning = f"({', '.join(dict.fromkeys(place.rpartition(' ')[2] for place in owners))}) {meaning}"
    return f"| `{key}` | {shown} | {default} | {meaning} |"


def meaning_of(key: str, models: list[type[schema.Table]], written: dict[str, Any], used: set[str]) -> str:
    """The comment beside the key, in the class or one it extends; else what meanings.toml says."""
    for model in models:
        for owner in model.__mro__[: model.__mro__.index(schema.Table)]:
            comment = comments(owner).get(key)
            if comment:
                return comment[0].upper() + comment[1:].rstrip(".") + "."
            if key in written.get(owner.__name__, {}):
                used.add(f"{owner.__name__}.{key}")
                return str(written[owner.__name__][key])
    log.warning("%s.%s has no meaning: write a comment beside it, or a line in docs/_ext/meanings.toml", models[0].__name__, key)
    return ""


def comments(model: type) -> dict[str, str]:
    """{key: the comment on its line} of a class's own source; a comment for type checkers or linters is none."""
    found, first = {}, ""
    for token in tokenize.generate_tokens(io.StringIO(inspect.getsource(model)).readline):
        if token.start[1] == 4 and token.type == tokenize.NAME:
            first = token.string
        if token.type == tokenize.COMMENT and not token.string.startswith(("# type:", "# noqa")):
            found[first] = token.string.lstrip("# ").partition("  # ")[0]
    return found


def type_of(annotation: Any, metadata: list[Any]) -> str:
    """A type in words: `"adam"` or `"sgd"`; whole number, above 0; text."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " ".join(f"`{value_text(value)}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(type_of(one, []) for one in arguments))
    if origin is list:
        return f"list of {type_of(arguments[0], [])}"
    if hasattr(annotation, "__metadata__"):  # Annotated inside a union
        return type_of(arguments[0], list(annotation.__metadata__))
    bounds = [
        f"{word} {getattr(bound, kind.__name__.lower())}"
        for bound in flat(metadata)
        for kind, word in BOUNDS.items()
        if isinstance(bound, kind)
    ]
    if bounds == ["above 0"] and annotation is int:
        bounds = ["at least 1"]
    return ", ".join([NAMES.get(annotation, str(annotation)), *bounds])


def flat(metadata: list[Any]) -> list[Any]:
    """Bounds that pydantic keeps inside a FieldInfo, taken out."""
    return [bound for one in metadata for bound in (flat(one.metadata) if isinstance(one, FieldInfo) else [one])]


def value_of(value: Any) -> str:
    return "none" if value is None else f"`{value_text(value)}`"


def value_text(value: Any) -> str:
    """A value as TOML writes it."""
    return json.dumps(value)
