import numpy as np
import pytest
import torch
from torch import nn

from seqtasks.models.language_model import NEXT, LanguageModel
from seqtasks.models.translation import TiedOutput
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.trunk import TokenEmbedder, Trunk, WordEmbedding
from seqtasks.text.encoded import Ragged
from seqtasks.text.language_batches import sentence_batch
from tests.oracles.language_model import log_probs_by_hand

BOS, EOS, WORDS = 2, 3, 9
SENTENCES = [[5, 6, 7, EOS], [EOS], [8, 1, 5, 5, 6, EOS], [4, EOS]]


def language_model(kind="lstm", *, tied=True, dropout=0.0, **options: bool):
    words = WordEmbedding(num_words=WORDS, embedding_dim=3, padding_idx=0)
    backbone = BACKBONES[kind](input_size=3, hidden_size=4, layers=2, dropout=dropout, **options)
    trunk = Trunk(embedder=TokenEmbedder(words=words, characters=None, word_dropout=None), backbone=backbone, dropout=dropout)
    output = TiedOutput(input_size=4, words=words) if tied else nn.Linear(4, WORDS)
    return LanguageModel(trunk=trunk, output=output, dropout=dropout, bos=BOS).eval()


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("options", [{}, {"residual": True}, {"highway": True}])
def test_batched_log_probabilities_equal_a_loop_over_words(kind, tied, options):
    model = language_model(kind, tied=tied, **options)
    batch = sentence_batch(Ragged.from_lists(SENTENCES), np.arange(4), bos=BOS, name=NEXT)
    log_probs_BSV = torch.log_softmax(model.output(model(batch)), dim=-1)
    for row, sentence in enumerate(SENTENCES):
        found = log_probs_BSV[row, range(len(sentence)), sentence]
        torch.testing.assert_close(found, log_probs_by_hand(model, sentence, bos=BOS))


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_steps_give_what_one_pass_gives(kind):
    model, state, last_N = language_model(kind), None, torch.tensor([BOS, BOS])
    state = model.unread(2)
    for place, token in enumerate(SENTENCES[2]):
        log_probs_NV, state = model.step(last_N, state)
        torch.testing.assert_close(log_probs_NV[:, token], log_probs_by_hand(model, SENTENCES[2], bos=BOS)[place].expand(2))
        last_N = torch.tensor([token, token])


def test_a_backbone_that_reads_what_comes_later_is_refused():
    with pytest.raises(ValueError, match="a language model needs a backbone from left to right"):
        language_model("bilstm")


def test_dropout_acts_in_training_only():
    model = language_model(dropout=0.5)
    batch = sentence_batch(Ragged.from_lists(SENTENCES), np.arange(4), bos=BOS, name=NEXT)
    assert torch.equal(model(batch), model(batch))
    model.train()
    assert not torch.equal(model(batch), model(batch))
