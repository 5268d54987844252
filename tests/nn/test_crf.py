import itertools

import pytest
import torch
import torchcrf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.chain import log_partition
from seqtasks.nn.crf import CRF, ConstrainedChain
from seqtasks.text.tags import PREFIXES, SCHEMES, count_illegal, legal_transitions, span_steps, spans_of
from tests.oracles import crf as oracle

LABELS = ["O", "B-A", "I-A", "B-B", "I-B"]
START = [not label.startswith("I") for label in LABELS]
END = [True] * 5
PAIR = [[not after.startswith("I") or before[1:] == after[1:] for after in LABELS] for before in LABELS]


def drawn(crf, lengths, scale=1.0):
    mask_BS = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    emissions_BSN = torch.randn(len(lengths), max(lengths), crf.num_labels) * scale
    tags_BS = torch.randint(0, crf.num_labels, mask_BS.shape)
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter)
    return emissions_BSN, tags_BS, mask_BS


def free(labels):
    return CRF(num_labels=labels, legal_start=None, legal_end=None, legal_pair=None)


def twin_of(crf):
    """The same CRF in pytorch-crf."""
    twin = torchcrf.CRF(crf.num_labels, batch_first=True)
    with torch.no_grad():
        twin.transitions.copy_(crf.transitions_NN)
        twin.start_transitions.copy_(crf.start_N)
        twin.end_transitions.copy_(crf.end_N)
    return twin


def test_log_likelihood_and_its_gradients_equal_pytorch_crf():
    crf = free(4)
    emissions_BSN, tags_BS, mask_BS = drawn(crf, [5, 1, 3])
    twin = twin_of(crf)
    ours_BSN, theirs_BSN = emissions_BSN.clone().requires_grad_(), emissions_BSN.clone().requires_grad_()
    ours_B, theirs_B = crf.log_likelihood(ours_BSN, tags_BS, mask_BS), twin(theirs_BSN, tags_BS, mask_BS, reduction="none")
    torch.testing.assert_close(ours_B, theirs_B)
    ours_B.sum().backward()
    theirs_B.sum().backward()
    torch.testing.assert_close(ours_BSN.grad, theirs_BSN.grad)
    torch.testing.assert_close(crf.transitions_NN.grad, twin.transitions.grad)
    torch.testing.assert_close(crf.start_N.grad, twin.start_transitions.grad)
    torch.testing.assert_close(crf.end_N.grad, twin.end_transitions.grad)


@settings(deadline=None, max_examples=25)
@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=6), labels=st.integers(1, 7), seed=st.integers(0, 10**6))
def test_partition_and_decoding_equal_pytorch_crf(lengths, labels, seed):
    torch.manual_seed(seed)
    crf = free(labels)
    emissions_BSN, _, mask_BS = drawn(crf, lengths, scale=3.0)
    twin = twin_of(crf)
    assert crf.decode(emissions_BSN, mask_BS) == twin.decode(emissions_BSN, mask_BS)
    theirs_B = twin._compute_normalizer(emissions_BSN.transpose(0, 1), mask_BS.t())
    torch.testing.assert_close(log_partition(emissions_BSN, *crf.scores(), mask_BS), theirs_B)


def inventory(scheme):
    return ["O", *(f"{prefix}-{label}" for label in ("X", "Y") for prefix in PREFIXES[scheme])]


def chain_of(kind, scheme):
    legal = legal_transitions(inventory(scheme), scheme)
    return kind(num_labels=len(inventory(scheme)), legal_start=legal.start, legal_end=legal.end, legal_pair=legal.pair)


