"""How sure a tagger is of each of its answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqtasks.hmm.tagger import HMMTagger


def tags_with_confidence(tagger: HMMTagger, sentences: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[list[float]]]:
    """The tags that `predict` gives, and the posterior probability of each, 0 to 1."""
    number = {tag: position for position, tag in enumerate(tagger.classes_)}
    tags = tagger.predict(sentences)
    tables = tagger.predict_proba(sentences)
    chosen = [np.array([number[tag] for tag in row], dtype=np.intp) for row in tags]
    return tags, [table[np.arange(len(row)), row].tolist() for row, table in zip(chosen, tables, strict=True)]
