"""TOML in and out: recipes are read with the standard reader, resolved recipes written by the few rules they need."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqtasks.errors import RecipeError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


BARE = re.compile(r"[A-Za-z0-9_-]+")  # keys that need no quotes


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


def write_toml(tables: Mapping[str, Any], path: str = "") -> str:
    """TOML text of nested mappings of strings, numbers, booleans and lists; None is left out."""
    plain = [f"{bare(key)} = {literal(value)}" for key, value in tables.items() if not isinstance(value, Mapping | None)]
    parts = ["\n".join(plain)] if plain else []
    for key, value in tables.items():
        if isinstance(value, Mapping):
            name = f"{path}.{bare(key)}" if path else bare(key)
            body = write_toml(value, name)
            parts.append(f"[{name}]\n{body}" if not body.startswith(f"[{name}.") else body)
    return "\n\n".join(part for part in parts if part) + ("\n" if not path else "")


def bare(key: str) -> str:
    """A key as it stands in a file: in quotes where it needs them."""
    return key if BARE.fullmatch(key) else literal(key)


def literal(value: Any) -> str:
    """A string, number, boolean or list. JSON's spelling is TOML's too, but for one control character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
