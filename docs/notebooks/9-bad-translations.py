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
# # 9. Bad translations
#
# **Question.** A score says how bad translations are. What is wrong with them, and does that depend on how long a model was trained?
#
# **Experiment.** The same small translator after two and after nine epochs. We read its output with our own eyes, then let the diagnosis
# count, and compare.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch

import seqtasks
from seqtasks.diagnosis.lines import TranslatedLine
from seqtasks.diagnosis.translations import diagnose
from seqtasks.recipes.shipped import shipped

torch.set_num_threads(1)
settings = {
    "data": {"max_length": 11, "test": "", "test_unseen": ""},  # short sentences are enough here
    "text": {"tokenizer": "word", "min_count": 2, "joint": False},
    "embedding_size": 96,
    "backbone": {"hidden_size": 96, "dropout": 0.0},
    "decoder": {"hidden_size": 96, "attention_size": 96, "embedding_size": 96, "dropout": 0.0, "tied": False},
    "training": {"batch_tokens": 300, "learning_rate": 0.01, "warmup_updates": 30, "label_smoothing": 0.0},
}
folder, models = Path(tempfile.mkdtemp()), {}
for epochs in (2, 9):
    settings["training"]["epochs"] = epochs
    models[epochs] = seqtasks.train("translation", set=settings, out=folder / f"{epochs}-epochs")

# %% [markdown]
# ## 1. With your own eyes


# %%
def read(part, language):
    return (shipped("data") / "translation" / f"{part}.{language}").read_text(encoding="utf-8").splitlines()


pairs = [pair for pair in zip(read("dev", "en"), read("dev", "fr"), strict=True) if len(pair[0].split()) <= 9][:150]
sources, references = map(list, zip(*pairs, strict=True))
outputs = {epochs: [answers[0] for answers in model.translate(sources)] for epochs, model in models.items()}
for place in (3, 40, 77):
    print(f"{'source':10} {sources[place]}\n{'reference':10} {references[place]}")
    for epochs in models:
        print(f"{epochs} epochs   {outputs[epochs][place].text}")
    print()

# %% [markdown]
# ## 2. Counted
#
# Each line is compared with its reference first; a line near it has no fault of words. Then: words that are wrong, missing or invented, a
# wrong form of a right word, a wrong order, repetitions, lines that break off or never end.

# %%
found = {}
for epochs in models:
    lines = [
        TranslatedLine(source, answer.text, reference, finished=answer.finished, unknown_output=answer.text.count("<unk>"))
        for source, answer, reference in zip(sources, outputs[epochs], references, strict=True)
    ]
    found[epochs] = diagnose(lines)
    print(f"{epochs} epochs: {found[epochs].faulty} of {found[epochs].lines} lines have a fault, {found[epochs].same} are the reference")
    for bad in found[epochs].worst[:2]:
        print(f"   {bad.source}\n   {bad.translation}   (chrF {bad.chrf:.0f})")

# %%
names = [fault.name for fault in sorted(found[2].faults, key=lambda fault: fault.lines) if fault.lines]
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for place, (epochs, colour) in enumerate(((9, "#1f6feb"), (2, "#d1600a"))):
    counted = {fault.name: fault.share for fault in found[epochs].faults}
    axes.barh(
        [row + 0.38 * place for row in range(len(names))], [counted[name] for name in names], 0.36, color=colour, label=f"{epochs} epochs"
    )
axes.set_yticks([row + 0.19 for row in range(len(names))], names)
axes.set_xlabel("lines with this fault (%)")
axes.legend(frameon=False, loc="lower right")
shares = {epochs: {fault.name: fault.share for fault in found[epochs].faults} for epochs in models}
assert found[9].f1 > found[2].f1 + 20 and shares[9]["unrelated output"] < shares[2]["unrelated output"] / 2

# %% [markdown]
# ## 3. A verdict on the whole

# %%
for epochs in models:
    print(f"{epochs} epochs: {found[epochs].verdict.name}. {found[epochs].verdict.text}")

# %% [markdown]
# **What it shows.** An undertrained model does not make many different mistakes: it makes sentences that are good French and belong to
# another source. First the language is learned, then what it is to say.
#
# **What it does not show.** Whether a line that differs from the reference is wrong. A reference is *one* right answer; on this sample,
# whose grammar gives each sentence one translation, that hardly matters, on real text it does: give several references, or read.
