"""The hidden Markov model at work: the recipes of kind "hmm", from tagged sentences to a fitted and scored tagger."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqtasks.hmm.storage import COUNTS
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.hmm_tagger import HMMHead, load_hmm
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import Callbacks
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.tagging.parts import read_tagged_parts
from seqtasks.tasks.tagging.recipe import HMMRecipe, data_of, file_scheme
from seqtasks.tasks.tagging.scores import tagged_outcome
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.vocabulary import Vocabulary

SELECTED_ON = "a held-out part of train"


class HMMTask:
    """An HMM recipe with its data read; `outcome` once the tagger is fitted."""

    def __init__(self, recipe: HMMRecipe, locations: DataLocations) -> None:
        data = data_of(recipe)
        (self.head,) = data
        self.layer = data[self.head].layer
        self.tagged = read_tagged_parts(data, locations, select_by="last")
        self.parts, self.notes, self.selected_on = self.tagged.facts, [*self.tagged.notes], SELECTED_ON
        self.tagger = HMMTagger(scheme=file_scheme(recipe.data), **recipe.hmm.model_dump())
        self.tagged.check_labels(self.tagged.inventories())
        self.words: HMMHead | None = None

    def outcome(self) -> Outcome:
        if self.words is None:
            raise ValueError("the tagger has not been fitted yet")
        return tagged_outcome(self.tagged, self.predict, self.words.seen, self.words.tag_with_confidence)

    def run_facts(self) -> dict[str, Any]:
        return {}

    def predict(self, sentences: Sequence[TaggedSentence], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        return {self.head: self.tagger.tags_of([sentence.words for sentence in sentences])}


class HMMRunner:
    """An HMM recipe at work. It has no seed, no device and no checkpoints: it counts, in seconds."""

    machine = {"device": "cpu"}

    def __init__(self, recipe: HMMRecipe, locations: DataLocations, *, device: str = "auto") -> None:
        self.task = HMMTask(recipe, locations)
        if device not in ("auto", "cpu"):
            self.task.notes.append(f"--device {device} changes nothing: an HMM counts on the processor.")
        self.counts = Path()

    def train(self, directory: RunDirectory, callbacks: Callbacks, *, resume: bool, start: Path | None) -> float:
        """Count, on top of the counts of the run in `start` where there is one; returns the seconds it took."""
        task = self.task
        sentences = [sentence.words for sentence in task.tagged.kept[task.head]]
        tags = [sentence.tags[task.layer] for sentence in task.tagged.kept[task.head]]
        seen = dict.fromkeys(word for words in sentences for word in words)
        began = time.perf_counter()
        if start:
            earlier = load_hmm(RunDirectory.open(start), task.head)
            task.tagger = earlier.tagger.partial_fit(sentences, tags)
            seen = dict.fromkeys([*Vocabulary.load(RunDirectory.open(start).text / "seen.txt").words(), *seen])
            callbacks.log(f"counts of {start} and of this training part together")
        else:
            task.tagger.fit(sentences, tags)
        seconds = time.perf_counter() - began
        vocabulary = Vocabulary(list(seen))
        task.tagger.save(directory.hmm)
        self.counts = directory.hmm / COUNTS
        vocabulary.save(directory.text / "seen.txt")
        task.words = HMMHead(task.tagger, task.head, vocabulary)
        callbacks.log(f"counted {sum(map(len, tags)):,} words in {seconds:.1f} s")
        return seconds

    def structure(self) -> str:
        return repr(self.task.tagger)

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]:
        """The numbers that were counted and chosen, as they are saved."""
        with np.load(self.counts, allow_pickle=False) as arrays:
            return [(name, arrays[name].shape, arrays[name].size) for name in arrays.files]
