"""Decoders whose first layer asks, conditional GRUs, and residual layers: values against plain loops, word for word."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.attention_weights import WINDOWS, AttentionWeights, sparsemax
from seqtasks.nn.composed_attention import HierarchicalAttention, MultiHeadAttention
from seqtasks.nn.decoders import AttentionDecoder, PlainDecoder
from seqtasks.nn.deep_decoders import ConditionalGRUDecoder, GNMTDecoder
from seqtasks.nn.encoded import Bridge, Encoded
from seqtasks.nn.trunk import WordEmbedding
from tests.oracles.decoders import Rows, conditional_gru, first_attention, top_attention

SIZE, WORDS = 6, 9
LENGTHS = [5, 2, 0, 3]
TOP = [{"attend": "top", "kind": kind, "fed": fed, "residual": True} for kind in ("lstm", "gru") for fed in (False, True)]
FIRST = [{"attend": "first", "kind": kind, "residual": residual} for kind in ("lstm", "gru") for residual in (False, True)]
DEEP = [*TOP, *FIRST, {"attend": "within"}, {"attend": "within", "residual": True}]
ORACLES = {"top": top_attention, "first": first_attention, "within": conditional_gru}


def looking(name):
    """An attention of each kind, with a window, heads, a hierarchy, and a state over time."""
    sizes = {"query_size": SIZE, "memory_size": SIZE, "hidden_size": 5}
    if name in WINDOWS:
        return ATTENTIONS["additive"](**sizes, attention_weights=AttentionWeights(window=WINDOWS[name](query_size=SIZE, reach=2)))
    if name == "heads":
        half = {"query_size": 3, "memory_size": 3, "hidden_size": 5}
        heads = [ATTENTIONS["location"](**half), ATTENTIONS["scaled"](**half, attention_weights=AttentionWeights(normaliser=sparsemax))]
        return MultiHeadAttention(query_size=SIZE, memory_size=SIZE, heads=heads)
    if name == "levels":
        return HierarchicalAttention(words=ATTENTIONS["additive"](**sizes), segments=ATTENTIONS["general"](**sizes))
    return ATTENTIONS[name](**sizes)


LOOKING = [*ATTENTIONS, *WINDOWS, "heads", "levels"]


def build(attend, *, kind="gru", layers=3, fed=False, residual=False, dropout=0.0, name="additive"):
    bridge = Bridge(encoder_size=SIZE, hidden_size=SIZE, layers=layers, cell=kind == "lstm")
    shared = {"embedding": WordEmbedding(num_words=WORDS, embedding_dim=4, padding_idx=0), "attention": looking(name), "bridge": bridge}
    shared |= {"hidden_size": SIZE, "layers": layers, "dropout": dropout, "residual": residual}
    if attend == "first":
        return GNMTDecoder(kind=kind, **shared)
    if attend == "within":
        return ConditionalGRUDecoder(**shared)
    return AttentionDecoder(kind=kind, input_feeding=fed, **shared)


def encoded_of(lengths, *, longest=None):
    longest = longest or max(lengths)
    mask_BS = torch.arange(longest) < torch.tensor(lengths)[:, None]
    output_BSH = torch.randn(len(lengths), longest, SIZE) * mask_BS[:, :, None]
    return Encoded((output_BSH,), (torch.randn(len(lengths), SIZE),), mask_BS)


def segments_of(encoded):
    """Two words a segment."""
    return (torch.arange(encoded.mask_BS.size(1)) // 2).expand_as(encoded.mask_BS)


def stepped(decoder, inputs_NT, memory, state):
    outputs, weights = [], []
    for last_N in inputs_NT.unbind(1):
        outputs_NX, state, weights_NS = decoder.step(last_N, memory, state)
        outputs.append(outputs_NX)
        weights.append(weights_NS)
    return torch.stack(outputs, 1), torch.stack(weights, 1)


@pytest.fixture
def _exact():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("_exact")
@pytest.mark.parametrize("options", DEEP, ids=str)
@settings(deadline=None, max_examples=6)
@given(
    lengths=st.lists(st.integers(0, 7), min_size=1, max_size=3), steps=st.integers(1, 5), layers=st.integers(1, 3),
    name=st.sampled_from(LOOKING), seed=st.integers(0, 999),
)  # fmt: skip
@torch.no_grad()
def test_forward_and_steps_equal_plain_loops_over_words_and_sentences(options, lengths, steps, layers, name, seed):
    torch.manual_seed(seed)
    decoder = build(**options, layers=max(layers, 2 if options["attend"] == "first" else 1), name=name)
    encoded = encoded_of(lengths, longest=max(*lengths, 1) + 2)
    memory, state = decoder.start(encoded, segments_of(encoded))
    inputs_BT = torch.randint(1, WORDS, (len(lengths), steps))
    for found in (decoder(inputs_BT, memory, state), stepped(decoder, inputs_BT, memory, state)):
        for row in range(len(lengths)):
            outputs_TX, weights_TS = ORACLES[options["attend"]](decoder, inputs_BT[row], Rows(decoder, memory, state, row))
            torch.testing.assert_close(found[0][row], outputs_TX, atol=1e-6, rtol=1e-5)
            torch.testing.assert_close(found[1][row], weights_TS, atol=1e-6, rtol=1e-5)


@pytest.mark.usefixtures("_exact")
@pytest.mark.parametrize("options", DEEP, ids=str)
@pytest.mark.parametrize("name", ["additive", "coverage"])
def test_gradients_of_teacher_forcing_equal_those_of_stepping(options, name):
    decoder = build(**options, name=name)
    encoded, inputs_BT = encoded_of(LENGTHS), torch.randint(1, WORDS, (4, 6))
    weight_BTX, gradients = torch.randn(4, 6, decoder.output_size), []
    for run in (decoder, lambda *args: stepped(decoder, *args)):
        source_BSH, final_BH = encoded.output.clone().requires_grad_(), encoded.final[0].clone().requires_grad_()
        outputs_BTX, _ = run(inputs_BT, *decoder.start(Encoded((source_BSH,), (final_BH,), encoded.mask_BS)))
        gradients.append(torch.autograd.grad((outputs_BTX * weight_BTX).sum(), [source_BSH, final_BH, *decoder.parameters()]))
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("options", DEEP, ids=str)
@pytest.mark.parametrize("name", ["general", "location", "local-m"])
def test_a_sentence_is_decoded_the_same_alone_and_its_rows_share_its_memory(options, name):
    decoder, encoded = build(**options, name=name), encoded_of(LENGTHS, longest=7)
    inputs_BT = torch.randint(1, WORDS, (4, 5))
    memory, state = decoder.start(encoded)
    together, _ = decoder(inputs_BT, memory, state)
    for row, length in enumerate(LENGTHS):
        part = slice(row, row + 1)
        alone = Encoded((encoded.output[part, :length],), (encoded.final[0][part],), encoded.mask_BS[part, :length])
        torch.testing.assert_close(decoder(inputs_BT[part], *decoder.start(alone))[0][0], together[row], atol=1e-6, rtol=1e-5)
    rows, again_NT = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]), torch.randint(1, WORDS, (8, 4))
    for run in (stepped, lambda decoder, *args: decoder(*args)):
        shared, _ = run(decoder, again_NT, memory, state.select(rows))
        torch.testing.assert_close(shared, run(decoder, again_NT, memory.select(rows), state.select(rows))[0])


@pytest.mark.parametrize("options", DEEP, ids=str)
@pytest.mark.parametrize("name", ["additive", "coverage"])
def test_bf16_autocast_stays_near_float32_and_every_parameter_learns_with_dropout(options, name):
    decoder, encoded, inputs_BT = build(**options, name=name), encoded_of(LENGTHS), torch.randint(1, WORDS, (4, 5))
    exact, _ = decoder(inputs_BT, *decoder.start(encoded))
    with torch.autocast("cpu", torch.bfloat16):
        memory, state = decoder.start(encoded)
        rough, _ = decoder(inputs_BT, memory, state)
        stepping, after, _ = decoder.step(inputs_BT[:, 0], memory, state)
    torch.testing.assert_close(rough.float(), exact, atol=0.06, rtol=0)
    torch.testing.assert_close(stepping.float(), exact[:, 0], atol=0.06, rtol=0)
    running = after.hidden_LNH if state.cell_LNH is None else after.cell_LNH
    assert running.dtype == torch.float32
    dropping = build(**options, dropout=0.2, name=name)
    with torch.autocast("cpu", torch.bfloat16):
        outputs_BTX, _ = dropping(inputs_BT, *dropping.start(encoded))
    (outputs_BTX.float() * torch.randn(outputs_BTX.shape)).sum().backward()
    for parameter_name, parameter in dropping.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any(), parameter_name


@pytest.mark.parametrize("options", DEEP, ids=str)
def test_dropout_is_locked_between_layers_and_of_outputs(options):
    """Masks shared over time: between layers whatever enters is zero at the same features at every step, and so are outputs."""
    decoder, entering = build(**options, dropout=0.5), []
    for layer in list(decoder.cells.layers)[1:]:
        layer.register_forward_pre_hook(lambda module, args: entering.append(args[0].detach()))
    outputs_BTX, _ = decoder(torch.randint(1, WORDS, (4, 5)), *decoder.start(encoded_of(LENGTHS[:2] + [4, 3])))
    assert len(entering) == (0 if options.get("fed") else 2)
    for states_BTX in [*entering, outputs_BTX]:
        dropped_BTX = states_BTX == 0
        assert dropped_BTX.any() and not dropped_BTX.all()
        assert torch.equal(dropped_BTX, dropped_BTX[:, :1].expand_as(dropped_BTX))


def test_a_conditional_gru_drops_features_of_its_contexts_too():
    decoder, read = build("within", dropout=0.5), []
    base = decoder.base
    decoder.base = lambda *args: read.append(base(*args)) or read[-1]
    decoder(torch.randint(1, WORDS, (4, 5)), *decoder.start(encoded_of([5, 4, 3, 2])))
    dropped_BTC = read[0][1] == 0
    assert dropped_BTC.any() and not dropped_BTC.all()
    assert torch.equal(dropped_BTC, dropped_BTC[:, :1].expand_as(dropped_BTC))


def test_the_fed_loop_adds_what_is_left_after_dropout_as_one_call_per_layer_does():
    """With an output that is never fed back (combine gives 0), the loop must equal CellStack.sequence."""
    decoder = build("top", fed=True, residual=True, kind="lstm")
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


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_a_plain_decoder_with_residual_layers_steps_as_it_is_forced(kind):
    bridge = Bridge(encoder_size=SIZE, hidden_size=SIZE, layers=3, cell=kind == "lstm")
    shared = {
        "embedding": WordEmbedding(num_words=WORDS, embedding_dim=4, padding_idx=0),
        "bridge": bridge,
        "hidden_size": SIZE,
        "layers": 3,
    }
    decoder = PlainDecoder(**shared, dropout=0.0, kind=kind, residual=True)
    memory, state = decoder.start(encoded_of(LENGTHS))
    inputs_BT = torch.randint(1, WORDS, (4, 6))
    forced, _ = decoder(inputs_BT, memory, state)
    found = []
    for last_B in inputs_BT.unbind(1):
        outputs_BH, state, _ = decoder.step(last_B, memory, state)
        found.append(outputs_BH)
    torch.testing.assert_close(torch.stack(found, 1), forced)
    decoder.cells.residual = False
    assert not torch.isclose(decoder(inputs_BT, *decoder.start(encoded_of(LENGTHS)))[0], forced).all()


def test_what_the_first_layer_found_changes_what_a_conditional_gru_asks_next():
    decoder, encoded = build("within", layers=1), encoded_of([4, 3])
    other = Encoded((encoded.output + encoded.mask_BS[:, :, None],), encoded.final, encoded.mask_BS)
    states = [decoder.step(torch.tensor([1, 2]), *decoder.start(source))[1] for source in (encoded, other)]
    assert not torch.isclose(states[0].hidden_LNH, states[1].hidden_LNH).all(dim=2).any()


@pytest.mark.parametrize("options", [{"attend": "first", "layers": 2}, {"attend": "within", "layers": 1}], ids=str)
def test_no_rows_and_no_source_words_are_decoded(options):
    decoder = build(**options)
    memory, state = decoder.start(encoded_of([0, 2]))
    outputs_NX, _, weights_NS = decoder.step(torch.tensor([1, 2]), memory, state)
    assert outputs_NX.isfinite().all() and not weights_NS[0].any()
    nobody = torch.tensor([], dtype=torch.long)
    outputs_NX, _, weights_NS = decoder.step(nobody, memory.select(nobody), state.select(nobody))
    assert outputs_NX.shape == (0, decoder.output_size) and weights_NS.shape == (0, 2)


def test_a_single_layer_and_parts_that_do_not_fit_are_refused():
    with pytest.raises(
        ValueError, match="^a decoder whose first layer asks the attention needs another to read the context, got 1 layers$"
    ):
        build("first", layers=1)
    message = r"^the gru decoder needs a bridge with \(hidden_size, layers, cell\) = \(6, 3, False\), got \(6, 3, True\)$"
    with pytest.raises(ValueError, match=message):
        build("within", kind="lstm")
