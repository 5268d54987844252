"""Deep and conditional decoders of a recipe: what is trained searches, scores, aligns and joins ensembles."""

from pathlib import Path

import pytest

import seqtasks
from tests.miniature.corpora import write
from tests.miniature.runs import done, train

TRAINED = [
    {"decoder__attend": "first", "decoder__layers": 2, "decoder__residual": True},
    {"decoder__attend": "first", "decoder__layers": 2, "decoder__attention": "coverage"},
    {"decoder__kind": "cgru"},
    {"decoder__kind": "cgru", "decoder__layers": 2, "decoder__attention": "location"},
]
LINES = ["A dog sees the boat in the garden.", "", "A boat", "x"]


@pytest.mark.parametrize("options", TRAINED, ids=str)
@pytest.mark.usefixtures("plain_figures", "miniature")
def test_it_searches_scores_aligns_and_is_part_of_an_ensemble(options: dict[str, object]) -> None:
    for seed in (1, 2):
        train("translation", Path(f"run{seed}"), training__seed=seed, **options)
    alone = seqtasks.load("run1", decoding={"beams": 3, "length_penalty": "none"})
    answers = alone.translate(LINES, n_best=3, alignments=True)
    assert [answer[0].text for answer in (alone.translate([line])[0] for line in LINES)] == [best[0].text for best in answers]
    assert answers[0][0].alignment
    write(Path("s"), f"{LINES[0]}\n{LINES[2]}\n")
    write(Path("t"), f"{answers[0][0].text}\nUn canot\n")
    found, both = (done("score", "run1", "s", "t", *more).stdout.split("\n") for more in ((), ("--ensemble", "run2")))
    assert all(float(number) < 0 for number in [*found[:2], *both[:2]]) and found != both
    together = seqtasks.load(["run1", "run2"], decoding={"beams": 3}).translate(LINES, alignments=True)
    assert not together[1][0].text and together[0][0].alignment
