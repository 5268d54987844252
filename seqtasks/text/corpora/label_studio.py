"""Label Studio's export of texts with labelled spans, "JSON" (tasks with their annotations) or "JSON-MIN" (labelstud.io/guide/export).

Of the annotations of a task the one is taken that is marked as ground truth, or else the one that was changed last; cancelled ones
("skipped") are none. A task without one says nothing of its text, and is left out: that nobody labelled it does not mean that it holds
no entity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.met import Met
from seqtasks.text.corpora.offsets import OffsetText

ANNOTATIONS = ("annotations", "completions")  # what they are called now, and were
TEXT = "text"
NAME_IT = f"Call the labelled text {TEXT!r}"


@dataclass
class Tasks:
    """What was met among tasks."""

    unlabelled: Met = field(default_factory=Met)
    several: Met = field(default_factory=Met)
    others: Met = field(default_factory=Met)

    def notes(self, path: Path | str) -> list[str]:
        """A line for each that was met."""
        told = (
            (self.unlabelled, "tasks have no annotation (or a cancelled one only) and are left out"),
            (self.several, "tasks have several annotations; of each the ground truth is taken, or else the one changed last"),
            (self.others, "results are no labelled spans of text and are passed over"),
        )
        return [f"{path}: {met.count:,} {what} ({met.place})" for met, what in told if met.count]

    def entry(self, path: Path | str, line: int, task: Mapping[str, Any]) -> dict[str, Any] | None:
        """{"text", "spans"} of a task; None where nobody labelled it. Raises DataError for one of another shape."""
        chosen = self.annotation(line, task)
        if chosen is None:
            return None
        results = chosen.get("result")
        if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
            raise DataError(path, line, "an annotation without a list 'result'", "Export it again, as JSON")
        spans = [value for one in results if (value := one.get("value")) and is_span(value)]
        self.others.add(line, times=len(results) - len(spans))
        text = text_of(path, line, task["data"], spans)
        return {"text": text, "spans": [{key: value.get(key) for key in ("start", "end", "labels", "text")} for value in spans]}

    def annotation(self, line: int, task: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The annotation that counts."""
        given = next(task[key] for key in ANNOTATIONS if isinstance(task.get(key), list))
        found = [one for one in given if isinstance(one, dict) and not one.get("was_cancelled")]
        if not found:
            self.unlabelled.add(line)
            return None
        if len(found) > 1:
            self.several.add(line)
        _, _, position = max((bool(one.get("ground_truth")), changed(one), position) for position, one in enumerate(found))
        return found[position]


def changed(annotation: Mapping[str, Any]) -> str:
    """When an annotation was changed last, as ISO 8601 writes it; "" where it does not say."""
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def is_task(entry: Any) -> bool:
    """Whether an object is a task of an export."""
    return isinstance(entry, dict) and isinstance(entry.get("data"), dict) and any(isinstance(entry.get(key), list) for key in ANNOTATIONS)


def is_span(value: Any) -> bool:
    """Whether a result's value is a span of text with labels; its offsets are looked at later."""
    return isinstance(value, dict) and isinstance(value.get("labels"), list) and "start" in value and "end" in value


def text_of(path: Path | str, line: int, data: Mapping[str, Any], spans: Sequence[Mapping[str, Any]]) -> str:
    """The text that the spans are of: "text", or the only one, or the one that reads as they quote it."""
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value.strip()}
    if TEXT in texts:
        return texts[TEXT]
    fitting = list(texts) if len(texts) == 1 else [key for key in texts if spans and all(reads(texts[key], span) for span in spans)]
    if len(fitting) != 1:
        shown = ", ".join(texts)[:100] or "no text"
        raise DataError(path, line, f"which text the task labels is not clear: its data has {shown}", NAME_IT)
    return texts[fitting[0]]


def reads(text: str, span: Mapping[str, Any]) -> bool:
    """Whether a text reads as a span quotes it."""
    start, end, quote = (span.get(key) for key in ("start", "end", "text"))
    return type(start) is int and type(end) is int and isinstance(quote, str) and OffsetText(text).quoted([(start, end)], quote) is not None
