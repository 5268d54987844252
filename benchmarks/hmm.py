"""Our HMMTagger against NLTK's TnT: seconds to fit, tokens per second, accuracy and memory, on UD English-EWT, train -> dev.

    pip install -r benchmarks/peers.txt           (into this environment, or into one given by --peer-python)
    python benchmarks/hmm.py --data-dir DIR [--layer upos|xpos] [--rounds 5] [--peer-python PYTHON]

Each measurement has a process of its own, with one thread, and the two taggers take turns, so that a busy machine is busy for both. Cold is
the first call after fitting, unknown words and all; for ours also after loading. Warm is the fastest of five further calls. Printed are
medians over rounds with the smallest and largest, and the median of the ratios within rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from seqtasks.datasets.folders import find_file
from seqtasks.text.corpora.conllu import read_conllu

WORKER = Path(__file__).with_name("hmm_worker.py")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
Facts = dict[str, float]


def write_data(data_dir: Path, layer: str, path: Path) -> int:
    """Words and tags as JSON, which every interpreter reads; the number of words of dev."""
    data = {}
    for part in ("train", "dev"):
        file = find_file(data_dir / "ud-english-ewt", f"en_ewt-ud-{part}.conllu")
        if file is None:
            raise SystemExit(f"no en_ewt-ud-{part}.conllu or .conllu.gz in {data_dir / 'ud-english-ewt'}")
        corpus = read_conllu(file, layers=(layer,))
        data[part] = {"words": [list(row.words) for row in corpus], "tags": [list(row.tags[layer]) for row in corpus]}
    path.write_text(json.dumps(data), encoding="utf-8")
    return sum(map(len, data["dev"]["words"]))


def measure(python: str, name: str, data: Path, folder: Path | None = None) -> Facts:
    """Run one worker. Ends the benchmark with the worker's own message where it fails."""
    command = [python, str(WORKER), name, str(data), *([] if folder is None else [str(folder)])]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    return facts


def spread(values: list[float], digits: int = 1) -> str:
    """median (smallest .. largest)"""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} .. {max(values):,.{digits}f})"


def print_table(rounds: list[dict[str, Facts]], words: int) -> None:
    """A line for each quantity: ours, NLTK, and ours against NLTK."""
    print(f"{'':34s}{'ours':>32s}{'NLTK TnT(C=True)':>32s}   ratio")
    for title, key, digits in (("seconds to fit", "prepared", 2), ("peak memory, MB", "memory", 0)):
        ours, peer = ([facts[name][key] for facts in rounds] for name in ("ours", "peer"))
        ratio = statistics.median(a / b for a, b in zip(ours, peer, strict=True))
        print(f"{title:34s}{spread(ours, digits):>32s}{spread(peer, digits):>32s}   {ratio:.2f}x")
    for title, name, key in (
        ("1,000 tokens/s, cold", "ours", "cold"),
        ("1,000 tokens/s, cold after loading", "loaded", "cold"),
        ("1,000 tokens/s, warm", "ours", "warm"),
    ):
        ours = [words / facts[name][key] / 1000 for facts in rounds]
        peer = [words / facts["peer"][key] / 1000 for facts in rounds]
        ratio = statistics.median(a / b for a, b in zip(ours, peer, strict=True))
        print(f"{title:34s}{spread(ours, 0):>32s}{spread(peer, 0):>32s}   {ratio:.2f}x")
    loading = [facts["loaded"]["prepared"] for facts in rounds]
    print(f"{'seconds to load':34s}{spread(loading, 3):>32s}")
    ours_accuracy, peer_accuracy = (100 * rounds[0][name]["accuracy"] for name in ("ours", "peer"))
    print(f"{'accuracy on dev':34s}{ours_accuracy:>32.2f}{peer_accuracy:>32.2f}   {ours_accuracy - peer_accuracy:+.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="HMMTagger against NLTK's TnT on UD English-EWT")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder with ud-english-ewt/")
    parser.add_argument("--layer", choices=["upos", "xpos"], default="upos")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter that has the packages of benchmarks/peers.txt")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.json"
        words = write_data(options.data_dir, options.layer, data)
        rounds = []
        for number in range(options.rounds):
            model = Path(folder) / f"model-{number}"
            ours = measure(sys.executable, "ours", data, model)
            peer = measure(options.peer_python, "peer", data)
            rounds.append({"ours": ours, "peer": peer, "loaded": measure(sys.executable, "ours", data, model)})
    print(f"UD English-EWT {options.layer}, train -> dev ({words:,} words), {options.rounds} rounds: median (smallest .. largest)")
    print_table(rounds, words)


if __name__ == "__main__":
    main()
