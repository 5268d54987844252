"""HMMTagger as a whole: its probabilities against the plain model, learning in parts, bad input, and scikit-learn's tools."""

import copy
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score, learning_curve

from seqtasks.errors import DataError, UsageError
from seqtasks.hmm import model as model_module
from seqtasks.hmm.counts import states as states_module
from seqtasks.hmm.model import GUESSES, RARE_TO_BACK, SMALL_LETTERS
from seqtasks.hmm.tagger import HMMTagger
from tests.hmm.tagged import ODD_WORDS, corpus
from tests.oracles.hmm_model import SlowModel

QUICK = {"held_out": 0.0, "calibrate": False}


def slow_model(tagger, sentences, tags):
    """The oracle of a fitted tagger: its weights, states and guesses, everything else counted again."""
    names = tagger.classes_.tolist()
    states = tagger.statistics_.states
    pairs = [
        (word, names[states.tag_S[state]])
        for word, row in zip(states.words, states.states_GN, strict=False)
        for state in row[row >= len(names)]
    ]

    def guess(word, initial):
        found = tagger._guesser.probabilities([word], np.array([initial]))[0]
        return dict(zip(names, found.tolist(), strict=True))

    weights = {
        "strength": tagger.weights_.strength,
        "guess_weight": tagger.weights_.guess_weight if tagger.backoff_rare else 0.0,
        "guess_power": tagger.weights_.guess_power,
        "small_letters": SMALL_LETTERS if tagger.lower_initial else 0.0,
        "rare": RARE_TO_BACK,
        "guesses": GUESSES,
    }
    options = {"order": tagger.order, "smoothing": tagger.smoothing, "contextual": tagger.contextual}
    return SlowModel(sentences, tags, names, pairs=pairs, guess=guess, settings=weights, **options)


OPTIONS = st.fixed_dictionaries(
    {
        "order": st.sampled_from([1, 2]),
        "smoothing": st.sampled_from(["witten_bell", "deleted"]),
        "lexical_states": st.sampled_from([0, 3, 10]),
        "contextual": st.booleans(),
        "unknown": st.sampled_from(["max_ent", "suffix", "prior"]),
        "word_classes": st.booleans(),
        "lower_initial": st.booleans(),
        "backoff_rare": st.booleans(),
        "held_out": st.sampled_from([0.0, 0.3]),
    }
)


@given(st.integers(0, 10**6), st.integers(4, 40), OPTIONS)
@settings(max_examples=50, deadline=None)
def test_every_path_has_the_probability_of_the_plain_model(seed, size, options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states_module, "FEWEST", 2)
        sentences, tags = corpus(seed, size)
        sentences, tags = [["The", "dog"], *sentences], [["DET", "NOUN"], *tags]
        tagger = HMMTagger(**options).fit(sentences, tags)
    slow = slow_model(tagger, sentences, tags)
    new = [row[:2] for row in corpus(seed + 1, 2)[0]] + [["Dogs", "TAGGED"], ["the", "unheard", "that"]]
    for words, ranked, total in zip(new, tagger.k_best(new, 200), tagger.log_likelihood(new), strict=True):
        expected = slow.paths(words)
        assert {tuple(path) for path, _ in ranked} == set(expected)
        np.testing.assert_allclose([score for _, score in ranked], [expected[tuple(path)] for path, _ in ranked], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(total, np.logaddexp.reduce(list(expected.values())), rtol=1e-9, atol=1e-9)


def test_the_answers_are_the_best_path_or_the_best_tags():
    sentences, tags = corpus(1, 60)
    tagger = HMMTagger(**QUICK).fit(sentences, tags)
    new = corpus(2, 20)[0]
    best = [ranked[0][0] for ranked in tagger.k_best(new, 1)]
    assert tagger.predict(new) == best
    marginals = tagger.predict_proba(new)
    tagger.set_params(decoding="posterior")
    assert tagger.predict(new) == [[tagger.classes_[row.argmax()] for row in table] for table in marginals]


def test_posteriors_are_the_shares_of_all_paths():
    sentences, tags = corpus(3, 40)
    tagger = HMMTagger(**QUICK).fit(sentences, tags)
    words = ["The", "tagger", "walks", "unheard"]
    (ranked,), (table,) = tagger.k_best([words], 1000), tagger.predict_proba([words])
    expected = np.zeros_like(table)
    for path, score in ranked:
        for place, tag in enumerate(path):
            expected[place, tagger.classes_.tolist().index(tag)] += np.exp(score - tagger.log_likelihood([words])[0])
    np.testing.assert_allclose(table, expected, atol=1e-9)
    np.testing.assert_allclose(table.sum(axis=1), 1.0)


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(0, 60), OPTIONS)
@settings(max_examples=25, deadline=None)
def test_learning_in_two_parts_is_learning_at_once(seed, size, cut, options):
    sentences, tags = corpus(seed, size)
    sentences, tags = [["zoo"], *sentences], [["NOUN"], *tags]
    whole = HMMTagger(**options).fit(sentences, tags)
    cut = min(cut, size)
    parts = HMMTagger(**options).partial_fit(sentences[: cut + 1], tags[: cut + 1])
    parts.partial_fit(sentences[cut + 1 :], tags[cut + 1 :])
    assert parts.weights_ == whole.weights_
    assert parts.classes_.tolist() == whole.classes_.tolist() == sorted({tag for row in tags for tag in row})
    np.testing.assert_array_equal(parts.statistics_.trigrams.counts_K, whole.statistics_.trigrams.counts_K)
    new = corpus(seed + 1, 5)[0]
    assert parts.k_best(new, 3) == whole.k_best(new, 3)


