"""`seqtasks score`: how probable a finished translation run finds given translations."""

from __future__ import annotations

import json
import math
from pathlib import Path

import click

from seqtasks.cli.translation_options import ensemble_options, given


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@ensemble_options
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
def score(run_dir: Path, source: Path, target: Path, form: str, device: str) -> None:
    """Log-probability (nats) of each line of TARGET as a translation of the same line of SOURCE, by the run in RUN_DIR.

    A number a line; --format jsonl gives the tokens with theirs, and the perplexity, the end of sentence counted. The perplexity of
    all tokens goes to standard error.
    """
    from seqtasks.errors import UsageError
    from seqtasks.runs.load import load
    from seqtasks.tasks.contract import PairScorer
    from seqtasks.text.corpora.lines import read_lines

    asked = given()
    predictor = load([run_dir, *asked.ensemble], device=device, average=asked.average)
    if not isinstance(predictor, PairScorer):
        raise UsageError(f"{run_dir}: no translation run. score is for translation runs.")
    sides = [(line for _, line in read_lines(path)) for path in (source, target)]
    total, count = 0.0, 0
    for left, right, pair in predictor.stream_scores(*sides):
        total, count = total + pair.log_probability, count + len(pair.tokens)
        if form == "text":
            click.echo(f"{pair.log_probability:.4f}")
            continue
        tokens = [list(one) for one in zip(pair.tokens, pair.log_probabilities, strict=True)]
        entry = {"source": left, "target": right, "log_probability": pair.log_probability, "tokens": tokens}
        perplexity = math.exp(-pair.log_probability / len(pair.tokens)) if pair.tokens else None
        click.echo(json.dumps({**entry, "perplexity": perplexity}, ensure_ascii=False))
    if count:
        click.echo(f"perplexity = {math.exp(-total / count):.2f} over {count} tokens", err=True)
