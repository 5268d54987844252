"""Options of `predict`, `evaluate` and `score` that are for translation runs: how to search or draw, ensembles, prefixes, alignments.

Those that draw are for language models too, and one is for these alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from seqtasks.errors import UsageError

PLACE = "seqtasks.translation"  # in click's context: what was given, by name
AVERAGES = ("probabilities", "log_probabilities")
DRAWN = ("--samples", "--temperature", "--top-k", "--top-p", "--seed")  # for translation runs and language models
Command = TypeVar("Command", bound=Callable[..., Any])

ENSEMBLE = [
    ("--ensemble", {"multiple": True, "type": click.Path(path_type=Path), "metavar": "RUN_DIR", "help": "Answer together with this run."}),
    ("--average", {"type": click.Choice(AVERAGES), "help": "What an ensemble averages [default: probabilities]."}),
]
DECODING: list[tuple[str, dict[str, Any]]] = [
    ("--beams", {"type": click.IntRange(1, 1000), "help": "Beams of the search; 1 is greedy."}),
    ("--length-penalty", {"type": click.Choice(["none", "average", "wu"]), "help": "What a log-probability is divided by."}),
    ("--alpha", {"type": click.FloatRange(0, 10), "help": "Exponent of the length penalty."}),
    ("--coverage-penalty", {"type": click.FloatRange(0), "help": "Weight of the penalty on source words with little attention."}),
    ("--block-ngrams", {"type": click.IntRange(0), "help": "No n-gram of so many tokens comes twice."}),
    ("--min-length", {"type": click.IntRange(0, 1000), "help": "Fewest tokens of a translation."}),
    ("--length-ratio", {"type": click.FloatRange(0, 100, min_open=True), "help": "Most tokens of a translation for each of its source."}),
    ("--length-extra", {"type": click.IntRange(0, 1000), "help": "And so many more."}),
    ("--length", {"type": click.IntRange(1, 100_000), "help": "Most tokens that are written after a beginning."}),
    ("--samples", {"type": click.IntRange(0, 1000), "help": "Draw so many translations instead of searching; text shows the first."}),
    ("--temperature", {"type": click.FloatRange(0, min_open=True), "help": "Of samples: below 1 more alike, above 1 more different."}),
    ("--top-k", {"type": click.IntRange(0), "help": "Of samples: only the k most probable tokens."}),
    ("--top-p", {"type": click.FloatRange(0, 1, min_open=True), "help": "Of samples: only the tokens of this share of probability."}),
    ("--seed", {"type": click.IntRange(0, 2**63 - 1), "help": "Of samples."}),
    ("--mbr", {"type": click.Choice(["none", "chrf", "bleu"]), "help": "Choose what is most like the other samples or hypotheses."}),
    ("--shortlist", {"type": click.IntRange(0, 100), "help": "Only so many likely translations of each source word, and frequent words."}),
    ("--shortlist-frequent", {"type": click.IntRange(0), "help": "Of a shortlist: so many frequent words."}),
    (
        "--replace-unknown/--no-replace-unknown",
        {"default": None, "help": "Put what the source word means for an unknown word."},
    ),
    ("--batch-tokens", {"type": click.IntRange(1), "help": "Most source tokens x beams (or samples) that are searched at once."}),
]
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("--prefix", {"type": click.Path(path_type=Path), "help": "File of how each translation begins, line for line."}),
    ("--alignments", {"is_flag": True, "help": "Tell which source word each word comes from, by attention."}),
]


@dataclass(frozen=True)
class TranslationOptions:
    """What was given of them. decoding: changes to [decoding]."""

    ensemble: tuple[Path, ...]
    average: str
    decoding: dict[str, Any]
    prefix: Path | None
    alignments: bool


def ensemble_options(command: Command) -> Command:
    """The options of an ensemble."""
    return with_options(command, ENSEMBLE)


def search_options(command: Command) -> Command:
    """Those of an ensemble and of [decoding]."""
    return with_options(command, [*ENSEMBLE, *DECODING])


def translation_options(command: Command) -> Command:
    """All of them. They are read by `given`: the command does not get them as arguments. Those of the search differ from the recipe's."""
    return with_options(command, [*ENSEMBLE, *DECODING, *OTHERS])


def with_options(command: Command, options: list[tuple[str, dict[str, Any]]]) -> Command:
    for name, settings in reversed(options):
        whose = "translation, language model" if name in DRAWN else "language model" if name == "--length" else "translation"
        settings = {**settings, "help": f"{settings['help']} ({whose})"}
        command = click.option(name, expose_value=False, callback=keep, **settings)(command)
    return command


def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Write down what was given."""
    context.meta.setdefault(PLACE, {})[parameter.name] = value


def given() -> TranslationOptions:
    """The options of the command that runs."""
    found = click.get_current_context().meta[PLACE]
    names = [name.split("/")[0].removeprefix("--").replace("-", "_") for name, _ in DECODING]
    decoding = {name: found[name] for name in names if found.get(name) is not None}
    runs, average = tuple(found["ensemble"]), found["average"]
    if average and not runs:
        raise UsageError("--average says what an ensemble averages; it needs --ensemble RUN_DIR.")
    return TranslationOptions(runs, average or AVERAGES[0], decoding, found.get("prefix"), bool(found.get("alignments")))
