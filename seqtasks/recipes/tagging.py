"""The tagging recipes, with one head or several: from tagged sentences to a trained and scored model."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from seqtasks.errors import DataError, UsageError
from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.score import Score
from seqtasks.evaluation.spans import entity_scores
from seqtasks.recipes.assets import TaggingAssets
from seqtasks.recipes.build import build_tagging, file_scheme
from seqtasks.recipes.job import HeldOutExample, Outcome, PartFacts, example_split, five_positions, select_parts
from seqtasks.recipes.names import tasks_of
from seqtasks.recipes.parts import Place, read_parts, read_tagged_part
from seqtasks.recipes.schema import MultitaskRecipe, TaggingRecipe, TaskSettings
from seqtasks.recipes.tagger import Tagger, positions_of
from seqtasks.text.batching import IGNORE, Batch, BatchPlan, in_order, tagging_batch
from seqtasks.text.corpora.examples import TaggedSentence
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.tags import OUTSIDE
from seqtasks.training.loop import DevResult
from seqtasks.training.objectives import Term, tagging_objective

DEV_TOKENS = 4000


class EncodedTags:
    """A part of one task, encoded once. Labels that training has not seen are -100: no model can be right there."""

    def __init__(self, sentences: Sequence[TaggedSentence], layer: str, head: str, assets: TaggingAssets) -> None:
        self.sentences = sentences
        self.head = head
        self.gold = [list(sentence.tags[layer]) for sentence in sentences]
        self.forms, self.words = FormTable.build([sentence.words for sentence in sentences], assets.words, assets.characters)
        self.targets = Ragged.from_lists(positions_of(assets.labels[head], self.gold, IGNORE))

    def batch(self, positions: np.ndarray) -> Batch:
        return tagging_batch(self.forms, self.words, positions, {self.head: self.targets}, self.head)


class TaggingJob:
    """A tagging recipe with its data read and its model built."""

    def __init__(
        self, recipe: TaggingRecipe | MultitaskRecipe, place: Place, device: torch.device, assets: TaggingAssets | None = None
    ) -> None:
        self.recipe = recipe
        self.device = device
        self.tasks = tasks_of(recipe)
        self.parts: list[PartFacts] = []
        self.notes: list[str] = []
        self.selected_on = ""
        self.scored: dict[str, dict[str, Sequence[TaggedSentence]]] = {}
        kept, watched = self.read_tasks(place)
        training = [sentence.words for sentences in kept.values() for sentence in sentences]
        self.assets = assets.after(training) if assets else TaggingAssets.learn(training, self.inventories(kept), recipe.words)
        self.check_labels(kept)
        self.train = {head: EncodedTags(part, self.layer(head), head, self.assets) for head, part in kept.items()}
        self.dev = {head: EncodedTags(part, self.layer(head), head, self.assets) for head, part in watched.items() if part}
        settings = recipe.training
        self.plans = {
            head: BatchPlan(part.words.lengths, tokens=settings.batch_tokens, pool=settings.pool, seed=settings.seed)
            for head, part in self.train.items()
        }
        self.model = build_tagging(recipe, self.assets, self.vectors() if assets is None else None).to(device)
        self.objective = tagging_objective(label_smoothing=settings.label_smoothing)
        self.plain_objective = tagging_objective(label_smoothing=0.0)
        self.tagger = Tagger(self.model, self.assets, device)
        self.weights: Mapping[str, float] = {head: task.head.weight for head, task in self.tasks.items()}

    def layer(self, head: str) -> str:
        return self.tasks[head].data.layer

    def scheme(self, head: str) -> str | None:
        return file_scheme(self.tasks[head].data)

    def read_tasks(self, place: Place) -> tuple[dict[str, list[TaggedSentence]], dict[str, list[TaggedSentence]]]:
        """What each task is trained on, and what is watched while it trains."""
        kept, watched, selected_on = {}, {}, {}
        for head, task in self.tasks.items():
            corpora = read_parts(task.data, place, read_tagged_part)
            self.parts += [
                PartFacts(f"{head} {split}" if len(self.tasks) > 1 else split, corpus.path, len(corpus), corpus.checksum)
                for split, corpus in corpora.items()
            ]
            train = corpora["train"]
            chosen = select_parts(
                len(train), has_dev="dev" in corpora, has_test="test" in corpora, select_by=self.recipe.training.select_by
            )
            for note in [note for corpus in corpora.values() for note in corpus.notes] + chosen.notes:
                if note not in self.notes:
                    self.notes.append(note)
            selected_on[head] = chosen.selected_on
            kept[head] = [train[position] for position in chosen.kept]
            held_out = [train[position] for position in chosen.held_out]
            self.scored[head] = {split: corpus.examples for split, corpus in corpora.items() if split != "train"} or {"dev": held_out}
            watched[head] = held_out or list(self.scored[head].get("dev", ()))
        one = len(set(selected_on.values())) == 1
        self.selected_on = next(iter(selected_on.values())) if one else "; ".join(f"{part} ({head})" for head, part in selected_on.items())
        return kept, watched

    def inventories(self, kept: Mapping[str, Sequence[TaggedSentence]]) -> dict[str, list[str]]:
        """The labels of each head, from its training part only."""
        return {head: sorted({tag for sentence in part for tag in sentence.tags[self.layer(head)]}) for head, part in kept.items()}

    def check_labels(self, kept: Mapping[str, Sequence[TaggedSentence]]) -> None:
        """Count labels that stand only outside train; refuse parts that have no label in common with it."""
        for head, labels in self.assets.labels.items():
            for split, part in {"train": kept[head], **self.scored[head]}.items():
                found = {tag for sentence in part for tag in sentence.tags[self.layer(head)]}
                new = sorted(found - set(labels))
                if found - {OUTSIDE} and not (found - {OUTSIDE}) & (set(labels) - {OUTSIDE}):
                    name = f"{head} {split}" if len(self.tasks) > 1 else split
                    path = next((facts.path for facts in self.parts if facts.split == name), split)
                    raise DataError(
                        path,
                        0,
                        f"labels {', '.join(new[:5])} ... of {head}, none of them among the trained {', '.join(labels[:5])} ...",
                        "Check the column, the layer and the tag scheme",
                    )
                if new and split == "train":
                    raise UsageError(f"{head}: the run to go on from has no labels {', '.join(new[:5])}. Train anew instead of --from.")
                if new:
                    count = sum(tag in new for sentence in part for tag in sentence.tags[self.layer(head)])
                    self.notes.append(
                        f"{head} {split}: {count} words have labels that train lacks ({', '.join(new[:5])}): scored as wrong."
                    )

    def vectors(self) -> torch.Tensor | None:
        """Pretrained vectors for the vocabulary; words without one are drawn as other words are."""
        if not self.recipe.words.vectors:
            return None
        from seqtasks.recipes.vectors import vectors_for

        table, note = vectors_for(self.recipe.words.vectors, self.assets.words, self.recipe.words.size)
        self.notes.append(note)
        return table

    def epoch(self, number: int) -> list[tuple[str, np.ndarray]]:
        """Every task's batches, mixed by a draw of their own."""
        items = [(head, positions) for head, plan in self.plans.items() for positions in plan.epoch(number)]
        if len(self.plans) == 1:
            return items
        order = np.random.default_rng([self.recipe.training.seed, number]).permutation(len(items))
        return [items[position] for position in order]

    def batch(self, item: tuple[str, np.ndarray]) -> Batch:
        head, positions = item
        return self.train[head].batch(positions)

    @torch.inference_mode()
    def forced(self, part: EncodedTags) -> Term:
        """Loss and right words over a part."""
        self.model.eval()
        total, count, correct = torch.zeros(()), 0, torch.zeros((), dtype=torch.long)
        for positions in in_order(part.words.lengths, DEV_TOKENS):
            term = self.plain_objective(self.model, part.batch(positions).to(self.device), 0)[part.head]
            total, count, correct = total + term.sum.cpu(), count + term.count, correct + term.correct.cpu()
        return Term(total, count, correct)

    def score_dev(self) -> DevResult | None:
        """Loss and accuracy over the watched parts, entity F1 where tags are spans; means over the heads decide."""
        if not self.dev:
            return None
        terms = {head: self.forced(part) for head, part in self.dev.items()}
        scores = {f"{head} accuracy": 100 * float(term.correct) / max(1, term.count) for head, term in terms.items()}
        chosen = dict(scores)
        for head, part in self.dev.items():
            scheme = self.scheme(head)
            if scheme:
                report = entity_scores(part.gold, self.predict(part.sentences, head), scheme=scheme, split="dev", head=head, samples=0)
                scores[f"{head} f1"] = report.scores[0].value
                chosen[f"{head} accuracy"] = scores[f"{head} f1"] if self.recipe.training.select_by == "f1" else chosen[f"{head} accuracy"]
        loss = sum(self.weights[head] * float(term.mean) for head, term in terms.items())
        accuracy = 100 * float(sum(term.correct for term in terms.values())) / max(1, sum(term.count for term in terms.values()))
        value = -loss if self.recipe.training.select_by == "loss" else float(np.mean(list(chosen.values())))
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None)

    def predict(self, sentences: Sequence[TaggedSentence], head: str) -> list[list[str]]:
        return [answer[head] for answer in self.tagger.tag([sentence.words for sentence in sentences], (head,))]

    def outcome(self) -> Outcome:
        """Scores, tagged sentences and examples of every part that is reported."""
        outcome = Outcome()
        for head, parts in self.scored.items():
            for split, sentences in parts.items():
                predicted = self.predict(sentences, head)
                scores, notes = score_tags(sentences, predicted, self.tasks[head], split, head, self.assets.seen)
                outcome.scores += scores
                outcome.notes += notes
                name = f"{split}.conll" if len(self.scored) == 1 else f"{head}-{split}.conll"
                outcome.predictions[name] = columns(sentences, self.layer(head), predicted)
                if split == example_split(list(parts)):
                    outcome.examples += [
                        example(sentences[position], self.layer(head), predicted[position]) for position in five_positions(len(sentences))
                    ]
        return outcome

    def save_assets(self, folder: Path) -> None:
        self.assets.save(folder)


