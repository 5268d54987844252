"""The recipe of a language model: from lines of text to a trained and scored model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seqtasks.diagnosis.observations.evidence import Evidence
from seqtasks.diagnosis.shared_sentences import shared_sentences
from seqtasks.evaluation.language_metrics import LANGUAGE_METRICS
from seqtasks.inference.assets import learn_language, load_language, save_language
from seqtasks.inference.writer import Writer
from seqtasks.models.language_model import NEXT
from seqtasks.tasks.language_model.build import build_language_model
from seqtasks.tasks.language_model.reading import read_text_part
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.tasks.language_model.scores import encoded, judged, scores_of
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.model_size import TRAINED, refuse_too_large
from seqtasks.tasks.neural import NeuralRunner, saved_text
from seqtasks.tasks.outcome import HeldOutExample, Outcome, PartFacts
from seqtasks.tasks.selection import example_split, five_positions, probe_positions, select_parts
from seqtasks.text.batching import Batch, Batches, BatchPlan
from seqtasks.text.language_batches import Stretches, sentence_batch, turned
from seqtasks.text.vocabulary import Language, Vocabulary
from seqtasks.training.label_entropy import label_entropy
from seqtasks.training.language_objectives import TextObjective, sentence_objective
from seqtasks.training.loop import DevResult, ProbeResult

SIDE = "words"  # what the vocabulary's files are called in a run directory


class LanguageModelTask:
    """A language model's recipe with its data read and its model built.

    language: of an earlier run; where there is none, tokenizer and vocabulary are learned from the training part.
    """

    weights: Mapping[str, float] = {}

    def __init__(
        self, recipe: LanguageModelRecipe, locations: DataLocations, device: torch.device, language: Language | None = None
    ) -> None:
        self.recipe = recipe
        self.notes: list[str] = []
        lines, self.watched = self.read(locations)
        self.language = language or learn_language(lines, recipe.text)
        self.sentences = encoded(lines, self.language)
        chosen = probe_positions(len(lines))
        self.lines = lines
        self.probed = lines[: len(chosen)] if recipe.data.context == "text" else [lines[position] for position in chosen]
        refuse_too_large(lambda: build_language_model(recipe, self.language.vocabulary), device, copies=TRAINED)
        self.model = build_language_model(recipe, self.language.vocabulary).to(device)
        smoothing = recipe.training.label_smoothing
        self.carried = TextObjective(label_smoothing=smoothing) if recipe.data.context == "text" else None
        self.objective = self.carried or sentence_objective(label_smoothing=smoothing)
        self.writer = Writer(self.model, self.language, recipe.decoding, device, text=recipe.data.context == "text")

    def read(self, locations: DataLocations) -> tuple[list[str], list[str]]:
        """The lines that are trained on and those that are watched meanwhile; `scored` are those of every reported part."""
        corpora = read_parts(self.recipe.data, locations, read_text_part)
        self.parts = [PartFacts(split, corpus.path, len(corpus), corpus.checksum) for split, corpus in corpora.items()]
        self.notes += [note for corpus in corpora.values() for note in corpus.all_notes]
        train = corpora["train"].examples
        chosen = select_parts(train, has_dev="dev" in corpora, has_test="test" in corpora, select_by=self.recipe.training.select_by)
        self.selected_on = chosen.selected_on
        self.notes += chosen.notes
        kept, held_out = [[train[position] for position in part] for part in (chosen.kept, chosen.held_out)]
        self.scored: dict[str, list[str]] = {split: part.examples for split, part in corpora.items() if split != "train"}
        if not self.scored:
            self.scored = {"dev": held_out}
        return kept, held_out or self.scored.get("dev", [])

    @property
    def label_entropy(self) -> float:
        """Of the tokens of the training lines."""
        return label_entropy(self.sentences.values)

    @property
    def trunk_words(self) -> Vocabulary:
        return self.language.vocabulary

    def epoch(self, number: int) -> Sequence[Batch]:
        """The batches of an epoch: sentences by length, or the text from a sentence on that the epoch chooses, stretch by stretch."""
        settings, vocabulary = self.recipe.training, self.language.vocabulary
        if self.recipe.data.context == "text":
            return Stretches(
                turned(self.sentences, seed=settings.seed, epoch=number),
                columns=max(1, settings.batch_tokens // settings.bptt),
                length=settings.bptt,
                bos=vocabulary.bos,
                eos=vocabulary.eos,
                name=NEXT,
            )
        plan = BatchPlan(self.sentences.lengths, tokens=settings.batch_tokens, sort_window=settings.sort_window, seed=settings.seed)
        return Batches(plan.epoch(number), partial(self.batch, self.sentences))

    def batch(self, sentences: Any, positions: np.ndarray) -> Batch:
        return sentence_batch(sentences, positions, bos=self.language.vocabulary.bos, name=NEXT)

    def score_dev(self) -> DevResult | None:
        """Loss, accuracy and perplexity of what is watched, and the measure that weights are selected by."""
        if not self.watched:
            return None
        found, right = judged(self.writer, self.watched)
        select_by, tokens = self.recipe.training.select_by, int(found.tokens_N.sum())
        loss, accuracy = float(found.nats_N.sum()) / max(1, tokens), 100 * right / max(1, tokens)
        names = dict.fromkeys(["perplexity", *([select_by] if select_by in LANGUAGE_METRICS else [])])
        scores = {name: LANGUAGE_METRICS[name].value(found) for name in names}
        value = {"loss": -loss, "accuracy": accuracy, "last": 0.0, **{name: -score for name, score in scores.items()}}[select_by]
        return DevResult(loss, accuracy, scores, value if self.selected_on != "nothing" else None, tokens)

    def score_probe(self) -> ProbeResult:
        """Loss and accuracy of a sample of the training lines, as `score_dev` finds them; of a text it is the beginning."""
        found, right = judged(self.writer, self.probed)
        tokens = max(1, int(found.tokens_N.sum()))
        return ProbeResult(float(found.nats_N.sum()) / tokens, 100 * right / tokens)

    def evidence(self) -> Evidence:
        """What the parts share with training."""
        parts = {split: [(tuple(line.split()), number) for number, line in enumerate(lines, 1)] for split, lines in self.scored.items()}
        return Evidence(shared_sentences([tuple(line.split()) for line in self.lines], parts))

    def outcome(self) -> Outcome:
        """Scores of every part that is reported, the log-probability of each of its lines, and beginnings as the model goes on."""
        outcome = Outcome()
        for split, lines in self.scored.items():
            found, right = judged(self.writer, lines)
            outcome.scores += scores_of(found, right, self.recipe, self.language, split=split)
            outcome.predictions[f"{split}.log-probabilities"] = "".join(f"{-nats:.4f}\n" for nats in found.nats_N)
            if split == example_split(list(self.scored)):
                outcome.examples = self.examples([lines[position] for position in five_positions(len(lines))])
        return outcome

    def examples(self, lines: Sequence[str]) -> list[HeldOutExample]:
        """The first half of each line, how the model goes on from there, and the line itself."""
        beginnings = [" ".join(words[: (len(words) + 1) // 2]) for words in map(str.split, lines)]
        written = self.writer.write(beginnings)
        return [HeldOutExample(begin, best[0].text, line) for begin, best, line in zip(beginnings, written, lines, strict=True)]

    def run_facts(self) -> dict[str, Any]:
        return {}

    def save_assets(self, folder: Path) -> None:
        save_language(self.language, folder, SIDE)


def language_model_runner(recipe: LanguageModelRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; the vocabulary comes from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    language = load_language(folder, SIDE, recipe.text) if folder else None
    return NeuralRunner(recipe, lambda where: LanguageModelTask(recipe, locations, where, language), device=device)
