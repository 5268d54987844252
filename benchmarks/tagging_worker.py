"""One measurement of one tagger, in a process of its own; started by benchmarks/tagging.py. Needs that tagger alone.

    python benchmarks/tagging_worker.py fit|predict|speed NAME DATA.json MODEL [OPTION]

DATA.json holds "train" and "dev", each with "words" and "tags" by sentence. fit: train a peer's model and keep it at MODEL. predict:
load it, tag the whole of train, so that every cache is as in long use, then dev once (steady) and five times more (the fastest is again).
speed: the words of so many training batches a second, after some that are not counted. Prints one line of JSON last. OPTION is the
precision of seqtasks when it predicts, the folder of corpora when it trains, and the words of a batch for flair.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crf_features import PARAMETERS, features  # beside this file, which is run as a script

AGAIN = 5
Rows = list[list[str]]
Data = dict[str, dict[str, Rows]]
Predict = Callable[[Rows], Rows]


def seqtasks_load(run: Path, precision: str) -> Predict:
    """A finished run at a precision."""
    import seqtasks

    predictor = seqtasks.load(run, precision=precision)
    (head,) = predictor.data
    return lambda sentences: [answer.tags[head] for answer in predictor.tag_words(sentences)]


def spacy_docs(sentences: Rows, tags: Rows | None = None) -> list[object]:
    """spaCy's documents of the given words, one a sentence."""
    import spacy
    from spacy.tokens import Doc

    vocab = spacy.blank("en").vocab
    return [Doc(vocab, words=words, tags=tags[number] if tags else None) for number, words in enumerate(sentences)]


def spacy_fit(data: Data, model: Path) -> None:
    """The pipeline that `spacy init config --pipeline tagger --optimize efficiency` writes, for at most 6,000 steps."""
    from spacy.tokens import DocBin

    model.mkdir(parents=True, exist_ok=True)
    for part, rows in data.items():
        DocBin(docs=spacy_docs(rows["words"], rows["tags"])).to_disk(model / f"{part}.spacy")
    spacy = [sys.executable, "-m", "spacy"]
    config = str(model / "config.cfg")
    paths = ["--paths.train", str(model / "train.spacy"), "--paths.dev", str(model / "dev.spacy")]
    for command in (
        ["init", "config", config, "--lang", "en", "--pipeline", "tagger", "--optimize", "efficiency", "--force"],
        ["train", config, *paths, "--training.max_steps", "6000", "--output", str(model)],
    ):
        subprocess.run([*spacy, *command], check=True, stdout=sys.stderr)


def spacy_load(model: Path, option: str) -> Predict:
    """Documents are made of the words within the time, since they are what takes strings in."""
    import spacy
    from spacy.tokens import Doc

    pipeline = spacy.load(model / "model-best")

    def predict(sentences: Rows) -> Rows:
        return [[token.tag_ for token in doc] for doc in pipeline.pipe(Doc(pipeline.vocab, words=words) for words in sentences)]

    return predict


def crfsuite_fit(data: Data, model: Path) -> None:
    """A linear-chain CRF by L-BFGS."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(PARAMETERS)
    for words, tags in zip(data["train"]["words"], data["train"]["tags"], strict=True):
        trainer.append(features(words), tags)
    model.parent.mkdir(parents=True, exist_ok=True)
    trainer.train(str(model))


def crfsuite_load(model: Path, option: str) -> Predict:
    """Features are computed within the time."""
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    return lambda sentences: [tagger.tag(features(words)) for words in sentences]


def seqtasks_speed(data: Data, run: Path, option: str) -> dict[str, float]:
    """The recipe of a run trained anew, by the steps of the library's own loop."""
    import torch

    from seqtasks.recipes.run_directory import RunDirectory
    from seqtasks.tasks.locations import DataLocations
    from seqtasks.tasks.optimizer import build_optimizer
    from seqtasks.tasks.table import kind_of, saved_recipe
    from seqtasks.training.checkpoints import Progress
    from seqtasks.training.devices import denormals_flushed, find_precision
    from seqtasks.training.loop import Environment, TrainingOptions, backward

    recipe, device = saved_recipe(RunDirectory.open(run)), torch.device("cpu")
    job: Any = kind_of(recipe).runner(recipe, DataLocations(Path(option)), device="cpu", learned=None).task
    optimizer = build_optimizer(job.model, recipe.training)
    options = TrainingOptions(1, 0, recipe.training.clip_norm, 0)
    environment = Environment(device, find_precision(recipe.training.precision, device), None, lambda: False)
    job.model.train()

    def step(batch: Any) -> int:
        optimizer.zero_grad(set_to_none=True)
        words = backward(job.model, [batch], 1, job.objective, Progress(), options, environment)
        optimizer.step()
        return words

    with denormals_flushed():
        return timed(step, job.epoch(1), counted=100)


