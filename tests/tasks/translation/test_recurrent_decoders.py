"""Deep and conditional decoders of a recipe: what does not fit is told; what is trained searches, scores, aligns and joins ensembles."""

from pathlib import Path

import pytest

import seqtasks
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke, spelled, train

FAULTS = [
    (
        {"attention": "none", "input_feeding": True},
        "decoder.input_feeding needs an attention to feed; decoder.attention is 'none'. Set one of the two.",
    ),
    (
        {"attention": "none", "attend": "first", "layers": 2},
        "decoder.attend says which layer asks the attention, but decoder.attention is 'none'. Leave it out, or choose one.",
    ),
    (
        {"attend": "first"},
        "decoder.attend = 'first' needs layers above the first to read the context, but decoder.layers = 1. Use more layers.",
    ),
    (
        {"attend": "first", "layers": 2, "input_feeding": True},
        "decoder.attend = 'first' hands the context up to the next layer, decoder.input_feeding to the next word. Choose one.",
    ),
    (
        {"residual": True},
        "decoder.residual goes around the layers above the first, but decoder.layers = 1. Leave it out, or use more layers.",
    ),
    (
        {"kind": "cgru", "attention": "none"},
        "decoder.kind = 'cgru' is two GRUs around an attention, but decoder.attention is 'none'. Choose one, or kind 'gru'.",
    ),
    (
        {"kind": "cgru", "input_feeding": True, "attend": "first", "residual": True},
        "decoder.input_feeding has no meaning for decoder.kind = 'cgru', whose state reads what was looked at. Leave it out.\n"
        "decoder.attend has no meaning for decoder.kind = 'cgru', whose attention sits between its two GRUs. Leave it out.\n"
        "decoder.residual goes around the layers above the first, but decoder.layers = 1. Leave it out, or use more layers.",
    ),
]
TRAINED = [
    {"decoder__attend": "first", "decoder__layers": 2, "decoder__residual": True},
    {"decoder__attend": "first", "decoder__layers": 2, "decoder__attention": "coverage"},
    {"decoder__kind": "cgru"},
    {"decoder__kind": "cgru", "decoder__layers": 2, "decoder__attention": "location"},
]
LINES = ["A dog sees the boat in the garden.", "", "A boat", "x"]


@pytest.mark.parametrize(("options", "message"), FAULTS)
@pytest.mark.usefixtures("miniature")
def test_keys_of_a_recurrent_decoder_that_do_not_fit_are_told(options: dict[str, object], message: str) -> None:
    given = [part for key, value in options.items() for part in ("--set", f"decoder.{key}={spelled(value)}")]
    result = invoke("run", "translation", "--out", "run", *given)
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")


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
