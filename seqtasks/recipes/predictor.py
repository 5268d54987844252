"""A finished run, loaded to answer: `load(RUN_DIR)`. The command line, Python and a server share this one path."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.evaluation.score import Score
from seqtasks.recipes.assets import TaggingAssets, TranslationAssets
from seqtasks.recipes.build import build_tagging, build_translation
from seqtasks.recipes.corpus_check import SUFFIXES
from seqtasks.recipes.hmm import HMMWords, load_hmm
from seqtasks.recipes.names import data_of
from seqtasks.recipes.parts import file_scheme, read_tagged_file, refuse_empty
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.recipes.schema import HMMRecipe, MultitaskRecipe, TaggingRecipe, TranslationRecipe
from seqtasks.recipes.tagged_line import RawSentence, TaggedLine, raw_sentences, sentences_of
from seqtasks.recipes.tagged_scores import score_tags
from seqtasks.recipes.tagger import Tagger, written_in
from seqtasks.recipes.translation import score_pairs
from seqtasks.recipes.translator import Translation, Translator
from seqtasks.text.corpora.parallel import read_pairs, read_parallel
from seqtasks.text.languages import NEUTRAL
from seqtasks.text.words import check_language
from seqtasks.training.devices import find_device
from seqtasks.training.weights import load_weights

CHUNK = 1000  # lines held at a time while streaming
CHUNK_WORDS = 50_000  # words held at a time, as far as lines are shorter


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
        for some in lists(lines, chunk):
            yield from zip(some, self.translate(some, beams=beams, n_best=n_best), strict=True)

    def evaluate(self, files: Sequence[Path]) -> list[Score]:
        """The scores of a source and a target file, or of one TSV file of pairs."""
        if not 1 <= len(files) <= 2:
            raise UsageError(f"evaluate needs a source and a target file, or one TSV file; got {len(files)} files.")
        pairs = refuse_empty(read_parallel(*files) if len(files) == 2 else read_pairs(files[0]))
        return score_pairs(self.translator, pairs.examples, split=files[0].name, language=self.recipe.data.target)[0]


class TaggingPredictor:
    """A loaded tagging run, with one head or several: of a network or of an HMM."""

    task = "tagging"

    def __init__(self, directory: RunDirectory, recipe: TaggingRecipe | MultitaskRecipe | HMMRecipe, device: torch.device) -> None:
        self.recipe = recipe
        self.data = data_of(recipe)
        self.schemes = {head: scheme for head, data in self.data.items() if (scheme := file_scheme(data))}
        languages = {data.language for data in self.data.values()}
        self.language = languages.pop() if len(languages) == 1 else NEUTRAL
        self.tagger: Tagger | HMMWords
        self.seen: Container[str]
        if isinstance(recipe, HMMRecipe):
            self.tagger = load_hmm(directory, next(iter(self.data)))
            self.seen = self.tagger.seen
            return
        assets = TaggingAssets.load(directory.text, self.data)
        model = build_tagging(recipe, assets)
        load_weights(model, directory.weights)
        self.tagger = Tagger(model.to(device).eval(), assets, device, written_in(self.data))
        self.seen = assets.seen

    def tag(
        self,
        text: str | Sequence[str] | Sequence[Sequence[str]],
        *,
        confidences: bool = False,
        split_sentences: bool = False,
        language: str | None = None,
    ) -> list[TaggedLine]:
        """Tags for raw text, for the words of one sentence, or for a batch of sentences of words.

        Raw text gives one answer, or with `split_sentences` one for each sentence. `language`: of raw text, where it is not the recipe's.
        """
        if isinstance(text, str):
            spoken = self.language if language is None else language
            check_language(spoken)
            return self.answers([*raw_sentences(text, spoken, split=split_sentences)], confidences=confidences)
        if split_sentences or language is not None:
            raise UsageError("split_sentences and language are for raw text, given as one string.")
        batch = [text] if text and isinstance(text[0], str) else text
        return self.answers([RawSentence([str(word) for word in words]) for words in batch], confidences=confidences)

    def answers(self, sentences: Sequence[RawSentence], *, confidences: bool = False) -> list[TaggedLine]:
        """The tags of every head, and how sure it is of them where that is asked for."""
        words = [sentence.words for sentence in sentences]
        sure: list[dict[str, list[float]]] | None = None
        if confidences:
            by_head = {head: self.tagger.tag_with_confidence(words, head) for head in self.data}
            found = [{head: tags[number] for head, (tags, _) in by_head.items()} for number in range(len(words))]
            sure = [{head: values[number] for head, (_, values) in by_head.items()} for number in range(len(words))]
        else:
            found = self.tagger.tag(words)
        return [
            TaggedLine(
                tuple(sentence.words),
                tags,
                sure[number] if sure is not None else None,
                sentence.text,
                sentence.offsets,
                sentence.line,
                sentence.start,
                self.schemes,
            )
            for number, (sentence, tags) in enumerate(zip(sentences, found, strict=True))
        ]

    def stream(
        self,
        lines: Iterable[str],
        *,
        tokens: bool = False,
        chunk: int = CHUNK,
        confidences: bool = False,
        split_sentences: bool = False,
        language: str | None = None,
    ) -> Iterator[TaggedLine]:
        """Tagged lines in order, or with `split_sentences` tagged sentences, with a bounded number of words in memory.

        `tokens`: the lines are words separated by spaces already. A line is never held in parts but where sentences are split.
        """
        spoken = self.language if language is None else language
        for some in chunks(sentences_of(lines, spoken, tokens=tokens, split=split_sentences), chunk, words=CHUNK_WORDS):
            yield from self.answers(some, confidences=confidences)

    def evaluate(self, files: Sequence[Path]) -> list[Score]:
        """The scores of annotated files, in the format of the recipe: one file, or one for each head."""
        if len(files) not in (1, len(self.data)):
            raise UsageError(f"evaluate needs one annotated file, or one for each of {', '.join(self.data)}; got {len(files)}.")
        scores = []
        heads = list(self.data) if len(files) == len(self.data) else [self.head_of(files[0])]
        for head, file in zip(heads, files, strict=True):
            data = self.data[head]
            sentences = refuse_empty(read_tagged_file(data, file)).examples
            answers = [answer[head] for answer in self.tagger.tag([sentence.words for sentence in sentences], (head,))]
            scores += score_tags(sentences, answers, data, file.name, head, self.seen)[0]
        return scores

    def head_of(self, file: Path) -> str:
        """The head whose format one file of several possible ones is in, by its suffix."""
        if len(self.data) == 1:
            return next(iter(self.data))
        suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
        fitting = [head for head, data in self.data.items() if SUFFIXES.get(suffix) == data.format]
        if len(fitting) != 1:
            raise UsageError(f"{file}: which of {', '.join(self.data)} it annotates is not clear from its ending. Give one file for each.")
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


def lists(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of up to `size` lines."""
    iterator = iter(lines)
    while some := list(islice(iterator, size)):
        yield some


def chunks(sentences: Iterable[RawSentence], size: int, *, words: int) -> Iterator[list[RawSentence]]:
    """Lists of up to `size` sentences that end with the first one to bring them to `words` words."""
    some: list[RawSentence] = []
    held = 0
    for sentence in sentences:
        some.append(sentence)
        held += len(sentence.words)
        if len(some) >= size or held >= words:
            yield some
            some, held = [], 0
    if some:
        yield some
