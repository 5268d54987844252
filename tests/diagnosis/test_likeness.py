"""How near a translation is to a reference: sacrebleu's chrF, the F1 of words by their counts, and the nearest of several references."""

import pytest
import sacrebleu

from seqtasks.diagnosis.likeness import chrf, nearest, word_f1


@pytest.mark.parametrize(
    ("translation", "reference"), [("Un chien court.", "Le chien court vite."), ("", "Le chat"), ("abc", "xyz"), ("a", "a")]
)
def test_chrf_is_that_of_sacrebleu(translation: str, reference: str) -> None:
    assert chrf(translation, reference) == pytest.approx(sacrebleu.sentence_chrf(translation, [reference]).score)


def test_lines_without_a_sign_are_alike() -> None:
    assert (chrf("", " "), chrf("", "a")) == (100.0, 0.0)


@pytest.mark.parametrize(
    ("output", "reference", "value"),
    [
        ("a b c", "a b c", 1.0),
        ("c b a", "a b c", 1.0),
        ("a a b", "a b", 4 / 5),
        ("a a", "a b", 1 / 2),
        ("x", "a b", 0.0),
        ("", "", 1.0),
        ("", "a", 0.0),
    ],
)
def test_word_f1_counts_each_word_as_often_as_both_have_it(output: str, reference: str, value: float) -> None:
    assert word_f1(output.split(), reference.split()) == pytest.approx(value)


def test_the_nearest_reference_has_the_highest_chrf_and_is_never_blank() -> None:
    assert nearest("Ce soir il dort.", ["Il dort cette nuit.", "Ce soir, il dort."]) == "Ce soir, il dort."
    assert nearest("", ["", "Il dort."]) == "Il dort."
    assert nearest("x", ["a", "b"]) == "a"
    assert nearest("x", [""]) == ""
    with pytest.raises(ValueError, match="with one reference or several, not with none"):
        nearest("x", [])
