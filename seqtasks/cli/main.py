"""`seqtasks`: the entry point. Commands are imported when they are typed, so that `--help` loads no torch."""

from __future__ import annotations

import os
import sys

import click

from seqtasks import __version__
from seqtasks.cli.group import LazyGroup


class Commands(LazyGroup):
    """All commands of seqtasks."""

    commands_by_name = {
        "run": ("seqtasks.cli.run", "Train a task from a recipe, score it and write a report."),
        "predict": ("seqtasks.cli.predict", "Answer raw text from a file or standard input with a finished run."),
        "evaluate": ("seqtasks.cli.evaluate", "Score a finished run on annotated files."),
        "recipes": ("seqtasks.cli.recipes", "List, show, copy and check recipes."),
        "data": ("seqtasks.cli.data", "List, download and check corpora."),
    }


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seqtasks")
def commands() -> None:
    """Translation, POS tagging and NER with recurrent networks, and honest baselines.

    Start with: seqtasks run translation
    """


def main() -> None:
    """Run the command line; a reader who closes the pipe early is no error."""
    try:
        commands.main(prog_name="seqtasks")
    except BrokenPipeError:
        quiet_end()


def quiet_end() -> None:
    """Exit with 0 although standard output is gone: Python would complain when it flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


if __name__ == "__main__":
    main()
