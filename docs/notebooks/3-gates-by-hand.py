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
# ---

# %% [markdown]
# # 3. The gates of an LSTM, by hand
#
# **Question.** What do the input, forget and output gates compute, and what does the cell hold?
#
# **Experiment.** We write the equations of an LSTM word by word, compare them with `nn.LSTM` to the last digits, and then look at the gates
# of a tagger that was trained to find names.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

import seqtasks
from seqtasks.insight.inspection import inspect
from seqtasks.nn import replay_module

torch.manual_seed(1)
torch.set_num_threads(1)

# %% [markdown]
# ## 1. The equations
#
# At each word the LSTM (Hochreiter and Schmidhuber 1997; the forget gate is of Gers et al. 2000) has a state `h`, which others see, and a
# cell `c`, which it keeps to itself:
#
# $$i, f, o = \sigma(W x + U h + b) \qquad g = \tanh(W x + U h + b)$$
# $$c' = f \odot c + i \odot g \qquad h' = o \odot \tanh(c')$$
#
# - the **forget gate** `f` says how much of each cell stays (1: all of it),
# - the **input gate** `i` how much of the candidate `g` is added,
# - the **output gate** `o` how much of the cell is shown.
#
# PyTorch keeps the four weight matrices on top of each other, in the order i, f, g, o.


# %%
def lstm_by_hand(layer, inputs):
    """States and cells of one sentence [S, E], and the gates i, f, o at each word."""
    hidden, cell = torch.zeros(layer.hidden_size), torch.zeros(layer.hidden_size)
    states, cells, gates = [], [], []
    for word in inputs:
        both = layer.weight_ih_l0 @ word + layer.bias_ih_l0 + layer.weight_hh_l0 @ hidden + layer.bias_hh_l0
        i, f, g, o = both.chunk(4)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        cell = f * cell + i * g
        hidden = o * cell.tanh()
        states.append(hidden)
        cells.append(cell)
        gates.append(torch.stack([i, f, o]))
    return torch.stack(states), torch.stack(cells), torch.stack(gates)


layer = nn.LSTM(input_size=4, hidden_size=5, batch_first=True).eval()
sentence = torch.randn(7, 4)
with torch.no_grad():
    states, cells, gates = lstm_by_hand(layer, sentence)
    theirs, (_, last_cell) = layer(sentence[None])
print("largest difference of a state:", float((states - theirs[0]).abs().max()))
print("largest difference of the last cell:", float((cells[-1] - last_cell[0, 0]).abs().max()))
assert torch.allclose(states, theirs[0], atol=1e-6)
assert torch.allclose(cells[-1], last_cell[0, 0], atol=1e-6)

# %% [markdown]
# The fused layer computes just that, but keeps gates and cells to itself. `seqtasks.nn.replay_module` gives them for any `nn.RNN`, `nn.GRU`
# or `nn.LSTM`, also for several layers, both directions and padded batches:

# %%
(trace,) = replay_module(layer, sentence[None])
print(list(trace.gates), list(trace.cells_BSH.shape))
for number, name in enumerate(("input", "forget", "output")):
    assert torch.allclose(trace.gates[name][0], gates[:, number], atol=1e-6)

# %% [markdown]
# ## 2. Why the forget gate matters
#
# The cell is a sum. What was added `n` words ago is still there times the product of `n` forget gates, and so is its gradient. Gates of
# 0.5, as they are at the start with a bias of 0, keep a 32nd of it after five words; with a bias of 1, which is this library's default, the
# gate starts at 0.73.

# %%
for bias in (0.0, 1.0, 2.0):
    gate = torch.sigmoid(torch.tensor(bias)).item()
    print(f"bias {bias:.0f}: gate {gate:.2f}; left after 5 words {gate**5:.3f}, after 20 {gate**20:.1e}, after 50 {gate**50:.1e}")
assert 0.5**5 == 1 / 32

# %% [markdown]
# ## 3. The gates of a tagger
#
# A BiLSTM learns to tag names in the bundled sample. Then we read a sentence with it.

# %%
folder = Path(tempfile.mkdtemp())
tagger = seqtasks.train("ner", set={"training.epochs": 4}, out=folder / "ner")
(found,) = inspect(tagger, ["Mara Ekberg saw the Bank of Tessel on Monday."])
side = found.sides[0]
ahead = side.layers[0]
print(" ".join(map("/".join, zip(side.words, found.tags["ner"], strict=True))))

# %%
cells = np.asarray(ahead.cells)
strongest = np.argsort(-np.abs(cells).max(axis=0))[:12]
figure, (upper, lower) = plt.subplots(2, 1, figsize=(7, 5), layout="constrained", height_ratios=(3, 1.4))
limit = np.abs(cells[:, strongest]).max()
picture = upper.imshow(cells[:, strongest].T, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
upper.set_yticks(range(len(strongest)), [f"cell {unit}" for unit in strongest], fontsize=8)
upper.set_xticks(range(len(side.words)), side.words, rotation=40, ha="right")
figure.colorbar(picture, ax=upper)
unit = strongest[0]
for name, marker in (("input", "v"), ("forget", "o"), ("output", "^")):
    values = np.asarray(ahead.gates[name])[:, unit]
    lower.plot(values, marker=marker)
    lower.annotate(name, (len(values) - 1, values[-1]), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)
lower.set(ylim=(-0.05, 1.05), ylabel=f"gates of cell {unit}", xticks=[])
lower.margins(x=0.08)

# %% [markdown]
# **What it shows.** The cells that are furthest from 0 grow from word to word: their forget gates stay near 1, they add at every word.
# Others
# jump at a name and are emptied again.
#
# **What it does not show.** That a cell *means* something. Among hundreds of cells one always fits whatever one looks for; notebook 6 and
# `seqtasks inspect RUN --cells` set each finding beside what chance and an untrained network reach.

# %%
forget = np.asarray(ahead.gates["forget"])
print(f"mean of all forget gates {forget.mean():.2f}; of the strongest cell's {forget[:, unit].mean():.2f}")
assert forget[:, strongest[:5]].mean() > forget.mean()
