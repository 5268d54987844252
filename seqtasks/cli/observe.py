"""`seqtasks observe`: what a run's curves show, in words."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

WIDTH = 100


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the corpora of real recipes lie.")
@click.option("--curves-only", is_flag=True, help="Read the history and the recipe alone, neither data nor weights.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object and nothing else.")
def observe(run_dir: Path, data_dir: Path | None, curves_only: bool, as_json: bool) -> None:
    """Say what the curves of the run in RUN_DIR show, what to try, and what curves cannot know beside the controls that can.

    It reads runs that are finished, that were stopped, and those of earlier versions.
    """
    from seqtasks.runs.observing import observe_run
    from seqtasks.tasks.locations import DataLocations

    found = observe_run(run_dir, locations=DataLocations(data_dir), curves_only=curves_only)
    if as_json:
        click.echo(json.dumps(found.observation.to_json() | {"notes": found.notes}, ensure_ascii=False))
        return
    for line in (*found.notes, *observation_lines(found.observation.to_json())):
        click.echo(line)


def observation_lines(found: Mapping[str, Any]) -> list[str]:
    """The object "observation" of metrics.json on a terminal."""
    kept = f" The weights of epoch {found['kept']} are kept." if found["kept"] is not None else ""
    lines = [*wrapped(f"{found['verdict']}: {found['because']}.{kept} {found['means']}")]
    lines += [f"  try --set {setting}" for setting in found["to_try"]]
    lines += wrapped(found["beside"], "  ") if found["beside"] else []
    for one in found["statements"]:
        lines += wrapped(f"{'! ' if one['alarm'] else '- '}{one['about']}: {one['text']}", "  ")
    return lines


def wrapped(text: str, begin: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=begin, subsequent_indent=f"{begin}  ", break_long_words=False, break_on_hyphens=False)
