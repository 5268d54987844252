"""What is told before a translator is trained, once its pairs are encoded: limits, vocabularies and measures that do not fit the data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from seqtasks.evaluation.bleu import TRANSLATION_METRICS, bleu_metric
from seqtasks.inference.assets import TranslationAssets
from seqtasks.inference.translator import sentence_start
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.encoded import Ragged
from seqtasks.text.language_codes import language_code
from seqtasks.text.tokenizers import JOINER, SPACE, restored

NOTABLE = 0.002  # share of targets beyond the limit above which it is told: single pairs are badly aligned
MOST = 0.999  # share of targets that the limit advised lets through
HIGHEST = 100  # of decoding.length_ratio
SHOWN = 5  # tokens named in a note
OF_NGRAMS = ("bleu", "bleu_tok_lc")  # measures that need as many tokens as their longest n-gram has
NGRAM = 4


def length_notes(sources: Ragged, targets: Ragged, settings: DecodingSettings, *, end: int) -> list[str]:
    """A note where targets are longer than a search may write. Rows hold the end of sentence; before the last one stands the context."""
    own = np.array([len(row) - sentence_start(row, end) for row in (one.tolist() for one in sources)], dtype=np.int64)
    lengths = np.asarray(targets.lengths, dtype=np.int64)
    beyond = lengths > (own * settings.length_ratio).astype(np.int64) + settings.length_extra
    if beyond.sum() <= NOTABLE * len(lengths):
        return []
    needed = np.quantile((lengths - settings.length_extra) / own, MOST, method="higher")
    ratio = min(HIGHEST, math.ceil(10 * float(needed)) / 10)
    return [
        f"{beyond.sum():,} of {len(lengths):,} training targets are longer than decoding.length_ratio = {settings.length_ratio:g} allows, "
        f"so such outputs would be cut; try decoding.length_ratio = {ratio:g}."
    ]


def unknown_notes(pairs: Sequence[SentencePair], assets: TranslationAssets) -> list[str]:
    """A note where targets hold tokens that the vocabulary of an earlier run lacks: they can be neither learned nor written."""
    vocabulary = assets.target.vocabulary
    tokens = Counter(token for pair in pairs for token in assets.target.split(pair.target))
    unknown = Counter({token: count for token, count in tokens.items() if vocabulary.id(token) is None})
    if not unknown:
        return []
    named = ", ".join(repr(restored(token.strip(SPACE + JOINER)) or token) for token, _ in unknown.most_common(SHOWN))
    return [
        f"{unknown.total():,} of {tokens.total():,} target tokens ({100 * unknown.total() / tokens.total():.1f} %) are not in the "
        f"vocabulary of the run to go on from, which cannot learn or write them ({named}{' ...' if len(unknown) > SHOWN else ''}). "
        "Train anew instead of --from where they matter."
    ]


def is_measurable(name: str, references: Sequence[str], language: str) -> bool:
    """Whether any reference has a 4-gram of a measure in OF_NGRAMS: without one it is 0 whatever is written."""
    tokenize = bleu_metric(language).tokenizer if name == "bleu" else TRANSLATION_METRICS[name].build(language).prepare
    return any(len(tokenize(text).split()) >= NGRAM for text in references)


def selection_notes(select_by: str, references: Sequence[str], language: str) -> list[str]:
    """A note where weights are to be selected by a BLEU that stays 0."""
    if select_by not in OF_NGRAMS or not references or is_measurable(select_by, references, language):
        return []
    return [
        f"training.select_by = {select_by!r} cannot be measured here, for no dev target has {NGRAM} words; the dev loss decides. "
        "Use training.select_by = 'exact' or 'cer'."
    ]


def scoring_notes(split: str, references: Sequence[str], language: str) -> list[str]:
    """A note where a BLEU is 0 whatever is written."""
    names = [name for name in OF_NGRAMS if language_code(language) not in TRANSLATION_METRICS[name].not_for]
    dumb = [name for name in names if references and not is_measurable(name, references, language)]
    if not dumb:
        return []
    return [
        f"{split}: {' and '.join(dumb)} cannot be measured, for no reference has {NGRAM} words; exact and cer say how good the outputs are."
    ]
