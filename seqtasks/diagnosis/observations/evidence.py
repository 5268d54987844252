"""What no curve shows, and the controls that do: facts of data and model that are put beside the verdict as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqtasks.diagnosis.observations.curve import Curve
from seqtasks.diagnosis.observations.rules import LARGE_RATIO, SMALL_RATIO, Setting
from seqtasks.diagnosis.shared_sentences import SHORT, SharedWithTrain

USED = 0.02  # nats a token that another line's source costs at least where a model reads its source
CLIPPED = 0.5  # share of updates, beyond which clipping is no exception (Godbole et al. 2023, Deep Learning Tuning Playbook)
PLATEAU, FLAT = 3, 0.005  # epochs at the end in which dev gains less than this share of H0 in all


@dataclass(frozen=True)
class SourceControl:
    """Dev scored with its own sources and with those of other lines: nats a token, and the lines."""

    own: float
    other: float
    lines: int

    @property
    def gain(self) -> float:
        """What the right source saves, in nats a token."""
        return self.other - self.own


@dataclass(frozen=True)
class Evidence:
    """Of a run's data and model: what parts share with train, and the source control of a translator."""

    shared: Sequence[SharedWithTrain] = ()
    source: SourceControl | None = None


@dataclass(frozen=True)
class Statement:
    """A sentence with its numbers. alarm: whether something is wrong."""

    about: str
    text: str
    alarm: bool = False


def statements(curve: Curve, setting: Setting, evidence: Evidence) -> list[Statement]:
    """Everything that is told beside the verdict."""
    return [*of_curves(curve, setting), *of_updates(curve, setting), *of_source(evidence.source), *of_shared(evidence.shared)]


def of_curves(curve: Curve, setting: Setting) -> Iterator[Statement]:
    """What curves say beside the verdict, and why they may say less than it seems."""
    if curve.dev is not None and curve.dev_accuracy is not None and curve.dev[-1] > curve.dev[curve.best] + FLAT * curve.entropy:
        before, now = curve.dev_accuracy[curve.best], curve.dev_accuracy[-1]
        if now > before:
            yield Statement(
                "loss and accuracy",
                f"Since dev loss was lowest, dev accuracy has risen all the same, from {before:.2f} to {now:.2f} %: "
                "the model is surer of its mistakes, but makes fewer.",
            )
    rest = plateau(curve)
    if rest:
        yield Statement("plateau", f"Dev loss has hardly moved for the last {rest} epochs: they could be saved (training.patience).")
    if setting.decays and len(curve.epochs) > 1:
        yield Statement(
            "schedule",
            "The learning rate falls to nearly 0 at the end, which makes every curve look converged: only a longer run tells whether more "
            "training helps.",
        )
    if not curve.probed:
        yield Statement(
            "training loss",
            "No training sentences were scored as dev is: the training loss is a mean over each epoch, with dropout.",
        )
    if not curve.entropy_known:
        yield Statement("scale", "The entropy of the labels is not known here: the highest loss of the run stands for it.")


def plateau(curve: Curve) -> int:
    """How many epochs at the end have gained nothing to speak of; 0 where they are under PLATEAU or under a third of all."""
    if curve.dev is None:
        return 0
    count = 0
    while count < len(curve.dev) - 1 and abs(curve.dev[-2 - count] - curve.dev[-1]) < FLAT * curve.entropy:
        count += 1
    return count if count >= max(PLATEAU, len(curve.dev) / 3) else 0


def of_updates(curve: Curve, setting: Setting) -> Iterator[Statement]:
    """The warm-up, how far updates move the weights, and how often they are clipped."""
    total = sum(curve.updates)
    if setting.warmup:
        long = setting.warmup >= total
        yield Statement("warm-up", f"The learning rate rose over {setting.warmup:,} updates; the run has {total:,}.", long)
    if curve.ratios is not None:
        middle, most = sorted(curve.ratios)[len(curve.ratios) // 2], max(curve.ratios)
        text = f"An update changes the weights by {100 * middle:.2g} % of their norm ({100 * most:.2g} % in the epoch of the largest): "
        if most < SMALL_RATIO:
            yield Statement("update ratio", text + f"under {100 * SMALL_RATIO:g} %, the learning rate is too small to move them.", True)
        elif middle > LARGE_RATIO:
            yield Statement("update ratio", text + f"over {100 * LARGE_RATIO:g} %, the learning rate is large.", True)
        else:
            yield Statement("update ratio", text + "as is usual.")
    if curve.clipped is not None:
        share = sum(part * updates for part, updates in zip(curve.clipped, curve.updates, strict=False)) / max(1, total)
        text = f"{100 * share:.0f} % of updates had a gradient longer than training.clip_norm"
        yield Statement("clipping", text + (": clipping is the rule, and sets the pace." if share > CLIPPED else "."))


def of_source(control: SourceControl | None) -> Iterator[Statement]:
    """Whether a translator reads what it translates."""
    if control is None:
        return
    text = (
        f"With the source of another line, dev loss is {control.other:.3f} instead of {control.own:.3f} nats a token "
        f"({control.gain:+.3f}; {control.lines:,} lines): "
    )
    if control.gain < USED:
        yield Statement(
            "another line's source",
            text + "the model does not use its source. Either it has learnt only the target language so far, or sources and targets of the "
            "training pairs do not belong together (shuffled, or shifted by a line).",
            True,
        )
    else:
        yield Statement("another line's source", text + "the model reads what it translates.")


def of_shared(shared: Sequence[SharedWithTrain]) -> Iterator[Statement]:
    """How much of each part stands in training."""
    for part in shared:
        if part.notable:
            yield Statement("shared sentences", f"{part}.", True)
        elif part.sentences:
            yield Statement(
                "shared sentences",
                f"{part.part}: {part.exact:,} of {part.sentences:,} sentences stand in train, and of its {part.long:,} of {SHORT} words or "
                f"more {part.near:,} nearly do.",
            )
