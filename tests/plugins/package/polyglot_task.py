"""A kind of task: a tagger that answers each word's most frequent tag of the training part, and the most frequent of all for other words.

Recipes of kind "most_frequent" have [data] and, as [counting], whether letters' case tells words apart. What is learned is tags.json.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.recipes.schema import Recipe, TaggedData
from seqtasks.recipes.tables import Table
from seqtasks.tasks.contract import Callbacks, PredictorOptions, TaskKind
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.outcome import Outcome

if TYPE_CHECKING:
    from seqtasks.tasks.tagging.predictor import TaggingPredictor

LEARNED = "tags.json"


class CountingSettings(Table):
    """[counting]"""

    lowercase: bool = False


class MostFrequentRecipe(Recipe):
    """A whole recipe of this kind."""

    kind: Literal["most_frequent"]
    data: TaggedData
    counting: CountingSettings = CountingSettings()


class MostFrequentTagger:
    """By word the counts of its tags; `head` is the name of what it answers."""

    def __init__(self, counts: dict[str, dict[str, int]], head: str, *, lowercase: bool) -> None:
        self.counts = counts
        self.head = head
        self.lowercase = lowercase
        self.total = sum(map(Counter, counts.values()), Counter())

    def counts_of(self, word: str) -> Counter[str]:
        """The counts of a word's tags, or of all words' where it was never seen."""
        known = self.counts.get(word.lower() if self.lowercase else word)
        return Counter(known) if known else self.total

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}; of tags that are as frequent the first in the alphabet."""
        return [
            {self.head: [min(counts, key=lambda tag: (-counts[tag], tag)) for counts in map(self.counts_of, words)]} for words in sentences
        ]

    def tag_with_confidence(self, sentences: Sequence[Sequence[str]], head: str) -> tuple[list[list[str]], list[list[float]]]:
        """Tags, and the share of each in the counts that it comes from."""
        tags = [answer[self.head] for answer in self.tag(sentences)]
        shares = [
            [counts[tag] / counts.total() for tag, counts in zip(row, map(self.counts_of, words), strict=True)]
            for row, words in zip(tags, sentences, strict=True)
        ]
        return tags, shares

    def k_best(self, sentences: Sequence[Sequence[str]], head: str, k: int) -> list[list[tuple[list[str], float]]]:
        """Raises UsageError: a count has one answer."""
        raise UsageError("a tagger of kind 'most_frequent' has one answer. Leave --k-best out.")


class MostFrequentTask:
    """A recipe with its data read; `outcome` once the tagger has counted."""

    def __init__(self, recipe: MostFrequentRecipe, locations: DataLocations) -> None:
        from seqtasks.tasks.tagging.parts import read_tagged_parts
        from seqtasks.tasks.tagging.recipe import data_of

        data = data_of(recipe)
        (self.head,) = data
        self.layer = recipe.data.layer
        self.tagged = read_tagged_parts(data, locations, select_by="last")
        self.parts, self.notes, self.selected_on = self.tagged.facts, self.tagged.notes, "nothing"
        self.tagger = MostFrequentTagger({}, self.head, lowercase=recipe.counting.lowercase)

    def outcome(self) -> Outcome:
        from seqtasks.tasks.tagging.scores import tagged_outcome

        return tagged_outcome(
            self.tagged,
            lambda part, heads: {self.head: [row[self.head] for row in self.tagger.tag([one.words for one in part])]},
            self.tagger.counts,
        )

    def run_facts(self) -> dict[str, Any]:
        return {"learned": [LEARNED]}


class MostFrequentRunner:
    """A recipe at work: it counts."""

    machine = {"device": "cpu"}

    def __init__(self, recipe: MostFrequentRecipe, locations: DataLocations) -> None:
        self.task = MostFrequentTask(recipe, locations)

    def train(self, directory: RunDirectory, callbacks: Callbacks, *, resume: bool, start: Path | None) -> float:
        """Count, and write tags.json; returns the seconds it took."""
        began, task = time.perf_counter(), self.task
        counts: dict[str, Counter[str]] = {}
        for sentence in task.tagged.kept[task.head]:
            for word, tag in zip(sentence.words, sentence.tags[task.layer], strict=True):
                counts.setdefault(word.lower() if task.tagger.lowercase else word, Counter())[tag] += 1
        (directory.path / LEARNED).write_text(json.dumps(counts, ensure_ascii=False), encoding="utf-8")
        task.tagger = MostFrequentTagger(counts, task.head, lowercase=task.tagger.lowercase)
        callbacks.log(f"counted {task.tagger.total.total()} words")
        return time.perf_counter() - began

    def structure(self) -> str:
        return f"the most frequent tag of each of {len(self.task.tagger.counts)} words"

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]:
        pairs = sum(map(len, self.task.tagger.counts.values()))
        return [("counts", (pairs,), pairs)]


class MostFrequentKind(TaskKind):
    """What `kind = "most_frequent"` names."""

    recipe = MostFrequentRecipe
    compared_by = "tags"
    seeded = False
    trained_to_compare = True

    def faults(self, recipe: MostFrequentRecipe) -> list[str]:
        from seqtasks.tasks.tagging.data_checks import data_faults

        return data_faults(recipe)

    def runner(self, recipe: MostFrequentRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> MostFrequentRunner:
        if learned is not None:
            raise UsageError(f"--from {learned}: a recipe of kind 'most_frequent' counts anew. Leave it out.")
        return MostFrequentRunner(recipe, locations)

    def predictor(self, directory: RunDirectory, recipe: MostFrequentRecipe, options: PredictorOptions) -> TaggingPredictor:
        from seqtasks.tasks.tagging.predictor import TaggingPredictor
        from seqtasks.tasks.tagging.recipe import data_of

        tagger = self.word_tagger(directory, recipe, next(iter(data_of(recipe))))
        return TaggingPredictor(recipe, tagger, tagger.counts)

    def word_tagger(self, directory: RunDirectory, recipe: MostFrequentRecipe, head: str) -> MostFrequentTagger:
        return MostFrequentTagger(read_json(directory.path / LEARNED), head, lowercase=recipe.counting.lowercase)


MOST_FREQUENT = MostFrequentKind()
