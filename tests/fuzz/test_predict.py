"""Bytes to answer, of any kind: a line for a line, or one line of ours."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import seqtasks
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.text.corpora.lines import read_lines
from tests.fuzz.law import fuzzed, lawful
from tests.fuzz.mutations import nearly

RUNS = Path(__file__).parents[1] / "runs" / "format_1"
TEXTS = [
    b"The old teacher reads a letter.\nAnna's dog isn't in New York, is it?\n",
    "日本語 Ελληνικά \u200bx\u00ad \u2028 e\u0301\n".encode(),
    b"\n \n",
]
loaded = lru_cache(seqtasks.load)


def answered(run: str, data: bytes, options: PredictionOptions) -> None:
    """Every answer; where no sentences are split and no several sequences asked for, as many as lines."""
    predictor: Any = loaded(RUNS / run)
    answers = [*predictor.written((line for _, line in read_lines(io.BytesIO(data))), options)]
    if options.form in ("text", "jsonl") and not options.split_sentences and options.k_best is None:
        assert len(answers) == sum(1 for _ in read_lines(io.BytesIO(data)))
        assert not any("\n" in answer for answer in answers)


FORMS = st.sampled_from(["text", "jsonl", "conll", "conllu", "html"])
K_BEST = st.sampled_from([None, None, 1, 3])


@given(nearly(*TEXTS), FORMS, st.booleans(), st.booleans(), K_BEST, st.booleans(), st.sampled_from([None, "en", "zh", "ja", "xx"]))
@fuzzed()
def test_hmm(data: bytes, form: str, tokens: bool, confidence: bool, k_best: int | None, split: bool, language: str | None) -> None:
    options = PredictionOptions(
        form=form, tokens=tokens, confidence=confidence, k_best=k_best, split_sentences=split, language=language, chunk=7
    )
    lawful("predict (HMM)", lambda: answered("hmm", data, options))


@given(nearly(*TEXTS), st.sampled_from(["pos", "ner", "multitask"]), FORMS, st.booleans(), st.booleans())
@fuzzed(share=0.1)
def test_networks_that_tag(data: bytes, run: str, form: str, tokens: bool, confidence: bool) -> None:
    lawful("predict (taggers)", lambda: answered(run, data, PredictionOptions(form=form, tokens=tokens, confidence=confidence)))


@given(nearly(*TEXTS), st.sampled_from(["text", "jsonl"]), st.integers(1, 2), st.booleans())
@fuzzed(share=0.05)
def test_a_translator(data: bytes, form: str, n_best: int, alignments: bool) -> None:
    options = PredictionOptions(form=form, n_best=n_best, alignments=alignments)
    lawful("predict (translator)", lambda: answered("translation", data, options))
