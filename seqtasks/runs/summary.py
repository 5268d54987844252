"""What a run did, in two sentences, and how to look further."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from seqtasks.diagnosis.observations.curve import kept_epoch
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.reports.formats import number, seconds, whole
from seqtasks.tasks.contract import Runner
from seqtasks.tasks.outcome import Outcome

MODELS = {
    "translation": "a translator",
    "tagging": "a tagger",
    "multitask": "a model of several tasks",
    "hmm": "a hidden Markov tagger",
    "classification": "a classifier of texts",
    "language_model": "a language model",
}
INSPECTED = ("translation", "tagging", "classification", "multitask")
LONGEST = 12  # words of a sentence in a command


def done(loaded: LoadedRecipe, runner: Runner, rows: Sequence[Mapping[str, Any]], outcome: Outcome) -> str:
    """What was trained on how much, and how well it does on what it has not seen."""
    model = MODELS.get(loaded.recipe.kind, "a model")
    sentences = next((part.sentences for part in runner.task.parts if part.split.endswith("train")), 0)
    learned = f"{model} was trained on {whole(sentences)} sentences by the recipe {loaded.task} {loaded.name}"
    if rows:
        learned += f", for {len(rows)} epoch{'s' if len(rows) > 1 else ''} in {seconds(float(rows[-1]['seconds']))}"
        if (kept := kept_epoch(rows)) is not None:
            learned += f"; the weights of epoch {kept} were the best on {runner.task.selected_on}"
    return f"{learned[0].upper()}{learned[1:]}. {result(outcome)}".strip()


def result(outcome: Outcome) -> str:
    """The first score of the test part, or of the first part there is."""
    score = next((score for score in outcome.scores if score.split == "test"), next(iter(outcome.scores), None))
    if score is None:
        return ""
    sure = f" (95 % interval {number(score.interval[0])} to {number(score.interval[1])})" if score.interval else ""
    return f"On {score.split} its {score.name} is {number(score.value)}{sure}."


def ways_in(directory: RunDirectory, outcome: Outcome) -> dict[str, str]:
    """{command: what it shows} of a network, with a sentence that it has answered."""
    kind = directory.recipe_tables().get("kind")
    ways = {}
    short = [example.input for example in outcome.examples if 0 < len(example.input.split()) <= LONGEST]
    if kind in INSPECTED and short:
        ways[shlex.join(["seqtasks", "inspect", str(directory.path), short[0]])] = (
            "The gates and the cells at each word, and what each answer hangs on."
        )
    ways[shlex.join(["seqtasks", "observe", str(directory.path)])] = "The verdict above again, from the curves, the data and the weights."
    return ways
