"""A finished run of a language model, loaded to write and to score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from seqtasks.errors import UsageError
from seqtasks.evaluation.score import Score
from seqtasks.inference.assets import load_language
from seqtasks.inference.translator import ScoredPair
from seqtasks.inference.writer import Writer, Written
from seqtasks.nn.running import RunningState
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictionOptions, PredictorOptions
from seqtasks.tasks.language_model.build import build_language_model
from seqtasks.tasks.language_model.checks import changed
from seqtasks.tasks.language_model.formats import in_form, refuse_language_model
from seqtasks.tasks.language_model.reading import read_texts
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.tasks.language_model.scores import encoded, judged, scores_of
from seqtasks.tasks.language_model.task import SIDE
from seqtasks.tasks.model_size import LOADED, refuse_too_large
from seqtasks.training.devices import find_device
from seqtasks.training.weights import load_weights

CHUNK = 1000  # lines held at a time while streaming


class LanguageModelPredictor:
    """A loaded language model."""

    task = "language_model"

    def __init__(self, directory: RunDirectory, recipe: LanguageModelRecipe, device: torch.device) -> None:
        self.recipe = recipe
        self.language = load_language(directory.text, SIDE, recipe.text)
        refuse_too_large(lambda: build_language_model(recipe, self.language.vocabulary), device, copies=LOADED)
        model = build_language_model(recipe, self.language.vocabulary)
        load_weights(model, directory.weights)
        self.model = model.to(device).eval()
        self.writer = Writer(self.model, self.language, recipe.decoding, device, text=recipe.data.context == "text")

    def write(self, beginnings: Sequence[str]) -> list[list[Written]]:
        """The samples that go on from each beginning; a blank one is the beginning of any sentence."""
        if isinstance(beginnings, str):
            raise TypeError("write takes a list of beginnings; put the one beginning into a list")
        return [answers for _, answers in self.stream(beginnings)]

    def stream(self, beginnings: Iterable[str], *, chunk: int = CHUNK) -> Iterator[tuple[str, list[Written]]]:
        """(beginning, what was written on from it) in order, with a bounded number of lines in memory."""
        for first, some in chunks_of(beginnings, chunk):
            yield from zip(some, self.writer.write(some, first=first), strict=True)

    def score(self, lines: Sequence[str]) -> list[ScoredPair]:
        """The log-probability of each line, token by token, the end of the sentence last; nothing of a blank line."""
        if isinstance(lines, str):
            raise TypeError("score takes a list of lines; put the one line into a list")
        return [scored for _, scored in self.stream_line_scores(lines)]

    def stream_line_scores(self, lines: Iterable[str], *, chunk: int = CHUNK) -> Iterator[tuple[str, ScoredPair]]:
        """(line, what the model says) in order, with a bounded number of lines in memory. Of a run with data.context = "text" the lines are
        one text: each is read after those before it.
        """
        state: RunningState | None = None
        for _, some in chunks_of(lines, chunk):
            kept = [number for number, line in enumerate(some) if line.strip()]
            sentences = encoded([some[number] for number in kept], self.language)
            found = self.writer.score(sentences, state)
            state = found.state
            scored = [ScoredPair((), ()) for _ in some]
            for row, number in enumerate(kept):
                log_probs = found.log_probs_T[sentences.offsets[row] : sentences.offsets[row + 1]]
                scored[number] = ScoredPair(tuple(self.language.tokens(sentences[row].tolist())), tuple(log_probs.tolist()))
            yield from zip(some, scored, strict=True)

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Lines written on, in the form asked for. Raises UsageError for options of other kinds, and for more answers than samples."""
        refuse_language_model(options)
        if options.n_best > self.writer.settings.samples:
            raise UsageError(f"n_best {options.n_best} (--n-best) needs at least as many samples (--samples).")
        return in_form(self.stream(lines, chunk=options.chunk), options.form, answers_shown=options.n_best)

    def metrics(self, files: Sequence[Path]) -> dict[str, Any]:
        """The table "scores" of metrics.json for text files, each scored by itself."""
        return {"scores": [score.to_json() for score in self.evaluate(files)]}

    def evaluate(self, files: Sequence[Path]) -> list[Score]:
        """The scores of each text file."""
        scores = []
        for path in files:
            found, right = judged(self.writer, read_texts([path]).examples)
            scores += scores_of(found, right, self.recipe, self.language, split=path.name)
        return scores


def load_predictor(directory: RunDirectory, recipe: LanguageModelRecipe, options: PredictorOptions) -> LanguageModelPredictor:
    """The predictor of a finished run. Raises UsageError for options of other kinds of task."""
    if options.others:
        raise UsageError(f"{directory.path}: no translation run. Ensembles are of translation runs.")
    if options.precision == "bf16":
        raise UsageError(f"{directory.path}: a language model answers in float32. Leave precision 'bf16' out.")
    if options.decoding:
        recipe = recipe.model_copy(update={"decoding": changed(recipe.decoding, options.decoding)})
    return LanguageModelPredictor(directory, recipe, find_device(options.device))


def chunks_of(lines: Iterable[str], size: int) -> Iterator[tuple[int, list[str]]]:
    """(number of the first, up to `size` lines)."""
    iterator, first = iter(lines), 0
    while some := list(islice(iterator, size)):
        yield first, some
        first += len(some)
