"""One measurement of one tagger, in a process of its own; started by benchmarks/hmm.py. Needs that tagger and the standard library alone.

    python benchmarks/hmm_worker.py ours|peer DATA.json [MODEL_FOLDER]

DATA.json holds "train" and "dev", each with "words" and "tags" by sentence. Prints one line of JSON: seconds of fitting, of the first call
after it (cold) and of the fastest of five further calls (warm), the share of right tags, and the peak memory before and after.
With MODEL_FOLDER ours is saved there, or, where it exists, loaded instead of fitted.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

WARM_CALLS = 5
Rows = list[list[str]]
Predict = Callable[[Rows], Rows]


def ours(train: dict[str, Rows] | None, folder: Path | None) -> tuple[Predict, float]:
    """The function that tags, and the seconds that it took to fit it, or to load it where there is no `train`."""
    from seqtasks.hmm.tagger import HMMTagger

    start = time.perf_counter()
    tagger = HMMTagger.load(folder) if train is None else HMMTagger().fit(train["words"], train["tags"])
    seconds = time.perf_counter() - start
    if train is not None and folder is not None:
        tagger.save(folder)
    return tagger.predict, seconds


def peer(train: dict[str, Rows] | None, folder: Path | None) -> tuple[Predict, float]:
    """NLTK's TnT with the capitalisation flag; its unknown words are treated as it does by default."""
    from nltk.tag.tnt import TnT

    if train is None:
        raise SystemExit("NLTK's TnT cannot be loaded; it is fitted in each process")
    pairs = [list(zip(words, tags, strict=True)) for words, tags in zip(train["words"], train["tags"], strict=True)]
    tagger = TnT(C=True)
    start = time.perf_counter()
    tagger.train(pairs)
    seconds = time.perf_counter() - start
    return lambda sentences: [[tag for _, tag in sentence] for sentence in tagger.tagdata(sentences)], seconds


def main() -> None:
    """Measure, and print."""
    name, data = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    train, dev = data["train"], data["dev"]
    if folder is not None and folder.exists():
        train = None
    before = peak()
    predict, prepared = {"ours": ours, "peer": peer}[name](train, folder)
    seconds = []
    for _ in range(1 + WARM_CALLS):
        start = time.perf_counter()
        found = predict(dev["words"])
        seconds.append(time.perf_counter() - start)
    pairs = [pair for rows in zip(dev["tags"], found, strict=True) for pair in zip(*rows, strict=True)]
    facts = {
        "prepared": prepared,
        "cold": seconds[0],
        "warm": min(seconds[1:]),
        "accuracy": sum(gold == tag for gold, tag in pairs) / len(pairs),
        "memory_before": before,
        "memory": peak(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
    }
    print(json.dumps(facts))


def peak() -> float:
    """The most memory this process has held so far, in MB (Linux counts in kB, macOS in bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
