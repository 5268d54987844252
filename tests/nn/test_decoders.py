import itertools

import pytest
import torch

from seqtasks.nn.attention import ATTENTIONS, DotAttention, Memory
from seqtasks.nn.cells import CellStack, SteppedLinear
from seqtasks.nn.decoders import AttentionDecoder, DecoderState, PlainDecoder
from seqtasks.nn.encoded import Bridge, Encoded
from seqtasks.nn.trunk import WordEmbedding

LENGTHS = [5, 2, 0, 3]
SIZE = 6
ATTENTIVE = [
    {"kind": kind, "name": name, "input_feeding": fed, "layers": layers}
    for kind, name, fed, layers in itertools.product(["lstm", "gru"], ATTENTIONS, [False, True], [1, 2])
]
PLAIN = [{"kind": kind, "name": None, "input_feeding": False, "layers": layers} for kind in ("lstm", "gru") for layers in (1, 2)]


def build(*, kind, name, input_feeding, layers, dropout=0.0):
    bridge = Bridge(encoder_size=SIZE, hidden_size=SIZE, layers=layers, cell=kind == "lstm")
    embedding = WordEmbedding(num_words=9, embedding_dim=4, padding_idx=0)
    if name is None:
        return PlainDecoder(embedding=embedding, bridge=bridge, hidden_size=SIZE, layers=layers, dropout=dropout, kind=kind)
    attention = ATTENTIONS[name](query_size=SIZE, memory_size=SIZE, hidden_size=5)
    return AttentionDecoder(
        embedding=embedding, attention=attention, bridge=bridge, hidden_size=SIZE, layers=layers, dropout=dropout,
        input_feeding=input_feeding, kind=kind,
    )  # fmt: skip


def encoded_of(lengths, *, longest=None, with_final=True):
    longest = longest or max(lengths)
    mask_BS = torch.arange(longest) < torch.tensor(lengths)[:, None]
    output_BSH = torch.randn(len(lengths), longest, SIZE) * mask_BS[:, :, None]
    return Encoded((output_BSH,), (torch.randn(len(lengths), SIZE),) if with_final else None, mask_BS)


def stepped(decoder, inputs_NT, memory, state):
    outputs, weights = [], []
    for last_N in inputs_NT.unbind(1):
        outputs_NH, state, weights_NS = decoder.step(last_N, memory, state)
        outputs.append(outputs_NH)
        weights.append(weights_NS)
    return torch.stack(outputs, 1), None if weights[0] is None else torch.stack(weights, 1)


@pytest.mark.parametrize("options", ATTENTIVE + PLAIN, ids=str)
def test_teacher_forcing_equals_stepping_token_by_token(options):
    decoder = build(**options)
    memory, state = decoder.start(encoded_of(LENGTHS))
    inputs_BT = torch.randint(1, 9, (4, 6))
    outputs_BTH, weights_BTS = decoder(inputs_BT, memory, state)
    step_outputs, step_weights = stepped(decoder, inputs_BT, memory, state)
    torch.testing.assert_close(outputs_BTH, step_outputs)
    assert (weights_BTS is None) == (options["name"] is None)
    if weights_BTS is not None:
        torch.testing.assert_close(weights_BTS, step_weights)


@pytest.mark.parametrize("options", ATTENTIVE + PLAIN, ids=str)
def test_gradients_of_teacher_forcing_equal_those_of_stepping(options):
    decoder = build(**options)
    encoded, inputs_BT, weight_BTH = encoded_of(LENGTHS), torch.randint(1, 9, (4, 6)), torch.randn(4, 6, SIZE)
    gradients = []
    for run in (lambda *args: decoder(*args), lambda *args: stepped(decoder, *args)):
        source_BSH, final_BH = encoded.output.clone().requires_grad_(), encoded.final[0].clone().requires_grad_()
        outputs_BTH, _ = run(inputs_BT, *decoder.start(Encoded((source_BSH,), (final_BH,), encoded.mask_BS)))
        wanted = [final_BH, *decoder.parameters()] + ([source_BSH] if options["name"] else [])
        gradients.append(torch.autograd.grad((outputs_BTH * weight_BTH).sum(), wanted))
    torch.testing.assert_close(gradients[0], gradients[1])


