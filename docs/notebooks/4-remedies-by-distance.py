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
# # 4. Remedies, by distance
#
# **Question.** Gates, skips over time, attention: all are said to help a network to remember. From how far back?
#
# **Experiment.** One symbol is shown first, then noise, then the question which symbol it was. Networks of equal size (7,000 parameters
# each)
# are trained from scratch at each distance *alone*; chance is one in ten. The course's claims either hold here or they do not.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from seqtasks.insight.gradients import relative_gradients, standard_normal
from seqtasks.insight.studies.memory import study_memory
from seqtasks.insight.studies.networks import NETWORKS, network_kinds
from seqtasks.insight.studies.sequences import TASKS

torch.set_num_threads(1)
names = ["rnn", "lstm", "lstm-chrono", "dilated", "attention"]
for name in names:
    print(f"{name:12} {NETWORKS[name].summary}")

# %% [markdown]
# ## 1. Who remembers?

# %%
found = study_memory(network_kinds(names), TASKS["recall"], distances=(5, 20, 40), seeds=(1,))
scores = found.typical()
figure, axes = plt.subplots(figsize=(5.5, 3.4), layout="constrained")
axes.imshow(scores, cmap="Blues", vmin=0, vmax=1, aspect="auto")
for (row, column), value in np.ndenumerate(scores):
    axes.text(column, row, f"{100 * value:.0f}", ha="center", va="center", color="white" if value > 0.6 else "black")
axes.set_xticks(range(3), found.distances)
axes.set_yticks(range(len(names)), names)
axes.set_xlabel("words between symbol and question")
axes.set_title(f"right answers (%), chance {100 * found.chance:.0f}", loc="left", fontsize=10)

# %%
table = dict(zip(names, scores, strict=True))
assert table["rnn"][2] < 0.3 and table["lstm"][2] < 0.3
assert table["lstm-chrono"][2] > 0.9 and table["attention"][2] > 0.9

# %% [markdown]
# **What it shows.** All manage 5 words. At 40 the plain RNN and the LSTM are at chance: gates *can* keep a symbol, but nothing tells them
# to,
# since no gradient arrives from there. Chrono initialisation (Tallec and Ollivier 2018) opens the forget gates at the start as far as the
# distance needs, and attention makes the way to any word one step long.
#
# ## 2. Could we have known beforehand?
#
# The gradient *before* training, from the answer back to the symbol:

# %%
for name, values in zip(names, found.gradients_NDR[:, 2, 0], strict=True):
    print(f"{name:12} at 40 words: {values:.0e}   learned: {'yes' if table[name][2] > 0.9 else 'no'}")
print(f"chance that of two trainings the one with the larger gradient is the one that learned: {found.prediction():.2f}")
assert found.prediction() > 0.85

# %% [markdown]
# A network cannot learn from a word whose gradient is a millionth of the noise of the others. That can be measured in a second, on a
# network
# that was never trained, also on one of your own:

# %%
own = torch.nn.LSTM(16, 32, batch_first=True).double()
curve = relative_gradients(own, standard_normal(4, 41, 16, seed=1))
print(f"a plain nn.LSTM: {curve[40]:.0e} at 40 words")
assert curve[40] < 1e-4

# %% [markdown]
# **What it does not show.** Language. There most of what matters is near, and a word has many clues; an LSTM translates 20 words well
# without
# carrying any symbol for 20 steps. And one seed is one seed: `seqtasks study memory` runs three, with more networks and other tasks
# (adding,
# copying, agreement of verb and subject over relative clauses).
