"""The HMM taggers that are fitted beside a network whose heads pool them (`head.hmm`)."""

from __future__ import annotations

from collections.abc import Sequence

from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.hmm_priors import Sentences
from seqtasks.tasks.tagging.parts import TaggedParts
from seqtasks.text.corpora.examples import TaggedSentence

SCHEMES = ("BIO", "BIOES")  # that the HMM knows; to it tags in another one are labels without a scheme


def fitted(words: Sentences, tags: Sentences, scheme: str | None) -> HMMTagger:
    """A tagger of its default options."""
    return HMMTagger(scheme=scheme if scheme in SCHEMES else None).fit(words, tags)


def fit_hmms(parts: TaggedParts, heads: Sequence[str]) -> dict[str, HMMTagger]:
    """A tagger for each of the heads, fitted on its training part."""
    return {head: fitted(words_of(parts.kept[head]), parts.tags(head, parts.kept[head]), parts.schemes.get(head)) for head in heads}


def words_of(part: Sequence[TaggedSentence]) -> list[Sequence[str]]:
    return [sentence.words for sentence in part]
