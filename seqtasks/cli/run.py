"""`seqtasks run`: train a task from its recipe, score it, write the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqtasks.cli.output import go_on_without_reader, shown
from seqtasks.cli.recipe_command import RecipeCommand
from seqtasks.errors import UsageError

if TYPE_CHECKING:
    from seqtasks.runs.run import RunResult
    from seqtasks.tasks.contract import RunOptions


@click.command(cls=RecipeCommand)
@click.argument("task")
@click.argument("recipe", default="default")
@click.option("--set", "overrides", multiple=True, metavar="TABLE.KEY=VALUE", help="Change one value of the recipe. May be repeated.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the corpora of real recipes lie.")
@click.option("--out", type=click.Path(path_type=Path), help="The run directory [default: runs/TASK-RECIPE-DATE-TIME].")
@click.option("--resume", is_flag=True, help="Go on with the run in --out from its newest checkpoint.")
@click.option("--overwrite", is_flag=True, help="Replace the run directory if it exists.")
@click.option("--from", "fine_tune", type=click.Path(path_type=Path, file_okay=False), metavar="RUN_DIR", help="Start from its weights.")
@click.option("--seeds", type=click.IntRange(min=1), metavar="N", help="Run N times, with the recipe's seed and those after it.")
@click.option("--strict", is_flag=True, help="Notes on the data are errors: nothing is trained, exit code 1.")
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
def run(
    task: str,
    recipe: str,
    overrides: tuple[str, ...],
    data_dir: Path | None,
    out: Path | None,
    resume: bool,
    overwrite: bool,
    fine_tune: Path | None,
    seeds: int | None,
    strict: bool,
    device: str,
) -> None:
    """Train TASK from RECIPE (a name, or a TOML file), score it and write a report.

    \b
    seqtasks run translation                      the bundled sample, nothing to download
    seqtasks run pos --set data.train=my.conllu --set data.dev=dev.conllu
    """
    go_on_without_reader()
    if resume and (fine_tune or seeds or overwrite):
        raise UsageError("--resume goes with --out and --set only, not with --from, --seeds or --overwrite.")
    from seqtasks.recipes.run_directory import existing
    from seqtasks.runs.again import fine_tuned_recipe, resumed_recipe
    from seqtasks.tasks.contract import RunOptions
    from seqtasks.tasks.locations import DataLocations
    from seqtasks.tasks.table import check_names, kind_of, load_recipe

    options = RunOptions(
        locations=DataLocations(data_dir),
        out=out,
        device=device,
        resume=resume,
        overwrite=overwrite,
        fine_tune=fine_tune,
        strict=strict,
    )
    loaded = resumed_recipe(task, overrides, existing(out)) if resume else load_recipe(task, recipe, overrides)
    if fine_tune:
        loaded = fine_tuned_recipe(loaded, overrides, fine_tune)
    check_names(loaded.recipe)
    kind_of(loaded.recipe).check_data(loaded.recipe, options.locations)
    click.echo(f"recipe: {loaded.path}")
    show(execute(loaded, options, seeds))


def execute(loaded: Any, options: RunOptions, seeds: int | None) -> RunResult:
    """One run, or one for each seed."""
    from seqtasks.cli.progress import TerminalWatcher
    from seqtasks.runs.run import run as run_recipe
    from seqtasks.runs.seeds import run_seeds
    from seqtasks.runs.stopping import stop_on_signal
    from seqtasks.tasks.contract import Callbacks

    watcher = TerminalWatcher()
    with stop_on_signal(lambda: watcher.training, tell_stop) as stopped:
        callbacks = Callbacks(log=tell, watcher=watcher, stop_asked=lambda: bool(stopped))
        try:
            return run_seeds(loaded, options, callbacks, seeds) if seeds else run_recipe(loaded, options, callbacks)
        finally:
            watcher.stop()


def tell_stop(line: str) -> None:
    """A line beside the results, which may go into a file."""
    click.echo(line, err=True)


def tell(line: str) -> None:
    """A line beside the bar, which would take control signs for its own."""
    click.echo(shown(line))


def show(result: RunResult) -> None:
    """Scores, five held-out examples, faults of translations, and where everything lies."""
    from seqtasks.cli.faults import fault_lines
    from seqtasks.cli.observe import observation_lines
    from seqtasks.recipes.run_directory import RunDirectory

    for note in result.outcome.notes:
        click.echo(f"note: {note}")
    for number, example in enumerate(result.outcome.examples[:5], start=1):
        click.echo(f"\nexample {number}\n  input:     {example.input}\n  output:    {example.output}\n  reference: {example.reference}")
    click.echo(f"\nscores (weights selected on {result.metrics['selected_on']}):")
    controls = {(row.split, row.head, row.name): f" | {row.shown()}" for row in result.outcome.controls}
    for score in result.outcome.scores:
        interval = f" ({score.interval[0]:.2f} to {score.interval[1]:.2f})" if score.interval else ""
        control = controls.get((score.split, score.head, score.name), "")
        click.echo(f"  {score.split:<12}{score.head:<12}{score.name} = {score.value:.2f}{interval}{control} [{score.signature}]")
    for line in fault_lines(result.metrics):
        click.echo(line)
    if "observation" in result.metrics:
        click.echo("")
        for line in observation_lines(result.metrics["observation"]):
            click.echo(shown(line))
    report = RunDirectory(result.path).report
    if report.exists():
        click.echo(f"\nreport: {report}")
    click.echo(f"run directory: {result.path}")
