"""`seqtasks evaluate`: score a finished run on annotated files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from seqtasks.cli.translation_options import given, search_options


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the metrics.json object and nothing else.")
@search_options
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
def evaluate(run_dir: Path, files: tuple[Path, ...], as_json: bool, device: str) -> None:
    """Score the run in RUN_DIR on FILES: one annotated file, or a source file and one or several files of references."""
    from seqtasks.cli.faults import fault_lines
    from seqtasks.runs.load import evaluate as evaluate_run

    asked = given()
    metrics = evaluate_run([run_dir, *asked.ensemble], files, device=device, average=asked.average, decoding=asked.decoding)
    if as_json:
        click.echo(json.dumps(metrics, ensure_ascii=False))
        return
    from seqtasks.evaluation.score import Score

    for entry in metrics["scores"]:
        score = Score.from_json(entry)
        interval = f" ({score.interval[0]:.2f} to {score.interval[1]:.2f})" if score.interval else ""
        click.echo(f"{score.split}  {score.head}  {score.name} = {score.value:.2f}{interval} [{score.signature}]")
    for line in fault_lines(metrics):
        click.echo(line)
