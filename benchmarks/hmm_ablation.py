"""What each step of HMMTagger gives on a real corpus: a ladder from the most frequent tag up, and the whole tagger without each step.

    python benchmarks/hmm_ablation.py --data-dir DIR [--layer upos|xpos] [--entities]

DIR holds ud-english-ewt (and, with --entities, uner-danish-ddt and wnut17) as the task cards describe. Training data is train, everything
is measured on dev, and nothing is chosen there. Seconds and speed are of this machine: the best of three runs, dev tagged by a tagger that
has met none of its words before.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.calibration import calibration
from seqtasks.evaluation.spans import entity_scores
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.examples import Corpus, TaggedSentence

Part = tuple[list[list[str]], list[list[str]]]
RUNS = 3
PLAIN: dict[str, Any] = {
    "order": 1,
    "smoothing": "deleted",
    "lexical_states": 0,
    "contextual": False,
    "unknown": "suffix",
    "word_classes": False,
    "lower_initial": False,
    "backoff_rare": False,
    "calibrate": False,
}
LADDER: list[tuple[str, dict[str, Any]]] = [
    ("bigrams, suffix tries", {}),
    ("trigrams (TnT)", {"order": 2}),
    ("+ word classes", {"word_classes": True}),
    ("+ first word in small letters", {"lower_initial": True}),
    ("+ words depend on the tag before", {"contextual": True}),
    ("+ Witten-Bell instead of deleted", {"smoothing": "witten_bell"}),
    ("+ max-ent guess of unknown words", {"unknown": "max_ent"}),
    ("+ guess backs rare known words", {"backoff_rare": True}),
    ("+ 50 lexical states", {"lexical_states": 50}),
    ("+ 150 lexical states", {"lexical_states": 150}),
    ("+ 300 lexical states: the default", {"lexical_states": 300}),
    ("+ posterior decoding", {"decoding": "posterior"}),
]
WITHOUT: list[tuple[str, dict[str, Any]]] = [
    ("default, calibrated", {}),
    ("first order", {"order": 1}),
    ("deleted interpolation", {"smoothing": "deleted"}),
    ("no lexical states", {"lexical_states": 0}),
    ("500 lexical states", {"lexical_states": 500}),
    ("words depend on their tag only", {"contextual": False}),
    ("suffix tries", {"unknown": "suffix"}),
    ("unknown words all alike", {"unknown": "prior"}),
    ("no word classes", {"word_classes": False}),
    ("first word as it stands", {"lower_initial": False}),
    ("rare known words not backed", {"backoff_rare": False}),
    ("default weights, nothing held out", {"held_out": 0.0}),
]
ENTITIES = {
    "uner-danish-ddt": ("da_ddt-ud-train.iob2", "da_ddt-ud-dev.iob2", 1, 2),
    "wnut17": ("wnut17train.conll", "emerging.dev.conll", 0, 1),
}
HEADER = f"{'step':<36} accuracy  (95 % interval)   unknown  fit s  tokens/s"


def part(corpus: Corpus[TaggedSentence], layer: str) -> Part:
    """Words and tags as lists."""
    return [list(example.words) for example in corpus], [list(example.tags[layer]) for example in corpus]


def most_frequent_tags(train: Part, words: Sequence[Sequence[str]]) -> list[list[str]]:
    """The most frequent tag of each word; of an unknown one that of all words that occur once."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in zip(*train, strict=True):
        for word, tag in zip(*pair, strict=True):
            counts[word][tag] += 1
    once: Counter[str] = Counter()
    for row in counts.values():
        if sum(row.values()) == 1:
            once.update(row)
    best = {word: row.most_common(1)[0][0] for word, row in counts.items()}
    return [[best.get(word, once.most_common(1)[0][0]) for word in row] for row in words]


def measured(options: dict[str, Any], train: Part, words: list[list[str]]) -> tuple[HMMTagger, list[list[str]], float, float]:
    """A fitted tagger, its answers, and the shortest times of fitting and of tagging words it has not met before."""
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        tagger = HMMTagger(**options).fit(*train)
        fitted = time.perf_counter()
        predicted = tagger.predict(words)
        times.append((fitted - begin, time.perf_counter() - fitted))
    return tagger, predicted, min(fit for fit, _ in times), min(tag for _, tag in times)


