"""`seqtasks recipes`: list, show, copy and check recipes, and tell what they may say."""

from __future__ import annotations

from pathlib import Path

import click

from seqtasks.cli.group import Group
from seqtasks.cli.recipe_command import RecipeCommand
from seqtasks.errors import UsageError


@click.group(cls=Group)
def recipes() -> None:
    """List, show, copy and check recipes, and tell what they may say."""


@recipes.command("list")
def list_recipes() -> None:
    """Every task and recipe, with its summary."""
    from seqtasks.recipes.load import recipe_names, task_names
    from seqtasks.tasks.table import load_recipe

    rows = [(task, name, load_recipe(task, name).recipe.summary) for task in task_names() for name in recipe_names(task)]
    tasks, names = (max(len(row[column]) for row in rows) for column in (0, 1))
    for task, name, summary in rows:
        click.echo(f"{task:<{tasks}}  {name:<{names}}  {summary}")


@recipes.command()
@click.argument("table", required=False)
@click.option("--task", help="Of this task only [default: of every kind of task].")
def keys(table: str | None, task: str | None) -> None:
    """What --set and recipes take: each key with its values, its default and its meaning.

    TABLE, such as training, shows one table; the name of a key, such as dropout, every table that has it.
    """
    from seqtasks.cli.recipe_keys import listing
    from seqtasks.tasks.table import known_kinds, load_recipe

    kinds = {name: kind.recipe for name, kind in known_kinds().items()}
    if task is not None:
        kind = load_recipe(task).recipe.kind
        kinds = {kind: kinds[kind]}
    for line in listing(kinds, table):
        click.echo(line)


@recipes.command(cls=RecipeCommand)
@click.argument("task")
@click.argument("recipe", default="default")
@click.option("--set", "overrides", multiple=True, metavar="TABLE.KEY=VALUE", help="Change one value first.")
@click.option("--explain", is_flag=True, help="Say beside each value what its key means.")
def show(task: str, recipe: str, overrides: tuple[str, ...], explain: bool) -> None:
    """The recipe with every default filled in, as TOML."""
    from seqtasks.recipes.toml import write_toml
    from seqtasks.tasks.table import load_recipe

    found = load_recipe(task, recipe, overrides).recipe
    if explain:
        from seqtasks.cli.recipe_keys import explained

        for line in explained(found):
            click.echo(line)
    else:
        click.echo(write_toml(found.model_dump()), nl=False)


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


@recipes.command(cls=RecipeCommand)
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
