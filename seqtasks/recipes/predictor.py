"""A finished run, loaded to answer: `load(RUN_DIR)`. The command line, Python and a server share this one path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.evaluation.score import Score
from seqtasks.recipes.assets import TaggingAssets, TranslationAssets
from seqtasks.recipes.build import build_tagging, build_translation
from seqtasks.recipes.corpus_check import SUFFIXES
from seqtasks.recipes.names import tasks_of
from seqtasks.recipes.parts import read_tagged_file, refuse_empty
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.recipes.schema import MultitaskRecipe, TaggingRecipe, TranslationRecipe
from seqtasks.recipes.tagger import Tagger
from seqtasks.recipes.tagging import score_tags
from seqtasks.recipes.translation import score_pairs
from seqtasks.recipes.translator import Translation, Translator
from seqtasks.text.corpora.parallel import read_pairs, read_parallel
from seqtasks.text.tokenizers import plain_words
from seqtasks.training.devices import find_device
from seqtasks.training.weights import load_weights

CHUNK = 1000  # lines held at a time while streaming


@dataclass(frozen=True)
class TaggedLine:
    """A line's words and, by head, their tags."""

    words: tuple[str, ...]
    tags: dict[str, list[str]]


class TranslationPredictor:
    """A loaded translation run."""

    task = "translation"

    def __init__(self, directory: RunDirectory, recipe: TranslationRecipe, device: torch.device) -> None:
        assets = TranslationAssets.load(directory.text, recipe.text)
        model = build_translation(recipe, assets)
        load_weights(model, directory.weights)
        self.recipe = recipe
        self.translator = Translator(model.to(device).eval(), assets, recipe.decoding, device)

    def translate(self, lines: Sequence[str], *, beams: int | None = None, n_best: int = 1) -> list[list[Translation]]:
        """The n best translations of each line, best first; a blank line gives one blank translation."""
        if isinstance(lines, str):
            raise TypeError("translate takes a list of lines; put the one line into a list")
        return self.translator.translate(lines, beams=beams, n_best=n_best)

    def stream(
        self, lines: Iterable[str], *, beams: int | None = None, n_best: int = 1, chunk: int = CHUNK
    ) -> Iterator[tuple[str, list[Translation]]]:
        """(line, its translations) in order, with a bounded number of lines in memory."""
        for some in chunks(lines, chunk):
            yield from zip(some, self.translate(some, beams=beams, n_best=n_best), strict=True)

    def evaluate(self, files: Sequence[Path]) -> list[Score]:
        """The scores of a source and a target file, or of one TSV file of pairs."""
        if not 1 <= len(files) <= 2:
            raise UsageError(f"evaluate needs a source and a target file, or one TSV file; got {len(files)} files.")
        pairs = refuse_empty(read_parallel(*files) if len(files) == 2 else read_pairs(files[0]))
        return score_pairs(self.translator, pairs.examples, split=files[0].name, language=self.recipe.data.target)[0]


class TaggingPredictor:
    """A loaded tagging run, with one head or several."""

    task = "tagging"

    def __init__(self, directory: RunDirectory, recipe: TaggingRecipe | MultitaskRecipe, device: torch.device) -> None:
        self.recipe = recipe
        self.tasks = tasks_of(recipe)
        assets = TaggingAssets.load(directory.text, self.tasks)
        model = build_tagging(recipe, assets)
        load_weights(model, directory.weights)
        self.tagger = Tagger(model.to(device).eval(), assets, device)

    def tag(self, text: str | Sequence[str] | Sequence[Sequence[str]]) -> list[TaggedLine]:
        """Tags for a line of raw text, for the words of one sentence, or for a batch of sentences of words."""
        if isinstance(text, str):
            return self.tag_sentences([plain_words(text)])
        if text and isinstance(text[0], str):
            return self.tag_sentences([[str(word) for word in text]])
        return self.tag_sentences([list(words) for words in text])

    def tag_sentences(self, sentences: Sequence[Sequence[str]]) -> list[TaggedLine]:
        answers = self.tagger.tag(sentences)
        return [TaggedLine(tuple(words), tags) for words, tags in zip(sentences, answers, strict=True)]

    def stream(self, lines: Iterable[str], *, tokens: bool = False, chunk: int = CHUNK) -> Iterator[TaggedLine]:
        """Tagged lines in order; `tokens`: the lines are words separated by spaces already."""
        for some in chunks(lines, chunk):
            yield from self.tag_sentences([spaced_words(line) if tokens else plain_words(line) for line in some])

    def evaluate(self, files: Sequence[Path]) -> list[Score]:
        """The scores of annotated files, in the format of the recipe: one file, or one for each head."""
        if len(files) not in (1, len(self.tasks)):
            raise UsageError(f"evaluate needs one annotated file, or one for each of {', '.join(self.tasks)}; got {len(files)}.")
        scores = []
        heads = list(self.tasks) if len(files) == len(self.tasks) else [self.head_of(files[0])]
        for head, file in zip(heads, files, strict=True):
            task = self.tasks[head]
            sentences = refuse_empty(read_tagged_file(task.data, file)).examples
            answers = [answer[head] for answer in self.tagger.tag([sentence.words for sentence in sentences], (head,))]
            scores += score_tags(sentences, answers, task, file.name, head, self.tagger.assets.seen)[0]
        return scores

    def head_of(self, file: Path) -> str:
        """The head whose format one file of several possible ones is in, by its suffix."""
        if len(self.tasks) == 1:
            return next(iter(self.tasks))
        suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
        fitting = [head for head, task in self.tasks.items() if SUFFIXES.get(suffix) == task.data.format]
        if len(fitting) != 1:
            raise UsageError(f"{file}: which of {', '.join(self.tasks)} it annotates is not clear from its ending. Give one file for each.")
        return fitting[0]


Predictor = TranslationPredictor | TaggingPredictor


def load(run_dir: str | Path, *, device: str = "cpu") -> Predictor:
    """The predictor of a finished run. Raises RunDirectoryError if `run_dir` is none, is damaged, or is of a newer format."""
    directory = RunDirectory.open(Path(run_dir)).finished()
    recipe = directory.recipe()
    if isinstance(recipe, TranslationRecipe):
        return TranslationPredictor(directory, recipe, find_device(device))
    return TaggingPredictor(directory, recipe, find_device(device))


def evaluate(run_dir: Path, files: Sequence[Path], *, device: str = "cpu") -> dict[str, Any]:
    """The metrics.json object of a run's scores on annotated files, or on a source and a target file."""
    directory = RunDirectory.open(run_dir).finished()
    metrics = read_json(directory.metrics)
    keys = ("format", "task", "selected_on")
    if missing := [key for key in keys if key not in metrics]:
        raise RunDirectoryError(f"{directory.metrics}: damaged (it lacks {', '.join(missing)}). Restore it from a copy.")
    scores = load(run_dir, device=device).evaluate(files)
    return {**{key: metrics[key] for key in keys}, "scores": [score.to_json() for score in scores]}


def spaced_words(line: str) -> list[str]:
    """Words between spaces and tabs; other white space, such as a no-break space in a number, belongs to its word."""
    return [word for word in line.replace("\t", " ").split(" ") if word.strip()]


def chunks(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of up to `size` lines."""
    iterator = iter(lines)
    while some := list(islice(iterator, size)):
        yield some
