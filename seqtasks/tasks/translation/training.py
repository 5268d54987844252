"""How a translation recipe trains: its objective, pairs whose subwords are drawn anew in each epoch, and the plan of their batches."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seqtasks.align.aligner import train_aligner
from seqtasks.align.corpus import Side
from seqtasks.align.lexicon import Lexicon
from seqtasks.decoding.sampling import Shape, sample
from seqtasks.evaluation.bleu import sentence_bleu
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.search import forbid_tokens, step_function
from seqtasks.models.translation import TranslationModel
from seqtasks.nn.decoders import Decoder
from seqtasks.nn.deep_decoders import ConditionalGRUDecoder
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.tasks.translation.decoding_checks import needs_lexicon
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.text.batching import ROWS, Batch, BatchPlan, rounded
from seqtasks.text.corpora.documents import sentence_of
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.encoded import Ragged
from seqtasks.text.subword_sampling import SampledLines
from seqtasks.text.tokenizers import SubwordTokenizer
from seqtasks.text.vocabulary import Language
from seqtasks.training.guided_attention import GuidedAttention
from seqtasks.training.objectives import Objective
from seqtasks.training.risk import Risk, Sample, risk_objective
from seqtasks.training.scheduled_sampling import ScheduledSampling
from seqtasks.training.schedules import TEACHER_FORCING_RATES
from seqtasks.training.translation_objectives import translation_objective


def build_objective(
    recipe: TranslationRecipe, model: TranslationModel, assets: TranslationAssets, guide: GuidedAttention | None = None
) -> Objective:
    """Likelihood, with R-Drop or scheduled sampling where the recipe says so; or risk, which is handed a sampler and a judge."""
    settings = recipe.training
    if settings.objective == "risk":
        sampler = candidates(assets.target, recipe.decoding, samples=settings.risk_samples, seed=settings.seed)
        return risk_objective(sample=sampler, risk=bleu_risk(assets.target, recipe.data.target), alpha=settings.risk_alpha)
    inputs = None
    if settings.scheduled_sampling != "none":
        truth = TEACHER_FORCING_RATES[settings.scheduled_sampling](half=settings.sampling_half, most=settings.sampling_most)
        inputs = ScheduledSampling(truth, settings.seed, walks(model.decoder))
    return translation_objective(
        label_smoothing=settings.label_smoothing,
        r_drop=settings.r_drop,
        inputs=inputs,
        guide=guide,
        unknown=assets.target.vocabulary.unk,
    )


def guide_of(recipe: TranslationRecipe, assets: TranslationAssets, sources: Ragged, targets: Ragged) -> GuidedAttention | None:
    """The guide of attention where the recipe has one: an aligner trained on these pairs, of whose rows the last token is the end."""
    settings = recipe.training
    if not settings.guided_attention:
        return None
    trained = train_aligner(
        sources.without_last(),
        targets.without_last(),
        source_words=len(assets.source.vocabulary),
        target_words=len(assets.target.vocabulary),
    )
    return GuidedAttention(
        trained.alignments(),
        weight=settings.guided_attention,
        updates=settings.guided_updates,
        squared=settings.guided_loss == "squared",
    )


def with_lexicon(recipe: TranslationRecipe, assets: TranslationAssets, pairs: Sequence[SentencePair]) -> TranslationAssets:
    """The assets with a lexicon of all tokens of these pairs, where decoding needs one and they have none."""
    if assets.lexicon is not None or not needs_lexicon(recipe.decoding):
        return assets
    source = Side.of([assets.source.split(sentence_of(pair.source)) for pair in pairs])
    target = Side.of([assets.target.split(pair.target) for pair in pairs])
    trained = train_aligner(source.sentences, target.sentences, source_words=len(source.words), target_words=len(target.words))
    return replace(assets, lexicon=Lexicon.of(trained.aligner, source.words, target.words))


def walks(decoder: Decoder[Any]) -> bool:
    """Whether the decoder goes through a target word for word even in training: it reads its output, or what it looked at."""
    attention: Any = getattr(decoder, "attention", None)
    loops = isinstance(decoder, ConditionalGRUDecoder) or getattr(decoder, "input_feeding", False)
    return bool(loops) or not getattr(attention, "parallel", True)


def candidates(target: Language, settings: DecodingSettings, *, samples: int, seed: int) -> Sample:
    """Draws translations from the model as it is: a function of seed, update and sentence."""
    vocabulary = target.vocabulary

    def draw(model: TranslationModel, batch: Batch, step: int) -> list[list[list[int]]]:
        memory, state = model.encode(batch)
        found = sample(
            forbid_tokens(step_function(model), (vocabulary.pad, vocabulary.bos)),
            memory,
            state,
            bos=vocabulary.bos,
            eos=vocabulary.eos,
            maximum_lengths=(model.own(batch).sum(1) * settings.length_ratio).long() + settings.length_extra,
            generators=[np.random.default_rng([seed, step, position]) for position in batch.positions_B.tolist()],
            samples=samples,
            shape=Shape(),
        )
        return [[[*one.tokens, vocabulary.eos] if one.finished else [*one.tokens] for one in group] for group in found]

    return draw


def bleu_risk(target: Language, language: str) -> Risk:
    """1 - sentence BLEU of the text that tokens write, against the text that the reference's write."""
    bleu, end = sentence_bleu(language), target.vocabulary.eos

    def text(words: Sequence[int]) -> str:
        return target.decode([word for word in words if word != end])

    def risk(found: Sequence[Sequence[int]], reference: Sequence[int]) -> list[float]:
        answer = text(reference)
        return [1 - bleu(text(words), answer) / 100 for words in found]

    return risk


def drawn_sides(
    recipe: TranslationRecipe, pairs: Sequence[SentencePair], assets: TranslationAssets
) -> tuple[SampledLines, SampledLines] | None:
    """Both sides of the training pairs with subwords that each epoch draws anew; None where they stay, as they do for risk.

    Raises ValueError for a language whose tokens are no subwords.
    """
    rate = recipe.text.dropout or recipe.text.sampling
    if not rate or recipe.training.objective == "risk":
        return None
    sides = []
    for number, (texts, language) in enumerate((([p.source for p in pairs], assets.source), ([p.target for p in pairs], assets.target))):
        if not isinstance(language.tokenizer, SubwordTokenizer):
            raise ValueError(f"only subwords can be drawn, not the tokens of {type(language.tokenizer).__name__}")
        lines = [text.lower() for text in texts] if language.lowercase else texts
        sides.append(SampledLines(lines, language.tokenizer, language.vocabulary, rate=rate, seed=recipe.training.seed, side=number))
    return sides[0], sides[1]


def plan_of(recipe: TranslationRecipe, sources: Ragged, targets: Ragged) -> BatchPlan:
    """The batches of pairs by padded lengths, in few shapes; those of risk hold a reference and its samples for each sentence."""
    settings = recipe.training
    together = settings.risk_samples + 1 if settings.objective == "risk" else 1
    return BatchPlan(
        rounded(np.stack([sources.lengths, targets.lengths], axis=1)),
        tokens=max(1, settings.batch_tokens // together),
        sort_window=settings.sort_window,
        seed=settings.seed,
        rows=ROWS if together == 1 else 1,
    )
