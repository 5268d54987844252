"""What the lines of a part say of the model: each verdict where its limit is reached, and not one step before."""

from collections.abc import Sequence

import pytest

from seqtasks.diagnosis import limits
from seqtasks.diagnosis.verdict import JudgedLine, fell, still_falling, stood_still, verdict

RIGHT = JudgedLine(1.0, (), 8, unseen=False)
WRONG = JudgedLine(0.8, ("wrong word",), 8, unseen=False)
NONSENSE = JudgedLine(0.2, ("unrelated output", "repetition"), 8, unseen=False)


def name_of(lines: list[JudgedLine], *, elsewhere: Sequence[JudgedLine] = (), losses: Sequence[float] = ()) -> str:
    found = verdict(lines, elsewhere=elsewhere, losses=losses)
    assert found is not None
    return found.name


def test_no_line_has_no_verdict() -> None:
    assert verdict([]) is None


def test_a_model_whose_median_f1_is_low_is_undertrained() -> None:
    found = verdict([NONSENSE] * 6 + [RIGHT] * 4)
    assert found is not None
    assert found.name == "undertrained"
    assert found.text == (
        "60.0 % of the 10 lines have a fault; the median F1 of their words is 20 %. Or this text is unlike what the model was trained on."
    )
    below, at = (JudgedLine(limits.UNLEARNED_F1 - step, ("wrong word",), 8) for step in (0.01, 0.0))
    assert (name_of([below] * 3), name_of([at] * 3)) == ("undertrained", "mostly wrong")
    assert name_of([WRONG] * 5 + [RIGHT] * 5) == "partly right"


def test_losses_that_still_fall_say_undertrained_and_losses_that_do_not_say_learned_little() -> None:
    falling = verdict([NONSENSE] * 3, losses=[4.0, 3.0])
    standing = verdict([NONSENSE] * 3, losses=[4.0, 3.0, 3.1, 3.05])
    assert falling is not None and standing is not None
    assert falling.name == "undertrained"
    assert falling.text.endswith("The dev loss was still falling in the last of 2 epochs (4.00 to 3.00): more training.epochs may help.")
    assert standing.name == "learned little"
    assert "The dev loss was lowest, 3.00, in epoch 2 of 4: more epochs will hardly help" in standing.text


def test_many_faults_while_the_loss_falls_say_undertrained() -> None:
    often = [WRONG] * 20 + [RIGHT] * 80
    assert name_of(often, losses=[2.0, 1.0]) == "undertrained"
    assert name_of(often, losses=[2.0, 1.99]) == name_of(often) == "partly right"
    assert name_of(often[1:] + [RIGHT], losses=[2.0, 1.0]) == "partly right"


def test_a_model_with_few_faults_is_good() -> None:
    assert name_of([RIGHT] * 90 + [WRONG] * 10) == "good"
    assert name_of([RIGHT] * 89 + [WRONG] * 11) == "partly right"


def test_a_model_that_fails_on_words_that_training_lacks_is_good_on_seen_words_only() -> None:
    unseen = JudgedLine(0.7, ("wrong word",), 8, unseen=True)
    found = verdict([RIGHT] * 25, elsewhere=[unseen] * 20)
    assert found is not None
    assert found.name == "good on seen words only"
    assert found.text.startswith(
        "Of 25 lines of words of training only 100 % are without a fault, of 20 with a word it lacks 0 %. 0.0 % of"
    )
    assert name_of([RIGHT] * 25, elsewhere=[unseen] * 19) == "good"
    half = [unseen] * 20 + [JudgedLine(1.0, (), 8, unseen=True)] * 21
    assert name_of([RIGHT] * 25, elsewhere=half) == "good"
    assert name_of([RIGHT] * 17 + [WRONG] * 8, elsewhere=[unseen] * 20) == "partly right"


def test_a_model_that_fails_on_long_sentences_is_good_on_short_ones_only() -> None:
    lines = [JudgedLine(1.0, (), words) for words in range(5, 9) for _ in range(10)]
    lines += [JudgedLine(0.7, ("missing word",), words) for words in range(20, 24) for _ in range(10)]
    found = verdict(lines)
    assert found is not None
    assert found.name == "good on short sentences only"
    assert found.text.startswith("Of 30 lines of up to 7 words 100 % are without a fault, of 20 over 21 words 0 %.")


@pytest.mark.parametrize(("fault", "name"), [("truncation", "held back by truncation"), ("wrong word", "partly right")])
def test_one_fault_of_the_search_in_most_faulty_lines_holds_a_model_back(fault: str, name: str) -> None:
    lines = [JudgedLine(0.8, (fault,), 8)] * 10 + [RIGHT] * 40
    assert name_of(lines) == name
    assert name_of(lines + [WRONG] * 11) == "partly right"


def test_a_loss_falls_where_the_last_is_lower_than_any_before_it() -> None:
    assert still_falling([3.0])
    assert not still_falling([])
    assert still_falling([2.0, 1.0, (1 - limits.FALLING) * 1.0])
    assert not still_falling([2.0, 1.0, 1.5])
    assert fell([3.0]) == "It was trained for one epoch: more training.epochs may help."
    assert stood_still([3.0, 4.0]).startswith("The dev loss was lowest, 3.00, in epoch 1 of 2")
