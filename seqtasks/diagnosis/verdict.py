"""What all translations of a part together say of their model, in words and with the numbers it is said by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from seqtasks.diagnosis.limits import (
    FALLING,
    FEWEST_TO_COMPARE,
    GOOD_SHARE,
    HELD_BACK,
    MOSTLY_RIGHT,
    MOSTLY_WRONG,
    OFTEN_FAULTY,
    UNLEARNED_F1,
)

MODEL_FAULTS = ("repetition", "truncation", "over-length", "cut at the limit", "copied source", "unknown words in the output")


@dataclass(frozen=True)
class JudgedLine:
    """A line as the verdict sees it. f1: of its words, 0 to 1; words: of its source; unseen: whether training lacks one of them, None where
    that is not known.
    """

    f1: float
    faults: tuple[str, ...]
    words: int
    unseen: bool | None = None


@dataclass(frozen=True)
class Verdict:
    """name: "undertrained", "good", ...; text: why, one sentence or two."""

    name: str
    text: str


def verdict(lines: Sequence[JudgedLine], *, elsewhere: Sequence[JudgedLine] = (), losses: Sequence[float] = ()) -> Verdict | None:
    """Of a part; None for one without lines. The first that fits, in the order of this function.

    elsewhere: lines of other parts, which tell of words that training lacks; losses: on dev, epoch by epoch, as far as they are known.
    """
    if not lines:
        return None
    share = 100 * sum(bool(line.faults) for line in lines) / len(lines)
    middle = 100 * median(line.f1 for line in lines)
    numbers = f"{share:.1f} % of the {len(lines):,} lines have a fault; the median F1 of their words is {middle:.0f} %."
    if middle < 100 * UNLEARNED_F1 and losses and not still_falling(losses):
        return Verdict("learned little", f"{numbers} {stood_still(losses)}")
    if middle < 100 * UNLEARNED_F1:
        return Verdict("undertrained", f"{numbers} {fell(losses) if losses else 'Or this text is unlike what the model was trained on.'}")
    if share >= OFTEN_FAULTY and still_falling(losses):
        return Verdict("undertrained", f"{numbers} {fell(losses)}")
    if told := good_on_one_side([*lines, *elsewhere], lambda line: line.unseen, "words of training only", "with a word it lacks"):
        return Verdict("good on seen words only", f"{told}. {numbers}")
    if share <= 100 - GOOD_SHARE:
        return Verdict("good", numbers)
    edges = sorted(line.words for line in lines)
    third, two_thirds = edges[len(edges) // 3], edges[2 * len(edges) // 3]
    long = f"over {two_thirds} words"
    if told := good_on_one_side(lines, lambda line: by_length(line.words, third, two_thirds), f"up to {third} words", long):
        return Verdict("good on short sentences only", f"{told}. {numbers}")
    named, count = Counter(line.faults[0] for line in lines if line.faults).most_common(1)[0]
    if named in MODEL_FAULTS and 100 * count >= HELD_BACK * share / 100 * len(lines):
        return Verdict(f"held back by {named}", f"{count:,} lines have it before all. {numbers}")
    return Verdict("mostly wrong" if share > MOSTLY_WRONG else "partly right", f"{numbers} Most often: {named}.")


def good_on_one_side(lines: Sequence[JudgedLine], which: Callable[[JudgedLine], bool | None], one: str, other: str) -> str:
    """A sentence, where MOSTLY_RIGHT of the lines on the first side are right, and of those on the second at most half as many; else "".

    which: False for the first side, True for the second, None for neither. Sides of fewer than FEWEST_TO_COMPARE lines say nothing.
    """
    sides = [[not line.faults for line in lines if which(line) is side] for side in (False, True)]
    if min(map(len, sides)) < FEWEST_TO_COMPARE:
        return ""
    first, second = (100 * sum(side) / len(side) for side in sides)
    if first < MOSTLY_RIGHT or second > first / 2:
        return ""
    return f"Of {len(sides[0]):,} lines of {one} {first:.0f} % are without a fault, of {len(sides[1]):,} {other} {second:.0f} %"


def by_length(words: int, third: int, two_thirds: int) -> bool | None:
    """False for short sentences, True for long ones, None for those between."""
    return False if words <= third else True if words > two_thirds else None


def still_falling(losses: Sequence[float]) -> bool:
    """Whether the last epoch has the lowest loss, by FALLING of the lowest before it; so has the only one."""
    return bool(losses) and (len(losses) == 1 or losses[-1] <= (1 - FALLING) * min(losses[:-1]))


def fell(losses: Sequence[float]) -> str:
    """A sentence on losses that still fall."""
    if len(losses) == 1:
        return "It was trained for one epoch: more training.epochs may help."
    was = f"{losses[-2]:.2f} to {losses[-1]:.2f}"
    return f"The dev loss was still falling in the last of {len(losses)} epochs ({was}): more training.epochs may help."


def stood_still(losses: Sequence[float]) -> str:
    """A sentence on losses that fall no longer."""
    best = min(range(len(losses)), key=losses.__getitem__) + 1
    return (
        f"The dev loss was lowest, {min(losses):.2f}, in epoch {best} of {len(losses)}: more epochs will hardly help; "
        "more training pairs, another learning rate or another size may."
    )
