"""The parameters of a NeuralTagger or NeuralClassifier, checked when it is fitted: scikit-learn's constructors only store."""

from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real

from seqtasks.errors import UsageError, did_you_mean
from seqtasks.models.build import BACKBONE_GIVEN, HEAD_GIVEN
from seqtasks.models.heads import HEADS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.pooling import POOLINGS
from seqtasks.registry import find_part, known_parts, option_faults
from seqtasks.text.given import check_callable
from seqtasks.text.tags import SCHEMES
from seqtasks.training.devices import PRECISIONS
from seqtasks.training.schedules import SCHEDULES

CHOICES: dict[str, Iterable[str]] = {"schedule": SCHEDULES, "precision": PRECISIONS, "pooling": POOLINGS}
PARTS: dict[str, Mapping[str, Callable[..., object]]] = {"backbone": BACKBONES, "head": HEADS}  # other packages offer them too
GIVEN = (*BACKBONE_GIVEN, *HEAD_GIVEN)  # what a network gives its parts
SMALLEST = {  # of whole numbers
    "hidden_size": 1,
    "layers": 1,
    "word_size": 1,
    "min_count": 1,
    "character_size": 0,
    "filters": 1,
    "epochs": 1,
    "batch_tokens": 1,
    "warmup_updates": 0,
    "shape_size": 0,
    "max_length": 1,
    "seed": 0,
}
RATES = ("dropout", "word_dropout")


def check_parameters(parameters: Mapping[str, object]) -> None:
    """Raises UsageError with every parameter that cannot be, a line each."""
    own = parameters.keys()  # a tagger has no pooling, a classifier no head and no scheme
    faults = [fault for name, table in PARTS.items() if name in own for fault in part_faults(name, parameters[name], table)]
    faults += [fault for name, known in CHOICES.items() if name in own for fault in choice_faults(name, parameters[name], list(known))]
    if parameters.get("scheme") is not None:
        faults += choice_faults("scheme", parameters["scheme"], SCHEMES)
    for name, smallest in SMALLEST.items():
        value = parameters.get(name, smallest)
        if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < smallest:
            faults.append(f"{name}={value!r}: must be a whole number, at least {smallest}.")
    for name in RATES:
        if not 0 <= real(parameters[name]) < 1:
            faults.append(f"{name}={parameters[name]!r}: must be at least 0 and below 1.")
    if not 0 < real(parameters["learning_rate"]) < float("inf"):
        faults.append(f"learning_rate={parameters['learning_rate']!r}: must be a number above 0.")
    if not 0 <= real(parameters["clip_norm"]) < float("inf"):
        faults.append(f"clip_norm={parameters['clip_norm']!r}: must be 0 (no clipping) or a number above 0.")
    if faults:
        raise UsageError(*faults)


def check_progress(progress: object) -> None:
    """Raises WrongTypeError for a `progress` of `fit` that cannot be called."""
    if progress is not None:
        check_callable("progress", progress)


def part_faults(name: str, value: object, table: Mapping[str, Callable[..., object]]) -> list[str]:
    """A line where nobody offers a part of that name, or it needs options, for which an estimator has no parameter."""
    group = f"seqtasks.{name}s"
    if faults := choice_faults(name, value, known_parts(table, group)):
        return faults
    return option_faults(find_part(table, str(value), group), None, GIVEN, f"{name}={value!r}")


def choice_faults(name: str, value: object, known: Iterable[str]) -> list[str]:
    """A line where the value is none of the known ones."""
    known = list(known)
    return [] if value in known else [f"{name}={value!r}: no such {name}{did_you_mean(str(value), known)} Known: {', '.join(known)}."]


def real(value: object) -> float:
    """The value as a float; nan, which lies in no range, where it is no number."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else float("nan")
