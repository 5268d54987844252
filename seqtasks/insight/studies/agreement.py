"""Agreement of subject and verb over nested clauses, with the words of the bundled sample: "the boy that the girls help arrives ."

A sentence nests relative clauses in each other's middle, so its verbs stand in the reverse order of their subjects, and between a subject
and its verb stand other nouns, each singular or plural as the dice fall (attractors where they differ; some stand in a phrase of their own,
"near the kings"). A small language model is trained on such sentences; then it is asked, at the last verb, whether the form that agrees
with the first noun is more probable than the other form of the same verb (contrastive scoring: Linzen et al. 2016; Marvin and Linzen 2018).
No word near the verb tells: guessing gets one half. B sentences, S words, V vocabulary.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor

from seqtasks.errors import DataError
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.examples import TaggedSentence

NOUNS, VERBS = 12, 8  # lemmas of each kind that are used
FUNCTION_WORDS = ("the", "that", "near", ".")
THE, THAT, NEAR, STOP = range(len(FUNCTION_WORDS))
SINGULAR, PLURAL = {"NN": 0, "VBZ": 0}, {"NNS": 1, "VBP": 1}
FORMS = SINGULAR | PLURAL
WITH_OBJECT, WITHOUT = ("DT", "PRP$", "NN", "NNS", "JJ", "NNP"), (".", ",", "IN")


@dataclass(frozen=True)
class AgreementLexicon:
    """Pairs of singular and plural form: nouns of persons, verbs with and without an object."""

    nouns: tuple[tuple[str, str], ...]
    transitive: tuple[tuple[str, str], ...]
    intransitive: tuple[tuple[str, str], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The vocabulary: function words, then the pairs of all kinds; the plural of an even-numbered pair is one further on."""
        return (*FUNCTION_WORDS, *(form for pair in (*self.nouns, *self.transitive, *self.intransitive) for form in pair))

    def starts(self) -> tuple[int, int, int]:
        """Numbers of the first noun, the first verb with an object and the first without."""
        first = len(FUNCTION_WORDS)
        return first, first + 2 * len(self.nouns), first + 2 * len(self.nouns) + 2 * len(self.transitive)


def read_lexicon(path: Path) -> AgreementLexicon:
    """From a CoNLL-U file with lemmas and Penn tags: nouns and verbs whose forms are of one part of speech alone, the most frequent ones.

    Nouns by how often a present verb follows them; verbs by how often an object follows, or none does. Raises DataError for a file that has
    too few of them.
    """
    sentences = read_conllu(path, layers=("lemma", "upos", "xpos")).examples
    forms, kinds = forms_of(sentences)
    ranks = {kind: Counter[str]() for kind in ("noun", "transitive", "intransitive")}
    for sentence in sentences:
        lemmas, tags, upos = (sentence.tags[layer] for layer in ("lemma", "xpos", "upos"))
        for lemma, tag, word_class, after in zip(lemmas, tags, upos, tags[1:], strict=False):
            if tag in ("NN", "NNS") and after in ("VBZ", "VBP"):
                ranks["noun"][lemma] += 1
            elif tag in ("VBZ", "VBP") and word_class == "VERB":
                ranks["transitive"][lemma] += (after in WITH_OBJECT) - (after in WITHOUT)
                ranks["intransitive"][lemma] += (after in WITHOUT) - (after in WITH_OBJECT)

    def most_frequent(rank: str, kind: str, count: int) -> tuple[tuple[str, str], ...]:
        clear = [lemma for lemma, _ in ranks[rank].most_common() if pair_of(forms[kind, lemma], kinds)]
        if len(clear) < count:
            raise DataError(path, 0, f"has {len(clear)} clear {rank} lemmas, {count} are needed", "Give a larger sample")
        return tuple(pair_of(forms[kind, lemma], kinds) or ("", "") for lemma in clear[:count])

    return AgreementLexicon(
        most_frequent("noun", "N", NOUNS), most_frequent("transitive", "V", VERBS), most_frequent("intransitive", "V", VERBS)
    )


Forms = dict[tuple[str, str], dict[int, Counter[str]]]  # (kind, lemma) -> singular and plural forms


def forms_of(sentences: list[TaggedSentence]) -> tuple[Forms, dict[str, set[str]]]:
    """Forms of nouns and present verbs by lemma, and the kinds of tags that each word is seen with."""
    forms: Forms = defaultdict(lambda: {0: Counter(), 1: Counter()})
    kinds: dict[str, set[str]] = defaultdict(set)
    for sentence in sentences:
        for word, lemma, tag in zip(sentence.words, sentence.tags["lemma"], sentence.tags["xpos"], strict=True):
            kinds[word.lower()].add(tag[0])
            if tag in FORMS:
                forms[tag[0], lemma][FORMS[tag]][word.lower()] += 1
    return forms, kinds


def pair_of(forms: dict[int, Counter[str]], kinds: dict[str, set[str]]) -> tuple[str, str] | None:
    """The one singular and the one plural form, if both are seen, differ, and are nothing else."""
    if any(len(forms[number]) != 1 for number in (0, 1)):
        return None
    singular, plural = next(iter(forms[0])), next(iter(forms[1]))
    return (singular, plural) if singular != plural and len(kinds[singular] | kinds[plural]) == 1 else None


@dataclass(frozen=True)
class Frame:
    """The shape of a sentence. near: for each subject, outermost first, whether a phrase with a noun of its own follows it."""

    near: tuple[bool, ...]

    @classmethod
    def draw(cls, deepest: int, generator: Generator) -> Frame:
        """0 to `deepest` nested clauses, each as likely; a quarter of the subjects have a phrase."""
        subjects = 1 + int(torch.randint(0, deepest + 1, (1,), generator=generator))
        return cls(tuple((torch.rand(subjects, generator=generator) < 0.25).tolist()))

    @property
    def distance(self) -> int:
        """Words from the first noun to its verb."""
        return 4 * (len(self.near) - 1) + 1 + 3 * sum(self.near)


@dataclass(frozen=True)
class Sentences:
    """words_BS; the last verb stands at the last word but one, and other_B is its other form."""

    words_BS: Tensor
    other_B: Tensor

    def spelled(self, words: tuple[str, ...]) -> list[str]:
        return [" ".join(words[number] for number in row) for row in self.words_BS.tolist()]


def draw_sentences(lexicon: AgreementLexicon, frame: Frame, count: int, generator: Generator) -> Sentences:
    """Sentences of one shape: subjects from the outermost to the innermost, then their verbs back again, and a full stop."""
    noun, transitive, intransitive = lexicon.starts()

    def draw(first: int, pairs: int, number_B: Tensor) -> Tensor:
        return first + 2 * torch.randint(0, pairs, (count,), generator=generator) + number_B

    def number() -> Tensor:
        return torch.randint(0, 2, (count,), generator=generator)

    def same(word: int) -> Tensor:
        return torch.full((count,), word)

    columns, numbers = [], []
    for place, near in enumerate(frame.near):
        numbers.append(number())
        columns += [] if place == 0 else [same(THAT)]
        columns += [same(THE), draw(noun, len(lexicon.nouns), numbers[-1])]
        columns += [same(NEAR), same(THE), draw(noun, len(lexicon.nouns), number())] if near else []
    columns += [draw(transitive, len(lexicon.transitive), number_B) for number_B in reversed(numbers[1:])]
    last_B = draw(intransitive, len(lexicon.intransitive), numbers[0])
    other_B = last_B + 1 - 2 * numbers[0]
    return Sentences(torch.stack([*columns, last_B, same(STOP)], dim=1), other_B)
