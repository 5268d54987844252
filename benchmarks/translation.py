"""Our recurrent translator against JoeyNMT's of the same sizes on Multi30k en-de: target tokens a second in training, lines a second in
greedy and beam search, and peak memory.

    python -m benchmarks.translation --data-dir DIR --peer joeynmt=PYTHON [--work WORK] [--rounds 5] [--threads 2] [--updates 1500] \\
        [--set KEY=VALUE]... [--lines 1000] [--only fitting|training|prediction]

JoeyNMT has a virtual environment of its own, whose interpreter is PYTHON, with its lines of benchmarks/peers.txt; torch's CPU wheel goes
into it first. The sizes: 5,000 subwords a side, embeddings of 256, a BiLSTM of 2 x 256, a decoder LSTM of 512. "same" has JoeyNMT's own
architecture (additive attention, input feeding) in float32; "best" has that of BEST, and what --set adds to it. Each is trained for
--updates, of which output lengths and BLEU tell; the models are kept in WORK (--only fitting stops there).

Every measurement has a process of its own with the same number of threads, and the systems take turns. Training: 60 updates (--counted)
by each program's own loop; JoeyNMT's batches have 64 pairs, ours as many on average. Prediction: strings in, strings out, each program with
the batch size that was its fastest when each was tried once, once it has translated val, whose speed is that of a new process ("first"):
kernels are planned when a size is first met. "best" in bfloat16 where that is fast. Printed are medians over rounds
(smallest .. largest), and medians of the ratios within rounds; words a second as well, since translations may differ in length. Last, how
many of our translations differ from those of the same lines alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hmm import spread
from benchmarks.tagging import Facts, environment, in_turns, printed
from seqtasks.datasets.folders import find_file
from seqtasks.evaluation.bleu import bleu_metric
from seqtasks.text.corpora.lines import read_lines

WORKER = Path(__file__).with_name("translation_worker.py")
SAME = {"decoder.attention": "additive", "decoder.input_feeding": "true", "decoder.tied": "false", "training.precision": "float32"}
BEST = {"decoder.attention": "additive", "decoder.attention_size": "128", "decoder.input_feeding": "false", "decoder.tied": "true"}
BEST |= {"training.precision": "auto", "decoding.shortlist": "10"}
PARTS = {"train": "train", "val": "val", "test_2016_flickr": "test"}
BEAMS = (1, 5)
BATCHES = {"joeynmt": (32, 64, 128, 256), "seqtasks": (2000, 4000, 8000, 16000)}  # lines, and tokens
PEER = "joeynmt"


@dataclass(frozen=True)
class System:
    """A program with one model. overlay: of our recipe."""

    name: str
    program: str
    python: str
    folder: Path
    overlay: Path


def run_worker(system: System, threads: int, action: str, work: Path, *more: object) -> Facts:
    """What one worker prints."""
    command = [system.python, str(WORKER), action, system.program, str(work), str(system.folder), *map(str, more)]
    return printed(command, {**environment(threads), "TQDM_DISABLE": "1", "CUDA_VISIBLE_DEVICES": ""})


def write_parts(data_dir: Path, work: Path, pairs: int, lines: int) -> None:
    """The parts as both programs read them: with single spaces, and no line breaks within lines; so many pairs of train, lines of test."""
    most = {"train": pairs, "test": lines}
    work.mkdir(parents=True, exist_ok=True)
    for part, name in PARTS.items():
        for language in ("en", "de"):
            file = find_file(data_dir / "multi30k", f"{part}.{language}")
            if file is None:
                raise SystemExit(f"no {part}.{language} or {part}.{language}.gz in {data_dir / 'multi30k'}")
            texts = [" ".join(text.split()) for _, text in read_lines(file)]
            kept = texts[: most.get(name)]
            (work / f"{name}.{language}").write_text("".join(f"{text}\n" for text in kept), encoding="utf-8")


def prepare(options: argparse.Namespace, python: str | None) -> list[System]:
    """The systems, each trained once for its settings: JoeyNMT's first, where there is one."""
    write_parts(options.data_dir, options.work, options.pairs, options.lines)
    overlays = {"same": SAME, "best": BEST | dict(setting.split("=", 1) for setting in options.set)}
    systems = []
    for name, overlay in overlays.items():
        text = json.dumps(overlay)
        folder = options.work / f"{name}-{options.updates}-{zlib.crc32(text.encode()):08x}"
        file = folder.with_suffix(".json")
        file.write_text(text, encoding="utf-8")
        systems.append(System(f"seqtasks {name}", "seqtasks", sys.executable, folder, file))
    if python:
        systems.insert(0, System(PEER, PEER, python, options.work / f"{PEER}-{options.updates}", Path(os.devnull)))
    for system in systems:
        marker = system.folder.with_suffix(".trained")
        if not marker.exists():
            print(f"training {system.name} for {options.updates} updates ...", flush=True)
            run_worker(system, options.threads, "fit", options.work, options.updates, system.overlay)
            marker.touch()
    return systems


def ratio(rounds: list[dict[str, Facts]], ours: str, key: str) -> str:
    """The median over rounds of how many times as much ours does."""
    return f"{statistics.median(facts[ours][key] / facts[PEER][key] for facts in rounds):.2f}x"


