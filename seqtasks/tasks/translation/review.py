"""What is told of translations beside their scores: what is wrong with them, and the scores by length."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqtasks.diagnosis.likeness import nearest
from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.translations import diagnose
from seqtasks.errors import UsageError
from seqtasks.evaluation.by_length import scores_by_length
from seqtasks.inference.translator import Translation, Translator
from seqtasks.recipes.load import override, validate
from seqtasks.tasks.outcome import Review
from seqtasks.tasks.translation.checks import recipe_faults
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.tasks.translation.trials import tried_on
from seqtasks.text.corpora.documents import sentence_of
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.tokenizers import JOINER, SPACE, restored
from seqtasks.text.vocabulary import Language

HEAD = "translation"


@dataclass(frozen=True)
class TrainingFacts:
    """What a run knows of its training, for the verdict on its model and to try remedies on.

    seen: the words of its sources, in lower case; losses: on dev by epoch, where all are known; dev: the pairs that were watched;
    elsewhere: the translated lines of other parts.
    """

    seen: Container[str]
    losses: Sequence[float]
    dev: Sequence[SentencePair]
    elsewhere: Sequence[TranslatedLine]


def review(
    translator: Translator,
    pairs: Sequence[SentencePair],
    found: Sequence[Translation],
    *further: Sequence[str],
    split: str,
    recipe: TranslationRecipe,
    trained: TrainingFacts | None = None,
) -> Review:
    """Of pairs and their translations, in the same order. further: other references of the same lines; trained: None for a loaded run."""
    sources, texts = [sentence_of(pair.source) for pair in pairs], [one.text for one in found]
    references = [[pair.target for pair in pairs], *further]
    bins = scores_by_length(sources, texts, *references, language=recipe.data.target, split=split, head=HEAD)
    lines = lines_of(translator, pairs, found, *further)
    if trained is None:
        return Review(diagnose(lines, fits=lambda setting: fits(recipe, setting)), bins)
    diagnosis = diagnose(
        lines,
        fits=lambda setting: fits(recipe, setting),
        trials=lambda wanted: tried_on(trained.dev, wanted, translator, lines_of),
        seen=trained.seen,
        elsewhere=trained.elsewhere,
        losses=trained.losses,
    )
    return Review(diagnosis, bins)


def lines_of(
    translator: Translator, pairs: Sequence[SentencePair], found: Sequence[Translation], *further: Sequence[str]
) -> list[TranslatedLine]:
    """What the faults look at, with the nearest reference of each line. Unknown words that the search has replaced are none."""
    unk, language = translator.assets.target.vocabulary.unk, translator.assets.source
    lines = []
    for pair, one, *others in zip(pairs, found, *further, strict=True):
        source, reference = sentence_of(pair.source), nearest(one.text, [pair.target, *others])
        unknown_output = 0 if translator.settings.replace_unknown else one.ids.count(unk)
        lines.append(TranslatedLine(source, one.text, reference, one.finished, unknown_output, unknown(language, source)))
    return lines


def unknown(language: Language, text: str) -> tuple[str, ...]:
    """The tokens of a line that the vocabulary lacks, without the marks of the tokenizer."""
    tokens = language.tokenizer.split(text.lower() if language.lowercase else text)
    return tuple(restored(token.strip(SPACE + JOINER)) or token for token in tokens if language.vocabulary.id(token) is None)


def fits(recipe: TranslationRecipe, setting: str) -> bool:
    """Whether a recipe can be run with a setting ("TABLE.KEY=VALUE") and does not have it already."""
    tables = recipe.model_dump(exclude_none=True)
    try:
        override(tables, [setting])
        changed = validate(TranslationRecipe, tables, "recipe")
    except UsageError:
        return False
    return changed != recipe and not recipe_faults(changed)


def reviews_json(reviews: Mapping[str, Review]) -> dict[str, Any]:
    """The tables "diagnosis" and "by_length" of metrics.json, by part; nothing without reviews."""
    if not reviews:
        return {}
    return {
        "diagnosis": {split: one.diagnosis.to_json() for split, one in reviews.items()},
        "by_length": {split: [some.to_json() for some in one.by_length] for split, one in reviews.items()},
    }
