"""What a finished run that tags can prove of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.hmm.storage import COUNTS
from seqtasks.inference.hmm_tagger import HMMHead, load_hmm
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import Callbacks, PredictorOptions, TaskKind
from seqtasks.tasks.self_checks import CheckedRun, Finding, OneAnswer, SelfChecks, agree, changed, joined
from seqtasks.tasks.tagging.recipe import HMMRecipe, data_of
from seqtasks.text.batching import IGNORE

if TYPE_CHECKING:
    from seqtasks.inference.tagger import Tagger

Sentences = Sequence[Sequence[str]]


def tagged(tagger: Tagger | HMMHead, sentences: Sentences, head: str) -> list[OneAnswer]:
    """The tags of each sentence, with their probabilities where the head has any."""
    try:
        rows, sure = tagger.tag_with_confidence(sentences, head)
    except UsageError:
        return [OneAnswer(tuple(tags[head]), ()) for tags in tagger.tag(sentences, (head,))]
    return [OneAnswer(tuple(tags), tuple(values)) for tags, values in zip(rows, sure, strict=True)]


def alone(tagger: Tagger | HMMHead, sentences: Sentences, head: str) -> list[OneAnswer]:
    """The same, each sentence by itself."""
    return [tagged(tagger, [words], head)[0] for words in sentences]


class TaggingChecks(SelfChecks):
    """Of a network with one head of words or several. bf16: loads the same run to answer in bfloat16; resumed: tries an update."""

    def __init__(
        self, tagger: Tagger, heads: Sequence[str], sentences: Sentences, *, bf16: Callable[[], Tagger], resumed: Callable[[], Finding]
    ) -> None:
        self.tagger = tagger
        self.heads = heads
        self.sentences = sentences
        self.bf16 = bf16
        self.resumed = resumed

    def batched_equals_single(self) -> Finding:
        return joined(
            {
                head: agree(
                    tagged(self.tagger, self.sentences, head),
                    alone(self.tagger, self.sentences, head),
                    names=("together", "alone"),
                    unit="sentence",
                )
                for head in self.heads
            }
        )

    def score_equals_forced_score(self) -> Finding:
        return joined({head: self.forced(head) for head in self.heads})

    def forced(self, head: str) -> Finding:
        """The log-probability of each best path by the search, and as minus the loss of a sentence whose gold tags are these."""
        try:
            pairs = [pair for group in self.paths(head) for pair in group]
        except UsageError as fault:
            return Finding(None, str(fault))
        found, given = [one for one, _ in pairs], [other for _, other in pairs]
        return agree(found, given, names=("by its search", "by its loss"), unit="sentence")

    def paths(self, head: str) -> Iterator[list[tuple[OneAnswer, OneAnswer]]]:
        """For each batch the best path of each of its sentences, twice: with the search's number, and with the loss's."""
        import torch

        from seqtasks.inference.tagger import in_pieces
        from seqtasks.models.heads import SoftmaxHead

        tagging = self.tagger.model.head(head)
        if isinstance(tagging, SoftmaxHead) and tagging.steps is not None:
            raise UsageError("its answers are held to the tag scheme, its loss is not")
        for _, batch in self.tagger.batches(in_pieces(self.sentences)[0]):
            with torch.inference_mode():
                scores_BSN = self.tagger.model(batch, (head,))[head]
                best = [paths[0] for paths in tagging.k_best(scores_BSN, batch.mask_BS, 1)]
                targets_BS = torch.full(batch.mask_BS.shape, IGNORE, device=batch.mask_BS.device)
                for row, (labels, _) in enumerate(best):
                    targets_BS[row, : len(labels)] = torch.tensor(labels, device=targets_BS.device)
                losses = [
                    float(tagging.loss(scores_BSN[row, None], targets_BS[row, None], batch.mask_BS[row, None], label_smoothing=0.0))
                    for row in range(len(best))
                ]
            tags = [tuple(tagging.labels[label] for label in labels) for labels, _ in best]
            yield [(OneAnswer(one, (found,)), OneAnswer(one, (-loss,))) for one, (_, found), loss in zip(tags, best, losses, strict=True)]

    def resume_is_exact(self) -> Finding:
        return self.resumed()

    def bf16_changes(self) -> Finding:
        low = self.bf16()
        return joined(
            {head: changed(tagged(self.tagger, self.sentences, head), tagged(low, self.sentences, head), unit="tag") for head in self.heads}
        )


class HMMChecks(SelfChecks):
    """Of a hidden Markov model. counted: counts its training part again."""

    def __init__(self, tagger: HMMHead, sentences: Sentences, *, counted: Callable[[], Finding]) -> None:
        self.tagger = tagger
        self.sentences = sentences
        self.counted = counted

    def batched_equals_single(self) -> Finding:
        head = self.tagger.head
        return agree(
            tagged(self.tagger, self.sentences, head),
            alone(self.tagger, self.sentences, head),
            names=("together", "alone"),
            unit="sentence",
        )

    def score_equals_forced_score(self) -> Finding:
        """The tags of the Viterbi search, and the first of the k best sequences, which another search finds."""
        if self.tagger.tagger.decoding != "viterbi":
            return Finding(None, "it answers the best tag of each word, which is no path")
        searched = [OneAnswer(tuple(tags[self.tagger.head]), ()) for tags in self.tagger.tag(self.sentences)]
        ranked = [OneAnswer(tuple(paths[0][0]), ()) for paths in self.tagger.k_best(self.sentences, self.tagger.head, 1)]
        return agree(searched, ranked, names=("by the best path", "by the k best"), unit="sentence")

    def resume_is_exact(self) -> Finding:
        return self.counted()

    def bf16_changes(self) -> Finding:
        return Finding(None, "an HMM answers in float64")


def network_checks(run: CheckedRun, kind: TaskKind) -> TaggingChecks:
    """The checks of a network with one head."""
    from seqtasks.tasks.resumed_update import resumed_update

    options = PredictorOptions(device=run.device)

    def load(precision: str) -> Any:
        return kind.predictor(run.directory, run.recipe, replace(options, precision=precision))

    return TaggingChecks(
        load("float32").tagger,
        tuple(data_of(run.recipe)),
        [sentence.words for sentence in run.examples],
        bf16=lambda: load("bf16").tagger,
        resumed=lambda: resumed_update(run, kind),
    )


def hmm_checks(run: CheckedRun) -> HMMChecks:
    """The checks of a hidden Markov model."""
    head = load_hmm(run.directory, next(iter(data_of(run.recipe))))
    return HMMChecks(head, [sentence.words for sentence in run.examples], counted=lambda: counted_again(run))


def counted_again(run: CheckedRun) -> Finding:
    """Whether the training part, counted again, gives the numbers that the run has."""
    from seqtasks.tasks.tagging.hmm import HMMRunner

    recipe: HMMRecipe = run.recipe
    facts = run.directory.facts()
    if "from" in facts:
        return Finding(None, "it was counted on top of another run")
    try:
        runner = HMMRunner(recipe, run.locations)
    except SeqtasksError as fault:
        return Finding(None, f"its training part cannot be read: {fault}")
    if runner.task.parts[0].checksum not in facts.get("data", {}).values():
        return Finding(None, f"{runner.task.parts[0].path} has changed since")
    with TemporaryDirectory(prefix="seqtasks-doctor-") as folder:
        again = RunDirectory(Path(folder))
        runner.train(again, Callbacks(), resume=False, start=None)
        with np.load(again.hmm / COUNTS, allow_pickle=False) as new, np.load(run.directory.hmm / COUNTS, allow_pickle=False) as old:
            different = [name for name in {*new.files, *old.files} if not same_array(new, old, name)]
            numbers = sum(new[name].size for name in new.files)
    if different:
        return Finding(False, f"counted again, {len(different)} of {len(new.files)} tables differ, such as {min(different)}")
    return Finding(True, f"counted again: {numbers:,} numbers, bit for bit")


def same_array(new: Any, old: Any, name: str) -> bool:
    return name in new.files and name in old.files and np.array_equal(new[name], old[name])