@pytest.mark.parametrize("kind", [CRF, ConstrainedChain])
@pytest.mark.parametrize("scheme", SCHEMES)
@settings(deadline=None, max_examples=20)
@given(lengths=st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any), seed=st.integers(0, 10**6))
def test_no_scheme_is_ever_broken_by_any_of_the_k_best_paths(kind, scheme, lengths, seed):
    torch.manual_seed(seed)
    chain = chain_of(kind, scheme)
    emissions_BSN, _, mask_BS = drawn(chain, lengths, scale=100.0)
    best = chain.decode(emissions_BSN, mask_BS)
    for paths, first, length in zip(chain.k_best(emissions_BSN, mask_BS, 5), best, lengths, strict=True):
        assert paths[0][0] == first
        assert len(paths) == (5 if length > 1 else 1 if length == 0 else 3)
        for path, log_probability in paths:
            assert count_illegal([inventory(scheme)[label] for label in path], scheme) == 0
            assert log_probability <= 1e-3


@pytest.mark.parametrize("kind", [CRF, ConstrainedChain])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("legal", [True, False])
def test_span_marginals_equal_enumeration_in_every_scheme_on_legal_and_on_free_chains(kind, scheme, legal):
    torch.manual_seed(5)
    tags = inventory(scheme)
    chain = chain_of(kind, scheme) if legal else kind(num_labels=len(tags), legal_start=None, legal_end=None, legal_pair=None)
    lengths, steps = [3, 0, 1, 4 if scheme != "BIOES" else 2], span_steps(tags, scheme)
    emissions_BSN, _, mask_BS = drawn(chain, lengths)
    scores = [tensor.detach().double() for tensor in chain.scores()]
    found_BSLN = chain.span_marginals(emissions_BSN.double(), mask_BS, steps, longest=4)
    for emissions_SN, found_SLN, length in zip(emissions_BSN.double(), found_BSLN, lengths, strict=True):
        shares = oracle.span_shares(emissions_SN[:length], *scores, tags, lambda row: spans_of(row, scheme))
        found = {}
        for start, size, label in found_SLN.nonzero().tolist():
            key = (start, start + size + 1, steps.labels[steps.label_of[label]])
            found[key] = found.get(key, 0.0) + found_SLN[start, size, label].item()
        assert {key: share for key, share in found.items() if share > 1e-12} == pytest.approx(
            {tuple(span): share for span, share in shares.items() if share > 1e-12}, abs=1e-6
        )


def test_the_k_best_paths_carry_their_probabilities():
    torch.manual_seed(1)
    crf = CRF(num_labels=5, legal_start=START, legal_end=END, legal_pair=PAIR)
    emissions_BSN, _, mask_BS = drawn(crf, [2, 0])
    every, nothing = crf.k_best(emissions_BSN, mask_BS, 100)
    assert sum(torch.tensor([score for _, score in every]).exp()).item() == pytest.approx(1, abs=1e-5)
    assert len(every) == sum(START[a] and PAIR[a][b] for a in range(5) for b in range(5))
    for path, score in every:
        likelihood_B = crf.log_likelihood(emissions_BSN[:1], torch.tensor([path]), mask_BS[:1])
        assert score == pytest.approx(likelihood_B.item(), abs=1e-5)
    assert nothing == [([], pytest.approx(0.0))]


@settings(deadline=None, max_examples=25)
@given(lengths=st.lists(st.integers(0, 4), min_size=1, max_size=4).filter(any), seed=st.integers(0, 10**6))
def test_with_a_tag_scheme_the_best_legal_path_wins_even_against_high_scores(lengths, seed):
    torch.manual_seed(seed)
    crf = CRF(num_labels=5, legal_start=START, legal_end=[True, True, True, True, False], legal_pair=PAIR)
    emissions_BSN, _, mask_BS = drawn(crf, lengths, scale=20.0)
    chain = [tensor.detach() for tensor in crf.scores()]
    for path, emissions_SN, length in zip(crf.decode(emissions_BSN, mask_BS), emissions_BSN, lengths, strict=True):
        legal = [
            (tags, score)
            for tags, score in oracle.every_path(emissions_SN[:length], *chain)
            if not tags or START[tags[0]] and tags[-1] != 4 and all(PAIR[a][b] for a, b in itertools.pairwise(tags))
        ]
        assert tuple(path) == max(legal, key=lambda pair: pair[1].item())[0]


