"""Replayed decoders: outputs, weights, states and cells equal the decoder's own."""

import pytest
import torch

from seqtasks.nn.decoders import DecoderState
from seqtasks.nn.replay_decoders import replay_decoder
from tests.nn.test_decoders import ATTENTIVE, LENGTHS, PLAIN, encoded_of
from tests.nn.test_decoders import build as build_attentive
from tests.nn.test_deep_decoders import DEEP
from tests.nn.test_deep_decoders import build as build_deep

SOME = [options for options in ATTENTIVE if options["name"] in ("additive", "location")]
ALL = [(build_attentive, options) for options in [*SOME, *PLAIN]] + [(build_deep, options) for options in DEEP]


def in_double(encoded, dtype):
    return type(encoded)(tuple(layer.to(dtype) for layer in encoded.layers), tuple(end.to(dtype) for end in encoded.final), encoded.mask_BS)


@pytest.mark.parametrize(("dtype", "exact"), [(torch.float32, 2e-6), (torch.float64, 1e-12)])
@pytest.mark.parametrize(("build", "options"), ALL, ids=lambda part: str(part) if isinstance(part, dict) else "")
def test_replay_equals_the_decoder(build, options, dtype, exact):
    decoder = build(**options).to(dtype).eval()
    inputs_BT = torch.randint(1, 9, (len(LENGTHS), 5))
    with torch.no_grad():
        memory, state = decoder.start(in_double(encoded_of(LENGTHS, longest=7), dtype))
        outputs_BTH, weights_BTS = decoder(inputs_BT, memory, state)
        found_BTH, looked_BTS, traces = replay_decoder(decoder, inputs_BT, memory, state)
        states: list[DecoderState] = []
        for last_B in inputs_BT.unbind(1):
            _, state, _ = decoder.step(last_B, memory, state)
            states.append(state)
    torch.testing.assert_close(found_BTH, outputs_BTH, rtol=0, atol=exact)
    if weights_BTS is not None:
        torch.testing.assert_close(looked_BTS, weights_BTS, rtol=0, atol=exact)
    own = [trace for trace in traces if trace.name != "asking"]
    for number, trace in enumerate(own):
        hidden_BTH = torch.stack([after.hidden_LNH[number] for after in states], dim=1)
        torch.testing.assert_close(trace.states_BSY, hidden_BTH, rtol=0, atol=exact)
        if trace.cells_BSH is not None:
            cells_BTH = torch.stack([after.cell_LNH[number] for after in states], dim=1)
            torch.testing.assert_close(trace.cells_BSH, cells_BTH, rtol=0, atol=exact)
    assert [trace.name for trace in own] == (["reading"] if options.get("attend") == "within" else ["layer 1"]) + [
        f"layer {number + 1}" for number in range(1, len(own))
    ]


def test_cells_follow_from_the_gates_that_are_shown():
    decoder = build_deep("first", kind="lstm", layers=2).double().eval()
    memory, state = decoder.start(in_double(encoded_of(LENGTHS), torch.float64))
    _, _, traces = replay_decoder(decoder, torch.randint(1, 9, (len(LENGTHS), 5)), memory, state)
    for number, trace in enumerate(traces):
        before_BTH = torch.cat([state.cell_LNH[number][:, None], trace.cells_BSH[:, :-1]], dim=1)
        cells_BTH = trace.gates["forget"] * before_BTH + trace.gates["input"] * trace.candidates_BSH
        torch.testing.assert_close(trace.cells_BSH, cells_BTH, rtol=0, atol=1e-12)
        torch.testing.assert_close(trace.states_BSY, trace.gates["output"] * trace.cells_BSH.tanh(), rtol=0, atol=1e-12)


def test_what_cannot_be_replayed_is_named():
    decoder = build_attentive(kind="gru", name="dot", input_feeding=False, layers=1)
    memory, state = decoder.start(encoded_of(LENGTHS))
    with pytest.raises(ValueError, match="Linear has no recurrent layers that could be replayed"):
        replay_decoder(torch.nn.Linear(2, 2), torch.ones(4, 1, dtype=torch.long), memory, state)
    with pytest.raises(ValueError, match="no tokens to replay"):
        replay_decoder(decoder, torch.ones(4, 0, dtype=torch.long), memory, state)
    with pytest.raises(ValueError, match="no layer 'layer 3' to hold units of; choose from layer 1"):
        replay_decoder(decoder, torch.ones(4, 2, dtype=torch.long), memory, state, {"layer 3": {0: 0.0}})
