"""What a user's own labelled texts hold, before a classifier is trained on them; read as a run reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.datasets.statistics import CorpusStatistics, side_statistics
from seqtasks.diagnosis.labelled_data import labelled_notes
from seqtasks.errors import UsageError, did_you_mean
from seqtasks.registry import known_parts
from seqtasks.text.corpora.label_readers import GROUP, LABEL_READERS, label_format_of, read_labelled
from seqtasks.text.corpora.labelled import Layout

LONGEST = 1000  # words of a text that a run reads unless its recipe says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledReading:
    """How to read. format None: by the suffix, or for a folder "folders"; columns by name or number, as in a recipe's [data]."""

    format: str | None
    text_column: int | str = "text"
    label_column: int | str = "label"
    separator: str | None = None  # between several labels; None: a text has one
    options: Mapping[str, Any] | None = None


def labelled_statistics(paths: Sequence[Path], reading: LabelledReading) -> list[CorpusStatistics]:
    """Read each file (or folder of texts) and count. Raises DataError at the first faulty row, UsageError for a format that is none."""
    return [labelled_part(path, reading.format or labelled_format(path), reading) for path in paths]


def labelled_format(path: Path) -> str:
    """The format of labelled texts that a path stands for (`.gz` aside). Raises UsageError for a suffix that says nothing."""
    found = label_format_of(path)
    if found is None:
        suffix = Path(path.name.removesuffix(".gz")).suffix.lower().removeprefix(".")
        raise UsageError(f"{path}: its suffix {suffix!r} does not tell its format; add --format {'|'.join(LABEL_READERS)}.")
    return found


def labelled_part(path: Path, form: str, reading: LabelledReading) -> CorpusStatistics:
    known = known_parts(LABEL_READERS, GROUP)
    if form not in known:
        raise UsageError(f"--format {form}: no format of labelled texts{did_you_mean(form, known)} Known: {', '.join(known)}.")
    layout = Layout(reading.text_column, reading.label_column, None, reading.separator)
    corpus = read_labelled(path, format=form, layout=layout, options=reading.options)
    notes = [note.removeprefix(f"{corpus.path}: ") for note in corpus.notes]
    notes += [note.removeprefix("train: ") for note in labelled_notes({"train": corpus.examples}, longest=LONGEST)]
    return CorpusStatistics(
        path=str(path),
        format=form,
        sides=(side_statistics("words", [(text.text.split(), text.line) for text in corpus]),),
        labels={"label": Counter(label for text in corpus for label in text.labels)},
        notes=tuple(notes),
        sentences_seen=Counter(text.text for text in corpus),
        unit="texts",
    )
