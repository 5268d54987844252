import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.beam import LENGTH_PENALTIES, Coverage, beam_search
from seqtasks.decoding.constraints import block_ngrams, keep_top_k, keep_top_p, minimum_length, prefix_table, starting_with
from seqtasks.decoding.greedy import greedy
from seqtasks.decoding.step import Step
from tests.decoding.tables import source_mask, table_model
from tests.oracles.search import coverage_bonus, exhaustive_search, plain_beam_search, rules

BOS, EOS = 0, 1
AVERAGE = LENGTH_PENALTIES["average"](1.0)


@st.composite
def ruled(draw):
    """(limits, minimum lengths, n-gram size or 0, prefixes) of one to four sentences over five tokens."""
    limits = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    minimum = [draw(st.integers(0, limit)) for limit in limits]
    prefixes = [draw(st.lists(st.integers(2, 4), max_size=limit)) for limit in limits]
    return limits, minimum, draw(st.integers(0, 3)), prefixes


def constraints(minimum, ngrams, prefixes):
    like, lengths = torch.zeros(1), torch.tensor([len(prefix) for prefix in prefixes])
    found = [minimum_length(torch.tensor(minimum), eos=EOS), starting_with(prefix_table(prefixes, like))]
    return [*([block_ngrams(ngrams, after_B=lengths)] if ngrams else []), *found]


def in_order(rows):
    """(tokens, finished) of rows, the best first; of equal scores, which a table of few steps does give, the smallest tokens."""
    return [row[1:] for row in sorted(rows, key=lambda row: (-round(row[0], 5), row[1]))]


def shortlisted(model, order, *, per_row):
    """The model with its columns in another order, and their ids."""

    def step(last_N, memory, state):
        answer = model.step(last_N, memory, state)
        ids = order.expand(last_N.size(0), -1) if per_row else order
        return Step(answer.log_probs_NV[:, order], answer.state, ids, answer.attention_NS)

    return step


@settings(deadline=None, max_examples=80)
@given(case=ruled(), beams=st.integers(1, 5), seed=st.integers(0, 10**6), weight=st.sampled_from([0.0, 0.3, 2.0]))
def test_searches_under_constraints_equal_the_plain_search_of_each_sentence(case, beams, seed, weight):
    limits, minimum, ngrams, prefixes = case
    sources = [2 + sentence for sentence in range(len(limits))]
    model = table_model(sentences=len(limits), vocabulary=5, seed=seed, sources=sources)
    memory, state = model.start()
    chosen = constraints(minimum, ngrams, prefixes)
    common = {"bos": BOS, "eos": EOS, "maximum_lengths": torch.tensor(limits), "constraints": chosen}
    coverage = Coverage(weight, source_mask(sources)) if weight else None
    found = beam_search(model.step, memory, state, beams=beams, n_best=beams, length_penalty=AVERAGE, coverage=coverage, **common)
    for sentence, limit in enumerate(limits):
        length = sources[sentence]
        expected = plain_beam_search(
            *model.alone(sentence), bos=BOS, eos=EOS, beams=beams, max_length=limit, length_penalty=AVERAGE, n_best=beams,
            allowed=rules(eos=EOS, minimum=minimum[sentence], ngrams=ngrams, prefix=prefixes[sentence]),
            bonus=lambda words, at=sentence, size=length: coverage_bonus(weight, model.coverage(at, words)[:size]),
        )  # fmt: skip
        assert in_order([(one.score, one.tokens, one.finished) for one in found[sentence]]) == in_order(
            [(one[0], *one[2:]) for one in expected]
        )
        assert [one.score for one in found[sentence]] == pytest.approx([one[0] for one in expected], abs=1e-5)
    if beams == 1:
        assert [one.tokens for one in greedy(model.step, memory, state, **common)] == [one[0].tokens for one in found]


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 10**6), ngrams=st.integers(0, 2), weight=st.sampled_from([0.2, 1.0, 5.0]), penalty=st.sampled_from(["wu", "none"])
)
def test_a_beam_that_holds_everything_finds_the_best_allowed_hypothesis_with_coverage(seed, ngrams, weight, penalty):
    """So the early stop keeps the result under coverage penalty and constraints, too."""
    model = table_model(sentences=2, vocabulary=4, seed=seed, sources=[3, 2])
    memory, state = model.start()
    length_penalty = LENGTH_PENALTIES[penalty](1.0)
    minimum, prefixes, limits = [2, 0], [[], [3]], [4, 3]
    found = beam_search(
        model.step, memory, state, bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits), beams=300, length_penalty=length_penalty,
        coverage=Coverage(weight, source_mask([3, 2])), constraints=constraints(minimum, ngrams, prefixes),
    )  # fmt: skip
    for sentence, limit in enumerate(limits):
        best = exhaustive_search(
            *model.alone(sentence), bos=BOS, eos=EOS, max_length=limit, length_penalty=length_penalty, vocabulary=4,
            allowed=rules(eos=EOS, minimum=minimum[sentence], ngrams=ngrams, prefix=prefixes[sentence]),
            bonus=lambda words, at=sentence: coverage_bonus(weight, model.coverage(at, words)[: [3, 2][at]]),
        )  # fmt: skip
        assert found[sentence][0].tokens == best[1]
        assert found[sentence][0].score == pytest.approx(best[0], abs=1e-5)


