"""Commands that change a recipe by --set: whoever gives a key as an option, or without --set, is told how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from seqtasks.errors import SeqtasksError, UsageError

if TYPE_CHECKING:
    from seqtasks.recipes.keys import Key

SETTING = re.compile(r"[A-Za-z_]+(\.\w+)*=")


class RecipeCommand(click.Command):
    """A command with TASK, RECIPE and --set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as fault:
            if settings := settings_for(fault.option_name, given):
                raise UsageError(f"{self.name} has no option {fault.option_name}; it is a key of the recipe: {settings}") from fault
            raise
        except click.UsageError:
            for before, word in zip(["", *given], given, strict=False):
                if SETTING.match(word) and not before.startswith("-"):
                    raise UsageError(f"unexpected argument {word!r}. To change a key of the recipe: --set {word}") from None
            raise


def settings_for(option: str, args: Sequence[str]) -> str:
    """What is typed in place of an option that is a key of the recipe: --set for each table that has such a key; "" where none has."""
    from seqtasks.recipes.suggest import either, places_called

    places = places_called(option.lstrip("-").replace("-", "_"), keys_for(args))
    return either(f"--set {place}={value_of(option, args)}" for place in places) if places else ""


def value_of(option: str, args: Sequence[str]) -> str:
    """The value that an option was given, after it or after its equals sign."""
    for number, word in enumerate(args):
        if word == option and number + 1 < len(args) and not args[number + 1].startswith("--"):
            return args[number + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return "VALUE"


def keys_for(args: Sequence[str]) -> Iterator[Key]:
    """The keys of the recipe that is named in a command's words; of every kind of recipe where none is."""
    from seqtasks.recipes.keys import keys_of
    from seqtasks.recipes.load import recipe_names, task_names
    from seqtasks.tasks.table import known_kinds, load_recipe

    task = next((word for word in args if word in task_names()), "")
    try:
        name = next((word for word in args if word in recipe_names(task) or word.endswith(".toml")), "default")
        models = [type(load_recipe(task, name).recipe)]
    except SeqtasksError:
        models = [kind.recipe for kind in known_kinds().values()]
    for model in models:
        yield from keys_of(model)
