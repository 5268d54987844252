"""The verdicts: RULES is the table of them, in the order in which they are looked for; the first that holds is the verdict.

A rule is a function of the curve and of the recipe's warm-up that gives the numbers it rests on, as a sentence, or None.
Limits are shares of H0 (`seqtasks.diagnosis.observations.curve`) where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seqtasks.diagnosis.observations.curve import Curve, rises

ABOVE = 1.2  # a training loss that ends here has left what label frequencies alone explain
RISEN, RISEN_LEAST = 0.05, 0.02  # rises of the training loss: share of its fall, and of H0
TURNS, TURN = 2, 0.005  # upward turns of dev, and how high one is
SPIKED, SPIKES = 0.01, 5  # share of updates, and how many at least: the last batch of an epoch may be small, and leap by itself
WORSE, WORSE_JITTERS, FELL = 0.01, 3.0, 0.1  # dev since its best; train meanwhile, as a share of itself
APART, APART_LEAST = 5.0, 0.1  # dev over train; dev
NOTHING, LITTLE, LITTLE_OPEN = 0.05, 0.4, 0.15  # explained; the last where the answer is open
GAIN, GAIN_SHARE = 0.005, 0.02  # of dev in the last epoch: of H0, and of itself
WARM = 0.9  # explained although the warm-up did not end: enough
SHORT = 3  # epochs up to which nothing but instability is told of a loss that still falls
SMALL_RATIO, LARGE_RATIO = 1e-4, 3e-2  # update-to-weight ratios below and above which the learning rate is wrong


@dataclass(frozen=True)
class Setting:
    """What a rule may know of the recipe beside its curves: the updates of its warm-up, whether its learning rate ends near 0, and whether
    what it answers is open, as the next word of a text is: then no model can explain most of it.
    """

    warmup: int = 0
    decays: bool = False
    open_ended: bool = False


Rule = Callable[[Curve, Setting], str | None]


def unstable(curve: Curve, setting: Setting) -> str | None:
    """The loss rises again and again, or has left its place."""
    reasons = [*left(curve), *wavering(curve), *spiked(curve)]
    return "; ".join(reasons) if reasons else None


def left(curve: Curve) -> list[str]:
    """A training loss that ends above ABOVE and did not come from further above by small steps."""
    last, height = curve.train[-1], curve.learning.min()
    fast = curve.ratios is not None and max(curve.ratios) > LARGE_RATIO
    risen = rises(curve.learning) > RISEN_LEAST * curve.entropy
    if not curve.entropy_known or last <= ABOVE * curve.entropy or not (fast or risen):
        return []
    lowest = f" after {height:.3f}" if height < last else ""
    return [f"the training loss ends at {last:.3f} nats{lowest}, above the {curve.entropy:.3f} that label frequencies alone would cost"]


def wavering(curve: Curve) -> list[str]:
    """A training loss that rises between epochs; a dev loss that turns up TURNS times and comes down again."""
    found = []
    up = min(rises(curve.learning), rises(curve.train))
    fall = float(curve.learning[0] - curve.learning.min())
    if up > RISEN * fall and up >= RISEN_LEAST * curve.entropy:
        found.append(f"the training loss rises by {up:.3f} nats between epochs, and falls by {fall:.3f} in all")
    if curve.dev is not None and not overfitting(curve, Setting()):
        steps = np.diff(curve.dev)
        limits = np.maximum(TURN * curve.entropy, 2 * curve.dev_error * curve.dev[:-1])
        turns = sum(steps[place] > limits[place] and (place == 0 or steps[place - 1] <= 0) for place in range(len(steps)))
        if turns >= TURNS:
            found.append(f"the dev loss turns upwards {turns} times, by up to {steps.max():.3f} nats")
    return found


def spiked(curve: Curve) -> list[str]:
    """Updates whose loss leaps above that of those before."""
    total = sum(curve.updates)
    if not curve.spikes or curve.spikes <= max(SPIKED * total, SPIKES - 1):
        return []
    return [f"the loss leaps in {curve.spikes} of {total} updates"]


def long_warmup(curve: Curve, setting: Setting) -> str | None:
    """The learning rate never got up."""
    total = sum(curve.updates)
    if setting.warmup < total or (curve.entropy_known and curve.explained(float(curve.train[-1])) >= WARM):
        return None
    return f"the learning rate was to rise over {setting.warmup:,} updates, but there were only {total:,}: it never reached its full value"


def overfitting(curve: Curve, setting: Setting) -> str | None:
    """Training goes on to fall while dev rises, or dev lies far above."""
    if curve.dev is None:
        return None
    best, last, train = curve.best, len(curve.epochs) - 1, curve.train
    worse = float(curve.dev[last] - curve.dev[best])
    fell = 1 - train[last] / train[best] if train[best] > 0 else 0.0
    if worse > max(WORSE_JITTERS * curve.jitter, WORSE * curve.entropy) and fell >= FELL:
        return (
            f"dev loss {curve.dev[best]:.3f} in epoch {curve.epochs[best]}, {curve.dev[last]:.3f} in epoch {curve.epochs[last]}, "
            f"while training loss fell from {train[best]:.3f} to {train[last]:.3f}"
        )
    if curve.dev[last] > APART * train[last] and curve.dev[last] > APART_LEAST * curve.entropy:
        return f"dev loss {curve.dev[last]:.3f} is {times(curve.dev[last], train[last])} the training loss {train[last]:.3f}"
    return None


def not_learning(curve: Curve, setting: Setting) -> str | None:
    """Nothing but label frequencies, or not even these."""
    share = curve.explained(float(curve.train[-1]))
    if not curve.entropy_known or share >= NOTHING:
        return None
    if share < -NOTHING:
        why = "not even how frequent the labels are: the learning rate is too small, or there were too few updates"
    else:
        why = "no more than how frequent the labels are"
    return f"training loss {curve.train[-1]:.3f} nats, label frequencies alone cost {curve.entropy:.3f}: the model knows {why}"


def underfitting(curve: Curve, setting: Setting) -> str | None:
    """It has learnt, but little, and has stopped."""
    share = curve.explained(float(curve.train[-1]))
    if not curve.entropy_known or share >= (LITTLE_OPEN if setting.open_ended else LITTLE):
        return None
    return f"training loss {curve.train[-1]:.3f} of {curve.entropy:.3f} nats: it explains {100 * share:.0f} % even of what it is trained on"


def still_improving(curve: Curve, setting: Setting) -> str | None:
    """The last epoch was still a gain."""
    watched, name = curve.watched, "training" if curve.dev is None else "dev"
    if len(watched) == 1:
        before, now = float(curve.learning[0]), float(curve.train[0])
        name = "training"
    else:
        before, now = float(watched[-2]), float(watched[-1])
    if before - now <= max(GAIN * curve.entropy, GAIN_SHARE * before):
        return None
    when = "within the only epoch" if len(watched) == 1 else "in the last epoch"
    return f"{name} loss still fell from {before:.3f} to {now:.3f} {when}"


def short_and_improving(curve: Curve, setting: Setting) -> str | None:
    """The same of a run so short that nothing else can be told."""
    return still_improving(curve, setting) if len(curve.epochs) <= SHORT else None


def good_fit(curve: Curve, setting: Setting) -> str:
    """None of the others."""
    loss = float(curve.watched[curve.best])
    if not curve.entropy_known:
        return f"loss {loss:.3f} nats on {'training' if curve.dev is None else 'dev'} data"
    share = f"{100 * curve.explained(loss):.0f} %"
    if curve.dev is None:
        return f"training loss {loss:.3f} of {curve.entropy:.3f} nats: {share} explained; nothing was held out to compare with"
    train = float(curve.train[curve.best])
    return f"dev loss {loss:.3f} of {curve.entropy:.3f} nats ({share} explained), training loss {train:.3f}"


def times(large: float, small: float) -> str:
    return f"{large / small:.0f} times" if small > 0 and large / small < 1000 else "over 1,000 times"


GOOD_FIT = "good fit"
RULES: tuple[tuple[str, Rule], ...] = (
    ("unstable", unstable),
    ("warm-up longer than the run", long_warmup),
    ("still improving", short_and_improving),
    ("overfitting", overfitting),
    ("not learning", not_learning),
    ("still improving", still_improving),
    ("underfitting", underfitting),
    (GOOD_FIT, good_fit),
)
ALARMS = frozenset({"unstable", "warm-up longer than the run", "overfitting", "not learning", "underfitting"})


def verdict_of(curve: Curve, setting: Setting) -> tuple[str, str]:
    """(the verdict, the numbers that it rests on)."""
    for name, rule in RULES:
        found = rule(curve, setting)
        if found is not None:
            return name, found
    raise AssertionError("the last rule always holds")
