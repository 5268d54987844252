"""The recipe of a classifier of texts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat

from seqtasks.recipes.schema import BackboneSettings, CharacterSettings, Recipe, WordSettings
from seqtasks.recipes.tables import PositiveInt, Rate, Share, Table
from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.text.corpora.labelled import Layout

HEAD = "label"  # the name of the one head


class LabelledData(Table):
    """[data] of a recipe of classification, or of a task of texts among several.

    format "tsv" and "csv" have a text and its label in columns, "jsonl" has them as keys of an object a line; of "folders" each part is a
    folder that holds a folder of .txt files for each label. Columns are named as in the header, or numbered from 0 (-1: the last one).
    """

    # where the parts lie: a published corpus (in `--data-dir`, or else in the cache), `"sample/NAME"` for a folder of the bundled
    # sample, or nothing for paths as they stand
    corpus: str = ""
    format: str  # the reader: `tsv`, `csv`, `jsonl` or `folders` ([classification](classification.md#your-own-files))
    text_column: int | str = "text"  # column or key of the text: its name, or its number from 0
    label_column: int | str = "label"  # column or key of the label, likewise
    header: bool | None = None  # whether the first row is a header; left out: it is where columns are named, and one is refused elsewhere
    multi_label: bool = False  # a text has any number of labels: a list in JSONL, elsewhere names with label_separator between them
    label_separator: str = ","  # what stands between the labels of a text that has several, in formats with columns
    language: str = ""  # "en", "fr", ...: texts are split into words as that language does; "" as all languages do
    max_length: PositiveInt = 1000  # words of a text that are read; of longer ones, which are counted, the first
    train: str  # training part: one file, or of format `folders` one folder
    dev: str = ""  # what weights are selected on, where there is a test part too
    test: str = ""  # what is reported
    test_unseen: str = ""  # a second test part, reported beside the first
    options: dict[str, Any] | None = None  # [data.options]: what a part of another package takes beyond these keys
    train_fraction: Share = 1.0  # of the training texts; a smaller share stands within every larger one (learning curves)

    @property
    def layout(self) -> Layout:
        """Where text and labels stand in a row."""
        return Layout(self.text_column, self.label_column, self.header, self.label_separator if self.multi_label else None)


class ClassificationHeadSettings(Table):
    """[head] of a recipe of classification, or of a task of texts among several. layer: which backbone layer it reads, -1 the top one."""

    pooling: Literal["last", "mean", "max", "attention"] = "attention"  # how the states of a text become one vector
    dropout: Rate = 0.0  # of the pooled vector
    layer: int = -1  # which layer of the backbone it reads, -1 the top one
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5  # with data.multi_label: a label is answered from this probability on
    weight: PositiveFloat = 1.0  # of its loss among those of other heads


class ClassificationRecipe(Recipe):
    """A whole recipe of classification."""

    kind: Literal["classification"]
    data: LabelledData
    words: WordSettings
    characters: CharacterSettings = CharacterSettings(kind="none")
    backbone: BackboneSettings
    head: ClassificationHeadSettings = ClassificationHeadSettings()
    training: TrainingSettings
