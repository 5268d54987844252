"""Scores by length against sacrebleu on the lines of each bin."""

import random
from collections import Counter

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.evaluation.bleu import translation_scores
from seqtasks.evaluation.by_length import BINS, FEWEST, FIXED, equal_ends, scores_by_length

WORDS = ["un", "homme", "voit", "le", "chien", "rouge", "dans", "parc"]


def corpus(count: int, longest: int) -> tuple[list[str], list[str], list[str]]:
    chance = random.Random(5)
    references = [" ".join(chance.choices(WORDS, k=chance.randint(1, longest))) for _ in range(count)]
    sources = [f"{text} ." for text in references]
    return sources, [" ".join(word for word in text.split() if chance.random() < 0.9) for text in references], references


def test_each_bin_has_the_scores_of_its_lines() -> None:
    sources, texts, references = corpus(40, 26)
    found = scores_by_length(sources, texts, references, language="fr", split="test", head="h", ends=FIXED[:2], samples=20, seed=3)
    low = 1
    for one, high in zip(found, [*FIXED[:2], 1000], strict=True):
        lines = [line for line, source in enumerate(references) if low <= len(source.split()) <= high]
        chosen, answers = [texts[line] for line in lines], [references[line] for line in lines]
        assert one.lines == len(lines)
        assert (one.shortest, one.longest) == tuple(end(len(references[line].split()) for line in lines) for end in (min, max))
        assert one.bleu.value == pytest.approx(sacrebleu.corpus_bleu(chosen, [answers], force=True).score)
        assert one.chrf.value == pytest.approx(sacrebleu.corpus_chrf(chosen, [answers]).score)
        assert one.length_ratio == pytest.approx(len(" ".join(chosen).split()) / len(" ".join(answers).split()))
        whole = translation_scores(chosen, answers, language="fr", split="test", head="h", samples=20, seed=3)
        assert (one.bleu, one.chrf) == (whole[0], whole[1])
        low = high + 1
    assert [one.name for one in found][:2] == ["1-10", "11-20"]


def test_bins_go_to_json_with_their_scores_and_signatures() -> None:
    (one,) = scores_by_length(["a b", "c d"], ["x y", ""], ["x y", "z"], language="fr", split="test", head="h", samples=0)
    assert one.name == "2"
    entry = one.to_json()
    assert (entry["shortest"], entry["longest"], entry["lines"], entry["length_ratio"]) == (2, 2, 2, 2 / 3)
    assert entry["bleu"]["interval"] is None
    assert entry["bleu"]["signature"].endswith("|sentences:2")
    assert entry["chrf"]["name"] == "chrf"


def test_of_several_references_bleu_takes_all_and_the_ratio_those_nearest_in_length() -> None:
    texts, first, second = ["x y z", "x y"], ["x y", "x y"], ["a b c d", "x"]
    (one,) = scores_by_length(["a b", "c d"], texts, first, second, language="fr", split="test", head="h", samples=0)
    whole = translation_scores(texts, first, second, language="fr", split="test", head="h", samples=0)
    assert (one.bleu, one.chrf) == (whole[0], whole[1])
    assert one.length_ratio == 5 / 4
    with pytest.raises(ValueError, match="2 hypotheses"):
        scores_by_length(["a b", "c d"], texts, first, ["x"], language="fr", split="test", head="h")


def test_sources_without_a_word_are_in_no_bin_and_no_source_gives_no_bin() -> None:
    found = scores_by_length(["a", "", "..."], ["x", "", "y"], ["", "", ""], language="fr", split="test", head="h", ends=[1], samples=0)
    assert [(one.lines, one.length_ratio) for one in found] == [(1, None)]
    assert scores_by_length([], [], [], language="fr", split="test", head="h") == []


@given(st.lists(st.integers(1, 30), max_size=300))
def test_bins_of_equally_many_lines_hold_enough_lines_each(lengths: list[int]) -> None:
    ends = equal_ends(lengths)
    assert ends == sorted(set(ends))
    assert len(ends) < BINS
    places = Counter(sum(length > end for end in ends) for length in lengths)
    assert len(places) == (len(ends) + 1 if lengths else 0)
    assert not ends or min(places.values()) >= FEWEST


def test_lines_that_are_not_aligned_and_ends_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="^1 sources but 2 hypotheses; they must be aligned one to one$"):
        scores_by_length(["a"], ["a", "b"], ["a", "b"], language="fr", split="test", head="h")
    with pytest.raises(ValueError, match="^1 hypotheses but 0 references; they must be aligned one to one$"):
        scores_by_length(["a"], ["a"], [], language="fr", split="test", head="h")
    with pytest.raises(ValueError, match="^the ends of bins must rise, not 10, 10$"):
        scores_by_length(["a"], ["a"], ["a"], language="fr", split="test", head="h", ends=[10, 10])
