"""The pictures of `seqtasks study`: each study's own, in a folder, as SVG or PNG, light or dark."""

from __future__ import annotations

from pathlib import Path

from seqtasks.cli.study_text import Study
from seqtasks.insight.studies.clipping import ClippedRun, ClippingStudy
from seqtasks.insight.studies.memory import MemoryStudy
from seqtasks.insight.studies.trained import TrainedStudy
from seqtasks.insight.studies.untrained import GradientStudy
from seqtasks.reports.slides import THEMES
from seqtasks.reports.study_charts import clipping_slide, gradients_slide, influence_slide, memory_slide, prediction_slide


def write_pictures(study: Study, folder: Path, form: str, theme: str) -> list[Path]:
    """Those of a study; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(study, GradientStudy):
        return [gradients_picture(study, folder / f"gradients.{form}", theme)]
    if isinstance(study, TrainedStudy):
        return trained_pictures(study, folder, form, theme)
    if isinstance(study, MemoryStudy):
        return memory_pictures(study, folder, form, theme)
    return [clipping_picture(study, folder / f"clipping.{form}", theme)]


def gradients_picture(study: GradientStudy, path: Path, theme: str) -> Path:
    backs = range(study.relative_NRD.shape[2])
    title = f"How far back the last output feels its inputs: {study.hidden_size} units, before training"
    gradients_slide(study.networks, study.relative_NRD, path, THEMES[theme], title=title, distances=backs)
    return path


def trained_pictures(study: TrainedStudy, folder: Path, form: str, theme: str) -> list[Path]:
    gradients, influence = folder / f"trained_gradients.{form}", folder / f"influence.{form}"
    title = "After training: the gradient at the symbol that must be recalled"
    gradients_slide(study.networks, study.relative_NRD, gradients, THEMES[theme], title=title, distances=study.distances)
    title = "After training: what the answer loses when the symbol is replaced"
    influence_slide(study.networks, study.influences_NRD, influence, THEMES[theme], title=title, distances=study.distances)
    return [gradients, influence]


def memory_pictures(study: MemoryStudy, folder: Path, form: str, theme: str) -> list[Path]:
    """The grid, and where there are gradients what they predict."""
    grid = folder / f"{study.task}.{form}"
    what = "squared error" if study.lower_is_better else "accuracy (%)"
    memory_slide(
        study.networks,
        study.distances,
        study.scores_NDR,
        grid,
        THEMES[theme],
        chance=study.chance,
        lower_is_better=study.lower_is_better,
        title=f"{study.task}: {what} by distance, about {round(sum(study.parameters) / len(study.parameters), -2):,.0f} parameters each",
    )
    auc = study.prediction()
    if auc != auc:
        return [grid]
    prediction = folder / f"{study.task}_learnability.{form}"
    title = f"Gradient before training against what was learned (AUC {auc:.2f}, {study.learned().size} trainings)"
    prediction_slide(study.networks, study.gradients_NDR, study.scores_NDR, prediction, THEMES[theme], chance=study.chance, title=title)
    return [grid, prediction]


def clipping_picture(study: ClippingStudy, path: Path, theme: str) -> Path:
    """Of the first seed."""
    runs = [(said(run), run.norms_U, run.losses_U) for run in (study.clipped[0], study.unclipped[0]) if len(run.norms_U)]
    title = f"The same training with and without clipping (adding, {study.distance} words, plain RNN)"
    clipping_slide(runs, study.clipped[0].limit or 1.0, study.chance, path, THEMES[theme], updates=study.updates, title=title)
    return path


def said(run: ClippedRun) -> str:
    name = "without" if run.limit is None else "with clipping"
    return f"{name}: not finite\nat update {run.diverged}" if run.diverged else name
