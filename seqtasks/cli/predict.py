"""`seqtasks predict`: raw text to answers, line for line, streamed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from seqtasks.cli.output import OutputError, silence
from seqtasks.cli.translation_options import given, translation_options

STREAM = 1000  # lines answered together, so that short ones can share a batch


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--tokens", is_flag=True, help="Lines are words separated by spaces already (tagging).")
@click.option("--language", help="How raw text is split into words: en, fr, ... [default: the recipe's] (tagging).")
@click.option("--split-sentences", is_flag=True, help="Split lines into sentences and answer each; needs pysbd (tagging).")
@click.option("--confidence", is_flag=True, help="Tell how sure each tag or label is; not in the text of taggers.")
@click.option("--k-best", type=click.IntRange(1, 1000), help="So many sequences of tags a sentence, or labels a text.")
@click.option("--format", "form", type=click.Choice(["text", "jsonl", "conll", "conllu", "html"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file, whole or not at all [default: standard output].")
@click.option("--n-best", type=click.IntRange(1, 1000), default=1, show_default=True, help="Answers a line, in JSONL (not tagging).")
@translation_options
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "bf16", "auto"]),
    default="float32",
    show_default=True,
    help="Of the network; auto is bf16 where that is fast.",
)
def predict(
    run_dir: Path,
    file: Path | None,
    tokens: bool,
    language: str | None,
    split_sentences: bool,
    confidence: bool,
    k_best: int | None,
    form: str,
    out: Path | None,
    n_best: int,
    device: str,
    precision: str,
) -> None:
    """Answer the lines of FILE, or of standard input, with the finished run in RUN_DIR.

    A line in, a line out: the translation, word/TAG pairs, the label, or the line as a language model writes it on. --format jsonl gives
    one JSON object a line, conll and conllu a word a line, html a page with entities marked, or translations with their attention. With
    --split-sentences each sentence of a line is answered by itself.
    """

    from seqtasks.runs.load import load
    from seqtasks.tasks.contract import PredictionOptions

    asked = given()
    predictor = load([run_dir, *asked.ensemble], device=device, precision=precision, average=asked.average, decoding=asked.decoding)
    prefix = asked.prefix
    options = PredictionOptions(
        form=form,
        chunk=1 if file is None and sys.stdin.isatty() else STREAM,
        tokens=tokens,
        language=language,
        split_sentences=split_sentences,
        confidence=confidence,
        k_best=k_best,
        n_best=n_best,
        prefixes=None if prefix is None else lambda: lines_of(prefix),
        alignments=asked.alignments,
    )
    write(predictor.written(lines_of(file), options), out, at_once=options.chunk == 1)


def write(answers: Iterable[str], out: Path | None, *, at_once: bool) -> None:
    """Answers to standard output, or to a file that is there only when all of them are; `at_once`: none waits for the next."""
    if out is not None:
        from seqtasks.text.files import atomic_path

        with atomic_path(out) as temporary, temporary.open("wb") as file:
            file.writelines(answer.encode("utf-8") + b"\n" for answer in answers)
        return
    if sys.stdout.isatty():
        for answer in answers:
            click.echo(answer)
        return
    output = sys.stdout.buffer
    try:
        for answer in answers:
            output.write(answer.encode("utf-8") + b"\n")
            if at_once:
                output.flush()
        output.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        silence(sys.stdout)
        raise OutputError(f"standard output: cannot write: {fault.strerror or fault}. Write to a file with --out.") from None


def lines_of(file: Path | None) -> Iterator[str]:
    """The lines of a file or of standard input; bad UTF-8 is one clear error."""
    from seqtasks.text.corpora.lines import LONGEST_ANSWERED, read_lines

    source = file if file is not None and str(file) != "-" else sys.stdin.buffer
    for _, line in read_lines(source, longest=LONGEST_ANSWERED):
        yield line
