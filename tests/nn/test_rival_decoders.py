"""The Transformer and the convolutional decoder: values of torch's layers and of plain loops, and what every decoder must keep."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.transformer_decoder import TransformerDecoder
from seqtasks.nn.trunk import WordEmbedding
from tests.oracles.rivals import convolved_target, transformer_outputs

KINDS = ("transformer", "convolution")
WORDS, EMBEDDING, SIZE = 9, 4, 6
SEEDS = st.integers(0, 2**31)


def build(kind, *, memory_size=SIZE, layers=2, heads=2, width=3, dropout=0.0):
    embedding = WordEmbedding(num_words=WORDS, embedding_dim=EMBEDDING, padding_idx=0)
    shape = {"embedding": embedding, "memory_size": memory_size, "hidden_size": SIZE, "layers": layers, "dropout": dropout}
    if kind == "transformer":
        decoder = TransformerDecoder(**shape, heads=heads, inner_size=7)
        for layer in decoder.layers:  # so that the first draws hide nothing: random norms, biases and distances
            torch.nn.init.normal_(layer.layer.bias.table)
    else:
        attention = ATTENTIONS["dot"](query_size=EMBEDDING, memory_size=EMBEDDING, hidden_size=0)
        decoder = ConvolutionDecoder(**shape, attention=attention, width=width)
    for parameter in decoder.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter)
    return decoder


def encoded_of(lengths, *, longest=None, size=SIZE, dtype=torch.float32):
    mask_BS = torch.arange(longest or max(lengths)) < torch.tensor(lengths)[:, None]
    output_BSH = torch.randn(*mask_BS.shape, size, dtype=dtype) * mask_BS[:, :, None]
    return Encoded((output_BSH,), None, mask_BS)


def stepped(decoder, inputs_NT, memory, state):
    outputs, weights = [], []
    for last_N in inputs_NT.unbind(1):
        outputs_NH, state, weights_NS = decoder.step(last_N, memory, state)
        outputs.append(outputs_NH)
        weights.append(weights_NS)
    return torch.stack(outputs, 1), torch.stack(weights, 1)


@st.composite
def drawn(draw):
    """A decoder in float64, sources with padding (some without words) and inputs."""
    torch.manual_seed(draw(SEEDS))
    memory_size = draw(st.sampled_from([3, SIZE]))
    shape = {"layers": draw(st.integers(1, 3)), "heads": draw(st.sampled_from([1, 2, 3])), "width": draw(st.integers(1, 4))}
    lengths = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    encoded = encoded_of(lengths, longest=max(lengths) + draw(st.integers(1, 2)), size=memory_size, dtype=torch.float64)
    inputs_BT = torch.randint(1, WORDS, (len(lengths), draw(st.integers(1, 6))))
    return shape | {"memory_size": memory_size}, lengths, encoded, inputs_BT


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(case=drawn())
def test_steps_equal_teacher_forcing_in_values_and_weights(kind, case):
    shape, lengths, encoded, inputs_BT = case
    decoder = build(kind, **shape).double()
    outputs_BTH, weights_BTS = decoder(inputs_BT, *decoder.start(encoded))
    step_outputs, step_weights = stepped(decoder, inputs_BT, *decoder.start(encoded))
    torch.testing.assert_close(step_outputs, outputs_BTH)
    torch.testing.assert_close(step_weights, weights_BTS)
    for row, length in enumerate(lengths):
        torch.testing.assert_close(weights_BTS[row].sum(1), torch.full_like(weights_BTS[row, :, 0], float(length > 0)))
        assert not weights_BTS[row, :, length:].any()


@settings(max_examples=30, deadline=None)
@given(case=drawn())
def test_the_transformer_decoder_equals_torchs_layers(case):
    shape, lengths, encoded, inputs_BT = case
    decoder = build("transformer", **shape).double()
    outputs_BTH, weights_BTS = decoder(inputs_BT, *decoder.start(encoded))
    kept = [row for row, length in enumerate(lengths) if length]
    if kept:
        expected_BTH, expected_BTS = transformer_outputs(decoder, inputs_BT[kept], encoded.output[kept], encoded.mask_BS[kept])
        torch.testing.assert_close(outputs_BTH[kept], expected_BTH)
        torch.testing.assert_close(weights_BTS[kept], expected_BTS)


@settings(max_examples=30, deadline=None)
@given(case=drawn())
def test_the_convolutional_decoder_equals_a_loop_over_tokens(case):
    shape, lengths, encoded, inputs_BT = case
    decoder = build("convolution", **shape).double()
    outputs_BTH, weights_BTS = decoder(inputs_BT, *decoder.start(encoded))
    for row, length in enumerate(lengths):
        expected_TH, expected_TS = convolved_target(decoder, inputs_BT[row].tolist(), encoded.output[row, :length])
        torch.testing.assert_close(outputs_BTH[row], expected_TH)
        torch.testing.assert_close(weights_BTS[row, :, :length], expected_TS)


def test_distances_beyond_the_reach_count_as_the_reach_in_both_ways_of_reading():
    decoder = build("transformer").double()
    encoded, inputs_BT = encoded_of([4], dtype=torch.float64), torch.randint(1, WORDS, (1, 40))
    outputs_BTH, _ = decoder(inputs_BT, *decoder.start(encoded))
    torch.testing.assert_close(outputs_BTH, transformer_outputs(decoder, inputs_BT, encoded.output, encoded.mask_BS)[0])
    torch.testing.assert_close(stepped(decoder, inputs_BT, *decoder.start(encoded))[0], outputs_BTH)


@pytest.mark.parametrize("kind", KINDS)
def test_later_tokens_change_nothing_before_them(kind):
    decoder = build(kind)
    encoded, inputs_BT = encoded_of([4, 2]), torch.randint(1, WORDS, (2, 6))
    before, weights = decoder(inputs_BT, *decoder.start(encoded))
    changed_BT = inputs_BT.clone()
    changed_BT[:, 3] = inputs_BT[:, 3] % (WORDS - 1) + 1
    after, changed_weights = decoder(changed_BT, *decoder.start(encoded))
    torch.testing.assert_close(after[:, :3], before[:, :3])
    torch.testing.assert_close(changed_weights[:, :3], weights[:, :3])
    assert (after[:, 3:5] - before[:, 3:5]).abs().amax(dim=2).min() > 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_reading_may_go_on_where_it_stopped(kind):
    decoder = build(kind)
    encoded, inputs_BT = encoded_of([4, 2]), torch.randint(1, WORDS, (2, 7))
    memory, state = decoder.start(encoded)
    whole, _ = decoder(inputs_BT, memory, state)
    _, state, _ = decoder.step(inputs_BT[:, 0], memory, state)
    torch.testing.assert_close(decoder(inputs_BT[:, 1:], memory, state)[0], whole[:, 1:])


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_one_sentence_share_its_memory_and_states_are_selected(kind):
    decoder = build(kind)
    memory, state = decoder.start(encoded_of([5, 2, 3]))
    _, state, _ = decoder.step(torch.tensor([3, 4, 5]), memory, state)
    rows, inputs_NT = torch.tensor([0, 0, 2, 2]), torch.randint(1, WORDS, (4, 3))
    shared, repeated = memory.select(torch.tensor([0, 2])), memory.select(rows)
    for run in (stepped, lambda decoder, *args: decoder(*args)):
        together = run(decoder, inputs_NT, shared, state.select(rows))
        alone = run(decoder, inputs_NT, repeated, state.select(rows))
        torch.testing.assert_close(together[0], alone[0])
        torch.testing.assert_close(together[1], alone[1])
    assert len(memory.values_BSH) == 3 and all(len(part.values_BSH) == 3 for part in memory.parts)
    with pytest.raises(ValueError, match="^3 rows are not a multiple of the 2 sentences in memory; select the memory's rows first$"):
        decoder.step(torch.tensor([1, 2, 3]), shared, state)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_is_decoded_the_same_alone_and_in_a_batch(kind):
    decoder, lengths = build(kind), [5, 2, 0, 3]
    encoded, inputs_BT = encoded_of(lengths, longest=7), torch.randint(1, WORDS, (4, 5))
    together, _ = decoder(inputs_BT, *decoder.start(encoded))
    for row, length in enumerate(lengths):
        part = slice(row, row + 1)
        alone = Encoded((encoded.output[part, :length],), None, encoded.mask_BS[part, :length])
        torch.testing.assert_close(decoder(inputs_BT[part], *decoder.start(alone))[0][0], together[row], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_gets_a_finite_gradient_with_and_without_autocast(kind, bf16):
    decoder = build(kind, dropout=0.1)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        outputs_BTH, weights_BTS = decoder(torch.randint(1, WORDS, (4, 5)), *decoder.start(encoded_of([5, 2, 0, 3])))
    ((outputs_BTH.float() * torch.randn(4, 5, SIZE)).sum() + weights_BTS.square().sum()).backward()
    assert weights_BTS.dtype == torch.float32
    for name, parameter in decoder.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any(), name


@pytest.mark.parametrize("kind", KINDS)
def test_bf16_autocast_stays_near_float32_in_both_ways_of_reading(kind):
    decoder, encoded, inputs_BT = build(kind), encoded_of([5, 2, 3]), torch.randint(1, WORDS, (3, 5))
    exact, _ = decoder(inputs_BT, *decoder.start(encoded))
    with torch.autocast("cpu", torch.bfloat16):
        rough, _ = decoder(inputs_BT, *decoder.start(encoded))
        steps, _ = stepped(decoder, inputs_BT, *decoder.start(encoded))
    torch.testing.assert_close(rough.float(), exact, atol=0.1, rtol=0.05)
    torch.testing.assert_close(steps.float(), exact, atol=0.1, rtol=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_in_training_and_not_in_evaluation(kind):
    decoder, encoded, inputs_BT = build(kind, dropout=0.5), encoded_of([3]), torch.randint(1, WORDS, (1, 4))
    first, second = (decoder(inputs_BT, *decoder.start(encoded))[0] for _ in range(2))
    assert not torch.equal(first, second)
    decoder.eval()
    first, second = (decoder(inputs_BT, *decoder.start(encoded))[0] for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_longest_target(kind):
    decoder = build(kind).eval()
    inputs_BT = torch.randint(1, WORDS, (1, 1200))
    with torch.no_grad():
        outputs_BTH, _ = decoder(inputs_BT, *decoder.start(encoded_of([1200])))
        memory, state = decoder.start(encoded_of([3]))
        for last_N in inputs_BT[0, :, None]:
            step_NH, state, _ = decoder.step(last_N, memory, state)
    assert outputs_BTH.isfinite().all() and step_NH.isfinite().all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_give_no_outputs(kind):
    decoder = build(kind)
    memory, state = decoder.start(encoded_of([3, 2]))
    nobody = torch.zeros(0, dtype=torch.long)
    outputs_NH, state, weights_NS = decoder.step(nobody, memory.select(nobody), state.select(nobody))
    assert outputs_NH.shape == (0, SIZE) and weights_NS.shape == (0, 3)
    assert all(len(cache) == 0 for cache in state.caches)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="^a decoder needs at least one layer, got 0$"):
        build("transformer", layers=0)
    with pytest.raises(ValueError, match="^4 heads cannot share 6 features evenly; choose a number of heads that divides them$"):
        build("transformer", heads=4)
    with pytest.raises(ValueError, match="^a convolutional decoder needs at least one layer and a width of 1, got 2 and 0$"):
        build("convolution", width=0)
    embedding = WordEmbedding(num_words=WORDS, embedding_dim=EMBEDDING, padding_idx=0)
    shape = {"embedding": embedding, "memory_size": 3, "hidden_size": SIZE, "layers": 1, "width": 3, "dropout": 0.0}
    wide = ATTENTIONS["dot"](query_size=6, memory_size=6, hidden_size=0)
    with pytest.raises(ValueError, match="^the attention must take queries and values of the embedding's 4 features, got 6 and 6$"):
        ConvolutionDecoder(**shape, attention=wide)
    moving = ATTENTIONS["coverage"](query_size=4, memory_size=4, hidden_size=4)
    with pytest.raises(ValueError, match="^every layer asks for all tokens at once: an attention whose state runs over time does not fit$"):
        ConvolutionDecoder(**shape, attention=moving)
