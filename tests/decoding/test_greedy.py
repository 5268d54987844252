import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.beam import LENGTH_PENALTIES, beam_search
from seqtasks.decoding.greedy import greedy
from seqtasks.decoding.step import Hypothesis, Step
from tests.decoding.tables import TableModel, table_model

BOS, EOS = 0, 1


def run(model, limits, step=None):
    memory, state = model.start()
    return greedy(step or model.step, memory, state, bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits, dtype=torch.long))


@settings(deadline=None, max_examples=60)
@given(
    limits=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    vocabulary=st.integers(2, 6),
    forbid=st.sampled_from([0.0, 0.0, 0.5]),
    seed=st.integers(0, 10**6),
)
def test_greedy_is_beam_search_with_one_beam(limits, vocabulary, forbid, seed):
    model = table_model(sentences=len(limits), vocabulary=vocabulary, seed=seed, forbid=forbid)
    memory, state = model.start()
    lengths, penalty = torch.tensor(limits), LENGTH_PENALTIES["none"](0.0)
    one_beam = beam_search(model.step, memory, state, bos=BOS, eos=EOS, maximum_lengths=lengths, beams=1, length_penalty=penalty)
    assert run(model, limits) == [found for (found,) in one_beam]


@settings(deadline=None, max_examples=40)
@given(limits=st.lists(st.integers(1, 8), min_size=1, max_size=5), seed=st.integers(0, 10**6))
def test_greedy_takes_the_best_token_of_each_sentence_on_its_own(limits, seed):
    model = table_model(sentences=len(limits), vocabulary=5, seed=seed)
    for sentence, (limit, found) in enumerate(zip(limits, run(model, limits), strict=True)):
        step, state = model.alone(sentence)
        words, total = [BOS], 0.0
        while len(words) <= limit and words[-1] != EOS:
            log_probs_1V, state = step(torch.tensor(words[-1:]), state)
            total += log_probs_1V.max().item()
            words.append(int(log_probs_1V.argmax()))
        ended = words[-1] == EOS
        assert (found.tokens, found.finished) == (tuple(words[1:-1] if ended else words[1:]), ended)
        assert found.log_probability == found.score == pytest.approx(total, abs=1e-9)


def test_finished_sentences_leave_the_batch_when_enough_have(leaving):
    model, limits = table_model(sentences=7, vocabulary=5, seed=1), [1, 6, 3, 2, 5, 1, 4]
    found = run(model, limits)
    lengths = [len(one.tokens) + one.finished for one in found]
    going = [sum(length > step for length in lengths) for step in range(max(lengths))]
    assert model.rows_seen == [min(7, -(-count // leaving) * leaving) for count in going]
    assert found == [run(model, [0] * place + [limit] + [0] * (6 - place))[place] for place, limit in enumerate(limits)]


def test_what_can_go_nowhere_is_returned_unfinished():
    tables = torch.full((1, 7, 3, 3), -math.inf)
    tables[:, 1] = torch.tensor([-math.inf, -math.inf, -0.5])
    assert run(TableModel(tables), [4]) == [Hypothesis((2,), -0.5, -0.5, False)]


def test_a_shortlist_maps_columns_to_vocabulary_ids():
    model, order = table_model(sentences=2, vocabulary=5, seed=4), torch.tensor([3, 1, 4, 0, 2])

    def shortlisted(last_N, memory, state):
        answer = model.step(last_N, memory, state)
        return Step(answer.log_probs_NV[:, order], answer.state, order)

    assert run(model, [6, 4], shortlisted) == run(model, [6, 4])


def test_no_sentences_and_no_room_are_answered_without_a_step():
    assert run(TableModel(torch.zeros(0, 1, 2, 2)), []) == []
    model = table_model(sentences=1, vocabulary=3, seed=0)
    assert run(model, [0]) == [Hypothesis((), 0.0, 0.0, False)]
    assert model.rows_seen == []


def test_negative_lengths_are_refused():
    with pytest.raises(ValueError, match="^maximum lengths must not be negative, got -1$"):
        run(table_model(sentences=2, vocabulary=3, seed=0), [2, -1])
