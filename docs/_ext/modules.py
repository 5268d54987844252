"""The modules of the packages below: a table of what each is, and for the built manual the directives of autodoc."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import seqtasks

PACKAGES = (
    "text",
    "models",
    "hmm",
    "align",
    "training",
    "decoding",
    "evaluation",
    "diagnosis",
    "estimators",
    "reports",
    "datasets",
    "recipes",
    "inference",
    "tasks",
    "runs",
    "comparison",
    "insight",
)
SENTENCE = re.compile(r".*?\.(?= [A-Z`\[]|$)")
HIDDEN = {"seqtasks.recipes.schema"}  # its keys are the page on recipes


def blocks_markdown() -> str:
    """The public names of seqtasks.nn, and its modules, a section each."""
    names = ", ".join(f"`{name}`" for name in importlib.import_module("seqtasks.nn").__all__)
    return "\n\n".join([f"`seqtasks.nn` itself holds {names}.", *(section(name, "###") for name in modules_of("nn"))])


def modules_markdown() -> str:
    """The other packages that there are, a section each, with their modules below."""
    parts = [section(f"seqtasks.{name}", "##") for name in ("errors", "estimator", "registry")]
    for package in PACKAGES:
        names = [name for name in modules_of(package) if name not in HIDDEN]
        if names:
            parts += [f"## seqtasks.{package}", importlib.import_module(f"seqtasks.{package}").__doc__ or ""]
            parts += [section(name, "###") for name in names]
    return "\n\n".join(parts)


def blocks_table() -> str:
    """The modules of seqtasks.nn, each with the first sentence of its docstring."""
    return table(modules_of("nn"))


def modules_table() -> str:
    """The other modules likewise."""
    return table(
        ["seqtasks.errors", "seqtasks.estimator", "seqtasks.registry", *(name for package in PACKAGES for name in modules_of(package))]
    )


def table(names: list[str]) -> str:
    """One row for each module."""
    rows = [f"| `{name.removeprefix('seqtasks.')}` | {first_sentence(name)} |" for name in names]
    return "\n".join(["| module | what |", "|---|---|", *rows])


def first_sentence(name: str) -> str:
    """What a module's docstring begins with, on one line; read from its source, so that nothing is imported."""
    path = Path(seqtasks.__file__).parent.joinpath(*name.split(".")[1:]).with_suffix(".py")
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].split())
    return (SENTENCE.match(text) or [text])[0].replace("|", "\\|").replace("<", "\\<")


def modules_of(package: str) -> list[str]:
    """The modules of a package and of the packages in it; none where there is no such package."""
    folders = [f"{folder}/{package}" for folder in seqtasks.__path__]
    return [found.name for found in pkgutil.walk_packages(folders, f"seqtasks.{package}.") if not found.ispkg]


def section(name: str, level: str) -> str:
    return f"{level} {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n   :show-inheritance:\n```"
