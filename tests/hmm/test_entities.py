"""Entity tags: only legal sequences, whatever the words, and F1 over whole entities."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.text.tags import convert, count_illegal, spans_of
from tests.hmm.tagged import ODD_WORDS

NAMES = {"PER": ["Mara", "Odo", "Linn"], "LOC": ["Tessel", "Odo"]}
REST = ["in", "the", "dog", "sees", ".", "by", "3"]


def entities(seed, sentences, scheme="BIO"):
    """Sentences in which names are entities of one to three words."""
    draw = random.Random(seed)
    words, tags = [], []
    for _ in range(sentences):
        row, its_tags = [], []
        for _ in range(draw.randint(0, 5)):
            if draw.random() < 0.4:
                label = draw.choice(list(NAMES))
                size = draw.randint(1, 3)
                row += [draw.choice(NAMES[label]) for _ in range(size)]
                its_tags += [f"B-{label}", *[f"I-{label}"] * (size - 1)]
            else:
                row.append(draw.choice(REST))
                its_tags.append("O")
        words.append(row)
        tags.append(convert(its_tags, "BIO", scheme))
    return words, tags


OPTIONS = st.fixed_dictionaries(
    {
        "order": st.sampled_from([1, 2]),
        "smoothing": st.sampled_from(["witten_bell", "deleted"]),
        "lexical_states": st.sampled_from([0, 5]),
        "contextual": st.booleans(),
        "unknown": st.sampled_from(["max_ent", "suffix", "prior"]),
        "backoff_rare": st.booleans(),
        "decoding": st.sampled_from(["viterbi", "posterior"]),
    }
)


@given(st.sampled_from(["BIO", "BIOES"]), st.integers(0, 10**6), st.integers(1, 40), OPTIONS)
@settings(max_examples=40, deadline=None)
def test_every_answer_is_legal_and_no_sentence_is_without_one(scheme, seed, size, options):
    sentences, tags = entities(seed, size, scheme)
    tagger = HMMTagger(scheme=scheme, **options).fit([*sentences, ["Mara"]], [*tags, convert(["B-PER"], "BIO", scheme)])
    new = [*entities(seed + 1, 10)[0], ODD_WORDS, ["Mara"] * 5, *([word] for word in ODD_WORDS), []]
    for row, table in zip(tagger.predict(new), tagger.predict_proba(new), strict=True):
        assert count_illegal(row, scheme) == 0
        np.testing.assert_allclose(table.sum(axis=1), 1.0)
    assert "O" in tagger.classes_
    for ranked in tagger.k_best(new[-4:], 5):
        assert all(count_illegal(path, scheme) == 0 for path, _ in ranked)


def test_tags_that_never_occurred_with_o_are_learned():
    tagger = HMMTagger(scheme="BIO").fit([["Mara"], ["Odo"]], [["B-PER"], ["B-PER"]])
    assert tagger.classes_.tolist() == ["B-PER", "O"]
    assert tagger.predict([["Mara", "Linn"]])[0][0] == "B-PER"


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
def test_posterior_decoding_is_the_legal_sequence_with_most_expected_hits(scheme):
    tagger = HMMTagger(scheme=scheme, decoding="posterior", calibrate=False).fit(*entities(3, 30, scheme))
    new = [row[:4] for row in entities(4, 20)[0]]
    for words, row, table in zip(new, tagger.predict(new), tagger.predict_proba(new), strict=True):
        classes = tagger.classes_.tolist()
        legal = [path for path in itertools.product(classes, repeat=len(words)) if not count_illegal(path, scheme)]

        def hits(path, table=table, classes=classes):
            return sum(table[place, classes.index(tag)] for place, tag in enumerate(path))

        assert hits(row) == pytest.approx(max(map(hits, legal)))


def test_the_score_is_f1_over_whole_entities():
    sentences, tags = entities(5, 50)
    tagger = HMMTagger(scheme="BIO").fit(sentences, tags)
    new, gold = entities(6, 50)
    sides = [[(number, span) for number, row in enumerate(side) for span in spans_of(row, "BIO")] for side in (gold, tagger.predict(new))]
    expected = 2 * len(set(sides[0]) & set(sides[1])) / (len(sides[0]) + len(sides[1]))
    assert 0 < tagger.score(new, gold) == pytest.approx(expected)
    assert tagger.score([["x"]], [["O"]]) in (0.0, 1.0) and tagger.score([], []) == 0.0


def test_tags_of_another_scheme_are_refused():
    for scheme, tag in (("BIO", "S-PER"), ("BIO", "NOUN"), ("BIOES", "X-PER"), ("BIO", "B-")):
        prefixes = ", ".join({"BIO": ("B-", "I-"), "BIOES": ("B-", "I-", "E-", "S-")}[scheme])
        problem = f"sentence 2: tag {tag!r} of word 1 is neither O nor one of {prefixes} and a label"
        with pytest.raises(DataError) as error:
            HMMTagger(scheme=scheme).fit([["b"], ["a"]], [["O"], [tag]])
        assert str(error.value) == f"{problem}. Give tags in {scheme}, or scheme=None for tags that are no spans."
    plain = HMMTagger().fit([["a"]], [["NOUN"]])
    with pytest.raises(DataError, match="tag 'NOUN' of word 1 is neither O nor one of B-, I- and a label"):
        plain.set_params(scheme="BIO").partial_fit([["b"]], [["O"]])
