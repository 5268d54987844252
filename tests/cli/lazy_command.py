"""A command that test_group.py imports lazily."""

import click


@click.command()
@click.argument("word")
@click.option("--times", default=1)
def lazy_command(word: str, times: int) -> None:
    """Say a word."""
    for _ in range(times):
        click.echo(word)
