"""The tagged parts that a recipe names: read, cut to a share, selected honestly, and their labels checked against train's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seqtasks.diagnosis.tagged_data import tagged_notes
from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.schema import TaggedData
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.outcome import PartFacts
from seqtasks.tasks.selection import nested_share, select_parts
from seqtasks.tasks.tagging.reading import read_tagged_part
from seqtasks.tasks.tagging.recipe import corpora_of, file_scheme
from seqtasks.text.corpora.examples import Corpus, DataNote, TaggedSentence
from seqtasks.text.tags import NESTED, OUTSIDE, convert, spans_of

Part = Sequence[TaggedSentence]


@dataclass
class TaggedParts:
    """By head: what is trained on (`kept`), watched while training (`watched`), and scored, by split (`scored`).

    Tags stand in the scheme of the file; schemes: of heads that are trained in one, which may be another.
    corpora: the heads that read the same sentences stand together; their parts are the same objects. named: whether what is told of a part
    names its head, because the model has several.
    """

    data: Mapping[str, TaggedData]
    schemes: Mapping[str, str] = field(default_factory=dict)
    named: bool = False
    corpora: list[list[str]] = field(default_factory=list)
    kept: dict[str, Part] = field(default_factory=dict)
    watched: dict[str, Part] = field(default_factory=dict)
    scored: dict[str, dict[str, Part]] = field(default_factory=dict)
    facts: list[PartFacts] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    selected_on: dict[str, str] = field(default_factory=dict)

    def inventories(self) -> dict[str, list[str]]:
        """The labels of each head, from its training part only."""
        return {head: sorted(self.labels_of(head, part)) for head, part in self.kept.items()}

    def tags(self, head: str, part: Part) -> list[Sequence[str]]:
        """The tags of a part's sentences as the head is trained on them."""
        rows = [sentence.tags[self.data[head].layer] for sentence in part]
        read, trained = file_scheme(self.data[head]), self.schemes.get(head)
        if read is None or trained in (None, read):
            return [*rows]
        return [convert(row, read, trained) for row in rows]

    def labels_of(self, head: str, part: Part) -> set[str]:
        return {label for row in self.label_rows(head, part) for label in row}

    def label_rows(self, head: str, part: Part) -> list[Sequence[str]]:
        """What the head gives labels to, by sentence: the words, or where spans nest the spans."""
        rows = self.tags(head, part)
        if self.schemes.get(head) != NESTED:
            return rows
        return [[span.label for span in spans_of(row, NESTED)] for row in rows]

    def training_words(self) -> list[Sequence[str]]:
        """The words of every training sentence, each corpus once however many heads learn from it."""
        return [sentence.words for heads in self.corpora for sentence in self.kept[heads[0]]]

    def dev_words(self) -> list[Sequence[str]]:
        """The words of every dev sentence, or where there is no dev part of what is held out to select on; as `training_words`."""
        return [sentence.words for heads in self.corpora for sentence in self.scored[heads[0]].get("dev", self.watched[heads[0]])]

    def check_labels(self, known: Mapping[str, Sequence[str]]) -> None:
        """Count labels that stand only outside train; refuse parts that have no label in common with it."""
        for head, labels in known.items():
            for split, part in {"train": self.kept[head], **self.scored[head]}.items():
                found = self.labels_of(head, part)
                new = sorted(found - set(labels))
                if found - {OUTSIDE} and not (found - {OUTSIDE}) & (set(labels) - {OUTSIDE}):
                    name = f"{head} {split}" if self.named else split
                    path = next((facts.path for facts in self.facts if facts.split == name), split)
                    raise DataError(
                        path,
                        0,
                        f"labels {', '.join(new[:5])} ... of {head}, none of them among the trained {', '.join(labels[:5])} ...",
                        "Check the column, the layer and the tag scheme",
                    )
                if new and split == "train":
                    raise UsageError(f"{head}: the run to go on from has no labels {', '.join(new[:5])}. Train anew instead of --from.")
                if new:
                    count = sum(label in new for row in self.label_rows(head, part) for label in row)
                    what = "spans" if self.schemes.get(head) == NESTED else "words"
                    note = f"{head} {split}: {count} {what} have labels that train lacks ({', '.join(new[:5])}): scored as wrong."
                    self.notes.append(DataNote(note))


def read_tagged_parts(
    data: Mapping[str, TaggedData],
    locations: DataLocations,
    *,
    select_by: str,
    schemes: Mapping[str, str] | None = None,
    beside_others: bool = False,
) -> TaggedParts:
    """Every part of every head, with train cut to its share and, where weights are selected, a tenth of it held out.

    beside_others: the model has heads of another kind, too.
    """
    parts = TaggedParts(data, schemes or {}, beside_others or len(data) > 1, corpora_of(data))
    for heads in parts.corpora:
        settings = data[heads[0]]
        corpora = read_layers([data[head] for head in heads], locations)
        train = nested_share(corpora["train"].examples, settings.train_fraction)
        words = [sentence.words for sentence in train]
        chosen = select_parts(words, has_dev="dev" in corpora, has_test="test" in corpora, select_by=select_by)
        shared = (
            [f"train: {len(train)} of its {len(corpora['train'])} sentences (data.train_fraction)."] if settings.train_fraction < 1 else []
        )
        looks = [
            DataNote(note)
            for note in tagged_notes(
                {split: corpus.examples for split, corpus in corpora.items()},
                layers={data[head].layer: file_scheme(data[head]) for head in heads},
            )
        ]
        for note in [note for corpus in corpora.values() for note in corpus.all_notes] + looks + shared + chosen.notes:
            if note not in parts.notes:
                parts.notes.append(note)
        kept = [train[position] for position in chosen.kept]
        held_out = [train[position] for position in chosen.held_out]
        scored: dict[str, Part] = {split: corpus.examples for split, corpus in corpora.items() if split != "train"} or {"dev": held_out}
        watched = held_out or list(scored.get("dev", ()))
        for head in heads:
            for split, corpus in corpora.items():
                name = f"{head} {split}" if parts.named else split
                parts.facts.append(PartFacts(name, corpus.path, len(train) if split == "train" else len(corpus), corpus.checksum))
            parts.selected_on[head] = chosen.selected_on
            parts.kept[head], parts.watched[head], parts.scored[head] = kept, watched, scored
    return parts


def read_layers(several: Sequence[TaggedData], locations: DataLocations) -> dict[str, Corpus[TaggedSentence]]:
    """The parts of one corpus, by name, each file read once for all layers that are asked for."""
    first, further = several[0], [data for position, data in enumerate(several) if data not in several[:position]][1:]
    return read_parts(first, locations, lambda data, part, place: read_tagged_part(data, part, locations, further))
