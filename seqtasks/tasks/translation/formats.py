"""Translations as `predict` writes them: text, or one JSON object a line."""

import json
from collections.abc import Iterable, Iterator

from seqtasks.errors import UsageError
from seqtasks.inference.translator import Translation
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.tasks.translation.answers import Translations

LINKS = " ||| "  # between a translation and its links, as Moses and Marian write them


def refuse_translation(options: PredictionOptions) -> None:
    """Options of tagging, and options that do not go together."""
    names = ("tokens", "language", "split_sentences", "confidence", "k_best")
    tagging = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name)]
    if tagging:
        why = "; a translation run splits its lines itself" if tagging[0] == "--tokens" else ""
        raise UsageError(f"{tagging[0]} is for tagging runs{why}.")
    if options.form not in ("text", "jsonl", "html"):
        raise UsageError(f"--format {options.form} is for tagging runs. Use text, jsonl or html.")
    if options.n_best > 1 and options.form == "text":
        raise UsageError("--n-best above 1 needs --format jsonl or html, since text keeps one line for each line.")


def in_form(answers: Iterable[tuple[str, list[Translation]]], form: str, *, several: bool) -> Iterator[str]:
    """(line, its translations) in a form; several: JSON has all of them."""
    for line, best in answers:
        written = as_text(best[0]) if line.strip() else ""  # a blank line is nothing that could have links
        yield written if form == "text" else as_json(line, best, several=several)


def as_text(answer: Translation) -> str:
    """The translation, and its links where they were asked for."""
    text = answer.text.replace("\n", " ")
    return text if answer.alignment is None else f"{text}{LINKS}{answer.alignment.pharaoh()}"


def as_json(line: str, answers: list[Translation], *, several: bool) -> str:
    """One object: the line, the best translation, and all of them where several were asked for. Attention is left to Python."""
    found = {key: value for key, value in Translations(answers).to_dict().items() if key not in ("attention", "n_best")}
    return json.dumps({**found, "text": line, **({"n_best": [one.facts() for one in answers]} if several else {})}, ensure_ascii=False)
