"""A finished run of a network that tags, loaded to answer."""

from __future__ import annotations

from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.tagger import Tagger
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions
from seqtasks.tasks.loaded_run import LoadedFrom
from seqtasks.tasks.model_size import LOADED, refuse_too_large
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.tagging.recipe import NetworkRecipe, data_of, output_schemes
from seqtasks.training.devices import find_device, find_precision
from seqtasks.training.weights import load_weights


def load_network_predictor(directory: RunDirectory, recipe: NetworkRecipe, options: PredictorOptions) -> TaggingPredictor:
    """The predictor of a finished run with one head or several."""
    data, device = data_of(recipe), find_device(options.device)
    assets = TaggingAssets.load(directory.text, data)
    refuse_too_large(lambda: build_tagging(recipe, assets), device, copies=LOADED)
    model = build_tagging(recipe, assets)
    load_weights(model, directory.weights)
    precision = find_precision(options.precision, device, model)
    tagger = Tagger(model.to(device).eval(), assets, device, output_schemes(data), precision=precision)
    predictor = TaggingPredictor(recipe, tagger, assets.seen)
    predictor.loaded_from = LoadedFrom.of(load_network_predictor, directory, recipe, options)
    return predictor
