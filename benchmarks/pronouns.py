"""How often translations of the bundled documents have the gender of an earlier sentence: what hierarchical and flat attention differ in.

    python -m benchmarks.pronouns RUN [RUN ...] --against RUN [RUN ...]

RUN is a run on the sample's documents, or the folder of its seeds (seqtasks run translation documents --seeds 3 --out RUN). Two kinds of
the sentences of test are counted: those that begin with It or They, where the French pronoun has the gender of a noun some sentences back;
and all with it, they, them or I, which are right if they are the reference, since adjectives and participles agree, too. The difference has
a paired bootstrap interval over sentences, of the mean over runs.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np

from seqtasks.comparison.finished_runs import seeds_of
from seqtasks.comparison.translators import TranslatedRun
from seqtasks.evaluation.significance import paired_bootstrap
from seqtasks.text.corpora.lines import read_lines

DATA = Path(__file__).parent.parent / "data" / "documents"
KINDS = {  # title -> (which English sentences, how much of the French one is looked at: the first word, or all)
    "It, They: the pronoun": (re.compile(r"(It|They)\b"), 1),
    "it, them, I: the sentence": (re.compile(r"(.*\b)?([Ii]t|[Tt]hey|them|I)\b"), None),
}


def lines_of(path: Path) -> list[str]:
    """The lines of a file."""
    return [line for _, line in read_lines(path)]


def right_of(runs: list[Path], chosen: list[int], words: int | None) -> np.ndarray:
    """right_RN: of each run, which of the chosen sentences of test have the reference's first words, or all."""
    references = lines_of(DATA / "test.fr")
    rows = []
    for path in runs:
        texts = TranslatedRun(path).translations("test")
        rows.append([texts[place].split()[:words] == references[place].split()[:words] for place in chosen])
    return np.array(rows, dtype=float)


def main() -> None:
    """Print the shares of both, and the difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--against", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    sides = [[run for path in paths for run in seeds_of(path)] for paths in (options.runs, options.against)]
    sources = lines_of(DATA / "test.en")
    for title, (pattern, words) in KINDS.items():
        chosen = [place for place, line in enumerate(sources) if pattern.match(line)]
        found = [right_of(runs, chosen, words) for runs in sides]
        print(f"{title} ({len(chosen)} sentences)")
        for name, right_RN in zip(("runs", "against"), found, strict=True):
            runs = ", ".join(f"{100 * share:.1f}" for share in sorted(right_RN.mean(axis=1)))
            print(f"  {name:20s} median {100 * np.median(right_RN.mean(axis=1)):.1f} % of {runs}")
        ours_N2, other_N2 = (np.stack([right_RN.mean(axis=0), np.ones(len(chosen))], axis=1) for right_RN in found)
        difference = paired_bootstrap(other_N2, ours_N2, seed=1)
        low, high = difference.interval or (np.nan, np.nan)
        print(f"  difference of means  {difference.difference:+.1f} ({low:+.1f} to {high:+.1f}), p {difference.p:.3f}")


if __name__ == "__main__":
    main()
