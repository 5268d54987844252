"""`seqtasks`: the entry point. Commands are imported when they are typed, so that `--help` loads no torch."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click

from seqtasks import __version__
from seqtasks.cli.group import LazyGroup
from seqtasks.cli.output import guard_streams
from seqtasks.errors import SeqtasksError

THREADS = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "10000"}  # read by libgomp when torch is loaded


class Commands(LazyGroup):
    """All commands of seqtasks."""

    commands_by_name = {
        "run": ("seqtasks.cli.run", "Train a task from a recipe, score it and write a report."),
        "predict": ("seqtasks.cli.predict", "Answer raw text from a file or standard input with a finished run."),
        "score": ("seqtasks.cli.score", "Score given translations with a finished run."),
        "evaluate": ("seqtasks.cli.evaluate", "Score a finished run on annotated files."),
        "compare": ("seqtasks.cli.compare", "Compare systems: scores with intervals, significance, cost, one report."),
        "observe": ("seqtasks.cli.observe", "Say what a run's curves show, in words, and what to try."),
        "inspect": ("seqtasks.cli.inspect", "Look inside a finished run: gates, cells, what its answers hang on."),
        "doctor": ("seqtasks.cli.doctor", "Check a finished run: files, answers, resume, versions."),
        "study": ("seqtasks.cli.study", "Measure what recurrent networks remember: gradients, memory, clipping."),
        "align": ("seqtasks.cli.align", "Align the words of parallel files, and make a lexicon."),
        "recipes": ("seqtasks.cli.recipes", "List, show, copy and check recipes; what they may say."),
        "data": ("seqtasks.cli.data", "List, download and check corpora."),
    }
    meant = {
        "train": "run",
        "fit": "run",
        "test": "evaluate",
        "eval": "evaluate",
        "translate": "predict",
        "tag": "predict",
        "infer": "predict",
        "download": "data",
    }


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seqtasks")
def commands() -> None:
    """Translation, POS tagging and NER with recurrent networks, and honest baselines.

    Start with: seqtasks run translation
    """


def main() -> None:
    """Run the command line.

    Threads that wait for each other spin for a moment and then sleep, unless the user's environment says otherwise. Endless spinning,
    OpenMP's default, is up to nine times slower where another program wants the processor too; sleeping at once is half as fast where
    none does.
    """
    for name, value in THREADS.items():
        os.environ.setdefault(name, value)
    guard_streams()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores the second
            signal.signal(number, end)
    try:
        commands.main(prog_name="seqtasks")
    except SeqtasksError as error:  # of a help page: all others end in their group
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


def end(number: int, frame: FrameType | None) -> None:
    """Leave by an exception, so that files that were begun are removed."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
