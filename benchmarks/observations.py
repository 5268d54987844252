"""Do observations name planted faults? Small corpora and trainings, drawn anew from --seed, each with one fault that is known.

    python benchmarks/observations.py --seed 7 --table docs/observations-table.md

A table row for each fault: how many trainings had it, and for how many it was named. The limits of the verdicts
(`seqtasks.diagnosis.observations.rules`) were fixed before these corpora were written.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seqtasks.diagnosis.observations.observe import Observation, observe
from seqtasks.errors import TrainingError
from seqtasks.runs.observing import flat
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.optimizer import build_optimizer, build_schedule
from seqtasks.tasks.table import kind_of, load_recipe
from seqtasks.training.checkpoints import Progress
from seqtasks.training.loop import Environment, TrainingOptions, Watcher, train

Rows = list[tuple[list[str], list[str]]]  # inputs and labels (or target words) of each sentence
Draw = np.random.Generator


def invented(draw: Draw, count: int, ending: str = "") -> list[str]:
    """Words of two or three syllables that nobody has seen."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(draw.choice(syllables, size=int(draw.integers(2, 4)))) + ending] = None
    return list(found)


def classes(draw: Draw, count: int) -> Rows:
    """Word classes: determiner, adjectives, noun, verb; some words are noun or verb by what stands before them."""
    kinds = {tag: invented(draw, size) for tag, size in (("D", 4), ("A", 25), ("N", 60), ("V", 40), ("X", 15))}
    rows: Rows = []
    for _ in range(count):
        tags = ["D", *["A"] * int(draw.integers(0, 3)), "N", "V", *(["D", "N"] if draw.random() < 0.6 else [])]
        words = [str(draw.choice(kinds["X"] if tag in "NV" and draw.random() < 0.25 else kinds[tag])) for tag in tags]
        rows.append((words, tags))
    return rows


def names(draw: Draw, count: int) -> Rows:
    """Entities after words that say of which kind they are."""
    plain, people, places = invented(draw, 80), invented(draw, 50), invented(draw, 50)
    triggers = {"PER": invented(draw, 3), "LOC": invented(draw, 3)}
    rows: Rows = []
    for _ in range(count):
        words, tags = [], []
        for _ in range(int(draw.integers(2, 4))):
            more = [str(word) for word in draw.choice(plain, size=int(draw.integers(1, 4)))]
            kind = str(draw.choice(["PER", "LOC"]))
            length = int(draw.integers(1, 3))
            entity = [str(word) for word in draw.choice(people if kind == "PER" else places, size=length)]
            words += [*more, str(draw.choice(triggers[kind])), *entity]
            tags += ["O"] * (len(more) + 1) + [f"B-{kind}", *[f"I-{kind}"] * (length - 1)]
        rows.append((words, tags))
    return rows


def topics(draw: Draw, count: int) -> Rows:
    """A text's topic: that of most of its words."""
    lists = [invented(draw, 30) for _ in range(4)]
    rows: Rows = []
    for _ in range(count):
        topic = int(draw.integers(4))
        words = [str(draw.choice(lists[topic if draw.random() < 0.7 else int(draw.integers(4))])) for _ in range(int(draw.integers(6, 12)))]
        rows.append((words, [f"t{topic}"]))
    return rows


def phrases(draw: Draw, count: int) -> Rows:
    """A language word for word, in which adjectives follow their noun."""
    nouns, adjectives, verbs = (invented(draw, size) for size in (40, 20, 25))
    other = {word: invented(draw, 1, "q")[0] + str(number) for number, word in enumerate([*nouns, *adjectives, *verbs])}
    rows: Rows = []
    for _ in range(count):
        source, target = [], []
        for _ in range(2):
            noun, adjective = str(draw.choice(nouns)), str(draw.choice(adjectives))
            source += [adjective, noun]
            target += [other[noun], other[adjective]]
        verb = str(draw.choice(verbs))
        rows.append(([*source[:2], verb, *source[2:]], [*target[:2], other[verb], *target[2:]]))
    return rows


def spelled(draw: Draw, count: int) -> Rows:
    """Codes read aloud: a digit is a word, which depends on the sign before it."""
    said = {sign: invented(draw, 10) for sign in "ab"}
    rows: Rows = []
    for _ in range(count):
        code = [(str(draw.choice(["a", "b"])), int(draw.integers(10))) for _ in range(int(draw.integers(4, 7)))]
        rows.append(([f"{sign}{digit}" for sign, digit in code], [said[sign][digit] for sign, digit in code]))
    return rows


