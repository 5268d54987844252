"""Our fastest good tagger against spaCy, python-crfsuite and flair: tokens a second, peak memory and accuracy, on UD English-EWT UPOS.

    python -m benchmarks.tagging --data-dir DIR [--run RUN] [--work WORK] \\
        --peer spacy=PYTHON --peer crfsuite=PYTHON --peer flair=PYTHON [--rounds 5] [--threads 2]

Each peer has a virtual environment of its own, whose interpreter is PYTHON, with its line of benchmarks/peers.txt; torch's CPU wheel goes
into flair's first. What is trained once is kept in WORK: RUN, where none is given, of the recipe that is to be fast, and the peers' models.

Every measurement has a process of its own with the same number of threads, and the systems take turns. Prediction: given words in, tags
out; for spaCy documents are made of the words, for crfsuite features are computed, within the time. "steady" is the first reading of dev
after the whole of train has been read, so that caches are as in long use and dev's own words are new; "again" is the fastest of five more.
Printed are medians over rounds (smallest .. largest), and medians of the ratios within rounds. Training: words of batches a second; flair
has a tagger of the same sizes (word vectors of 100, characters to 100 features by its LSTM, a BiLSTM of 200, no CRF) and batches of as
many words.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.hmm import spread, write_data

WORKER = Path(__file__).with_name("tagging_worker.py")
RECIPE = "ud-english-ewt-pooled"
FITTED = {"spacy": "spacy", "crfsuite": "crfsuite.model"}  # peers that predict, and their models in WORK
Facts = dict[str, Any]
T = TypeVar("T")


def environment(threads: int) -> dict[str, str]:
    """The same for every process; threads that wait sleep."""
    numbers = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), str(threads))
    return {**os.environ, **numbers, "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "10000", "PYTHONHASHSEED": "0"}


def printed(command: list[str], settings: dict[str, str]) -> Facts:
    """The last line that a worker prints. Ends the benchmark with the worker's own last words where it fails."""
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    return facts


def run_worker(python: str, threads: int, *arguments: object) -> Facts:
    """What one worker prints."""
    return printed([python, str(WORKER), *map(str, arguments)], environment(threads))


def in_turns(systems: Iterable[T], number: int) -> list[T]:
    """The systems in the order of a round."""
    ordered = list(systems)
    return ordered[number % len(ordered) :] + ordered[: number % len(ordered)]


def prepare(options: argparse.Namespace, peers: dict[str, str]) -> tuple[Path, int]:
    """Train what is missing in the work folder; the run, and the number of words of dev."""
    options.work.mkdir(parents=True, exist_ok=True)
    words = write_data(options.data_dir, "upos", options.work / "data.json")
    run = options.run or options.work / "run"
    if not (run / "metrics.json").exists():
        command = [sys.executable, "-m", "seqtasks.cli.main", "run", "pos", RECIPE, "--data-dir", str(options.data_dir)]
        subprocess.run([*command, "--out", str(run), "--overwrite"], check=True)
    for name, file in FITTED.items():
        if name in peers and not (options.work / file).exists():
            print(f"training {name} ...", flush=True)
            unfinished = options.work / f"unfinished-{file}"
            run_worker(peers[name], 1, "fit", name, options.work / "data.json", unfinished)
            unfinished.rename(options.work / file)
    return run, words


def predictions(options: argparse.Namespace, peers: dict[str, str], run: Path) -> list[dict[str, Facts]]:
    """By round and system, what the workers measured."""
    data = options.work / "data.json"
    systems = {f"seqtasks {precision}": (sys.executable, ("seqtasks", data, run, precision)) for precision in ("float32", "bf16")}
    systems |= {name: (peers[name], (name, data, options.work / file)) for name, file in FITTED.items() if name in peers}
    rounds = []
    for number in range(options.rounds):
        turns = in_turns(systems, number)
        rounds.append({name: run_worker(systems[name][0], options.threads, "predict", *systems[name][1]) for name in turns})
        print(f"prediction, round {number + 1} of {options.rounds}", flush=True)
    return [{name: facts[name] for name in systems} for facts in rounds]


