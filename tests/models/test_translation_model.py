"""The translation model: search and training see the same probabilities, padding changes nothing, and tied weights are one."""

import pytest
import torch

from seqtasks.models.translation import TARGET, TiedOutput, TranslationModel
from seqtasks.nn.embeddings import TokenEmbedder, WordEmbedding
from seqtasks.recipes.build import build_decoder, build_trunk
from seqtasks.recipes.schema import BackboneSettings, DecoderSettings
from seqtasks.text.batching import IGNORE, Batch

PAD, BOS, EOS, WORDS = 0, 2, 3, 11
ATTENTIONS = ("none", "additive", "dot", "general")
DECODERS = [(kind, attention, feeding) for kind in ("lstm", "gru") for attention in ATTENTIONS for feeding in (False, True)]


def model_of(kind: str, attention: str, feeding: bool, *, tied: bool = True, backbone: str = "bilstm") -> TranslationModel:
    torch.manual_seed(5)
    words = WordEmbedding(words=WORDS, size=6, padding=PAD)
    encoder = BackboneSettings(kind=backbone, hidden_size=4 if backbone.startswith("bi") else 8, layers=2, dropout=0.3)
    trunk = build_trunk(TokenEmbedder(words=words, characters=None, word_dropout=None), encoder)
    settings = DecoderSettings(
        kind=kind, attention=attention, hidden_size=8, attention_size=5, layers=2, input_feeding=feeding, dropout=0.3, embedding_size=6
    )
    decoder = build_decoder(settings, words, trunk)
    output = TiedOutput(input_size=decoder.output_size, words=words) if tied else torch.nn.Linear(decoder.output_size, WORDS)
    return TranslationModel(trunk=trunk, decoder=decoder, output=output, bos=BOS, padding=PAD).eval()


def batch_of(sources: list[list[int]], targets: list[list[int]], extra: int = 0) -> Batch:
    def padded(rows: list[list[int]], value: int) -> torch.Tensor:
        width = max(map(len, rows)) + extra
        return torch.tensor([row + [value] * (width - len(row)) for row in rows])

    ids_BS = padded(sources, PAD)
    mask_BS = torch.tensor([[position < len(row) for position in range(ids_BS.size(1))] for row in sources])
    return Batch(ids_BS, mask_BS, torch.arange(len(sources)), "", {TARGET: padded(targets, IGNORE)})


SOURCES, TARGETS = [[4, 5, 6, EOS], [7, EOS], [8, 9, 10, 4, 5, EOS]], [[5, 6, EOS], [9, 9, 8, 7, EOS], [EOS]]


@pytest.mark.parametrize(("kind", "attention", "feeding"), DECODERS)
def test_steps_of_the_search_have_the_probabilities_of_teacher_forcing(kind: str, attention: str, feeding: bool) -> None:
    model = model_of(kind, attention, feeding)
    batch = batch_of(SOURCES, TARGETS)
    with torch.no_grad():
        forced_BTV = torch.log_softmax(model.output(model(batch)[0]), dim=-1)
        memory, state = model.encode(batch)
        inputs_BT = model.shifted(batch.targets[TARGET])
        for position in range(inputs_BT.size(1)):
            stepped_BV, state, _ = model.step(inputs_BT[:, position], memory, state)
            for row, target in enumerate(TARGETS):
                if position < len(target):
                    torch.testing.assert_close(stepped_BV[row], forced_BTV[row, position], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("backbone", ["rnn", "birnn", "gru", "bigru", "lstm", "bilstm"])
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_sentence_is_scored_the_same_alone_and_beside_longer_ones(backbone: str, attention: str) -> None:
    model = model_of("lstm", attention, False, backbone=backbone)
    with torch.no_grad():
        together_BTV = model.output(model(batch_of(SOURCES, TARGETS, extra=3))[0])
        for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
            alone_TV = model.output(model(batch_of([source], [target]))[0])[0]
            torch.testing.assert_close(together_BTV[row, : len(target)], alone_TV, rtol=1e-4, atol=1e-5)


def test_the_decoder_reads_begin_then_the_target_without_its_last_word() -> None:
    model = model_of("gru", "dot", False)
    shifted_BT = model.shifted(batch_of(SOURCES, TARGETS).targets[TARGET])
    assert shifted_BT.tolist() == [[BOS, 5, 6, EOS, PAD], [BOS, 9, 9, 8, 7], [BOS, EOS, PAD, PAD, PAD]]


def test_attention_weights_of_real_words_sum_to_one_and_padding_gets_none() -> None:
    model = model_of("lstm", "additive", False)
    batch = batch_of(SOURCES, TARGETS, extra=2)
    weights_BTS = model(batch)[1]
    torch.testing.assert_close(weights_BTS.sum(-1), torch.ones(weights_BTS.shape[:2]))
    assert weights_BTS.masked_select(~batch.mask_BS[:, None].expand_as(weights_BTS)).abs().max() == 0


def test_a_tied_output_is_a_projection_onto_the_embedding_and_trains_it() -> None:
    words = WordEmbedding(words=WORDS, size=6, padding=PAD)
    output = TiedOutput(input_size=4, words=words)
    outputs_NH = torch.randn(3, 4)
    expected_NV = outputs_NH @ output.projection.weight.T @ words.table.weight.T + output.bias
    torch.testing.assert_close(output(outputs_NH), expected_NV)
    output(outputs_NH)[:, 7].sum().backward()
    assert words.table.weight.grad[7].abs().sum() > 0
    assert sum(parameter is words.table.weight for parameter in output.parameters()) == 1
