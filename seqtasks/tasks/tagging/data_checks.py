"""What the [data] tables of a tagging recipe alone cannot tell. Nothing here loads torch."""

import re

from seqtasks.errors import UsageError
from seqtasks.registry import find_part, name_faults, option_faults
from seqtasks.tasks.tagging.recipe import HMMRecipe, NetworkRecipe, data_of
from seqtasks.text.corpora.readers import GIVEN, GROUP, READERS
from seqtasks.text.tags import NESTED
from seqtasks.text.words import check_language

NO_NAME = "no head can be called {0!r}. Choose another name, of letters, digits, spaces, '-' and '_'."


def data_faults(recipe: NetworkRecipe | HMMRecipe) -> list[str]:
    """Names of tag layers, formats and languages that cannot be, and options that a reader does not take."""
    faults = []
    for name, data in data_of(recipe).items():
        if data.layer and not re.fullmatch(r"[\w -]+", name):
            faults.append(NO_NAME.format(name))
        if isinstance(recipe, HMMRecipe) and data.scheme == NESTED:
            faults.append("data.scheme = 'nested': an HMM answers no nested spans. Use a recipe of kind 'tagging', or another scheme.")
        if not data.layer:
            faults.append("data.layer is empty: name the layer of tags, such as upos or ner.")
        try:
            check_language(data.language)
        except UsageError as fault:
            faults.append(f"data.language: {fault}")
        faults += name_faults(READERS, data.format, GROUP) or option_faults(
            find_part(READERS, data.format, GROUP), data.options, GIVEN, "data"
        )
    return faults
