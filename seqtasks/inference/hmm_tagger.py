"""A fitted hidden Markov model that answers as a network's tagger does."""

from __future__ import annotations

from collections.abc import Container, Sequence

from seqtasks.errors import RunDirectoryError
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.text.tags import Span
from seqtasks.text.vocabulary import Vocabulary


class HMMHead:
    """An HMM tagger under the name of its head, as a network's `Tagger` answers. `seen`: every word of the training part."""

    def __init__(self, tagger: HMMTagger, head: str, seen: Container[str]) -> None:
        self.tagger = tagger
        self.head = head
        self.seen = seen

    def tag(self, sentences: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[dict[str, list[str]]]:
        """For each sentence {head: its tags}."""
        return [{self.head: tags} for tags in self.tagger.tags_of(sentences)]

    def tag_with_confidence(self, sentences: Sequence[Sequence[str]], head: str) -> tuple[list[list[str]], list[list[float]]]:
        """Tags, and for each the posterior probability of that tag."""
        columns = {tag: column for column, tag in enumerate(self.tagger.classes_)}
        tags, rows = self.tagger.tags_of(sentences), iter(self.tagger.posterior_table(sentences))
        return tags, [[next(rows)[columns[tag]].item() for tag in row] for row in tags]

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


def load_hmm(directory: RunDirectory, head: str) -> HMMHead:
    """The tagger of a finished run of an HMM. Raises RunDirectoryError where it is none."""
    if not directory.hmm.is_dir():
        raise RunDirectoryError(f"{directory.hmm}: no such folder; that is not the finished run of an HMM.")
    return HMMHead(HMMTagger.load(directory.hmm), head, Vocabulary.load(directory.text / "seen.txt"))
