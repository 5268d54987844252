"""What a trial of a setting on dev says: it confirms where fewer lines have the fault and chrF is no lower."""

import pytest

from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.trials import MeasuredFaults, Trial
from tests.diagnosis.planted import clean

LOOPS = TranslatedLine("A dog sees the boat.", "Un chien chien voit le canot.", "Un chien voit le canot.")


def test_lines_are_measured_by_their_faults_and_their_mean_chrf() -> None:
    found = MeasuredFaults.of([*clean(), LOOPS, TranslatedLine("", "x", "y")])
    assert found.lines == 61
    assert found.with_fault == {"repetition": 1}
    assert 99 < found.chrf < 100
    assert MeasuredFaults.of([]) == MeasuredFaults(0, 0.0, {})


CASES = [
    ((40, 50.0), (32, 50.0), True),
    ((40, 50.0), (33, 60.0), False),
    ((40, 50.0), (3, 49.9), False),
    ((6, 50.0), (1, 50.0), True),
    ((6, 50.0), (2, 50.0), False),
]


@pytest.mark.parametrize(("before", "after", "confirmed"), CASES)
def test_a_trial_confirms_a_fifth_fewer_faulty_lines_at_no_loss_of_chrf(before: tuple, after: tuple, confirmed: bool) -> None:
    sides = (MeasuredFaults(200, value, {"repetition": count}) for count, value in (before, after))
    trial = Trial.between("repetition", "decoding.block_ngrams=4", *sides)
    assert (trial.told, trial.confirmed) == (True, confirmed)
    text = f"on 200 lines of dev {before[0]} -> {after[0]} lines with the fault, chrF {before[1]:.1f} -> {after[1]:.1f}"
    assert trial.to_json() == {
        "setting": "decoding.block_ngrams=4",
        "lines": 200,
        "faulty": (before[0], after[0]),
        "chrf": (before[1], after[1]),
        "confirmed": confirmed,
        "text": text,
    }


def test_a_trial_on_lines_without_the_fault_tells_nothing() -> None:
    trial = Trial.between("truncation", "a.b=1", MeasuredFaults(5, 50.0, {}), MeasuredFaults(5, 60.0, {"truncation": 1}))
    assert (trial.told, trial.confirmed) == (False, False)
