"""Which modules autodoc shows: every one of the packages below, so that a new file is in the manual with its first build."""

from __future__ import annotations

import importlib
import pkgutil

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
)
HIDDEN = {"seqtasks.recipes.schema"}  # its keys are the page on recipes


def blocks_markdown() -> str:
    """The public names of seqtasks.nn, and its modules, a section each."""
    names = ", ".join(f"`{name}`" for name in importlib.import_module("seqtasks.nn").__all__)
    return "\n\n".join([f"`seqtasks.nn` itself holds {names}.", *(section(name, "###") for name in modules_of("nn"))])


def modules_markdown() -> str:
    """The other packages that there are, a section each, with their modules below."""
    parts = [section("seqtasks.errors", "##"), section("seqtasks.registry", "##")]
    for package in PACKAGES:
        names = [name for name in modules_of(package) if name not in HIDDEN]
        if names:
            parts += [f"## seqtasks.{package}", importlib.import_module(f"seqtasks.{package}").__doc__ or ""]
            parts += [section(name, "###") for name in names]
    return "\n\n".join(parts)


def modules_of(package: str) -> list[str]:
    """The modules of a package and of the packages in it; none where there is no such package."""
    folders = [f"{folder}/{package}" for folder in seqtasks.__path__]
    return [found.name for found in pkgutil.walk_packages(folders, f"seqtasks.{package}.") if not found.ispkg]


def section(name: str, level: str) -> str:
    return f"{level} {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n   :show-inheritance:\n```"
