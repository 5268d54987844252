"""`seqtasks score`: how probable a finished run finds given translations, or given lines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqtasks.cli.translation_options import ensemble_options, given

if TYPE_CHECKING:
    from seqtasks.inference.scored import ScoredPair


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@ensemble_options
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
def score(run_dir: Path, source: Path, target: Path | None, form: str, device: str) -> None:
    """Log-probability (nats) of each line of TARGET as a translation of the same line of SOURCE, by the run in RUN_DIR; or by a language
    model, without a TARGET, of each line of SOURCE.

    A number a line; --format jsonl gives the tokens with theirs, and the perplexity, the end of sentence counted. The perplexity of
    all tokens goes to standard error.
    """
    from seqtasks.errors import UsageError
    from seqtasks.runs.load import load
    from seqtasks.tasks.contract import LineScorer, PairScorer
    from seqtasks.text.corpora.lines import read_lines

    asked = given()
    predictor = load([run_dir, *asked.ensemble], device=device, average=asked.average)
    sides = [(line for _, line in read_lines(path)) for path in (source, target) if path is not None]
    scored: Iterator[tuple[dict[str, str], ScoredPair]]
    if isinstance(predictor, PairScorer) and len(sides) == 2:
        scored = (({"source": left, "target": right}, pair) for left, right, pair in predictor.stream_scores(*sides))
    elif isinstance(predictor, LineScorer) and len(sides) == 1:
        scored = (({"text": line}, found) for line, found in predictor.stream_line_scores(*sides))
    elif isinstance(predictor, PairScorer | LineScorer):
        raise UsageError("score takes a SOURCE and a TARGET for a translation run, and one file for a language model.")
    else:
        raise UsageError(f"{run_dir}: no translation run and no language model. score is for these.")
    total, count, apart = 0.0, 0, 0
    for texts, pair in scored:
        total, count = total + pair.log_probability, count + len(pair.tokens)
        apart += predictor.marks_apart(texts["text"]) if isinstance(predictor, LineScorer) else 0
        if form == "text":
            click.echo(f"{pair.log_probability:.4f}")
            continue
        click.echo(json.dumps({**texts, **pair.to_dict()}, ensure_ascii=False))
    if count:
        click.echo(f"perplexity = {math.exp(-total / count):.2f} over {count} tokens", err=True)
    if apart:
        click.echo(
            f"note: {apart} of them are unknown for a space beside them, as in 'dog .'. Give text as it is written: 'dog.'", err=True
        )
