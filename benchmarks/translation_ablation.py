"""What attention, beams and scheduled sampling change: the ablation of a course on translation, on the bundled sample.

    python benchmarks/translation_ablation.py [--work WORK] [--seed 1] [--only NAME ...] [--set TABLE.KEY=VALUE ...]

Each variant is the recipe translation/default with a setting or two, trained with the same seed and kept in WORK (a finished one is not
trained again). Printed as Markdown: BLEU of test with its bootstrap interval for greedy search, 5 and 10 beams; BLEU by the length of the
source (5 beams, the same bins for all). The weights are those with the lowest loss on dev; nothing is chosen on test. About three minutes
of two cores a variant. --set changes all variants, such as training.epochs=2 for a trial.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import seqtasks
from seqtasks.evaluation.bleu import translation_scores
from seqtasks.evaluation.by_length import LengthBin, scores_by_length
from seqtasks.evaluation.score import Score
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.translation.predictor import TranslationPredictor
from seqtasks.tasks.translation.reading import read_translation_part

BEAMS = (1, 5, 10)
VARIANTS = {
    "none": ["decoder.attention=none"],
    "additive": [],
    "general": ["decoder.attention=general"],
    "sparse": ["decoder.normaliser=sparsemax"],
    "scheduled sampling": ["training.scheduled_sampling=inverse_sigmoid", "training.sampling_half=2000"],
}


def train(name: str, run: Path, seed: int, further: list[str]) -> None:
    """By the command that a user would type."""
    settings = [*VARIANTS[name], f"training.seed={seed}", *further]
    command = [sys.executable, "-m", "seqtasks.cli.main", "run", "translation", "--out", str(run), "--overwrite"]
    print(f"training {name} ...", file=sys.stderr, flush=True)
    subprocess.run([*command, *(part for value in settings for part in ("--set", value))], check=True, stdout=sys.stderr)


def measure(run: Path) -> tuple[list[Score], list[LengthBin]]:
    """BLEU for each number of beams, and by length."""
    predictor = seqtasks.load(run)
    if not isinstance(predictor, TranslationPredictor):
        raise SystemExit(f"{run} is no translation run")
    data = predictor.recipe.data
    pairs = read_parts(data, DataLocations(None), read_translation_part)["test"].examples
    sources, references = [pair.source for pair in pairs], [pair.target for pair in pairs]
    scores, bins = [], []
    for beams in BEAMS:
        texts = [best[0].text for best in predictor.translate(sources, beams=beams)]
        scores.append(translation_scores(texts, references, language=data.target, split="test", head="translation")[0])
        if beams == 5:
            bins = scores_by_length(sources, texts, references, language=data.target, split="test", head="translation")
    return scores, bins


def shown(score: Score) -> str:
    """Value and interval."""
    low, high = score.interval or (float("nan"), float("nan"))
    return f"{score.value:.1f} ({low:.1f} to {high:.1f})"


def row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("translation-ablation"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=[*VARIANTS], default=[*VARIANTS])
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", dest="further")
    options = parser.parse_args()
    found = {}
    for name in options.only:
        run = options.work / f"{name.replace(' ', '-')}-{options.seed}"
        if not (run / "metrics.json").exists():
            train(name, run, options.seed, options.further)
        found[name] = measure(run)
    print(row(["attention", *("greedy" if beams == 1 else f"{beams} beams" for beams in BEAMS)]))
    print(row(["---"] * (1 + len(BEAMS))))
    for name, (scores, _) in found.items():
        print(row([name, *map(shown, scores)]))
    first = next(iter(found.values()))[1]
    print("\n" + row(["words of the source", *(f"{one.name} ({one.lines} lines)" for one in first)]))
    print(row(["---"] * (1 + len(first))))
    for name, (_, bins) in found.items():
        print(row([name, *(shown(one.bleu) for one in bins)]))


if __name__ == "__main__":
    main()
