"""What estimators are handed, check by check: what passes comes back as plain lists, and what does not is told at its border."""

from __future__ import annotations

import numpy as np
import pytest

from seqtasks.errors import UsageError
from seqtasks.estimators.neural_tagger import NeuralTagger, refuse_new_labels
from seqtasks.estimators.parameters import CHOICES, RATES, SMALLEST, check_parameters, choice_faults
from seqtasks.text.tags import SCHEMES

DEFAULTS = NeuralTagger().get_params()


def test_labels_of_a_partial_fit_must_be_known() -> None:
    refuse_new_labels([["A"], ["B"], []], ["A", "B", "C"])
    with pytest.raises(UsageError) as caught:
        refuse_new_labels([["D", "A"], ["Z", "D"]], ["A", "B"])
    assert str(caught.value) == "partial_fit: the labels D, Z were not among those of fit (A, B ...). Use fit."


def faults(**changes: object) -> list[str]:
    try:
        check_parameters(DEFAULTS | changes)
    except UsageError as error:
        return str(error).splitlines()
    return []


def test_the_defaults_pass_and_every_known_choice_does() -> None:
    assert faults() == []
    for name, known in CHOICES.items():
        assert [faults(**{name: value}) for value in known] == [[]] * len(list(known))
    assert [faults(scheme=scheme) for scheme in (None, *SCHEMES)] == [[]] * (1 + len(SCHEMES))


@pytest.mark.parametrize(("name", "smallest"), SMALLEST.items())
def test_a_whole_number_passes_from_its_smallest_value_on(name: str, smallest: int) -> None:
    for value in (smallest, smallest + 1, np.int64(smallest), np.int8(smallest)):
        assert faults(**{name: value}) == []
    for value in (smallest - 1, float(smallest), str(smallest), True, None, np.float64(smallest), np.bool_(True)):
        assert faults(**{name: value}) == [f"{name}={value!r}: must be a whole number, at least {smallest}."]


@pytest.mark.parametrize("name", RATES)
def test_a_rate_passes_from_0_on_and_below_1(name: str) -> None:
    for value in (0, 0.0, 0.999, np.float32(0.5)):
        assert faults(**{name: value}) == []
    for value in (-1e-9, 1, 1.0, float("nan"), None, "0.5", False):
        assert faults(**{name: value}) == [f"{name}={value!r}: must be at least 0 and below 1."]


def test_a_learning_rate_is_above_0_and_a_norm_may_be_0_and_both_are_finite() -> None:
    assert faults(learning_rate=1e-12, clip_norm=0) == faults(learning_rate=np.float32(0.1), clip_norm=5.0) == []
    for value in (0, -1.0, float("inf"), float("nan"), None, True, "1"):
        assert faults(learning_rate=value) == [f"learning_rate={value!r}: must be a number above 0."]
    for value in (-1e-9, float("inf"), float("nan"), None, True, "1"):
        assert faults(clip_norm=value) == [f"clip_norm={value!r}: must be 0 (no clipping) or a number above 0."]


def test_every_fault_has_a_line_of_its_own_in_the_order_of_the_checks() -> None:
    wrong = {"head": "crv", "scheme": "BOI", "layers": 0, "seed": -1, "word_dropout": 1, "learning_rate": 0, "clip_norm": -1}
    assert [line.split("=")[0] for line in faults(**wrong)] == list(wrong)


def test_a_choice_names_what_is_known_and_the_nearest() -> None:
    assert choice_faults("head", "crf", ["softmax", "crf"]) == []
    assert choice_faults("head", "crff", iter(["softmax", "crf"])) == [
        "head='crff': no such head; did you mean 'crf'? Known: softmax, crf."
    ]
    assert choice_faults("head", 3, ["softmax", "crf"]) == ["head=3: no such head. Known: softmax, crf."]
