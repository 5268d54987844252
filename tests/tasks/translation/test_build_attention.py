"""The attention that [decoder] asks for, against plain loops over one query and one word at a time."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seqtasks.errors import RecipeError
from seqtasks.nn.composed_attention import MultiHeadAttention
from seqtasks.recipes.schema import DecoderSettings
from seqtasks.tasks.translation.build_attention import build_attention
from tests.oracles.attention import additive_energy, attend, dot_energy, entmax15, general_energy, scaled_energy, softmax, sparsemax, top_k

SIZE, LENGTHS = 6, (5, 0, 2)
NORMALISERS = {"softmax": softmax, "sparsemax": sparsemax, "entmax15": entmax15, "topk": lambda energies: top_k(energies, 2)}


def settings(**changes: object) -> DecoderSettings:
    return DecoderSettings.model_validate(
        {"attention": "additive", "hidden_size": SIZE, "embedding_size": 4, "attention_size": 8} | changes
    )


def drawn() -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    mask_BS = torch.arange(5) < torch.tensor(LENGTHS)[:, None]
    return torch.randn(3, 2, SIZE), torch.randn(3, 5, SIZE), mask_BS


def energy_of(kind: str, attention):
    """The oracle's energy with the weights of the module."""
    if kind == "additive":
        own = {"query_AH": attention.query.weight, "bias_A": attention.query.bias, "key_AM": attention.key.weight}
        return lambda query_H, value_H: additive_energy(query_H, value_H, **own, weigh_A=attention.weigh.weight[0])
    if kind == "general":
        return lambda query_H, value_H: general_energy(query_H, value_H, key_HM=attention.key.weight)
    return {"dot": dot_energy, "scaled": scaled_energy}[kind]


@pytest.mark.parametrize("normaliser", NORMALISERS)
@pytest.mark.parametrize("kind", ["additive", "dot", "scaled", "general"])
@torch.no_grad()
def test_one_attention_has_the_energy_and_the_normaliser_asked_for(kind: str, normaliser: str) -> None:
    attention = build_attention(settings(attention=kind, normaliser=normaliser, top_k=2), memory_size=SIZE)
    query_BQH, states_BSH, mask_BS = drawn()
    context_BQH, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    energy = energy_of(kind, attention)
    for b in range(3):
        for q in range(2):
            context, weights = attend(query_BQH[b, q], states_BSH[b], mask_BS[b], energy, NORMALISERS[normaliser])
            torch.testing.assert_close(weights_BQS[b, q], torch.tensor(weights), atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(context_BQH[b, q], torch.tensor(context), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_window_lets_words_around_the_place_through_and_no_others() -> None:
    attention = build_attention(settings(attention="dot", window="local-m", window_size=1), memory_size=SIZE)
    query_BQH, states_BSH, mask_BS = drawn()
    memory, state = attention.project(states_BSH, mask_BS), None
    for step in range(3):
        _, weights_BQS, state = attention(query_BQH, memory, state)
        for b, length in enumerate(LENGTHS):
            place = min(step, max(length - 1, 0))
            _, weights = attend(
                query_BQH[b, 0], states_BSH[b], mask_BS[b], dot_energy, seen=lambda word, place=place: abs(word - place) <= 1
            )
            torch.testing.assert_close(weights_BQS[b, 0], torch.tensor(weights), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("kind", "query_size"), [("scaled", 4), ("dot", 4), ("general", 3)])
@torch.no_grad()
def test_heads_share_the_sizes_out_and_weigh_by_projections_of_their_own(kind: str, query_size: int) -> None:
    """Heads that compare vectors as they are need queries of their keys' size; the others keep the decoder's."""
    attention = build_attention(settings(attention=kind, heads=2, hidden_size=SIZE), memory_size=8)
    assert isinstance(attention, MultiHeadAttention)
    assert [(head.query_size, head.memory_size) for head in attention.heads] == [(query_size, 4)] * 2
    query_BQH, _, mask_BS = drawn()
    states_BSH = torch.randn(3, 5, 8)
    _, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    for b in (0, 2):
        of_heads = []
        for number, head in enumerate(attention.heads):
            rows, keys = slice(number * query_size, (number + 1) * query_size), slice(4 * number, 4 * number + 4)
            query = attention.query.weight[rows] @ query_BQH[b, 0] + attention.query.bias[rows]
            projected = states_BSH[b] @ attention.key.weight[keys].t() + attention.key.bias[keys]
            of_heads.append(attend(query, projected, mask_BS[b], energy_of(kind, head))[1])
        mean = [(one + other) / 2 for one, other in zip(*of_heads, strict=True)]
        torch.testing.assert_close(weights_BQS[b, 0], torch.tensor(mean), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_hierarchy_weighs_words_within_a_segment_as_its_own_attention_does() -> None:
    attention = build_attention(settings(attention="dot", hierarchical=True), memory_size=SIZE)
    query_BQH, states_BSH, mask_BS = drawn()
    segments_BS = torch.tensor([[0, 0, 1, 1, 1], [0] * 5, [0, 1, 0, 0, 0]])
    weights_QS = attention(query_BQH, attention.project(states_BSH, mask_BS, segments_BS))[1][0]
    for segment in (0, 1):
        members = segments_BS[0] == segment
        within = weights_QS[0] * members / (weights_QS[0] * members).sum()
        _, expected = attend(query_BQH[0, 0], states_BSH[0], members, dot_energy)
        torch.testing.assert_close(within, torch.tensor(expected), atol=1e-5, rtol=1e-4)


WRONG = [
    ({"heads": 4}, "decoder.heads = 4 does not divide the backbone's states of 6 features. Change one of them."),
    (
        {"attention": "dot", "hidden_size": 5},
        "decoder.attention = 'dot' compares vectors of one size, but decoder.hidden_size = 5 and the backbone's states have 6. "
        "Make them equal, or use 'general'.",
    ),
    (
        {"attention": "aditive"},
        "no attention 'aditive'; did you mean 'additive'? Known: additive, dot, scaled, general, location, coverage.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=str)
def test_sizes_and_names_that_do_not_fit_are_told(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError) as raised:
        build_attention(settings(**changes), memory_size=SIZE)
    assert str(raised.value) == message
