"""[head.language_model]: neighbouring words as an auxiliary objective of a tagger's trunk."""

from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.multitask.task import multitask_task
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.task import tagging_task
from tests.miniature.runs import TINY, invoke, spelled, train
from tests.oracles.language_model import neighbour_loss_by_hand

pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def task_of(task: str, **changes: object) -> HeadsTask:
    chosen = TINY[task] | {key.replace("__", "."): value for key, value in changes.items()}
    loaded: LoadedRecipe = load_recipe(task, "default", [f"{key}={spelled(value)}" for key, value in chosen.items()])
    torch.manual_seed(0)
    made = multitask_task if task == "multitask" else tagging_task
    return made(loaded.recipe, DataLocations(), torch.device("cpu"))


def test_the_objective_has_the_loss_by_hand_beside_the_heads_and_shows_the_head_only() -> None:
    task = task_of("pos", head__language_model__weight=0.1, head__language_model__vocabulary=6, head__language_model__size=5)
    task.model.eval()
    batch = task.epoch(1)[0]
    terms = task.objective(task.model, batch, 0)
    assert list(terms) == ["upos neighbours", "upos"]
    assert terms["upos neighbours"].auxiliary
    assert not terms["upos"].auxiliary
    assert terms["upos neighbours"].count == terms["upos"].count == batch.tokens
    assert task.weights == {"upos": 1.0, "upos neighbours": 0.1}
    states_BSH, lengths = task.model.trunk(batch).layers[0], batch.mask_BS.sum(1).tolist()
    module = task.model.neighbours["upos"]
    assert module.words == 8  # <pad>, <unk> and the six most frequent words
    rows = zip(states_BSH, batch.ids_BS.tolist(), lengths, strict=True)
    expected = [neighbour_loss_by_hand(module, states_SH, ids[:length], size=8) for states_SH, ids, length in rows]
    torch.testing.assert_close(terms["upos neighbours"].sum, torch.stack(expected).sum())
    plain = task_of("pos")
    assert list(plain.objective(plain.model, plain.epoch(1)[0], 0)) == ["upos"]


def test_the_gradient_of_neighbours_goes_into_the_trunk_and_not_into_the_head() -> None:
    task = task_of("pos", head__language_model__weight=0.1)
    task.objective(task.model, task.epoch(1)[0], 0)["upos neighbours"].mean.backward()
    touched = {name.split(".")[0] for name, parameter in task.model.named_parameters() if parameter.grad is not None}
    assert touched == {"trunk", "neighbours"}
    assert task.model.trunk.embedder.words.table.weight.grad.any()


def test_answers_do_not_ask_what_predicts_neighbours() -> None:
    train("pos", Path("run"), head__language_model__weight=0.1)
    predictor = seqtasks.load("run")
    before = predictor.tag("Mara sees the dog .")
    with torch.no_grad():
        for parameter in predictor.tagger.model.neighbours.parameters():
            parameter.fill_(float("nan"))
    assert predictor.tag("Mara sees the dog .") == before


def test_each_head_of_several_may_have_neighbours() -> None:
    task = task_of("multitask", tasks__ner__head__language_model__weight=0.2)
    names = {name for number in range(len(task.epoch(1))) for name in task.objective(task.model, task.epoch(1)[number], 0)}
    assert names == {"upos", "ner", "ner neighbours"}
    assert task.weights["ner neighbours"] == 0.2


FAULTS = [
    (
        {"head.language_model.vocabulary": 9, "head.language_model.size": 9},
        "head of upos: language_model.vocabulary has no meaning without language_model.weight. Set it to 0.1, say.\n"
        "head of upos: language_model.size has no meaning without language_model.weight. Set it to 0.1, say.",
    ),
    (
        {"head.language_model.weight": 0.1, "backbone.kind": "convolution"},
        "head of upos: language_model needs recurrent layers, which have not seen the words they predict, but backbone.kind = "
        "'convolution'. Leave it out, or use 'bilstm'.",
    ),
]


@pytest.mark.parametrize(("options", "message"), FAULTS)
def test_what_does_not_fit_is_told(options: dict[str, object], message: str) -> None:
    given = [part for key, value in options.items() for part in ("--set", f"{key}={spelled(value)}")]
    result = invoke("run", "pos", "--out", "run", *given)
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")
