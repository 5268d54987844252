"""A feature CRF (python-crfsuite) beside finished runs of a tagging recipe: scores, and the paired difference with its interval.

    pip install -r benchmarks/peers.txt            # python-crfsuite is all it needs of them
    python -m benchmarks.feature_crf RUN_DIR --data-dir DIR [--split dev]

RUN_DIR is a run, or the folder of several seeds (`seqtasks run ner uner-danish-ddt --seeds 5 --out RUN_DIR`). The CRF is trained on the
same training part and answers the same part; benchmarks/crf_features.py has its features. Entity tags are scored by F1, others by accuracy.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pycrfsuite

from benchmarks.crf_features import PARAMETERS, features
from seqtasks.comparison.finished_runs import ComparedRun, seeds_of, training_corpus, training_part
from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.compare_systems import compare_systems
from seqtasks.evaluation.systems import SystemOutput
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.tagging.recipe import file_scheme


def crf_answers(train: Annotated, part: Annotated) -> list[list[str]]:
    """Train on one part, answer the other."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for words, tags in zip(train.words, train.tags, strict=True):
        trainer.append(features(words), list(tags))
    trainer.set_params(PARAMETERS)
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model.crfsuite")
        trainer.train(model)
        tagger = pycrfsuite.Tagger()
        tagger.open(model)
        answers = [tagger.tag(features(words)) if words else [] for words in part.words]
        tagger.close()
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--split", default="dev")
    arguments = parser.parse_args()
    runs = [ComparedRun(path) for path in seeds_of(arguments.run)]
    first = runs[0]
    sentences = training_part(first, training_corpus(first, DataLocations(arguments.data_dir)))
    train = Annotated([list(sentence.words) for sentence in sentences], [list(sentence.tags[first.data.layer]) for sentence in sentences])
    words, gold, _ = first.answers(arguments.split)
    part = Annotated(words, gold)
    ours = SystemOutput(arguments.run.name, [run.answers(arguments.split)[2] for run in runs])
    peer = SystemOutput("feature CRF", [crf_answers(train, part)], fixed=True)
    compared = compare_systems([peer, ours], part, train, scheme=file_scheme(first.data), split=arguments.split)
    for system in compared.systems:
        runs_said = ", ".join(f"{value:.2f}" for value in sorted(system.runs))
        interval = system.score.interval
        low, high = interval if interval else (float("nan"), float("nan"))
        print(f"{system.name}: {system.score.name} {system.score.value:.2f} ({low:.2f} to {high:.2f}); runs: {runs_said}")
    (pair,) = compared.pairs
    print(pair.sentence)
    if pair.seeds is not None:
        print(pair.seeds.sentence)


if __name__ == "__main__":
    main()
