"""`seqtasks recipes`: list, show, copy and check recipes."""

from __future__ import annotations

from pathlib import Path

import click

from seqtasks.cli.group import Group
from seqtasks.errors import UsageError


@click.group(cls=Group)
def recipes() -> None:
    """List, show, copy and check recipes."""


@recipes.command("list")
def list_recipes() -> None:
    """Every task and recipe, with its summary."""
    from seqtasks.recipes.load import recipe_names, task_names
    from seqtasks.tasks.table import load_recipe

    for task in task_names():
        for name in recipe_names(task):
            click.echo(f"{task:<12} {name:<18} {load_recipe(task, name).recipe.summary}")


@recipes.command()
@click.argument("task")
@click.argument("recipe", default="default")
@click.option("--set", "overrides", multiple=True, metavar="TABLE.KEY=VALUE", help="Change one value first.")
def show(task: str, recipe: str, overrides: tuple[str, ...]) -> None:
    """The recipe with every default filled in, as TOML."""
    from seqtasks.recipes.toml import write_toml
    from seqtasks.tasks.table import load_recipe

    click.echo(write_toml(load_recipe(task, recipe, overrides).recipe.model_dump()), nl=False)


@recipes.command()
@click.argument("task")
@click.argument("recipe")
@click.argument("target", type=click.Path(path_type=Path))
def copy(task: str, recipe: str, target: Path) -> None:
    """Write the recipe, with its comments, to TARGET to make it your own; what it extends is written out."""
    from seqtasks.recipes.load import find_recipe
    from seqtasks.recipes.toml import read_toml, write_toml
    from seqtasks.tasks.table import load_recipe
    from seqtasks.text.files import write_atomically

    if target.exists():
        raise UsageError(f"{target}: exists. Choose another name, or remove it.")
    path = find_recipe(task, recipe)
    whole = "extends" not in read_toml(path)
    write_atomically(target, path.read_text("utf-8") if whole else write_toml(load_recipe(task, recipe).recipe.model_dump()))
    click.echo(f"{target}: run it with: seqtasks run {task} {target}")


@recipes.command()
@click.argument("task")
@click.argument("recipe", required=False)
@click.option("--set", "overrides", multiple=True, metavar="TABLE.KEY=VALUE", help="Change one value first.")
def check(task: str, recipe: str | None, overrides: tuple[str, ...]) -> None:
    """Check the recipe, or all recipes of TASK: every key, type and table, without data."""
    from seqtasks.recipes.load import recipe_names
    from seqtasks.tasks.table import check_recipe, load_recipe

    for name in [recipe] if recipe else recipe_names(task):
        loaded = load_recipe(task, name, overrides)
        check_recipe(loaded.recipe)
        click.echo(f"{loaded.path}: correct")
