"""Measures of whole outputs and of their edits, as sacrebleu's metrics are built: for dates, numbers, names, pronunciations.

`exact`  share of outputs that are their reference (one of them, where there are several), white space at the ends aside.
`cer`    character error rate: insertions, deletions and substitutions of characters (Levenshtein 1966) for 100 of the reference's.
`wer`    word error rate: the same of words, which are what white space separates.

Error rates may pass 100; LOWER IS BETTER. Of several references of a line the nearest counts, by edits and then by length. Distances are
rapidfuzz's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from rapidfuzz.distance import Levenshtein
from sacrebleu.metrics.base import Metric, Score, Signature
from sacrebleu.utils import sum_of_lists


class ExactSignature(Signature):
    """nrefs and that case counts."""

    info: dict[str, Any]

    def __init__(self, args: dict[str, Any]) -> None:
        super().__init__(args)
        self.info = {"nrefs": self.info["nrefs"], "case": "mixed", "version": self.info["version"]}


class ExactMatch(Metric):
    """`exact`. Statistics of a line: whether it is right, 1."""

    _SIGNATURE_TYPE = ExactSignature

    def _preprocess_segment(self, sent: str) -> str:
        return sent.strip()

    def _extract_reference_info(self, refs: Sequence[str]) -> dict[str, Any]:
        return {"references": refs}

    def _compute_segment_statistics(self, hypothesis: str, ref_kwargs: Mapping[str, Any]) -> list[int]:
        return [int(hypothesis in ref_kwargs["references"]), 1]

    def _compute_score_from_stats(self, stats: Sequence[float]) -> Score:
        right, lines = stats
        return Score("exact", 100 * right / lines if lines else 0.0)

    def _aggregate_and_compute(self, stats: Sequence[Sequence[float]]) -> Score:
        return self._compute_score_from_stats(sum_of_lists(stats))


class EditSignature(ExactSignature):
    """Beside these what is counted, and whose distances they are."""

    def __init__(self, args: dict[str, Any]) -> None:
        super().__init__(args)
        self.info = {**self.info, "unit": args["unit"], "rapidfuzz": version("rapidfuzz")}


class EditRate(Metric):
    """`cer` and `wer`. Statistics of a line: edits, units of the reference. Lines without any unit count as wrong or right as a whole."""

    _SIGNATURE_TYPE = EditSignature

    def __init__(self, unit: str, units: Callable[[str], Sequence[str]]) -> None:
        super().__init__()
        self.unit = unit
        self.units = units

    def _preprocess_segment(self, sent: str) -> str:
        return sent.strip()

    def _extract_reference_info(self, refs: Sequence[str]) -> dict[str, Any]:
        return {"references": [self.units(text) for text in refs]}

    def _compute_segment_statistics(self, hypothesis: str, ref_kwargs: Mapping[str, Any]) -> list[int]:
        written = self.units(hypothesis)
        found = [(Levenshtein.distance(written, reference), -len(reference)) for reference in ref_kwargs["references"]]
        edits, length = min(found)
        return [edits, -length]

    def _compute_score_from_stats(self, stats: Sequence[float]) -> Score:
        edits, length = stats
        return Score(self.unit, 100 * edits / length if length else 100.0 * bool(edits))

    def _aggregate_and_compute(self, stats: Sequence[Sequence[float]]) -> Score:
        return self._compute_score_from_stats(sum_of_lists(stats))