def flair_speed(data: Data, model: Path, option: str) -> dict[str, float]:
    """A tagger of the recipe's sizes, without a CRF, by the steps that flair's trainer takes."""
    import random

    import torch
    from flair.data import Dictionary, Sentence
    from flair.embeddings import CharacterEmbeddings, OneHotEmbeddings, StackedEmbeddings
    from flair.models import SequenceTagger

    random.seed(1)
    rows = list(zip(data["train"]["words"], data["train"]["tags"], strict=True))
    words, characters, tags = Dictionary(), Dictionary(), Dictionary(add_unk=False)
    for sentence, labels in rows:
        for word, label in zip(sentence, labels, strict=True):
            words.add_item(word)
            tags.add_item(label)
            for character in word:
                characters.add_item(character)
    parts = [OneHotEmbeddings(words, embedding_length=100), CharacterEmbeddings(characters, char_embedding_dim=32, hidden_size_char=50)]
    tagger = SequenceTagger(StackedEmbeddings(parts), tags, "upos", hidden_size=200, rnn_layers=1, use_crf=False)
    optimizer = torch.optim.AdamW(tagger.parameters(), lr=0.003)
    tagger.train()

    def step(batch: list[tuple[list[str], list[str]]]) -> int:
        sentences = []
        for row, labels in batch:
            sentence = Sentence(row)
            for token, label in zip(sentence, labels, strict=True):
                token.set_label("upos", label)
            sentences.append(sentence)
        optimizer.zero_grad()
        loss, count = tagger.forward_loss(sentences)
        (loss / count).backward()
        torch.nn.utils.clip_grad_norm_(tagger.parameters(), 5.0)
        optimizer.step()
        return sum(len(row) for row, _ in batch)

    random.shuffle(rows)
    batches: list[list[tuple[list[str], list[str]]]] = [[]]
    for row in rows:
        if sum(len(words) for words, _ in batches[-1]) >= int(option):
            batches.append([])
        batches[-1].append(row)
    return timed(step, batches, counted=15)


def timed(step: Callable[[Any], int], batches: list[Any], *, counted: int) -> dict[str, float]:
    """Words of batches a second, after a fifth as many that are not counted, and words a batch."""
    first = max(1, counted // 5)
    for batch in batches[:first]:
        step(batch)
    start = time.perf_counter()
    words = sum(step(batch) for batch in batches[first : first + counted])
    return {"speed": words / (time.perf_counter() - start), "words": words / counted, "memory": peak()}


FIT = {"spacy": spacy_fit, "crfsuite": crfsuite_fit}
LOAD: dict[str, Callable[[Path, str], Predict]] = {"seqtasks": seqtasks_load, "spacy": spacy_load, "crfsuite": crfsuite_load}
SPEED: dict[str, Callable[[Data, Path, str], dict[str, float]]] = {"seqtasks": seqtasks_speed, "flair": flair_speed}


def measure_prediction(predict: Predict, data: Data, loading: float) -> dict[str, object]:
    """Seconds, accuracy, answers and memory."""
    words = data["dev"]["words"]
    before = peak()
    start = time.perf_counter()
    predict(data["train"]["words"])
    warming = time.perf_counter() - start
    seconds = []
    for _ in range(1 + AGAIN):
        start = time.perf_counter()
        found = predict(words)
        seconds.append(time.perf_counter() - start)
    pairs = [pair for rows in zip(data["dev"]["tags"], found, strict=True) for pair in zip(*rows, strict=True)]
    return {
        "load": loading,
        "train": warming,
        "steady": seconds[0],
        "again": min(seconds[1:]),
        "accuracy": 100 * sum(gold == tag for gold, tag in pairs) / len(pairs),
        "memory_before": before,
        "memory": peak(),
        "tags": [tag for row in found for tag in row],
    }


def main() -> None:
    """Do it, and print."""
    action, name, data, model = sys.argv[1], sys.argv[2], json.loads(Path(sys.argv[3]).read_text(encoding="utf-8")), Path(sys.argv[4])
    option = sys.argv[5] if len(sys.argv) > 5 else ""
    start = time.perf_counter()
    if action == "fit":
        FIT[name](data, model)
        print(json.dumps({"seconds": time.perf_counter() - start}))
    elif action == "predict":
        predict = LOAD[name](model, option)
        print(json.dumps(measure_prediction(predict, data, time.perf_counter() - start)))
    elif action == "speed":
        print(json.dumps(SPEED[name](data, model, option)))


def peak() -> float:
    """The most memory this process has held so far, in MB (Linux counts in kB, macOS in bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