CORPORA: dict[str, tuple[str, Callable[[Draw, int], Rows]]] = {
    "classes": ("pos", classes),
    "names": ("ner", names),
    "topics": ("classification", topics),
    "phrases": ("translation", phrases),
    "codes": ("translation", spelled),
}
SMALL: dict[str, Any] = {
    "backbone.hidden_size": 32, "backbone.dropout": 0.1, "training.learning_rate": 0.01, "training.warmup_updates": 5,
    "training.batch_tokens": 300, "training.epochs": 10, "training.select_by": "loss", "training.precision": "float32",
}  # fmt: skip
OF_WORDS = {"words.size": 24, "characters.kind": "none", "words.shapes": 0, "words.dropout": 0.0, "words.min_count": 1, "head.dropout": 0.0}
OF_PAIRS = {
    "embedding_size": 32, "decoder.embedding_size": 32, "decoder.hidden_size": 48, "decoder.attention_size": 32, "decoder.dropout": 0.1,
    "text.tokenizer": "whitespace", "text.joint": False, "text.min_count": 1, "decoder.tied": False, "training.epochs": 14,
    "training.label_smoothing": 0.0,
}  # fmt: skip


def written(folder: Path, task: str, parts: dict[str, Rows]) -> dict[str, Any]:
    """The parts as files, and the settings that name them."""
    folder.mkdir(parents=True)
    for part, rows in parts.items():
        if task == "translation":
            for side, ending in enumerate(("en", "fr")):
                (folder / f"{part}.{ending}").write_text("".join(" ".join(row[side]) + "\n" for row in rows), encoding="utf-8")
        elif task == "classification":
            lines = [f"{labels[0]}\t{' '.join(words)}\n" for words, labels in rows]
            (folder / f"{part}.tsv").write_text("label\ttext\n" + "".join(lines), encoding="utf-8")
        else:
            blocks = ["".join(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True)) for words, tags in rows]
            (folder / f"{part}.conll").write_text("\n".join(blocks), encoding="utf-8")
    ending = {"translation": "", "classification": ".tsv"}.get(task, ".conll")
    found: dict[str, Any] = {f"data.{part}": str(folder / f"{part}{ending}") for part in parts}
    if task in ("pos", "ner"):
        found |= {"data.format": "columns", "data.layer": task}
    return found


class Silent(Watcher):
    def epoch_ended(self, row: Any, saved: str) -> None:
        return


def trained(task: str, settings: dict[str, Any]) -> Observation:
    """A training of these settings, observed. One whose loss is no number any more has the epochs before that."""
    overrides = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    recipe = load_recipe(task, "default", overrides).recipe
    kind = kind_of(recipe)
    job: Any = kind.runner(recipe, DataLocations(), device="cpu", learned=None).task
    rows: list[dict[str, Any]] = []
    options, progress = recipe.training, Progress()
    optimizer = build_optimizer(job.model, options)
    try:
        train(
            job.model, job, job.objective, optimizer=optimizer, schedule=build_schedule(options, len(job.epoch(1))),
            score_dev=job.score_dev, score_probe=job.score_probe, checkpoints=None, history=rows, progress=progress,
            options=TrainingOptions(options.epochs, 0, options.clip_norm, 0, job.weights, options.accumulate, job.label_entropy),
            environment=Environment(torch.device("cpu"), "float32", Silent(), lambda: False),
        )  # fmt: skip
    except TrainingError:
        if not rows:
            raise
    settings = flat(recipe.model_dump())
    return observe(rows, settings, evidence=job.evidence(), entropy=job.label_entropy, fits=lambda setting: kind.takes(recipe, setting))


def noisy(draw: Draw, rows: Rows, share: float, task: str) -> Rows:
    """Labels exchanged among all, for a share of them."""
    labels = [label for _, row in rows for label in row]
    return [(words, [str(draw.choice(labels)) if draw.random() < share else label for label in row]) for words, row in rows]


def shuffled(draw: Draw, rows: Rows) -> Rows:
    """Each source with the target of another."""
    return [(words, rows[other][1]) for (words, _), other in zip(rows, draw.permutation(len(rows)).tolist(), strict=True)]


def mildly(draw: Draw, rows: Rows, parts: dict[str, Rows], task: str, rate: float) -> dict[str, tuple[dict[str, Rows], dict[str, Any]]]:
    """The faults that come in degrees, each about as slight as a person would still name it."""
    constant = {"training.schedule": "constant"}
    noise = {name: noisy(draw, part, 0.45, task) for name, part in parts.items() if name != "test"}
    return {
        "good fit, mild": (parts, {**constant, "training.warmup_updates": 0, "training.learning_rate": rate / 2, "training.epochs": 16}),
        "overfitting, mild": ({**parts, "train": noisy(draw, rows[:200], 0.15, task)}, {"training.epochs": 30, **constant}),
        "unstable, mild": (parts, {"training.learning_rate": 25 * rate, "training.clip_norm": 0.0, **constant}),
        "not learning, mild": (parts, {"training.learning_rate": rate / 500, **constant}),
        "still improving, mild": (parts, {"training.learning_rate": rate / 8, "training.epochs": 6, **constant}),
        "underfitting, mild": ({**parts, **noise}, {"training.learning_rate": rate / 2, "backbone.hidden_size": 8}),
    }


