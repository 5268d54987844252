"""What `seqtasks study` prints: a table for each study, and in a line what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from seqtasks.cli.inspect_text import aligned
from seqtasks.insight.studies.clipping import ClippedRun, ClippingStudy
from seqtasks.insight.studies.memory import MemoryStudy
from seqtasks.insight.studies.trained import TrainedStudy
from seqtasks.insight.studies.untrained import GradientStudy

Study = GradientStudy | TrainedStudy | MemoryStudy | ClippingStudy
SHOWN = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def study_text(study: Study) -> str:
    """The table of a study of any kind."""
    if isinstance(study, GradientStudy):
        return gradients_text(study)
    if isinstance(study, TrainedStudy):
        return trained_text(study)
    return memory_text(study) if isinstance(study, MemoryStudy) else clipping_text(study)


def gradients_text(study: GradientStudy) -> str:
    """A row for each network: the geometric mean of its relative gradient at some numbers of words back, and how far the seeds differ."""
    length = study.relative_NRD.shape[2]
    backs = [*(back for back in SHOWN if back < length - 1), length - 1]
    rows = [["words back", *map(str, backs)]]
    for name, typical_D in zip(study.networks, study.typical(), strict=True):
        rows.append([name, *(f"{typical_D[back]:.0e}" for back in backs)])
    told = f"Gradient of the last output at the word so many words back, in units of that at the last word;\n{seeds(study.seeds)}, "
    told += f"{study.hidden_size} units, untrained, chrono for {study.longest} words."
    return f"{aligned(rows)}\n\n{told}"


def trained_text(study: TrainedStudy) -> str:
    """Accuracy, relative gradient and influence of each network by distance."""
    blocks = []
    parts = (
        ("accuracy (%)", 100 * study.accuracies_NRD.mean(axis=1), "{:.0f}"),
        ("relative gradient", np.exp(np.log(np.maximum(study.relative_NRD, 1e-300)).mean(axis=1)), "{:.0e}"),
        ("influence (nats)", study.influences_NRD.mean(axis=1), "{:.2f}"),
    )
    for title, values_ND, form in parts:
        rows = [[title, *map(str, study.distances)]]
        rows += [[name, *map(form.format, values_D)] for name, values_D in zip(study.networks, values_ND, strict=True)]
        blocks.append(aligned(rows))
    told = f"Recall of a symbol, trained on all distances up to {max(study.distances)} words; means of {seeds(study.seeds)}.\n"
    told += "Influence: what the right answer loses when the symbol is replaced. Where it is large and the gradient next to nothing, the\n"
    told += "gradient shows no memory."
    return "\n\n".join([*blocks, told])


def memory_text(study: MemoryStudy) -> str:
    """A row for each network: its parameters and the mean score at each distance, with the range of the seeds."""
    unit = "accuracy (%)" if not study.lower_is_better else study.measure
    rows = [[f"{study.task}: {unit}", "parameters", *(f"{distance} words" for distance in study.distances)]]
    for place, name in enumerate(study.networks):
        cells = [score_text(study.scores_NDR[place, column], study.lower_is_better) for column in range(len(study.distances))]
        rows.append([name, f"{study.parameters[place]:,}", *cells])
    chance = f"{study.chance:.3f}" if study.lower_is_better else f"{100 * study.chance:.1f} %"
    return f"{aligned(rows)}\n\n{seeds(study.seeds)}; guessing gives {chance}." + prediction_text(study)


def prediction_text(study: MemoryStudy) -> str:
    """What the gradient before training says of what is learned, where there is such a gradient."""
    auc = study.prediction()
    if np.isnan(auc):
        return ""
    learned = study.learned()
    return (
        f"\nGradient at the symbol before training against what was learned: AUC {auc:.2f} "
        f"({int(learned.sum())} of {learned.size} trainings learned)."
    )


def score_text(scores_R: np.ndarray, lower_is_better: bool) -> str:
    """The mean, and the range where the seeds differ as they are written."""
    form, factor = ("{:.4f}", 1.0) if lower_is_better else ("{:.0f}", 100.0)
    mean, low, high = (form.format(factor * value) for value in (scores_R.mean(), scores_R.min(), scores_R.max()))
    return mean if low == high else f"{mean} ({low}-{high})"


def clipping_text(study: ClippingStudy) -> str:
    """A row for each training: its gradients, how many were clipped, and where its loss ended."""
    rows = [["training", "seed", "median norm", "90th percentile", "largest", "clipped", "loss at the end", "diverged"]]
    rows += [run_row("with clipping", run) for run in study.clipped] + [run_row("without", run) for run in study.unclipped]
    told = f"Adding task over {study.distance} words, a plain RNN with orthogonal weights times {study.stretch:g}, SGD {study.rate:g}, "
    told += f"{study.updates} updates; loss: mean of the last 50. Guessing the mean gives {study.chance:.3f}."
    return f"{aligned(rows)}\n\n{told}"


def run_row(name: str, run: ClippedRun) -> list[str]:
    norms = run.norms_U if len(run.norms_U) else np.array([np.nan])
    return [
        name,
        str(run.seed),
        f"{median(norms.tolist()):.3g}",
        f"{np.percentile(norms, 90):.3g}",
        f"{norms.max():.3g}",
        "-" if run.limit is None else f"{100 * run.clipped_share():.0f} %",
        "-" if run.diverged else f"{run.last_loss():.3f}",
        f"update {run.diverged}" if run.diverged else "-",
    ]


def seeds(numbers: Sequence[int]) -> str:
    return f"{len(numbers)} seed{'' if len(numbers) == 1 else 's'}"
