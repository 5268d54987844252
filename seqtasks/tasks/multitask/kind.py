"""The kind of task with several heads on one trunk, of words and of texts. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import Recipe
from seqtasks.tasks.contract import Predictor, PredictorOptions, Runner, TaskKind, WordTagger
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.multitask.recipe import MultitaskRecipe, taggers_of, texts_of
from seqtasks.tasks.self_checks import CheckedRun, SelfChecks
from seqtasks.tasks.tagging.kinds import TAGGING, refuse_translation_options
from seqtasks.tasks.tagging.reading import tagged_examples
from seqtasks.text.corpora.examples import Corpus

if TYPE_CHECKING:
    from seqtasks.evaluation.controls import Controlled
    from seqtasks.tasks.heads_task import HeadsTask


class MultitaskKind(TaskKind):
    """A network with several heads on one trunk."""

    recipe = MultitaskRecipe
    compared_by = "tags"
    takes_trunk = True
    sample = "multitask"

    def faults(self, recipe: MultitaskRecipe) -> list[str]:
        from seqtasks.tasks.multitask.checks import multitask_faults

        return multitask_faults(recipe)

    def check_data(self, recipe: MultitaskRecipe, locations: DataLocations) -> None:
        TAGGING.check_data(taggers_of(recipe), locations)

    def runner(self, recipe: MultitaskRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.multitask.task import multitask_runner

        return multitask_runner(recipe, locations, device=device, learned=learned)

    def predictor(self, directory: RunDirectory, recipe: MultitaskRecipe, options: PredictorOptions) -> Predictor:
        refuse_translation_options(directory, options)
        if not texts_of(recipe):
            from seqtasks.tasks.tagging.network import load_network_predictor

            return load_network_predictor(directory, taggers_of(recipe), options)
        from seqtasks.tasks.multitask.predictor import load_multitask

        return load_multitask(directory, recipe, options)

    def examples(self, recipe: MultitaskRecipe, locations: DataLocations, files: Sequence[Path]) -> Corpus[Any]:
        """Of its heads of words, or where it has none of its first head of texts."""
        if words := taggers_of(recipe).tasks:
            return tagged_examples({head: task.data for head, task in words.items()}, locations, files)
        from seqtasks.tasks.classification.reading import labelled_examples

        return labelled_examples(next(iter(texts_of(recipe).values())).data, locations, files)

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        from seqtasks.tasks.multitask.self_checks import multitask_checks

        return multitask_checks(run, self)

    def word_tagger(self, directory: RunDirectory, recipe: MultitaskRecipe, head: str) -> WordTagger:
        from seqtasks.tasks.multitask.predictor import tagger_of

        return tagger_of(directory, recipe)

    def controls(self, recipe: MultitaskRecipe) -> Mapping[str, Recipe]:
        """Each task alone, with the same settings and seed."""
        from seqtasks.tasks.multitask.controls import control_recipes

        return control_recipes(recipe)

    def beside_controls(self, task: HeadsTask, directory: RunDirectory, controls: Mapping[str, Any]) -> list[Controlled]:
        from seqtasks.tasks.multitask.controls import beside_controls

        return beside_controls(task, directory, controls)

    def fine_tuned(self, saved: dict[str, Any], new: dict[str, Any], source: Path) -> dict[str, Any]:
        """Raises UsageError for a head of the saved run that the new recipe has no data for, or data of another kind."""
        tables, tasks = saved | {"training": new["training"]}, new["tasks"]
        if missing := [head for head in saved["tasks"] if head not in tasks]:
            raise UsageError(
                f"--from {source}: it has a head {missing[0]!r}, for which the recipe has no data. Its heads: {', '.join(tasks)}."
            )
        for head, task in saved["tasks"].items():
            if what_it_answers(task) != what_it_answers(tasks[head]):
                raise UsageError(
                    f"--from {source}: its head {head!r} answers {what_it_answers(task)}, "
                    f"that of the recipe {what_it_answers(tasks[head])}. Give it data of the same kind."
                )
        tables["tasks"] = {head: task | {"data": tasks[head]["data"]} for head, task in saved["tasks"].items()}
        return tables


def what_it_answers(task: Mapping[str, Any]) -> str:
    """What a head answers, by its tables."""
    if task["kind"] == "tagging":
        return "tags of words"
    return "several labels a text" if task["data"]["multi_label"] else "one label a text"


MULTITASK = MultitaskKind()
