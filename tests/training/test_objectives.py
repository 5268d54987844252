"""What a batch's terms hold, and several batches that count as one."""

import pytest
import torch

from seqtasks.models.heads import CRFHead, SoftmaxHead
from seqtasks.models.tagging import TaggingModel
from seqtasks.text.batching import Batch
from seqtasks.training.epoch_sums import weighted_loss
from seqtasks.training.objectives import SummedGradients, tagging_objective
from tests.models.test_tagging_model import batch_of, model_of

SENTENCES = [["a", "bb", "a"], ["ccc"], ["bb", "bb", "zz", "a", "ccc"], ["a", "a"]]
POS = [[0, 1, 0], [1], [1, 1, 0, 0, 1], [0, -100]]
NER = [[0, 1, 2], [2], [2, 0, 1, 1, 2], [0, 0]]


def batch_with(*heads: str, chosen: slice) -> Batch:
    targets = {"pos": POS[chosen], "ner": NER[chosen]}
    return batch_of(SENTENCES[chosen], {head: targets[head] for head in heads})


def gradients(model: TaggingModel) -> dict[str, torch.Tensor | None]:
    return {name: None if parameter.grad is None else parameter.grad.clone() for name, parameter in model.named_parameters()}


@pytest.mark.parametrize("heads", [("pos",), ("ner",), ("pos", "ner")])
@pytest.mark.parametrize("cuts", [(1, 3), (2,), (3,)])
def test_accumulated_batches_have_the_gradient_of_one_big_batch(heads: tuple[str, ...], cuts: tuple[int, ...]) -> None:
    model, objective, weights = model_of(), tagging_objective(label_smoothing=0.1 if heads == ("pos",) else 0.0), {"ner": 2.5}
    weighted_loss(objective(model, batch_with(*heads, chosen=slice(None)), 0), weights).backward()
    expected = gradients(model)
    model.zero_grad(set_to_none=True)
    together, counts = SummedGradients(model.parameters()), 0
    for start, end in zip((0, *cuts), (*cuts, 4), strict=True):
        terms = objective(model, batch_with(*heads, chosen=slice(start, end)), 0)
        counts += sum(term.count for term in terms.values())
        together.add(terms)
    together.leave(weights)
    assert counts == 11 * len(heads)
    for name, gradient in gradients(model).items():
        if expected[name] is None:
            assert gradient is None, name
        else:
            torch.testing.assert_close(gradient, expected[name], atol=1e-6, rtol=1e-4)


def test_batches_of_different_tasks_are_each_divided_by_their_own_words() -> None:
    model, objective, weights = model_of(), tagging_objective(label_smoothing=0.0), {"ner": 0.5}
    batches = [batch_with("pos", chosen=slice(0, 2)), batch_with("ner", chosen=slice(2, 3)), batch_with("pos", chosen=slice(3, 4))]
    together = SummedGradients(model.parameters())
    for batch in batches:
        together.add(objective(model, batch, 0))
    together.leave(weights)
    found = gradients(model)
    model.zero_grad(set_to_none=True)
    pos = sum(objective(model, batches[number], 0)["pos"].sum for number in (0, 2)) / 6
    (pos + 0.5 * objective(model, batches[1], 0)["ner"].sum / 5).backward()
    for name, gradient in gradients(model).items():
        torch.testing.assert_close(found[name], gradient, atol=1e-6, rtol=1e-4)


def test_gradients_that_are_one_tensor_are_not_added_twice() -> None:
    first, second = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    together = SummedGradients([first, second])
    from seqtasks.training.objectives import Loss

    for scale in (1.0, 3.0):
        together.add({"one": Loss(((first + second) * scale).sum(), 1, torch.tensor(0))})
    together.leave({})
    assert first.grad is not None and second.grad is not None
    assert first.grad.tolist() == second.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_right_words_are_those_whose_best_score_is_their_label_and_no_path_is_searched(kind) -> None:
    class Unsearched(kind):
        def predict(self, scores_BSN, mask_BS):
            pytest.fail("predicted")

    model = model_of()
    model.heads["pos"] = Unsearched(input_size=model.trunk.output_size, labels=("N", "V"), dropout=0.0, layer=0).eval()
    batch = batch_with("pos", chosen=slice(None))
    term = tagging_objective(label_smoothing=0.0)(model, batch, 0)["pos"]
    best = model(batch)["pos"].argmax(-1)
    expected = sum(int(best[row, column]) == label for row, labels in enumerate(POS) for column, label in enumerate(labels))
    assert (int(term.correct), term.count) == (expected, 11)
