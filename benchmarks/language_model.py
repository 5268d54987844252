"""A language model's test perplexity beside that of an n-gram with modified Kneser-Ney smoothing, of the same text, tokens and vocabulary.

    python -m benchmarks.language_model [RECIPE] [--data-dir DIR] [--run RUN_DIR] [--order 5]

The recipe of `tasks/language_model` is trained, or its finished run RUN_DIR taken; the n-gram is counted on the same training lines.
Perplexities count the end of each sentence, and <unk> as one word; <pad> and <bos> cannot come, so the n-gram gives them nothing.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from pathlib import Path

import numpy as np

import seqtasks
from benchmarks.kneser_ney import KneserNey
from seqtasks.cli.progress import TerminalWatcher
from seqtasks.evaluation.language_metrics import LANGUAGE_METRICS, TextLikelihood
from seqtasks.runs.run import run
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.language_model.reading import read_text_part
from seqtasks.tasks.language_model.scores import encoded, judged
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.table import load_recipe
from seqtasks.text.vocabulary import Language


def trained(name: str, locations: DataLocations, out: Path) -> Path:
    """The directory of a new run of the recipe."""
    loaded = load_recipe("language_model", name)
    watcher = TerminalWatcher()
    try:
        return run(loaded, RunOptions(locations=locations, out=out), Callbacks(log=print, watcher=watcher)).path
    finally:
        watcher.stop()


def counted(lines: list[str], found: TextLikelihood, language: Language, grams: KneserNey) -> TextLikelihood:
    """What the n-gram says of lines, with the counts that the network's likelihood is shared out among."""
    nats = np.array([grams.nats(row.tolist()) for row in encoded(lines, language)])
    return TextLikelihood(nats, found.tokens_N, found.words_N, found.characters_N, found.unknown)


def main() -> None:
    parser = argparse.ArgumentParser(description="A language model beside a Kneser-Ney n-gram")
    parser.add_argument("recipe", nargs="?", default="default")
    parser.add_argument("--data-dir", type=Path, help="folder of the published corpora")
    parser.add_argument("--run", type=Path, help="a finished run of the recipe; it is trained where there is none")
    parser.add_argument("--order", type=int, default=5, help="longest n-gram")
    options = parser.parse_args()
    locations = DataLocations(options.data_dir)
    with tempfile.TemporaryDirectory() as folder:
        predictor = seqtasks.load(options.run or trained(options.recipe, locations, Path(folder) / "run"))
    recipe, language = predictor.recipe, predictor.language
    parts = read_parts(recipe.data, locations, read_text_part)
    started = time.process_time()
    vocabulary = language.vocabulary
    rows = [row.tolist() for row in encoded(parts["train"].examples, language)]
    grams = KneserNey(rows, order=options.order, begin=vocabulary.bos, outcomes=len(vocabulary) - 2)
    print(f"{options.order}-gram, modified Kneser-Ney: {sum(map(len, grams.counts)):,} n-grams, {time.process_time() - started:.0f} s")
    for split, corpus in parts.items():
        if split == "train":
            continue
        network, _ = judged(predictor.writer, corpus.examples)
        gram = counted(corpus.examples, network, language, grams)
        about = f"{network.tokens_N.sum():,} tokens, {network.unknown} unknown, vocabulary {len(vocabulary):,}"
        for name, metric in LANGUAGE_METRICS.items():
            print(f"{split:12s} {name:20s} network {metric.value(network):8.3f}   n-gram {metric.value(gram):8.3f}   [{about}]")
        even = (gram.nats_N - network.nats_N) / network.tokens_N.sum()
        draws = np.random.default_rng(1).integers(0, len(even), size=(1000, len(even)))
        low, high = np.percentile(even[draws].sum(axis=1) / math.log(2), [2.5, 97.5])
        print(f"{split:12s} bits a token that the network saves: {even.sum() / math.log(2):.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
