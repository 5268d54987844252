"""What a language model has written, as `predict` gives it: text, or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from seqtasks.errors import UsageError
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.tasks.language_model.answers import Writings


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


def in_form(answers: Iterable[tuple[str, Writings]], form: str, *, answers_shown: int) -> Iterator[str]:
    """What was written on in a form; answers_shown: of each beginning, in JSON."""
    for _, samples in answers:
        yield samples.text if form == "text" else json.dumps(samples[:answers_shown].to_dict(), ensure_ascii=False)
