"""The tagging recipes of networks, with one head or several: from tagged sentences to a trained and scored model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from seqtasks.evaluation.tag_metrics import tag_metric
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.hmm_priors import LogPriors, log_priors_by_head, with_log_priors
from seqtasks.inference.tagger import Tagger, positions_of
from seqtasks.models.neighbours import SUFFIX
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.model_size import TRAINED, refuse_too_large
from seqtasks.tasks.neural import NeuralRunner, saved_text
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.mixture import Mixture
from seqtasks.tasks.tagging.nested import extents_of, unreachable_spans
from seqtasks.tasks.tagging.parts import TaggedParts, read_tagged_parts
from seqtasks.tasks.tagging.recipe import (
    MultitaskRecipe,
    NetworkRecipe,
    TaskSettings,
    data_of,
    file_scheme,
    head_scheme,
    output_schemes,
    tasks_of,
)
from seqtasks.tasks.tagging.scores import tagged_outcome
from seqtasks.text.batching import IGNORE, Batch, Batches, BatchPlan, in_order, span_targets, tagging_batch, with_spans
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.tags import NESTED, spans_of
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.loop import DevResult
from seqtasks.training.objectives import Loss, tagging_objective

if TYPE_CHECKING:
    from seqtasks.tasks.vectors import VectorCoverage

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

    def batch(self, positions: np.ndarray) -> Batch:
        batch = with_spans(tagging_batch(self.forms, self.words, positions, self.targets, self.name), positions, self.spans)
        return with_log_priors(batch, positions, self.log_priors)


class TaggingTask:
    """A tagging recipe with its data read and its model built.

    assets: those of an earlier run; where there is none, vocabularies are learned from the training parts.
    """

    def __init__(self, recipe: NetworkRecipe, locations: DataLocations, device: torch.device, assets: TaggingAssets | None = None) -> None:
        self.recipe = recipe
        self.device = device
        self.data = data_of(recipe)
        self.heads = tasks_of(recipe)
        self.weights: Mapping[str, float] = loss_weights(self.heads)
        self.coverage: VectorCoverage | None = None
        self.tagged = self.read(locations)
        self.parts, self.notes, self.selected_on = self.tagged.facts, self.tagged.notes, self.tagged.selected_on
        self.assets = self.learn(assets)
        self.train, self.dev, self.mixture = self.encode()
        vectors = self.vectors() if assets is None else None
        refuse_too_large(lambda: build_tagging(recipe, self.assets), device, copies=TRAINED)
        self.model = build_tagging(recipe, self.assets, vectors, self.word_counts()).to(device)
        self.objective = tagging_objective(label_smoothing=recipe.training.label_smoothing)
        self.tagger = Tagger(self.model, self.assets, device, output_schemes(self.data))

    def read(self, locations: DataLocations) -> TaggedParts:
        """The parts of every head."""
        schemes = {head: scheme for head, task in self.heads.items() if (scheme := head_scheme(task))}
        return read_tagged_parts(self.data, locations, select_by=self.recipe.training.select_by, schemes=schemes)

    def learn(self, assets: TaggingAssets | None) -> TaggingAssets:
        """Vocabularies, labels, and the HMM taggers that heads pool, from the training parts only; what they cannot answer is noted."""
        training = self.tagged.training_words()
        inventories, extents = self.tagged.inventories(), extents_of(self.tagged)
        learned = assets.after(training) if assets else TaggingAssets.learn(training, inventories, self.recipe.words, extents)
        hmms = {head: fitted_hmm(self.tagged, head) for head, task in self.heads.items() if task.head.hmm}
        learned = replace(learned, hmms=hmms)
        self.tagged.check_labels(learned.labels)
        self.notes += unreachable_spans(self.tagged, self.heads, learned.extents)
        return learned

    def encode(self) -> tuple[list[EncodedTags], list[EncodedTags], Mixture]:
        """The training parts and the watched parts of every corpus as numbers, and how batches of the former are mixed."""
        settings, corpora = self.recipe.training, self.tagged.corpora
        train = [self.encoded(heads, self.tagged.kept, {}) for heads in corpora]
        dev = [self.encoded(heads, self.tagged.watched, self.assets.hmms) for heads in corpora if self.tagged.watched[heads[0]]]
        plans = [
            BatchPlan(part.words.lengths, tokens=settings.batch_tokens, sort_window=settings.sort_window, seed=settings.seed)
            for part in train
        ]
        smoothing = self.recipe.smoothing if isinstance(self.recipe, MultitaskRecipe) else 1.0
        return train, dev, Mixture(plans, smoothing=smoothing, seed=settings.seed)

    def encoded(self, heads: Sequence[str], parts: Mapping[str, Sequence[TaggedSentence]], hmms: Mapping[str, HMMTagger]) -> EncodedTags:
        """The part of heads that read the same sentences, with the log_priors of these HMM taggers on it."""
        part = parts[heads[0]]
        words = [sentence.words for sentence in part]
        log_priors = log_priors_by_head({head: hmms[head] for head in heads if head in hmms}, words, self.assets.labels)
        return EncodedTags(part, heads, self.tagged, self.assets, log_priors)

    def word_counts(self) -> torch.Tensor:
        """How often each word of the vocabulary stands in the training parts, [V]."""
        ids = [part.forms.word_ids[part.words.values] for part in self.train]
        return torch.from_numpy(np.bincount(np.concatenate(ids), minlength=len(self.assets.words)))

    def vectors(self) -> torch.Tensor | None:
        """Pretrained vectors for the vocabulary; words without one are drawn as other words are."""
        if not self.recipe.words.vectors:
            return None
        from seqtasks.tasks.vectors import more_data_note, vectors_for

        parts = {"train": self.tagged.training_words(), "dev": self.tagged.dev_words()}
        table, self.coverage = vectors_for(self.recipe.words, self.assets.words, {name: part for name, part in parts.items() if part})
        self.notes += [*self.coverage.notes(), more_data_note(self.recipe.words.vectors)]
        return table

    @property
    def trunk_words(self) -> Vocabulary:
        return self.assets.words

    def epoch(self, number: int) -> Batches:
        """The batches of every corpus in an epoch, in order."""
        return Batches(self.mixture.epoch(number), self.batch)

    def batch(self, item: tuple[int, np.ndarray]) -> Batch:
        corpus, positions = item
        return self.train[corpus].batch(positions)

    @torch.inference_mode()
    def watch(self, part: EncodedTags) -> dict[str, tuple[Loss, list[list[str]]]]:
        """For each head of a part the loss and the right words, and the answers: the model reads it once."""
        self.model.eval()
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

    def score_dev(self) -> DevResult | None:
        """Loss, accuracy and entity F1 over the watched parts, and the measure that weights are selected by: its mean over the heads.

        Of a head whose tags are no spans, the accuracy stands for a measure of spans.
        """
        if not self.dev:
            return None
        select_by = self.recipe.training.select_by
        names = dict.fromkeys(("accuracy", "f1", *([] if select_by in ("loss", "last") else [select_by])))
        watched = {head: found for part in self.dev for head, found in self.watch(part).items()}
        gold = {head: tags for part in self.dev for head, tags in part.gold.items()}
        terms = {head: term for head, (term, _) in watched.items()}
        scores, values = {}, []
        for name, head in product(names, watched):
            metric, scheme = tag_metric(name), file_scheme(self.data[head])
            if scheme is not None or not metric.of_spans:
                scores[f"{head} {name}"] = metric.value(gold[head], watched[head][1], scheme)
        for head in watched:
            values.append(signed(select_by, scores[by]) if (by := f"{head} {select_by}") in scores else scores[f"{head} accuracy"])
        loss = sum(self.weights[head] * float(term.mean) for head, term in terms.items())
        accuracy = 100 * float(sum(term.correct for term in terms.values())) / max(1, sum(term.count for term in terms.values()))
        value = -loss if select_by == "loss" else float(np.mean(values))
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None)

    def predict(self, sentences: Sequence[TaggedSentence], heads: Sequence[str]) -> dict[str, list[list[str]]]:
        answers = self.tagger.tag([sentence.words for sentence in sentences], heads)
        return {head: [answer[head] for answer in answers] for head in heads}

    def outcome(self) -> Outcome:
        self.tagger.repaired.clear()
        outcome = tagged_outcome(self.tagged, self.predict, self.assets.seen)
        for head, count in (+self.tagger.repaired).items():  # those above 0
            trained, written = self.model.head(head).scheme, file_scheme(self.data[head])
            outcome.notes.append(f"{head}: {count} illegal {trained} tags were repaired before they were written as {written}.")
        return outcome

    def run_facts(self) -> dict[str, Any]:
        """How much of the data the pretrained vectors cover, where there are any."""
        return {"vectors": asdict(self.coverage)} if self.coverage else {}

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)


def fitted_hmm(parts: TaggedParts, head: str) -> HMMTagger:
    """The HMM tagger that a head pools, of its default options, fitted on the head's training part."""
    part, scheme = parts.kept[head], parts.schemes.get(head)
    tagger = HMMTagger(scheme=scheme if scheme in HMM_SCHEMES else None)
    return tagger.fit([sentence.words for sentence in part], parts.tags(head, part))


def loss_weights(heads: Mapping[str, TaskSettings]) -> dict[str, float]:
    """The weight of each head's loss, and of that of the neighbouring words where it has one."""
    own = {head: task.head.weight for head, task in heads.items()}
    return own | {f"{head} {SUFFIX}": task.head.language_model.weight for head, task in heads.items() if task.head.language_model.weight}


def signed(name: str, value: float) -> float:
    """A measure's value so that more is better."""
    return -value if tag_metric(name).lower_is_better else value


def tagging_runner(recipe: NetworkRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; vocabularies come from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    assets = TaggingAssets.load(folder, tasks_of(recipe)) if folder else None
    return NeuralRunner(recipe, lambda where: TaggingTask(recipe, locations, where, assets), device=device)
