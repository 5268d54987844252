"""The labelled texts that a recipe names: read, cut to a share, selected honestly, and their labels checked against train's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqtasks.diagnosis.labelled_data import labelled_notes
from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.schema import Files
from seqtasks.tasks.classification.recipe import LabelledData
from seqtasks.tasks.locations import DataLocations, locate, locate_folder, read_parts, refuse_empty
from seqtasks.tasks.outcome import PartFacts
from seqtasks.tasks.selection import nested_share, select_parts
from seqtasks.text.corpora.examples import Corpus, DataNote, LabelledText
from seqtasks.text.corpora.label_readers import LABEL_READERS, label_format_of, read_labelled
from seqtasks.text.corpora.labelled import check_labels
from seqtasks.text.files import home_path

Part = Sequence[LabelledText]
SHOWN = 5  # labels named in a message


def read_labelled_part(data: LabelledData, part: Files, locations: DataLocations) -> Corpus[LabelledText] | None:
    """The texts of one part; None where the recipe or the corpus has no such part."""
    if isinstance(part, list):
        raise UsageError(f"data: {part}: a part is one file or folder. Join them first.")
    if not part:
        return None
    folders = data.format == "folders"
    path = locate_folder(data.corpus, part, locations) if folders else locate(data.corpus, part, locations)
    if path is None and folders and not locations.folder(data.corpus):
        path = home_path(part)  # whose reader says what is wrong
    return read_labelled_file(data, path) if path else None


def read_labelled_file(data: LabelledData, path: Path) -> Corpus[LabelledText]:
    """The texts of a file or folder in its format (`format_of`). Raises DataError for a fault, and where there is no text."""
    return refuse_empty(read_labelled(path, format=format_of(data, path), layout=data.layout, options=data.options))


def format_of(data: LabelledData, path: Path) -> str:
    """The format of a part, or of a file beside them: the recipe's, unless its suffix says one that the suffix of data.train does not."""
    found = label_format_of(path)
    if found is None or data.format not in LABEL_READERS or found == label_format_of(Path(data.train)):
        return data.format
    return found


def labelled_examples(data: LabelledData, locations: DataLocations, files: Sequence[Path]) -> Corpus[LabelledText]:
    """Texts for a classifier to answer: of a file that the user gives, or of the recipe's own parts.

    Raises UsageError for several files, DataError where there is nothing to read.
    """
    if len(files) > 1:
        raise UsageError(f"expected one labelled file, got {len(files)}.")
    if files:
        return read_labelled_file(data, files[0])
    parts = (read_labelled_part(data, part, locations) for part in (data.dev, data.test, data.train))
    return next(part for part in parts if part is not None)


@dataclass
class LabelledParts:
    """What is trained on (`kept`), watched while training, and scored, by split. prefix: of a part's name in what is told: the head's, or
    nothing where the model has no other.
    """

    kept: Part
    watched: Part
    scored: dict[str, Part]
    selected_on: str
    facts: list[PartFacts] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    prefix: str = ""

    def labels(self) -> list[str]:
        """The labels of the training part, sorted."""
        return sorted({label for text in self.kept for label in text.labels})

    def check(self, known: Sequence[str]) -> None:
        """Compare the labels of every part with those that the model knows; notes what it cannot answer.

        Raises DataError for a part none of whose labels is known, UsageError for training labels that the run to go on from lacks.
        """
        for split, texts in {"train": self.kept, **self.scored}.items():
            found = {label for text in texts for label in text.labels}
            new = sorted(found - set(known))
            shown = ", ".join(new[:SHOWN])
            if new and split == "train":
                raise UsageError(f"the run to go on from has no labels {shown}. Train anew instead of --from.")
            if found and not found & set(known):
                path = next((facts.path for facts in self.facts if facts.split == f"{self.prefix}{split}"), split)
                problem = f"labels {shown} ..., none of them among the trained {', '.join(known[:SHOWN])} ..."
                raise DataError(path, 0, problem, "Check data.label_column")
            if new:
                count = sum(bool(set(text.labels) & set(new)) for text in texts)
                self.notes.append(DataNote(f"{self.prefix}{split}: {count} texts have labels that train lacks ({shown}): scored as wrong."))


def read_labelled_parts(data: LabelledData, locations: DataLocations, *, select_by: str, prefix: str = "") -> LabelledParts:
    """Every part, with train cut to its share and, where weights are selected, a tenth of it held out. prefix: as in `LabelledParts`."""
    corpora = read_parts(data, locations, read_labelled_part)
    train = nested_share(check_labels(corpora["train"]).examples, data.train_fraction)
    chosen = select_parts([text.text for text in train], has_dev="dev" in corpora, has_test="test" in corpora, select_by=select_by)
    kept, held_out = ([train[position] for position in part] for part in (chosen.kept, chosen.held_out))
    scored: dict[str, Part] = {split: corpus.examples for split, corpus in corpora.items() if split != "train"} or {"dev": held_out}
    parts = LabelledParts(kept, held_out or list(scored.get("dev", ())), scored, chosen.selected_on, prefix=prefix)
    parts.facts = [
        PartFacts(f"{prefix}{split}", corpus.path, len(train) if split == "train" else len(corpus), corpus.checksum)
        for split, corpus in corpora.items()
    ]
    parts.notes = [note for corpus in corpora.values() for note in corpus.all_notes]
    if data.train_fraction < 1:
        parts.notes.append(f"{prefix}train: {len(train)} of its {len(corpora['train'])} texts (data.train_fraction).")
    looked_at = {**{split: corpus.examples for split, corpus in corpora.items()}, "train": train}
    parts.notes += [DataNote(f"{prefix}{note}") for note in labelled_notes(looked_at)]
    parts.notes += chosen.notes
    return parts
