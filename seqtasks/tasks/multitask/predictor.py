"""A finished run with heads of words and of texts, loaded to answer: `load(RUN_DIR)`. The command line and Python share this one path."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from seqtasks.errors import UsageError
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.classifier import LabelledAnswer, TextClassifier
from seqtasks.inference.tagger import Tagger
from seqtasks.models.tagging import TaggingModel
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.answers import Answers
from seqtasks.tasks.by_head import ByHead
from seqtasks.tasks.classification.reading import read_labelled_file
from seqtasks.tasks.contract import PredictionOptions, PredictorOptions
from seqtasks.tasks.given import Files, list_of_lines, lists_of_words, one_line, paths_of
from seqtasks.tasks.loaded_run import LoadedFrom, LoadedRun
from seqtasks.tasks.multitask.answers import MultitaskAnswer
from seqtasks.tasks.multitask.build import build_multitask
from seqtasks.tasks.multitask.recipe import MultitaskRecipe, taggers_of, texts_of
from seqtasks.tasks.tagging.answers import TaggedLine
from seqtasks.tasks.tagging.formats import refuse_tagging
from seqtasks.tasks.tagging.predictor import CHUNK, TaggingPredictor
from seqtasks.tasks.tagging.recipe import data_of, output_schemes
from seqtasks.text.corpora.suffixes import SUFFIXES
from seqtasks.training.devices import find_device, find_precision
from seqtasks.training.weights import load_weights

if TYPE_CHECKING:
    from seqtasks.evaluation.classification import LabelReport
    from seqtasks.evaluation.score import Score


class MultitaskPredictor(LoadedRun):
    """A loaded run with heads of texts, beside which there may be heads of words.

    words: what answers for the heads of words; classifiers: {head: what answers for it}, of the heads of texts.
    """

    task = "multitask"
    methods = ("answer", "answer_lines", "classify", "classify_lines", "tag", "tag_lines", "tag_words")

    def __init__(self, recipe: MultitaskRecipe, words: TaggingPredictor, classifiers: Mapping[str, TextClassifier]) -> None:
        self.recipe = recipe
        self.words = words
        self.classifiers = classifiers

    def answer(self, text: str, *, confidences: bool = False, language: str | None = None) -> MultitaskAnswer:
        """What every head says of one line of raw text. language: of the text, where it is not the recipe's. Raises as `tag` does."""
        one_line("answer", text, lines="answer_lines(lines)")
        return next(self.stream([text], confidences=confidences, language=language))

    def answer_lines(self, lines: Iterable[str], *, confidences: bool = False, language: str | None = None) -> Answers[MultitaskAnswer]:
        """The same of each line, in order. Raises as `answer` does, and WrongTypeError for what is no list of texts."""
        given = list_of_lines("answer_lines", lines, single="answer(text)")
        return Answers(self.stream(given, confidences=confidences, language=language))

    def classify(self, text: str, *, language: str | None = None) -> dict[str, LabelledAnswer]:
        """By head of texts, the label of one text or its labels. Raises as `answer` does."""
        one_line("classify", text, lines="classify_lines(texts)")
        return {head: classifier.classify([text], language)[0] for head, classifier in self.classifiers.items()}

    def classify_lines(self, texts: Iterable[str], *, language: str | None = None) -> dict[str, Answers[LabelledAnswer]]:
        """By head of texts, the answers to several texts, in order. Raises as `answer_lines` does."""
        given = list_of_lines("classify_lines", texts, single="classify(text)", name="text")
        return {head: Answers(classifier.classify(given, language)) for head, classifier in self.classifiers.items()}

    def tag(self, text: str, *, confidences: bool = False, k_best: int | None = None, language: str | None = None) -> TaggedLine:
        """The tags of the heads of words, as of a run that has no others."""
        return self.tagging("tag").tag(text, confidences=confidences, k_best=k_best, language=language)

    def tag_lines(
        self, lines: Iterable[str], *, confidences: bool = False, k_best: int | None = None, language: str | None = None
    ) -> Answers[TaggedLine]:
        """The same of each line."""
        return self.tagging("tag_lines").tag_lines(lines, confidences=confidences, k_best=k_best, language=language)

    def tag_words(self, sentences: Iterable[Sequence[str]], *, confidences: bool = False, k_best: int | None = None) -> Answers[TaggedLine]:
        """The same of sentences that are split into words already."""
        given = lists_of_words("tag_words", sentences, single="tag(text)", lines="tag_lines(lines)", seen=self.words.seen)
        return self.tagging("tag_words").tag_words(given, confidences=confidences, k_best=k_best)

    def tagging(self, call: str) -> TaggingPredictor:
        """What tags words. Raises UsageError where no head does."""
        if not self.words.data:
            raise UsageError(f"{call}: no head of this run tags words; it labels texts. Use classify(text).")
        return self.words

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
    ) -> Iterator[MultitaskAnswer]:
        """Answers in order, with a bounded number of words in memory; options as in `TaggingPredictor.stream`."""
        tagged = self.words.stream(
            lines, tokens=tokens, chunk=chunk, confidences=confidences, k_best=k_best, split_sentences=split_sentences, language=language
        )
        while some := [*islice(tagged, chunk)]:
            labels = {head: self.labelled(classifier, some, language) for head, classifier in self.classifiers.items()}
            for number, answer in enumerate(some):
                yield MultitaskAnswer(ByHead((head, found[number]) for head, found in labels.items()), answer)

    def labelled(self, classifier: TextClassifier, some: Sequence[TaggedLine], language: str | None) -> list[LabelledAnswer]:
        """The labels of sentences: of their raw text, or of their words where they were given as these."""
        if some[0].text is None:
            return classifier.classify_words([one.words for one in some])
        return classifier.classify([one.text or "" for one in some], language)

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Answers in the form asked for. Raises UsageError for forms without a place for labels, and for options that do not fit."""
        if options.form not in ("text", "jsonl"):
            raise UsageError(f"--format {options.form} has no place for the labels of texts, which a head of this run gives. Use jsonl.")
        for option, value in (("--k-best", options.k_best), ("--confidence", options.confidence)):
            if value and options.form == "text":
                raise UsageError(f"{option} needs --format jsonl: text has no place for it beside the labels and tags of several heads.")
        refuse_tagging(options)
        answers = self.stream(
            lines,
            tokens=options.tokens,
            chunk=options.chunk,
            confidences=options.confidence and bool(self.words.data),
            k_best=options.k_best if self.words.data else None,
            split_sentences=options.split_sentences,
            language=options.language,
        )
        if options.form == "text":
            yield from map(str, answers)
            return
        for answer in answers:
            found = answer.to_dict(places=options.split_sentences, confidence=options.confidence, k_best=options.k_best)
            yield json.dumps(found, ensure_ascii=False)

    def metrics(self, files: Files) -> dict[str, Any]:
        """The table "scores" of metrics.json for annotated files, and the tables by label of labelled ones."""
        scores, reports = self.reviewed(files)
        tables = {"classification": {name: report.to_json() for name, report in reports.items()}} if reports else {}
        return {"scores": [score.to_json() for score in scores], **tables}

    def evaluate(self, files: Files) -> list[Score]:
        """The scores of annotated and labelled files: one for each head, or those whose ending says which head they are for."""
        return self.reviewed(files)[0]

    def reviewed(self, files: Files) -> tuple[list[Score], dict[str, LabelReport]]:
        """The same with the report by label of each labelled file, under its name and its head."""
        from seqtasks.tasks.classification.scores import score_answers  # scoring, which answers do without

        files = paths_of("evaluate", files)
        heads = list(self.recipe.tasks) if len(files) == len(self.recipe.tasks) else [self.head_of(file) for file in files]
        scores: list[Score] = []
        reports: dict[str, LabelReport] = {}
        for head, file in zip(heads, files, strict=True):
            if head not in self.classifiers:
                scores += self.words.evaluate_head(head, file)
                continue
            data = texts_of(self.recipe)[head].data
            texts = read_labelled_file(data, file).examples
            answers = self.classifiers[head].classify([text.text for text in texts])
            report = score_answers(texts, answers, split=file.name, head=head, several=data.multi_label)
            scores += report.scores
            reports[f"{file.name} {head}"] = report
        return scores, reports

    def head_of(self, file: Path) -> str:
        """The head whose format a file is in, by its suffix. Raises UsageError where that is not one."""
        suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
        formats = {head: task.data.format for head, task in self.recipe.tasks.items()}
        fitting = [head for head, form in formats.items() if form in (SUFFIXES.get(suffix), suffix.removeprefix("."))]
        if len(fitting) != 1:
            raise UsageError(f"{file}: which of {', '.join(formats)} it annotates is not clear from its ending. Give one file for each.")
        return fitting[0]


def load_multitask(directory: RunDirectory, recipe: MultitaskRecipe, options: PredictorOptions) -> MultitaskPredictor:
    """The predictor of a finished run."""
    device = find_device(options.device)
    model, assets = loaded_model(directory, recipe, device)
    precision = find_precision(options.precision, device, model)
    words = words_predictor(recipe, model, assets, device, precision)
    classifiers = {
        head: TextClassifier(
            model, assets, device, head=head, language=task.data.language, max_length=task.data.max_length, precision=precision
        )
        for head, task in texts_of(recipe).items()
    }
    predictor = MultitaskPredictor(recipe, words, classifiers)
    predictor.loaded_from = LoadedFrom.of(load_multitask, directory, recipe, options)
    return predictor


def loaded_model(directory: RunDirectory, recipe: MultitaskRecipe, device: torch.device) -> tuple[TaggingModel, TaggingAssets]:
    """The trained model of a run, set to answer, and its vocabularies."""
    assets = TaggingAssets.load(directory.text, recipe.tasks)
    model = build_multitask(recipe, assets)
    load_weights(model, directory.weights)
    return model.to(device).eval(), assets


def words_predictor(
    recipe: MultitaskRecipe, model: TaggingModel, assets: TaggingAssets, device: torch.device, precision: str
) -> TaggingPredictor:
    """What answers for the heads of words, which may be none."""
    return TaggingPredictor(taggers_of(recipe), tagger_of_words(recipe, model, assets, device, precision), assets.seen)


def tagger_of_words(recipe: MultitaskRecipe, model: TaggingModel, assets: TaggingAssets, device: torch.device, precision: str) -> Tagger:
    """The tagger of the heads of words: it knows no others."""
    data = data_of(taggers_of(recipe))
    own = replace(assets, labels={head: assets.labels[head] for head in data})
    return Tagger(model, own, device, output_schemes(data), precision=precision)


def tagger_of(directory: RunDirectory, recipe: MultitaskRecipe) -> Tagger:
    """What tags words with the heads of a finished run, on the CPU."""
    device = torch.device("cpu")
    model, assets = loaded_model(directory, recipe, device)
    return tagger_of_words(recipe, model, assets, device, "float32")
