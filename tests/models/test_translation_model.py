"""The translation model: search and training see the same probabilities, padding changes nothing, and tied weights are one."""

import pytest
import torch

from seqtasks.decoding.beam import LENGTH_PENALTIES, beam_search
from seqtasks.inference.search import BeamSearch, ModelSearch, SearchInput
from seqtasks.models.translation import TARGET, TiedOutput, TranslationModel
from seqtasks.nn.trunk import TokenEmbedder, WordEmbedding
from seqtasks.recipes.schema import BackboneSettings, DecoderSettings, DecodingSettings
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.translation.build import build_decoder
from seqtasks.tasks.translation.training import walks
from seqtasks.text.batching import IGNORE, Batch
from seqtasks.text.vocabulary import SPECIALS, Vocabulary
from seqtasks.training.scheduled_sampling import ScheduledSampling

PAD, BOS, EOS, WORDS = 0, 2, 3, 11
ATTENTIONS = ("none", "additive", "dot", "general")
DECODERS = [(kind, attention, feeding) for kind in ("lstm", "gru") for attention in ATTENTIONS for feeding in (False, True)]
RIVALS = [("transformer", "scaled"), ("convolution", "dot")]


def model_of(kind: str, attention: str, feeding: bool, *, tied: bool = True, backbone: str = "bilstm") -> TranslationModel:
    torch.manual_seed(5)
    words = WordEmbedding(num_words=WORDS, embedding_dim=6, padding_idx=PAD)
    encoder = BackboneSettings(kind=backbone, hidden_size=4 if backbone.startswith("bi") else 8, layers=2, dropout=0.3)
    trunk = trunk_of(TokenEmbedder(words=words, characters=None, word_dropout=None), encoder)
    settings = DecoderSettings(
        kind=kind, attention=attention, hidden_size=8, attention_size=5, layers=2, input_feeding=feeding, dropout=0.3, embedding_size=6,
        heads=2 if kind == "transformer" else 1,
    )  # fmt: skip
    decoder = build_decoder(settings, words, memory_size=trunk.output_size)
    output = TiedOutput(input_size=decoder.output_size, words=words) if tied else torch.nn.Linear(decoder.output_size, WORDS)
    return TranslationModel(trunk=trunk, decoder=decoder, output=output, bos=BOS, padding_idx=PAD).eval()


def batch_of(sources: list[list[int]], targets: list[list[int]], extra: int = 0) -> Batch:
    def padded(rows: list[list[int]], value: int) -> torch.Tensor:
        width = max(map(len, rows)) + extra
        return torch.tensor([row + [value] * (width - len(row)) for row in rows])

    ids_BS = padded(sources, PAD)
    mask_BS = torch.tensor([[position < len(row) for position in range(ids_BS.size(1))] for row in sources])
    return Batch(ids_BS, mask_BS, torch.arange(len(sources)), "", {TARGET: padded(targets, IGNORE)})


SOURCES, TARGETS = [[4, 5, 6, EOS], [7, EOS], [8, 9, 10, 4, 5, EOS]], [[5, 6, EOS], [9, 9, 8, 7, EOS], [EOS]]


@pytest.mark.parametrize(("kind", "attention", "feeding"), DECODERS + [(*rival, False) for rival in RIVALS])
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


@pytest.mark.parametrize("backbone", ["rnn", "birnn", "gru", "bigru", "lstm", "bilstm", "transformer", "convolution"])
@pytest.mark.parametrize(("kind", "attention"), [*(("lstm", name) for name in ATTENTIONS), *RIVALS])
def test_a_sentence_is_scored_the_same_alone_and_beside_longer_ones(backbone: str, kind: str, attention: str) -> None:
    model = model_of(kind, attention, False, backbone=backbone)
    with torch.no_grad():
        together_BTV = model.output(model(batch_of(SOURCES, TARGETS, extra=3))[0])
        for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
            alone_TV = model.output(model(batch_of([source], [target]))[0])[0]
            torch.testing.assert_close(together_BTV[row, : len(target)], alone_TV, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("backbone", ["bilstm", "transformer", "convolution"])
@pytest.mark.parametrize(("kind", "attention"), RIVALS)
def test_a_rival_finds_the_same_by_one_beam_and_greedily_alone_and_in_a_batch(backbone: str, kind: str, attention: str) -> None:
    model, settings = model_of(kind, attention, False, backbone=backbone), DecodingSettings()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)  # first weights say the same of every sentence
    vocabulary = Vocabulary([str(number) for number in range(len(SPECIALS), WORDS)], specials=SPECIALS)
    search = ModelSearch([model], vocabulary, torch.device("cpu"))
    together = {beams: search.answer([SearchInput(source) for source in SOURCES], BeamSearch(settings, beams)) for beams in (1, 4)}
    for row, source in enumerate(SOURCES):
        batch = batch_of([source], [[EOS]])
        memory, state = model.encode(batch)
        length = torch.tensor([int(len(source) * settings.length_ratio) + settings.length_extra])
        (found,) = beam_search(
            search.step, memory, state, bos=BOS, eos=EOS, maximum_lengths=length, beams=1, length_penalty=LENGTH_PENALTIES["none"](1.0)
        )
        assert found[0].tokens == together[1][row][0].tokens
        assert found[0].log_probability == pytest.approx(together[1][row][0].log_probability, abs=1e-4)
        (alone,) = search.answer([SearchInput(source)], BeamSearch(settings, 4))
        assert alone[0].tokens == together[4][row][0].tokens
        assert alone[0].log_probability == pytest.approx(together[4][row][0].log_probability, abs=1e-4)
    assert len({best[0].tokens for best in together[4]}) > 1


@pytest.mark.parametrize(("kind", "attention"), RIVALS)
def test_a_rival_reads_a_target_twice_for_scheduled_sampling_and_is_not_walked(kind: str, attention: str) -> None:
    model, batch = model_of(kind, attention, False), batch_of(SOURCES, TARGETS)
    assert not walks(model.decoder)
    chosen = ScheduledSampling(lambda step: 0.0, 3, walks(model.decoder))
    inputs_BT = model.shifted(batch.targets[TARGET])
    mixed_BT = chosen(model, inputs_BT, *model.encode(batch), batch, 1)
    assert mixed_BT[:, 0].tolist() == [BOS] * 3 and not torch.equal(mixed_BT, inputs_BT)
    assert torch.equal(mixed_BT[inputs_BT == PAD], inputs_BT[inputs_BT == PAD])


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
    words = WordEmbedding(num_words=WORDS, embedding_dim=6, padding_idx=PAD)
    output = TiedOutput(input_size=4, words=words)
    outputs_NH = torch.randn(3, 4)
    expected_NV = outputs_NH @ output.projection.weight.T @ words.table.weight.T + output.bias
    torch.testing.assert_close(output(outputs_NH), expected_NV)
    output(outputs_NH)[:, 7].sum().backward()
    assert words.table.weight.grad[7].abs().sum() > 0
    assert sum(parameter is words.table.weight for parameter in output.parameters()) == 1
