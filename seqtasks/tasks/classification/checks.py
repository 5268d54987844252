"""What the tables of a recipe of classification alone cannot tell: names that exist, and values that fit each other."""

from __future__ import annotations

from seqtasks.errors import UsageError
from seqtasks.evaluation.label_metrics import metrics_of
from seqtasks.registry import find_part, name_faults, option_faults
from seqtasks.tasks.backbone import backbone_faults
from seqtasks.tasks.classification.recipe import ClassificationHeadSettings, ClassificationRecipe, LabelledData
from seqtasks.tasks.embedder import embedder_faults
from seqtasks.tasks.selection import selection_faults
from seqtasks.text.corpora.label_readers import GIVEN, GROUP, LABEL_READERS
from seqtasks.text.words import check_language


def classification_faults(recipe: ClassificationRecipe) -> list[str]:
    """Every fault of a recipe."""
    select = selection_faults(recipe.training.select_by, ["loss", "last", *metrics_of(several=recipe.data.multi_label)])
    faults = [*backbone_faults(recipe.backbone), *embedder_faults(recipe.words, recipe.characters), *select, *data_faults(recipe.data)]
    return faults + head_faults(recipe.head, recipe.data, recipe.backbone.layers)


def head_faults(head: ClassificationHeadSettings, data: LabelledData, layers: int) -> list[str]:
    """Values of [head] that do not fit a backbone of so many layers, or the data."""
    faults = []
    if not -layers <= head.layer < layers:
        faults.append(f"head.layer = {head.layer}, but the backbone has {layers}; use -{layers} to {layers - 1}.")
    if head.threshold != ClassificationHeadSettings.model_fields["threshold"].default and not data.multi_label:
        faults.append("head.threshold is for texts with several labels. Set data.multi_label, or leave it out.")
    return faults


def data_faults(data: LabelledData) -> list[str]:
    """Values of [data] that do not fit, and options that a reader does not take."""
    faults = []
    if data.text_column == data.label_column:
        faults.append(f"data.text_column and data.label_column are both {data.text_column!r}. Choose two columns.")
    if data.format == "folders" and data.multi_label:
        faults.append("data.multi_label: in folders a text has one label. Use 'jsonl', or leave it out.")
    if not data.label_separator:
        faults.append("data.label_separator is empty: name what stands between labels, such as ','.")
    if data.label_separator != LabelledData.model_fields["label_separator"].default and not data.multi_label:
        faults.append("data.label_separator is for texts with several labels. Set data.multi_label, or leave it out.")
    named = [key for key in ("text_column", "label_column") if isinstance(getattr(data, key), str)]
    if data.format in ("tsv", "csv") and data.header is False and named:
        faults.append(f"data.{named[0]} = {getattr(data, named[0])!r} names a column, but data.header is false. Give its number from 0.")
    if data.format == "jsonl" and len(named) < 2:
        faults.append("data.text_column and data.label_column are keys of JSONL's objects. Give their names.")
    try:
        check_language(data.language)
    except UsageError as fault:
        faults.append(f"data.language: {fault}")
    if unknown := name_faults(LABEL_READERS, data.format, GROUP):
        return faults + unknown
    return faults + option_faults(find_part(LABEL_READERS, data.format, GROUP), data.options, GIVEN, "data")
