"""The measures of translations: BLEU on the two scales in use, chrF and TER through sacrebleu, exact matches and error rates.

`bleu`         sacrebleu's own: cased, on plain text, tokenised by mteval-13a (Post 2018). Languages without spaces, which 13a cannot split,
               are tokenised by sacrebleu's "zh" or by character; the signature says so.
`chrf`         character F-score (Popovic 2015), sacrebleu's defaults.
`ter`          translation edit rate (Snover et al. 2006), sacrebleu's defaults: edits and shifts for 100 words of the reference. LOWER IS
               BETTER, and it may pass 100. Its search for shifts is slow on long lines: a part with one of over TER_LONGEST words has
               no `ter`. Chinese and Japanese are split into signs first; Thai and its like, which sacrebleu cannot split, have none.
`bleu_tok_lc`  the scale on which Multi30k numbers are published: hypothesis and reference are lower-cased, Moses punctuation-normalised
               and Moses-tokenised (escaped, hyphens kept), which reproduces the corpus's own lc.norm.tok files. Not comparable with
               `bleu`, and not given for languages without spaces, which Moses cannot split.
`exact`, `cer`, `wer`: see error_rates.py.

Intervals resample sentences (score.py): a corpus score is a function of summed statistics, so no text is read twice.
sacrebleu and sacremoses are imported where they are used: a tagging run does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.metrics import TRANSLATIONS, TextMetric, TranslationMetric
from seqtasks.evaluation.score import Score, check_same_lengths, percentile_interval, resampled_sums, shown_interval, signed
from seqtasks.registry import find_part, further_parts
from seqtasks.text.language_codes import language_code

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU
    from sacrebleu.metrics.base import Metric

TER_LONGEST = 200  # words of a line; sacrebleu tries up to 1,000 shifts of a line, each in time by its length


def translation_scores(
    hypotheses: Sequence[str],
    *references: Sequence[str],
    language: str,
    split: str,
    head: str,
    seed: int = 1,
    samples: int = 1000,
) -> list[Score]:
    """Every measure of plain text against one or several references of each line; `language` is the target's code ("de").

    In percent. No sentence at all scores 0 without an interval. `samples=0` leaves the intervals out.
    Raises ValueError where they are not aligned.
    """
    for side in references:
        check_same_lengths(hypotheses, side, ("hypotheses", "references"))
    return [
        scored(name, kind, hypotheses, *references, split=split, head=head, seed=seed, samples=samples)
        for name, kind in translation_metrics(language, [*hypotheses, *chain(*references)]).items()
    ]


def scored(
    name: str,
    kind: TranslationMetric,
    hypotheses: Sequence[str],
    *references: Sequence[str],
    split: str,
    head: str,
    seed: int,
    samples: int,
) -> Score:
    """One measure of plain text, with its interval and settings."""
    texts, *answers = [[kind.prepare(text) for text in side] for side in (hypotheses, *references)]
    value, drawn, signature = measured(kind.metric, texts, *answers, seed=seed, samples=samples)
    interval, told = shown_interval(drawn, value=value, sentences=len(texts), share=name in SHARES)
    shown = signed({**signature, **kind.settings, "sentences": str(len(texts)), **told}, interval, seed=seed, samples=samples)
    return Score(name=name, value=value, split=split, head=head, interval=interval, signature=shown)


def translation_metrics(language: str, texts: Sequence[str]) -> dict[str, TranslationMetric]:
    """The metrics by name; texts: all that they will see, translations and references, which may be too long for some."""
    code = language_code(language)
    split_up = code in UNSPACED  # each sign counts as a word
    longest = max((len(text if split_up else text.split()) for text in texts), default=0)
    every = {**TRANSLATION_METRICS, **further_parts(TRANSLATION_METRICS, TRANSLATIONS)}
    fitting = {name: one for name, one in every.items() if code not in one.not_for and (one.longest is None or longest <= one.longest)}
    return {name: one.build(language) for name, one in fitting.items()}


def bleu(language: str) -> TranslationMetric:
    return TranslationMetric(bleu_metric(language))


def chrf(language: str) -> TranslationMetric:
    from sacrebleu.metrics import CHRF

    return TranslationMetric(CHRF())


def ter(language: str) -> TranslationMetric:
    from sacrebleu.metrics import TER

    split_up = language_code(language) in UNSPACED
    return TranslationMetric(TER(normalized=split_up, asian_support=split_up))


def bleu_tok_lc(language: str) -> TranslationMetric:
    from sacrebleu.metrics import BLEU

    tokenise, settings = moses(language)
    return TranslationMetric(BLEU(tokenize="none", lowercase=True, force=True), tokenise, settings)


def exact(language: str) -> TranslationMetric:
    from seqtasks.evaluation.error_rates import ExactMatch

    return TranslationMetric(ExactMatch())


def character_error_rate(language: str) -> TranslationMetric:
    from seqtasks.evaluation.error_rates import EditRate

    return TranslationMetric(EditRate("character", str))


def word_error_rate(language: str) -> TranslationMetric:
    from seqtasks.evaluation.error_rates import EditRate

    return TranslationMetric(EditRate("word", str.split))


def corpus_value(name: str, hypotheses: Sequence[str], references: Sequence[str], *, language: str) -> float:
    """One measure of plain text by its name, without an interval. Raises RecipeError where nobody offers it."""
    kind = find_part(TRANSLATION_METRICS, name, TRANSLATIONS).build(language)
    sides = ([kind.prepare(text) for text in side] for side in (hypotheses, references))
    return measured(kind.metric, *sides, seed=1, samples=0)[0]


def bleu_metric(language: str) -> BLEU:
    """sacrebleu's BLEU as `bleu` is measured for text of that language."""
    from sacrebleu.metrics import BLEU

    return BLEU(tokenize=UNSPACED.get(language_code(language), "13a"), force=True)