def line(name: str, gold: list[list[str]], predicted: list[list[str]], dev: Part, known: set[str], times: tuple[float, float]) -> str:
    """One row of the table."""
    whole, unknown = token_accuracy(gold, predicted, dev[0], known, split="dev", head="", samples=1000)
    low, high = whole.interval or (0.0, 0.0)
    speed = sum(map(len, dev[0])) / times[1] if times[1] else 0
    return f"{name:<36}    {whole.value:.2f}  ({low:.2f} to {high:.2f})     {unknown.value:.2f}  {times[0]:5.2f}  {speed:8,.0f}"


def words_and_tags(folder: Path, layer: str) -> None:
    """Print the ladder and what each step is worth on top."""
    train, dev = (part(read_conllu(folder / f"en_ewt-ud-{split}.conllu.gz", layers=(layer,)), layer) for split in ("train", "dev"))
    known = {word for row in train[0] for word in row}
    print(f"UD English-EWT, {layer}, dev\n{HEADER}", flush=True)
    print(line("most frequent tag", dev[1], most_frequent_tags(train, dev[0]), dev, known, (0, 0)), flush=True)
    options = dict(PLAIN)
    for name, change in LADDER:
        options |= change
        _, predicted, fit, tag = measured(options, train, dev[0])
        print(line(name, dev[1], predicted, dev, known, (fit, tag)), flush=True)
    print(f"\nthe default, but\n{HEADER}", flush=True)
    for name, change in WITHOUT:
        tagger, predicted, fit, tag = measured(change, train, dev[0])
        print(line(name, dev[1], predicted, dev, known, (fit, tag)), flush=True)
        if not change:
            confidence(tagger, dev)
            print(f"weights chosen: {tagger.weights_}", flush=True)


def confidence(tagger: HMMTagger, dev: Part) -> None:
    """Print the expected calibration error of the posteriors at the chosen temperature and at 1."""
    chosen = tagger.weights_.temperature
    for temperature in (1.0, chosen):
        rows = np.concatenate(tagger.predict_proba(dev[0]))
        rows = rows ** (chosen / temperature)
        rows /= rows.sum(axis=1, keepdims=True)
        gold = np.array([tag for tags in dev[1] for tag in tags], dtype=object)
        found = calibration(rows.max(axis=1).clip(0, 1), tagger.classes_[rows.argmax(axis=1)] == gold)
        if found is not None:
            print(f"    calibration error of posteriors at temperature {temperature}: {found.error:.2f} %", flush=True)


def entities(folder: Path) -> None:
    """Print entity F1 of the corpora with entities."""
    for name, (train_file, dev_file, word_column, tag_column) in ENTITIES.items():
        columns: dict[str, Any] = {"word_column": word_column, "tag_columns": {"ner": tag_column}, "separator": "tab"}
        train, dev = (part(read_columns(folder / name / file, schemes={"ner": "BIO"}, **columns), "ner") for file in (train_file, dev_file))
        print(f"\n{name}, dev\n{'the default, but':<36} entity F1  (95 % interval)  precision  recall  fit s", flush=True)
        steps: list[tuple[str, dict[str, Any]]] = [
            ("default", {}),
            ("no lexical states", {"lexical_states": 0}),
            ("words depend on their tag only", {"contextual": False}),
        ]
        steps += [("suffix tries", {"unknown": "suffix"}), ("posterior decoding", {"decoding": "posterior"}), ("first order", {"order": 1})]
        for step, change in steps:
            _, predicted, fit, _ = measured({"scheme": "BIO", **change}, train, dev[0])
            scores = {score.name: score for score in entity_scores(dev[1], predicted, scheme="BIO", split="dev", head="ner").scores}
            low, high = scores["f1"].interval or (0.0, 0.0)
            sides = f"{scores['precision'].value:9.2f}  {scores['recall'].value:6.2f}"
            print(f"{step:<36}     {scores['f1'].value:.2f}  ({low:.2f} to {high:.2f})  {sides}  {fit:5.2f}", flush=True)


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--layer", choices=("upos", "xpos"), default="upos")
    parser.add_argument("--entities", action="store_true", help="entity F1 on Danish UNER and WNUT-17 instead")
    arguments = parser.parse_args()
    if arguments.entities:
        entities(arguments.data_dir)
    else:
        words_and_tags(arguments.data_dir / "ud-english-ewt", arguments.layer)


if __name__ == "__main__":
    main()
