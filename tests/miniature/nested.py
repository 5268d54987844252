"""Miniature corpora whose entities lie in each other, and the options of the recipes that learn them."""

from __future__ import annotations

import json
from pathlib import Path

from seqtasks.text.tags import Span, spans_of
from tests.miniature.corpora import write
from tests.miniature.sentences import tagged

NESTED_DATA: dict[str, object] = {"data.format": "jsonl", "data.scheme": "nested"}
NESTED_ROWS: list[dict[str, object]] = [
    {**NESTED_DATA, "head.kind": "spans", "head.dropout": 0.3, "training.label_smoothing": 0.1},
    {**NESTED_DATA, "head.kind": "spans", "head.crossing": True, "training.select_by": "loss"},
    {**NESTED_DATA, "head.kind": "layered", "training.select_by": "f1"},
    {**NESTED_DATA, "head.kind": "layered", "head.crossing": True, "training.precision": "bf16"},
]
SIZES = {"train": 24, "dev": 6, "test": 5}


def nested(count: int, *, seed: int) -> list[tuple[list[str], list[Span]]]:
    """The sentences of `tagged` with their entities; "Brackwater Mill" holds a place and "Odo Linn" a first name."""
    sentences = []
    for sentence in tagged(count, seed=seed):
        spans = spans_of(sentence.entities, "BIO")
        inner = {"Brackwater": "LOC", "Odo": "FIRST"}
        spans += [Span(position, position + 1, inner[word]) for position, word in enumerate(sentence.words) if word in inner]
        sentences.append((sentence.words, sorted(spans, key=lambda span: (span.start, -span.end))))
    return sentences


def lines(sentences: list[tuple[list[str], list[Span]]]) -> str:
    """JSONL of words and spans."""
    return "".join(json.dumps({"tokens": words, "spans": [span._asdict() for span in spans]}) + "\n" for words, spans in sentences)


def nested_parts() -> dict[str, object]:
    """train.jsonl, dev.jsonl and test.jsonl in the current folder, and the keys that name them."""
    for number, (split, size) in enumerate(SIZES.items(), start=1):
        write(Path(f"{split}.jsonl"), lines(nested(size, seed=number)))
    return {f"data.{split}": f"{split}.jsonl" for split in SIZES}
