from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.corpora.documents import in_context, pairs_in_context, sentence_of, without_breaks
from seqtasks.text.corpora.examples import SentencePair

LINES = st.lists(st.sampled_from(["", " ", "One.", "Two.", "Three  spaces ", "Four\u2028."]), max_size=12)


def by_hand(lines, number, sentences):
    """The lines of the document before line `number`, the nearest ones."""
    before = []
    for line in lines[:number]:
        before = [*before, line] if line.strip() else []
    return before[len(before) - min(sentences, len(before)) :]


@given(lines=LINES, sentences=st.integers(1, 5))
def test_a_line_comes_after_the_lines_before_it_in_its_document(lines, sentences):
    found = list(in_context(lines, sentences))
    assert len(found) == len(lines)
    for number, (line, text) in enumerate(zip(lines, found, strict=True)):
        assert text == ("\n".join([*by_hand(lines, number, sentences), line]) if line.strip() else "")
        assert sentence_of(text) == (line if line.strip() else "")


@given(lines=LINES, sentences=st.integers(1, 5))
def test_lines_in_context_stay_as_they_are(lines, sentences):
    once = list(in_context(lines, sentences))
    assert list(in_context(once, sentences)) == once


def test_a_context_that_is_given_is_kept_and_a_sentence_goes_on_from_it():
    assert list(in_context(["x\ny\nz", "w"], 2)) == ["x\ny\nz", "z\nw"]


def test_pairs_keep_their_targets_their_lines_and_their_blank_ones():
    pairs = [SentencePair("a", "A", 1), SentencePair("b", "B", 2), SentencePair("", "", 3), SentencePair("c", "", 4)]
    found = pairs_in_context(pairs, 3)
    assert found == [SentencePair("a", "A", 1), SentencePair("a\nb", "B", 2), SentencePair("", "", 3), SentencePair("c", "", 4)]
    assert without_breaks(found) == [found[0], found[1], found[3]]


def test_lines_are_read_no_further_than_asked():
    def lines():
        yield "one"
        raise RuntimeError("read too far")

    assert next(in_context(lines(), 2)) == "one"
