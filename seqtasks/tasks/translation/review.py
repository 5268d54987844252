"""What is told of translations beside their scores: what is wrong with them, and the scores by length.

The attention along an answer comes from forced decoding, once along the chosen hypothesis and once along the reference: two passes
without a search, CHUNK lines at a time. A line that is longer than the translator takes in one piece is looked at without attention.
S source words with the end, T target words with the end.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from seqtasks.diagnosis.attention import AttentionStatistics, statistics_of
from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.translations import diagnose
from seqtasks.errors import UsageError
from seqtasks.evaluation.by_length import scores_by_length
from seqtasks.inference.translator import LONGEST, Translation, Translator, sentence_start
from seqtasks.inference.word_alignment import by_word, named, word_starts
from seqtasks.recipes.load import override, validate
from seqtasks.tasks.outcome import Review
from seqtasks.tasks.translation.checks import PLAIN, recipe_faults
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.text.corpora.documents import sentence_of
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.tokenizers import JOINER, SPACE, restored
from seqtasks.text.vocabulary import Language

HEAD = "translation"
CHUNK = 1000  # lines whose attention is in memory


def review(
    translator: Translator, pairs: Sequence[SentencePair], found: Sequence[Translation], *, split: str, recipe: TranslationRecipe
) -> Review:
    """Of pairs and their translations, in the same order."""
    sources = [sentence_of(pair.source) for pair in pairs]
    texts, references = [one.text for one in found], [pair.target for pair in pairs]
    bins = scores_by_length(sources, texts, references, language=recipe.data.target, split=split, head=HEAD)
    attends = recipe.decoder.attention != PLAIN
    lines: list[TranslatedLine] = []
    for first in range(0, len(pairs), CHUNK):
        here = slice(first, first + CHUNK)
        attention = attention_statistics(translator, pairs[here], found[here]) if attends else [None] * len(pairs[here])
        lines += [line_of(translator, *row) for row in zip(sources[here], references[here], found[here], attention, strict=True)]
    return Review(diagnose(lines, fits=lambda setting: fits(recipe, setting)), bins)


def line_of(translator: Translator, source: str, reference: str, one: Translation, attention: AttentionStatistics | None) -> TranslatedLine:
    """What the faults look at. Unknown words that the search has replaced are none."""
    unknown_output = 0 if translator.settings.replace_unknown else one.ids.count(translator.assets.target.vocabulary.unk)
    return TranslatedLine(source, one.text, reference, one.finished, unknown_output, unknown(translator.assets.source, source), attention)


def attention_statistics(
    translator: Translator, pairs: Sequence[SentencePair], found: Sequence[Translation]
) -> list[AttentionStatistics | None]:
    """Where the model looked while it wrote each translation, and where along the reference; None for blank and for very long lines."""
    assets = translator.assets
    pieces = [translator.pieces(pair.source) for pair in pairs]
    kept = [number for number, some in enumerate(pieces) if len(some) == 1 and pairs[number].target.strip()]
    sources = [pieces[number][0] for number in kept]
    ends = [(assets.target.vocabulary.eos,) if found[number].finished else () for number in kept]
    outputs = [[*found[number].ids, *end] for number, end in zip(kept, ends, strict=True)]
    references = [assets.target.encode(pairs[number].target)[: LONGEST + 1] for number in kept]
    budget = translator.settings.batch_tokens
    along, right = (translator.models.forced(sources, texts, budget, attention=True) for texts in (outputs, references))
    answers: list[AttentionStatistics | None] = [None] * len(pairs)
    for number, ids, both in zip(kept, sources, zip(outputs, references, along, right, strict=True), strict=True):
        output, reference, own, other = both
        if own.attention_TS is None or other.attention_TS is None or not output:
            continue
        (names,) = translator.surface_tokens([pairs[number].source])
        weights = [
            by_word(names, assets.target.tokens(written), weights_TS.float().cpu().numpy(), characters=translator.characters)[2]
            for written, weights_TS in ((output, own.attention_TS), (reference, other.attention_TS))
        ]
        words = sentence_words(ids, names, assets.source.vocabulary.eos, characters=translator.characters)
        answers[number] = statistics_of(words, *weights)
    return answers


def sentence_words(ids: Sequence[int], names: Sequence[str], end: int, *, characters: bool = False) -> list[str]:
    """The words of the last sentence of encoded text, without its end: what stands before it is its context."""
    before = sentence_start(ids, end)
    starts = word_starts(names, characters=characters)
    return named(names, starts)[sum(start < before for start in starts) : -1]


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
