"""BLEU and chrF of translations by the length of their source, as in Bahdanau et al. (2015, figure 2) and Luong et al. (2015, figure 6).

Lengths are words without punctuation (`seqtasks.text.tokenizers`). Bins are either of fixed ends (FIXED: 1-10, 11-20, ...) or of about
equally many lines, so that short corpora fill all of them. The interval of a bin is drawn from its own lines: few make it wide.
Corpus BLEU of a part is not the mean of its bins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from seqtasks.evaluation.bleu import bleu, chrf, scored
from seqtasks.evaluation.score import Score, check_same_lengths
from seqtasks.text.tokenizers import plain_words

BINS = 5
FEWEST = 20  # lines of a bin of equally many lines, at least: a smaller part has fewer bins
FIXED = (10, 20, 30, 40, 50)  # the last length of each bin; what is longer is a bin of its own


@dataclass(frozen=True)
class LengthBin:
    """Lines whose source has `shortest` to `longest` words, lengths that occur; length_ratio: words of outputs over those of references,
    of several of the one nearest in length.
    """

    shortest: int
    longest: int
    lines: int
    length_ratio: float | None
    bleu: Score
    chrf: Score

    @property
    def name(self) -> str:
        """ "11-20", or "7" for one length."""
        return f"{self.shortest}-{self.longest}" if self.longest > self.shortest else f"{self.shortest}"

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json."""
        return {**asdict(self), "bleu": self.bleu.to_json(), "chrf": self.chrf.to_json()}


def scores_by_length(
    sources: Sequence[str],
    hypotheses: Sequence[str],
    *references: Sequence[str],
    language: str,
    split: str,
    head: str,
    ends: Sequence[int] | None = None,
    seed: int = 1,
    samples: int = 1000,
) -> list[LengthBin]:
    """The bins that hold lines, the shortest first, against one or several references of each line. Sources without a word are left out.

    ends: the last length of each bin, such as FIXED; None for bins of about equally many lines. language: the target's code.
    Raises ValueError where they are not aligned, or the ends do not rise.
    """
    check_same_lengths(sources, hypotheses, ("sources", "hypotheses"))
    for side in references:
        check_same_lengths(hypotheses, side, ("hypotheses", "references"))
    lengths = [len(plain_words(source)) for source in sources]
    ends = equal_ends([length for length in lengths if length]) if ends is None else list(ends)
    if any(after <= one for one, after in pairwise(ends)):
        raise ValueError(f"the ends of bins must rise, not {', '.join(map(str, ends))}")
    members: list[list[int]] = [[] for _ in range(len(ends) + 1)]
    for line, length in enumerate(lengths):
        if length:
            members[bisect_left(ends, length)].append(line)
    found = []
    for lines in filter(None, members):
        texts, answers = [hypotheses[line] for line in lines], [[side[line] for line in lines] for side in references]
        here = [lengths[line] for line in lines]
        scores = [
            scored(name, kind, texts, *answers, split=split, head=head, seed=seed, samples=samples)
            for name, kind in (("bleu", bleu(language)), ("chrf", chrf(language)))
        ]
        found.append(LengthBin(min(here), max(here), len(lines), ratio(texts, *answers), *scores))
    return found


def ratio(texts: Sequence[str], *answers: Sequence[str]) -> float | None:
    """Words of the texts over those of the answers, of several of a line of the one nearest in length; None where these have none."""
    written = [len(plain_words(text)) for text in texts]
    wanted = [[len(plain_words(answer)) for answer in row] for row in zip(*answers, strict=True)]
    nearest = sum(min(row, key=lambda words: (abs(words - own), words)) for own, row in zip(written, wanted, strict=True))
    return sum(written) / nearest if nearest else None


def equal_ends(lengths: Sequence[int], *, bins: int = BINS) -> list[int]:
    """Ends of up to `bins` bins of about equally many lines, of FEWEST lines at least. Lines of one length are never parted."""
    counts, wanted, ends = Counter(lengths), max(FEWEST, len(lengths) / bins), []
    held, left = 0, len(lengths)
    for length in sorted(counts):
        held, left = held + counts[length], left - counts[length]
        if held >= wanted and left >= FEWEST:
            ends.append(length)
            held = 0
    return ends
