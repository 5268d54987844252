"""A tiny model, data and dev score for tests of the loop: learn a label from a word, with dropout, in a second."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn

from seqtasks.text.batching import Batches
from seqtasks.training.loop import DevResult
from seqtasks.training.objectives import Loss

WORDS, LABELS, SENTENCES = 30, 4, 48


class ToyBatch(SimpleNamespace):
    def to(self, device):
        return self


class ToyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(WORDS, 8)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(8, LABELS)

    def forward(self, words):
        return self.output(self.dropout(self.table(words)))


class ToyData:
    """48 words with labels, in 12 batches whose order depends on the epoch."""

    def __init__(self):
        self.words = torch.arange(SENTENCES) % WORDS
        self.labels = self.words % LABELS

    def epoch(self, number):
        order = torch.randperm(SENTENCES, generator=torch.Generator().manual_seed(number))
        return Batches(order.split(4), self.batch)

    def batch(self, item):
        return ToyBatch(words=self.words[item], labels=self.labels[item])


def objective(model, batch, step):
    scores = model(batch.words)
    loss = nn.functional.cross_entropy(scores, batch.labels, reduction="sum")
    return {"toy": Loss(loss, len(batch.labels), (scores.argmax(-1) == batch.labels).sum())}


def dev_scorer(model, data):
    def score_dev():
        model.eval()
        with torch.no_grad():
            scores = model(data.words)
            loss = nn.functional.cross_entropy(scores, data.labels).item()
        accuracy = 100 * (scores.argmax(-1) == data.labels).float().mean().item()
        return DevResult(loss, accuracy, {"toy accuracy": accuracy}, -loss)

    return score_dev


class SilentWatcher:
    def __init__(self):
        self.rows = []

    def start(self, epochs, progress):
        pass

    def epoch_starts(self, epoch, updates, done):
        pass

    def updated(self, progress, loss, tokens_per_second):
        pass

    def epoch_ended(self, row, saved):
        self.rows.append((dict(row), saved))
