"""Parts of other packages are found by their entry points and run like ours; ours win over a name that is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from torch import nn

import seqtasks
from seqtasks.nn.backbones import BACKBONES
from seqtasks.recipes import names
from tests.miniature.runs import invoke, spelled, train


@dataclass(frozen=True)
class Offered:
    """An entry point as importlib.metadata gives it."""

    name: str
    part: object

    def load(self) -> object:
        return self.part


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, object], None]:
    offers: dict[str, list[Offered]] = {}
    monkeypatch.setattr(names, "entry_points", lambda group: offers.get(group, []))

    def add(group: str, name: str, part: object) -> None:
        offers.setdefault(group, []).append(Offered(name, part))

    return add


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_backbone_of_another_package_trains_and_loads(offer: Callable[[str, str, object], None]) -> None:
    offer("seqtasks.backbones", "theirs", BACKBONES["gru"])
    train("pos", Path("run"), backbone__kind="theirs")
    assert seqtasks.load("run").tagger.model.trunk.output_size == 8


@pytest.mark.usefixtures("miniature")
def test_what_others_offer_is_named_among_the_known(offer: Callable[[str, str, object], None]) -> None:
    offer("seqtasks.heads", "biaffine", None)
    result = invoke("run", "pos", "--out", "run", "--set", "head.kind=biafine")
    assert (result.exit_code, result.stderr) == (2, "Error: no head 'biafine'; did you mean 'biaffine'? Known: softmax, crf, biaffine.\n")


def narrow(*, input_size: int, hidden_size: int, layers: int, dropout: float, highway: bool = False) -> nn.Module:
    """A backbone that takes one option of ours and not the others."""
    return BACKBONES["lstm"](input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout)


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_backbone_is_given_the_options_it_takes_and_no_others(offer: Callable[[str, str, object], None]) -> None:
    offer("seqtasks.backbones", "narrow", narrow)
    train("pos", Path("run"), backbone__kind="narrow", backbone__highway=True)
    assert seqtasks.load("run").tagger.model.trunk.output_size == 8
    result = invoke("run", "pos", "--out", "other", "--set", "backbone.kind=narrow", "--set", "backbone.recurrent_dropout=0.2")
    expected = "Error: backbone.recurrent_dropout has no meaning for a backbone of kind 'narrow'. Leave it out.\n"
    assert (result.exit_code, result.stderr) == (2, expected)


FAULTS = [
    (
        {"backbone.kind": "transformer", "backbone.residual": True, "backbone.highway": True},
        "backbone.residual has no meaning for a backbone of kind 'transformer'. Leave it out.\n"
        "backbone.highway has no meaning for a backbone of kind 'transformer'. Leave it out.\n"
        "backbone.residual and backbone.highway are two ways around a layer. Choose one.",
    ),
    ({"backbone.heads": 2}, "backbone.heads has no meaning for a backbone of kind 'bilstm'. Leave it out."),
    (
        {"backbone.kind": "transformer", "backbone.heads": 5, "backbone.hidden_size": 8},
        "backbone.heads = 5 does not divide backbone.hidden_size = 8. Change one of them.",
    ),
    (
        {"backbone.residual": True, "backbone.highway": True},
        "backbone.residual and backbone.highway are two ways around a layer. Choose one.",
    ),
    (
        {"characters.kind": "lstm", "characters.widths": "[2]"},
        "characters.widths has no meaning for characters of kind 'lstm'. Leave it out, or use 'cnn'.",
    ),
    (
        {"characters.kind": "lstm", "characters.filters": 7},
        "characters.filters = 7: an LSTM has half of them in each direction. Use an even number.",
    ),
]


@pytest.mark.parametrize(("options", "message"), FAULTS)
@pytest.mark.usefixtures("miniature")
def test_options_that_do_not_fit_are_told_before_anything_is_read(options: dict[str, object], message: str) -> None:
    result = invoke(
        "run", "ner", "--out", "run", *[part for key, value in options.items() for part in ("--set", f"{key}={spelled(value)}")]
    )
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")


def test_our_parts_win_over_a_taken_name(offer: Callable[[str, str, object], None]) -> None:
    offer("seqtasks.backbones", "gru", "another")
    assert names.chosen(BACKBONES, "gru", "seqtasks.backbones") is BACKBONES["gru"]


def test_entry_points_of_this_installation_are_asked() -> None:
    from seqtasks.errors import RecipeError

    with pytest.raises(RecipeError, match=rf"^no backbone 'nobody'\. Known: {', '.join(BACKBONES)}\.$"):
        names.chosen(BACKBONES, "nobody", "seqtasks.backbones")