def score_tags(
    sentences: Sequence[TaggedSentence],
    predicted: Sequence[Sequence[str]],
    task: TaskSettings,
    split: str,
    head: str,
    known: Container[str],
) -> tuple[list[Score], list[str]]:
    """Every score of tags against gold, and lines on illegal tags and kinds of errors."""
    gold = [sentence.tags[task.data.layer] for sentence in sentences]
    words = [sentence.words for sentence in sentences]
    scores = token_accuracy(gold, predicted, words, known, split=split, head=head)
    scheme = file_scheme(task.data)
    if scheme is None:
        return scores, []
    report = entity_scores(gold, predicted, scheme=scheme, split=split, head=head)
    note = (
        f"{split} {head}: {report.illegal} illegal tags predicted; {report.boundary_errors} boundary errors, "
        f"{report.type_errors} type errors, {report.missed} missed, {report.spurious} spurious."
    )
    return [*report.scores, *scores], [note]


def columns(sentences: Sequence[TaggedSentence], layer: str, predicted: Sequence[Sequence[str]]) -> str:
    """Word, gold tag and predicted tag, tab-separated; a blank line after each sentence."""
    blocks = []
    for sentence, tags in zip(sentences, predicted, strict=True):
        blocks.append(
            "".join(f"{word}\t{gold}\t{tag}\n" for word, gold, tag in zip(sentence.words, sentence.tags[layer], tags, strict=True))
        )
    return "\n".join(blocks) + "\n"


def example(sentence: TaggedSentence, layer: str, tags: Sequence[str]) -> HeldOutExample:
    return HeldOutExample(" ".join(sentence.words), joined(sentence.words, tags), joined(sentence.words, sentence.tags[layer]))


def joined(words: Sequence[str], tags: Sequence[str]) -> str:
    """word/TAG word/TAG, with O left out."""
    return " ".join(word if tag == "O" else f"{word}/{tag}" for word, tag in zip(words, tags, strict=True))
