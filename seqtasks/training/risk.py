"""Minimum-risk training (Shen et al. 2016, equations 5 to 7): the expected fault of sampled translations, made small.

Of each sentence a set of candidates is taken, the reference among them, and the model's probabilities over it are sharpened by alpha:
q(y) = p(y)^alpha / sum over the set. The loss is the sum of q(y) x risk(y). It is a fine-tuning step: from weights that translate
already. What samples and what judges are arguments, since training knows neither search nor scores.
B sentences, C candidates of a sentence, R candidates of the batch, T target position.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.text.batching import IGNORE, MULTIPLE, Batch, pad
from seqtasks.training.objectives import Loss, Objective
from seqtasks.training.seeds import without_gradient
from seqtasks.training.translation_objectives import teacher_force

Words = Sequence[int]
# (model, batch, step) -> candidates of each sentence, with their end of sentence where they have one
Sample = Callable[[TranslationModel, Batch, int], Sequence[Sequence[Words]]]
# (candidates, reference) -> how bad each is, 0 at best
Risk = Callable[[Sequence[Words], Words], Sequence[float]]


def risk_objective(*, sample: Sample, risk: Risk, alpha: float) -> Objective:
    """The expected risk of a sentence, for each of the batch's words; what is shown is the likelihood of the reference."""

    def objective(model: TranslationModel, batch: Batch, step: int) -> dict[str, Loss]:
        training = model.training
        with without_gradient():
            model.eval()
            sampled = sample(model, batch, step)
            model.train(training)
        references = [row[row != IGNORE].tolist() for row in batch.targets[TARGET].cpu()]
        sets = [list(dict.fromkeys(map(tuple, [own, *some]))) for own, some in zip(references, sampled, strict=True)]
        owners_R = torch.tensor([number for number, some in enumerate(sets) for _ in some], device=batch.ids_BS.device)
        rows = [np.array(words, dtype=np.int64) for some in sets for words in some]
        targets_RT = pad(rows, IGNORE, MULTIPLE).to(batch.ids_BS.device)
        memory, state = model.encode(batch)
        forced = teacher_force(model, model.shifted(targets_RT), targets_RT, memory.select(owners_R), state.select(owners_R))
        rows_N = (targets_RT != IGNORE).nonzero()[:, 0]
        said_N = forced.log_probs().gather(1, forced.targets_N[:, None]).squeeze(1)
        scores_R = said_N.new_zeros(len(targets_RT)).index_add(0, rows_N, said_N)  # log p of each row's words
        faults = [risk(some, own) for some, own in zip(sets, references, strict=True)]
        risk_B = expected_risk(scores_R, [len(some) for some in sets], faults, alpha)
        first_R = torch.tensor([place == 0 for some in sets for place in range(len(some))], device=batch.ids_BS.device)
        count = sum(map(len, references))
        plain = -scores_R.detach()[first_R].sum()
        right = (forced.logits_NV.argmax(-1) == forced.targets_N)[first_R[rows_N]].sum()
        return {TARGET: Loss(risk_B.mean() * count, count, right, plain)}

    return objective


def expected_risk(scores_R: Tensor, sizes: Sequence[int], faults: Sequence[Sequence[float]], alpha: float) -> Tensor:
    """The mean risk of each sentence's set under its sharpened probabilities, [B]; `sizes` rows belong to each sentence."""
    sets = zip(scores_R.split(list(sizes)), faults, strict=True)
    return torch.stack([(alpha * scores_C).softmax(0) @ scores_C.new_tensor(judged) for scores_C, judged in sets])