def test_fit_forgets_what_was_learned_before():
    first, second = corpus(4, 30), corpus(5, 30)
    assert HMMTagger(**QUICK).fit(*first).fit(*second).k_best(first[0], 2) == HMMTagger(**QUICK).fit(*second).k_best(first[0], 2)


def test_answers_do_not_depend_on_other_sentences_or_earlier_calls():
    tagger = HMMTagger(**QUICK).fit(*corpus(6, 80))
    new = [*corpus(7, 30)[0], ["Unheard", "of"], ["of", "Unheard"], []]
    together = tagger.predict(new)
    assert [tagger.predict([words])[0] for words in reversed(new)] == together[::-1]
    assert copy.deepcopy(tagger).predict(new) == tagger.predict(new) == together


def test_threads_share_a_tagger():
    tagger = HMMTagger(**QUICK).fit(*corpus(8, 50))
    parts = [[[f"word{thread}-{number}", "tags", f"Unheard{number}"] for number in range(30)] for thread in range(6)]
    expected, found = [clone(tagger).fit(*corpus(8, 50)).predict(part) for part in parts], [None] * 6

    def work(number):
        found[number] = [tagger.predict([words])[0] for words in parts[number]]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == expected


def test_any_word_and_empty_sentences_are_tagged():
    sentences, tags = corpus(9, 40)
    tagger = HMMTagger().fit([*sentences, ODD_WORDS], [*tags, ["NOUN"] * len(ODD_WORDS)])
    plain = HMMTagger(unknown="suffix").fit(sentences, tags)
    for model in (tagger, plain):
        new = [[], ODD_WORDS, *([word] for word in ODD_WORDS), [], [word + "\u0308" for word in ODD_WORDS]]
        assert [len(row) for row in model.predict(new)] == [len(row) for row in new]
        assert [table.shape for table in model.predict_proba(new)] == [(len(row), len(model.classes_)) for row in new]
        assert model.predict([]) == [] and model.predict_proba([]) == [] and model.k_best([], 2) == []
        assert model.predict([[]]) == [[]] and model.k_best([[]], 2) == [[([], 0.0)]]


def test_one_tag_is_enough():
    assert HMMTagger().fit([["a", "b"]], [["X", "X"]]).predict([["c"], ["a", "c"]]) == [["X"], ["X", "X"]]


def test_many_tags_leave_room_for_fewer_states_or_want_first_order(monkeypatch):
    monkeypatch.setattr(model_module, "MOST_CELLS", 600)
    monkeypatch.setattr(states_module, "FEWEST", 1)
    sentences, tags = corpus(1, 40)
    assert len(HMMTagger(**QUICK).fit(sentences, tags).statistics_.states.tag_S) + 1 == 10  # 10 * 10 * (5 + 1) numbers
    names = [[f"T{number}" for number in range(8)]]
    with pytest.raises(UsageError, match="8 tags make a second-order table of 729 numbers. Choose order=1."):
        HMMTagger().fit([list("abcdefgh")], names)
    assert HMMTagger(order=1).fit([list("abcdefgh")], names).predict([["c"]]) == [["T2"]]


