"""Tagging heads: losses against the formula, predictions that obey the scheme, and the layer they are told to read."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.models.heads import CRFHead, Head, SoftmaxHead
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from seqtasks.text.tags import PREFIXES, SCHEMES, Span, count_illegal, is_legal, spans_of
from tests.oracles.crf import best_path, every_path, log_partition, marginals, path_score, span_shares

LABELS = ("B-X", "I-X", "O")
MASK_BS = torch.tensor([[True, True, True, False], [True, False, False, False], [True, True, True, True]])
TARGETS_BS = torch.tensor([[0, 1, 2, IGNORE], [2, IGNORE, IGNORE, IGNORE], [2, 0, 1, 1]])


def encoded(layers: int = 2, size: int = 5) -> Encoded:
    generator = torch.Generator().manual_seed(3)
    states = tuple(torch.randn(3, 4, size, generator=generator) for _ in range(layers))
    return Encoded(layers=states, final=None, mask_BS=MASK_BS)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_softmax_loss_is_the_sum_of_minus_log_probabilities_over_real_words(smoothing: float) -> None:
    torch.manual_seed(1)
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(encoded())
    expected = 0.0
    for row, position in MASK_BS.nonzero().tolist():
        scores = scores_BSN[row, position].tolist()
        total = math.log(sum(math.exp(score) for score in scores))
        gold = total - scores[int(TARGETS_BS[row, position])]
        uniform = sum(total - score for score in scores) / len(LABELS)
        expected += (1 - smoothing) * gold + smoothing * uniform
    loss = head.loss(scores_BSN, TARGETS_BS, MASK_BS, label_smoothing=smoothing)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_softmax_predicts_the_best_label_of_every_real_word() -> None:
    torch.manual_seed(1)
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(encoded())
    assert head.predict(scores_BSN, MASK_BS) == [scores_BSN[row].argmax(-1).tolist()[:length] for row, length in enumerate((3, 1, 4))]


def test_crf_loss_and_prediction_agree_with_enumeration() -> None:
    torch.manual_seed(2)
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, scheme=None)
    for parameter in head.crf.parameters():
        torch.nn.init.normal_(parameter)
    with torch.no_grad():
        scores_BSN = head.scores(encoded())
        loss = head.loss(scores_BSN, TARGETS_BS, MASK_BS, label_smoothing=0.0)
        expected, best = 0.0, []
        for row, length in enumerate((3, 1, 4)):
            emissions = scores_BSN[row, :length]
            chain = emissions, head.crf.transitions_NN, head.crf.start_N, head.crf.end_N
            expected += (log_partition(*chain) - path_score(*chain, TARGETS_BS[row, :length].tolist())).item()
            best.append(list(best_path(*chain)[0]))
    assert loss.item() == pytest.approx(expected, rel=1e-4)
    assert head.predict(scores_BSN, MASK_BS) == best


def test_a_crf_never_answers_with_a_tag_that_its_scheme_forbids() -> None:
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, scheme="BIO")
    scores_BSN = torch.zeros(3, 4, 3)
    scores_BSN[..., 1] = 50.0  # I-X everywhere, were it allowed
    for row in head.predict(scores_BSN, MASK_BS):
        tags = [LABELS[label] for label in row]
        assert all(is_legal(before, after, "BIO") for before, after in zip([None, *tags[:-1]], tags, strict=True))
        assert tags == ["B-X", *["I-X"] * (len(tags) - 1)]


def inventory(scheme: str) -> tuple[str, ...]:
    return ("O", *(f"{prefix}-{label}" for label in ("X", "Y") for prefix in PREFIXES[scheme]))


def constrained(scheme: str) -> SoftmaxHead:
    return SoftmaxHead(input_size=5, labels=inventory(scheme), dropout=0.0, layer=-1, scheme=scheme, constrained=True)


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(deadline=None, max_examples=25)
@given(
    lengths=st.lists(st.integers(0, 12), min_size=1, max_size=4).filter(any), seed=st.integers(0, 10**6), scale=st.sampled_from([1, 1e6])
)
def test_illegal_sequences_never_leave_a_constrained_softmax_and_legal_ones_leave_it_as_they_are(
    scheme: str, lengths: list[int], seed: int, scale: float
) -> None:
    head = constrained(scheme)
    mask_BS = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    scores_BSN = scale * torch.randn(*mask_BS.shape, len(head.labels), generator=torch.Generator().manual_seed(seed))
    free = SoftmaxHead(input_size=5, labels=head.labels, dropout=0.0, layer=-1, scheme=scheme)
    for found, best, length in zip(head.predict(scores_BSN, mask_BS), free.predict(scores_BSN, mask_BS), lengths, strict=True):
        assert len(found) == length
        assert count_illegal([head.labels[label] for label in found], scheme) == 0
        if count_illegal([head.labels[label] for label in best], scheme) == 0:
            assert found == best


def test_a_constrained_softmax_answers_the_best_legal_sequence_and_is_sure_of_it_given_that_it_is_legal() -> None:
    head = constrained("BIO")
    mask_BS = torch.tensor([[True, True, True]])
    scores_BSN = torch.randn(1, 3, 5, generator=torch.Generator().manual_seed(2))
    chain = (scores_BSN[0].double(), torch.zeros(5, 5), torch.zeros(5), torch.zeros(5))
    legal = [(path, score) for path, score in every_path(*chain) if count_illegal([head.labels[label] for label in path], "BIO") == 0]
    assert head.predict(scores_BSN, mask_BS) == [list(max(legal, key=lambda pair: pair[1].item())[0])]
    total = sum(score.exp().item() for _, score in legal)
    for position in range(3):
        shares = [sum(score.exp().item() for path, score in legal if path[position] == label) / total for label in range(5)]
        assert head.probabilities(scores_BSN, mask_BS)[0, position].tolist() == pytest.approx(shares, abs=1e-6)


def test_a_constraint_adds_no_weights_and_changes_no_loss() -> None:
    head, free = constrained("BIO"), SoftmaxHead(input_size=5, labels=inventory("BIO"), dropout=0.0, layer=-1, scheme="BIO")
    assert list(head.state_dict()) == list(free.state_dict())
    scores_BSN = torch.randn(3, 4, 5)
    assert torch.equal(*(one.loss(scores_BSN, TARGETS_BS, MASK_BS, label_smoothing=0.1) for one in (head, free)))
    with pytest.raises(ValueError, match="^constrained needs the scheme of the labels$"):
        SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, constrained=True)


def random_head(kind: type[Head], scheme: str) -> Head:
    torch.manual_seed(6)
    head = kind(input_size=5, labels=inventory(scheme), dropout=0.0, layer=-1, scheme=scheme)
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter)
    return head


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
@pytest.mark.parametrize("scheme", ["IOB1", "BIO"])
def test_span_probabilities_are_the_shares_of_label_paths_that_mean_the_span(kind: type[Head], scheme: str) -> None:
    head = random_head(kind, scheme)
    scores_BSN = head.scores(encoded())
    spans = [[Span(a, b, label) for label in ("X", "Y", "Z") for a in range(5) for b in range(a, 6)]] * 3
    found = head.span_probabilities(scores_BSN, MASK_BS, spans)
    for row, length in enumerate((3, 1, 4)):
        chain = [tensor.detach().double() for tensor in (scores_BSN[row, :length], *head.chain().scores())]
        shares = span_shares(*chain, head.labels, lambda tags: spans_of(tags, scheme))
        assert found[row] == pytest.approx([shares.get(span, 0.0) for span in spans[row]], abs=1e-7)
    assert head.span_probabilities(scores_BSN, MASK_BS, [[], [], []]) == [[], [], []]


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_span_probabilities_sum_to_the_expected_number_of_entities_and_do_not_depend_on_the_batch(kind: type[Head]) -> None:
    head = random_head(kind, "BIOES")
    scores_BSN = head.scores(encoded())
    spans = [[Span(a, b, label) for label in ("X", "Y") for a in range(4) for b in range(a + 1, 5)]] * 3
    together = head.span_probabilities(scores_BSN, MASK_BS, spans)
    for row, length in enumerate((3, 1, 4)):
        alone = head.span_probabilities(scores_BSN[row : row + 1, :length], MASK_BS[row : row + 1, :length], spans[:1])
        assert alone[0] == pytest.approx(together[row], abs=1e-12)
        if kind is CRFHead:  # in legal BIOES each entity has one tag that begins it
            starts = [number for number, label in enumerate(head.labels) if label[0] in "BS"]
            expected = head.probabilities(scores_BSN, MASK_BS)[row][:, starts].sum().item()
            assert sum(together[row]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_k_best_paths_come_with_their_log_probabilities(kind: type[Head]) -> None:
    head = random_head(kind, "BIO")
    scores_BSN = head.scores(encoded())
    for row, (paths, best) in enumerate(zip(head.k_best(scores_BSN, MASK_BS, 4), head.predict(scores_BSN, MASK_BS), strict=True)):
        assert paths[0][0] == best
        chain = [tensor.detach().double() for tensor in (scores_BSN[row, : len(best)], *head.chain().scores())]
        for path, log_probability in paths:
            assert log_probability == pytest.approx((path_score(*chain, path) - log_partition(*chain)).item(), abs=1e-6)


def test_heads_without_spans_or_without_a_chain_say_so() -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    with pytest.raises(UsageError, match=r"^the labels of this head are no spans\. Name the scheme of its tags: data\.scheme\.$"):
        head.span_probabilities(torch.zeros(3, 4, 3), MASK_BS, [[], [], []])

    class TagsOnly(SoftmaxHead):
        chain = Head.chain

    with pytest.raises(UsageError, match="^TagsOnly is no chain of labels. Give it a method `chain`, or use 'softmax' or 'crf'.$"):
        TagsOnly(input_size=5, labels=LABELS, dropout=0.0, layer=-1).k_best(torch.zeros(3, 4, 3), MASK_BS, 2)


def test_softmax_probabilities_are_each_words_shares_of_the_exponentials_and_zero_at_padding() -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(encoded())
    probabilities_BSN = head.probabilities(scores_BSN, MASK_BS)
    for row, position in MASK_BS.nonzero().tolist():
        powers = [math.exp(score) for score in scores_BSN[row, position].tolist()]
        assert probabilities_BSN[row, position].tolist() == pytest.approx([power / sum(powers) for power in powers], abs=1e-6)
    assert not probabilities_BSN[~MASK_BS].any()
    assert not probabilities_BSN.requires_grad


@pytest.mark.parametrize("scheme", [None, "BIO"])
def test_crf_probabilities_equal_enumeration_of_every_path(scheme: str | None) -> None:
    torch.manual_seed(2)
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, scheme=scheme)
    for parameter in head.crf.parameters():
        torch.nn.init.normal_(parameter)
    scores_BSN = 3 * head.scores(encoded())
    probabilities_BSN = head.probabilities(scores_BSN, MASK_BS)
    assert not probabilities_BSN.requires_grad
    for row, length in enumerate((3, 1, 4)):
        chain = [tensor.detach().double() for tensor in (scores_BSN[row, :length], *head.crf.scores())]
        torch.testing.assert_close(probabilities_BSN[row, :length], marginals(*chain).float(), atol=1e-6, rtol=0)
    assert not probabilities_BSN[~MASK_BS].any()
    if scheme:
        assert not probabilities_BSN[:, 0, 1].any()  # I-X starts no sentence


def test_crf_probabilities_of_a_long_sentence_are_exact() -> None:
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    mask_BS = torch.ones(1, 1000, dtype=torch.bool)
    scores_BSN = 20 + torch.randn(1, 1000, 3, generator=torch.Generator().manual_seed(1))
    exact_BSN = head.double().probabilities(scores_BSN.double(), mask_BS)
    torch.testing.assert_close(head.float().probabilities(scores_BSN, mask_BS), exact_BSN, atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_probabilities_of_scores_in_bf16_are_float32_and_sum_to_one(kind: type[Head]) -> None:
    head = kind(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    probabilities_BSN = head.probabilities(torch.randn(3, 4, 3).bfloat16(), MASK_BS)
    assert probabilities_BSN.dtype == torch.float32
    torch.testing.assert_close(probabilities_BSN.sum(-1), MASK_BS.float())


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_probabilities_of_a_batch_without_words_are_empty(kind: type[Head]) -> None:
    head = kind(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    assert head.probabilities(torch.zeros(2, 0, 3), torch.zeros(2, 0, dtype=torch.bool)).shape == (2, 0, 3)


def test_a_head_that_only_answers_tags_says_that_it_has_no_probabilities() -> None:
    class TagsOnly(SoftmaxHead):
        probabilities = Head.probabilities

    head = TagsOnly(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    with pytest.raises(
        UsageError, match="^TagsOnly answers tags without probabilities. Give it a method `probabilities`, or use 'softmax'"
    ):
        head.probabilities(torch.zeros(3, 4, 3), MASK_BS)


@pytest.mark.parametrize(("layer", "read"), [(0, 0), (1, 1), (-1, 1), (-2, 0)])
def test_a_head_reads_the_layer_it_is_told(layer: int, read: int) -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=layer)
    states = encoded()
    torch.testing.assert_close(head.scores(states), head.projection(states.layers[read]))


def test_dropout_acts_in_training_only() -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.5, layer=-1)
    states = encoded()
    torch.manual_seed(0)
    assert not torch.equal(head.train().scores(states), head.scores(states))
    assert torch.equal(head.eval().scores(states), head.scores(states))
