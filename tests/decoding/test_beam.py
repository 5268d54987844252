import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.beam import LENGTH_PENALTIES, beam_search
from seqtasks.decoding.step import Hypothesis, Step
from tests.decoding.tables import TableModel, TableState, table_model
from tests.oracles.search import exhaustive_search, plain_beam_search

BOS, EOS = 0, 1
PENALTIES = st.sampled_from([("none", 0.0), ("average", 1.0), ("average", 0.5), ("wu", 0.6), ("wu", 2.0), ("wu", -1.0), ("average", 3.0)])


def search(model, limits, *, beams, penalty, n_best=1, step=None):
    memory, state = model.start()
    return beam_search(
        step or model.step, memory, state, bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits), beams=beams, length_penalty=penalty,
        n_best=n_best,
    )  # fmt: skip


def assert_same(found, expected):
    """found: Hypotheses; expected: the oracle's (score, log_prob, tokens, finished)."""
    assert [(one.tokens, one.finished) for one in found] == [(tokens, finished) for _, _, tokens, finished in expected]
    for one, (score, log_prob, _, _) in zip(found, expected, strict=True):
        assert one.score == pytest.approx(score, abs=1e-9) and one.log_probability == pytest.approx(log_prob, abs=1e-9)


@settings(deadline=None, max_examples=80)
@given(
    limits=st.lists(st.integers(0, 7), min_size=1, max_size=4),
    vocabulary=st.integers(2, 6),
    beams=st.integers(1, 7),
    n_best=st.integers(1, 7),
    penalty=PENALTIES,
    forbid=st.sampled_from([0.0, 0.0, 0.4]),
    seed=st.integers(0, 10**6),
)
def test_batched_search_equals_plain_search_of_each_sentence(limits, vocabulary, beams, n_best, penalty, forbid, seed):
    model = table_model(sentences=len(limits), vocabulary=vocabulary, seed=seed, forbid=forbid)
    length_penalty, n_best = LENGTH_PENALTIES[penalty[0]](penalty[1]), min(n_best, beams)
    found = search(model, limits, beams=beams, penalty=length_penalty, n_best=n_best)
    for sentence, limit in enumerate(limits):
        expected = plain_beam_search(
            *model.alone(sentence), bos=BOS, eos=EOS, beams=beams, max_length=limit, length_penalty=length_penalty, n_best=n_best
        )
        assert_same(found[sentence], expected)


@settings(deadline=None, max_examples=20)
@given(penalty=PENALTIES, seed=st.integers(0, 10**6))
def test_a_beam_that_holds_everything_finds_the_best_of_all_hypotheses(penalty, seed):
    model = table_model(sentences=2, vocabulary=3, seed=seed)
    length_penalty = LENGTH_PENALTIES[penalty[0]](penalty[1])
    found = search(model, [4, 3], beams=81, penalty=length_penalty)
    for sentence, limit in enumerate([4, 3]):
        score, tokens = exhaustive_search(
            *model.alone(sentence), bos=BOS, eos=EOS, max_length=limit, length_penalty=length_penalty, vocabulary=3
        )
        assert found[sentence][0].tokens == tokens
        assert found[sentence][0].score == pytest.approx(score, abs=1e-9)


def fixed(rows):
    """One sentence over (bos, eos, a, b): whatever came before, step t has the log-probabilities of probabilities rows[t]."""
    table_TV = torch.tensor(rows, dtype=torch.float64).log()

    def step(last_N, memory, state):
        return Step(table_TV[state.code_N], TableState(state.code_N + 1, state.sentence_N))

    return TableModel(torch.zeros(1, 1, 4, 4)), step


def test_an_ending_takes_a_beam_slot_only_at_its_step():
    model, step = fixed([[0, 0.4, 0.35, 0.25], [0, 0.9, 0.06, 0.04]])
    found = search(model, [2], beams=2, penalty=LENGTH_PENALTIES["none"](0.0), n_best=2, step=step)[0]
    assert [one.tokens for one in found] == [(), (2,)]  # b (0.25) never was in the beam; "a" then ends
    assert found[1].log_probability == pytest.approx(math.log(0.35 * 0.9))


def test_the_search_stops_as_soon_as_no_live_hypothesis_can_win():
    model, step = fixed([[0, 0.9, 0.05, 0.05]] + [[0, 0.5, 0.25, 0.25]] * 30)
    calls = []

    def counted(*args):
        calls.append(args[0].size(0))
        return step(*args)

    found = search(model, [30], beams=3, penalty=LENGTH_PENALTIES["none"](0.0), step=counted)[0]
    assert found == [Hypothesis((), pytest.approx(math.log(0.9)), pytest.approx(math.log(0.9)), True)]
    assert len(calls) == 1


