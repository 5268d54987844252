"""A finished run, loaded to answer: `load(RUN_DIR)`. The command line, Python and a server share this one path."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from seqtasks.errors import RunDirectoryError, UsageError, WrongTypeError, did_you_mean
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.tasks.contract import Predictor, PredictorOptions
from seqtasks.tasks.given import paths_of
from seqtasks.tasks.table import check_recipe, kind_of, saved_recipe

PRECISIONS = ("float32", "bf16", "auto")  # as in seqtasks.training.devices, which needs torch


def load(
    run_dir: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    device: str = "cpu",
    precision: str = "float32",
    average: str = "probabilities",
    decoding: Mapping[str, Any] | None = None,
) -> Predictor:
    """The predictor of a finished run; of several translation runs, a list of them, that of an ensemble.

    precision: of networks that tag and of searches for translations, "float32", "bf16", or "auto" (bf16 where it is fast).
    average: what an ensemble averages, "probabilities" or "log_probabilities"; decoding: keys of [decoding] that are to differ from the
    recipe's. Raises RunDirectoryError if `run_dir` is none, is damaged, or is of a newer format; UsageError for runs that make no ensemble.
    """
    several = paths_of("load", run_dir, one="a run directory")
    if not isinstance(decoding, Mapping | None):
        raise WrongTypeError(f'load: decoding is {decoding!r}. Give a dict such as {{"beams": 5}}.')
    if not several:
        raise UsageError("load needs a run directory, or a list of some; got none.")
    if precision not in PRECISIONS:
        raise UsageError(f"no precision {precision!r}{did_you_mean(precision, PRECISIONS)} Use {', '.join(PRECISIONS)}.")
    directory, *others = [RunDirectory.open(path.expanduser()).finished() for path in several]
    recipe = saved_recipe(directory)
    check_recipe(recipe)
    options = PredictorOptions(device=device, precision=precision, others=others, average=average, decoding=decoding)
    return kind_of(recipe).predictor(directory, recipe, options)


def evaluate(
    run_dirs: Sequence[Path],
    files: Sequence[Path],
    *,
    device: str = "cpu",
    average: str = "probabilities",
    decoding: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The metrics.json object of a run's scores on annotated files, or on a source and a target file, and of what is told beside.

    Several translation runs answer as an ensemble; average and decoding: as `load` takes them.
    """
    directory = RunDirectory.open(run_dirs[0]).finished()
    metrics = read_json(directory.result(directory.metrics))
    keys = ("format", "task", "selected_on")
    if missing := [key for key in keys if key not in metrics]:
        raise RunDirectoryError(f"{directory.metrics}: damaged (it lacks {', '.join(missing)}). Restore it from a copy.")
    predictor = load(run_dirs, device=device, average=average, decoding=decoding)
    return {**{key: metrics[key] for key in keys}, **predictor.metrics(files)}