def cases(seed: int, mild: bool = False) -> Iterator[tuple[str, str, str, dict[str, Rows], dict[str, Any]]]:
    """(fault, corpus, task, parts, settings) of every training."""
    for number, (corpus, (task, make)) in enumerate(CORPORA.items()):
        for again in range(2):
            draw = np.random.default_rng([seed, number, again])
            rows = make(draw, 1100)
            parts = {"train": rows[:800], "dev": rows[800:950], "test": rows[950:]}
            few = {**parts, "train": noisy(draw, rows[:60], 0.3, task)}
            own = {"training.seed": int(draw.integers(1, 10_000)), **SMALL, **(OF_PAIRS if task == "translation" else OF_WORDS)}
            if task == "classification":
                own |= {"head.pooling": "mean"}
            rate = own["training.learning_rate"]
            constant = {"training.schedule": "constant"}
            faults: dict[str, tuple[dict[str, Rows], dict[str, Any]]] = {
                "good fit": (parts, {}),
                "overfitting": (few, {"training.epochs": 40, "backbone.dropout": 0.0, "backbone.hidden_size": 64, **constant}),
                "unstable": (parts, {"training.learning_rate": 60 * rate if again else 120 * rate, "training.clip_norm": 0.0, **constant}),
                "not learning": (parts, {"training.learning_rate": 1e-6, **constant}),
                "still improving": (parts, {"training.learning_rate": rate / 8, "training.epochs": 3 if again else 4, **constant}),
                "warm-up longer than the run": (parts, {"training.warmup_updates": 30_000}),
                "underfitting": (
                    {**parts, "train": noisy(draw, rows[:800], 0.6, task), "dev": noisy(draw, rows[800:950], 0.6, task)},
                    {"training.learning_rate": rate / 2, "backbone.hidden_size": 8},
                ),
                "shuffled targets": ({**parts, "train": shuffled(draw, rows[:800]), "dev": shuffled(draw, rows[800:950])}, {}),
                "leak": ({**parts, "test": [*rows[:40], *rows[950:1060]]}, {}),
            }
            if mild:
                faults = mildly(draw, rows, parts, task, rate)
            elif task != "translation":
                del faults["shuffled targets"]  # of tags nothing is asked: where words stand tells much of them
            for fault, (data, changed) in faults.items():
                yield fault, f"{corpus} {again + 1}", task, data, own | changed


def named(fault: str, parts: dict[str, Rows], found: Observation) -> bool:
    """Whether an observation says what was planted. Shuffled targets are told by the source control, a leak by its count."""
    if fault == "shuffled targets":
        return any(one.alarm for one in found.statements if one.about == "another line's source")
    if fault == "leak":
        train = {tuple(words) for words, _ in parts["train"]}
        count = sum(tuple(words) in train for words, _ in parts["test"])
        wanted = f"test: {count} of {len(parts['test'])} "
        return any(one.alarm and one.text.startswith(wanted) for one in found.statements if one.about == "shared sentences")
    if fault.startswith("good fit"):
        return found.verdict == "good fit" and not found.alarm
    return found.verdict == fault.removesuffix(", mild")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", help="trainings whose fault or corpus begins with this")
    parser.add_argument("--mild", action="store_true", help="faults that are slight")
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    counts: dict[str, list[bool]] = defaultdict(list)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, (fault, corpus, task, parts, settings) in enumerate(cases(given.seed, given.mild)):
            if given.only and not (fault.startswith(given.only) or corpus.startswith(given.only)):
                continue
            try:
                found = trained(task, settings | written(Path(folder) / str(number), task, parts))
            except TrainingError as error:
                print(f"{fault:<28} {corpus:<10} stopped: {error}")
                continue
            right = named(fault, parts, found)
            counts[fault].append(right)
            alarms = "; ".join(one.about for one in found.statements if one.alarm)
            print(f"{'' if right else '!!':<3}{fault:<28} {corpus:<10} {found.verdict:<18} {found.because} | {alarms}", flush=True)
    total = [right for some in counts.values() for right in some]
    lines = ["| planted | trainings | named |", "|---|---|---|"]
    lines += [f"| {fault} | {len(some)} | {sum(some)} |" for fault, some in counts.items()]
    lines += [f"| all | {len(total)} | {sum(total)} ({100 * sum(total) / max(1, len(total)):.0f} %) |"]
    print(*lines, f"{time.perf_counter() - began:.0f} seconds", sep="\n")
    if given.table:
        given.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
