import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.beam import LENGTH_PENALTIES, beam_search
from seqtasks.decoding.forced import forced
from seqtasks.decoding.step import Step, largest
from tests.decoding.tables import table_model

BOS, EOS = 0, 1


def padded(outputs):
    table = torch.zeros(len(outputs), max(map(len, outputs), default=0), dtype=torch.long)
    for row, output in enumerate(outputs):
        table[row, : len(output)] = torch.tensor(output, dtype=torch.long)
    return table


def walk(model, outputs, step=None, attention=False):
    lengths = [len(output) for output in outputs]
    return forced(step or model.step, *model.start(), padded(outputs), lengths, bos=BOS, attention=attention)


@settings(deadline=None, max_examples=40)
@given(limits=st.lists(st.integers(1, 7), min_size=1, max_size=4), beams=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_the_score_of_an_output_is_its_forced_score(limits, beams, seed):
    model = table_model(sentences=len(limits), vocabulary=5, seed=seed, sources=[3] * len(limits))
    found = beam_search(
        model.step, *model.start(), bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits), beams=beams,
        length_penalty=LENGTH_PENALTIES["wu"](0.7),
    )  # fmt: skip
    outputs = [[*best[0].tokens, *([EOS] if best[0].finished else [])] for best in found]
    model.rows_seen.clear()
    walked = walk(model, outputs, attention=True)
    assert model.rows_seen == [sum(len(output) > place for output in outputs) for place in range(max(map(len, outputs)))]
    for sentence, (output, best, scored) in enumerate(zip(outputs, found, walked, strict=True)):
        assert scored.log_probability == pytest.approx(best[0].log_probability, abs=1e-6)
        assert len(scored.log_probs_T) == len(output)
        torch.testing.assert_close(scored.attention_TS.sum(0), model.coverage(sentence, output))


def test_a_token_outside_the_shortlist_is_impossible():
    model = table_model(sentences=1, vocabulary=5, seed=0)
    order = torch.tensor([4, 1, 2])

    def step(last_N, memory, state):
        answer = model.step(last_N, memory, state)
        return Step(answer.log_probs_NV[:, order], answer.state, order)

    (whole,), (short,) = walk(model, [[2, 4, EOS]]), walk(model, [[2, 4, EOS]], step)
    assert torch.equal(whole.log_probs_T, short.log_probs_T)
    assert walk(model, [[3, EOS]], step)[0].log_probs_T[0] == -torch.inf


def test_nothing_to_score_is_scored_without_a_step():
    model = table_model(sentences=2, vocabulary=3, seed=0)
    assert [one.log_probability for one in walk(model, [[], []])] == [0.0, 0.0]
    assert model.rows_seen == []
    assert walk(table_model(sentences=0, vocabulary=3, seed=0), []) == []


@settings(deadline=None, max_examples=60)
@given(rows=st.integers(0, 3), width=st.integers(1, 900), count=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_the_largest_of_groups_are_the_largest_of_all(rows, width, count, seed):
    values_NV = torch.randn(rows, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    values_NV[:, : width // 3] = -torch.inf
    found, expected = largest(values_NV, min(count, width)), values_NV.topk(min(count, width), dim=1)
    assert torch.equal(found[0], expected.values)
    assert torch.equal(values_NV.gather(1, found[1]), expected.values)
