"""A finished translation run, or several of one vocabulary, loaded to translate and to score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, tee, zip_longest
from typing import TYPE_CHECKING, Any, overload

import torch

from seqtasks.decoding.ensembles import AVERAGES
from seqtasks.errors import UsageError, WrongTypeError, did_you_mean
from seqtasks.inference.assets import LEXICON, TranslationAssets
from seqtasks.inference.scored import ScoredPair
from seqtasks.inference.translator import Translator
from seqtasks.models.translation import TranslationModel
from seqtasks.recipes.load import validate
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.answers import Answers
from seqtasks.tasks.contract import PredictionOptions, PredictorOptions
from seqtasks.tasks.given import Files, line_or_lines, list_of_lines, one_line, paths_of, refuse_text, same_number
from seqtasks.tasks.loaded_run import LoadedFrom, LoadedRun
from seqtasks.tasks.locations import refuse_empty
from seqtasks.tasks.model_size import LOADED, refuse_too_large
from seqtasks.tasks.translation.answers import Translations
from seqtasks.tasks.translation.build import build_translation
from seqtasks.tasks.translation.checks import PLAIN
from seqtasks.tasks.translation.decoding_checks import changed, needs_lexicon
from seqtasks.tasks.translation.formats import in_form, refuse_translation
from seqtasks.tasks.translation.reading import read_pairs_of
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.text.corpora.documents import BREAK, in_context, pairs_in_context
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.tokenizers import visible
from seqtasks.training.devices import find_device, find_precision
from seqtasks.training.weights import load_weights

if TYPE_CHECKING:
    from seqtasks.evaluation.score import Score
    from seqtasks.tasks.outcome import Review

CHUNK = 1000  # lines held at a time while streaming


class TranslationPredictor(LoadedRun):
    """A loaded translation run, with others as an ensemble."""

    task = "translation"
    methods = ("translate", "score")

    def __init__(self, directory: RunDirectory, recipe: TranslationRecipe, options: PredictorOptions) -> None:
        self.loaded_from = LoadedFrom.of(TranslationPredictor, directory, recipe, options)
        device, average, others = find_device(options.device), options.average, options.others
        if average not in AVERAGES:
            raise UsageError(f"average = {average!r}{did_you_mean(average, AVERAGES)} Expected one of {', '.join(AVERAGES)}.")
        assets = TranslationAssets.load(directory.text, recipe.text)
        recipes = [recipe, *(same_text(directory, recipe, other) for other in others)]
        models = [loaded(one, folder, assets, device) for one, folder in zip(recipes, [directory, *others], strict=True)]
        self.attention = all(one.decoder.attention != PLAIN for one in recipes)
        if options.decoding:
            recipe = recipe.model_copy(update={"decoding": changed(recipe.decoding, options.decoding, attention=self.attention)})
        if needs_lexicon(recipe.decoding) and assets.lexicon is None:
            raise UsageError(
                f"{directory.path}: decoding.shortlist and decoding.replace_unknown need a lexicon, which a run learns where its own "
                "recipe sets one of the two. Train it so, or leave them out."
            )
        self.recipe = recipe
        self.translator = Translator(
            models[0],
            assets,
            recipe.decoding,
            device,
            others=models[1:],
            average=average,
            precision=find_precision(options.precision, device, models[0]),
            language=recipe.data.target,
        )

    @overload
    def translate(  # type: ignore[overload-overlap]  # a str is an iterable of str, too
        self, lines: str, *, beams: int | None = None, n_best: int = 1, prefixes: str | None = None, alignments: bool = False
    ) -> Translations: ...

    @overload
    def translate(
        self,
        lines: Iterable[str],
        *,
        beams: int | None = None,
        n_best: int = 1,
        prefixes: Iterable[str] | None = None,
        alignments: bool = False,
    ) -> Answers[Translations]: ...

    def translate(
        self,
        lines: str | Iterable[str],
        *,
        beams: int | None = None,
        n_best: int = 1,
        prefixes: str | Iterable[str] | None = None,
        alignments: bool = False,
    ) -> Translations | Answers[Translations]:
        """The n best translations of each line, best first; of one line, given as a str, what a list of it gives for it.

        A blank line gives one blank translation. prefixes: how the translation of each line is to begin, "" for anyhow; alignments: the
        best one comes with its word alignment and attention. Raises UsageError for more translations than beams or samples, for another
        number of prefixes than of lines and for a line with line breaks in it, WrongTypeError for what is no text or list of texts.
        """
        alone = isinstance(lines, str)
        given: Any = [lines] if alone else lines
        if not isinstance(given, list) or not all(isinstance(line, str) and line.isprintable() for line in given):
            given = line_or_lines("translate", lines)
        begins = None if prefixes is None else checked_prefixes(prefixes, alone=alone)
        answers = Answers(answer for _, answer in self.stream(given, beams=beams, n_best=n_best, prefixes=begins, alignments=alignments))
        return answers[0] if alone else answers

    def stream(
        self,
        lines: Iterable[str],
        *,
        beams: int | None = None,
        n_best: int = 1,
        chunk: int = CHUNK,
        prefixes: Iterable[str] | None = None,
        alignments: bool = False,
    ) -> Iterator[tuple[str, Translations]]:
        """(line, its translations) in order, with a bounded number of lines in memory. Raises what `translate` does."""
        if isinstance(lines, str):
            refuse_text("stream", lines, "translate(text)")
        if isinstance(n_best, bool) or not isinstance(n_best, int) or n_best < 1:
            raise UsageError(f"n_best is {n_best!r}. Ask for 1 translation or more.")
        settings = self.recipe.decoding if beams is None else changed(self.recipe.decoding, {"beams": beams}, attention=self.attention)
        limit, name = (settings.samples, "samples") if settings.samples else (settings.beams, "beams")
        if n_best > limit:
            raise UsageError(f"n_best {n_best} (--n-best) needs at least as many {name} (--{name}).")
        if alignments and not self.attention:
            raise UsageError("alignments come from attention, which this run has not (decoder.attention is 'none').")
        lines, read = tee(lines)
        contexts = self.as_read(read)
        both = ((line, "") for line in lines) if prefixes is None else paired(lines, prefixes, "lines", "prefixes")
        for first, some in chunks_of(both, chunk):
            texts, begins = [line for line, _ in some], [begin for _, begin in some]
            if not all(isinstance(text, str) for text in texts):
                list_of_lines("stream", texts, single="translate(text)")
            sources = [*islice(contexts, len(texts))]
            found = self.translator.translate(sources, beams=beams, n_best=n_best, prefixes=begins, first=first, alignments=alignments)
            for text, best in zip(texts, found, strict=True):
                answer = Translations(best)
                answer.source = text
                yield text, answer

    def as_read(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines as the model reads them: visible, after those before them in their document, or each alone and without line feeds."""
        context = self.recipe.data.context
        return in_context(map(visible, lines), context) if context else (visible(line).replace(BREAK, " ") for line in lines)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> Answers[ScoredPair]:
        """The log-probability of each given translation, token by token."""
        sources = list_of_lines("score", sources, single="score([source], [target])", name="source")
        targets = list_of_lines("score", targets, single="score([source], [target])", name="target")
        same_number("score", sources, targets, ("sources", "targets"))
        return Answers(pair for _, _, pair in self.stream_scores(sources, targets))

    def stream_scores(self, sources: Iterable[str], targets: Iterable[str], *, chunk: int = CHUNK) -> Iterator[tuple[str, str, ScoredPair]]:
        """(source, target, what the model says) in order, with a bounded number of lines in memory."""
        sources, read = tee(sources)
        contexts = self.as_read(read)
        for first, some in chunks_of(paired(sources, targets, "source lines", "target lines"), chunk):
            left, right = [source for source, _ in some], [target for _, target in some]
            yield from zip(left, right, self.translator.score([*islice(contexts, len(left))], right, first=first), strict=True)

    def written(self, lines: Iterable[str], options: PredictionOptions) -> Iterator[str]:
        """Translations in the form asked for. Raises UsageError for options of tagging, and for some that do not go together."""
        refuse_translation(options)
        prefixes = None if options.prefixes is None else options.prefixes()
        page = options.form == "html"
        alignments = options.alignments or (page and self.attention)
        answers = self.stream(lines, n_best=options.n_best, chunk=options.chunk, prefixes=prefixes, alignments=alignments)
        if page:
            from seqtasks.tasks.translation.page import page_of  # with Jinja2, which only pages need

            return page_of(answers, attention=alignments)
        return in_form(answers, options.form, several=options.n_best > 1)

    def metrics(self, files: Files) -> dict[str, Any]:
        """The tables "scores", "diagnosis" and "by_length" of metrics.json for files as `evaluate` takes them."""
        from seqtasks.tasks.translation.review import reviews_json  # scoring, which answers do without

        files = paths_of("evaluate", files)
        scores, told = self.reviewed(files)
        return {"scores": [score.to_json() for score in scores], **reviews_json({files[0].name: told})}

    def evaluate(self, files: Files) -> list[Score]:
        """The scores of a source file and one or several files of references, or of one file of pairs."""
        return self.reviewed(files)[0]

    def reviewed(self, files: Files) -> tuple[list[Score], Review]:
        """The scores of such files, and what is told of their translations beside."""
        from seqtasks.tasks.translation.review import review  # scoring, which answers do without
        from seqtasks.tasks.translation.scores import score_pairs

        files = paths_of("evaluate", files)
        if not files:
            raise UsageError("evaluate needs a source file and one or several files of references, or one file of pairs; got none.")
        source, *targets = files
        read = [read_parallel(source, target) for target in targets] or [read_pairs_of(self.recipe.data, source)]
        pairs, *further = map(refuse_empty, read)
        context = self.recipe.data.context
        examples = pairs_in_context(pairs.examples, context) if context else pairs.examples
        split = source.name
        others = [[pair.target for pair in side] for side in further]
        scores, found = score_pairs(self.translator, examples, *others, split=split, language=self.recipe.data.target)
        return scores, review(self.translator, examples, found, *others, split=split, recipe=self.recipe)


