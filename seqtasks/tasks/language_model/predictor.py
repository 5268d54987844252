"""A finished run of a language model, loaded to write and to score."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, overload

import torch

from seqtasks.errors import SeqtasksWarning, UsageError
from seqtasks.evaluation.score import Score
from seqtasks.inference.assets import load_language
from seqtasks.inference.scored import ScoredPair
from seqtasks.inference.writer import Writer
from seqtasks.nn.running import RunningState
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.answers import Answers
from seqtasks.tasks.contract import PredictionOptions, PredictorOptions
from seqtasks.tasks.given import Files, line_or_lines, list_of_lines, paths_of, refuse_text
from seqtasks.tasks.language_model.answers import Writings
from seqtasks.tasks.language_model.build import build_language_model
from seqtasks.tasks.language_model.checks import changed
from seqtasks.tasks.language_model.formats import in_form, refuse_language_model
from seqtasks.tasks.language_model.reading import read_texts
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.tasks.language_model.scores import encoded, judged, marks_apart, scores_of
from seqtasks.tasks.language_model.task import SIDE
from seqtasks.tasks.loaded_run import LoadedFrom, LoadedRun
from seqtasks.tasks.model_size import LOADED, refuse_too_large
from seqtasks.text.vocabulary import UNK
from seqtasks.training.devices import find_device
from seqtasks.training.weights import load_weights

CHUNK = 1000  # lines held at a time while streaming


class LanguageModelPredictor(LoadedRun):
    """A loaded language model."""

    task = "language_model"
    methods = ("write", "score")

    def __init__(self, directory: RunDirectory, recipe: LanguageModelRecipe, device: torch.device) -> None:
        self.recipe = recipe
        self.language = load_language(directory.text, SIDE, recipe.text)
        refuse_too_large(lambda: build_language_model(recipe, self.language.vocabulary), device, copies=LOADED)
        model = build_language_model(recipe, self.language.vocabulary)
        load_weights(model, directory.weights)
        self.model = model.to(device).eval()
        self.writer = Writer(self.model, self.language, recipe.decoding, device, text=recipe.data.context == "text")

    @overload
    def write(  # type: ignore[overload-overlap]  # a str is an iterable of str, too
        self,
        beginnings: str,
        *,
        length: int | None = None,
        samples: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Writings: ...

    @overload
    def write(
        self,
        beginnings: Iterable[str],
        *,
        length: int | None = None,
        samples: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Answers[Writings]: ...

    def write(
        self,
        beginnings: str | Iterable[str],
        *,
        length: int | None = None,
        samples: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Writings | Answers[Writings]:
        """The samples that go on from each beginning, a blank one being that of any sentence; of one beginning, given as a str, what a list
        of it gives for it.

        Keywords are keys of [decoding], instead of the run's. Raises RecipeError for a value that one does not take, UsageError for a
        beginning with line breaks in it, WrongTypeError for what is no text or list of texts.
        """
        given = line_or_lines("write", beginnings, name="beginning")
        asked = {"length": length, "samples": samples, "temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
        changes = {key: value for key, value in asked.items() if value is not None}
        answers = Answers(samples for _, samples in self.stream(given, decoding=changes))
        return answers[0] if isinstance(beginnings, str) else answers

    def stream(
        self, beginnings: Iterable[str], *, chunk: int = CHUNK, decoding: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[str, Writings]]:
        """(beginning, what was written on from it) in order, with a bounded number of lines in memory. decoding: as `load` takes it."""
        refuse_text("stream", beginnings, "write(text)")
        settings = changed(self.writer.settings, decoding) if decoding else None
        for first, some in chunks_of(beginnings, chunk):
            lines = list_of_lines("stream", some, single="write(text)", name="beginning")
            for line, samples in zip(lines, self.writer.write(lines, first=first, settings=settings), strict=True):
                found = Writings(samples)
                found.source = line
                yield line, found

    @overload
    def score(self, lines: str) -> ScoredPair: ...  # type: ignore[overload-overlap]

    @overload
    def score(self, lines: Iterable[str]) -> Answers[ScoredPair]: ...

    def score(self, lines: str | Iterable[str]) -> ScoredPair | Answers[ScoredPair]:
        """The log-probability of each line, token by token, the end of the sentence last, and nothing of a blank line; of one line, given
        as a str, what a list of it gives for it. Raises as `write` does, and warns (SeqtasksWarning) of marks with a space before them that
        it would know without.
        """
        given = line_or_lines("score", lines)
        answers = Answers(scored for _, scored in self.stream_line_scores(given))
        if apart := sum(self.marks_apart(line) for line, scored in zip(given, answers, strict=True) if UNK in scored.tokens):
            said = f"score: {apart} tokens are unknown for a space beside them, as in 'dog .'. Give text as it is written: 'dog.'"
            warnings.warn(said, SeqtasksWarning, stacklevel=2)
        return answers[0] if isinstance(lines, str) else answers

    def stream_line_scores(self, lines: Iterable[str], *, chunk: int = CHUNK) -> Iterator[tuple[str, ScoredPair]]:
        """(line, what the model says) in order, with a bounded number of lines in memory. Of a run with data.context = "text" the lines are
        one text: each is read after those before it.
        """
        refuse_text("stream_line_scores", lines, "score(text)")
        state: RunningState | None = None
        for _, given in chunks_of(lines, chunk):
            some = list_of_lines("stream_line_scores", given, single="score(text)")
            kept = [number for number, line in enumerate(some) if line.strip()]
            sentences = encoded([some[number] for number in kept], self.language)
            found = self.writer.score(sentences, state)
            state = found.state
            scored = [ScoredPair((), ()) for _ in some]
            for row, number in enumerate(kept):
                log_probs = found.log_probs_T[sentences.offsets[row] : sentences.offsets[row + 1]]
                scored[number] = ScoredPair(tuple(self.language.tokens(sentences[row].tolist())), tuple(log_probs.tolist()))
            yield from zip(some, scored, strict=True)

    def marks_apart(self, line: str) -> int:
        """How many tokens of a line it does not know only since a space parts them from a neighbour, as in "dog ."."""
        return marks_apart(line, self.language)

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Lines written on, in the form asked for. Raises UsageError for options of other kinds, and for more answers than samples."""
        refuse_language_model(options)
        if options.n_best > self.writer.settings.samples:
            raise UsageError(f"n_best {options.n_best} (--n-best) needs at least as many samples (--samples).")
        return in_form(self.stream(lines, chunk=options.chunk), options.form, answers_shown=options.n_best)

    def metrics(self, files: Files) -> dict[str, Any]:
        """The table "scores" of metrics.json for text files, each scored by itself."""
        return {"scores": [score.to_json() for score in self.evaluate(files)]}

    def evaluate(self, files: Files) -> list[Score]:
        """The scores of a text file, or of each of several. Raises WrongTypeError for what is no path, DataError for a blank file."""
        paths = paths_of("evaluate", files, one="a text file")
        if not paths:
            raise UsageError("evaluate needs a text file, or several; got none.")
        scores = []
        for path in paths:
            found, right = judged(self.writer, read_texts([path]).examples)
            scores += scores_of(found, right, self.recipe, self.language, split=path.name)
        return scores


def load_predictor(directory: RunDirectory, recipe: LanguageModelRecipe, options: PredictorOptions) -> LanguageModelPredictor:
    """The predictor of a finished run. Raises UsageError for options of other kinds of task."""
    if options.others:
        raise UsageError(f"{directory.path}: no translation run. Ensembles are of translation runs.")
    if options.precision == "bf16":
        raise UsageError(f"{directory.path}: a language model answers in float32. Leave precision 'bf16' out.")
    trained = recipe
    if options.decoding:
        recipe = recipe.model_copy(update={"decoding": changed(recipe.decoding, options.decoding)})
    predictor = LanguageModelPredictor(directory, recipe, find_device(options.device))
    predictor.loaded_from = LoadedFrom.of(load_predictor, directory, trained, options)
    return predictor


def chunks_of(lines: Iterable[str], size: int) -> Iterator[tuple[int, list[str]]]:
    """(number of the first, up to `size` lines)."""
    iterator, first = iter(lines), 0
    while some := list(islice(iterator, size)):
        yield first, some
        first += len(some)
