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
# # 7. Reading your own run
#
# **Question.** A training ended. Was it good, too short, too long, unstable? What do its curves say, and what can they never say?
#
# **Experiment.** One tagger, trained well and with three typical mistakes. We look at the curves, say what we think, and compare with what
# `seqtasks observe` says.

# %%
import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch

import seqtasks
from seqtasks.runs.observing import observe_run

torch.set_num_threads(1)
folder = Path(tempfile.mkdtemp())
common = {
    "data.train_fraction": 0.3,
    "data.test": "",
    "data.test_unseen": "",
    "training.epochs": 8,
    "training.learning_rate": 0.008,
    "training.warmup_updates": 20,
}
common |= {"backbone.hidden_size": 48, "words.size": 48, "characters.filters": 32}
mistakes = {
    "well": {},
    "too few epochs": {"training.epochs": 2, "training.schedule": "constant", "training.learning_rate": 0.0005},
    "little data, no dropout": {
        "data.train_fraction": 0.01,
        "training.epochs": 40,
        "training.learning_rate": 0.01,
        "backbone.dropout": 0.0,
        "head.dropout": 0.0,
        "words.dropout": 0.0,
    },
    "warm-up longer than the run": {"training.warmup_updates": 100000},
}
runs = {}
for name, changes in mistakes.items():
    runs[name] = folder / name.replace(" ", "-").replace(",", "")
    seqtasks.train("pos", set={**common, **changes}, out=runs[name])

# %% [markdown]
# ## 1. The curves
#
# Each run has them as `curves.png`. Here they stand side by side. Training loss of an epoch is a mean over weights that changed all the
# time, with dropout; so we draw `probe_loss` instead: a sample of the training part, scored after the epoch as dev is. Only these two can
# be
# compared.

# %%
histories = {name: [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()] for name, run in runs.items()}
figure, panels = plt.subplots(1, len(runs), figsize=(12, 2.8), layout="constrained")
for axes, (name, rows) in zip(panels, histories.items(), strict=True):
    for key, colour in (("probe_loss", "#1f6feb"), ("dev_loss", "#d1600a")):
        axes.plot(
            [row["epoch"] for row in rows], [row[key] for row in rows], color=colour, marker="o", markersize=3, label=key.split("_")[0]
        )
    axes.set_title(name, fontsize=9, loc="left")
    axes.set_xlabel("epoch")
    axes.set_ylim(bottom=0)
panels[0].set_ylabel("loss (nats a word)")
panels[0].legend(frameon=False, labels=["training (probe)", "dev"])

# %% [markdown]
# Before you read on: which is which? Where would you train longer, where shorter, where would more epochs be wasted?
#
# ## 2. In words

# %%
verdicts = {}
for name, run in runs.items():
    found = observe_run(run).observation
    verdicts[name] = found.verdict
    print(f"{name}\n   verdict: {found.verdict}, for {found.because}")
    if found.to_try:
        print("   try --set", " --set ".join(found.to_try))
assert verdicts["well"] == "good fit"
assert verdicts["little data, no dropout"] == "overfitting"
assert verdicts["too few epochs"] == "still improving"
assert verdicts["warm-up longer than the run"] == "warm-up longer than the run"

# %% [markdown]
# ## 3. What the updates did
#
# The loss does not tell why it does not fall. The history holds more: how long gradients are before they are clipped, how often they are,
# and by how much of their own length an update moves the weights (around a thousandth is usual).

# %%
print(f"{'':30}{'median norm':>12}{'largest':>9}{'clipped':>9}{'update ratio':>14}")
for name, rows in histories.items():
    last = rows[len(rows) // 2]
    print(
        f"{name:30}{last['gradient_norm_median']:12.2f}{last['gradient_norm_largest']:9.2f}{last['clipped_share']:9.0%}"
        f"{last['update_ratio']:14.5f}"
    )
middle = {name: rows[len(rows) // 2]["update_ratio"] for name, rows in histories.items()}
assert middle["warm-up longer than the run"] < 0.0001 < middle["well"]

# %% [markdown]
# **What it shows.** Overfitting is a *gap*, seen where training and dev are scored in the same way. "Still improving" is a slope. A
# warm-up that
# never ends looks like a network that cannot learn; the update ratio gives it away.
#
# **What it does not show.** Curves cannot know that the data are wrong: that labels are shuffled, that the test part was trained on. A
# training on a leak looks splendid. Against that help controls (`observe` counts the sentences that parts share) and your own eyes on the
# examples of `report.html`.