@pytest.mark.parametrize("per_row", [False, True])
def test_constraints_mean_vocabulary_ids_under_a_shortlist_too(per_row):
    model, order = table_model(sentences=2, vocabulary=5, seed=4), torch.tensor([3, 1, 4, 0, 2])
    memory, state = model.start()
    common = {"bos": BOS, "eos": EOS, "maximum_lengths": torch.tensor([7, 6]), "constraints": constraints([3, 4], 1, [[2], []])}
    plain, short = (greedy(step, memory, state, **common) for step in (model.step, shortlisted(model, order, per_row=per_row)))
    assert plain == short


def test_an_unfinished_end_of_a_coverage_search_is_ranked_by_score():
    model = table_model(sentences=1, vocabulary=4, seed=3, sources=[3])
    memory, state = model.start()
    never = [minimum_length(torch.tensor([9]), eos=EOS)]
    found = beam_search(
        model.step, memory, state, bos=BOS, eos=EOS, maximum_lengths=torch.tensor([4]), beams=5, n_best=5, length_penalty=AVERAGE,
        coverage=Coverage(9.0, source_mask([3])), constraints=never,
    )  # fmt: skip
    scores = [one.score for one in found[0]]
    assert not any(one.finished for one in found[0])
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(
        found[0][0].log_probability / 4 + coverage_bonus(9.0, model.coverage(0, found[0][0].tokens)), abs=1e-5
    )


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), k=st.integers(1, 9), p=st.floats(0.01, 1.0), width=st.sampled_from([1, 6, 400]))
def test_top_k_and_nucleus_keep_what_they_say(seed, k, p, width):
    generator = torch.Generator().manual_seed(seed)
    log_probs_NV = (torch.randn(3, width, generator=generator, dtype=torch.float64) * 2).log_softmax(1)
    for row, few, nucleus in zip(log_probs_NV.tolist(), keep_top_k(log_probs_NV, k), keep_top_p(log_probs_NV, p), strict=True):
        ranked, total, kept = sorted(range(width), key=lambda v: -row[v]), 0.0, []
        for v in ranked:
            if total < p - 1e-9 or not kept:
                kept.append(v)
            total += math.exp(row[v])
        assert (few > -math.inf).nonzero().flatten().tolist() == sorted(ranked[:k])
        assert abs(len(kept) - int((nucleus > -math.inf).sum())) <= (p > 1 - 1e-9)
        assert (nucleus > -math.inf).nonzero().flatten().tolist() == sorted(kept) or p > 1 - 1e-9


def test_settings_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match=r"^n-grams that must not repeat need a size of at least 1, got 0$"):
        block_ngrams(0)
    with pytest.raises(ValueError, match=r"^the weight of the coverage penalty must be a number from 0 on, got -1$"):
        Coverage(-1, torch.ones(1, 1, dtype=torch.bool))
    model = table_model(sentences=1, vocabulary=3, seed=0)
    with pytest.raises(ValueError, match="^a coverage penalty needs attention, but the step gave none$"):
        beam_search(
            model.step, *model.start(), bos=BOS, eos=EOS, maximum_lengths=torch.tensor([3]), beams=2, length_penalty=AVERAGE,
            coverage=Coverage(0.5, torch.ones(1, 2, dtype=torch.bool)),
        )  # fmt: skip
