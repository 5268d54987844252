"""What the kind of task that translates answers: faults, runs that answer, and recipes that go on from others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions
from seqtasks.tasks.table import kind_of, load_recipe, saved_recipe
from seqtasks.tasks.translation.kind import TRANSLATION

RUN = Path(__file__).resolve().parents[2] / "runs" / "format_1" / "translation"


def test_a_translation_recipe_is_of_this_kind_and_has_its_faults() -> None:
    assert kind_of(load_recipe("translation").recipe) is TRANSLATION
    assert TRANSLATION.faults(load_recipe("translation").recipe) == []
    wrong = load_recipe("translation", overrides=["decoder.heads=3", "training.r_drop=1", "training.objective=risk"]).recipe
    assert TRANSLATION.faults(wrong) == [
        "decoder.heads = 3 does not divide decoder.hidden_size = 256. Change one of them.",
        "training.r_drop compares likelihoods, but training.objective = 'risk'. Set it to 0.",
    ]


def test_a_finished_run_answers_what_it_answered() -> None:
    directory = RunDirectory.open(RUN)
    predictor = TRANSLATION.predictor(directory, saved_recipe(directory), PredictorOptions(decoding={"beams": 1}))
    expected = [json.loads(line) for line in (RUN / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [best[0] for best in predictor.translate([row["text"] for row in expected])]
    assert [one.text for one in found] == [row["translation"] for row in expected]
    assert [one.log_probability for one in found] == pytest.approx([row["log_probability"] for row in expected], abs=1e-4)


def test_an_ensemble_of_a_run_with_itself_gives_its_own_probabilities() -> None:
    directory = RunDirectory.open(RUN)
    options = PredictorOptions(others=[RunDirectory.open(RUN)], average="log_probabilities")
    alone, twice = (TRANSLATION.predictor(directory, saved_recipe(directory), asked) for asked in (PredictorOptions(), options))
    lines = ["A dog finds the baker in the market.", "A lamp"]
    one, other = ([best[0].log_probability for best in predictor.translate(lines)] for predictor in (alone, twice))
    assert other == pytest.approx(one, abs=1e-5)


def test_seeds_count_on_from_the_recipes_own_and_nothing_else_changes() -> None:
    recipe = load_recipe("translation", overrides=["training.seed=5"]).recipe
    third = TRANSLATION.with_seed(recipe, 2)
    assert third.training.seed == 7
    assert third.model_copy(update={"training": recipe.training}) == recipe


def test_fine_tuning_takes_data_training_and_search_from_the_new_recipe_and_the_model_from_the_saved_one() -> None:
    saved = load_recipe("translation", overrides=["embedding_size=8", "decoder.embedding_size=8"]).recipe.model_dump()
    new = load_recipe("translation", overrides=["training.epochs=3", "decoding.beams=2", "data.max_length=9"]).recipe.model_dump()
    mixed = TRANSLATION.fine_tuned(saved, new, RUN)
    assert {key for key in mixed if mixed[key] != saved[key]} == {"data", "training", "decoding"}
    assert (mixed["training"], mixed["decoding"], mixed["data"]) == (new["training"], new["decoding"], new["data"])


def test_it_tags_no_words_and_is_not_trained_on_shares() -> None:
    recipe = load_recipe("translation").recipe
    with pytest.raises(UsageError, match=r"format_1/translation: runs of kind 'translation' tag no words\.$"):
        TRANSLATION.word_tagger(RunDirectory(RUN), recipe, "translation")
    with pytest.raises(UsageError, match=r"^recipes of kind 'translation' cannot be trained on a share of their sentences\.$"):
        TRANSLATION.on_share(recipe, 0.5)
    assert (TRANSLATION.compared_by, TRANSLATION.trained_to_compare, TRANSLATION.controls(recipe)) == ("translations", False, {})
