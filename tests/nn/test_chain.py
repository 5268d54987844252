import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.chain import k_best, log_partition, marginals, path_score, span_marginals, viterbi
from tests.oracles import crf as oracle

lengths_and_labels = {
    "lengths": st.lists(st.integers(0, 4), min_size=1, max_size=4),
    "labels": st.integers(1, 3),
    "extra": st.integers(0, 2),
}


def drawn(lengths, labels, extra=0, seed=0):
    """Emissions with garbage at padding, the chain's scores and the mask; float64, so that ties and rounding play no part."""
    generator = torch.Generator().manual_seed(seed)
    longest = max(lengths) + extra
    mask_BS = torch.arange(longest) < torch.tensor(lengths)[:, None]
    shapes = [(len(lengths), longest, labels), (labels, labels), (labels,), (labels,)]
    return [torch.randn(shape, generator=generator, dtype=torch.float64) * 2 for shape in shapes], mask_BS


def each(scores, lengths):
    """Every sentence on its own, as the oracle wants it."""
    emissions_BSN, *chain = scores
    return [(emissions_SN[:length], *chain) for emissions_SN, length in zip(emissions_BSN, lengths, strict=True)]


@settings(deadline=None, max_examples=40)
@given(**lengths_and_labels)
def test_log_partition_equals_enumeration_of_every_path(lengths, labels, extra):
    scores, mask_BS = drawn(lengths, labels, extra)
    expected_B = torch.stack([oracle.log_partition(*one) for one in each(scores, lengths)])
    torch.testing.assert_close(log_partition(*scores, mask_BS), expected_B)


@settings(deadline=None, max_examples=40)
@given(**lengths_and_labels)
def test_viterbi_finds_the_best_of_every_path(lengths, labels, extra):
    scores, mask_BS = drawn(lengths, labels, extra)
    paths, scores_B = viterbi(*scores, mask_BS)
    for one, path, score in zip(each(scores, lengths), paths, scores_B, strict=True):
        best, best_score = oracle.best_path(*one)
        assert tuple(path) == best
        torch.testing.assert_close(score, best_score)


@settings(deadline=None, max_examples=40)
@given(**lengths_and_labels)
def test_marginals_equal_the_share_of_paths_and_are_zero_at_padding(lengths, labels, extra):
    scores, mask_BS = drawn(lengths, labels, extra)
    found_BSN = marginals(*scores, mask_BS)
    for one, found_SN, length in zip(each(scores, lengths), found_BSN, lengths, strict=True):
        torch.testing.assert_close(found_SN[:length], oracle.marginals(*one))
        assert not found_SN[length:].any()


@settings(deadline=None, max_examples=40)
@given(**lengths_and_labels)
def test_path_score_adds_up_one_path_whatever_stands_at_padding(lengths, labels, extra):
    scores, mask_BS = drawn(lengths, labels, extra)
    tags_BS = torch.randint(0, labels, mask_BS.shape).masked_fill(~mask_BS, -100)
    found_B = path_score(*scores[:4], tags_BS, mask_BS)
    for one, found, tags, length in zip(each(scores, lengths), found_B, tags_BS.tolist(), lengths, strict=True):
        torch.testing.assert_close(found, oracle.path_score(*one, tags[:length]))


def test_marginals_are_the_gradient_of_the_log_partition():
    scores, mask_BS = drawn([4, 2, 0, 5], 3)
    scores[0].requires_grad_()
    log_partition(*scores, mask_BS).sum().backward()
    torch.testing.assert_close(scores[0].grad, marginals(*scores, mask_BS).detach())


def test_gradients_equal_those_of_enumeration_and_are_finite_beside_empty_sentences():
    lengths = [3, 0, 2]
    ours, mask_BS = drawn(lengths, 3)
    theirs = [tensor.clone().requires_grad_() for tensor in ours]
    for tensor in ours:
        tensor.requires_grad_()
    log_partition(*ours, mask_BS).sum().backward()
    torch.stack([oracle.log_partition(*one) for one in each(theirs, lengths)]).sum().backward()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, other.grad)


def test_bf16_scores_are_summed_in_float32_also_under_autocast():
    scores, mask_BS = drawn([6, 4], 3)
    rough = [scores[0].bfloat16(), *(tensor.float() for tensor in scores[1:])]
    exact = [rough[0].float(), *rough[1:]]
    with torch.autocast("cpu", torch.bfloat16):
        found = log_partition(*rough, mask_BS)
        probabilities = marginals(*rough, mask_BS)
        _, best_B = viterbi(*rough, mask_BS)
        score_B = path_score(*rough, torch.zeros(2, 6, dtype=torch.long), mask_BS)
    assert {found.dtype, probabilities.dtype, best_B.dtype, score_B.dtype} == {torch.float32}
    torch.testing.assert_close(found, log_partition(*exact, mask_BS))
    torch.testing.assert_close(probabilities, marginals(*exact, mask_BS))


