"""The reader: what the trunk itself reads, for every backbone, and anew when weights change."""

import numpy as np
import pytest
import torch

from seqtasks.models.reader import Reader, state_of
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.characters import CharacterCNN
from seqtasks.nn.dropout import WordDropout
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, Trunk, WordEmbedding
from seqtasks.text.batching import tagging_batch
from seqtasks.text.encoded import FormTable
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary

SENTENCES = [["the", "dog", "the", "unheard"], ["dog"], ["the", "cat", "dog"]]
WORDS = Vocabulary(["the", "dog"], specials=(PAD, UNK))
CHARACTERS = Vocabulary(list("tehdogca"), specials=(PAD, UNK))
LONGEST_FIRST = np.array([0, 2, 1])


def trunk_of(name: str) -> Trunk:
    torch.manual_seed(1)
    embedder = TokenEmbedder(
        words=WordEmbedding(num_words=len(WORDS), embedding_dim=4, padding_idx=0),
        characters=CharacterCNN(num_characters=len(CHARACTERS), embedding_dim=3, filters=2, width=3),
        word_dropout=WordDropout(0.5, 1),
        shapes=ShapeEmbedding(embedding_dim=2),
    )
    return Trunk(embedder=embedder, backbone=BACKBONES[name](input_size=8, hidden_size=4, layers=2, dropout=0.5), dropout=0.5).eval()


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("bf16", 0.05)])
@pytest.mark.parametrize("name", BACKBONES)
def test_a_reader_reads_what_the_trunk_reads(name, precision, tolerance):
    trunk = trunk_of(name)
    forms, sentences = FormTable.build(SENTENCES, WORDS, CHARACTERS)
    with torch.inference_mode():
        expected = trunk(tagging_batch(forms, sentences, LONGEST_FIRST, {}, ""))
        reader = Reader(trunk, WORDS, CHARACTERS, precision=precision)
        batch = reader.batch(reader.embed_words(SENTENCES), LONGEST_FIRST)
    assert batch.encoded.output.dtype == torch.float32
    torch.testing.assert_close(batch.mask_BS, expected.mask_BS)
    for own_BSH, other_BSH in zip(batch.encoded.layers, expected.layers, strict=True):
        torch.testing.assert_close(own_BSH, other_BSH, atol=tolerance, rtol=tolerance)


def test_the_state_of_weights_changes_with_any_of_them():
    trunk = trunk_of("bilstm")
    before = state_of(trunk)
    assert state_of(trunk) == before
    with torch.no_grad():
        next(trunk.parameters()).mul_(1.0)
    changed = state_of(trunk)
    assert changed != before
    trunk.load_state_dict(trunk.state_dict())
    assert state_of(trunk) != changed
