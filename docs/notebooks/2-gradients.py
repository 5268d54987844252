# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3

# %% [markdown]
# # 2. Vanishing and exploding gradients
#
# **Question.** Why does a plain recurrent network forget, and what does an LSTM do about it? Why do some trainings explode?
#
# **Experiment.** We send one word's influence through 60 steps of an RNN, a GRU and LSTMs, in double precision, and measure what is left of
# the gradient. Then we make gradients explode, and clip them.

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch import nn

torch.set_num_threads(1)
STEPS, SIZE = 60, 64

# %% [markdown]
# ## 1. What is left of a gradient
#
# The loss at the last word reaches an earlier one through a product of matrices, one a step: the Jacobians of the states (Bengio et al.
# 1994;
# Pascanu et al. 2013). If they shrink what they are given, the product shrinks exponentially, and what stood far back is never learned.


# %%
def gradients(layer, seed):
    """The norm of the last state's gradient at each input, 0 words back first, relative to the last word's."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(1, STEPS, SIZE, generator=generator, dtype=torch.float64, requires_grad=True)
    states, _ = layer(inputs)
    direction = torch.randn(SIZE, generator=generator, dtype=torch.float64)
    (states[0, -1] @ direction).backward()
    norms = inputs.grad[0].norm(dim=1).flip(0)
    return norms / norms[0]


def made(kind, seed, forget=None):
    torch.manual_seed(seed)
    layer = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}[kind](SIZE, SIZE, batch_first=True).double()
    if forget is not None:  # PyTorch adds two biases; the forget gate's rows are the second quarter
        with torch.no_grad():
            layer.bias_ih_l0[SIZE : 2 * SIZE] = forget
            layer.bias_hh_l0[SIZE : 2 * SIZE] = 0.0
    return layer


networks = {
    "RNN": ("RNN", None),
    "GRU": ("GRU", None),
    "LSTM, forget bias 0": ("LSTM", 0.0),
    "LSTM, forget bias 1": ("LSTM", 1.0),
    "LSTM, forget bias 3": ("LSTM", 3.0),
}
left = {}
for name, (kind, forget) in networks.items():
    left[name] = torch.stack([gradients(made(kind, seed, forget), seed) for seed in range(5)]).log10().mean(dim=0)
    print(f"{name:20} 10 back {10 ** left[name][10]:.0e}   50 back {10 ** left[name][50]:.0e}")

# %%
figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (name, values), colour in zip(left.items(), ("#b3261e", "#8a6d00", "#6b7280", "#1f6feb", "#1a8a4b"), strict=True):
    axes.plot(values, color=colour)
    axes.annotate(name, (STEPS - 1, values[-1]), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8, color=colour)
axes.axhline(0, color="black", linewidth=1)
axes.set(xlabel="words back", ylabel="log10 of the relative gradient", xlim=(0, STEPS * 1.3))

# %%
assert left["RNN"][50] < -10
assert left["RNN"][50] < left["GRU"][50] < left["LSTM, forget bias 1"][50] < left["LSTM, forget bias 3"][50]

# %% [markdown]
# **What it shows.** In the RNN less than a ten-thousand-millionth is left after 50 words: with single precision and noise, nothing. The
# LSTM's
# cell is a sum, and its gradient is passed on by the forget gate alone: the higher its bias, the more gets through. A forget bias of 1
# (Gers et al. 2000; Jozefowicz et al. 2015) is not a detail but what makes an LSTM one, which is why this library begins with it.
#
# Note what the first line of that picture is *not*: a trained network. Training changes the weights; what it cannot do is learn from a
# gradient that never arrives.
#
# ## 2. Exploding
#
# Larger weights turn the same product around.


# %%
def stretched(factor, seed=0):
    layer = made("RNN", seed)
    with torch.no_grad():
        layer.weight_hh_l0 *= factor
    return gradients(layer, seed).log10()


for factor in (1.0, 1.5, 2.0, 4.0):
    print(f"weights x {factor}: relative gradient 20 back {10 ** stretched(factor)[20]:.0e}")
assert stretched(1.0)[20] < stretched(2.0)[20]

# %% [markdown]
# Where do explosions come from in practice? From rare batches, at a cliff of the loss. Here an RNN learns to add up two marked numbers of a
# sequence (Hochreiter and Schmidhuber 1997), with a learning rate that is a little too high.


# %%
def adding(clip, updates=400, length=12):
    torch.manual_seed(3)
    layer, output = nn.RNN(2, 32, batch_first=True), nn.Linear(32, 1)
    with torch.no_grad():
        nn.init.orthogonal_(layer.weight_hh_l0)
    parameters = [*layer.parameters(), *output.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=0.2)
    losses, norms = [], []
    for _ in range(updates):
        numbers = torch.rand(32, length)
        marks = torch.zeros(32, length)
        marks[:, 1] = marks[:, length // 2] = 1
        states, _ = layer(torch.stack([numbers, marks], dim=2))
        loss = ((output(states[:, -1])[:, 0] - (numbers * marks).sum(dim=1)) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(parameters, clip)))
        optimiser.step()
        losses.append(loss.item())
    return losses, norms


free, clipped = adding(float("inf")), adding(1.0)
figure, (upper, lower) = plt.subplots(2, 1, figsize=(7, 4.4), layout="constrained", sharex=True)
for (losses, norms), name, colour in ((free, "not clipped", "#b3261e"), (clipped, "clipped at 1", "#1f6feb")):
    upper.plot(norms, color=colour, linewidth=1, label=name)
    lower.plot(losses, color=colour, linewidth=1)
upper.axhline(1.0, color="black", linestyle="--", linewidth=1)
upper.set(yscale="log", ylabel="gradient norm")
lower.set(yscale="log", ylabel="loss", xlabel="update")
upper.legend(frameon=False)
ended = {name: sum(run[0][-50:]) / 50 for name, run in (("not clipped", free), ("clipped at 1", clipped))}
first = next(update for update, loss in enumerate(free[0]) if not math.isfinite(loss))
print(f"mean loss of the last 50 updates: {ended}; without clipping the loss is no number from update {first} on")

# %%
assert math.isnan(ended["not clipped"]) and ended["clipped at 1"] < 0.05

# %% [markdown]
# **What it shows.** Same data, same weights at the start, same learning rate: steep gradients throw the weights so far away that
# nothing is a number any more, while the clipped training ends at a small loss. Clipping the norm (Pascanu et al. 2013) keeps a gradient's
# direction and takes its length. Every recipe here clips (`training.clip_norm`), and `history.jsonl` says how often it did.
#
# **What it does not show.** That clipping mends vanishing gradients. It only takes length away. Against vanishing help gates, skip
# connections, attention: notebook 4.
