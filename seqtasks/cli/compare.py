"""`seqtasks compare`: taggers, classifiers or translation systems, side by side, with intervals and tests, in one report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqtasks.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from seqtasks.evaluation.comparison import Comparison
    from seqtasks.evaluation.translation_comparison import TranslationComparison


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="RUN_DIR... | TASK")
@click.option(
    "--recipes",
    metavar="NAME,NAME",
    help="Recipes of TASK to train and compare [default: hmm, lstm, bilstm and bilstm-crf; of classifiers default].",
)
@click.option("--set", "overrides", multiple=True, metavar="TABLE.KEY=VALUE", help="Change one value of every recipe that has its table.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the corpora of real recipes lie.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where all goes [default: runs/compare-TASK].")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Train each network N times.")
@click.option("--curves", is_flag=True, help="Learning curves too: 1, 3, 10 and 30 % of the training sentences.")
@click.option("--split", help="The part to compare [default: test, or dev where there is none].")
@click.option("--layer", help="The layer of tags to compare, for runs with several heads.")
@click.option("--device", default="auto", show_default=True, help="Where to train: cpu, cuda, cuda:N, mps or auto.")
def compare(
    what: tuple[str, ...],
    recipes: str | None,
    overrides: tuple[str, ...],
    data_dir: Path | None,
    out: Path | None,
    seeds: int,
    curves: bool,
    split: str | None,
    layer: str | None,
    device: str,
) -> None:
    """Compare finished runs, or the recipes of a TASK, training what is missing: scores with intervals, tests, cost, one HTML report.

    \b
    seqtasks compare pos                          HMM, LSTM, BiLSTM and BiLSTM-CRF on the bundled sample
    seqtasks compare runs/pos-hmm runs/pos-lstm   two runs of the same data
    seqtasks compare classification --seeds 3     a classifier beside naive Bayes and TF-IDF with logistic regression
    seqtasks compare runs/en-de runs/en-de-2      two translation systems: BLEU, chrF, TER, and the tests between them
    seqtasks compare pos --recipes hmm-ewt,ud-english-ewt --data-dir CORPORA --seeds 3 --curves
    """
    from seqtasks.comparison.table import comparison_of
    from seqtasks.recipes.load import task_names

    task = what[0] if len(what) == 1 and what[0] in task_names() and not Path(what[0], "run.json").exists() else None
    refuse_mixed(what, task, layer, trains=bool(recipes or overrides or curves or seeds > 1))
    paths = [] if task else [*map(Path, what)]
    compared_by = comparison_of(paths) if paths else "tags"
    refuse_layer(layer, compared_by)
    from seqtasks.cli.output import go_on_without_reader
    from seqtasks.cli.progress import TerminalWatcher
    from seqtasks.cli.run import tell, tell_stop
    from seqtasks.comparison.classifiers import compare_classification_runs, compare_classification_task
    from seqtasks.comparison.taggers import compare_runs, compare_task
    from seqtasks.comparison.translators import compare_translation_runs
    from seqtasks.runs.stopping import stop_on_signal
    from seqtasks.tasks.contract import Callbacks, RunOptions
    from seqtasks.tasks.locations import DataLocations

    options, watcher = RunOptions(locations=DataLocations(data_dir), device=device), TerminalWatcher()
    go_on_without_reader()
    if compared_by == "translations":
        return show_translations(*compare_translation_runs(paths, out, options, Callbacks(tell, watcher), split=split))
    if compared_by == "labels":
        return show(*compare_classification_runs(paths, out, options, Callbacks(tell, watcher), split=split))
    with stop_on_signal(lambda: watcher.training, tell_stop) as stopped:
        callbacks = Callbacks(tell, watcher, lambda: bool(stopped))
        try:
            if task is None:
                folder, comparison = compare_runs(paths, out, options, callbacks, split=split, layer=layer)
            elif compared_by_task(task) == "labels":
                names = classifier_names(recipes, curves=curves)
                folder, comparison = compare_classification_task(task, names, overrides, out, options, callbacks, seeds=seeds, split=split)
            else:
                names = split_names(recipes)  # none: the usual ones
                folder, comparison = compare_task(task, names, overrides, out, options, callbacks, seeds=seeds, curves=curves, split=split)
        finally:
            watcher.stop()
    show(folder, comparison)


def refuse_layer(layer: str | None, compared_by: str) -> None:
    """Raises UsageError for a layer of tags where no tags are compared."""
    if layer and compared_by in ("translations", "labels"):
        raise UsageError(f"--layer is for runs of taggers; these {'translate' if compared_by == 'translations' else 'label whole texts'}.")


def split_names(recipes: str | None) -> list[str]:
    """The names of --recipes."""
    return [name.strip() for name in (recipes or "").split(",") if name.strip()]


def classifier_names(recipes: str | None, *, curves: bool) -> list[str]:
    """The same for classifiers, by default their default recipe. Raises UsageError for learning curves, which they have not."""
    if curves:
        raise UsageError("--curves is for taggers. For a share of the texts: --set data.train_fraction=0.1.")
    return split_names(recipes) or ["default"]


def compared_by_task(task: str) -> str:
    """How the runs of a task's recipes are compared: all in one way."""
    from seqtasks.recipes.load import recipe_names
    from seqtasks.tasks.table import kind_of, load_recipe

    return kind_of(load_recipe(task, recipe_names(task)[0]).recipe).compared_by


