"""BLEU and chrF of translations, through sacrebleu, on the two scales in use.

`bleu`         sacrebleu's own: cased, on plain text, tokenised by mteval-13a (Post 2018). Chinese and Japanese, which 13a cannot split, are
               tokenised by sacrebleu's "zh" and by character; the signature says so.
`chrf`         character F-score (Popovic 2015), sacrebleu's defaults.
`bleu_tok_lc`  the scale on which Multi30k numbers are published: hypothesis and reference are lower-cased, Moses punctuation-normalised
               and Moses-tokenised (escaped, hyphens kept), which reproduces the corpus's own lc.norm.tok files. Not comparable with `bleu`.

Intervals resample sentences (score.py): a corpus score is a function of summed statistics, so no text is read twice.
sacrebleu and sacremoses are imported where they are used: a tagging run does not wait for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from seqtasks.evaluation.score import Score, check_same_lengths, percentile_interval, resampled_sums, signed

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU
    from sacrebleu.metrics.base import Metric


def translation_scores(
    hypotheses: Sequence[str], references: Sequence[str], *, language: str, split: str, head: str, seed: int = 1, samples: int = 1000
) -> list[Score]:
    """`bleu`, `chrf` and `bleu_tok_lc` of plain text against one reference each, in percent; `language` is the target's code ("de").

    No sentence at all scores 0 without an interval. `samples=0` leaves the intervals out.
    Raises ValueError where the two are not aligned.
    """
    from sacrebleu.metrics import BLEU, CHRF

    check_same_lengths(hypotheses, references, ("hypotheses", "references"))
    tokenise, settings = moses(language)
    tokenised = [tokenise(text) for text in hypotheses], [tokenise(text) for text in references]
    kinds = {
        "bleu": (bleu_metric(language), (hypotheses, references), {}),
        "chrf": (CHRF(), (hypotheses, references), {}),
        "bleu_tok_lc": (BLEU(tokenize="none", lowercase=True, force=True), tokenised, settings),
    }
    scores = []
    for name, (metric, (texts, answers), more) in kinds.items():
        value, interval, signature = measured(metric, texts, answers, seed=seed, samples=samples)
        settings_shown = {**signature, **more, "sentences": str(len(texts))}
        scores.append(
            Score(
                name=name,
                value=value,
                split=split,
                head=head,
                interval=interval,
                signature=signed(settings_shown, interval, seed=seed, samples=samples),
            )
        )
    return scores


def bleu_metric(language: str) -> BLEU:
    """sacrebleu's BLEU as `bleu` is measured for text of that language."""
    from sacrebleu.metrics import BLEU

    return BLEU(tokenize=BLEU_TOKENIZERS.get(language_code(language), "13a"), force=True)


def sentence_bleu(language: str) -> Callable[[str, str], float]:
    """(hypothesis, reference) -> BLEU of one sentence, 0 to 100: smoothed, of those n-grams that the hypothesis is long enough for."""
    from sacrebleu.metrics import BLEU

    metric = BLEU(tokenize=bleu_metric(language).tokenizer.signature(), effective_order=True)
    return lambda hypothesis, reference: float(metric.sentence_score(hypothesis, [reference]).score)


def moses(language: str) -> tuple[Callable[[str], str], dict[str, str]]:
    """Lower-case, normalise and tokenise as the Moses scripts do; returns the function and the settings for the signature.

    A language without Moses rules gets the English ones, and the setting says so: `moses:en(no rules for xx)`.
    """
    from sacremoses import MosesPunctNormalizer, MosesTokenizer
    from sacremoses.corpus import NonbreakingPrefixes

    code = language_code(language)
    known = code in {*NonbreakingPrefixes().available_langs.values(), "ja", "ko"}
    rules = code if known else "en"
    normaliser, tokeniser = MosesPunctNormalizer(lang=rules), MosesTokenizer(lang=rules)

    def tokenise(text: str) -> str:
        return str(tokeniser.tokenize(normaliser.normalize(text.lower()), escape=True, return_str=True))

    shown = rules if known else f"en(no rules for {code or 'an unnamed language'})"
    return tokenise, {"norm": "moses", "moses": shown, "escape": "yes", "sacremoses": version("sacremoses")}


def language_code(language: str) -> str:
    """The language of a code such as "de", "DE", "pt-BR" or "zh_CN.UTF-8", in lower case."""
    return re.split(r"[^a-z]", language.strip().lower(), maxsplit=1)[0]


def measured(
    metric: Metric, hypotheses: Sequence[str], references: Sequence[str], *, seed: int, samples: int
) -> tuple[float, tuple[float, float] | None, dict[str, str]]:
    """A metric's value, interval and sacrebleu signature; its sufficient statistics are computed once and serve all of them."""
    statistics = metric._extract_corpus_statistics(list(hypotheses) or [""], [list(references) or [""]])
    value = float(metric._aggregate_and_compute(statistics).score)
    sums_RK = resampled_sums(np.asarray(statistics, dtype=np.float64), seed=seed, samples=samples if hypotheses else 0)
    interval = percentile_interval([metric._compute_score_from_stats(list(sums_K)).score for sums_K in sums_RK.tolist()])
    signature = dict(part.split(":", maxsplit=1) for part in str(metric.get_signature()).split("|"))
    return value, interval, signature


BLEU_TOKENIZERS = {"zh": "zh", "ja": "char"}  # 13a for every other language
