"""What the kinds of tagger say of their recipes: shares, seeds, and what a fine-tuned run takes from which recipe."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path

import pytest

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions
from seqtasks.tasks.multitask.kind import MULTITASK
from seqtasks.tasks.table import kind_of, load_recipe, saved_recipe
from seqtasks.tasks.tagging.kinds import HMM, TAGGING

RUNS = Path(__file__).resolve().parents[2] / "runs" / "format_1"


@pytest.mark.parametrize("share", [1.0, 0.3, 0.01])
def test_on_a_share_of_the_sentences_a_network_is_trained_for_more_epochs_and_warmed_up_for_less(share: float) -> None:
    recipe = load_recipe("pos", "lstm", ["data.train_fraction=0.5", "training.epochs=9", "training.warmup_updates=100"]).recipe
    smaller = TAGGING.on_share(recipe, share)
    assert smaller.data.train_fraction == pytest.approx(0.5 * share)
    assert smaller.training.epochs == ceil(9 / sqrt(share))
    assert smaller.training.warmup_updates == round(100 * sqrt(share))
    same = {"data": recipe.data, "training": recipe.training}
    assert smaller.model_copy(update=same) == recipe


def test_an_hmm_has_a_share_and_no_seed_and_other_kinds_have_no_share() -> None:
    recipe = load_recipe("pos", "hmm").recipe
    assert HMM.on_share(recipe, 0.25).data.train_fraction == 0.25
    assert HMM.with_seed(recipe, 3) is recipe
    with pytest.raises(UsageError, match="^recipes of kind 'multitask' cannot be trained on a share of their sentences.$"):
        MULTITASK.on_share(load_recipe("multitask").recipe, 0.5)


def test_seeds_count_on_from_the_recipes_own() -> None:
    recipe = load_recipe("pos", "lstm", ["training.seed=4"]).recipe
    assert [TAGGING.with_seed(recipe, number).training.seed for number in range(3)] == [4, 5, 6]


def test_a_fine_tuned_tagger_is_the_saved_one_on_the_new_data_with_the_new_training() -> None:
    saved = load_recipe("pos", "lstm").recipe.model_dump(exclude_none=True)
    new = load_recipe("pos", "bilstm", ["training.epochs=3", "data.train_fraction=0.5"]).recipe.model_dump(exclude_none=True)
    tuned = TAGGING.fine_tuned(saved, new, Path("run"))
    assert (tuned["data"], tuned["training"]) == (new["data"], new["training"])
    assert {key: value for key, value in tuned.items() if key not in ("data", "training")} == {
        key: value for key, value in saved.items() if key not in ("data", "training")
    }
    other = load_recipe("ner", "lstm").recipe.model_dump(exclude_none=True)
    with pytest.raises(UsageError, match="^--from run: its head is upos, the recipe's layer ner.$"):
        TAGGING.fine_tuned(saved, other, Path("run"))


def test_every_head_of_a_fine_tuned_run_needs_data() -> None:
    saved = load_recipe("multitask").recipe.model_dump(exclude_none=True)
    less = saved | {"tasks": {head: task for head, task in saved["tasks"].items() if head != "ner"}}
    with pytest.raises(UsageError, match="^--from run: it has a head 'ner', for which the recipe has no data. Its heads: upos.$"):
        MULTITASK.fine_tuned(saved, less, Path("run"))
    assert list(MULTITASK.fine_tuned(less, saved, Path("run"))["tasks"]) == ["upos"]


@pytest.mark.parametrize("name", ["pos", "hmm"])
def test_options_of_translation_are_refused_and_words_are_tagged_as_by_the_predictor(name: str) -> None:
    directory = RunDirectory.open(RUNS / name).finished()
    recipe = saved_recipe(directory)
    kind = kind_of(recipe)
    with pytest.raises(UsageError, match="no translation run. Ensembles and settings of the search are for translation runs.$"):
        kind.predictor(directory, recipe, PredictorOptions(decoding={"beams": 3}))
    sentences = [["The", "dog", "sees", "Mara", "."], ["Odo"]]
    predictor, tagger = kind.predictor(directory, recipe, PredictorOptions()), kind.word_tagger(directory, recipe, "upos")
    expected = [line.tags["upos"] for line in predictor.tag_words(sentences)]
    assert [answer["upos"] for answer in tagger.tag(sentences, ("upos",))] == expected
    tags, confidences = tagger.tag_with_confidence(sentences, "upos")
    assert tags == expected
    assert all(0 < value <= 1 + 1e-6 for row in confidences for value in row)