def test_scikit_learn_copies_scores_and_draws_curves():
    sentences, tags = corpus(10, 60)
    tagger = HMMTagger(unknown="suffix", lexical_states=2)
    assert clone(tagger).get_params() == tagger.get_params()
    assert tagger.get_params()["unknown"] == "suffix"
    assert len(cross_val_score(tagger, sentences, tags, cv=3)) == 3
    sizes, train, test = learning_curve(tagger, sentences, tags, cv=2, train_sizes=[0.3, 1.0])
    assert train.shape == test.shape == (2, 2) and sizes[0] < sizes[1]
    fitted = tagger.fit(sentences, tags)
    predicted = fitted.predict(sentences)
    right = sum(a == b for x, y in zip(tags, predicted, strict=True) for a, b in zip(x, y, strict=True))
    assert fitted is tagger and fitted.score(sentences, tags) == pytest.approx(right / sum(map(len, tags)))


@pytest.mark.parametrize(
    ("sentences", "tags", "message"),
    [
        ([["a"]], [], "sentences, tags: 1 sentences, but tags of 0. Give the tags of each sentence."),
        ([["a"], ["b", "c"]], [["X"], ["X"]], "sentence 2: 2 words, but 1 tags. Give one tag for each word."),
        (["a b"], [["X"]], "sentence 1: got the text 'a b'. Give a sentence as a list of str, such as ['a', 'b']."),
        ("a b", [["X"]], "sentences: got the text 'a b'. Give a list; a sentence is a list of str."),
        ([["a", 3]], [["X", "X"]], "sentence 1: a word must be a str, got 3 at position 2. Convert it with str()."),
        ([["a"]], [[3]], "sentence 1: a tag must be a str, got 3 at position 1. Convert it with str()."),
        ([4], [["X"]], "sentence 1: got 4. Give a sentence as a list of str."),
        ([], [], "sentences: no sentence has a word. Give at least one sentence with its tags."),
        ([[]], [[]], "sentences: no sentence has a word. Give at least one sentence with its tags."),
    ],
)
def test_what_cannot_be_learned_is_refused_in_one_line(sentences, tags, message):
    with pytest.raises(DataError) as error:
        HMMTagger().fit(sentences, tags)
    assert str(error.value) == message


@pytest.mark.parametrize("method", ["predict", "predict_proba", "log_likelihood"])
def test_questions_are_checked_too(method):
    with pytest.raises(NotFittedError, match="This HMMTagger instance is not fitted yet"):
        getattr(HMMTagger(), method)([["a"]])
    tagger = HMMTagger().fit([["a", "b"]], [["X", "Y"]])
    with pytest.raises(DataError, match="sentence 1: got the text 'a b'"):
        getattr(tagger, method)(["a b"])


def test_k_is_checked():
    tagger = HMMTagger().fit([["a", "b"]], [["X", "Y"]])
    for k in (0, -1, True, 2.0):
        with pytest.raises(UsageError, match=f"k is {k!r}. Ask for 1 sequence of tags or more."):
            tagger.k_best([["a"]], k)


def test_all_wrong_options_are_named_at_once():
    wrong = {"order": 3, "smoothing": "witten_ball", "lexical_states": -1, "unknown": None, "scheme": "IOB1", "held_out": 0.7}
    with pytest.raises(UsageError) as error:
        HMMTagger(**wrong, decoding="best", random_state="x").fit([["a"]], [["X"]])
    assert str(error.value).splitlines() == [
        "order is 3; expected one of 1, 2.",
        "smoothing is 'witten_ball'; expected one of 'witten_bell', 'deleted'; did you mean 'witten_bell'?",
        "unknown is None; expected one of 'max_ent', 'suffix', 'prior'.",
        "decoding is 'best'; expected one of 'viterbi', 'posterior'.",
        "scheme is 'IOB1'; expected one of None, 'BIO', 'BIOES'.",
        "lexical_states is -1; expected a whole number from 0 to 500.",
        "held_out is 0.7; expected a share from 0 to 0.5.",
        "random_state is 'x'; expected a whole number, 0 or more.",
    ]


def test_tags_that_the_scheme_does_not_allow_are_refused_as_a_crf_refuses_them() -> None:
    words, tags = [["Anna", "Berg", "saw", "Ulm"], ["It", "rains"]] * 20, [["I-PER", "I-PER", "O", "I-LOC"], ["O", "O"]] * 20
    with pytest.raises(DataError, match=r"sentence 1: I-PER of word 1 may not follow the start in BIO\. Repair the tags"):
        HMMTagger(scheme="BIO").fit(words, tags)
