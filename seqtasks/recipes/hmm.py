"""The hidden Markov model at work: the recipes of kind "hmm", from tagged sentences to a fitted and scored tagger."""

from __future__ import annotations

import time
from collections.abc import Container, Sequence
from pathlib import Path

import numpy as np

from seqtasks.errors import RunDirectoryError
from seqtasks.hmm.confidence import tags_with_confidence
from seqtasks.hmm.storage import COUNTS
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.job import Outcome
from seqtasks.recipes.names import data_of
from seqtasks.recipes.parts import Place, file_scheme
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import HMMRecipe
from seqtasks.recipes.tagged_parts import read_tagged_parts
from seqtasks.recipes.tagged_scores import tagged_outcome
from seqtasks.recipes.work import Listener
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.tags import Span
from seqtasks.text.vocabulary import Vocabulary

SELECTED_ON = "a held-out part of train"


class HMMWords:
    """An HMM tagger under the name of its head, as a network's `Tagger` answers. `seen`: every word of the training part."""

    def __init__(self, tagger: HMMTagger, head: str, seen: Container[str]) -> None:
        self.tagger = tagger
        self.head = head
        self.seen = seen

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}."""
        return [{self.head: tags} for tags in self.tagger.predict(sentences)]

    def tag_with_confidence(self, sentences: Sequence[Sequence[str]], head: str) -> tuple[list[list[str]], list[list[float]]]:
        """Tags, and for each the posterior probability of that tag."""
        return tags_with_confidence(self.tagger, sentences)

    def k_best(self, sentences: Sequence[Sequence[str]], head: str, k: int) -> list[list[tuple[list[str], float]]]:
        """For each sentence its k best sequences of tags with their log-probabilities given the words, best first."""
        totals = self.tagger.log_likelihood(sentences).tolist()
        return [
            [(tags, min(0.0, score - total)) for tags, score in paths]
            for paths, total in zip(self.tagger.k_best(sentences, k), totals, strict=True)
        ]

    def span_probabilities(self, sentences: Sequence[Sequence[str]], head: str, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """For each sentence the probability of each of its spans."""
        return self.tagger.span_probabilities(sentences, spans)


class HMMJob:
    """An HMM recipe with its data read; `outcome` once the tagger is fitted."""

    def __init__(self, recipe: HMMRecipe, place: Place) -> None:
        data = data_of(recipe)
        (self.head,) = data
        self.layer = data[self.head].layer
        self.tagged = read_tagged_parts(data, place, select_by="last")
        self.parts, self.notes, self.selected_on = self.tagged.facts, self.tagged.notes, SELECTED_ON
        self.tagger = HMMTagger(scheme=file_scheme(recipe.data), **recipe.hmm.model_dump())
        self.tagged.check_labels(self.tagged.inventories())
        self.words: HMMWords | None = None

    def outcome(self) -> Outcome:
        if self.words is None:
            raise ValueError("the tagger has not been fitted yet")
        return tagged_outcome(self.tagged, self.predict, self.words.seen)

    def predict(self, sentences: Sequence[TaggedSentence], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        return {self.head: self.tagger.predict([sentence.words for sentence in sentences])}


class HMMWork:
    """An HMM recipe at work. It has no seed, no device and no checkpoints: it counts, in seconds."""

    machine = {"device": "cpu"}

    def __init__(self, recipe: HMMRecipe, place: Place) -> None:
        self.job = HMMJob(recipe, place)
        self.counts = Path()

    def train(self, directory: RunDirectory, listener: Listener, *, resume: bool, start: Path | None) -> float:
        """Count, on top of the counts of the run in `start` where there is one; returns the seconds it took."""
        job = self.job
        sentences = [sentence.words for sentence in job.tagged.kept[job.head]]
        tags = [sentence.tags[job.layer] for sentence in job.tagged.kept[job.head]]
        seen = dict.fromkeys(word for words in sentences for word in words)
        began = time.perf_counter()
        if start:
            earlier = load_hmm(RunDirectory.open(start), job.head)
            job.tagger = earlier.tagger.partial_fit(sentences, tags)
            seen = dict.fromkeys([*Vocabulary.load(RunDirectory.open(start).text / "seen.txt").words(), *seen])
            listener.tell(f"counts of {start} and of this training part together")
        else:
            job.tagger.fit(sentences, tags)
        seconds = time.perf_counter() - began
        vocabulary = Vocabulary(list(seen))
        job.tagger.save(directory.hmm)
        self.counts = directory.hmm / COUNTS
        vocabulary.save(directory.text / "seen.txt")
        job.words = HMMWords(job.tagger, job.head, vocabulary)
        listener.tell(f"counted {sum(map(len, tags)):,} words in {seconds:.1f} s")
        return seconds

    def structure(self) -> str:
        return repr(self.job.tagger)

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]:
        """The numbers that were counted and chosen, as they are saved."""
        with np.load(self.counts, allow_pickle=False) as arrays:
            return [(name, arrays[name].shape, arrays[name].size) for name in arrays.files]


def load_hmm(directory: RunDirectory, head: str) -> HMMWords:
    """The tagger of a finished run of an HMM. Raises RunDirectoryError where it is none."""
    if not directory.hmm.is_dir():
        raise RunDirectoryError(f"{directory.hmm}: no such folder; that is not the finished run of an HMM.")
    return HMMWords(HMMTagger.load(directory.hmm), head, Vocabulary.load(directory.text / "seen.txt"))