def test_stepped_products_and_their_gradients_equal_a_plain_loop():
    def plain(base_TNY, weight_XY):
        state_NX, outputs = torch.ones(2, 3, dtype=torch.float64), []
        for base_NY in base_TNY:
            state_NX = torch.tanh(base_NY + state_NX @ weight_XY)
            outputs.append(state_NX)
        return torch.stack(outputs)

    def joined(base_TNY, weight_XY):
        state_NX, outputs, product = torch.ones(2, 3, dtype=torch.float64), [], SteppedLinear(base_TNY, weight_XY)
        for _ in base_TNY:
            state_NX = torch.tanh(product(state_NX))
            outputs.append(state_NX)
        return torch.stack(outputs)

    base_TNY, weight_XY = torch.randn(4, 2, 3, dtype=torch.float64), torch.randn(3, 3, dtype=torch.float64)
    torch.testing.assert_close(joined(base_TNY, weight_XY), plain(base_TNY, weight_XY))
    torch.autograd.gradcheck(joined, (base_TNY.requires_grad_(), weight_XY.requires_grad_()))
    frozen = SteppedLinear(base_TNY, weight_XY.detach())
    frozen(torch.ones(2, 3, dtype=torch.float64)).sum().backward()
    assert frozen.inputs == [] and base_TNY.grad[0].eq(1).all() and not base_TNY.grad[1:].any()


@pytest.mark.parametrize("options", ATTENTIVE[::3] + PLAIN, ids=str)
def test_rows_of_one_sentence_share_its_memory(options):
    decoder = build(**options)
    encoded = encoded_of([5, 2])
    memory, state = decoder.start(encoded)
    inputs_NT = torch.randint(1, 9, (6, 4))
    rows = torch.tensor([0, 0, 0, 1, 1, 1])
    shared = state.select(rows)
    repeated = memory.select(rows)
    for run in (stepped, lambda decoder, *args: decoder(*args)):
        together, _ = run(decoder, inputs_NT, memory, shared)
        torch.testing.assert_close(together, run(decoder, inputs_NT, repeated, shared)[0])