def sentence_bleu_metric(language: str) -> BLEU:
    """The same for single sentences: smoothed, of those n-grams that the hypothesis is long enough for."""
    from sacrebleu.metrics import BLEU

    return BLEU(tokenize=bleu_metric(language).tokenizer.signature(), effective_order=True)


def sentence_bleu(language: str) -> Callable[[str, str], float]:
    """(hypothesis, reference) -> BLEU of one sentence, 0 to 100, by `sentence_bleu_metric`."""
    metric = sentence_bleu_metric(language)
    return lambda hypothesis, reference: float(metric.sentence_score(hypothesis, [reference]).score)


def moses(language: str) -> tuple[Callable[[str], str], dict[str, str]]:
    """Lower-case, normalise and tokenise as the Moses scripts do; returns the function and the settings for the signature.

    A language without Moses rules gets the English ones, and the setting says so: `moses:en(no rules for xx)`.
    """
    from sacremoses import MosesPunctNormalizer, MosesTokenizer
    from sacremoses.corpus import NonbreakingPrefixes

    code = language_code(language)
    known = code in {*NonbreakingPrefixes().available_langs.values(), "ko"}
    rules = code if known else "en"
    normaliser, tokeniser = MosesPunctNormalizer(lang=rules), MosesTokenizer(lang=rules)

    def tokenise(text: str) -> str:
        return str(tokeniser.tokenize(normaliser.normalize(text.lower()), escape=True, return_str=True))

    shown = rules if known else f"en(no rules for {code or 'an unnamed language'})"
    return tokenise, {"norm": "moses", "moses": shown, "escape": "yes", "sacremoses": version("sacremoses")}


def measured(
    metric: Metric, hypotheses: Sequence[str], *references: Sequence[str], seed: int, samples: int
) -> tuple[float, tuple[float, float] | None, dict[str, str]]:
    """A metric's value, interval and sacrebleu signature; its sufficient statistics are computed once and serve all of them."""
    statistics_NK = statistics_of(metric, hypotheses, *references)
    value = float(scores_of(metric, statistics_NK.sum(axis=0, keepdims=True))[0]) if hypotheses else 0.0
    sums_RK = resampled_sums(statistics_NK, seed=seed, samples=samples if hypotheses else 0)
    signature = dict(part.split(":", maxsplit=1) for part in str(metric.get_signature()).split("|"))
    return value, percentile_interval(scores_of(metric, sums_RK)), signature


def statistics_of(metric: Metric, hypotheses: Sequence[str], *references: Sequence[str]) -> NDArray[np.float64]:
    """The sufficient statistics of each sentence, [N, K]; of one empty sentence where there is none."""
    found = metric._extract_corpus_statistics(list(hypotheses) or [""], [list(side) or [""] for side in references])
    return np.asarray(found, dtype=np.float64)


def scores_of(metric: Metric, sums_RK: NDArray[np.float64]) -> NDArray[np.float64]:
    """The metric's score of each row of summed statistics, [R]."""
    return np.array([metric._compute_score_from_stats(sums_K).score for sums_K in sums_RK.tolist()], dtype=np.float64)


SHARES = ("exact",)  # measures that are shares of lines
UNSPACED = {"zh": "zh", "ja": "char", "th": "char", "lo": "char", "km": "char", "my": "char"}  # what splits languages without spaces
TRANSLATION_METRICS: dict[str, TextMetric] = {
    "bleu": TextMetric(bleu),
    "chrf": TextMetric(chrf),
    "ter": TextMetric(ter, lower_is_better=True, longest=TER_LONGEST, not_for=UNSPACED.keys() - {"zh", "ja"}),
    "bleu_tok_lc": TextMetric(bleu_tok_lc, not_for=UNSPACED),
    "exact": TextMetric(exact),
    "cer": TextMetric(character_error_rate, lower_is_better=True),
    "wer": TextMetric(word_error_rate, lower_is_better=True, not_for=UNSPACED),
}
