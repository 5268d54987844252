"""TOML in and out: recipes are read by the standard library, resolved recipes written by tomli-w."""

import re
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


LARGEST = 1_000_000  # bytes of a recipe
PARTS = 50  # of a dotted key
LONG_KEY = re.compile(rf"(?:[^=\s\[\],.]{{1,200}}[ \t]{{0,9}}\.[ \t]{{0,9}}){{{PARTS}}}")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; RecipeError names the file and the line of a fault."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise RecipeError([f"{path}: more than {LARGEST:,} bytes: no recipe."])
        text = content.decode("utf-8")
        refuse_long_keys(text, f"{path}")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise RecipeError([f"{path}: no such file."]) from None
    except UnicodeDecodeError as fault:
        raise RecipeError([f"{path}: not UTF-8 at byte {fault.start}. Save it as UTF-8."]) from None
    except OSError as fault:
        raise RecipeError([f"{path}: cannot read: {fault.strerror}."]) from None
    except RecursionError:
        raise RecipeError([f"{path}: no valid recipe: values are nested too deeply."]) from None
    except ValueError as fault:  # a name with a NUL, or a number of thousands of digits, among others
        raise RecipeError(
            [f"{str(path)!r}: no valid TOML: {fault}." if "\0" in str(path) else f"{path}: no valid TOML: {fault}."]
        ) from None


def parse_value(text: str) -> Any:
    """A value from the command line: TOML where it reads as TOML (3, 0.1, true, ["a", "b"]), else the text itself."""
    try:
        refuse_long_keys(text, "--set")
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def refuse_long_keys(text: str, where: str) -> None:
    """Raises RecipeError for a key of many parts, which takes time and memory by the square of them."""
    if found := LONG_KEY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise RecipeError([f"{where}:{line}: a key of more than {PARTS} parts. Write TABLE.KEY."])


def write_toml(tables: Mapping[str, Any]) -> str:
    """TOML text of nested mappings of strings, numbers, booleans and lists; None is left out."""
    return tomli_w.dumps(_without_none(tables))


def _without_none(tables: Mapping[str, Any]) -> dict[str, Any]:
    """TOML has no word for a value that is not set."""
    return {key: _without_none(value) if isinstance(value, Mapping) else value for key, value in tables.items() if value is not None}
