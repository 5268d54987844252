"""Our word aligner on Multi30k: seconds, perplexity, agreement, coverage of shortlists, some alignments; and NLTK's IBM-1 beside ours.

    python benchmarks/align.py --data-dir DIR [--pair en-de] [--show 10] [--nltk 1000]

DIR has multi30k/ with train.en.gz, val.en.gz and so on. Words are lower-cased runs of letters and digits; other signs stand alone. Seconds
are processor time of this process with one thread, so that another program on the machine does not count.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})

import numpy as np

from seqtasks.align import Lexicon, Shortlists, Trained, train_aligner
from seqtasks.align.corpus import Side
from seqtasks.datasets.folders import find_file
from seqtasks.text.corpora.lines import read_lines
from seqtasks.text.encoded import Ragged

SIZES = (5, 10, 20, 50, 100)
FREQUENT = (100, 300)
T = TypeVar("T")
Sentences = list[list[str]]


def timed(function: Callable[[], T]) -> tuple[T, float]:
    """The result, and the seconds of processor time it took."""
    started = time.process_time()
    return function(), time.process_time() - started


def read(data_dir: Path, name: str) -> Sentences:
    """The lines of a part as words."""
    file = find_file(data_dir / "multi30k", name)
    if file is None:
        raise SystemExit(f"no {name} or {name}.gz in {data_dir / 'multi30k'}")
    return [re.findall(r"\w+|[^\w\s]", line.lower()) for _, line in read_lines(file)]


def trained(source: Side, target: Side, model: str, iterations: int) -> tuple[Trained, float]:
    sizes = {"source_words": len(source.words), "target_words": len(target.words)}
    return timed(
        lambda: train_aligner(source.sentences, target.sentences, model=model, iterations=iterations, hmm_iterations=iterations, **sizes)
    )


def print_models(source: Side, target: Side) -> Trained:
    """Seconds, perplexity and agreement of both models; the HMM."""
    for model in ("ibm1", "hmm"):
        found, seconds = trained(source, target, model, 5)
        links, seconds_linked = timed(found.alignments)
        both, either = (len(found.alignments(symmetrisation=name).sources_L) for name in ("intersection", "union"))
        ways = " and ".join(f"{way.perplexities[0]:,.0f} -> {way.perplexities[-1]:.1f}" for way in (found.forward, found.backward))
        print(f"{model:5s} both directions {seconds:.1f} s, grow-diag-final-and {seconds_linked:.1f} s; perplexity {ways};")
        print(f"      {len(links.sources_L):,} links, both directions agree on {100 * both / either:.1f} % of {either:,}")
    return found


def print_alignments(found: Trained, source: Sentences, target: Sentences, count: int) -> None:
    links = found.alignments()
    for pair in range(0, len(source), max(1, len(source) // max(1, count)))[:count]:
        print(f"  {' '.join(source[pair])}\n  {' '.join(target[pair])}")
        print("    ", " ".join(f"{source[pair][left]}={target[pair][right]}" for left, right in links[pair]))


def print_coverage(lexicon: Lexicon, source: Sentences, target: Sentences) -> None:
    """Which share of the reference's words is in the shortlist, of all and of those that training knows; and how long the lists are."""
    print("shortlists, val: candidates a word, most frequent words, share of reference tokens (of known ones), mean and longest list")
    for frequent in FREQUENT:
        for size in SIZES:
            lists = Shortlists.of(lexicon, lexicon.source, lexicon.target, size=size, frequent=frequent)
            inside, known, lengths = 0, 0, []
            for left, right in zip(source, target, strict=True):
                ids = lists.ids(lexicon.source.ids(left))
                words = [number for word in right if (number := lexicon.target.id(word)) is not None]
                inside, known = inside + int(np.isin(words, ids).sum()), known + len(words)
                lengths.append(len(ids))
            tokens = sum(map(len, target))
            print(f"  {size:4d} {frequent:4d}   {100 * inside / tokens:.2f} % ({100 * inside / known:.2f} %)", end="")
            print(f"   {np.mean(lengths):5.0f} {max(lengths):5d} of {len(lexicon.target):,}")


def print_peer(source: Sentences, target: Sentences, pairs: int, iterations: int = 5) -> None:
    """NLTK's IBMModel1 and ours, plain EM, the same pairs: seconds and the largest difference of a probability.

    Pairs with a repeated target word are left out: NLTK counts such a word half each time, and ours fully.
    """
    from nltk.translate import AlignedSent, IBMModel1

    kept = [(left, right) for left, right in zip(source, target, strict=True) if left and right and len({*right}) == len(right)][:pairs]
    sides = [Side.of([pair[side] for pair in kept]) for side in (0, 1)]
    sizes = {"source_words": len(sides[0].words), "target_words": len(sides[1].words)}
    from seqtasks.align.one_way import fit

    options = {"iterations": iterations, "hmm_iterations": 0, "alpha": 0.0, "null": 0.1, **sizes}
    ours, seconds = timed(lambda: fit(sides[0].sentences, sides[1].sentences, **options))
    peer, peer_seconds = timed(lambda: IBMModel1([AlignedSent(right, left) for left, right in kept], iterations))
    table, worst = ours.model.table, 0.0
    for owner, word, probability in zip(table.sources.tolist(), table.targets_C.tolist(), table.probabilities_C.tolist(), strict=True):
        name = None if owner == 0 else sides[0].words.list[owner - 1]
        if probability > table.unseen[owner]:  # smaller ones are raised to it after training
            worst = max(worst, abs(probability - peer.translation_table[sides[1].words.list[word]][name]))
    print(f"IBM-1, {len(kept):,} pairs, {iterations} iterations, one direction: ours {seconds:.2f} s, NLTK {peer_seconds:.2f} s:", end=" ")
    print(f"{peer_seconds / seconds:.0f}x; largest difference of a probability {worst:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Word alignment on Multi30k")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder with multi30k/")
    parser.add_argument("--pair", default="en-de", help="source and target language")
    parser.add_argument("--show", type=int, default=10, help="alignments to print")
    parser.add_argument("--nltk", type=int, default=1000, help="pairs given to NLTK; 0 leaves it out")
    options = parser.parse_args()
    languages = options.pair.split("-")
    train = [read(options.data_dir, f"train.{language}") for language in languages]
    val = [read(options.data_dir, f"val.{language}") for language in languages]
    source, target = (Side.of(sentences) for sentences in train)
    words = " and ".join(f"{len(side.sentences.values):,}" for side in (source, target))
    print(f"Multi30k {options.pair}: {len(source.sentences):,} pairs, {words} words")
    found = print_models(source, target)
    held_out = [Ragged.from_lists([side.words.ids(row) for row in rows]) for side, rows in zip((source, target), val, strict=True)]
    links, seconds = timed(lambda: found.aligner.align(*held_out))
    print(f"val: {len(links):,} pairs aligned in {seconds:.2f} s, {len(links.sources_L):,} links")
    print_alignments(found, *train, options.show)
    print_coverage(Lexicon.of(found.aligner, source.words, target.words), *val)
    if options.nltk:
        print_peer(*train, options.nltk)


if __name__ == "__main__":
    main()
