"""The recipes of taggers: of a network with one head or several, and of a hidden Markov model."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from seqtasks.recipes.schema import BackboneSettings, CharacterSettings, HeadSettings, Recipe, TaggedData, WordSettings
from seqtasks.recipes.tables import NonNegativeInt, Table
from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.text.corpora.readers import LAYERED
from seqtasks.text.tags import READ_AS


class HMMSettings(Table):
    """[hmm]: the options of `seqtasks.HMMTagger`."""

    order: Literal[1, 2] = 2  # how many tags before are looked at
    smoothing: Literal["witten_bell", "deleted"] = "witten_bell"  # of tag n-grams; deleted interpolation is TnT's
    lexical_states: NonNegativeInt = 300  # pairs of a frequent word and its tag that become states of their own
    contextual: bool = True  # a word depends on the tag before, too
    unknown: Literal["max_ent", "suffix", "prior"] = "max_ent"  # what guesses the tags of unknown words
    word_classes: bool = True  # addresses, numbers, marks and the like are told apart
    lower_initial: bool = True  # a capitalised first word is looked up in small letters, too
    backoff_rare: bool = True  # rare known words are backed by the guess for unknown ones
    decoding: Literal["viterbi", "posterior"] = "viterbi"  # the best sequence, or the best tag of each word
    held_out: Annotated[float, Field(ge=0, le=0.5)] = (
        0.1  # share of the training part that weights are chosen on, before all of it is counted
    )
    calibrate: bool = True  # choose a temperature for probabilities


class TaskSettings(Table):
    """[tasks.NAME] of a multi-task recipe: one corpus and one head on the shared trunk. kind "classification" has tables of its own
    (`seqtasks.tasks.multitask.recipe`).
    """

    kind: Literal["tagging", "classification"] = "tagging"  # the head tags words; `classification`: it labels whole texts
    data: TaggedData
    head: HeadSettings


class TaggingRecipe(Recipe):
    """A whole tagging recipe with one head."""

    kind: Literal["tagging"]
    data: TaggedData
    words: WordSettings
    characters: CharacterSettings = CharacterSettings()
    backbone: BackboneSettings
    head: HeadSettings
    training: TrainingSettings


class TaggersRecipe(Recipe):
    """Several heads that tag words on one trunk: those of a multi-task recipe. Heads whose data differ in the layer only are trained on the
    same batches.
    """

    kind: Literal["multitask"]
    smoothing: Annotated[float, Field(ge=0, le=1)] = 1.0  # of several corpora: shares of the batches go by size to this power; 0: alike
    controls: bool = True  # train each task alone, too, with the same settings and seed, and show its scores beside
    tasks: dict[str, TaskSettings]
    words: WordSettings
    characters: CharacterSettings = CharacterSettings()
    backbone: BackboneSettings
    training: TrainingSettings


class HMMRecipe(Recipe):
    """A whole recipe of a hidden Markov model."""

    kind: Literal["hmm"]
    data: TaggedData
    hmm: HMMSettings = HMMSettings()


NetworkRecipe = TaggingRecipe | TaggersRecipe


def tasks_of(recipe: NetworkRecipe) -> dict[str, TaskSettings]:
    """The tasks of a tagging recipe by head, each with its data and the settings of its head."""
    if isinstance(recipe, TaggersRecipe):
        return dict(recipe.tasks)
    return {head: TaskSettings(data=data, head=recipe.head) for head, data in data_of(recipe).items()}


def data_of(recipe: NetworkRecipe | HMMRecipe) -> dict[str, TaggedData]:
    """What each head of a tagging recipe is trained on; the head of a single-task recipe is called after its layer."""
    if isinstance(recipe, TaggersRecipe):
        return {head: task.data for head, task in recipe.tasks.items()}
    return {re.sub(r"[^\w-]", "-", recipe.data.layer).lower(): recipe.data}


def file_scheme(data: TaggedData) -> str | None:
    """The scheme in which tags are read, scored and written: as in the file, or what that is read as."""
    return None if data.scheme is None else READ_AS.get(data.scheme, data.scheme)


def head_scheme(task: TaskSettings) -> str | None:
    """The scheme in which a head is trained: its own, or else that of the tags it reads."""
    return task.head.tag_scheme or file_scheme(task.data)


def one_corpus(first: TaggedData, second: TaggedData) -> bool:
    """Whether two settings read the same words: they are equal, or name two layers of files whose format holds several."""
    first, second = (by_number(one) for one in (first, second))
    if first == second:
        return True
    same = first.model_copy(update={key: getattr(second, key) for key in ("layer", "tag_column", "scheme")})
    return same == second and first.layer != second.layer and first.format in LAYERED


def by_number(settings: TaggedData) -> TaggedData:
    """The settings with the column of tags that they leave out, which is the last one."""
    return settings.model_copy(update={"tag_column": -1}) if settings.format == "columns" and settings.tag_column is None else settings


def corpora_of(data: Mapping[str, TaggedData]) -> list[list[str]]:
    """The heads, those that read the same sentences together: settings that differ in the layer only, each layer read in one way."""
    corpora: list[list[str]] = []
    for head, settings in data.items():
        for heads in corpora:
            if all(one_corpus(data[other], settings) for other in heads):
                heads.append(head)
                break
        else:
            corpora.append([head])
    return corpora


def output_schemes(data: Mapping[str, TaggedData]) -> dict[str, str]:
    """{head: the scheme in which its tags are read, scored and written}, where they are spans."""
    return {head: scheme for head, settings in data.items() if (scheme := file_scheme(settings))}
