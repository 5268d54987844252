import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.decoding.beam import LENGTH_PENALTIES, beam_search
from seqtasks.decoding.ensembles import AVERAGES, Together, ensemble
from seqtasks.decoding.step import Step
from tests.decoding.tables import TableModel, table_model

BOS, EOS = 0, 1


def search(step, memory, state, limits):
    wu = LENGTH_PENALTIES["wu"](0.6)
    return beam_search(step, memory, state, bos=BOS, eos=EOS, maximum_lengths=torch.tensor(limits), beams=4, n_best=4, length_penalty=wu)


def averaged(tables, average):
    """By the definitions, in probabilities."""
    probabilities = torch.stack([table.exp() for table in tables])
    if average == "probabilities":
        return probabilities.mean(0).log()
    product = probabilities.prod(0) ** (1 / len(tables))
    return (product / product.sum(-1, keepdim=True)).log()


@settings(deadline=None, max_examples=30)
@given(
    limits=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    models=st.integers(1, 3),
    seed=st.integers(0, 10**6),
    average=st.sampled_from(sorted(AVERAGES)),
)
def test_an_ensemble_searches_as_a_model_with_the_averaged_probabilities(limits, models, seed, average):
    several = [table_model(sentences=len(limits), vocabulary=4, seed=seed + number, sources=[3] * len(limits)) for number in range(models)]
    memories, states = zip(*(model.start() for model in several), strict=True)
    found = search(ensemble([model.step for model in several], average=average), Together(memories), Together(states), limits)
    single = TableModel(averaged([model.tables_BCVV for model in several], average))
    for one, other in zip(found, search(single.step, *single.start(), limits), strict=True):
        assert [(best.tokens, best.finished) for best in one] == [(best.tokens, best.finished) for best in other]
        assert [best.score for best in one] == pytest.approx([best.score for best in other], abs=1e-9)


def test_attention_is_the_mean_and_missing_where_one_has_none():
    several = [table_model(sentences=1, vocabulary=4, seed=number, sources=[3]) for number in range(2)]
    memory, state = (Together(parts) for parts in zip(*(model.start() for model in several), strict=True))
    last, first = torch.zeros(1, dtype=torch.long), [model.step(torch.zeros(1, dtype=torch.long), *model.start()) for model in several]
    answer = ensemble([model.step for model in several], average="probabilities")(last, memory, state)
    torch.testing.assert_close(answer.attention_NS, (first[0].attention_NS + first[1].attention_NS) / 2)
    several[1].looks_BCVS = None
    assert ensemble([model.step for model in several], average="probabilities")(last, memory, state).attention_NS is None


def test_what_all_models_forbid_stays_forbidden():
    nothing_MNV = torch.full((2, 1, 3), -torch.inf)
    for combine in AVERAGES.values():
        assert combine(nothing_MNV).tolist() == [[-torch.inf] * 3]


def test_shortlists_must_agree():
    model = table_model(sentences=1, vocabulary=4, seed=0)
    memory, state = (Together((part, part)) for part in model.start())

    def short(last_N, memory, state):
        answer = model.step(last_N, memory, state)
        return Step(answer.log_probs_NV, answer.state, torch.arange(4))

    with pytest.raises(ValueError, match="^the models of an ensemble need the same shortlist$"):
        ensemble([model.step, short], average="probabilities")(torch.zeros(1, dtype=torch.long), memory, state)
