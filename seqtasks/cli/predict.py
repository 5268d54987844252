"""`seqtasks predict`: raw text to answers, line for line, streamed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqtasks.cli.tagged_formats import as_conll, as_json, as_ranked_text, as_text, conllu_writer
from seqtasks.cli.translated_formats import refuse_translation, translated
from seqtasks.cli.translation_options import given, translation_options
from seqtasks.errors import UsageError

if TYPE_CHECKING:
    from seqtasks.recipes.predictor import TaggingPredictor
    from seqtasks.recipes.tagged_line import TaggedLine
    from seqtasks.reports.entity_page import ShownWord

STREAM = 1000  # lines answered together, so that short ones can share a batch


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--tokens", is_flag=True, help="Lines are words separated by spaces already (tagging).")
@click.option("--language", help="How raw text is split into words: en, fr, ... [default: the recipe's] (tagging).")
@click.option("--split-sentences", is_flag=True, help="Split lines into sentences and answer each; needs pysbd (tagging).")
@click.option("--confidence", is_flag=True, help="Tell how sure each tag is; in jsonl, conll, conllu and html (tagging).")
@click.option("--k-best", type=click.IntRange(1, 1000), help="So many sequences of tags a sentence; in text and jsonl (tagging).")
@click.option("--format", "form", type=click.Choice(["text", "jsonl", "conll", "conllu", "html"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file, whole or not at all [default: standard output].")
@click.option("--n-best", type=click.IntRange(1, 1000), default=1, show_default=True, help="Translations a line, in JSONL (translation).")
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

    A line in, a line out: the translation, or word/TAG pairs; --format jsonl gives one JSON object a line, conll and conllu a word a
    line, html a page with entities marked. With --split-sentences each sentence of a line is answered by itself.
    """

    from seqtasks.recipes.predictor import TaggingPredictor, load

    asked = given()
    predictor = load([run_dir, *asked.ensemble], device=device, precision=precision, average=asked.average, decoding=asked.decoding)
    chunk = 1 if file is None and sys.stdin.isatty() else STREAM
    if isinstance(predictor, TaggingPredictor):
        asked.refuse(n_best)
        refuse_tagging(tokens=tokens, language=language, split_sentences=split_sentences, confidence=confidence, k_best=k_best, form=form)
        found = predictor.stream(
            lines_of(file),
            tokens=tokens,
            chunk=chunk,
            confidences=confidence,
            k_best=k_best,
            split_sentences=split_sentences,
            language=language,
        )
        answers = tagged(predictor, found, form, places=split_sentences, confidence=confidence)
    else:
        options = {
            "--tokens": tokens,
            "--language": language,
            "--split-sentences": split_sentences,
            "--confidence": confidence,
            "--k-best": k_best,
        }
        refuse_translation([option for option, value in options.items() if value], form=form, n_best=n_best)
        prefixes = None if asked.prefix is None else lines_of(asked.prefix)
        answers = translated(predictor, lines_of(file), prefixes, asked, form=form, n_best=n_best, chunk=chunk)
    write(answers, out, at_once=chunk == 1)


def write(answers: Iterable[str], out: Path | None, *, at_once: bool) -> None:
    """Answers to standard output, or to a file that is there only when all of them are; `at_once`: none waits for the next."""
    if out is not None:
        from seqtasks.text.files import atomic_path

        with atomic_path(out) as temporary, temporary.open("wb") as file:
            file.writelines(answer.encode("utf-8") + b"\n" for answer in answers)
        return
    output = sys.stdout.buffer
    for answer in answers:
        output.write(answer.encode("utf-8") + b"\n")
        if at_once:
            output.flush()
    output.flush()


def refuse_tagging(*, tokens: bool, language: str | None, split_sentences: bool, confidence: bool, k_best: int | None, form: str) -> None:
    """Options that do not go together."""
    if tokens and (language is not None or split_sentences):
        option = "--split-sentences" if split_sentences else "--language"
        raise UsageError(f"{option} is for raw text; with --tokens each line is the words of one sentence. Leave one of the two out.")
    if confidence and form == "text":
        raise UsageError("--confidence needs --format jsonl, conll, conllu or html; text has no place for it.")
    if k_best and form not in ("text", "jsonl"):
        raise UsageError(f"--k-best needs --format text or jsonl; {form} has one tag for each word.")


def lines_of(file: Path | None) -> Iterator[str]:
    """The lines of a file or of standard input; bad UTF-8 is one clear error."""
    from seqtasks.text.corpora.lines import read_lines

    source = file if file is not None and str(file) != "-" else sys.stdin.buffer
    for _, line in read_lines(source):
        yield line


def tagged(predictor: TaggingPredictor, answers: Iterator[TaggedLine], form: str, *, places: bool, confidence: bool) -> Iterator[str]:
    """Answers in a form; `places`: JSON says which line a sentence is of."""
    if form == "html":
        yield from shown(predictor, answers, confidence=confidence)
        return
    layers = {head: data.layer for head, data in predictor.data.items()}
    forms: dict[str, Callable[[TaggedLine], str]] = {
        "text": lambda answer: as_text(answer) if answer.ranked is None else as_ranked_text(answer),
        "conll": as_conll,
        "conllu": conllu_writer(layers),
        "jsonl": lambda answer: as_json(answer, places=places),
    }
    written = map(forms[form], answers)
    yield from filter(None, written) if form == "conllu" else written


def shown(predictor: TaggingPredictor, answers: Iterator[TaggedLine], *, confidence: bool) -> Iterator[str]:
    """A page of the sentences that have words."""
    from seqtasks.reports.entity_page import EntityPage, Marked

    sure = "; a dotted line or a dashed box marks what it is less than 50 % sure of" if confidence else ""
    page = EntityPage("Tagged text", f"{', '.join(predictor.data)}: the answers of a model{sure}.")
    yield page.opening()
    for answer in answers:
        if not answer.words:
            continue
        marked = {
            head: [Marked(entity.start, entity.end, entity.label, entity.confidence) for entity in entities]
            for head, entities in answer.entities.items()
        }
        yield page.sentence(shown_words(answer), marked)
    yield page.closing()


def shown_words(answer: TaggedLine) -> list[ShownWord]:
    """The words with what stands between them, and the tags of the heads that have no tag scheme, joined by bars."""
    from seqtasks.reports.entity_page import ShownWord

    heads = [head for head in answer.tags if head not in answer.schemes]
    words = []
    for position, word in enumerate(answer.words):
        after = " " if position + 1 < len(answer.words) else ""
        if answer.text is not None and answer.offsets is not None and after:
            after = answer.text[answer.offsets[position][1] : answer.offsets[position + 1][0]]
        tag = " ".join(answer.tags[head][position] for head in heads)
        sure = min((answer.confidences[head][position] for head in heads), default=None) if answer.confidences else None
        words.append(ShownWord(word, after, tag, sure))
    return words
