"""A finished run of classification, loaded to answer: `load(RUN_DIR)`. The command line, Python and a server share this one path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from seqtasks.errors import UsageError
from seqtasks.evaluation.classification import LabelReport
from seqtasks.evaluation.score import Score
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.classifier import LabelledAnswer, TextClassifier
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.answers import Answers
from seqtasks.tasks.classification.build import build_classifier
from seqtasks.tasks.classification.formats import as_json, as_text, refuse_classification
from seqtasks.tasks.classification.reading import read_labelled_file
from seqtasks.tasks.classification.recipe import HEAD, ClassificationRecipe
from seqtasks.tasks.classification.scores import score_answers
from seqtasks.tasks.contract import PredictionOptions, PredictorOptions
from seqtasks.tasks.given import Files, list_of_texts, one_line, paths_of, refuse_text
from seqtasks.tasks.loaded_run import LoadedFrom, LoadedRun
from seqtasks.tasks.model_size import LOADED, refuse_too_large
from seqtasks.text.words import check_language
from seqtasks.training.devices import find_device, find_precision
from seqtasks.training.weights import load_weights

CHUNK = 1000  # texts held at a time while streaming


class ClassificationPredictor(LoadedRun):
    """A loaded run of classification."""

    task = "classification"
    methods = ("classify", "classify_lines")

    def __init__(self, recipe: ClassificationRecipe, classifier: TextClassifier) -> None:
        self.recipe = recipe
        self.classifier = classifier
        self.several = recipe.data.multi_label
        self.labels = tuple(classifier.assets.labels[HEAD])

    def classify(self, text: str, *, language: str | None = None) -> LabelledAnswer:
        """The label of one text, or its labels, with the probability of every label. language: of the text, where it is not the recipe's.

        Line breaks within it are white space. Raises WrongTypeError for anything but a str.
        """
        if not isinstance(text, str):
            one_line("classify", text, lines="classify_lines(texts)")
        if language is not None:
            check_language(language)
        return self.classifier.classify([text], language)[0]

    def classify_lines(self, texts: Iterable[str], *, language: str | None = None) -> Answers[LabelledAnswer]:
        """The same of each of several texts, in order. Raises as `classify` does, and WrongTypeError for what is no list of texts."""
        if language is not None:
            check_language(language)
        return Answers(self.classifier.classify(list_of_texts("classify_lines", texts, single="classify(text)"), language))

    def stream(self, lines: Iterable[str], *, chunk: int = CHUNK, language: str | None = None) -> Iterator[LabelledAnswer]:
        """Answers in order, with at most `chunk` texts in memory. language: of the texts, where it is not the recipe's."""
        refuse_text("stream", lines, "classify(text)")
        if language is not None:
            check_language(language)
        iterator = iter(lines)
        while some := list(islice(iterator, chunk)):
            yield from self.classifier.classify(list_of_texts("stream", some, single="classify(text)"), language)

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Answers in the form asked for. Raises UsageError for options of other kinds."""
        refuse_classification(options)
        write = as_text if options.form == "text" else as_json
        for answer in self.stream(lines, chunk=options.chunk, language=options.language):
            yield write(answer, confidence=options.confidence, k_best=options.k_best)

    def metrics(self, files: Files) -> dict[str, Any]:
        """The table "scores" of metrics.json for a labelled file, and the tables by label."""
        report, name = self.report(files), paths_of("evaluate", files)[0].name
        return {"scores": [score.to_json() for score in report.scores], "classification": {name: report.to_json()}}

    def evaluate(self, files: Files) -> list[Score]:
        """The scores of a labelled file (or of a folder of them), in the format that its suffix says, or else in that of the recipe."""
        return [*self.report(files).scores]

    def report(self, files: Files) -> LabelReport:
        """The same with what is told by label, of which labels were taken for which, and of calibration."""
        files = paths_of("evaluate", files)
        if len(files) != 1:
            raise UsageError(f"evaluate needs one labelled file; got {len(files)}.")
        texts = read_labelled_file(self.recipe.data, files[0]).examples
        answers = self.classifier.classify([text.text for text in texts])
        return score_answers(texts, answers, split=files[0].name, head=HEAD, several=self.several)


def load_predictor(directory: RunDirectory, recipe: ClassificationRecipe, options: PredictorOptions) -> ClassificationPredictor:
    """The predictor of a finished run."""
    device = find_device(options.device)
    assets = TaggingAssets.load(directory.text, (HEAD,))
    refuse_too_large(lambda: build_classifier(recipe, assets), device, copies=LOADED)
    model = build_classifier(recipe, assets)
    load_weights(model, directory.weights)
    classifier = TextClassifier(
        model.to(device).eval(),
        assets,
        device,
        head=HEAD,
        language=recipe.data.language,
        max_length=recipe.data.max_length,
        precision=find_precision(options.precision, device, model),
    )
    predictor = ClassificationPredictor(recipe, classifier)
    predictor.loaded_from = LoadedFrom.of(load_predictor, directory, recipe, options)
    return predictor
