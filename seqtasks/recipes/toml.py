"""TOML in and out: recipes are read by the standard library, resolved recipes written by tomli-w."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from seqtasks.errors import RecipeError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; RecipeError names the file and the line of a fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError([f"{path}: no such file."]) from None
    except UnicodeDecodeError as fault:
        raise RecipeError([f"{path}: not UTF-8 at byte {fault.start}. Save it as UTF-8."]) from None
    except OSError as fault:
        raise RecipeError([f"{path}: cannot read: {fault.strerror}."]) from None
    except tomllib.TOMLDecodeError as fault:
        raise RecipeError([f"{path}: no valid TOML: {fault}."]) from None


def parse_value(text: str) -> Any:
    """A value from the command line: TOML where it reads as TOML (3, 0.1, true, ["a", "b"]), else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def write_toml(tables: Mapping[str, Any]) -> str:
    """TOML text of nested mappings of strings, numbers, booleans and lists; None is left out."""
    return tomli_w.dumps(_without_none(tables))


def _without_none(tables: Mapping[str, Any]) -> dict[str, Any]:
    """TOML has no word for a value that is not set."""
    return {key: _without_none(value) if isinstance(value, Mapping) else value for key, value in tables.items() if value is not None}
