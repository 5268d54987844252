"""Sentences of the agreement study parse, and each verb agrees with its own noun; the lexicon is the sample's."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from seqtasks.errors import DataError
from seqtasks.insight.studies.agreement import AgreementLexicon, Frame, draw_sentences, read_lexicon
from tests.miniature.corpora import write

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "pos" / "train.conllu"
SMALL = AgreementLexicon(
    nouns=(("boy", "boys"), ("child", "children")), transitive=(("helps", "help"),), intransitive=(("comes", "come"), ("goes", "go"))
)
NUMBERS = {
    form: number for pairs in (SMALL.nouns, SMALL.transitive, SMALL.intransitive) for pair in pairs for number, form in enumerate(pair)
}


def parse_clause(words: list[str]) -> None:
    """Takes "the N [near the N] [that CLAUSE-INSIDE] V" off the front; raises AssertionError where a verb does not agree."""
    assert words.pop(0) == "the"
    noun = words.pop(0)
    if words[0] == "near":
        assert words[1] == "the" and words[2] in NUMBERS
        del words[:3]
    if words[0] == "that":
        words.pop(0)
        parse_clause(words)
    assert NUMBERS[words.pop(0)] == NUMBERS[noun]


@pytest.mark.parametrize("near", [(False,), (True,), (False, True), (True, True, False), (False,) * 5])
def test_every_verb_agrees_with_its_own_noun(near: tuple[bool, ...]) -> None:
    frame = Frame(near)
    sentences = draw_sentences(SMALL, frame, 60, torch.Generator().manual_seed(2))
    for row, other, spelled in zip(sentences.words_BS, sentences.other_B, sentences.spelled(SMALL.words), strict=True):
        words = spelled.split()
        assert len(words) - 3 == frame.distance  # the first noun is the second word, its verb the last but one
        verb, wrong = words[-2], SMALL.words[int(other)]
        assert {verb, wrong} in [set(pair) for pair in SMALL.intransitive] and verb != wrong
        assert NUMBERS[verb] == NUMBERS[words[1]] and int(row[-2]) == SMALL.words.index(verb)
        parse_clause(words)
        assert words == ["."]


def test_numbers_of_nouns_are_independent_so_that_no_word_near_the_verb_tells() -> None:
    sentences = draw_sentences(SMALL, Frame((False, False)), 4000, torch.Generator().manual_seed(1)).spelled(SMALL.words)
    rows = [[NUMBERS[words[place]] for place in (1, 4, 5, 6)] for words in (sentence.split() for sentence in sentences)]
    first, second, inner, last = (torch.tensor(column) for column in zip(*rows, strict=True))
    assert torch.equal(first, last) and torch.equal(second, inner)
    assert (first == second).double().mean().item() == pytest.approx(0.5, abs=0.03)


def test_frames_nest_up_to_the_deepest_clause() -> None:
    generator = torch.Generator().manual_seed(1)
    frames = [Frame.draw(3, generator) for _ in range(400)]
    assert {len(frame.near) for frame in frames} == {1, 2, 3, 4}
    phrases = [near for frame in frames for near in frame.near]
    assert sum(phrases) / len(phrases) == pytest.approx(0.25, abs=0.05)


def test_the_lexicon_has_words_of_one_part_of_speech_and_two_numbers() -> None:
    lexicon = read_lexicon(SAMPLE)
    assert ("child", "children") in lexicon.nouns and ("helps", "help") in lexicon.transitive
    assert ("arrives", "arrive") in lexicon.intransitive
    assert len(set(lexicon.words)) == len(lexicon.words) == 4 + 2 * (12 + 8 + 8)
    assert not {"guards", "judge", "is", "does", "have"} & set(lexicon.words)  # nouns and verbs alike; auxiliaries


def test_a_file_with_too_few_words_is_refused(tmp_path: Path) -> None:
    rows = "1\tBoys\tboy\tNOUN\tNNS\t_\t_\t_\t_\t_\n2\tcome\tcome\tVERB\tVBP\t_\t_\t_\t_\t_\n3\t.\t.\tPUNCT\t.\t_\t_\t_\t_\t_\n\n"
    path = write(tmp_path / "few.conllu", rows)
    with pytest.raises(DataError, match=r"few\.conllu: has 0 clear noun lemmas, 12 are needed\. Give a larger sample"):
        read_lexicon(path)