def loaded(recipe: TranslationRecipe, directory: RunDirectory, assets: TranslationAssets, device: torch.device) -> TranslationModel:
    """The trained model of a run."""
    refuse_too_large(lambda: build_translation(recipe, assets), device, copies=LOADED)
    model = build_translation(recipe, assets)
    load_weights(model, directory.weights)
    return model.to(device).eval()


def same_text(directory: RunDirectory, recipe: TranslationRecipe, other: RunDirectory) -> TranslationRecipe:
    """The recipe of another run. Raises UsageError unless it translates and has the very vocabularies of the first one."""
    tables = other.recipe_tables()
    if tables.get("kind") != recipe.kind:
        raise UsageError(f"{other.path}: no translation run. An ensemble is of translation runs.")
    found = validate(TranslationRecipe, tables, str(other.path / "recipe.toml"))
    texts = [
        {file.name: file.read_bytes() for file in run.text.iterdir() if file.is_file() and file.name != LEXICON}
        for run in (directory, other)
    ]
    if texts[0] != texts[1] or found.text != recipe.text:
        raise UsageError(
            f"{other.path}: its vocabularies are not those of {directory.path}. "
            "An ensemble needs runs of the same training data and [text], such as those of several seeds."
        )
    if found.data.context != recipe.data.context:
        raise UsageError(
            f"{other.path}: its data.context is {found.data.context}, that of {directory.path} {recipe.data.context}. "
            "An ensemble reads one source."
        )
    return found


def checked_prefixes(prefixes: object, *, alone: bool) -> list[str]:
    """The prefixes of a call to translate, a str for one line that is a str."""
    if alone != isinstance(prefixes, str):
        raise WrongTypeError("translate: prefixes and lines are of two kinds. Give a text with a text, or a list with a list.")
    if alone:
        return [one_line("translate: prefixes", prefixes, lines="lists of lines and prefixes")]
    return list_of_lines("translate", prefixes, single="a list with a prefix for each line", name="prefix")


def chunks_of(pairs: Iterable[tuple[str, str]], size: int) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """(number of the first, up to `size` pairs)."""
    iterator, first = iter(pairs), 0
    while some := list(islice(iterator, size)):
        yield first, some
        first += len(some)


def paired(left: Iterable[str], right: Iterable[str], left_name: str, right_name: str) -> Iterator[tuple[str, str]]:
    """Line by line. Raises UsageError where one side ends before the other."""
    for number, (one, other) in enumerate(zip_longest(left, right)):
        if one is None or other is None:
            short, long = (left_name, right_name) if one is None else (right_name, left_name)
            raise UsageError(f"{number} {short}, but more {long}. Each line of one belongs to the same line of the other.")
        yield one, other