def ratio(rounds: list[dict[str, Facts]], ours: str, peer: str, key: str) -> str:
    """The median over rounds of how many times as fast ours is; seconds are read."""
    return f"{statistics.median(facts[peer][key] / facts[ours][key] for facts in rounds):.2f}x"


def print_predictions(rounds: list[dict[str, Facts]], words: int) -> None:
    """A line for each system, ratios, and what the precision changes."""
    names = [*rounds[0]]
    print(f"\n{'prediction':18s}{'1,000 tokens/s, steady':>28s}{'again':>28s}{'load, s':>9s}{'peak MB':>9s}{'accuracy':>10s}")
    for name in names:
        own = [facts[name] for facts in rounds]
        speeds = [spread([words / facts[key] / 1000 for facts in own]) for key in ("steady", "again")]
        load, memory = (statistics.median(facts[key] for facts in own) for key in ("load", "memory"))
        print(f"{name:18s}{speeds[0]:>28s}{speeds[1]:>28s}{load:>9.2f}{memory:>9.0f}{own[0]['accuracy']:>10.2f}")
    for ours in names[:2]:
        for peer in names[2:]:
            print(f"{ours} / {peer}: {ratio(rounds, ours, peer, 'steady')} steady, {ratio(rounds, ours, peer, 'again')} again")
    exact, low = (rounds[0][name]["tags"] for name in names[:2])
    changed = sum(first != second for first, second in zip(exact, low, strict=True))
    print(f"bf16 changes {changed} of {words:,} tags ({100 * changed / words:.3f} %)")


def print_training(options: argparse.Namespace, peers: dict[str, str], run: Path) -> None:
    """Words a second of training, ours and flair's, in turns."""
    data, ours, theirs = options.work / "data.json", [], []
    for number in range(options.rounds):
        ours.append(run_worker(sys.executable, options.threads, "speed", "seqtasks", data, run, options.data_dir))
        size = round(ours[-1]["words"])
        theirs.append(run_worker(peers["flair"], options.threads, "speed", "flair", data, run, size))
        print(f"training, round {number + 1} of {options.rounds}", flush=True)
    print(f"\n{'training':18s}{'1,000 tokens/s':>28s}{'peak MB':>9s}{'words a batch':>15s}")
    for name, rounds in (("seqtasks", ours), ("flair", theirs)):
        memory, words = (statistics.median(facts[key] for facts in rounds) for key in ("memory", "words"))
        print(f"{name:18s}{spread([facts['speed'] / 1000 for facts in rounds], 2):>28s}{memory:>9.0f}{words:>15.0f}")
    times = statistics.median(first["speed"] / second["speed"] for first, second in zip(ours, theirs, strict=True))
    print(f"seqtasks / flair: {times:.2f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description="seqtasks against spaCy, python-crfsuite and flair on UD English-EWT UPOS")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder with ud-english-ewt/")
    parser.add_argument("--run", type=Path, help="finished run to measure [default: WORK/run, trained if need be]")
    parser.add_argument("--work", type=Path, default=Path("tagging-benchmark"), help="what is trained once is kept there")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help="spacy, crfsuite or flair, and its interpreter")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["prediction", "training"], help="measure just one of the two")
    options = parser.parse_args()
    peers = dict(peer.split("=", 1) for peer in options.peer)
    if unknown := peers.keys() - {*FITTED, "flair"}:
        raise SystemExit(f"no peer {', '.join(sorted(unknown))}; peers are spacy, crfsuite and flair")
    run, words = prepare(options, peers)
    print(f"UD English-EWT upos, {options.threads} threads, {options.rounds} rounds: median (smallest .. largest)")
    if options.only != "training":
        print_predictions(predictions(options, peers, run), words)
    if options.only != "prediction" and "flair" in peers:
        print_training(options, peers, run)


if __name__ == "__main__":
    main()
