"""Translations as `predict` writes them: text, or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from seqtasks.errors import UsageError

if TYPE_CHECKING:
    from seqtasks.cli.translation_options import TranslationOptions
    from seqtasks.recipes.translation_predictor import TranslationPredictor
    from seqtasks.recipes.translator import Translation

LINKS = " ||| "  # between a translation and its links, as Moses and Marian write them


def refuse_translation(tagging: list[str], *, form: str, n_best: int) -> None:
    """Options that a translation run does not have; `tagging`: the given ones that are for tagging runs."""
    if tagging:
        why = "; a translation run splits its lines itself" if tagging[0] == "--tokens" else ""
        raise UsageError(f"{tagging[0]} is for tagging runs{why}.")
    if form not in ("text", "jsonl"):
        raise UsageError(f"--format {form} is for tagging runs. Use text or jsonl.")
    if n_best > 1 and form != "jsonl":
        raise UsageError("--n-best above 1 needs --format jsonl, since text keeps one line for each line.")


def translated(
    predictor: TranslationPredictor,
    lines: Iterator[str],
    prefixes: Iterator[str] | None,
    asked: TranslationOptions,
    *,
    form: str,
    n_best: int,
    chunk: int,
) -> Iterator[str]:
    """An answer for each line. prefixes: how each translation begins."""
    for line, answers in predictor.stream(lines, n_best=n_best, chunk=chunk, prefixes=prefixes, alignments=asked.alignments):
        yield as_text(answers[0]) if form == "text" else as_json(line, answers, several=n_best > 1)


def as_text(answer: Translation) -> str:
    """The translation, and its links where they were asked for."""
    text = answer.text.replace("\n", " ")
    return text if answer.alignment is None else f"{text}{LINKS}{answer.alignment.pharaoh()}"


def as_json(line: str, answers: list[Translation], *, several: bool) -> str:
    """One object: the line, the best translation, and all of them where several were asked for."""
    found: list[dict[str, Any]] = [
        {"translation": answer.text, "log_probability": answer.log_probability, "score": answer.score, "finished": answer.finished}
        for answer in answers
    ]
    whole: dict[str, Any] = {"text": line, **found[0]}
    if (alignment := answers[0].alignment) is not None:
        whole |= {"source_words": alignment.source, "target_words": alignment.target, "alignment": alignment.links}
    return json.dumps({**whole, **({"n_best": found} if several else {})}, ensure_ascii=False)
