import numpy as np
import pytest
import torch

from seqtasks.errors import RunDirectoryError
from seqtasks.models.language_model import NEXT
from seqtasks.text.encoded import Ragged
from seqtasks.text.language_batches import Stretches, sentence_batch
from seqtasks.training.language_objectives import TextObjective, sentence_objective
from tests.models.test_language_model import BOS, EOS, SENTENCES, language_model
from tests.oracles.language_model import log_probs_by_hand

TEXT = Ragged.from_lists(SENTENCES)


@pytest.fixture(autouse=True)
def _same_draws_in_every_run():
    torch.manual_seed(0)


def by_hand(model, *, carried):
    """The summed negative log-likelihood, each sentence by itself or after those before it."""
    rows = [log_probs_by_hand(model, row, bos=BOS, before=SENTENCES[:n] if carried else ()) for n, row in enumerate(SENTENCES)]
    return -torch.cat(rows).sum()


def test_the_loss_of_sentences_is_that_of_each_by_itself():
    model = language_model()
    batch = sentence_batch(TEXT, np.array([3, 0, 2, 1]), bos=BOS, name=NEXT)
    (term,) = sentence_objective(label_smoothing=0.0)(model, batch, 0).values()
    torch.testing.assert_close(term.sum, by_hand(model, carried=False))
    assert term.count == len(TEXT.values)


@pytest.mark.parametrize("length", [1, 2, 5, 50])
@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_a_text_in_stretches_has_the_loss_of_one_pass_however_it_is_cut(length, kind):
    model, objective = language_model(kind), TextObjective(label_smoothing=0.0)
    batches = Stretches(TEXT.values, columns=1, length=length, bos=BOS, eos=EOS, name=NEXT)
    for _ in range(2):  # a second pass begins anew
        terms = [objective(model, batches[number], 0)[NEXT] for number in range(len(batches))]
        torch.testing.assert_close(torch.stack([term.sum for term in terms]).sum(), by_hand(model, carried=True))
        assert sum(term.count for term in terms) == len(TEXT.values)


def test_what_is_restored_goes_on_as_what_was_carried(tmp_path):
    model, objective, other = language_model(), TextObjective(label_smoothing=0.1), TextObjective(label_smoothing=0.1)
    batches = Stretches(TEXT.values, columns=2, length=2, bos=BOS, eos=EOS, name=NEXT)
    objective(model, batches[0], 0)
    other.restore({name: tensor.clone() for name, tensor in objective.tensors().items()}, tmp_path, torch.device("cpu"))
    assert torch.equal(objective(model, batches[1], 1)[NEXT].sum, other(model, batches[1], 1)[NEXT].sum)
    with pytest.raises(RunDirectoryError, match="carries no state of a text. The two do not belong together.$"):
        other.restore({}, tmp_path, torch.device("cpu"))


def test_a_text_is_read_in_bfloat16_too():
    model, objective = language_model(), TextObjective(label_smoothing=0.0)
    batches = Stretches(TEXT.values, columns=2, length=3, bos=BOS, eos=EOS, name=NEXT)
    for number in range(len(batches)):
        with torch.autocast("cpu", torch.bfloat16):
            term = objective(model, batches[number], 0)[NEXT]
        term.mean.backward()
    assert all(tensor.dtype == torch.float32 for tensor in objective.tensors().values())
