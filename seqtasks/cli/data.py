"""`seqtasks data list | get | check`: parse, call `seqtasks.recipes`, print. Results go to stdout, progress and licences to stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqtasks.cli.data_text import print_shared, print_statistics
from seqtasks.cli.group import Group
from seqtasks.cli.output import shown, styled
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.text.tags import FILE_SCHEMES

if TYPE_CHECKING:
    from seqtasks.datasets.download import Progress
    from seqtasks.datasets.folders import FileCheck
    from seqtasks.datasets.published import PublishedCorpus
    from seqtasks.datasets.statistics import CorpusStatistics

FOLDER = click.Path(path_type=Path, file_okay=False)
cache_option = click.option("--cache", type=FOLDER, metavar="DIR", help="Where downloads are kept [default: the user's cache].")
data_dir_option = click.option("--data-dir", type=FOLDER, metavar="DIR", help="A directory that holds corpus folders.")


@click.group(cls=Group)
def data() -> None:
    """Find, download and check corpora."""


@data.command("list")
@data_dir_option
@cache_option
def list_corpora(data_dir: Path | None, cache: Path | None) -> None:
    """Show the published corpora and where they are on this machine."""
    from rich.box import SIMPLE
    from rich.table import Column, Table

    from seqtasks.datasets.published import PUBLISHED
    from seqtasks.recipes.shipped import shipped

    names = Column("corpus", no_wrap=True)
    table = Table(names, *(Column(title, overflow="fold") for title in ("task", "licence", "size", "found")), box=SIMPLE, pad_edge=False)
    for corpus in PUBLISHED.values():
        table.add_row(corpus.name, corpus.task, corpus.licence, _size_of(corpus), shown(_place_of(corpus, data_dir, cache)))
    sample = shipped("data")
    size = sum(path.stat().st_size for path in sample.rglob("*") if path.is_file())
    table.add_row("(bundled sample)", "all", "as seqtasks", _bytes(size), shown(str(sample)))
    _print(table)
    click.echo("'seqtasks data get NAME' downloads a corpus into the cache.", err=True)


@data.command()
@click.argument("name")
@cache_option
@click.option("--mirror", envvar="SEQTASKS_MIRROR", metavar="URL", help="Fetch from here [default: $SEQTASKS_MIRROR, else GitHub].")
def get(name: str, cache: Path | None, mirror: str | None) -> None:
    """Download the corpus NAME into the cache, and print its folder.

    A download that broke off is continued; files that are complete are kept.
    """
    from seqtasks.datasets.download import MIRROR, RETRY_POLICY, check_mirror, download_corpus
    from seqtasks.datasets.folders import cache_folder
    from seqtasks.datasets.published import published_corpus

    corpus = published_corpus(name)
    mirror = check_mirror(mirror or MIRROR)
    folder = (cache or cache_folder()) / corpus.name
    click.echo(f"{corpus.title}\nlicence: {corpus.licence}\nsource:  {corpus.page}\ncite:    {corpus.citation}", err=True)
    try:
        with _progress_bars() as progress:
            download_corpus(
                corpus,
                folder,
                mirror=mirror,
                retry=RETRY_POLICY,
                progress=progress,
                waiting=lambda: click.echo(f"another download into {folder} is running; waiting for it", err=True),
            )
    except KeyboardInterrupt:
        click.echo(f"interrupted; 'seqtasks data get {name}' continues where it stopped", err=True)
        sys.exit(130)
    for file in corpus.files:
        if file.blob is None:
            click.echo(f"note: {file.name}: no checksum is published for it; it was taken as it came", err=True)
    click.echo(str(folder))


@data.command()
@click.argument("paths", nargs=-1, metavar="NAME | PATH...")
@data_dir_option
@cache_option
@click.option("--format", "kind", metavar="[parallel|tsv|csv|tmx|conllu|columns|jsonl|brat|NAME]", help="[default: by suffix]")
@click.option("--word-column", metavar="N|NAME", help="Column of the words, from 0 (negative from the end), or of CSV its name.")
@click.option("--tag-column", metavar="N|NAME", help="Column of the tags, likewise.")
@click.option("--sentence-column", metavar="N|NAME", help="Of CSV: column that says which sentence a word is of.")
@click.option("--scheme", type=click.Choice([*FILE_SCHEMES, "none"]), help="Tag scheme of columns [default: by the tags].")
@click.option("--layer", "layers", multiple=True, metavar="LAYER", help="CoNLL-U column (upos, xpos, ...) or JSONL layer; repeatable.")
@click.option("--text-column", metavar="N|NAME", help="Column or key of the texts, of labelled texts [default: text].")
@click.option("--label-column", metavar="N|NAME", help="Column or key of the labels: the files are labelled texts [default: label].")
@click.option("--label-separator", metavar="TEXT", help="What stands between labels: a text of these files has several.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    help="source_column, target_column, source, target of pairs in one file; else as in [data.options].",
)
@click.option("--strict", is_flag=True, help="A note, or a label that the first file lacks, is an error: exit code 1.")
def check(
    paths: tuple[str, ...],
    data_dir: Path | None,
    cache: Path | None,
    kind: str | None,
    word_column: str | None,
    tag_column: str | None,
    sentence_column: str | None,
    scheme: str | None,
    layers: tuple[str, ...],
    text_column: str | None,
    label_column: str | None,
    label_separator: str | None,
    options: tuple[str, ...],
    strict: bool,
) -> None:
    """Verify a published corpus (its NAME or folder), or read files and count what is in them.

    Of two and more files (train, dev, ...) also show the sentences they share and the labels that the first one lacks. Parallel text
    is named source, target, source, target, ... Labelled texts are TSV, CSV or JSONL files with --label-column, or --format folders.
    """
    from seqtasks.datasets.published import PUBLISHED

    if not paths:
        raise UsageError(f"name a corpus ({', '.join(PUBLISHED)}), a corpus folder or files to check.")
    labelled = {"text_column": text_column, "label_column": label_column, "separator": label_separator}
    corpora = [path for path in paths if _names_corpus(path) and kind is None and not any(labelled.values())]
    if corpora:
        if len(corpora) < len(paths):
            raise UsageError(f"check corpora ({', '.join(corpora)}) and single files in two calls.")
        for path in corpora:
            _check_corpus(path, data_dir, cache)
        return
    from seqtasks.datasets.statistics import Reading, corpus_statistics

    files = [Path(path) for path in paths]
    pairs = any(option.startswith(("source", "target")) for option in options)  # of a CSV file, which may also hold labelled texts
    csv = kind == "csv" or (kind is None and all(".csv" in file.suffixes for file in files))
    columns = _columns({"word_column": word_column, "tag_column": tag_column, "sentence_column": sentence_column})
    tagged = bool(columns) or _holds_tags(files[0])
    if any(labelled.values()) or kind == "folders" or (csv and not pairs and not tagged):
        statistics = _labelled(files, kind, labelled, options)
    else:
        reading = Reading(
            format=kind,
            word_column=columns.get("word_column"),
            tag_column=columns.get("tag_column"),
            sentence_column=columns.get("sentence_column"),
            scheme=scheme,
            layers=layers,
            options=_options(options),
        )
        statistics = corpus_statistics(files, reading)
    for counted in statistics:
        print_statistics(counted)
    new = print_shared(statistics)
    faults = sum(len(counted.notes) for counted in statistics) + new
    if strict and faults:
        raise SeqtasksError(f"--strict: {faults:,} {'fault' if faults == 1 else 'faults'} in the data. Mend them, or leave --strict out.")


def _labelled(files: list[Path], kind: str | None, given: Mapping[str, str | None], options: tuple[str, ...]) -> list[CorpusStatistics]:
    """What labelled texts hold. given: the options that say where texts and labels stand; a whole number is that of a column."""
    from seqtasks.datasets.labelled_statistics import LabelledReading, labelled_statistics

    columns = _columns(given)
    separator = columns.pop("separator", None)
    reading = LabelledReading(format=kind, **columns, separator=None if separator is None else str(separator), options=_options(options))
    return labelled_statistics(files, reading)


def _columns(given: Mapping[str, str | None]) -> dict[str, int | str]:
    """Columns by name or, where that is a whole number, by number."""
    return {name: int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else value for name, value in given.items() if value}


def _holds_tags(file: Path) -> bool:
    """Whether a CSV file has a header of words and tags."""
    from seqtasks.text.corpora.suffixes import tagged_format_by_content

    return tagged_format_by_content(file) == "csv"


def _options(texts: tuple[str, ...]) -> dict[str, object]:
    """KEY=VALUE of --option; a value is TOML, as in a recipe."""
    from seqtasks.recipes.toml import parse_value

    pairs = [text.partition("=") for text in texts]
    for text, (key, equals, _) in zip(texts, pairs, strict=True):
        if not key or not equals:
            raise UsageError(f"--option {text}: expected KEY=VALUE.")
    return {key.strip(): parse_value(value.strip()) for key, _, value in pairs}


def _names_corpus(path: str) -> bool:
    """A folder (but one of brat's), or a word that is no file: a corpus by its name."""
    if Path(path).is_dir():
        return next(Path(path).rglob("*.ann"), None) is None
    return not (Path(path).exists() or Path(path).suffix or Path(path).parent != Path())


def _check_corpus(path: str, data_dir: Path | None, cache: Path | None) -> None:
    """Print what each file of a corpus is. A wrong file counts as damaged in the cache only: elsewhere it is the user's own."""
    from seqtasks.datasets.folders import cache_folder, check_folder, corpus_of_folder, find_corpus
    from seqtasks.datasets.published import published_corpus

    if Path(path).is_dir():
        folder = Path(path)
        corpus = corpus_of_folder(folder)
    else:
        corpus = published_corpus(path)
        folder = find_corpus(path, data_dir, cache)
    checks = check_folder(folder, corpus)
    click.echo(f"{corpus.name} in {folder}")
    for checked in checks:
        name = checked.path.name if checked.path else checked.file.name
        click.echo(f"  {checked.state:<8}  {name}{': ' if checked.note else ''}{checked.note}")
    if folder.resolve() == ((cache or cache_folder()) / corpus.name).resolve():
        _refuse_damaged(corpus, checks)


def _refuse_damaged(corpus: PublishedCorpus, checks: list[FileCheck]) -> None:
    for checked in checks:
        if checked.state == "differs":
            raise SeqtasksError(
                f"{checked.path}: damaged: expected git blob {checked.file.content_blob}, found {checked.found}. "
                f"Run 'seqtasks data get {corpus.name}' to replace it."
            )


def _place_of(corpus: PublishedCorpus, data_dir: Path | None, cache: Path | None) -> str:
    """The folder a run would use, or that there is none."""
    from seqtasks.datasets.folders import find_corpus

    try:
        return str(find_corpus(corpus.name, data_dir, cache))
    except UsageError:
        return "no"


def _size_of(corpus: PublishedCorpus) -> str:
    size, complete = corpus.size
    if not size:
        return "not known"
    return _bytes(size) if complete else f"over {_bytes(size)}"


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _print(table: object) -> None:
    """On a terminal as wide as it is; into a file or pipe without cutting or wrapping."""
    from rich.console import Console

    Console(file=styled(sys.stdout), width=None if sys.stdout.isatty() else 1000, highlight=False, markup=False, emoji=False).print(table)


@contextmanager
def _progress_bars() -> Iterator[Progress]:
    """One bar per file on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bars: dict[str, int] = {}
    with Progress(*columns, console=Console(file=styled(sys.stderr))) as shown:

        def progress(name: str, received: int, total: int | None) -> None:
            if name not in bars:
                bars[name] = shown.add_task(name, total=total)
            shown.update(bars[name], completed=received, total=total)  # type: ignore[arg-type]

        yield progress
