"""The sample of training that is scored as dev is: the same sentences, the same way, and without a trace in what is trained."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.selection import PROBED, probe_positions
from seqtasks.tasks.table import kind_of, load_recipe
from seqtasks.training.weights import read_tensors
from tests.miniature.runs import TINY, done

TRAINED = ["translation", "pos", "ner", "multitask", "classification", "language_model"]


def task_of(name: str, recipe: str = "default", **changed: object):
    settings = TINY[name] | changed
    overrides = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    loaded = load_recipe(name, recipe, overrides)
    return kind_of(loaded.recipe).runner(loaded.recipe, DataLocations(), device="cpu", learned=None).task


@pytest.mark.parametrize("count", [0, 1, 49, 50, 499, 501, 4999, 5001, 100_000])
def test_the_sample_is_fixed_and_a_tenth_within_bounds(count: int) -> None:
    chosen = probe_positions(count)
    assert chosen == probe_positions(count) == sorted(set(chosen))
    assert len(chosen) == min(count, max(50, min(PROBED, count // 10)))
    assert all(0 <= position < count for position in chosen)


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.usefixtures("miniature")
def test_it_is_scored_as_the_same_sentences_are_as_dev(name: str) -> None:
    task = task_of(name)
    before = torch.random.get_rng_state()
    found = task.score_probe()
    assert found == task.score_probe()
    assert torch.equal(before, torch.random.get_rng_state())
    if name == "translation":
        task.dev = task.probed
    elif name == "language_model":
        task.watched = task.probed
    else:
        for group in task.groups:
            group.dev = group.probed
    dev = task.score_dev()
    assert found.loss == pytest.approx(dev.loss, rel=1e-6)
    assert found.accuracy == pytest.approx(dev.accuracy, rel=1e-6)


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.usefixtures("miniature")
def test_label_entropy_is_what_the_frequencies_of_labels_cost(name: str) -> None:
    """A model that gives each label its share among the training labels has this loss on them."""
    task = task_of(name)
    total = 0.0
    counts: dict[str, list[np.ndarray]] = {}
    for batch in task.epoch(1):
        for head, targets in batch.targets.items():
            counts.setdefault(head, []).append(targets[targets >= 0].numpy().ravel())
    for head, values in counts.items():
        every = np.concatenate(values)
        shares = np.bincount(every) / len(every)
        total += (task.weights or {}).get(head, 1.0) * float(-np.log(shares[every]).mean())
    assert task.label_entropy == pytest.approx(total, rel=1e-6)


@pytest.mark.usefixtures("miniature")
def test_nested_entities_have_no_label_entropy_and_texts_with_several_labels_have_one() -> None:
    assert task_of("ner", "nested").label_entropy is None


@pytest.mark.usefixtures("miniature", "plain_figures")
@pytest.mark.parametrize("name", ["translation", "pos"])
def test_weights_are_the_same_bits_with_and_without_the_probe(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = [part for key, value in (TINY[name] | {"training.epochs": 2}).items() for part in ("--set", f"{key}={json.dumps(value)}")]
    done("run", name, "--out", "probed", "--device", "cpu", *settings)
    for place in ("seqtasks.tasks.heads_task.HeadsTask", "seqtasks.tasks.translation.task.TranslationTask"):
        monkeypatch.setattr(f"{place}.score_probe", lambda self: None)
    done("run", name, "--out", "plain", "--device", "cpu", *settings)
    (first, _), (second, _) = (read_tensors(Path(folder) / "model.safetensors") for folder in ("probed", "plain"))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[key], second[key]) for key in first)
    rows = [json.loads(line) for line in Path("probed/history.jsonl").read_text().splitlines()]
    assert all(row["probe_loss"] > 0 and 0 <= row["probe_accuracy"] <= 100 for row in rows)
