"""What a tagging recipe says of words, characters and backbone is what its model is made of."""

from collections import Counter
from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.nn.characters import CharacterCNN, CharacterLSTM
from seqtasks.nn.recurrent import RecurrentStack
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.multitask.task import multitask_task
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.task import tagging_task
from tests.miniature.runs import settings, train
from tests.miniature.sentences import tagged

pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def job_of(task: str, **changes: object) -> HeadsTask:
    """A tiny job; `changes` are recipe keys with two underscores for the dot."""
    overrides = settings(task, {key.replace("__", "."): value for key, value in changes.items()})[1::2]
    make = multitask_task if task == "multitask" else tagging_task
    return make(load_recipe(task, "default", overrides).recipe, DataLocations(), torch.device("cpu"))


@pytest.mark.parametrize("task", ["pos", "multitask"])
def test_rare_words_are_hidden_at_a_rate_by_their_count_in_training(task: str) -> None:
    job = job_of(task, words__rare_dropout=0.5, words__dropout=0.1)
    counts = Counter(word for words in job.training_words() for word in words)
    dropout = job.model.trunk.embedder.word_dropout
    assert dropout.unknown == job.assets.words.unk
    assert min(counts.values()) < 5 < max(counts.values())
    for word, count in counts.items():
        assert dropout.rates_V[job.assets.words.id(word)].item() == pytest.approx(max(0.1, 0.5 / count))
    assert "trunk.embedder.word_dropout.rates_V" not in job.model.state_dict()


def test_one_rate_serves_all_words_where_rare_ones_have_none_of_their_own() -> None:
    dropout = job_of("pos", words__dropout=0.1).model.trunk.embedder.word_dropout
    assert (dropout.p, dropout.rates_V) == (0.1, None)
    assert job_of("pos", words__dropout=0).model.trunk.embedder.word_dropout is None


def test_the_embedding_has_the_parts_that_the_recipe_names() -> None:
    plain = job_of("pos", words__dropout=0).model.trunk.embedder
    assert isinstance(plain.characters, CharacterCNN) and plain.characters.widths == (3,) and plain.shapes is None
    wide = job_of("pos", characters__widths="[2, 5]", words__shapes=4).model.trunk.embedder
    assert wide.characters.widths == (3, 2, 5)
    assert (wide.shapes.output_size, wide.output_size) == (4, 8 + 3 * 8 + 4)
    spelled = job_of("pos", characters__kind="lstm").model.trunk.embedder
    assert isinstance(spelled.characters, CharacterLSTM) and spelled.output_size == 8 + 8


def test_the_backbone_has_the_options_that_the_recipe_names() -> None:
    plain = job_of("pos", backbone__layers=2).model.trunk.backbone
    assert isinstance(plain, RecurrentStack) and not plain.highways and not plain.residual
    assert [layer.ahead.recurrent_dropout for layer in plain.layers] == [0, 0]
    stack = job_of("pos", backbone__layers=2, backbone__highway=True, backbone__recurrent_dropout=0.25).model.trunk.backbone
    assert len(stack.highways) == 2
    assert [half.recurrent_dropout for layer in stack.layers for half in (layer.ahead, layer.back)] == [0.25] * 4
    assert job_of("pos", backbone__kind="transformer", backbone__heads=2).model.trunk.backbone.layers[0].attention.heads == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"backbone__kind": "dilated_bilstm", "backbone__layers": 2, "characters__kind": "lstm"},
        {"backbone__kind": "bilstm_attention", "backbone__recurrent_dropout": 0.3, "words__shapes": 3},
        {"backbone__kind": "transformer", "characters__widths": "[2]"},
        {"backbone__kind": "convolution", "words__rare_dropout": 0.5},
    ],
    ids=lambda changes: str(changes["backbone__kind"]),
)
def test_tags_do_not_depend_on_what_else_is_tagged(changes: dict[str, object]) -> None:
    train("ner", Path("run"), **changes)
    predictor = seqtasks.load("run")
    sentences = [sentence.words for sentence in tagged(9, seed=4)]
    together = [line.tags for line in predictor.tag_words(sentences)]
    assert [predictor.tag_words([words])[0].tags for words in sentences] == together
    assert [line.tags for line in predictor.tag_words(sentences[::-1])] == together[::-1]
