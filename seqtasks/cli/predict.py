"""`seqtasks predict`: raw text to answers, line for line, streamed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqtasks.errors import UsageError

if TYPE_CHECKING:
    from seqtasks.recipes.predictor import Predictor, TaggedLine, TaggingPredictor, TranslationPredictor

STREAM = 1000  # lines answered together, so that short ones can share a batch


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--tokens", is_flag=True, help="Lines are words separated by spaces already (tagging).")
@click.option("--format", "form", type=click.Choice(["text", "jsonl", "conll"]), default="text", show_default=True)
@click.option("--beams", type=click.IntRange(1, 1000), help="Beams of the search (translation) [default: the recipe's].")
@click.option("--n-best", type=click.IntRange(1, 1000), default=1, show_default=True, help="Translations a line, in JSONL.")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps or auto.")
def predict(run_dir: Path, file: Path | None, tokens: bool, form: str, beams: int | None, n_best: int, device: str) -> None:
    """Answer the lines of FILE, or of standard input, with the finished run in RUN_DIR.

    A line in, a line out: the translation, or word/TAG pairs; --format jsonl gives one JSON object a line, conll a word a line.
    """

    from seqtasks.recipes.predictor import TaggingPredictor, load

    predictor = load(run_dir, device=device)
    refuse_nonsense(predictor, tokens=tokens, form=form, n_best=n_best, beams=beams)
    chunk = 1 if file is None and sys.stdin.isatty() else STREAM
    if isinstance(predictor, TaggingPredictor):
        answers = tagged(predictor, lines_of(file), form, tokens, chunk)
    else:
        answers = translated(predictor, lines_of(file), form, beams, n_best, chunk)
    output = sys.stdout.buffer
    for answer in answers:
        output.write(answer.encode("utf-8") + b"\n")
        if chunk == 1:
            output.flush()
    output.flush()


def refuse_nonsense(predictor: Predictor, *, tokens: bool, form: str, n_best: int, beams: int | None) -> None:
    """Options that the run's task does not have."""
    if predictor.task == "translation":
        if tokens:
            raise UsageError("--tokens is for tagging runs; a translation run splits its lines itself.")
        if form == "conll":
            raise UsageError("--format conll is for tagging runs. Use text or jsonl.")
        if n_best > 1 and form != "jsonl":
            raise UsageError("--n-best above 1 needs --format jsonl, since text keeps one line for each line.")
        if n_best > (beams or default_beams(predictor)):
            raise UsageError(f"--n-best {n_best} needs at least as many --beams.")
    elif beams or n_best > 1:
        raise UsageError("--beams and --n-best are for translation runs.")


def default_beams(predictor: Predictor) -> int:
    """The beams of a translation run's recipe."""
    recipe = predictor.recipe
    return recipe.decoding.beams if recipe.kind == "translation" else 1


def lines_of(file: Path | None) -> Iterator[str]:
    """The lines of a file or of standard input; bad UTF-8 is one clear error."""
    from seqtasks.text.corpora.lines import read_lines

    source = file if file is not None and str(file) != "-" else sys.stdin.buffer
    for _, line in read_lines(source):
        yield line


def translated(
    predictor: TranslationPredictor, lines: Iterator[str], form: str, beams: int | None, n_best: int, chunk: int
) -> Iterator[str]:
    for line, answers in predictor.stream(lines, beams=beams, n_best=n_best, chunk=chunk):
        if form == "text":
            yield answers[0].text.replace("\n", " ")
            continue
        found = [
            {"translation": answer.text, "log_probability": answer.log_probability, "score": answer.score, "finished": answer.finished}
            for answer in answers
        ]
        yield json.dumps({"text": line, **found[0], **({"n_best": found} if n_best > 1 else {})}, ensure_ascii=False)


def tagged(predictor: TaggingPredictor, lines: Iterator[str], form: str, tokens: bool, chunk: int) -> Iterator[str]:
    for answer in predictor.stream(lines, tokens=tokens, chunk=chunk):
        yield FORMS[form](answer)


def as_text(answer: TaggedLine) -> str:
    """word/TAG word/TAG, with the tags of several heads joined by a bar."""
    return " ".join(f"{word}/{'|'.join(tags[position] for tags in answer.tags.values())}" for position, word in enumerate(answer.words))


def as_conll(answer: TaggedLine) -> str:
    """A word and its tags a line, tab-separated, and a blank line after the sentence."""
    rows = zip(answer.words, *answer.tags.values(), strict=True)
    return "".join("\t".join(row) + "\n" for row in rows)


def as_json(answer: TaggedLine) -> str:
    return json.dumps({"tokens": answer.words, "tags": answer.tags}, ensure_ascii=False)


FORMS: dict[str, Callable[[TaggedLine], str]] = {"text": as_text, "jsonl": as_json, "conll": as_conll}
