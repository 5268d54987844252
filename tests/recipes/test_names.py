"""Parts of other packages are found by their entry points and run like ours; ours win over a name that is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import seqtasks
from seqtasks.nn.backbones import BACKBONES
from seqtasks.recipes import names
from tests.miniature.runs import invoke, train


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


def test_our_parts_win_over_a_taken_name(offer: Callable[[str, str, object], None]) -> None:
    offer("seqtasks.backbones", "gru", "another")
    assert names.chosen(BACKBONES, "gru", "seqtasks.backbones") is BACKBONES["gru"]


def test_entry_points_of_this_installation_are_asked() -> None:
    from seqtasks.errors import RecipeError

    with pytest.raises(RecipeError, match=r"^no backbone 'nobody'\. Known: rnn, birnn, gru, bigru, lstm, bilstm\.$"):
        names.chosen(BACKBONES, "nobody", "seqtasks.backbones")
