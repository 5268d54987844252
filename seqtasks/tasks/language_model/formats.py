"""What a language model has written, as `predict` gives it: text, or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from seqtasks.errors import UsageError
from seqtasks.inference.writer import Written
from seqtasks.tasks.contract import PredictionOptions


def refuse_language_model(options: PredictionOptions) -> None:
    """Options of other kinds of task, and options that do not go together."""
    given = {
        "--tokens": options.tokens,
        "--language": options.language,
        "--split-sentences": options.split_sentences,
        "--confidence": options.confidence,
        "--k-best": options.k_best,
        "--prefix": options.prefixes,
        "--alignments": options.alignments,
    }
    if wrong := [option for option, value in given.items() if value]:
        raise UsageError(f"{wrong[0]} is not for language models: each line is the beginning of what they write.")
    if options.form not in ("text", "jsonl"):
        raise UsageError(f"--format {options.form} is for tagging runs. Use text or jsonl.")
    if options.n_best > 1 and options.form != "jsonl":
        raise UsageError("--n-best above 1 needs --format jsonl, since text keeps one line for each line.")


def in_form(answers: Iterable[tuple[str, list[Written]]], form: str, *, answers_shown: int) -> Iterator[str]:
    """(beginning, what was written on from it) in a form; answers_shown: in JSON, where it is above 1."""
    for line, samples in answers:
        yield samples[0].text if form == "text" else as_json(line, samples[:answers_shown])


def as_json(line: str, samples: list[Written]) -> str:
    """One object: the beginning, the first of what was written on, and all of it where several were asked for."""
    found: list[dict[str, Any]] = [
        {
            "written": one.text,
            "continuation": list(one.continuation),
            "log_probability": one.log_probability,
            "finished": one.finished,
        }
        for one in samples
    ]
    return json.dumps({"text": line, **found[0], **({"n_best": found} if len(found) > 1 else {})}, ensure_ascii=False)
