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
# # 1. An encoder-decoder, step by step
#
# **Question.** What does a network need to turn an English sentence into a French one, and what does attention add?
#
# **Experiment.** We build the model of Bahdanau et al. (2015) from its blocks, train it for ten epochs on short sentences, write
# the greedy loop by hand, and look at where it looks. Everything is plain PyTorch; `seqtasks.nn` only supplies the layers.

# %%
import time
from collections import Counter

import matplotlib.pyplot as plt
import sacrebleu
import torch
from torch import nn

from seqtasks.nn import BACKBONES, AdditiveAttention, AttentionDecoder, Bridge, WordEmbedding
from seqtasks.recipes.shipped import shipped
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.tokenizers import WordTokenizer
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

torch.manual_seed(1)
torch.set_num_threads(1)

# %% [markdown]
# ## 1. Data
#
# The bundled sample: sentences that a small grammar wrote in both languages, so we know that they are right.

# %%
folder = shipped("data") / "translation"


def short_pairs(part):
    return [pair for pair in read_parallel(folder / f"{part}.en", folder / f"{part}.fr") if len(pair.source.split()) <= 9]


train, dev = short_pairs("train"), short_pairs("dev")
print(len(train), "pairs to learn from,", len(dev), "held out")
for pair in train[:3]:
    print(pair.source, "|", pair.target)

# %% [markdown]
# ## 2. Words
#
# A tokenizer parts words from punctuation. A vocabulary numbers them; rare words become `<unk>`. `<bos>` starts a translation and `<eos>`
# ends one: without an end a decoder would never stop.

# %%
tokenizer = WordTokenizer()
print(tokenizer.split("L'homme n'est pas là."))


def vocabulary(texts):
    counts = Counter(token for text in texts for token in tokenizer.split(text))
    return Vocabulary.build(counts, min_count=2, specials=(PAD, UNK, BOS, EOS))


english = vocabulary(pair.source for pair in train)
french = vocabulary(pair.target for pair in train)
print(len(english), "English words,", len(french), "French words")

# %% [markdown]
# ## 3. Padding and tensors
#
# Sentences of a batch must have one length, so short ones are filled up with `<pad>`. The **mask** says which positions are real: it is
# True there. Whoever forgets it trains on nothing.


# %%
def encode(pair):
    source = english.ids(tokenizer.split(pair.source)) + [english.eos]
    target = [french.bos, *french.ids(tokenizer.split(pair.target)), french.eos]
    return source, target


def padded(rows, pad):
    width = max(map(len, rows))
    return torch.tensor([row + [pad] * (width - len(row)) for row in rows])


example_BS = padded([encode(pair)[0] for pair in train[:3]], english.pad)
print(example_BS)
print(example_BS != english.pad)

# %% [markdown]
# Batches of sentences that are alike in length waste little on padding.

# %%
rows = sorted(map(encode, train), key=lambda row: len(row[0]))
batches = []
for start in range(0, len(rows), 64):
    sources, targets = zip(*rows[start : start + 64], strict=True)
    batches.append((padded(sources, english.pad), padded(targets, french.pad)))
real = sum(int((source != english.pad).sum()) for source, _ in batches) / sum(source.numel() for source, _ in batches)
print(f"{len(batches)} batches, {real:.0%} of their positions are words")
assert real > 0.9

# %% [markdown]
# ## 4. Encoder and decoder
#
# A BiLSTM reads the source in both directions: each word's state knows what stands before and after it. The **bridge** makes the decoder's
# first state from the encoder's last ones: this one vector is all that a decoder without attention would know of the source (the context
# vector of Cho et al. 2014). Ours asks **attention** at every word: which source states fit my state now? Their weighted mean joins the
# decoder's state, and a linear layer scores all French words.
#
# In training the right words are known, so the decoder reads the whole target in one call.

# %%
SIZE = 96


