"""A trunk begun by a language model: what fits has its numbers, the rest stays as drawn, and what does not fit is told."""

from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.begun_trunk import begin_trunk, rows_of
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary
from seqtasks.training.weights import read_tensors
from tests.miniature.runs import done, invoke, settings

pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")
LAYER = "trunk.backbone.layers.0."


def begun(task: str, run: Path, **changes: object) -> str:
    """What a run tells that begins with another's trunk and learns nothing of its own: its rate is as good as 0."""
    chosen = {"training.learning_rate": 1e-30} | {key.replace("__", "."): value for key, value in changes.items()}
    return done("run", task, "--out", "run", "--device", "cpu", "--from", run, *settings(task, chosen)).stdout


@pytest.mark.parametrize("backbone", ["bilstm", "lstm", "bilstm_attention"])
def test_a_tagger_begins_with_the_vectors_and_the_forward_layer_of_a_language_model(backbone: str, finished) -> None:
    source = finished("language_model")
    told = begun("pos", source, backbone__kind=backbone)
    theirs, _ = read_tensors(source / "model.safetensors")
    mine, _ = read_tensors(Path("run/model.safetensors"))
    known, words = (Vocabulary.load(path) for path in (source / "text/words.txt", Path("run/text/words.txt")))
    rows = rows_of(words, known, lower=False)
    assert len(rows) > len(words.specials)
    for number, row in rows.items():
        assert torch.equal(mine["trunk.embedder.words.table.weight"][number], theirs["trunk.embedder.words.table.weight"][row])
    place = {"bilstm": f"{LAYER}ahead.", "lstm": LAYER, "bilstm_attention": "trunk.backbone.stack.layers.0.ahead."}[backbone]
    assert torch.equal(mine[f"{place}layer.weight_hh_l0"], theirs[f"{LAYER}layer.weight_hh_l0"])
    assert torch.equal(mine[f"{place}layer.weight_ih_l0"][:, :8], theirs[f"{LAYER}layer.weight_ih_l0"])
    assert mine[f"{place}layer.weight_ih_l0"].size(1) == 16  # the other half reads characters, and stays as drawn
    assert f"trunk from {source}: vectors of {len(rows)} of {len(words)} words, 1 of its layers\n" in told


def test_an_encoder_begins_with_a_language_models_trunk(finished) -> None:
    told = begun("translation", finished("language_model"), text__tokenizer="word", backbone__kind="lstm", text__joint=False)
    mine, theirs = (read_tensors(path / "model.safetensors")[0] for path in (Path("run"), finished("language_model")))
    assert torch.equal(mine[f"{LAYER}layer.weight_ih_l0"], theirs[f"{LAYER}layer.weight_ih_l0"])
    assert "1 of its layers\n" in told


def test_a_classifier_begins_with_a_language_models_trunk(finished) -> None:
    told = begun("classification", finished("language_model"))
    mine, theirs = (read_tensors(path / "model.safetensors")[0] for path in (Path("run"), finished("language_model")))
    assert torch.equal(mine[f"{LAYER}ahead.layer.weight_hh_l0"], theirs[f"{LAYER}layer.weight_hh_l0"])
    assert "1 of its layers\n" in told


def test_a_run_that_was_begun_so_is_resumed(finished) -> None:
    begun("pos", finished("language_model"))
    Path("run/model.safetensors").unlink()
    result = done("run", "pos", "--out", "run", "--resume", "--device", "cpu")
    assert "resumed in epoch 2" in result.stdout
    assert seqtasks.load("run").tag("Mara sees .")


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"words.size": 9}, "its vectors have 8 numbers, the recipe's 9; layer 0: it reads vectors that were not taken"),
        ({"words.size": 9, "backbone.hidden_size": 7}, "its vectors have 8 numbers, the recipe's 9; layer 0: it has 4 x 8 gates"),
    ],
)
def test_a_trunk_of_which_nothing_fits_is_refused_in_one_line(changes: dict[str, object], clause: str, finished) -> None:
    source = finished("language_model")
    result = invoke("run", "pos", "--out", "run", "--device", "cpu", "--from", source, *settings("pos", changes))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: --from {source}: nothing of its trunk fits; {clause}")
    assert result.stderr.endswith(". Change the recipe's sizes or kind of backbone.\n")


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"backbone.kind": "bigru"}, "layer 0: it has 4 x 8 gates, the recipe's 3 x 8"),
        ({"backbone.hidden_size": 7}, "layer 0: it has 4 x 8 gates, the recipe's 4 x 7"),
        ({"backbone.kind": "convolution"}, "the recipe's backbone has no recurrent layers"),
    ],
)
def test_layers_that_do_not_fit_are_told_and_the_vectors_are_taken(changes: dict[str, object], clause: str, finished) -> None:
    assert f"words, 0 of its layers; {clause}\n" in begun(
        "pos", finished("language_model"), **{k.replace(".", "__"): v for k, v in changes.items()}
    )


def test_kinds_that_have_no_such_trunk_or_lend_none_are_refused(finished) -> None:
    lm, pos = finished("language_model"), finished("pos")
    for arguments, kinds in (
        (["pos", "hmm", "--from", lm], "of kind language_model, the recipe"),
        (["language_model", "--from", pos], "of kind tagging, the recipe"),
    ):
        result = invoke("run", *arguments, "--out", "run")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: --from {arguments[-1]}: that is a run {kinds}")


def test_words_are_found_by_what_they_write() -> None:
    known = Vocabulary(["the", ".", "￭,", "￭.", "l'￭", ","], specials=(PAD, UNK, BOS, EOS))
    words = Vocabulary(["The", ".", ",", "l'", "nowhere"], specials=(PAD, UNK))
    assert rows_of(words, known, lower=False) == {1: 1, 3: 5, 4: 9, 5: 8}
    assert rows_of(words, known, lower=True) == {1: 1, 2: 4, 3: 5, 4: 9, 5: 8}
    assert rows_of(Vocabulary(["nowhere"], specials=(PAD, UNK)), known, lower=True) == {}


def test_upper_layers_fit_where_all_read_from_left_to_right(finished) -> None:
    from seqtasks.nn.backbones import BACKBONES
    from seqtasks.nn.trunk import TokenEmbedder, Trunk, WordEmbedding

    known = Vocabulary.load(finished("language_model") / "text/words.txt").words()
    words = Vocabulary([known[0], "nowhere"], specials=(PAD, UNK))
    table = WordEmbedding(num_words=4, embedding_dim=8, padding_idx=0)
    backbone = BACKBONES["lstm"](input_size=8, hidden_size=8, layers=2, dropout=0.0)
    trunk = Trunk(embedder=TokenEmbedder(words=table, characters=None, word_dropout=None), backbone=backbone, dropout=0.0)
    above = trunk.backbone.layers[1].layer.weight_hh_l0.clone()
    told = begin_trunk(trunk, words, RunDirectory.open(finished("language_model")))
    assert told.endswith(": vectors of 2 of 4 words, 1 of its layers")
    assert torch.equal(trunk.backbone.layers[1].layer.weight_hh_l0, above)
    with pytest.raises(UsageError, match="nothing of its trunk fits; its vocabulary has none of the words; layer 0: it reads vectors"):
        begin_trunk(trunk, Vocabulary(["a", "b"], specials=(PAD, UNK)), RunDirectory.open(finished("language_model")))
