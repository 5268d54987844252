"""Which values of the schema's choices a table of options leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from seqtasks.models.heads import HEADS
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.tasks.table import TASKS
from seqtasks.text.corpora.pair_readers import TWO_FILES
from seqtasks.text.corpora.readers import READERS

NAMED = {
    "backbone.kind": BACKBONES,
    "decoder.attention": ["none", *ATTENTIONS],
    "head.kind": {**HEADS, **NESTED_HEADS},
    "data.format": READERS,
    "training.select_by": ["loss", "accuracy", "last"],
}


def choices(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """(TABLE.KEY, values) of every choice, every name of a part of ours, and every switch in a recipe's tables."""
    for name, field in model.model_fields.items():
        place, kind = f"{path}{name}", field.annotation
        if get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from choices(kind, f"{place}.")
        elif kind is str and place in NAMED and field.default != TWO_FILES:  # formats of pairs have tests of their own
            yield place, list(NAMED[place])
        elif kind is bool:
            yield place, [True, False]
        elif values := literal_values(kind):
            yield place, values


def literal_values(kind: Any) -> list[Any]:
    """The values of a Literal, and of one inside a union."""
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return [value for part in get_args(kind) for value in literal_values(part)]
    return []


def missing_values(kind: str, options: Iterable[Mapping[str, Any]]) -> list[str]:
    """TABLE.KEY = VALUE for each value that no row of `options` sets and that is no default."""
    rows = list(options)
    missing = []
    for place, values in choices(TASKS[kind].recipe):
        if place == "kind":
            continue
        used = [row[place] for row in rows if place in row]
        default = default_of(TASKS[kind].recipe, place)
        missing += [f"{place} = {value!r}" for value in values if value not in used and value != default]
    return missing


def default_of(model: type[BaseModel], place: str) -> Any:
    """The default of a key, which every row without it runs."""
    *tables, key = place.split(".")
    for name in tables:
        annotation = model.model_fields[name].annotation
        if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
            raise TypeError(f"{name} is no table")
        model = annotation
    return model.model_fields[key].default