class Translator(nn.Module):
    """Embeddings, a BiLSTM encoder, and an LSTM decoder that asks additive attention at each word."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(english), SIZE, padding_idx=english.pad)
        self.encoder = BACKBONES["bilstm"](input_size=SIZE, hidden_size=SIZE, layers=1, dropout=0.0)
        memory = self.encoder.output_size
        self.decoder = AttentionDecoder(
            embedding=WordEmbedding(num_words=len(french), embedding_dim=SIZE, padding_idx=french.pad),
            attention=AdditiveAttention(query_size=SIZE, memory_size=memory, hidden_size=SIZE),
            bridge=Bridge(encoder_size=memory, hidden_size=SIZE, layers=1, cell=True),
            hidden_size=SIZE,
            layers=1,
            dropout=0.0,
            input_feeding=False,
            kind="lstm",
        )
        self.output = nn.Linear(SIZE, len(french))

    def encode(self, source_BS):
        mask_BS = source_BS != english.pad
        return self.encoder(self.embedding(source_BS), mask_BS)

    def forward(self, source_BS, target_BT):
        memory, state = self.decoder.start(self.encode(source_BS))
        outputs_BTH, weights_BTS = self.decoder(target_BT[:, :-1], memory, state)
        return self.output(outputs_BTH), weights_BTS


model = Translator()
print(f"{sum(parameter.numel() for parameter in model.parameters()):,} parameters")

# %% [markdown]
# ## 5. Ten epochs
#
# The loss is the cross-entropy of the right next word, over real positions. In training the decoder is given the *right* word before
# (**teacher forcing**); when it translates it is given its own. The gap between the two is called exposure bias.

# %%
loss_of = nn.CrossEntropyLoss(ignore_index=french.pad)
optimiser = torch.optim.Adam(model.parameters(), lr=0.004)
order = torch.Generator().manual_seed(1)
dev_sources, dev_targets = zip(*map(encode, dev), strict=True)
dev_source_BS, dev_target_BT = padded(dev_sources, english.pad), padded(dev_targets, french.pad)
losses, dev_losses, started = [], [], time.perf_counter()
for epoch in range(10):
    total = 0.0
    for number in torch.randperm(len(batches), generator=order).tolist():
        source_BS, target_BT = batches[number]
        scores_BTV, _ = model(source_BS, target_BT)
        loss = loss_of(scores_BTV.flatten(0, 1), target_BT[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        total += loss.item() / len(batches)
    with torch.no_grad():
        dev_scores_BTV, _ = model(dev_source_BS, dev_target_BT)
        dev_losses.append(loss_of(dev_scores_BTV.flatten(0, 1), dev_target_BT[:, 1:].flatten()).item())
    losses.append(total)
    print(f"epoch {epoch + 1:2}  training loss {total:.3f}  dev loss {dev_losses[-1]:.3f}")
print(f"{time.perf_counter() - started:.0f} s on one thread")


# %% [markdown]
# The loss falls by a factor of more than ten, on sentences never trained on to less than a fifth.

# %%
figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
epochs = range(1, len(losses) + 1)
for name, values in (("training", losses), ("dev", dev_losses)):
    axes.plot(epochs, values, marker="o")
    axes.annotate(name, (epochs[-1], values[-1]), xytext=(6, 0), textcoords="offset points", va="center")
axes.set(xlabel="epoch", ylabel="loss, nats a word", xlim=(0.5, 11.5), ylim=(0, None))
assert losses[-1] < losses[0] / 10 and dev_losses[-1] < dev_losses[0] / 5

# %% [markdown]
# ## 6. A greedy loop
#
# Translating is a loop: give the last word, take the most probable next one, stop at `<eos>` (or at a limit, for a bad model may never
# stop). `step` is the decoder for one word; a test of the library holds that it equals teacher forcing.


# %%
@torch.no_grad()
def translate(text, limit=30):
    source = tokenizer.split(text)
    memory, state = model.decoder.start(model.encode(padded([english.ids(source) + [english.eos]], english.pad)))
    last, words, rows = torch.tensor([french.bos]), [], []
    while len(words) < limit:
        output_NH, state, weights_NS = model.decoder.step(last, memory, state)
        last = model.output(output_NH).argmax(dim=1)
        rows.append(weights_NS[0])
        if last.item() == french.eos:
            break
        words.append(last.item())
    return [*source, "<eos>"], french.tokens(words), torch.stack(rows)


for pair in dev[5::50]:
    print(f"{pair.source}\n   {tokenizer.join(translate(pair.source)[1])}\n   {pair.target}   (reference)")

# %% [markdown]
# Whether that is good on all held-out sentences, a score says: BLEU counts how many words, pairs, triples and quadruples stand in the
# reference too.

# %%
hypotheses = [tokenizer.join(translate(pair.source)[1]) for pair in dev]
bleu = sacrebleu.corpus_bleu(hypotheses, [[pair.target for pair in dev]]).score
same = sum(text == pair.target for text, pair in zip(hypotheses, dev, strict=True))
print(f"BLEU {bleu:.1f} on {len(dev)} sentences; {same} are the reference, word for word")
assert bleu > 50

# %% [markdown]
# ## 7. Where it looks
#
# Each row is the attention of one French word; each sums to 1.

# %%
source, words, weights_TS = translate("There was a phone near the clean tower.")
figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
axes.imshow(weights_TS, cmap="Blues", vmin=0, vmax=1)
axes.set_xticks(range(len(source)), [word.strip("￭") for word in source], rotation=60, ha="left", rotation_mode="anchor")
axes.xaxis.tick_top()
axes.set_yticks(range(len(words) + 1), [*(word.strip("￭") for word in words), "<eos>"])
assert torch.allclose(weights_TS.sum(dim=1), torch.ones(len(words) + 1), atol=1e-5)

# %% [markdown]
# **What it shows.** "tour propre" stands the other way round than "clean tower": the weights cross there. Nobody told the network which
# word belongs to which; it found that looking there lowers its loss.
#
# **What it does not show.** Weights say where the decoder *looked*, not what its answer *hangs on* (notebook 8 measures that). Often the
# peak is one word beside the one that a person would mark, for the BiLSTM's state there knows its neighbours.
#
# ## 8. Discussion
#
# - The gap between the two curves at the end is overfitting: 4,569 sentences and 1,003 English words are few. `seqtasks run translation`
#   trains on 10,000 pairs with dropout, subwords and a schedule, and keeps the best epoch.
# - Words that were seen once are `<unk>` here. Subwords take that away.
# - Greedy decoding never takes a word back. Beam search keeps several beginnings: `seqtasks predict RUN --beams 5`.
# - **Without attention** the same decoder has one vector for the whole sentence: `seqtasks run translation --set decoder.attention=none`;
#   the page [ablation](../ablation.md) has both measured.
