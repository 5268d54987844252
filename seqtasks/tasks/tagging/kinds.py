"""The kinds of task that tag: networks with one head, and the hidden Markov model. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions, Runner, TaskKind, WordTagger
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.self_checks import CheckedRun, SelfChecks
from seqtasks.tasks.tagging.reading import tagged_examples, tagged_file
from seqtasks.tasks.tagging.recipe import HMMRecipe, TaggingRecipe, data_of
from seqtasks.text.corpora.examples import Corpus, TaggedSentence

if TYPE_CHECKING:
    from seqtasks.tasks.tagging.predictor import TaggingPredictor


class TaggerKind(TaskKind):
    """What all taggers have in common."""

    compared_by = "tags"
    sample = "pos"

    def check_data(self, recipe: Any, locations: DataLocations) -> None:
        for data in data_of(recipe).values():
            for part in (data.train, data.dev, data.test, data.test_unseen):
                tagged_file(data, part, locations)

    def examples(self, recipe: Any, locations: DataLocations, files: Sequence[Path]) -> Corpus[TaggedSentence]:
        return tagged_examples(data_of(recipe), locations, files)

    def fine_tuned(self, saved: dict[str, Any], new: dict[str, Any], source: Path) -> dict[str, Any]:
        """Raises UsageError for another layer of tags: the head knows the labels of its own."""
        tables = super().fine_tuned(saved, new, source)
        if saved["data"]["layer"] != new["data"]["layer"]:
            raise UsageError(f"--from {source}: its head is {saved['data']['layer']}, the recipe's layer {new['data']['layer']}.")
        return tables


class TaggingKind(TaggerKind):
    """A network with one head."""

    recipe = TaggingRecipe
    trained_to_compare = True
    takes_trunk = True

    def faults(self, recipe: TaggingRecipe) -> list[str]:
        from seqtasks.tasks.tagging.checks import network_faults

        return network_faults(recipe)

    def runner(self, recipe: TaggingRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.tagging.task import tagging_runner

        return tagging_runner(recipe, locations, device=device, learned=learned)

    def predictor(self, directory: RunDirectory, recipe: TaggingRecipe, options: PredictorOptions) -> TaggingPredictor:
        from seqtasks.tasks.tagging.network import load_network_predictor

        refuse_translation_options(directory, options)
        return load_network_predictor(directory, recipe, options)

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        from seqtasks.tasks.tagging.self_checks import network_checks

        return network_checks(run, self)

    def word_tagger(self, directory: RunDirectory, recipe: TaggingRecipe, head: str) -> WordTagger:
        return self.predictor(directory, recipe, PredictorOptions()).tagger

    def on_share(self, recipe: TaggingRecipe, share: float) -> TaggingRecipe:
        """Trained for epochs / sqrt(share) epochs with sqrt(share) of the warm-up, so that a small part is not blamed for being seen too
        seldom: 1 % of the sentences are seen ten times as often, in a tenth of the time.
        """
        training = recipe.training
        scaled = {"epochs": ceil(training.epochs / sqrt(share)), "warmup_updates": round(training.warmup_updates * sqrt(share))}
        return smaller(recipe, share).model_copy(update={"training": training.model_copy(update=scaled)})


class HMMKind(TaggerKind):
    """The hidden Markov model. It draws nothing: every seed gives the same."""

    recipe = HMMRecipe
    seeded = False
    trained_to_compare = True

    def faults(self, recipe: HMMRecipe) -> list[str]:
        from seqtasks.tasks.tagging.data_checks import data_faults

        return data_faults(recipe)

    def runner(self, recipe: HMMRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.tagging.hmm import HMMRunner

        return HMMRunner(recipe, locations, device=device)

    def predictor(self, directory: RunDirectory, recipe: HMMRecipe, options: PredictorOptions) -> TaggingPredictor:
        from seqtasks.tasks.tagging.hmm_predictor import load_hmm_predictor

        refuse_translation_options(directory, options)
        if options.precision == "bf16":
            raise UsageError(f"{directory.path}: precision 'bf16' is for networks. Leave it out.")
        return load_hmm_predictor(directory, recipe, options)

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        from seqtasks.tasks.tagging.self_checks import hmm_checks

        return hmm_checks(run)

    def word_tagger(self, directory: RunDirectory, recipe: HMMRecipe, head: str) -> WordTagger:
        """Without torch, so that its memory is its own."""
        from seqtasks.inference.hmm_tagger import load_hmm

        return load_hmm(directory, head)

    def on_share(self, recipe: HMMRecipe, share: float) -> HMMRecipe:
        return smaller(recipe, share)


def refuse_translation_options(directory: RunDirectory, options: PredictorOptions) -> None:
    """Raises UsageError for options that only translation runs take."""
    if options.others or options.decoding:
        raise UsageError(f"{directory.path}: no translation run. Ensembles and settings of the search are for translation runs.")


def smaller(recipe: Any, share: float) -> Any:
    """The recipe with a share of the training sentences that it has."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"train_fraction": recipe.data.train_fraction * share})})


TAGGING, HMM = TaggingKind(), HMMKind()
