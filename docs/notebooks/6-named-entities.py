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
# # 6. Named entities and their boundaries
#
# **Question.** Tagging parts of speech asks for a label a word. Names have *extents*: where does one begin, where does it end, and can one
# stand within another? How is that written as tags, and how is it scored?
#
# **Experiment.** BIO tags by hand, a tagger with and without a CRF, the kinds of error, and entities within entities.

# %%
from collections import Counter

import matplotlib.pyplot as plt
import torch
from seqeval.metrics import f1_score

from seqtasks import NeuralTagger
from seqtasks.nn import CRF, legal_transitions
from seqtasks.recipes.shipped import shipped
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.tags import spans_of

torch.manual_seed(1)
torch.set_num_threads(1)


def tagged(part):
    corpus = read_columns(shipped("data") / "ner" / f"{part}.bio", tag_columns={"ner": -1}, schemes={"ner": "BIO"})
    return [sentence.words for sentence in corpus], [sentence.tags["ner"] for sentence in corpus]


train, dev, unseen = tagged("train"), tagged("dev"), tagged("test_unseen")
example = next(number for number, row in enumerate(train[1]) if any(tag.startswith("I-") for tag in row))
for word, tag in zip(train[0][example], train[1][example], strict=True):
    print(f"{word:12} {tag}")

# %% [markdown]
# ## 1. BIO
#
# `B-ORG` begins an organisation, `I-ORG` goes on with it, `O` is outside. Two names side by side stay two, since the second begins with B.
# Not every row of tags is legal: `I-PER` cannot follow `B-ORG`.

# %%
print(spans_of(["B-ORG", "I-ORG", "O", "B-PER", "B-PER"], "BIO"))
labels = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
legal = legal_transitions(labels, "BIO")
for row, name in zip(legal.pair, labels, strict=True):
    print(f"after {name:6}", [after for after, allowed in zip(labels, row, strict=True) if allowed])

# %% [markdown]
# A **CRF** scores whole rows of tags, and can leave the illegal ones out; word by word the best tags may be illegal together:

# %%
scores = torch.tensor([[[1.0, 0.0, 0.0, 2.0, 0.0], [1.5, 0.0, 2.0, 0.0, 1.9]]])
crf = CRF(len(labels), legal_start=legal.start, legal_end=legal.end, legal_pair=legal.pair)
alone = [labels[place] for place in scores[0].argmax(dim=1).tolist()]
together = [labels[place] for place in crf.decode(scores, torch.ones(1, 2, dtype=torch.bool))[0]]
print("word by word:", alone, " as a row:", together)
assert alone == ["B-ORG", "I-PER"] and together == ["B-ORG", "I-ORG"]

# %% [markdown]
# ## 2. Scored by whole entities
#
# An entity counts when both ends *and* its type are right. Nine of ten words right can be no entity right at all:

# %%
gold = [["B-ORG", "I-ORG", "I-ORG", "O", "O", "O", "O", "O", "O", "O"]]
cut = [["B-ORG", "I-ORG", "O", "O", "O", "O", "O", "O", "O", "O"]]
words_right = sum(one == other for one, other in zip(gold[0], cut[0], strict=True)) / 10
print(f"words right {words_right:.0%}, F1 of entities {f1_score(gold, cut):.2f}")
assert words_right == 0.9 and f1_score(gold, cut) == 0.0

# %% [markdown]
# ## 3. Softmax and CRF

# %%
taggers, answers = {}, {}
for head in ("softmax", "crf"):
    tagger = NeuralTagger(
        head=head, scheme="BIO", epochs=4, hidden_size=48, word_size=48, filters=32, batch_tokens=300, learning_rate=0.008
    )
    taggers[head] = tagger.fit(train[0][:1500], train[1][:1500])
    answers[head] = tagger.predict(unseen[0])
    print(f"{head:8} dev F1 {100 * tagger.score(*dev):.2f}, with unseen names {100 * tagger.score(*unseen):.2f}")

# %% [markdown]
# ## 4. What kind of error


# %%
def errors(gold_rows, answered_rows):
    """Each gold entity: right, its boundary wrong, its type wrong, missed; and what was answered where nothing is."""
    found = Counter()
    for gold_row, answered_row in zip(gold_rows, answered_rows, strict=True):
        gold_spans, answered = spans_of(gold_row, "BIO"), spans_of(answered_row, "BIO")
        for span in gold_spans:
            touching = [one for one in answered if one.start < span.end and span.start < one.end]
            if span in answered:
                found["right"] += 1
            elif any((one.start, one.end) == (span.start, span.end) for one in touching):
                found["type"] += 1
            elif touching:
                found["boundary"] += 1
            else:
                found["missed"] += 1
        found["spurious"] += sum(not any(one.start < span.end and span.start < one.end for span in gold_spans) for one in answered)
    return found


counted = {head: errors(unseen[1], answers[head]) for head in answers}
kinds = ("right", "type", "boundary", "missed", "spurious")
figure, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
for place, counts in enumerate(counted.values()):
    left = 0
    for kind, colour in zip(kinds, ("#b9d7ea", "#d1600a", "#1f6feb", "#6b7280", "#9a3fb5"), strict=True):
        axes.barh(place, counts[kind], left=left, color=colour, label=kind if place == 0 else None)
        left += counts[kind]
axes.set_yticks(range(len(counted)), counted)
axes.set_xlabel("entities of the part with unseen names")
axes.legend(ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
print({head: dict(counts) for head, counts in counted.items()})
assert all(counts["right"] > counts["missed"] for counts in counted.values())

# %% [markdown]
# **What it shows.** Where names are new, the type is the hard part: the words around say that *something* stands there more easily than
# what.
#
# ## 5. Entities within entities
#
# In "the Bank of Tessel" an organisation holds a place. One row of BIO tags cannot say both. Ways out that are built in:
# `seqtasks run ner nested` scores every span (a biaffine head), `ner nested-layered` tags in layers; the page [nested](../nested.md)
# compares them.
# The usual shortcut, to keep the outer name only, throws away part of the data: the reader says how much.
#
# **What it does not show.** Real text. There F1 is lower (CoNLL-2003: 85.0 without pretrained vectors), and people disagree on boundaries
# too.
