"""Training with and without clipping: the same where nothing is clipped, and norms as torch measures them."""

from __future__ import annotations

import numpy as np
import torch

from seqtasks.insight.studies.clipping import one_run, stretched, study_clipping
from seqtasks.insight.studies.sequences import TASKS
from seqtasks.insight.studies.training import BATCH, generator_of, loss_of

ADDING = TASKS["adding"]


def test_a_limit_that_no_gradient_reaches_changes_nothing() -> None:
    study = study_clipping(seeds=[1], limit=1e6, distance=8, stretch=1.0, updates=10)
    np.testing.assert_array_equal(study.clipped[0].losses_U, study.unclipped[0].losses_U)
    assert study.clipped[0].clipped_share() == 0.0 and len(study.clipped[0].norms_U) == 10


def test_updates_are_those_of_gradient_descent_on_scaled_gradients() -> None:
    run = one_run(ADDING, 2, 0.5, distance=8, stretch=1.2, rate=0.1, updates=4)
    network, generator = stretched(ADDING, 1.2, 2), generator_of(8, 0, 2)
    for norm, loss in zip(run.norms_U, run.losses_U, strict=True):
        examples = ADDING.examples(BATCH, 8, generator)
        own = loss_of(ADDING, network(examples.inputs, 1), examples.answers_BA)
        gradients = torch.autograd.grad(own, list(network.parameters()))
        total = torch.cat([gradient.flatten() for gradient in gradients]).norm().item()
        np.testing.assert_allclose((total, own.item()), (norm, loss), rtol=1e-4)
        with torch.no_grad():
            for weight, gradient in zip(network.parameters(), gradients, strict=True):
                weight -= 0.1 * gradient * min(1.0, 0.5 / total)
    assert run.clipped_share() == (run.norms_U > 0.5).mean()


def test_recurrent_weights_are_orthogonal_times_the_stretch() -> None:
    (weight_HH,) = [weight for name, weight in stretched(ADDING, 1.5, 1).named_parameters() if "weight_hh" in name]
    torch.testing.assert_close(weight_HH @ weight_HH.T, 2.25 * torch.eye(len(weight_HH)), atol=1e-4, rtol=0)


def test_without_clipping_an_exploding_training_ends_and_with_it_goes_on() -> None:
    study = study_clipping(seeds=[1], distance=20, stretch=3.0, rate=1.0, updates=60)
    assert study.unclipped[0].diverged is not None and study.unclipped[0].last_loss() == np.inf
    assert len(study.unclipped[0].losses_U) == study.unclipped[0].diverged - 1 and np.isfinite(study.unclipped[0].losses_U).all()
    assert study.clipped[0].diverged is None and len(study.clipped[0].losses_U) == 60
    assert study.clipped[0].last_loss(10) == study.clipped[0].losses_U[-10:].mean()
