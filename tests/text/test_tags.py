"""Tag schemes: spans and tags mean the same, repair is legal and keeps what was meant, and the table of legal steps is repair's."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.tags import (
    PREFIXES,
    SCHEMES,
    LegalTransitions,
    Span,
    convert,
    count_illegal,
    is_legal,
    legal_transitions,
    repair,
    span_steps,
    spans_of,
    split_tag,
    tags_of,
)
from tests.oracles.spans_by_hand import lenient_entities

LABELS = ("PER", "X-Y")
ALPHABET = {scheme: ["O", *(f"{prefix}-{label}" for label in LABELS for prefix in PREFIXES[scheme])] for scheme in SCHEMES}


def sequences(scheme, longest):
    for length in range(longest + 1):
        yield from itertools.product(ALPHABET[scheme], repeat=length)


@st.composite
def annotations(draw):
    """(spans that do not overlap, number of words)."""
    spans, position = [], 0
    for gap, size, label in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(LABELS)))):
        spans.append(Span(position + gap, position + gap + size, label))
        position += gap + size
    return spans, position + draw(st.integers(0, 2))


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("IOB1", ["I-PER", "I-PER", "B-PER", "O", "I-PER", "I-LOC"]),
        ("BIO", ["B-PER", "I-PER", "B-PER", "O", "B-PER", "B-LOC"]),
        ("BIOES", ["B-PER", "E-PER", "S-PER", "O", "S-PER", "S-LOC"]),
    ],
)
def test_each_scheme_writes_spans_in_its_way(scheme, tags):
    spans = [Span(0, 2, "PER"), Span(2, 3, "PER"), Span(4, 5, "PER"), Span(5, 6, "LOC")]
    assert tags_of(list(reversed(spans)), 6, scheme) == tags
    assert spans_of(tags, scheme) == spans
    assert tags_of([Span(0, 3, "X")], 3, "BIOES") == ["B-X", "I-X", "E-X"]


@given(annotations(), st.sampled_from(SCHEMES))
def test_tags_of_spans_mean_those_spans_and_are_legal(annotation, scheme):
    spans, length = annotation
    tags = tags_of(spans, length, scheme)
    assert spans_of(tags, scheme) == spans
    assert (len(tags), count_illegal(tags, scheme), repair(tags, scheme)) == (length, 0, (tags, 0))


@given(annotations(), st.sampled_from(SCHEMES), st.sampled_from(SCHEMES))
def test_conversion_keeps_spans_and_comes_back(annotation, source, target):
    spans, length = annotation
    tags = tags_of(spans, length, source)
    there = convert(tags, source, target)
    assert spans_of(there, target) == spans
    assert convert(there, target, source) == tags


@pytest.mark.parametrize("scheme", SCHEMES)
def test_spans_are_read_as_conlleval_reads_them(scheme):
    for tags in sequences(scheme, 3):
        assert set(spans_of(tags, scheme)) == lenient_entities(list(tags))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_repair_is_legal_keeps_the_lenient_spans_and_changes_nothing_twice(scheme):
    for tags in sequences(scheme, 3):
        legal, changed = repair(tags, scheme)
        assert count_illegal(legal, scheme) == 0
        assert spans_of(legal, scheme) == spans_of(tags, scheme)
        assert repair(legal, scheme) == (legal, 0)
        assert changed == sum(old != new for old, new in zip(tags, legal, strict=True))
        assert (count_illegal(tags, scheme) == 0) == (changed == 0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_legal_steps_are_those_that_sequences_which_repair_leaves_alone_hold(scheme):
    labels = ALPHABET[scheme]
    kept = [tags for tags in sequences(scheme, 4) if repair(tags, scheme)[1] == 0]
    steps = {step for tags in kept for step in zip([None, *tags], [*tags, None], strict=True)}
    assert legal_transitions(labels, scheme) == LegalTransitions(
        start=[(None, label) in steps for label in labels],
        end=[(label, None) in steps for label in labels],
        pair=[[(before, after) in steps for after in labels] for before in labels],
    )
    for before, after in itertools.product([None, *labels], [*labels, None]):
        assert is_legal(before, after, scheme) == ((before, after) in steps)
    for tags in sequences(scheme, 3):
        assert count_illegal(tags, scheme) == sum(step not in steps for step in zip([None, *tags], [*tags, None], strict=True))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_span_steps_read_every_sequence_as_spans_of_does(scheme):
    alphabet = ALPHABET[scheme]
    steps = span_steps(alphabet, scheme)
    for numbers in itertools.chain.from_iterable(itertools.product(range(len(alphabet)), repeat=size) for size in range(4)):
        spans = []
        for position, after in enumerate(numbers):
            before = numbers[position - 1] if position else None
            if steps.begins_first[after] if before is None else steps.begins[before][after]:
                spans.append([position, position + 1, steps.labels[steps.label_of[after]]])
            elif before is not None and steps.goes_on[before][after]:
                spans[-1][1] += 1
        assert [Span(*span) for span in spans] == spans_of([alphabet[number] for number in numbers], scheme)


@pytest.mark.parametrize(
    ("tag", "parts"), [("O", ("O", "")), ("B-X", ("B", "X")), ("I-X-Y", ("I", "X-Y")), ("NOUN", ("", "NOUN")), ("B-", ("B", ""))]
)
def test_tags_are_split_at_their_first_hyphen(tag, parts):
    assert split_tag(tag) == parts


@pytest.mark.parametrize("spans", [[(0, 2, "X"), (1, 3, "Y")], [(1, 1, "X")], [(2, 1, "X")], [(-1, 1, "X")], [(2, 5, "X")]])
def test_spans_that_overlap_or_reach_beyond_the_sentence_are_refused(spans):
    start, end, label = spans[-1]
    with pytest.raises(ValueError, match=rf"span {start} to {end} \({label}\) overlaps another or reaches beyond 4 words"):
        tags_of([Span(*span) for span in spans], 4, "BIO")


@pytest.mark.parametrize(
    "call",
    [
        lambda scheme: spans_of([], scheme),
        lambda scheme: tags_of([], 0, scheme),
        lambda scheme: repair([], scheme),
        lambda scheme: convert([], "BIO", scheme),
        lambda scheme: count_illegal([], scheme),
        lambda scheme: is_legal(None, None, scheme),
        lambda scheme: legal_transitions(["O"], scheme),
        lambda scheme: span_steps(["O"], scheme),
    ],
)
def test_an_unknown_scheme_is_an_error_of_the_program(call):
    with pytest.raises(ValueError, match="unknown tag scheme 'BILOU'; expected one of IOB1, BIO, BIOES"):
        call("BILOU")