def test_forbidden_paths_have_no_share_in_training_either():
    crf = CRF(num_labels=5, legal_start=START, legal_end=END, legal_pair=PAIR)
    emissions_BSN, _, mask_BS = drawn(crf, [3])
    total = 0.0
    for tags in itertools.product(range(5), repeat=3):
        probability = crf.log_likelihood(emissions_BSN, torch.tensor([tags]), mask_BS).exp().item()
        if not (START[tags[0]] and all(PAIR[a][b] for a, b in itertools.pairwise(tags))):
            assert probability == 0.0
        total += probability
    assert total == pytest.approx(1, abs=1e-5)


def test_forbidden_transitions_score_minus_ten_thousand_and_do_not_learn():
    crf = CRF(num_labels=5, legal_start=START, legal_end=END, legal_pair=PAIR)
    emissions_BSN, _, mask_BS = drawn(crf, [4, 2])
    transitions_NN, start_N, _ = crf.scores()
    assert transitions_NN[0, 2].item() == start_N[2].item() == -1e4
    (-crf.log_likelihood(emissions_BSN, torch.zeros(2, 4, dtype=torch.long), mask_BS).sum()).backward()
    assert crf.transitions_NN.grad[0, 2] == crf.start_N.grad[4] == 0
    for parameter in crf.parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any()


def test_marginals_follow_the_scheme_and_sum_to_one():
    crf = CRF(num_labels=5, legal_start=START, legal_end=END, legal_pair=PAIR)
    emissions_BSN, _, mask_BS = drawn(crf, [3, 1])
    found_BSN = crf.marginals(emissions_BSN, mask_BS)
    torch.testing.assert_close(found_BSN[0], oracle.marginals(emissions_BSN[0], *crf.scores()))
    assert not found_BSN[:, 0, [2, 4]].any()
    torch.testing.assert_close(found_BSN.sum(-1), mask_BS.float())


def test_an_empty_sentence_has_likelihood_one_and_no_tags():
    crf = free(3)
    emissions_BSN, tags_BS, mask_BS = drawn(crf, [0, 2])
    tags_BS = tags_BS.masked_fill(~mask_BS, -100)
    likelihood_B = crf.log_likelihood(emissions_BSN, tags_BS, mask_BS)
    assert likelihood_B[0].item() == 0.0 and likelihood_B[1].item() < 0
    likelihood_B.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in crf.parameters())
    assert [len(path) for path in crf.decode(emissions_BSN, mask_BS)] == [0, 2]


def test_a_sentence_is_tagged_the_same_alone_and_in_a_batch():
    crf = free(4)
    emissions_BSN, tags_BS, mask_BS = drawn(crf, [6, 2, 4])
    together, together_B = crf.decode(emissions_BSN, mask_BS), crf.log_likelihood(emissions_BSN, tags_BS, mask_BS)
    for row, length in enumerate([6, 2, 4]):
        part = (slice(row, row + 1), slice(length))
        assert crf.decode(emissions_BSN[part], mask_BS[part]) == [together[row]]
        torch.testing.assert_close(crf.log_likelihood(emissions_BSN[part], tags_BS[part], mask_BS[part])[0], together_B[row])


def test_tables_and_scores_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"^legal_pair must have shape \(3, 3\), one entry per label, got \(2, 2\)$"):
        CRF(num_labels=3, legal_start=None, legal_end=None, legal_pair=[[True, True], [True, True]])
    with pytest.raises(ValueError, match=r"^legal_start must have shape \(3,\), one entry per label, got \(1,\)$"):
        CRF(num_labels=3, legal_start=[True], legal_end=None, legal_pair=None)
    crf, emissions_BSN, mask_BS = free(3), torch.zeros(1, 2, 4), torch.ones(1, 2, dtype=torch.bool)
    for call in (crf.decode, crf.marginals, lambda emissions, mask: crf.log_likelihood(emissions, mask.long(), mask)):
        with pytest.raises(ValueError, match="^the CRF has 3 labels but got scores for 4$"):
            call(emissions_BSN, mask_BS)
