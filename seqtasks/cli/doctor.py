"""`seqtasks doctor`: a finished run proves itself."""

from __future__ import annotations

from pathlib import Path

import click

MARKS = {True: "✓", False: "✗", None: "–"}
WIDTH = 26  # of the names of checks


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the published corpora, for the run's own data.")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
def doctor(run_dir: Path, files: tuple[Path, ...], data_dir: Path | None, device: str) -> None:
    """Check the run in RUN_DIR on FILES, as `evaluate` takes them, or on its own dev part.

    A row for each proof: ✓ where it holds, – where it means nothing for this run. Ends with 1 at the first that fails (✗).
    """
    from seqtasks.runs.doctor import examine
    from seqtasks.tasks.locations import DataLocations

    failed = False
    for check in examine(run_dir, files, locations=DataLocations(data_dir), device=device):
        failed = check.finding.passed is False
        click.echo(f"{MARKS[check.finding.passed]} {check.name:{WIDTH}}{check.finding.figures}")
    if failed:
        raise click.exceptions.Exit(1)
