"""A finished run of a hidden Markov model, loaded to answer. Nothing here loads torch."""

from __future__ import annotations

from seqtasks.inference.hmm_tagger import load_hmm
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions
from seqtasks.tasks.loaded_run import LoadedFrom
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.tagging.recipe import HMMRecipe, data_of


def load_hmm_predictor(directory: RunDirectory, recipe: HMMRecipe, options: PredictorOptions) -> TaggingPredictor:
    """The predictor of a finished run of kind "hmm"."""
    hmm = load_hmm(directory, next(iter(data_of(recipe))))
    predictor = TaggingPredictor(recipe, hmm, hmm.seen)
    predictor.loaded_from = LoadedFrom.of(load_hmm_predictor, directory, recipe, options)
    return predictor
