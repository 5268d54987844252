"""Run directories that earlier code wrote (tests/runs/format_1) load today and answer what they answered then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import seqtasks
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.tagging.scores import read_columns_back
from tests.miniature.runs import done, metrics

RUNS = Path(__file__).parent / "format_1"
TAGGERS = ("pos", "ner", "multitask", "hmm")


def flat(found: Any) -> list[Any]:
    """The values of nested JSON in order, objects by key."""
    if isinstance(found, dict):
        return [value for key in sorted(found) for value in (key, *flat(found[key]))]
    return [value for one in found for value in flat(one)] if isinstance(found, list) else [found]


@pytest.mark.parametrize("name", [*TAGGERS, "translation", "language_model"])
def test_a_run_of_before_gives_the_answers_of_before(name: str) -> None:
    run = RUNS / name
    asked = ("--confidence",) if name in TAGGERS else ()
    given = done("predict", run, run / "inputs.txt", "--format", "jsonl", *asked).stdout.splitlines()
    expected = (run / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(given) == len(expected) == len((run / "inputs.txt").read_text(encoding="utf-8").splitlines())
    for ours, theirs in zip(given, expected, strict=True):
        assert flat(json.loads(ours)) == [
            pytest.approx(value, abs=1e-4) if isinstance(value, float) else value for value in flat(json.loads(theirs))
        ]


@pytest.mark.parametrize("name", TAGGERS)
def test_a_tagger_of_before_gives_every_tag_that_was_scored(name: str) -> None:
    predictor = seqtasks.load(RUNS / name)
    for file in sorted((RUNS / name / "predictions").glob("*.conll")):
        words, _, predicted = read_columns_back(file)
        head = file.stem.rpartition("-")[0] or next(iter(predictor.data))
        assert [line.tags[head] for line in predictor.tag_words(words)] == predicted


@pytest.mark.parametrize("name", TAGGERS)
def test_the_accuracy_of_before_is_the_share_of_right_tags_in_its_predictions(name: str) -> None:
    several = len(list((RUNS / name / "text").glob("labels-*.txt"))) > 1
    scores = [score for score in metrics(RUNS / name)["scores"] if score["name"] == "accuracy"]
    assert scores
    for score in scores:
        file = f"{score['head']}-{score['split']}.conll" if several else f"{score['split']}.conll"
        _, gold, predicted = read_columns_back(RUNS / name / "predictions" / file)
        pairs = [pair for rows in zip(gold, predicted, strict=True) for pair in zip(*rows, strict=True)]
        assert score["value"] == pytest.approx(100 * sum(one == other for one, other in pairs) / len(pairs))


@pytest.mark.parametrize("name", [*TAGGERS, "translation", "language_model"])
def test_nothing_in_a_kept_run_names_the_machine_it_was_trained_on(name: str) -> None:
    facts = RunDirectory.open(RUNS / name).facts()
    assert facts["format"] == 1
    assert all(not Path(path).is_absolute() for path in facts["data"])
