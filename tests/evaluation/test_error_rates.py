"""Exact matches and error rates against counting by the definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.bleu import corpus_value, translation_scores
from tests.oracles.edits import edit_distance

texts = st.text(alphabet="ab é1", max_size=7).map(str.strip)
lines = st.lists(st.tuples(texts, texts), min_size=1, max_size=5)


def value(name: str, hypotheses: list[str], references: list[str]) -> float:
    return corpus_value(name, hypotheses, references, language="en")


@settings(max_examples=80, deadline=None)
@given(lines)
def test_error_rates_are_edits_over_the_units_of_the_references(corpus: list[tuple[str, str]]) -> None:
    hypotheses, references = map(list, zip(*corpus, strict=True))
    for name, units in (("cer", list), ("wer", str.split)):
        edits = sum(edit_distance(tuple(units(one)), tuple(units(other))) for one, other in corpus)
        length = sum(len(units(text)) for text in references)
        wanted = 100 * edits / length if length else 100 * bool(edits)
        assert value(name, hypotheses, references) == pytest.approx(wanted)


@settings(max_examples=40, deadline=None)
@given(lines)
def test_exact_is_the_share_of_whole_outputs_that_are_right(corpus: list[tuple[str, str]]) -> None:
    hypotheses, references = map(list, zip(*corpus, strict=True))
    assert value("exact", hypotheses, references) == pytest.approx(100 * sum(one == other for one, other in corpus) / len(corpus))


def test_white_space_at_the_ends_is_no_error() -> None:
    assert value("exact", ["1954-05-02"], [" 1954-05-02 "]) == 100
    assert value("cer", ["1954-05-02 "], ["1954-05-02"]) == 0


def test_of_several_references_the_nearest_counts() -> None:
    sides = (["ab cd"], ["ab ce"], ["ab xy z"])
    found = {one.name: one for one in translation_scores(*sides, language="en", split="test", head="h", samples=0)}
    assert (found["exact"].value, found["cer"].value, found["wer"].value) == (0, 20, 50)
    assert found["exact"].signature.startswith("nrefs:2|case:mixed|")
    found = {one.name: one.value for one in translation_scores(["b"], ["a"], ["b"], language="en", split="test", head="h", samples=0)}
    assert (found["exact"], found["cer"], found["wer"]) == (100, 0, 0)


def test_signatures_say_what_is_counted_and_by_whom() -> None:
    found = {one.name: one.signature for one in translation_scores(["a"], ["a"], language="en", split="t", head="h", samples=0)}
    assert "|unit:character|rapidfuzz:" in found["cer"] and "|unit:word|rapidfuzz:" in found["wer"]


def test_word_error_rate_is_not_given_for_languages_without_spaces() -> None:
    names = [one.name for one in translation_scores(["你好"], ["你好"], language="zh", split="t", head="h", samples=0)]
    assert "wer" not in names and "cer" in names