def refuse_mixed(what: Sequence[str], task: str | None, layer: str | None, *, trains: bool) -> None:
    """Raises UsageError for options that do not go together, and where nothing is there to compare. trains: an option is for training."""
    from seqtasks.recipes.load import task_names

    if task is None and trains:
        raise UsageError("--recipes, --set, --curves and --seeds train recipes of a TASK; runs are compared as they are.")
    if task and layer:
        raise UsageError(f"--layer is for runs with several heads. For the recipes of a task: --set data.layer={layer}.")
    if len(what) == 1 and task is None and not Path(what[0]).exists():
        raise UsageError(f"{what[0]}: no task and no run directory{did_you_mean(what[0], task_names())} Tasks: {', '.join(task_names())}.")


def show(folder: Path, comparison: Comparison) -> None:
    """The systems, the pairs and where everything lies."""
    from seqtasks.cli.compare_tables import pair_table, print_table, system_table

    click.echo()
    print_table(system_table(comparison))
    for pair in comparison.pairs:
        click.echo(f"  {pair.sentence}")
        if pair.seeds:
            click.echo(f"  {pair.seeds.sentence}")
    if len(comparison.pairs) > 1:
        print_table(pair_table(comparison))
    for crossover in comparison.crossovers:
        click.echo(f"  {crossover.sentence}")
    show_files(folder, comparison.notes)


def show_translations(folder: Path, comparison: TranslationComparison) -> None:
    """The same of translation systems: the verdicts are by the score that decides."""
    from seqtasks.cli.compare_tables import print_table
    from seqtasks.cli.translation_tables import translation_pair_table, translation_seed_table, translation_system_table

    click.echo()
    print_table(translation_system_table(comparison))
    if any(len(system.paths) > 1 for system in comparison.systems):
        print_table(translation_seed_table(comparison))
    for pair in comparison.pairs:
        found = pair.differences[comparison.decides]
        click.echo(f"  {comparison.decides}: {found.sentence}")
        if found.seeds:
            click.echo(f"  {comparison.decides}: {found.seeds.sentence}")
    print_table(translation_pair_table(comparison))
    show_files(folder, comparison.notes)


def show_files(folder: Path, notes: Sequence[str]) -> None:
    """The notes, and where the report and its numbers lie."""
    for note in notes:
        click.echo(f"note: {note}")
    click.echo(f"\nreport: {folder / 'comparison.html'}")
    click.echo(f"numbers: {folder / 'comparison.json'}, {folder / 'comparison.csv'}")