@pytest.mark.parametrize("options", ATTENTIVE + PLAIN, ids=str)
def test_a_sentence_is_decoded_the_same_alone_and_in_a_batch(options):
    decoder = build(**options)
    encoded = encoded_of(LENGTHS, longest=7)
    inputs_BT = torch.randint(1, 9, (4, 5))
    together, _ = decoder(inputs_BT, *decoder.start(encoded))
    for row, length in enumerate(LENGTHS):
        part = slice(row, row + 1)
        alone = Encoded((encoded.output[part, :length],), (encoded.final[0][part],), encoded.mask_BS[part, :length])
        torch.testing.assert_close(decoder(inputs_BT[part], *decoder.start(alone))[0][0], together[row], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("options", ATTENTIVE + PLAIN, ids=str)
def test_every_parameter_gets_a_finite_gradient_with_and_without_autocast(options):
    for bf16 in (False, True):
        decoder = build(**options, dropout=0.1)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            outputs_BTH, _ = decoder(torch.randint(1, 9, (4, 5)), *decoder.start(encoded_of(LENGTHS)))
        (outputs_BTH.float() * torch.randn(4, 5, SIZE)).sum().backward()
        for name, parameter in decoder.named_parameters():
            assert parameter.grad.isfinite().all() and parameter.grad.any(), name


@pytest.mark.parametrize("options", ATTENTIVE[::4] + PLAIN, ids=str)
def test_bf16_autocast_stays_near_float32_and_the_running_state_stays_float32(options):
    decoder, encoded, inputs_BT = build(**options), encoded_of(LENGTHS), torch.randint(1, 9, (4, 5))
    exact, _ = decoder(inputs_BT, *decoder.start(encoded))
    with torch.autocast("cpu", torch.bfloat16):
        memory, state = decoder.start(encoded)
        rough, _ = decoder(inputs_BT, memory, state)
        _, after, _ = decoder.step(inputs_BT[:, 0], memory, state)
    torch.testing.assert_close(rough.float(), exact, atol=0.04, rtol=0)
    if options["kind"] == "lstm":
        assert state.cell_LNH.dtype == after.cell_LNH.dtype == torch.float32


@pytest.mark.parametrize("options", ATTENTIVE[::5] + PLAIN, ids=str)
def test_the_output_mask_is_shared_over_time(options):
    torch.manual_seed(3)
    decoder = build(**options, dropout=0.5)
    outputs_BTH, _ = decoder(torch.randint(1, 9, (4, 5)), *decoder.start(encoded_of(LENGTHS)))
    dropped_BTH = outputs_BTH == 0
    assert dropped_BTH.any() and not dropped_BTH.all()
    assert torch.equal(dropped_BTH, dropped_BTH[:, :1].expand_as(dropped_BTH))


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_the_fed_loop_drops_between_layers_as_one_call_per_layer_does(kind):
    """With an output that is never fed back (combine gives 0), feeding cannot matter: the loop must equal CellStack.sequence."""
    decoder = build(kind=kind, name="dot", input_feeding=True, layers=2)
    torch.nn.init.zeros_(decoder.combine.weight)
    torch.nn.init.zeros_(decoder.combine.bias)
    memory, state = decoder.start(encoded_of(LENGTHS))
    embedded_BTE, mask_BH = torch.randn(4, 5, 4), torch.tensor([0.0, 2, 2, 0, 2, 0]).expand(4, -1)
    decoder.cells.between.mask = lambda sentences, size, like: mask_BH
    seen = []
    decoder.attention.register_forward_pre_hook(lambda module, args: seen.append(args[0][:, 0]))
    decoder.fed(embedded_BTE, memory, state)
    inputs_BTX = torch.cat([embedded_BTE, torch.zeros(4, 5, SIZE)], dim=2)
    torch.testing.assert_close(torch.stack(seen, 1), decoder.cells.sequence(inputs_BTX, state.hidden_LNH, state.cell_LNH))


def test_a_fed_decoder_differs_from_one_that_is_not():
    decoder = build(kind="lstm", name="dot", input_feeding=True, layers=1)
    memory, state = decoder.start(encoded_of(LENGTHS))
    inputs_BT = torch.randint(1, 9, (4, 3))
    outputs_BTH, _ = decoder(inputs_BT, memory, state)
    other = DecoderState(state.hidden_LNH, state.cell_LNH, torch.ones_like(state.feed_NH))
    assert not torch.equal(decoder(inputs_BT, memory, other)[0][:, 0], outputs_BTH[:, 0])


def test_the_plain_decoder_sees_the_source_through_its_final_state_only():
    decoder = build(kind="gru", name=None, input_feeding=False, layers=1)
    encoded, inputs_BT = encoded_of([4, 3]), torch.randint(1, 9, (2, 5))
    same_final = Encoded((torch.randn_like(encoded.output),), encoded.final, encoded.mask_BS)
    other_final = Encoded(encoded.layers, (torch.randn_like(encoded.final[0]),), encoded.mask_BS)
    before, weights = decoder(inputs_BT, *decoder.start(encoded))
    assert weights is None
    assert torch.equal(before, decoder(inputs_BT, *decoder.start(same_final))[0])
    memory, state = decoder.start(encoded)
    changed_memory, _ = decoder.start(other_final)
    after, _ = decoder(inputs_BT, changed_memory, state)
    assert not torch.isclose(before, after).all(dim=2).any()  # the context joins every input, not the first alone


def test_states_select_rows_in_any_order_and_repeat_them():
    rows = torch.tensor([2, 0, 0])
    state = DecoderState(torch.randn(2, 3, 4), torch.randn(2, 3, 4), torch.randn(3, 4))
    chosen = state.select(rows)
    assert torch.equal(chosen.hidden_LNH, state.hidden_LNH[:, rows])
    assert torch.equal(chosen.cell_LNH, state.cell_LNH[:, rows])
    assert torch.equal(chosen.feed_NH, state.feed_NH[rows])
    bare = DecoderState(state.hidden_LNH, None, None).select(rows)
    assert bare.cell_LNH is None and bare.feed_NH is None


@pytest.mark.parametrize("cell", [True, False])
@pytest.mark.parametrize("with_final", [True, False])
def test_the_bridge_is_tanh_of_a_linear_map_of_the_final_state_or_the_mean_of_real_words(cell, with_final):
    bridge = Bridge(encoder_size=SIZE, hidden_size=3, layers=2, cell=cell)
    encoded = encoded_of(LENGTHS, with_final=with_final)
    hidden_LBH, cell_LBH = bridge(encoded)
    assert (cell_LBH is not None) == cell
    for row, length in enumerate(LENGTHS):
        summary = encoded.final[0][row] if with_final else encoded.output[row, :length].sum(0) / max(length, 1)
        expected = torch.tanh(bridge.linear(summary)).view(-1, 3)
        found = hidden_LBH[:, row] if cell_LBH is None else torch.cat([hidden_LBH[:, row], cell_LBH[:, row]])
        torch.testing.assert_close(found, expected)


def test_a_bridge_for_another_decoder_is_refused():
    bridge = Bridge(encoder_size=SIZE, hidden_size=SIZE, layers=1, cell=False)
    embedding = WordEmbedding(num_words=9, embedding_dim=4, padding_idx=0)
    message = r"^the lstm decoder needs a bridge with \(hidden_size, layers, cell\) = \(7, 2, True\), got \(6, 1, False\)$"
    with pytest.raises(ValueError, match=message):
        PlainDecoder(embedding=embedding, bridge=bridge, hidden_size=7, layers=2, dropout=0.0, kind="lstm")


@pytest.mark.parametrize(
    ("attention", "message"),
    [
        (DotAttention(query_size=7, memory_size=7), "the attention takes queries of 7 features but the decoder has 6"),
        (ATTENTIONS["general"](query_size=6, memory_size=8, hidden_size=1), "the attention reads 8 features but the bridge 6"),
    ],
)
def test_an_attention_that_does_not_fit_is_refused(attention, message):
    bridge = Bridge(encoder_size=SIZE, hidden_size=SIZE, layers=1, cell=False)
    embedding = WordEmbedding(num_words=9, embedding_dim=4, padding_idx=0)
    with pytest.raises(ValueError, match=f"^{message}$"):
        AttentionDecoder(
            embedding=embedding, attention=attention, bridge=bridge, hidden_size=SIZE, layers=1, dropout=0.0, input_feeding=False,
            kind="gru",
        )  # fmt: skip


def test_rows_that_do_not_divide_among_the_sentences_are_refused():
    message = "^3 rows are not a multiple of the 2 sentences in memory; select the memory's rows first$"
    for name in ("dot", None):
        decoder = build(kind="gru", name=name, input_feeding=False, layers=1)
        memory, state = decoder.start(encoded_of([3, 2]))
        with pytest.raises(ValueError, match=message):
            decoder.step(torch.tensor([1, 2, 3]), memory, state.select(torch.tensor([0, 0, 1])))


def test_states_without_what_the_decoder_needs_are_refused():
    decoder = build(kind="lstm", name="dot", input_feeding=True, layers=1)
    memory, state = decoder.start(encoded_of([3, 2]))
    inputs_BT = torch.tensor([[1], [2]])
    message = r"^input feeding needs the last output in the state \(feed_NH\), got none; take the state from start$"
    with pytest.raises(ValueError, match=message):
        decoder(inputs_BT, memory, DecoderState(state.hidden_LNH, state.cell_LNH, None))
    with pytest.raises(ValueError, match=r"^an LSTM decoder needs cells in its state \(cell_LNH\), got none; take the state from start$"):
        decoder(inputs_BT, memory, DecoderState(state.hidden_LNH, None, state.feed_NH))


def test_unknown_kinds_and_no_layers_are_refused():
    with pytest.raises(ValueError, match="^unknown decoder kind 'rnn'; choose from lstm, gru$"):
        CellStack(kind="rnn", input_size=3, hidden_size=3, layers=1, dropout=0.0)
    with pytest.raises(ValueError, match="^a decoder needs at least one layer, got 0$"):
        CellStack(kind="gru", input_size=3, hidden_size=3, layers=0, dropout=0.0)


def test_no_rows_give_no_outputs():
    decoder = build(kind="gru", name="dot", input_feeding=False, layers=1)
    empty = Memory(torch.zeros(0, 3, SIZE), torch.zeros(0, 3, SIZE), torch.zeros(0, 3, dtype=torch.bool))
    outputs_NH, _, weights_NS = decoder.step(torch.zeros(0, dtype=torch.long), empty, DecoderState(torch.zeros(1, 0, SIZE), None, None))
    assert outputs_NH.shape == (0, SIZE) and weights_NS.shape == (0, 3)