def print_ratios(rounds: list[dict[str, Facts]], systems: list[System], names: dict[str, str]) -> None:
    """Of our systems to the peer, where it was measured; names: of quantities by key."""
    if systems[0].name != PEER:
        return
    for system in systems[1:]:
        print(f"{system.name} / {PEER}: {', '.join(f'{ratio(rounds, system.name, key)} {name}' for key, name in names.items())}")


def print_training(options: argparse.Namespace, systems: list[System]) -> None:
    """Target tokens a second, in turns."""
    rounds = []
    for number in range(options.rounds):
        turns = in_turns(systems, number)
        rounds.append({one.name: run_worker(one, options.threads, "speed", options.work, options.counted) for one in turns})
        print(f"training, round {number + 1} of {options.rounds}", flush=True)
    print(f"\n{'training':18s}{'target tokens/s':>30s}{'tokens an update':>18s}{'peak MB':>9s}")
    for system in systems:
        own = [facts[system.name] for facts in rounds]
        memory, tokens = (statistics.median(facts[key] for facts in own) for key in ("memory", "tokens"))
        print(f"{system.name:18s}{spread([facts['speed'] for facts in own], 0):>30s}{tokens:>18.0f}{memory:>9.0f}")
    print_ratios(rounds, systems, {"speed": "target tokens/s"})


def fastest(options: argparse.Namespace, system: System, beams: int) -> int:
    """The batch size that took least when each was tried once."""
    found = run_worker(system, options.threads, "tune", options.work, beams, *BATCHES[system.program])
    print(f"{system.name}, {beams} beams: " + ", ".join(f"{size}: {found[size]:.1f} s" for size in found), flush=True)
    return int(min(found, key=lambda size: found[size]))


def print_prediction(options: argparse.Namespace, systems: list[System], beams: int) -> None:
    """Lines and words a second, in turns; length, BLEU and memory beside."""
    sizes = {system.name: fastest(options, system, beams) for system in systems}
    references = [text for _, text in read_lines(options.work / "test.de")]
    rounds = []
    for number in range(options.rounds):
        turns = in_turns(systems, number)
        found = {one.name: run_worker(one, options.threads, "predict", options.work, beams, sizes[one.name]) for one in turns}
        for facts in found.values():
            facts["words"] = sum(len(text.split()) for text in facts["texts"])
            facts |= {"lines/s": len(references) / facts["seconds"], "words/s": facts["words"] / facts["seconds"]}
            facts["first"] = 1 / facts["first"]
        rounds.append(found)
        print(f"{beams} beams, round {number + 1} of {options.rounds}", flush=True)
    title = "greedy search" if beams == 1 else f"{beams} beams"
    columns = f"{'first, lines/s':>16s}{'batch':>7s}{'words a line':>14s}{'BLEU':>7s}{'load, s':>9s}{'peak MB':>9s}"
    print(f"\n{title:18s}{'lines/s':>26s}{'words/s':>30s}{columns}")
    for system in systems:
        own = [facts[system.name] for facts in rounds]
        speeds = [spread([facts[key] for facts in own], digits) for key, digits in (("lines/s", 1), ("words/s", 0))]
        length = own[0]["words"] / len(references)
        bleu = bleu_metric("de").corpus_score(own[0]["texts"], [references]).score
        first, load, memory = (statistics.median(facts[key] for facts in own) for key in ("first", "load", "memory"))
        measured = f"{first:>16.0f}{sizes[system.name]:>7d}{length:>14.2f}{bleu:>7.2f}{load:>9.1f}{memory:>9.0f}"
        print(f"{system.name:18s}{speeds[0]:>26s}{speeds[1]:>30s}{measured}")
    print_ratios(rounds, systems, {"lines/s": "lines/s", "words/s": "words/s", "first": "lines/s at first"})
    for system in systems:
        if system.program != PEER:
            count = run_worker(system, options.threads, "alone", options.work, beams, sizes[system.name])["differing"]
            print(f"{system.name}: {count} of {len(references)} lines differ from those translated alone")


def main() -> None:
    parser = argparse.ArgumentParser(description="seqtasks against JoeyNMT on Multi30k en-de")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder with multi30k/")
    parser.add_argument("--work", type=Path, default=Path("translation-benchmark"), help="what is trained once is kept there")
    parser.add_argument("--peer", metavar="joeynmt=PYTHON", help="JoeyNMT's interpreter")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of our best recipe of the same sizes")
    parser.add_argument("--updates", type=int, default=1500, help="each model is trained for so many")
    parser.add_argument("--counted", type=int, default=60, help="updates whose speed is measured")
    parser.add_argument("--pairs", type=int, default=29000, help="of the training part")
    parser.add_argument("--lines", type=int, default=1000, help="of test_2016_flickr")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["fitting", "training", "prediction"], help="train the models and stop, or measure one thing")
    options = parser.parse_args()
    name, _, python = (options.peer or f"{PEER}=").partition("=")
    if name != PEER:
        raise SystemExit(f"no peer {name!r}; the peer is {PEER}")
    options.work = options.work.absolute()
    systems = prepare(options, python or None)
    if options.only == "fitting":
        return
    print(f"Multi30k en-de, {options.threads} threads, {options.rounds} rounds: median (smallest .. largest)")
    if options.only != "prediction":
        print_training(options, systems)
    if options.only != "training":
        for beams in BEAMS:
            print_prediction(options, systems, beams)


if __name__ == "__main__":
    main()
