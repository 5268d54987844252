"""A finished run, loaded to answer: `load(RUN_DIR)`. The command line, Python and a server share this one path."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from seqtasks.errors import RunDirectoryError, UsageError, did_you_mean
from seqtasks.evaluation.score import Score
from seqtasks.recipes.assets import TaggingAssets
from seqtasks.recipes.build import build_tagging
from seqtasks.recipes.corpus_check import SUFFIXES
from seqtasks.recipes.hmm import HMMWords, load_hmm
from seqtasks.recipes.names import data_of
from seqtasks.recipes.parts import file_scheme, read_tagged_file, refuse_empty
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.recipes.schema import HMMRecipe, MultitaskRecipe, TaggingRecipe, TranslationRecipe
from seqtasks.recipes.tagged_line import RawSentence, TaggedLine, raw_sentences, sentences_of
from seqtasks.recipes.tagged_posteriors import Posteriors, k_best_of
from seqtasks.recipes.tagged_scores import score_tags
from seqtasks.recipes.tagger import Tagger, written_in
from seqtasks.recipes.translation_predictor import TranslationPredictor
from seqtasks.recipes.translation_review import reviews_json
from seqtasks.text.languages import NEUTRAL
from seqtasks.text.words import check_language
from seqtasks.training.devices import PRECISIONS, find_device, find_precision
from seqtasks.training.weights import load_weights

CHUNK = 1000  # lines held at a time while streaming
CHUNK_WORDS = 50_000  # words held at a time, as far as lines are shorter


class TaggingPredictor:
    """A loaded tagging run, with one head or several: of a network or of an HMM."""

    task = "tagging"

    def __init__(
        self,
        directory: RunDirectory,
        recipe: TaggingRecipe | MultitaskRecipe | HMMRecipe,
        device: torch.device,
        *,
        precision: str = "float32",
    ) -> None:
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
        precision = find_precision(precision, device)
        self.tagger = Tagger(model.to(device).eval(), assets, device, written_in(self.data), precision=precision)
        self.seen = assets.seen

    def tag(
        self,
        text: str | Sequence[str] | Sequence[Sequence[str]],
        *,
        confidences: bool = False,
        k_best: int | None = None,
        split_sentences: bool = False,
        language: str | None = None,
    ) -> list[TaggedLine]:
        """Tags for raw text, for the words of one sentence, or for a batch of sentences of words.

        Raw text gives one answer, or with `split_sentences` one for each sentence. `language`: of raw text, where it is not the recipe's.
        k_best: how many sequences of tags each answer's `k_best` is to have. Raises UsageError for fewer than one.
        """
        if isinstance(text, str):
            spoken = self.language if language is None else language
            check_language(spoken)
            return self.answers([*raw_sentences(text, spoken, split=split_sentences)], confidences=confidences, k_best=k_best)
        if split_sentences or language is not None:
            raise UsageError("split_sentences and language are for raw text, given as one string.")
        batch = [text] if text and isinstance(text[0], str) else text
        sentences = [RawSentence([str(word) for word in words]) for words in batch]
        return self.answers(sentences, confidences=confidences, k_best=k_best)

    def answers(self, sentences: Sequence[RawSentence], *, confidences: bool = False, k_best: int | None = None) -> list[TaggedLine]:
        """The tags of every head, and how sure it is of them and which are its k best where that is asked for."""
        words = [sentence.words for sentence in sentences]
        sure = Posteriors.of(self.tagger, words, self.data, self.schemes) if confidences else None
        ranked = k_best_of(self.tagger, words, self.data, k_best) if k_best is not None else None
        found = sure.tags if sure else self.tagger.tag(words)
        return [
            TaggedLine(
                tuple(sentence.words),
                tags,
                sure.confidences[number] if sure else None,
                sentence.text,
                sentence.offsets,
                sentence.line,
                sentence.start,
                self.schemes,
                sure.spans[number] if sure else None,
                ranked[number] if ranked is not None else None,
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
        k_best: int | None = None,
        split_sentences: bool = False,
        language: str | None = None,
    ) -> Iterator[TaggedLine]:
        """Tagged lines in order, or with `split_sentences` tagged sentences, with a bounded number of words in memory.

        `tokens`: the lines are words separated by spaces already. A line is never held in parts but where sentences are split.
        """
        spoken = self.language if language is None else language
        held = CHUNK_WORDS // max(1, k_best or 1)
        for some in chunks(sentences_of(lines, spoken, tokens=tokens, split=split_sentences), chunk, words=held):
            yield from self.answers(some, confidences=confidences, k_best=k_best)

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


def load(
    run_dir: str | Path | Sequence[str | Path],
    *,
    device: str = "cpu",
    precision: str = "float32",
    average: str = "probabilities",
    decoding: Mapping[str, Any] | None = None,
) -> Predictor:
    """The predictor of a finished run; of several translation runs, a list of them, that of an ensemble.

    precision: of networks that tag and of searches for translations, "float32", "bf16", or "auto" (bf16 where it is fast).
    average: what an ensemble averages, "probabilities" or "log_probabilities"; decoding: keys of [decoding] that are to differ from the
    recipe's. Raises RunDirectoryError if `run_dir` is none, is damaged, or is of a newer format; UsageError for runs that make no ensemble.
    """
    several = [run_dir] if isinstance(run_dir, str | Path) else list(run_dir)
    if not several:
        raise UsageError("load needs a run directory, or a list of some; got none.")
    if precision not in PRECISIONS:
        raise UsageError(f"no precision {precision!r}{did_you_mean(precision, PRECISIONS)} Use {', '.join(PRECISIONS)}.")
    directory, *others = [RunDirectory.open(Path(one)).finished() for one in several]
    recipe = directory.recipe()
    if precision == "bf16" and isinstance(recipe, HMMRecipe):
        raise UsageError(f"{directory.path}: precision 'bf16' is for networks. Leave it out.")
    if isinstance(recipe, TranslationRecipe):
        return TranslationPredictor(
            directory, recipe, find_device(device), others=others, average=average, precision=precision, decoding=decoding
        )
    if others or decoding:
        raise UsageError(f"{directory.path}: no translation run. Ensembles and settings of the search are for translation runs.")
    return TaggingPredictor(directory, recipe, find_device(device), precision=precision)


def evaluate(
    run_dirs: Sequence[Path],
    files: Sequence[Path],
    *,
    device: str = "cpu",
    average: str = "probabilities",
    decoding: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The metrics.json object of a run's scores on annotated files, or on a source and a target file, and of what is told beside.

    Several translation runs answer as an ensemble; average and decoding: as `load` takes them.
    """
    directory = RunDirectory.open(run_dirs[0]).finished()
    metrics = read_json(directory.metrics)
    keys = ("format", "task", "selected_on")
    if missing := [key for key in keys if key not in metrics]:
        raise RunDirectoryError(f"{directory.metrics}: damaged (it lacks {', '.join(missing)}). Restore it from a copy.")
    predictor, told = load(run_dirs, device=device, average=average, decoding=decoding), {}
    if isinstance(predictor, TranslationPredictor):
        scores, review = predictor.reviewed(files)
        told = reviews_json({files[0].name: review})
    else:
        scores = predictor.evaluate(files)
    return {**{key: metrics[key] for key in keys}, "scores": [score.to_json() for score in scores], **told}


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
