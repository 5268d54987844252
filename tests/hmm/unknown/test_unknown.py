"""Guesses of unknown words: hashes of parts of words, features, max-ent weights and suffix tries, against dictionaries and loops."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.hmm.choosing import train_guesser
from seqtasks.hmm.counts.corpus import add_sentences, empty_corpus
from seqtasks.hmm.counts.word_tags import count_word_tags
from seqtasks.hmm.model import Options, TunedWeights
from seqtasks.hmm.unknown.features import NONE, feature_matrix, related_words
from seqtasks.hmm.unknown.guesser import rare_words
from seqtasks.hmm.unknown.max_ent import places_of
from seqtasks.hmm.unknown.max_ent_training import BATCH, TINY, design, max_ent_passes, train_max_ent
from seqtasks.hmm.unknown.spelling import HEAD, TAIL, HashTable, Spellings, hashes_of, joined, salted
from seqtasks.hmm.unknown.suffixes import LONGEST, train_suffixes
from tests.hmm.tagged import ODD_WORDS, WORDS, corpus
from tests.oracles.hmm_model import adagrad, suffix_probabilities

texts = st.lists(st.text(alphabet="abAB-é", max_size=7), min_size=1, max_size=12)


@given(texts, st.integers(0, 7), st.integers(0, 7))
def test_parts_are_equal_exactly_where_their_hashes_are(words, begin, end):
    hashes = Spellings(words).part(begin, np.full(len(words), end))
    parts = [word[min(begin, len(word)) : max(min(end, len(word)), min(begin, len(word)))] for word in words]
    assert hashes.tolist() == hashes_of(parts).tolist()
    assert len(set(parts)) == len(set(hashes.tolist()))
    assert (
        joined(hashes_of(words), hashes_of(parts[:1] * len(words)), len(parts[0])).tolist()
        == hashes_of([word + parts[0] for word in words]).tolist()
    )


def test_the_middle_of_a_long_word_does_not_count():
    first, second = "a" * HEAD + "bbbb" + "c" * TAIL, "a" * HEAD + "x" + "c" * TAIL
    assert len(set(hashes_of([first, second, "a" * HEAD + "c" * TAIL]).tolist())) == 1
    assert len(Spellings([]).lengths_W) == 0 and hashes_of([""]).tolist() == [0]


def test_salts_make_other_hashes():
    hashes = hashes_of(["a", "b"])
    assert len({number for salt in range(50) for number in salted(hashes, salt).tolist()}) == 100


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 9)), st.lists(st.text(max_size=3)))
def test_a_hash_table_is_a_dictionary(entries, wanted):
    table = HashTable(hashes_of(list(entries)), np.array(list(entries.values()), dtype=np.int32))
    assert table(hashes_of(wanted)).tolist() == [entries.get(word, -1) for word in wanted]


def features_of(word, related=None, initial=False, classes=True):
    return set(feature_matrix([word], np.array([initial]), related, classes)[0].tolist()) - {NONE}


def test_features_do_not_depend_on_the_other_words():
    words = [*ODD_WORDS, *(word for row in WORDS.values() for word in row)]
    related = related_words(["dog", "walk", "walked"], np.array([0, 1, 1], dtype=np.int32), np.array([3, 2, 1]))
    together = feature_matrix(words, np.zeros(len(words), dtype=bool), related, True)
    assert [set(row.tolist()) - {NONE} for row in together] == [features_of(word, related) for word in words]
    assert feature_matrix([], np.zeros(0, dtype=bool), related, True).shape[0] == 0


def test_words_share_the_features_of_what_they_share():
    shared = features_of("walking") & features_of("talking")
    assert len(shared) == 1 + 1 + 1 + 5  # any word, case, length, five ends
    assert len(features_of("walking") & features_of("walked")) == 1 + 1 + 4  # any word, case, four beginnings
    assert len(features_of("Walking") ^ features_of("Walking", initial=True)) == 2
    assert features_of("3rd") - features_of("3rd", classes=False) and features_of("dog") == features_of("dog", classes=False)


def test_related_words_lend_their_tags():
    related = related_words(["tag", "Dogs", "well", "known"], np.array([3, 4, 5, 6], dtype=np.int32), np.array([4, 3, 2, 1]))
    for word, tag in {"tags": 3, "retag": 3, "dogs": 4, "tAg": 3, "well-ness": 5, "un-known": 6, "welly": 5}.items():
        other = related_words(["tag", "Dogs", "well", "known"], np.array([3, 4, 5, 6], dtype=np.int32) + 10, np.array([4, 3, 2, 1]))
        assert features_of(word, related) != features_of(word, other), (word, tag)
    assert features_of("zzz", related) == features_of("zzz")


def test_frequent_endings_are_found_and_tried():
    words = ["walk", "walked", "talk", "talked", "jump", "jumped", "jumps", "tagg"]
    related = related_words(words, np.arange(8, dtype=np.int32), np.ones(8, dtype=int))
    assert related.endings == ("ed", "s")
    assert len(features_of("walk", related)) > len(features_of("wolk", related))


@given(st.integers(0, 1000), st.integers(2, 300), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_max_ent_takes_the_steps_of_adagrad(seed, words, epochs):
    generator = np.random.default_rng(seed)
    features = np.where(generator.random((words, 4)) < 0.8, generator.integers(0, 20, (words, 4)), NONE).astype(np.int32)
    features = np.array([sorted(set(row)) + [NONE] * (4 - len(set(row))) for row in features.tolist()], dtype=np.int32)
    counts = generator.integers(0, 4, (words, 3)).astype(float) + 0.5
    model = train_max_ent(features, counts, epochs=epochs, seed=seed)
    orders = np.random.default_rng(seed)
    used = Counter(feature for row in features.tolist() for feature in row if feature != NONE)
    sets = [[feature for feature in row if feature != NONE and used[feature] > 1] for row in features.tolist()]
    targets = (counts / counts.sum(axis=1, keepdims=True) * np.minimum(counts.sum(axis=1, keepdims=True), 3)).tolist()
    expected = adagrad(sets, targets, [orders.permutation(words).tolist() for _ in range(epochs)], tags=3, batch=BATCH, rate=0.1, tiny=TINY)
    assert sorted(expected) == model.features_X.tolist()
    rows = np.array([expected[feature] for feature in model.features_X.tolist()]).reshape(-1, 3)
    np.testing.assert_allclose(model.weights_XN, rows, rtol=2e-3, atol=2e-4)
    found = model.probabilities(features)
    scores = np.array([sum((model.weights_XN[model.features_X.tolist().index(feature)] for feature in row), np.zeros(3)) for row in sets])
    np.testing.assert_allclose(found, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), rtol=1e-4)


def test_more_passes_fit_the_words_better_and_the_seed_decides():
    words = [word for row in WORDS.values() for word in row if row]
    features = feature_matrix(words, np.zeros(len(words), dtype=bool), None, True)
    counts = np.repeat(np.eye(len(WORDS)), [len(row) for row in WORDS.values()], axis=0)
    passes = max_ent_passes(features, counts, seed=3)
    likelihoods = [np.log(next(passes).probabilities(features)[counts > 0]).sum() for _ in range(6)]
    assert likelihoods == sorted(likelihoods)
    again = train_max_ent(features, counts, epochs=6, seed=3)
    assert np.log(again.probabilities(features)[counts > 0]).sum() == likelihoods[-1]
    assert design(np.array([[5, 5, NONE]], dtype=np.int32), places_of(np.array([5], dtype=np.int32))).toarray().tolist() == [[2.0]]


@given(
    st.dictionaries(
        st.text(alphabet="abAß", max_size=4), st.lists(st.integers(0, 3), min_size=2, max_size=2).filter(any), min_size=1, max_size=8
    ),
    st.lists(st.text(alphabet="abAß", max_size=14), min_size=1),
    st.floats(0.01, 5),
)
@settings(deadline=None)
def test_suffix_tries_are_the_recursion_over_the_ends_of_words(training, words, theta):
    model = train_suffixes(list(training), np.array(list(training.values()), dtype=float), theta)
    slow = {word: dict(enumerate(counts)) for word, counts in training.items()}
    expected = [list(suffix_probabilities(slow, word, [0, 1], theta, LONGEST).values()) for word in words]
    np.testing.assert_allclose(model.probabilities(words), expected, rtol=1e-9)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_rare_words_are_counted_apart_where_a_capital_begins_a_sentence(seed, most):
    sentences, tags = corpus(seed, 25)
    numbers = add_sentences(empty_corpus(), [["x"], *sentences], [["X"], *tags]).with_sorted_tags()
    rare = rare_words(numbers, count_word_tags(numbers), most)
    totals = Counter(word for row in [["x"], *sentences] for word in row)
    expected = defaultdict(Counter)
    for row, names in zip([["x"], *sentences], [["X"], *tags], strict=True):
        for place, (word, name) in enumerate(zip(row, names, strict=True)):
            if totals[word] <= most:
                capital = word[:1].isupper() and not (word.isupper() and len(word) > 1)
                expected[word, place == 0 and capital][name] += 1
    rows = zip(rare.words, rare.initial_W.tolist(), rare.counts_WN, strict=True)
    found = {(word, initial): {numbers.tags[tag]: count for tag, count in enumerate(row) if count} for word, initial, row in rows}
    assert found == expected


@pytest.mark.parametrize("kind", ["max_ent", "suffix", "prior"])
@pytest.mark.parametrize("classes", [True, False])
def test_every_guess_is_a_distribution_that_knows_its_class(kind, classes):
    sentences, tags = corpus(1, 60)
    sentences, tags = [*sentences, *([str(number)] for number in range(20))], [*tags, *(["NUM"] for _ in range(20))]
    numbers = add_sentences(empty_corpus(), sentences, tags).with_sorted_tags()
    guesser = train_guesser(numbers, count_word_tags(numbers), Options(unknown=kind, word_classes=classes), TunedWeights())
    words = [*ODD_WORDS, "12345", "Unheard"]
    found = guesser.probabilities(words, np.zeros(len(words), dtype=bool))
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert (found > 0).all()
    if classes:
        assert numbers.tags[found[-2].argmax()] == "NUM"
