"""Heads of nested spans: losses and probabilities against enumeration, answers that nest, and the same numbers whatever the batch."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.models.heads import Head
from seqtasks.models.nested import LayeredHead, SpanHead
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from seqtasks.text.tags import Extent, Span, cross, layers_of, spans_of, tags_of, without_crossing
from tests.oracles.crf import log_partition, marginals, path_score
from tests.oracles.nested_by_hand import log_shares, score_of_span

LABELS = ("X", "Y")
LENGTHS = (3, 1, 4, 0)
MASK_BS = torch.tensor([[position < length for position in range(4)] for length in LENGTHS])
GOLD = [[Span(0, 3, "X"), Span(1, 2, "Y")], [Span(0, 1, "Y")], [Span(0, 2, "Y"), Span(3, 4, "X"), Span(1, 3, "X")], []]
KINDS = [LayeredHead, SpanHead]


def made(kind: type[Head], *, crossing: bool = False, depth: int = 2, width: int = 3) -> Head:
    torch.manual_seed(2)
    head = kind(input_size=5, labels=LABELS, dropout=0.0, layer=-1, extent=Extent(depth, width), crossing=crossing)
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter)
    return head.eval()


def encoded(seed: int = 3) -> Encoded:
    states_BSH = torch.randn(4, 4, 5, generator=torch.Generator().manual_seed(seed))
    return Encoded(layers=(states_BSH,), final=None, mask_BS=MASK_BS)


def targets(rows: list[list[Span]]) -> torch.Tensor:
    """spans_BG4, written by hand."""
    filled = [
        [[span.start, span.end, LABELS.index(span.label), depth] for depth, layer in enumerate(layers_of(row)) for span in layer]
        for row in rows
    ]
    longest = max(map(len, filled))
    return torch.tensor([row + [[IGNORE] * 4] * (longest - len(row)) for row in filled])


def layer_path(spans: list[Span], length: int) -> list[int]:
    tags = ("O", "B-X", "I-X", "B-Y", "I-Y")
    return [tags.index(tag) for tag in tags_of(spans, length, "BIO")]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_layered_loss_is_that_of_a_chain_for_each_layer(depth: int) -> None:
    head = made(LayeredHead, depth=depth)
    scores_BSDN = head.scores(encoded())
    assert scores_BSDN.shape == (4, 4, depth, 5)
    expected = 0.0
    for row, length in enumerate(LENGTHS):
        layers = layers_of(GOLD[row])
        for number, chain in enumerate(head.chains):
            numbers = [tensor.detach() for tensor in (scores_BSDN[row, :length, number], *chain.scores())]
            path = layer_path(layers[number] if number < len(layers) else [], length)
            expected += (log_partition(*numbers) - path_score(*numbers, path)).item() if length else 0.0
    loss = head.loss(scores_BSDN, targets(GOLD), MASK_BS, label_smoothing=0.0)
    assert loss.item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_the_span_loss_is_that_of_every_span_of_every_sentence(width: int, smoothing: float) -> None:
    head = made(SpanHead, width=width)
    states = encoded()
    scores_BSWN = head.scores(states)
    assert scores_BSWN.shape == (4, 4, width, 3)
    expected = 0.0
    for row, length in enumerate(LENGTHS):
        for start in range(length):
            for end in range(start + 1, min(length, start + width) + 1):
                scores = score_of_span(head, states.layers[0][row], start, end)
                torch.testing.assert_close(scores_BSWN[row, start, end - start - 1], scores, atol=1e-5, rtol=1e-5)
                shares = log_shares(scores.tolist())
                gold = next((1 + LABELS.index(span.label) for span in GOLD[row] if (span.start, span.end) == (start, end)), 0)
                expected -= (1 - smoothing) * shares[gold] + smoothing * sum(shares) / 3
    assert head.loss(scores_BSWN, targets(GOLD), MASK_BS, label_smoothing=smoothing).item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_losses_of_scores_in_bf16_are_float32_and_have_gradients(kind: type[Head]) -> None:
    head = made(kind)
    loss = head.loss(head.scores(encoded()).bfloat16(), targets(GOLD), MASK_BS, label_smoothing=0.0)
    assert loss.dtype == torch.float32
    loss.backward()
    assert all(parameter.grad is not None for parameter in head.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_words_count_as_right_where_everything_that_concerns_them_is(kind: type[Head]) -> None:
    head = made(kind, crossing=True)
    wanted = targets(GOLD)
    values = head.targets(wanted, MASK_BS) if kind is SpanHead else head.targets(wanted, 4)
    scores = torch.nn.functional.one_hot(values.clamp(min=0), 3 if kind is SpanHead else 5).float()
    assert head.correct(scores, wanted, MASK_BS).item() == sum(LENGTHS)
    scores[0, 1] = 0.0
    scores[0, 1, 0, 0] = 1.0  # "none" or O where a span of one word begins, and O below it
    assert head.correct(scores, wanted, MASK_BS).item() == sum(LENGTHS) - 1
    answers = [spans_of(tags, "nested") for tags in head.tags(10 * scores, MASK_BS)]
    if kind is SpanHead:
        assert [set(row) for row in answers] == [set(GOLD[0]) - {Span(1, 2, "Y")}, *map(set, GOLD[1:])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crossing", [True, False])
@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_answers_cross_only_where_they_may_and_leave_out_the_less_wanted(kind: type[Head], crossing: bool, seed: int) -> None:
    head, free = made(kind, crossing=crossing), made(kind, crossing=True)
    scores = head.scores(encoded(seed))
    answers = [spans_of(tags, "nested") for tags in head.tags(scores, MASK_BS)]
    every = [spans_of(tags, "nested") for tags in free.tags(scores, MASK_BS)]
    assert [len(tags) for tags in head.tags(scores, MASK_BS)] == list(LENGTHS)
    if crossing:
        assert answers == every
    assert all(crossing or not any(cross(one, other) for one in row for other in row) for row in answers)
    if kind is SpanHead:
        sure = head.span_probabilities(scores, MASK_BS, every)
        for row, spans, values in zip(answers, every, sure, strict=True):
            ranked = [span for _, span in sorted(zip(values, spans, strict=True), key=lambda pair: -pair[0])]
            assert set(row) == set(ranked if crossing else without_crossing(ranked))


def test_layered_probabilities_are_the_shares_of_paths_in_which_some_layer_has_the_span() -> None:
    head = made(LayeredHead)
    scores_BSDN = head.scores(encoded())
    asked = [[Span(0, 3, "X"), Span(1, 2, "Y"), Span(0, 1, "Z"), Span(2, 5, "X")], [Span(0, 1, "Y")], [Span(3, 4, "X")], []]
    found = head.span_probabilities(scores_BSDN, MASK_BS, asked)
    assert found[0][2:] == [0.0, 0.0]
    for row, spans in enumerate(asked):
        for number, span in enumerate(spans):
            one_by_one = [head_of_layer.span_probabilities(scores, MASK_BS, asked)[row][number] for head_of_layer, scores in alone(head)]
            assert found[row][number] == pytest.approx(1 - math.prod(1 - p for p in one_by_one), abs=1e-6)
            assert span.label == "Z" or span.end > LENGTHS[row] or 0 < found[row][number] < 1


def alone(head: LayeredHead) -> list[tuple[LayeredHead, torch.Tensor]]:
    """Each layer as a head of its own with its scores."""
    scores_BSDN, found = head.scores(encoded()), []
    for number, chain in enumerate(head.chains):
        one = made(LayeredHead, depth=1)
        one.chains[0].load_state_dict(chain.state_dict())
        found.append((one, scores_BSDN[:, :, number : number + 1]))
    return found


def test_layered_confidences_are_products_of_marginals() -> None:
    head = made(LayeredHead, crossing=True)
    scores_BSDN = head.scores(encoded())
    confidences = head.confidences(scores_BSDN, MASK_BS)
    for row, length in enumerate(LENGTHS[:3]):
        expected = torch.ones(length)
        for number, chain in enumerate(head.chains):
            numbers = [tensor.detach() for tensor in (scores_BSDN[row, :length, number], *chain.scores())]
            path = chain.decode(scores_BSDN[row : row + 1, :length, number], MASK_BS[row : row + 1, :length])[0]
            expected = expected * marginals(*numbers)[range(length), path]
        assert confidences[row] == pytest.approx(expected.tolist(), abs=1e-5)
    assert confidences[3] == []


def test_span_confidences_are_those_of_the_least_sure_answer_on_a_span_around_the_word() -> None:
    head = made(SpanHead)
    states = encoded()
    scores_BSWN = head.scores(states)
    answers = [spans_of(tags, "nested") for tags in head.tags(scores_BSWN, MASK_BS)]
    confidences = head.confidences(scores_BSWN, MASK_BS)
    for row, length in enumerate(LENGTHS):
        expected = [1.0] * length
        for start in range(length):
            for end in range(start + 1, min(length, start + 3) + 1):
                shares = log_shares(score_of_span(head, states.layers[0][row], start, end).tolist())
                answered = next((1 + LABELS.index(span.label) for span in answers[row] if (span.start, span.end) == (start, end)), 0)
                for position in range(start, end):
                    expected[position] = min(expected[position], math.exp(shares[answered]))
        assert confidences[row] == pytest.approx(expected, abs=1e-5)


def test_span_probabilities_are_shares_and_zero_for_what_the_head_cannot_answer() -> None:
    head = made(SpanHead, width=2)
    states = encoded()
    asked = [[Span(0, 2, "X"), Span(0, 3, "X"), Span(2, 4, "X"), Span(0, 1, "Z")], [], [Span(2, 4, "Y")], []]
    found = head.span_probabilities(head.scores(states), MASK_BS, asked)
    expected = math.exp(log_shares(score_of_span(head, states.layers[0][0], 0, 2).tolist())[1])
    assert found[0] == pytest.approx([expected, 0.0, 0.0, 0.0], abs=1e-5)
    assert found[2] == pytest.approx([math.exp(log_shares(score_of_span(head, states.layers[0][2], 2, 4).tolist())[2])], abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_alone_gets_the_answers_it_gets_in_a_batch(kind: type[Head]) -> None:
    head = made(kind)
    states = encoded()
    scores = head.scores(states)
    every = [Span(start, end, label) for start in range(4) for end in range(start + 1, 5) for label in LABELS]
    together = head.span_probabilities(scores, MASK_BS, [every] * 4)
    for row, length in enumerate(LENGTHS[:3]):
        states_1SH, mask_1S = states.layers[0][row : row + 1, :length], MASK_BS[row : row + 1, :length]
        own = head.scores(Encoded(layers=(states_1SH,), final=None, mask_BS=mask_1S))
        assert head.tags(own, mask_1S) == head.tags(scores, MASK_BS)[row : row + 1]
        assert head.confidences(own, mask_1S)[0] == pytest.approx(head.confidences(scores, MASK_BS)[row], abs=1e-5)
        assert head.span_probabilities(own, mask_1S, [every])[0] == pytest.approx(together[row], abs=1e-5)


def test_of_two_labels_at_one_place_one_is_learned_and_spans_that_are_too_wide_or_deep_are_not() -> None:
    rows = [[Span(0, 1, "X"), Span(0, 1, "Y"), Span(0, 3, "X")], [], [], []]
    labels_BSW = made(SpanHead, width=2).targets(targets(rows), MASK_BS)
    assert labels_BSW[0].tolist() == [[2, 0], [0, 0], [0, IGNORE], [IGNORE, IGNORE]]
    tags_BSD = made(LayeredHead, depth=2).targets(targets(rows), 4)
    assert tags_BSD[0].tolist() == [[1, 1], [2, 0], [2, 0], [0, 0]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_of_nested_spans_has_no_labels_of_words_and_no_best_paths(kind: type[Head]) -> None:
    head = made(kind)
    with pytest.raises(UsageError, match=r"^a head of nested spans gives no label for each word\. Ask for its `tags`, or use 'softmax' or"):
        head.predict(head.scores(encoded()), MASK_BS)
    with pytest.raises(UsageError, match=f"^{kind.__name__} is no chain of labels"):
        head.k_best(head.scores(encoded()), MASK_BS, 2)
