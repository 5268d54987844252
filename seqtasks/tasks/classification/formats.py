"""Labels as `predict` writes them: text, or one JSON object a line."""

from __future__ import annotations

import json

from seqtasks.errors import UsageError
from seqtasks.inference.classifier import LabelledAnswer
from seqtasks.tasks.contract import PredictionOptions


def refuse_classification(options: PredictionOptions) -> None:
    """Options of taggers and translators."""
    given = {
        "--tokens": options.tokens,
        "--split-sentences": options.split_sentences,
        "--n-best": options.n_best > 1,
        "--prefix": options.prefixes,
        "--alignments": options.alignments,
    }
    if others := [option for option, value in given.items() if value]:
        hint = " For the best labels of a line: --k-best." if others[0] == "--n-best" else ""
        raise UsageError(f"{others[0]} is not for runs of classification, which label whole lines.{hint}")
    if options.form not in ("text", "jsonl"):
        raise UsageError(f"--format {options.form} is for tagging runs. Use text or jsonl.")


def as_text(answer: LabelledAnswer, *, confidence: bool, k_best: int | None) -> str:
    """The label, or several between commas; with `confidence` and of the k best, each followed by a tab and its probability."""
    if k_best is not None:
        return "\t".join(f"{label}\t{probability:.4f}" for label, probability in answer.best(k_best))
    if confidence:
        return "\t".join(f"{label}\t{probability:.4f}" for label, probability in zip(answer.labels, answer.confidences, strict=True))
    return str(answer)


def as_json(answer: LabelledAnswer, *, confidence: bool, k_best: int | None) -> str:
    """One object: the text and its label (or `labels`); a text without words has none, `null`."""
    return json.dumps(answer.to_dict(confidence=confidence, k_best=k_best), ensure_ascii=False)