@pytest.mark.parametrize("sentences", [0, 2])
def test_batches_without_positions_have_the_empty_path(sentences):
    scores = [torch.zeros(sentences, 0, 3), torch.zeros(3, 3), torch.zeros(3), torch.zeros(3)]
    mask_BS = torch.zeros(sentences, 0, dtype=torch.bool)
    assert log_partition(*scores, mask_BS).tolist() == [0.0] * sentences
    assert path_score(*scores, torch.zeros(sentences, 0, dtype=torch.long), mask_BS).tolist() == [0.0] * sentences
    paths, scores_B = viterbi(*scores, mask_BS)
    assert paths == [[]] * sentences and scores_B.tolist() == [0.0] * sentences
    assert marginals(*scores, mask_BS).shape == (sentences, 0, 3)
    assert k_best(*scores, mask_BS, 2) == [[([], 0.0)]] * sentences
    tables = dict.fromkeys(("begins_NN", "goes_on_NN"), torch.ones(3, 3, dtype=torch.bool))
    spans_BSLN = span_marginals(*scores, mask_BS, begins_first_N=torch.ones(3, dtype=torch.bool), **tables, longest=2)
    assert spans_BSLN.shape == (sentences, 0, 2, 3)


@settings(deadline=None, max_examples=40)
@given(**lengths_and_labels, k=st.integers(1, 12), forbidden=st.booleans())
def test_the_k_best_paths_are_the_first_k_of_every_path(lengths, labels, extra, k, forbidden):
    scores, mask_BS = drawn(lengths, labels, extra)
    if forbidden:
        scores[1][0, -1] = scores[2][0] = -torch.inf
    for one, found in zip(each(scores, lengths), k_best(*scores, mask_BS, k), strict=True):
        expected = oracle.k_best(*one, k)
        assert [tuple(path) for path, _ in found] == [path for path, _ in expected]
        assert [score for _, score in found] == pytest.approx([score.item() for _, score in expected])


def test_the_first_of_the_k_best_is_viterbis_path_and_more_paths_begin_with_fewer():
    scores, mask_BS = drawn([7, 1, 4, 12], 5, extra=2)
    paths, scores_B = viterbi(*scores, mask_BS)
    many, few = k_best(*scores, mask_BS, 20), k_best(*scores, mask_BS, 3)
    assert [rows[0][0] for rows in many] == paths
    assert [rows[0][1] for rows in many] == pytest.approx(scores_B.tolist())
    assert [len(rows) for rows in many] == [20, 5, 20, 20]
    assert [rows[:3] for rows in many] == few
    for row, length in enumerate((7, 1, 4, 12)):  # alone, without padding
        (alone,) = k_best(scores[0][row : row + 1, :length], *scores[1:], mask_BS[row : row + 1, :length], 20)
        assert [path for path, _ in alone] == [path for path, _ in many[row]]


def test_less_than_one_path_is_refused():
    scores, mask_BS = drawn([2], 2)
    with pytest.raises(ValueError, match="^k must be at least 1, got 0$"):
        k_best(*scores, mask_BS, 0)


@settings(deadline=None, max_examples=30)
@given(**lengths_and_labels, longest=st.integers(0, 5), seed=st.integers(0, 9))
def test_span_marginals_equal_the_share_of_paths_for_any_tables(lengths, labels, extra, longest, seed):
    """A span here: from where `begins` says, over as many labels as go on, whatever the tables."""
    scores, mask_BS = drawn(lengths, labels, extra)
    generator = torch.Generator().manual_seed(seed)
    first_N = torch.rand(labels, generator=generator) < 0.5
    steps_NN = torch.randint(0, 3, (labels, labels), generator=generator)  # 0: neither, 1: a span begins, 2: it goes on
    found_BSLN = span_marginals(
        *scores, mask_BS, begins_first_N=first_N, begins_NN=steps_NN == 1, goes_on_NN=steps_NN == 2, longest=longest
    )
    assert found_BSLN.shape == (*mask_BS.shape, longest, labels)
    for one, found_SLN, length in zip(each(scores, lengths), found_BSLN, lengths, strict=True):
        expected_SLN = torch.zeros_like(found_SLN)
        total = oracle.log_partition(*one)
        for path, score in oracle.every_path(*one):
            for start in range(length):
                if not (first_N[path[0]] if start == 0 else steps_NN[path[start - 1], path[start]] == 1):
                    continue
                size = 1 + len(list(itertools.takewhile(lambda pair: steps_NN[pair] == 2, itertools.pairwise(path[start:]))))
                if size <= longest:
                    expected_SLN[start, size - 1, path[start + size - 1]] += (score - total).exp()
        torch.testing.assert_close(found_SLN, expected_SLN)
