"""`seqtasks study gradients | memory | clipping`: experiments on small networks, from fresh ones to tables and pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seqtasks.cli.group import Group
from seqtasks.errors import UsageError

if TYPE_CHECKING:
    from seqtasks.cli.study_text import Study
    from seqtasks.insight.studies.memory import MemoryStudy
    from seqtasks.insight.studies.networks import NetworkKind

F = TypeVar("F", bound=Callable[..., Any])
STUDIED = ("rnn", "gru", "lstm", "lstm-chrono", "highway", "dilated", "attention", "transformer")
DISTANCES = {"recall": "10,20,40", "copy": "10,20,40", "adding": "60", "agreement": ""}
COUNT = click.IntRange(1, 100)


def output_options(function: F) -> F:
    """What all studies take: what is written, and how."""
    options = (
        click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write pictures and study.json there."),
        click.option("--format", "form", type=click.Choice(["svg", "png"]), default="svg", show_default=True, help="Of pictures."),
        click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True, help="Of pictures."),
        click.option("--json", "as_json", is_flag=True, help="Print every number as one JSON object, instead of a table."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.group(cls=Group)
def study() -> None:
    """Measure what recurrent networks remember, and why: gradients, memory, clipping.

    Each study trains or measures small networks of its own on one CPU thread, in seconds to minutes, and needs no run.
    """


networks_option = click.option(
    "--networks", metavar="NAMES", default="", help="Separated by commas; 'all' is all of them [default: what the manual shows]."
)


@study.command()
@networks_option
@click.option("--seeds", type=COUNT, help="So many, from 1 on [default: 5; of trained networks 3].")
@click.option("--length", type=click.IntRange(2, 2000), help="Words of a sequence, of untrained networks [default: 101].")
@click.option("--hidden", type=click.IntRange(2, 2048), help="Units, of untrained networks [default: 64].")
@click.option("--scale", type=click.FloatRange(1e-6, 1e6), help="Of the inputs of untrained networks [default: 1].")
@click.option("--trained", is_flag=True, help="After training on recall: gradients beside influence by replacement.")
@click.option("--learnability", is_flag=True, help="Train on recall: what was learned against the gradient before training.")
@output_options
def gradients(
    networks: str,
    seeds: int | None,
    length: int | None,
    hidden: int | None,
    scale: float | None,
    trained: bool,
    learnability: bool,
    out: Path | None,
    form: str,
    theme: str,
    as_json: bool,
) -> None:
    """How far back the last output feels its inputs: gradient norms by distance, in float64, before training or after.

    \b
    seqtasks study gradients --out pictures --format png
    seqtasks study gradients --networks rnn,lstm,lstm-chrono --length 201
    seqtasks study gradients --learnability --out pictures
    """
    if trained and learnability:
        raise UsageError("--trained and --learnability are two studies. Give one of them.")
    if (trained or learnability) and (length or hidden or scale):
        raise UsageError("--length, --hidden and --scale are of untrained networks. Leave them out.")
    from seqtasks.insight.studies.networks import NETWORKS

    found: Study
    if trained:
        from seqtasks.insight.studies.trained import study_trained

        found = study_trained(kinds_of(networks, STUDIED), distances=(5, 10, 20, 40, 60), seeds=seeds_to(seeds or 3), tell=tell)
    elif learnability:
        found = memory_study("recall", kinds_of(networks, STUDIED), "", seeds or 3, None, None)
    else:
        from seqtasks.insight.studies.untrained import study_gradients

        kinds = kinds_of(networks, tuple(NETWORKS))
        found = study_gradients(kinds, seeds=seeds_to(seeds or 5), length=length or 101, hidden_size=hidden or 64, scale=scale or 1.0)
    write(found, out, form, theme, as_json)


@study.command()
@click.option("--task", type=click.Choice(list(DISTANCES)), default="recall", show_default=True, help="What is to be remembered.")
@networks_option
@click.option("--distances", metavar="WORDS", default="", help="Separated by commas [default: 10,20,40; of adding 60].")
@click.option("--seeds", type=COUNT, default=3, show_default=True, help="So many, from 1 on.")
@click.option("--parameters", type=click.IntRange(500, 10**6), help="Of each network, about [default: 7000; agreement 12000].")
@click.option("--updates", type=click.IntRange(1, 10**6), help="At most [default: the task's].")
@output_options
def memory(
    task: str,
    networks: str,
    distances: str,
    seeds: int,
    parameters: int | None,
    updates: int | None,
    out: Path | None,
    form: str,
    theme: str,
    as_json: bool,
) -> None:
    """What networks of equal size learn to remember over how many words: recall, copying, adding, agreement of subject and verb.

    Each network is trained at each distance alone (agreement: on one mixture, and asked by distance), under several seeds.

    \b
    seqtasks study memory
    seqtasks study memory --task adding --distances 60 --networks rnn,lstm
    seqtasks study memory --task agreement --out pictures --format png
    """
    write(memory_study(task, kinds_of(networks, STUDIED), distances, seeds, parameters, updates), out, form, theme, as_json)


@study.command()
@click.option("--seeds", type=COUNT, default=3, show_default=True, help="So many, from 1 on.")
@click.option("--clip", type=click.FloatRange(1e-6, 1e6), default=1.0, show_default=True, help="Limit of the gradient's norm.")
@click.option("--distance", type=click.IntRange(2, 1000), default=60, show_default=True, help="Words of the adding task.")
@click.option("--stretch", type=click.FloatRange(0.01, 100), default=1.5, show_default=True, help="Factor of the orthogonal weights.")
@click.option("--rate", type=click.FloatRange(1e-6, 10), default=0.05, show_default=True, help="Learning rate of SGD.")
@click.option("--updates", type=click.IntRange(1, 100_000), default=300, show_default=True)
@output_options
def clipping(
    seeds: int,
    clip: float,
    distance: int,
    stretch: float,
    rate: float,
    updates: int,
    out: Path | None,
    form: str,
    theme: str,
    as_json: bool,
) -> None:
    """The same training with and without gradient clipping: a plain RNN whose gradients explode.

    \b
    seqtasks study clipping --out pictures
    seqtasks study clipping --stretch 1.0
    """
    from seqtasks.insight.studies.clipping import study_clipping

    one_thread()
    found = study_clipping(seeds=seeds_to(seeds), limit=clip, distance=distance, stretch=stretch, rate=rate, updates=updates)
    write(found, out, form, theme, as_json)


def memory_study(
    task: str, kinds: list[NetworkKind], distances: str, seeds: int, parameters: int | None, updates: int | None
) -> MemoryStudy:
    """By the task: agreement has a training of its own."""
    from seqtasks.insight.studies.agreeing import UPDATES, study_agreement
    from seqtasks.insight.studies.agreement import read_lexicon
    from seqtasks.insight.studies.memory import study_memory
    from seqtasks.insight.studies.sequences import TASKS
    from seqtasks.recipes.shipped import shipped

    if task == "agreement":
        if distances:
            raise UsageError("agreement is asked at the distances of its sentences: 1, 5, 9, ... words. Leave --distances out.")
        lexicon = read_lexicon(shipped("data") / "pos" / "train.conllu")
        return study_agreement(
            kinds, lexicon, seeds=seeds_to(seeds), parameters=parameters or 12_000, updates=updates or UPDATES, tell=tell
        )
    words = numbers_of(distances or DISTANCES[task])
    return study_memory(
        kinds, TASKS[task], distances=words, seeds=seeds_to(seeds), parameters=parameters or 7000, updates=updates, tell=tell
    )


def kinds_of(names: str, default: tuple[str, ...]) -> list[NetworkKind]:
    """The networks to study. Raises UsageError for a name that is none."""
    from seqtasks.insight.studies.networks import NETWORKS, network_kinds

    one_thread()
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    return network_kinds(list(NETWORKS) if chosen == ["all"] else list(dict.fromkeys(chosen)) or default)


def numbers_of(text: str) -> list[int]:
    """Distances as they are typed. Raises UsageError for what is no list of whole numbers from 1 to 1000."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and 1 <= int(part[:5]) <= 1000 for part in parts):
        raise UsageError(f"--distances {text!r} is no list of whole numbers from 1 to 1000. Give them as 10,20,40.")
    return sorted({int(part) for part in parts})


def seeds_to(count: int) -> range:
    return range(1, count + 1)


def one_thread() -> None:
    """Networks of this size are slower on several threads."""
    import torch

    torch.set_num_threads(1)


def tell(line: str) -> None:
    """Progress, on stderr."""
    click.echo(line, err=True)


def write(found: Study, out: Path | None, form: str, theme: str, as_json: bool) -> None:
    """A table or JSON on stdout; pictures and study.json in a folder, if one is given."""
    from seqtasks.cli.study_text import study_text
    from seqtasks.insight.studies.as_json import study_json
    from seqtasks.text.files import write_atomically

    click.echo(json.dumps(study_json(found)) if as_json else study_text(found))
    if out is None:
        return
    from seqtasks.cli.study_pictures import write_pictures

    paths = write_pictures(found, out, form, theme)
    write_atomically(out / "study.json", (json.dumps(study_json(found)) + "\n").encode())
    tell(f"written: {', '.join(map(str, [*paths, out / 'study.json']))}")
