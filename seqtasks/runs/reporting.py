"""What a finished run writes beside its scores: predictions, curves, heatmaps and the report page."""

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import seqtasks
from seqtasks.diagnosis.tagged_answers import TaggedAnswer
from seqtasks.evaluation.controls import Controlled, signed_number
from seqtasks.evaluation.spans import EntityReport
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.toml import write_toml
from seqtasks.reports.confusion_plot import confusion_plot
from seqtasks.reports.curve_charts import run_charts
from seqtasks.reports.plots import curves, heatmap, length_scores
from seqtasks.reports.run_report import ReportExample, ReportReview, ReportSentence, ReportTable, ReportTags, RunReport, write_run_report
from seqtasks.reports.shown import AttentionShown
from seqtasks.runs.summary import done, ways_in
from seqtasks.tasks.contract import Runner
from seqtasks.tasks.outcome import HeldOutExample, Outcome, Review, TagReview
from seqtasks.text.files import write_atomically
from seqtasks.training.history import History

LAST_UPDATE = 10**12  # beyond any update: the whole history


def write_outputs(directory: RunDirectory, loaded: LoadedRecipe, runner: Runner, outcome: Outcome) -> None:
    """Write everything a reader of the run wants to see; the scores are computed already."""
    task = runner.task
    for name, text in outcome.predictions.items():
        write_atomically(directory.predictions / name, text)
    history = History(directory.history)
    history.restore(LAST_UPDATE)
    if history.rows:
        curves(history.rows, directory.curves)
    facts = directory.facts()
    report = RunReport(
        title=f"{loaded.task} · {loaded.name}",
        command=facts["command"],
        task=loaded.task,
        scores=outcome.scores,
        selected_on=task.selected_on,
        history=history.rows,
        examples=[report_example(example, number, directory) for number, example in enumerate(outcome.examples, start=1)],
        structure=runner.structure(),
        parameters=runner.parameters(),
        recipe=write_toml(loaded.recipe.model_dump()),
        data=[(part.split, shown(part.path), part.sentences, part.checksum) for part in task.parts],
        notes=[*loaded.notes, *task.notes, *outcome.notes],
        environment={
            "seqtasks": seqtasks.__version__,
            "python": platform.python_version(),
            **runner.machine,
            "started as": facts["command"],
        },
        tables=[
            *(entity_table(name, report) for name, report in outcome.entities.items()),
            *outcome.tables,
            *control_tables(outcome.controls),
            *vector_tables(facts),
        ],
        observation=outcome.observation,
        charts=run_charts(history.rows, getattr(getattr(loaded.recipe, "training", None), "clip_norm", 0.0)),
        done=done(loaded, runner, history.rows, outcome),
        look=ways_in(directory, outcome) if history.rows else {},
        reviews=[report_review(split, review, directory) for split, review in outcome.reviews.items()],
        tags=[report_tags(name, review, directory, number) for number, (name, review) in enumerate(outcome.tag_reviews.items(), start=1)],
    )
    write_run_report(report, directory.report)


def entity_table(name: str, report: EntityReport) -> ReportTable:
    """Scores by entity type."""
    rows = [(row.label, f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}", row.support) for row in report.per_type]
    return ReportTable(f"{name}: by type", ("type", "precision", "recall", "f1", "support"), rows, (1, 2, 3, 4))


def control_tables(controls: Sequence[Controlled]) -> list[ReportTable]:
    """Each score of a multi-task run beside that of the task trained alone."""
    rows = [
        (
            row.split,
            row.head,
            row.name,
            f"{row.value:.2f}",
            f"{row.control:.2f}",
            signed_number(row.difference),
            " to ".join(map(signed_number, row.interval)) if row.interval else "–",
        )
        for row in controls
    ]
    headers = ("split", "head", "score", "together", "alone", "difference", "95 % interval")
    return (
        [ReportTable("Beside single-task controls: the same settings and seed, trained on one task", headers, rows, (3, 4, 5, 6))]
        if rows
        else []
    )


def vector_tables(facts: Mapping[str, Any]) -> list[ReportTable]:
    """How much of the data the pretrained vectors cover, where there are any."""
    if "vectors" not in facts:
        return []
    from seqtasks.tasks.vectors import coverage_tables

    return coverage_tables(facts["vectors"])


def report_example(example: HeldOutExample, number: int, directory: RunDirectory) -> ReportExample:
    """An example with its heatmap drawn where the model attends."""
    if example.attention is None:
        return ReportExample(example.input, example.output, example.reference)
    path = directory.path / f"attention-{number}.png"
    source, target, weights_TS = example.attention
    heatmap(source, target, weights_TS, path)
    return ReportExample(example.input, example.output, example.reference, path, AttentionShown(source, target, weights_TS.tolist()))


def report_review(split: str, review: Review, directory: RunDirectory) -> ReportReview:
    """A review with its plot drawn, where there is anything in it."""
    if not review.by_length:
        return ReportReview(split, review.diagnosis)
    length_scores(review.by_length, directory.by_length)
    return ReportReview(split, review.diagnosis, review.by_length, directory.by_length)


def report_tags(name: str, review: TagReview, directory: RunDirectory, number: int) -> ReportTags:
    """A review of tags with its confusions drawn. number: of the review, from 1."""
    plots = []
    for what, found in (("tags", review.tags), ("entities", review.entities)):
        if found is not None and found.rows:
            plots.append((what, path := directory.path / f"confusion-{what}-{number}.png"))
            confusion_plot(found.rows, found.columns, found.counts, path)
    return ReportTags(name, plots, *([report_sentence(one) for one in some] for some in (review.most_wrong, review.least_sure)))


def report_sentence(one: TaggedAnswer) -> ReportSentence:
    """Its wrong words say what was answered, and what would have been right."""
    words = [
        (word if true == found else f"{word} ({found}, not {true})", true != found, " ")
        for word, true, found in zip(one.words, one.gold, one.predicted, strict=True)
    ]
    return ReportSentence(one.sentence, words, one.wrong, one.confidence)


def shown(path: str) -> str:
    """A data path without the folders of this machine above the corpus."""
    return "/".join(Path(path).parts[-3:])
