"""Sentences that never end: cut at full stops, never within an entity, with nothing lost."""

from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.long_sentences import cut_sentences, pieces
from seqtasks.text.tags import Span, spans_of

TAGS = ("O", "B-X", "I-X")


def corpus(*sentences: TaggedSentence) -> Corpus[TaggedSentence]:
    return Corpus(list(sentences), "x.bio", "")


@given(st.lists(st.tuples(st.sampled_from(("a", ".")), st.sampled_from(TAGS)), min_size=1, max_size=30), st.integers(1, 8))
def test_pieces_joined_are_the_sentence_and_entities_stay_whole(rows, limit):
    words, tags = tuple(word for word, _ in rows), tuple(tag for _, tag in rows)
    found = pieces(TaggedSentence(words, {"ner": tags}, 7), limit)
    assert sum((piece.words for piece in found), ()) == words
    assert sum((piece.tags["ner"] for piece in found), ()) == tags
    assert {piece.line for piece in found} == {7}
    begin, spans = 0, []
    for piece in found:
        spans += [Span(one.start + begin, one.end + begin, one.label) for one in spans_of(piece.tags["ner"], "BIO")]
        assert len(piece.words) <= limit or all(tag == "I-X" for tag in piece.tags["ner"][limit:])
        begin += len(piece.words)
    assert spans == spans_of(tags, "BIO")


def test_a_piece_ends_after_its_last_full_stop() -> None:
    words = ("a", "b", ".", "c", ".", "d", "e", "f", "g")
    found = pieces(TaggedSentence(words, {"pos": tuple("x" * 9)}, 1), 6)
    assert [" ".join(piece.words) for piece in found] == ["a b . c .", "d e f g"]


def test_spans_that_cross_a_border_are_kept_whole_and_counted_from_their_piece() -> None:
    spans = (Span(1, 4, "X"), Span(5, 6, "Y"))
    found = pieces(TaggedSentence(tuple("abcdef"), {"ner": ("O",) * 6}, 1, spans), 3)
    assert [(piece.words, piece.spans) for piece in found] == [
        (("a",), ()),
        (tuple("bcd"), (Span(0, 3, "X"),)),
        (tuple("ef"), (Span(1, 2, "Y"),)),
    ]


def test_long_sentences_are_noted_and_cut_only_where_it_is_asked_for() -> None:
    long = TaggedSentence(("a",) * 1001, {"pos": ("x",) * 1001}, 3)
    short = TaggedSentence(("b",), {"pos": ("x",)}, 1)
    told = cut_sentences(corpus(short, long), 0)
    assert told.examples == [short, long]
    assert told.notes == (
        "x.bio: 1 sentences of more than 1,000 words (first at line 3, 1,001 words): are blank lines missing? "
        "data.max_words = 100 would cut them at full stops",
    )
    cut = cut_sentences(corpus(short, long), 500)
    assert [len(one.words) for one in cut] == [1, 500, 500, 1]
    assert cut.told == ("x.bio: 1 sentences of more than 500 words are cut (first at line 3, 1,001 words)",)
    assert cut_sentences(corpus(short), 0).notes == ()
