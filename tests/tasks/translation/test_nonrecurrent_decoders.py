"""Transformer and convolutional decoders in recipes: everything that translates takes them."""

from pathlib import Path

import pytest
import torch

import seqtasks
from tests.miniature.corpora import write
from tests.miniature.runs import done, train

TRAINED = {
    "transformer": {"decoder__kind": "transformer", "decoder__attention": "scaled", "decoder__heads": 2, "decoder__layers": 2},
    "convolution": {"decoder__kind": "convolution", "decoder__attention": "dot", "decoder__layers": 2},
}
LINES = ["A dog sees the boat in the garden.", "", "A boat", "x"]


@pytest.mark.parametrize("kind", TRAINED)
@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_rival_searches_scores_aligns_samples_and_joins_an_ensemble_with_another_kind(kind: str) -> None:
    train("translation", Path("run"), **TRAINED[kind])
    train("translation", Path("other"))
    alone = seqtasks.load("run", decoding={"beams": 3, "length_penalty": "none", "coverage_penalty": 0.2})
    answers = alone.translate(LINES, n_best=3, alignments=True)
    assert [alone.translate([line])[0][0].text for line in LINES] == [best[0].text for best in answers]
    assert answers[0][0].alignment and not answers[1][0].text
    write(Path("s"), f"{LINES[0]}\n{LINES[2]}\n")
    write(Path("t"), f"{answers[0][0].text}\nUn canot\n")
    found, both = (done("score", "run", "s", "t", *more).stdout.split("\n") for more in ((), ("--ensemble", "other")))
    assert all(float(number) < 0 for number in [*found[:2], *both[:2]]) and found != both
    together = seqtasks.load(["run", "other"], decoding={"beams": 3}).translate(LINES, alignments=True)
    assert not together[1][0].text and together[0][0].alignment
    assert len(seqtasks.load("run", decoding={"samples": 2}).translate(LINES[:1], n_best=2)[0]) == 2


@pytest.mark.parametrize("kind", TRAINED)
@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_rival_with_documents_long_lines_and_prefixes_answers_line_by_line(kind: str) -> None:
    train("translation", Path("run"), **TRAINED[kind])
    predictor = seqtasks.load("run", decoding={"beams": 2, "length_ratio": 0.2})
    lines = ["boat " * 1500, "A boat", ""]
    assert [bool(best[0].text) or line == 1 for line, best in enumerate(predictor.translate(lines))] == [True, True, False]
    with torch.inference_mode():
        (scored,) = predictor.translator.score(["A boat"], ["canot " * 990])
    assert len(scored.tokens) > 4900 and scored.log_probability < 0
