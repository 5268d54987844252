"""The heads of a network that tag words, one or several, with their data: a group of heads (`seqtasks.tasks.head_groups`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from seqtasks.diagnosis.shared_sentences import SharedWithTrain, shared_sentences
from seqtasks.evaluation.metrics import TAGS
from seqtasks.evaluation.tag_metrics import TAG_METRICS, tag_metric
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.hmm_priors import LogPriors, log_priors_by_head, with_log_priors
from seqtasks.inference.tagger import Tagger, positions_of
from seqtasks.models.neighbours import SUFFIX
from seqtasks.models.tagging import TaggingModel
from seqtasks.registry import known_parts
from seqtasks.tasks.head_groups import Watched
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.selection import probe_positions
from seqtasks.tasks.tagging.nested import extents_of, unreachable_spans
from seqtasks.tasks.tagging.parts import Part, TaggedParts, read_tagged_parts
from seqtasks.tasks.tagging.recipe import NetworkRecipe, TaskSettings, data_of, file_scheme, head_scheme, output_schemes, tasks_of
from seqtasks.tasks.tagging.scores import tagged_outcome
from seqtasks.text.batching import IGNORE, Batch, Positions, in_order, span_targets, tagging_batch, with_spans
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.tags import NESTED, Extent, spans_of
from seqtasks.training.label_entropy import label_entropy
from seqtasks.training.objectives import Loss

DEV_TOKENS = 4000
HMM_SCHEMES = ("BIO", "BIOES")  # that the HMM knows; to it tags in another one are labels without a scheme


class EncodedTags:
    """A part of one corpus, encoded once, with the gold tags of every head that learns from it.

    Labels that training has not seen are -100: no model can be right there. log_priors: of the HMM taggers that heads pool.
    """

    def __init__(
        self,
        sentences: Sequence[TaggedSentence],
        heads: Sequence[str],
        parts: TaggedParts,
        assets: TaggingAssets,
        log_priors: Mapping[str, LogPriors],
    ) -> None:
        self.log_priors = log_priors
        self.name = " + ".join(heads)
        self.gold = {head: [list(sentence.tags[parts.data[head].layer]) for sentence in sentences] for head in heads}
        self.forms, self.words = FormTable.build([sentence.words for sentence in sentences], assets.words, assets.characters)
        tags = {head: parts.tags(head, sentences) for head in heads}
        self.targets, self.spans = {}, {}
        for head, labels in ((head, assets.labels[head]) for head in heads):
            if parts.schemes.get(head) == NESTED:
                self.spans[head] = span_targets((spans_of(row, NESTED) for row in tags[head]), labels)
            else:
                self.targets[head] = Ragged.from_lists(positions_of(labels, tags[head], IGNORE))

    def batch(self, positions: Positions) -> Batch:
        batch = with_spans(tagging_batch(self.forms, self.words, positions, self.targets, self.name), positions, self.spans)
        return with_log_priors(batch, positions, self.log_priors)

    def label_entropies(self) -> dict[str, float]:
        return {head: label_entropy(targets.values) for head, targets in self.targets.items()}


class TaggedHeads:
    """The heads of a recipe that tag words, with their data read. beside_others: the model has heads of another kind, too."""

    def __init__(self, recipe: NetworkRecipe, locations: DataLocations, *, beside_others: bool = False) -> None:
        self.data = data_of(recipe)
        self.heads = tasks_of(recipe)
        self.select_by = recipe.training.select_by
        self.weights: Mapping[str, float] = loss_weights(self.heads)
        schemes = {head: scheme for head, task in self.heads.items() if (scheme := head_scheme(task))}
        self.tagged = read_tagged_parts(self.data, locations, select_by=self.select_by, schemes=schemes, beside_others=beside_others)
        self.facts, self.notes, self.selected_on = self.tagged.facts, self.tagged.notes, self.tagged.selected_on

    def training_words(self) -> list[Sequence[str]]:
        return self.tagged.training_words()

    def dev_words(self) -> list[Sequence[str]]:
        return self.tagged.dev_words()

    def inventories(self) -> dict[str, list[str]]:
        return self.tagged.inventories()

    def extents(self) -> dict[str, Extent]:
        return extents_of(self.tagged)

    def learned(self, assets: TaggingAssets) -> TaggingAssets:
        """With the HMM taggers that heads pool, from the training parts only; what labels cannot be answered is noted."""
        hmms = {head: fitted_hmm(self.tagged, head) for head, task in self.heads.items() if task.head.hmm}
        self.tagged.check_labels({head: assets.labels[head] for head in self.heads})
        self.notes += unreachable_spans(self.tagged, self.heads, assets.extents)
        return replace(assets, hmms=hmms)

    def encode(self, assets: TaggingAssets) -> list[EncodedTags]:
        """The training parts of every corpus as numbers; the watched ones and samples of training are kept, with what HMM taggers say."""
        tagged = self.tagged
        samples = {head: [part[position] for position in probe_positions(len(part))] for head, part in tagged.kept.items()}
        self.probed = [self.encoded(heads, samples, assets, assets.hmms) for heads in tagged.corpora]
        self.dev = [self.encoded(heads, tagged.watched, assets, assets.hmms) for heads in tagged.corpora if tagged.watched[heads[0]]]
        return [self.encoded(heads, tagged.kept, assets, {}) for heads in tagged.corpora]

    def encoded(self, heads: Sequence[str], parts: Mapping[str, Part], assets: TaggingAssets, hmms: Mapping[str, HMMTagger]) -> EncodedTags:
        """The part of heads that read the same sentences, with the log_priors of these HMM taggers on it."""
        part = parts[heads[0]]
        words = [sentence.words for sentence in part]
        log_priors = log_priors_by_head({head: hmms[head] for head in heads if head in hmms}, words, assets.labels)
        return EncodedTags(part, heads, self.tagged, assets, log_priors)

    def answer_with(self, model: TaggingModel, assets: TaggingAssets, device: torch.device) -> None:
        self.model, self.seen, self.device = model, assets.seen, device
        own = replace(assets, labels={head: assets.labels[head] for head in self.heads})  # those of other groups are not its own
        self.tagger = Tagger(model, own, device, output_schemes(self.data))

    def watch(self) -> dict[str, Watched]:
        """Loss, accuracy and entity F1 of each head, and the measure that decides: of a head whose tags are no spans, the accuracy stands
        for a measure of spans or of texts.
        """
        names = dict.fromkeys(("accuracy", "f1", *([self.select_by] if self.select_by in known_parts(TAG_METRICS, TAGS) else [])))
        found = {}
        for part in self.dev:
            for head, (term, tags) in self.read(part).items():
                scheme = file_scheme(self.data[head])
                metrics = {name: metric for name in names if not (metric := tag_metric(name)).of_spans or scheme is not None}
                scores = {name: metric.value(part.gold[head], tags, scheme) for name, metric in metrics.items()}
                deciding = self.select_by if self.select_by in scores else "accuracy"
                value = -scores[deciding] if metrics[deciding].lower_is_better else scores[deciding]
                found[head] = Watched(term, {f"{head} {name}": score for name, score in scores.items()}, value)
        return found

    def probe(self) -> dict[str, Loss]:
        return {head: term for part in self.probed for head, (term, _) in self.read(part).items()}

    def shared(self) -> list[SharedWithTrain]:
        """Of each corpus, under the name of its first head where there are several."""
        tagged, found = self.tagged, []
        for heads in tagged.corpora:
            name = f"{heads[0]} " if len(tagged.corpora) > 1 else ""
            parts = {f"{name}{split}": [(one.words, one.line) for one in part] for split, part in tagged.scored[heads[0]].items()}
            found += shared_sentences([one.words for one in tagged.kept[heads[0]]], parts)
        return found

    def read(self, part: EncodedTags) -> dict[str, tuple[Loss, list[list[str]]]]:
        """For each head of a part the loss and the right words, and the answers: the model reads it once."""
        totals = {name: torch.zeros(()) for name in part.gold}
        answers: dict[str, list[list[str]]] = {name: [[] for _ in gold] for name, gold in part.gold.items()}
        for positions in in_order(part.words.lengths, DEV_TOKENS):
            batch = part.batch(positions).to(self.device)
            for name, scores_BSN in self.model(batch).items():
                head = self.model.head(name)
                totals[name] += head.loss(scores_BSN, batch.targets[name], batch.mask_BS, label_smoothing=0.0).cpu()
                for position, tags in zip(positions.tolist(), head.tags(scores_BSN, batch.mask_BS), strict=True):
                    answers[name][position] = tags
        found = {}
        for name, gold in part.gold.items():
            written = self.tagger.to_output_scheme(name, answers[name])
            right = sum(tag == label for pair in zip(written, gold, strict=True) for tag, label in zip(*pair, strict=True))
            found[name] = Loss(totals[name], sum(map(len, gold)), torch.tensor(right)), written
        return found

    def predict(self, sentences: Sequence[TaggedSentence], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        answers = self.tagger.tag([sentence.words for sentence in sentences], heads)
        return {head: [answer[head] for answer in answers] for head in heads}

    def outcome(self) -> Outcome:
        self.tagger.repaired.clear()
        repaired: Counter[str] = Counter()  # of what is scored: not again of what is only asked how sure it is

        def predict(sentences: Sequence[TaggedSentence], heads: Sequence[str]) -> dict[str, list[list[str]]]:
            found = self.predict(sentences, heads)
            repaired.update(self.tagger.repaired)
            self.tagger.repaired.clear()
            return found

        outcome = tagged_outcome(self.tagged, predict, self.seen, self.tagger.tag_with_confidence)
        for head, count in (+repaired).items():  # those above 0
            trained, written = self.model.head(head).scheme, file_scheme(self.data[head])
            outcome.notes.append(f"{head}: {count} illegal {trained} tags were repaired before they were written as {written}.")
        return outcome

    def run_facts(self) -> dict[str, Any]:
        return {}


def fitted_hmm(parts: TaggedParts, head: str) -> HMMTagger:
    """The HMM tagger that a head pools, of its default options, fitted on the head's training part."""
    part, scheme = parts.kept[head], parts.schemes.get(head)
    tagger = HMMTagger(scheme=scheme if scheme in HMM_SCHEMES else None)
    return tagger.fit([sentence.words for sentence in part], parts.tags(head, part))


def loss_weights(heads: Mapping[str, TaskSettings]) -> dict[str, float]:
    """The weight of each head's loss, and of that of the neighbouring words where it has one."""
    own = {head: task.head.weight for head, task in heads.items()}
    return own | {f"{head} {SUFFIX}": task.head.language_model.weight for head, task in heads.items() if task.head.language_model.weight}
