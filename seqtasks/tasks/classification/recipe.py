"""The recipe of a classifier of texts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from seqtasks.recipes.schema import BackboneSettings, CharacterSettings, Recipe, WordSettings
from seqtasks.recipes.tables import Rate, Share, Table
from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.text.corpora.labelled import Layout

HEAD = "label"  # the name of the one head


class LabelledData(Table):
    """[data] of a recipe of classification.

    format "tsv" and "csv" have a text and its label in columns, "jsonl" has them as keys of an object a line; of "folders" each part is a
    folder that holds a folder of .txt files for each label. Columns are named as in the header, or numbered from 0 (-1: the last one).
    """

    corpus: str = ""
    format: str
    text_column: int | str = "text"
    label_column: int | str = "label"
    header: bool | None = None  # whether the first row is a header; left out: it is where columns are named, and one is refused elsewhere
    multi_label: bool = False  # a text has any number of labels: a list in JSONL, elsewhere names with label_separator between them
    label_separator: str = ","
    language: str = ""  # "en", "fr", ...: texts are split into words as that language does; "" as all languages do
    max_length: PositiveInt = 1000  # words of a text that are read; of longer ones, which are counted, the first
    train: str
    dev: str = ""
    test: str = ""
    test_unseen: str = ""
    options: dict[str, Any] | None = None  # [data.options]: what a part of another package takes beyond these keys
    train_fraction: Share = 1.0  # of the training texts; a smaller share stands within every larger one (learning curves)

    @property
    def layout(self) -> Layout:
        """Where text and labels stand in a row."""
        return Layout(self.text_column, self.label_column, self.header, self.label_separator if self.multi_label else None)


class ClassificationHeadSettings(Table):
    """[head] of a recipe of classification. layer: which backbone layer it reads, -1 the top one."""

    pooling: Literal["last", "mean", "max", "attention"] = "attention"  # how the states of a text become one vector
    dropout: Rate = 0.0
    layer: int = -1
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5  # with data.multi_label: a label is answered from this probability on


class ClassificationRecipe(Recipe):
    """A whole recipe of classification."""

    kind: Literal["classification"]
    data: LabelledData
    words: WordSettings
    characters: CharacterSettings = CharacterSettings(kind="none")
    backbone: BackboneSettings
    head: ClassificationHeadSettings = ClassificationHeadSettings()
    training: TrainingSettings
