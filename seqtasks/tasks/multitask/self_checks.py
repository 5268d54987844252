"""What a finished run with several heads on one trunk can prove of itself: what its heads of words and of texts prove, joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from seqtasks.inference.classifier import TextClassifier
from seqtasks.inference.tagger import Tagger
from seqtasks.tasks.classification.self_checks import ClassificationChecks
from seqtasks.tasks.contract import PredictorOptions, TaskKind
from seqtasks.tasks.multitask.predictor import MultitaskPredictor
from seqtasks.tasks.multitask.recipe import MultitaskRecipe
from seqtasks.tasks.resumed_update import resumed_update
from seqtasks.tasks.self_checks import CheckedRun, Finding, SelfChecks, joined, only_train, unwatched
from seqtasks.tasks.tagging.self_checks import TaggingChecks
from seqtasks.text.words import words_of


class MultitaskChecks(SelfChecks):
    """Of several heads. sides: the checks of its heads of words together, and of each head of texts; resumed: tries an update."""

    def __init__(self, sides: Mapping[str, SelfChecks], *, resumed: Callable[[], Finding]) -> None:
        self.sides = sides
        self.resumed = resumed

    def batched_equals_single(self) -> Finding:
        return joined({name: side.batched_equals_single() for name, side in self.sides.items()})

    def score_equals_forced_score(self) -> Finding:
        return joined({name: side.score_equals_forced_score() for name, side in self.sides.items()})

    def resume_is_exact(self) -> Finding:
        return self.resumed()

    def bf16_changes(self) -> Finding:
        return joined({name: side.bf16_changes() for name, side in self.sides.items()})


def multitask_checks(run: CheckedRun, kind: TaskKind) -> SelfChecks:
    """The checks of a run with several heads."""
    options, resumed = PredictorOptions(device=run.device), lambda: resumed_update(run, kind, [two_updates(run.recipe)])

    def load(precision: str) -> Any:
        return kind.predictor(run.directory, run.recipe, replace(options, precision=precision))

    def tagger(predictor: Any) -> Tagger:
        return cast(Tagger, predictor.words.tagger if isinstance(predictor, MultitaskPredictor) else predictor.tagger)

    def classifier(head: str) -> TextClassifier:
        return cast(TextClassifier, load("bf16").classifiers[head])

    predictor = load("float32")
    sentences = [getattr(one, "words", None) or words_of(one.text, "") for one in run.examples]
    sides: dict[str, SelfChecks] = {}
    if heads := tuple(tagger(predictor).assets.labels):
        sides["words"] = TaggingChecks(tagger(predictor), heads, sentences, bf16=lambda: tagger(load("bf16")), resumed=resumed)
    for head, one in predictor.classifiers.items() if isinstance(predictor, MultitaskPredictor) else ():
        sides[head] = ClassificationChecks(one, sentences, bf16=lambda head=head: classifier(head), resumed=resumed)  # type: ignore[misc]
    return MultitaskChecks(sides, resumed=resumed)


def two_updates(recipe: MultitaskRecipe) -> MultitaskRecipe:
    """The recipe with the training parts of its tasks alone."""
    tasks = {head: task.model_copy(update={"data": only_train(task.data)}) for head, task in recipe.tasks.items()}
    return recipe.model_copy(update={"tasks": tasks, "training": unwatched(recipe.training)})
