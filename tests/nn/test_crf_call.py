"""A call of the CRF: the negative log-likelihood, against enumeration of all paths; and every public layer says what its call gives."""

import inspect
import itertools
import re

import pytest
import torch
from torch import nn

import seqtasks.nn
from seqtasks.nn import CRF, ConstrainedChain, legal_transitions


def enumerated(crf: CRF, emissions_SN: torch.Tensor, tags: list[int]) -> float:
    """-log p(tags) of one sentence, by the sum over all paths."""

    def score(path: tuple[int, ...]) -> torch.Tensor:
        total = crf.start_N[path[0]] + crf.end_N[path[-1]] + sum(emissions_SN[place, label] for place, label in enumerate(path))
        return total + sum((crf.transitions_NN[one, other] for one, other in itertools.pairwise(path)), torch.zeros(()))

    paths = itertools.product(range(crf.num_labels), repeat=len(emissions_SN))
    return float(torch.logsumexp(torch.stack([score(path) for path in paths]), dim=0) - score(tuple(tags)))


@pytest.mark.parametrize("labels", [1, 3])
def test_a_call_is_the_negative_log_likelihood_of_every_path_enumerated(labels: int) -> None:
    torch.manual_seed(labels)
    crf = CRF(labels)
    lengths = [4, 1, 3]
    emissions_BSN, tags_BS = torch.randn(3, 4, labels), torch.randint(labels, (3, 4))
    mask_BS = torch.arange(4)[None] < torch.tensor(lengths)[:, None]
    with torch.no_grad():
        expected = torch.tensor(
            [enumerated(crf, emissions_BSN[row, :size], tags_BS[row, :size].tolist()) for row, size in enumerate(lengths)]
        )
    padded_BS = tags_BS.masked_fill(~mask_BS, -100)
    torch.testing.assert_close(crf(emissions_BSN, padded_BS, mask_BS, "none"), expected)
    torch.testing.assert_close(crf(emissions_BSN, padded_BS, mask_BS), expected.sum())
    torch.testing.assert_close(crf(emissions_BSN, padded_BS, mask_BS, "mean"), expected.mean())
    torch.testing.assert_close(crf(emissions_BSN, padded_BS, mask_BS, reduction="token_mean"), expected.sum() / 8)
    torch.testing.assert_close(crf(emissions_BSN[:1], tags_BS[:1]), expected[0])
    torch.testing.assert_close(crf(emissions_BSN, padded_BS, mask_BS, "none"), -crf.log_likelihood(emissions_BSN, tags_BS, mask_BS))


def test_the_call_is_a_loss_that_training_brings_down() -> None:
    torch.manual_seed(1)
    crf, emissions_BSN, tags_BS = CRF(3), torch.zeros(2, 5, 3), torch.tensor([[0, 1, 2, 0, 1], [1, 2, 0, 1, 2]])
    optimizer = torch.optim.SGD(crf.parameters(), lr=0.3)
    first = crf(emissions_BSN, tags_BS)
    for _ in range(30):
        optimizer.zero_grad()
        crf(emissions_BSN, tags_BS).backward()
        optimizer.step()
    assert crf(emissions_BSN, tags_BS) < first / 4
    assert crf.decode(emissions_BSN, torch.ones(2, 5, dtype=torch.bool))[0] in ([0, 1, 2, 0, 1], [1, 2, 0, 1, 2])


def test_without_tables_everything_is_legal_and_with_those_of_a_scheme_only_what_it_allows() -> None:
    assert bool(CRF(4).legal_NN.all() & CRF(4).legal_start_N.all() & CRF(4).legal_end_N.all())
    legal = legal_transitions(["O", "B-X", "I-X"], "BIO")
    crf = CRF(3, legal_start=legal.start, legal_end=legal.end, legal_pair=legal.pair)
    emissions_BSN = torch.tensor([[[0.0, 0.0, 9.0], [0.0, 0.0, 9.0]]])
    assert crf.decode(emissions_BSN, torch.ones(1, 2, dtype=torch.bool)) == [[1, 2]]


E_BSN, T_BS = torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.long)
WRONG = {
    "reduction": (lambda: CRF(4)(E_BSN, T_BS, None, "average"), "reduction is 'average'; expected one of sum, mean, token_mean, none"),
    "time first": (
        lambda: CRF(4)(E_BSN.transpose(0, 1), T_BS),
        "emissions, tags and mask have shapes (3, 2, 4), (2, 3) and (2, 3)",
    ),
    "no batch": (lambda: CRF(4)(E_BSN[0], T_BS[0]), "emissions, tags and mask have shapes (3, 4), (3,) and (3,); expected"),
    "byte mask": (
        lambda: CRF(4)(E_BSN, T_BS, torch.ones(2, 3, dtype=torch.uint8)),
        "the mask is torch.uint8; masks are bool",
    ),
    "left padding": (lambda: CRF(4)(E_BSN, T_BS, torch.tensor([[False, True, True]] * 2)), "the mask has padding before a real word;"),
    "labels from 1": (lambda: CRF(4)(E_BSN, T_BS + 4), "tags_BS hold numbers at real words that are none of the 4 labels, from 0"),
    "other labels": (lambda: CRF(5)(E_BSN, T_BS), "the CRF has 5 labels but got scores for 4"),
    "decode": (lambda: CRF(4).decode(E_BSN[0], T_BS[0].bool()), "emissions have shape (3, 4); expected [batch, words, labels]"),
}


@pytest.mark.parametrize("call", WRONG)
def test_a_call_that_does_not_fit_says_what_would(call: str) -> None:
    ask, message = WRONG[call]
    with pytest.raises(ValueError, match=re.escape(message)):
        ask()


def test_a_constrained_chain_calls_its_marginals() -> None:
    chain = ConstrainedChain(num_labels=2, legal_start=[True, False], legal_end=None, legal_pair=None)
    emissions_BSN, mask_BS = torch.randn(2, 3, 2), torch.tensor([[True] * 3, [True, False, False]])
    assert torch.equal(chain(emissions_BSN, mask_BS), chain.marginals(emissions_BSN, mask_BS))
    assert chain(emissions_BSN, mask_BS)[:, 0, 1].sum() == 0


LAYERS = {
    name: layer for name in seqtasks.nn.__all__ if inspect.isclass(layer := getattr(seqtasks.nn, name)) and issubclass(layer, nn.Module)
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_public_layer_says_what_its_call_takes_or_gives_with_shapes(name: str) -> None:
    forward = LAYERS[name].forward
    assert forward.__module__.startswith("seqtasks.")
    assert re.search(r"_[A-Z]{1,4}\d?\b|States of every layer|As many layers|States after every|[Vv]iew", forward.__doc__ or "")
