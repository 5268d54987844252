"""Transformer and convolutional decoders in recipes: what does not fit is told, and everything that translates takes them."""

from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.errors import RecipeError
from seqtasks.tasks.table import check_recipe, load_recipe
from tests.miniature.corpora import write
from tests.miniature.runs import done, spelled, train

FAULTS = [
    (
        {"kind": "transformer"},
        "decoder.kind = 'transformer' looks at the source by decoder.attention = 'scaled', not 'additive'. Set it.",
    ),
    (
        {"kind": "convolution", "attention": "none"},
        "decoder.kind = 'convolution' looks at the source by decoder.attention = 'dot' or 'scaled', not 'none'. Set it.",
    ),
    (
        {"kind": "transformer", "attention": "scaled", "normaliser": "sparsemax", "input_feeding": True, "width": 5},
        "decoder.input_feeding has no meaning for decoder.kind = 'transformer'. Leave it out.\n"
        "decoder.normaliser has no meaning for decoder.kind = 'transformer'. Leave it out.\n"
        "decoder.width has no meaning for decoder.kind = 'transformer'. Leave it out.",
    ),
    (
        {"kind": "convolution", "attention": "dot", "heads": 2, "hierarchical": True, "inner_size": 9, "attend": "first"},
        "decoder.attend has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.heads has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.hierarchical has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.inner_size has no meaning for decoder.kind = 'convolution'. Leave it out.",
    ),
    (
        {"kind": "convolution", "attention": "dot", "window": "local-p", "window_size": 3, "residual": True, "layers": 2},
        "decoder.residual has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.window has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.window_size has no meaning for decoder.kind = 'convolution'. Leave it out.",
    ),
    (
        {"kind": "transformer", "attention": "scaled", "heads": 3, "hidden_size": 8},
        "decoder.heads = 3 does not divide decoder.hidden_size = 8. Change one of them.",
    ),
    ({"kind": "gru", "width": 5}, "decoder.width has no meaning for decoder.kind = 'gru'. Leave it out."),
    ({"inner_size": 5}, "decoder.inner_size has no meaning for decoder.kind = 'lstm'. Leave it out."),
]
TRAINED = {
    "transformer": {"decoder__kind": "transformer", "decoder__attention": "scaled", "decoder__heads": 2, "decoder__layers": 2},
    "convolution": {"decoder__kind": "convolution", "decoder__attention": "dot", "decoder__layers": 2},
}
LINES = ["A dog sees the boat in the garden.", "", "A boat", "x"]


@pytest.mark.parametrize(("options", "message"), FAULTS)
def test_keys_that_do_not_fit_a_rival_are_told(options: dict[str, object], message: str) -> None:
    given = [f"decoder.{key}={value!r}" if isinstance(value, str) else f"decoder.{key}={spelled(value)}" for key, value in options.items()]
    with pytest.raises(RecipeError) as raised:
        check_recipe(load_recipe("translation", "default", given).recipe)
    assert str(raised.value) == message


def test_an_inner_size_is_for_a_transformer() -> None:
    with pytest.raises(RecipeError) as raised:
        check_recipe(load_recipe("translation", "default", ["backbone.inner_size=9"]).recipe)
    assert str(raised.value) == "backbone.inner_size has no meaning for a backbone of kind 'bilstm'. Leave it out."


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
        (scored,) = predictor.translator.score(["A boat"], ["canot " * 1200])
    assert len(scored.tokens) > 1200 and scored.log_probability < 0