def test_a_penalty_that_favours_length_keeps_the_search_going_until_it_cannot():
    model, step = fixed([[0, 0.5, 0.5, 0]] + [[0, 0.001, 0.999, 0]] * 8 + [[0, 1.0, 0, 0]])
    found = search(model, [10], beams=2, penalty=LENGTH_PENALTIES["average"](1.0), step=step)[0][0]
    assert found.tokens == (2,) * 9
    assert found.score == pytest.approx(math.log(0.5 * 0.999**8) / 10)


def test_unfinished_hypotheses_are_returned_only_where_nothing_finished():
    model, step = fixed([[0, 0, 0.7, 0.3], [0, 0, 0.6, 0.4], [0, 0.5, 0.5, 0]])
    none = LENGTH_PENALTIES["average"](1.0)
    cut = search(model, [2], beams=2, penalty=none, n_best=2, step=step)[0]
    assert [(one.tokens, one.finished) for one in cut] == [((2, 2), False), ((2, 3), False)]
    assert cut[0].score == pytest.approx(math.log(0.42) / 2)
    assert all(one.finished for one in search(model, [3], beams=2, penalty=none, n_best=2, step=step)[0])


def test_what_can_go_nowhere_is_returned_unfinished():
    model, step = fixed([[0, 0, 0.7, 0.3], [0, 0, 0, 0]])
    assert search(model, [5], beams=2, penalty=LENGTH_PENALTIES["none"](0.0), step=step)[0] == [
        Hypothesis((2,), pytest.approx(math.log(0.7)), pytest.approx(math.log(0.7)), False)
    ]


def test_finished_sentences_leave_the_batch_when_enough_have_and_the_memory_keeps_one_row_per_sentence(leaving):
    model = table_model(sentences=5, vocabulary=5, seed=1)
    memories = []

    def step(last_N, memory, state):
        memories.append(memory.tables_BCVV.size(0))
        return model.step(last_N, memory, state)

    search(model, [1, 6, 3, 1, 6], beams=4, penalty=LENGTH_PENALTIES["average"](3.0), step=step)
    assert memories[:2] == [5, 4] and memories == sorted(memories, reverse=True)
    assert all(sentences % leaving == 0 for sentences in memories[1:])
    assert model.rows_seen[0] == 5
    assert all(rows <= 4 * sentences for rows, sentences in zip(model.rows_seen, memories, strict=True))


@pytest.mark.parametrize("per_row", [False, True])
def test_a_shortlist_maps_columns_to_vocabulary_ids(per_row):
    """Columns in another order, with their ids, must change nothing."""
    model, order = table_model(sentences=2, vocabulary=5, seed=4), torch.tensor([3, 1, 4, 0, 2])

    def shortlisted(last_N, memory, state):
        answer = model.step(last_N, memory, state)
        ids = order.expand(last_N.size(0), -1) if per_row else order
        return Step(answer.log_probs_NV[:, order], answer.state, ids)

    wu = LENGTH_PENALTIES["wu"](0.6)
    assert search(model, [6, 4], beams=3, penalty=wu, n_best=3, step=shortlisted) == search(model, [6, 4], beams=3, penalty=wu, n_best=3)


def test_no_sentences_and_no_room_are_answered_without_a_step():
    empty = TableModel(torch.zeros(0, 1, 2, 2))
    assert search(empty, [], beams=2, penalty=LENGTH_PENALTIES["none"](0.0)) == []
    model = table_model(sentences=2, vocabulary=3, seed=0)
    assert search(model, [0, 0], beams=2, penalty=LENGTH_PENALTIES["none"](0.0)) == [[Hypothesis((), 0.0, 0.0, False)]] * 2
    assert model.rows_seen == []


def test_penalties_have_their_published_values():
    assert LENGTH_PENALTIES["none"](0.7)(9) == 1.0
    assert LENGTH_PENALTIES["average"](1.0)(9) == 9.0
    assert LENGTH_PENALTIES["wu"](0.5)(7) == pytest.approx(2**0.5)


@pytest.mark.parametrize(
    ("beams", "n_best", "limits", "penalty", "message"),
    [
        (0, 1, [3], lambda length: 1.0, "beams must be at least 1, got 0"),
        (2, 3, [3], lambda length: 1.0, r"n_best must lie between 1 and beams \(2\), got 3"),
        (2, 0, [3], lambda length: 1.0, r"n_best must lie between 1 and beams \(2\), got 0"),
        (2, 1, [-4], lambda length: 1.0, "maximum lengths must not be negative, got -4"),
        (2, 1, [[3]], lambda length: 1.0, r"maximum_lengths must hold one number per sentence, got shape \(1, 1\)"),
        (2, 1, [3], lambda length: 2.0 - length, r"length_penalty\(2\) must be a positive number, got 0.0"),
    ],
)
def test_impossible_settings_are_refused(beams, n_best, limits, penalty, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        search(TableModel(torch.zeros(1, 1, 2, 2)), limits, beams=beams, penalty=penalty, n_best=n_best)
