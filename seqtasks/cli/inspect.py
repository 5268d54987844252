"""`seqtasks inspect`: what a finished run does inside, word by word, and which of its cells follow what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from seqtasks.errors import UsageError

if TYPE_CHECKING:
    from seqtasks.insight.following import Following
    from seqtasks.insight.inspection import Inspection


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("sentence", required=False)
@click.option("--file", type=click.Path(path_type=Path), help="Sentences, a line each; with --cells annotated ones, as the run reads them.")
@click.option("--cells", is_flag=True, help="Find cells that follow a label, with controls, on --file or the run's own dev part.")
@click.option("--head", help="Whose labels, of a run with several heads (with --cells).")
@click.option("--tokens", is_flag=True, help="Lines are words separated by spaces already (tagging).")
@click.option("--occlude", type=click.Choice(["remove", "replace"]), default="remove", show_default=True, help="How a source word goes.")
@click.option("--strongest", type=click.IntRange(1, 20), default=3, show_default=True, help="So many cells a word, in text.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the corpora of real recipes lie (with --cells).")
def inspect(
    run_dir: Path,
    sentence: str | None,
    file: Path | None,
    cells: bool,
    head: str | None,
    tokens: bool,
    occlude: Literal["remove", "replace"],
    strongest: int,
    form: str,
    data_dir: Path | None,
) -> None:
    """Look inside the finished run in RUN_DIR while it reads SENTENCE, or the lines of --file.

    Word by word: the means of the gates and the cells furthest from 0; then how saturated the gates are; for translations what each target
    word hangs on, by occlusion, beside the attention. --format json gives every number, a JSON object a line.

    \b
    seqtasks inspect runs/ner "Madrid United will win the Battle of Tolva."
    seqtasks inspect runs/ner --cells
    """
    from seqtasks.runs.load import load

    if cells:
        if sentence is not None or tokens:
            raise UsageError("--cells reads whole files: give --file, or nothing for the run's own dev part, and no sentence or --tokens.")
        from seqtasks.insight.following import follow
        from seqtasks.tasks.locations import DataLocations

        write_cells(follow(load(run_dir), file, head=head, locations=DataLocations(data_dir)), form)
        return
    if (sentence is None) == (file is None):
        raise UsageError('inspect takes a sentence in quotes or --file FILE, one of the two: seqtasks inspect RUN_DIR "A sentence."')
    if head is not None or data_dir is not None:
        raise UsageError("--head and --data-dir go with --cells.")
    from seqtasks.insight.inspection import inspect as look

    predictor = load(run_dir)
    for number, line in enumerate(lines_of(sentence, file)):
        for found in look(predictor, [line], tokens=tokens, way=occlude):
            write_inspection(found, form, strongest, first=not number)


def lines_of(sentence: str | None, file: Path | None) -> Iterator[str]:
    """The sentence, or the lines of the file."""
    from seqtasks.text.corpora.lines import read_lines

    if file is None:
        yield sentence or ""
        return
    for _, line in read_lines(file):
        yield line


def write_inspection(found: Inspection, form: str, strongest: int, *, first: bool) -> None:
    from seqtasks.cli.inspect_text import inspection_text
    from seqtasks.insight.as_json import inspection_json

    if form == "json":
        click.echo(json.dumps(inspection_json(found), ensure_ascii=False))
        return
    click.echo(("" if first else "\n\n") + inspection_text(found, strongest))


def write_cells(found: Following, form: str) -> None:
    from seqtasks.cli.inspect_text import following_text
    from seqtasks.insight.as_json import following_json

    click.echo(json.dumps(following_json(found), ensure_ascii=False) if form == "json" else following_text(found))
