"""The tagging model: heads answer for what they are asked, gradients reach the shared trunk, padding changes nothing."""

import numpy as np
import pytest
import torch

from seqtasks.models.heads import CRFHead, SoftmaxHead
from seqtasks.models.tagging import TaggingModel
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.characters import CharacterCNN
from seqtasks.nn.trunk import TokenEmbedder, Trunk, WordEmbedding
from seqtasks.text.batching import Batch, tagging_batch
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary

SENTENCES = [["a", "bb", "a"], ["ccc"], ["bb", "bb", "zz", "a", "ccc"]]
WORDS, CHARACTERS = Vocabulary(["a", "bb", "ccc"], specials=(PAD, UNK)), Vocabulary(list("abc"), specials=(PAD, UNK))


def model_of(backbone: str = "bilstm") -> TaggingModel:
    torch.manual_seed(4)
    embedder = TokenEmbedder(
        words=WordEmbedding(num_words=len(WORDS), embedding_dim=5, padding_idx=WORDS.pad),
        characters=CharacterCNN(num_characters=len(CHARACTERS), embedding_dim=4, filters=6, width=3),
        word_dropout=None,
    )
    trunk = Trunk(
        embedder=embedder, backbone=BACKBONES[backbone](input_size=embedder.output_size, hidden_size=4, layers=2, dropout=0.4), dropout=0.4
    )
    size = trunk.output_size
    heads = {
        "pos": SoftmaxHead(input_size=size, labels=("N", "V"), dropout=0.2, layer=0),
        "ner": CRFHead(input_size=size, labels=("B-X", "I-X", "O"), dropout=0.2, layer=1, scheme="BIO"),
    }
    return TaggingModel(trunk=trunk, heads=heads).eval()


def batch_of(sentences: list[list[str]], targets: dict[str, list[list[int]]] | None = None) -> Batch:
    forms, ragged = FormTable.build(sentences, WORDS, CHARACTERS)
    rows = {head: Ragged.from_lists(found) for head, found in (targets or {}).items()}
    return tagging_batch(forms, ragged, np.arange(len(sentences)), rows, "")


def test_heads_answer_for_targets_for_what_is_asked_or_for_all() -> None:
    model = model_of()
    targets = {"ner": [[2] * len(sentence) for sentence in SENTENCES]}
    assert set(model(batch_of(SENTENCES))) == {"pos", "ner"}
    assert set(model(batch_of(SENTENCES, targets))) == {"ner"}
    assert set(model(batch_of(SENTENCES, targets), ("pos",))) == {"pos"}


def test_a_name_that_is_no_head_is_refused() -> None:
    with pytest.raises(KeyError, match="chunk"):
        model_of().head("chunk")


@pytest.mark.parametrize("backbone", sorted(BACKBONES))
def test_a_sentence_is_scored_the_same_alone_and_beside_longer_ones(backbone: str) -> None:
    model = model_of(backbone)
    with torch.no_grad():
        together = model(batch_of(SENTENCES))
        for row, sentence in enumerate(SENTENCES):
            for head, scores_BSN in model(batch_of([sentence])).items():
                torch.testing.assert_close(together[head][row, : len(sentence)], scores_BSN[0, : len(sentence)], rtol=1e-4, atol=1e-5)
    assert [len(tags) for tags in model.predict(batch_of(SENTENCES))["ner"]] == [3, 1, 5]


def test_each_head_trains_itself_and_the_trunk_and_no_other_head() -> None:
    model = model_of()
    targets = {"pos": [[1] * len(sentence) for sentence in SENTENCES]}
    batch = batch_of(SENTENCES, targets)
    scores_BSN = model(batch)["pos"]
    model.head("pos").loss(scores_BSN, batch.targets["pos"], batch.mask_BS, label_smoothing=0.0).backward()
    assert all(parameter.grad is None for parameter in model.head("ner").parameters())
    assert all(parameter.grad is not None for parameter in model.trunk.embedder.parameters())
    upper = [parameter.grad for name, parameter in model.trunk.backbone.named_parameters() if ".1." in f".{name}."]
    assert upper and all(gradient is None or gradient.abs().sum() == 0 for gradient in upper)  # pos reads layer 0


def test_states_at_padding_are_zero() -> None:
    model, batch = model_of(), batch_of(SENTENCES)
    for states_BSH in model.trunk(batch).layers:
        assert states_BSH[~batch.mask_BS].abs().max() == 0
