"""Bad input and bad parameters: one clear line each. Odd input that is none of it works."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from seqtasks.errors import DataError, DeviceError, SeqtasksError, UsageError
from seqtasks.estimators.neural_tagger import NeuralTagger
from seqtasks.hmm.tagger import HMMTagger
from tests.estimators.tiny import entities, parts_of_speech, tiny

BAD_CORPORA = [
    ([["a"], ["b"]], [["X"]], "sentences, tags: 2 sentences, but tags of 1. Give the tags of each sentence."),
    ([["a"], ["b", "c"]], [["X"], ["Y"]], "sentence 2: 2 words, but 1 tags. Give one tag for each word."),
    ("a b", [["X", "Y"]], "sentences: got the text 'a b'. Give a list; a sentence is a list of str."),
    (None, [["X"]], "sentences: got None. Give a list; a sentence is a list of str."),
    ([["a"]], 7, "tags: got 7. Give a list; the tags of a sentence is a list of str."),
    (["a b"], [["X", "Y"]], "sentence 1: got the text 'a b'. Give a sentence as a list of str, such as ['a', 'b']."),
    ([["a", "b"]], ["XY"], "tags of sentence 1: got the text 'XY'. Give the tags of a sentence as a list of str, such as ['XY']."),
    ([["a"], [1]], [["X"], ["X"]], "sentence 2: a word must be a str, got 1 at position 1. Convert it with str()."),
    ([["a", "b"]], [["X", None]], "sentence 1: a tag must be a str, got None at position 2. Convert it with str()."),
    ([["a"], 7], [["X"], ["X"]], "sentence 2: got 7. Give a sentence as a list of str."),
    ([["a"], 7 * "long "], [["X"], ["X"]], "sentence 2: got the text 'long long long long long long long '."),
    ([], [], "sentences: no sentence has a word. Give at least one sentence with its tags."),
    ([[], []], [[], []], "sentences: no sentence has a word. Give at least one sentence with its tags."),
]


@pytest.mark.parametrize(("sentences", "tags", "message"), BAD_CORPORA)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_corpus_that_cannot_be_learned_from_is_one_clear_line(method: str, sentences, tags, message: str, fitted: NeuralTagger) -> None:
    tagger = fitted if method == "partial_fit" else tiny()
    with pytest.raises(DataError) as caught:
        getattr(tagger, method)(sentences, tags)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_sentences_to_tag_are_checked_too(method: str, fitted: NeuralTagger) -> None:
    with pytest.raises(DataError, match="^sentences: got the text 'The dog sleeps'. Give a list"):
        getattr(fitted, method)("The dog sleeps")
    with pytest.raises(DataError, match="^sentence 1: got the text 'The'. Give a sentence as a list of str, such as"):
        getattr(fitted, method)(["The", "dog", "sleeps"])


def test_score_is_of_aligned_tags(fitted: NeuralTagger) -> None:
    with pytest.raises(DataError, match="^sentence 1: 2 words, but 1 tags. Give one tag for each word.$"):
        fitted.score([["a", "b"]], [["NOUN"]])


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score", "save"])
def test_an_unfitted_tagger_says_so(method: str, tmp_path) -> None:
    arguments = {"score": ([["a"]], [["X"]]), "save": (tmp_path / "x",)}.get(method, ([["a"]],))
    with pytest.raises(NotFittedError, match="^This NeuralTagger instance is not fitted yet. Call 'fit'"):
        getattr(NeuralTagger(), method)(*arguments)


BAD_PARAMETERS = [
    (
        {"backbone": "bilstn"},
        "backbone='bilstn': no such backbone; did you mean 'bilstm'? "
        "Known: rnn, birnn, gru, bigru, lstm, bilstm, dilated_bilstm, bilstm_attention, transformer, convolution.",
    ),
    ({"head": "sofmax"}, "head='sofmax': no such head; did you mean 'softmax'? Known: softmax, crf."),
    ({"schedule": "steps"}, "schedule='steps': no such schedule. Known: constant, linear, cosine, inverse_square_root."),
    ({"precision": "fp16"}, "precision='fp16': no such precision; did you mean 'bf16'? Known: float32, bf16, auto."),
    ({"scheme": "BOI"}, "scheme='BOI': no such scheme; did you mean 'BIO'? Known: IOB1, BIO, BIOES."),
    ({"backbone": ["lstm"]}, "backbone=['lstm']: no such backbone"),
    ({"hidden_size": 0}, "hidden_size=0: must be a whole number, at least 1."),
    ({"epochs": 2.5}, "epochs=2.5: must be a whole number, at least 1."),
    ({"layers": True}, "layers=True: must be a whole number, at least 1."),
    ({"seed": None}, "seed=None: must be a whole number, at least 0."),
    ({"dropout": 1.0}, "dropout=1.0: must be at least 0 and below 1."),
    ({"word_dropout": "0.1"}, "word_dropout='0.1': must be at least 0 and below 1."),
    ({"learning_rate": 0}, "learning_rate=0: must be a number above 0."),
    ({"learning_rate": float("nan")}, "learning_rate=nan: must be a number above 0."),
    ({"clip_norm": -1}, "clip_norm=-1: must be 0 (no clipping) or a number above 0."),
]


@pytest.mark.parametrize(("parameters", "message"), BAD_PARAMETERS)
def test_a_parameter_that_cannot_be_is_named_with_what_is_known(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        tiny(**parameters).fit([["a"]], [["X"]])
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        tiny(backbone="bilstn", head="crg", epochs=0).fit([["a"]], [["X"]])
    assert [line.split("=")[0] for line in str(caught.value).splitlines()] == ["backbone", "head", "epochs"]


def test_a_device_that_is_not_there_is_told() -> None:
    with pytest.raises(DeviceError, match="no such kind of device"):
        tiny(device="toaster").fit([["a"]], [["X"]])


BAD_ENTITIES = [
    (["B-PER", "NOUN"], "sentence 2: tag 'NOUN' of word 2 is neither O nor one of B-, I- and a label. Give tags in BIO, or scheme=None"),
    (["O", "S-PER"], "sentence 2: tag 'S-PER' of word 2 is neither O nor one of B-, I- and a label."),
    (["O", "B-"], "sentence 2: tag 'B-' of word 2 is neither O nor one of B-, I- and a label."),
    (["O", "-PER"], "sentence 2: tag '-PER' of word 2 is neither O nor one of B-, I- and a label."),
]


@pytest.mark.parametrize(("tags", "message"), BAD_ENTITIES)
@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_tags_that_are_none_of_the_schemes_are_refused(head: str, tags: list[str], message: str) -> None:
    with pytest.raises(DataError) as caught:
        tiny(head=head, scheme="BIO").fit([["a"], ["b", "c"]], [["O"], tags])
    assert str(caught.value).startswith(message)


ILLEGAL = [
    ("BIO", ["O", "I-PER"], "sentence 2: I-PER of word 2 may not follow O in BIO. Repair the tags with seqtasks.text.tags.repair, or give"),
    ("BIO", ["I-PER", "O"], "sentence 2: I-PER of word 1 may not follow the start in BIO."),
    ("BIOES", ["O", "B-PER"], "sentence 2: B-PER may not end a sentence in BIOES."),
]


@pytest.mark.parametrize(("scheme", "tags", "message"), ILLEGAL)
@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_every_head_is_trained_on_legal_tags_only(head: str, scheme: str, tags: list[str], message: str) -> None:
    corpus = [["a"], ["b", "c"]], [["O"], tags]
    with pytest.raises(DataError) as caught:
        tiny(head=head, scheme=scheme).fit(*corpus)
    assert str(caught.value).startswith(message)


def test_partial_fit_of_a_crf_is_checked_too(fitted_crf: NeuralTagger) -> None:
    with pytest.raises(DataError, match="^sentence 1: I-PER of word 1 may not follow the start in BIO"):
        fitted_crf.partial_fit([["a"]], [["I-PER"]])


def test_every_error_is_one_of_ours() -> None:
    assert issubclass(DataError, SeqtasksError)
    assert issubclass(UsageError, SeqtasksError)


@pytest.mark.parametrize("name", ["fitted", "fitted_crf"])
def test_empty_sentences_and_any_characters_are_tagged(name: str, request) -> None:
    tagger: NeuralTagger = request.getfixturevalue(name)
    odd = [[], ["\n", "\t", "\u200b", "<pad>", "<unk>"], ["𝔘𝔫𝔦", "שלום", "e\u0301", "x" * 500], [], ["."] * 1500]
    assert [len(tags) for tags in tagger.predict(odd)] == [len(words) for words in odd]
    assert [array.shape for array in tagger.predict_proba(odd)] == [(len(words), len(tagger.classes_)) for words in odd]
    assert tagger.predict([]) == tagger.predict_proba([]) == []
    assert tagger.predict([[]]) == [[]]


def test_odd_words_are_learned_saved_and_loaded(tmp_path) -> None:
    words = [[" ", "\n", "\\", "<pad>", "שלום", "\ufeff"], [], ["a b", "\u2028", "\r"]]
    tags = [["A", "B", "A", "B", " ", "a\nb"], [], ["A", "B", "<unk>"]]
    tagger = tiny().fit(words, tags)
    tagger.save(tmp_path / "tagger")
    loaded = NeuralTagger.load(tmp_path / "tagger")
    assert loaded.classes_.tolist() == [" ", "<unk>", "A", "B", "a\nb"]
    assert loaded.predict(words) == tagger.predict(words)


@pytest.mark.parametrize("kind", [HMMTagger, NeuralTagger])
def test_an_empty_word_or_tag_is_refused_by_its_place(kind: type) -> None:
    for words, tags, message in [
        ([["a"], ["b", ""]], [["X"], ["Y", "X"]], r"^sentence 2, word 2 is empty\. Leave it out\.$"),
        ([["a"], ["b"]], [["X"], [""]], r"^sentence 2, tag 1 is empty\. Give every word a tag\.$"),
    ]:
        with pytest.raises(UsageError, match=message):
            kind().fit(words, tags)
    fitted = HMMTagger().fit([["a", "b"]], [["X", "Y"]]) if kind is HMMTagger else tiny(epochs=1).fit([["a", "b"]], [["X", "Y"]])
    for ask in (fitted.predict, fitted.predict_proba):
        with pytest.raises(UsageError, match=r"^sentence 1, word 1 is empty\. Leave it out\.$"):
            ask([["", "a"]])


def test_tuples_arrays_and_generators_are_sentences_too(fitted: NeuralTagger) -> None:
    words, tags = parts_of_speech(24, seed=1)
    tagger = tiny().fit((np.array(row) for row in words), tuple(tuple(row) for row in tags))
    assert tagger.predict(words) == fitted.predict(words)
    assert all(type(tag) is str for row in tagger.predict(words) for tag in row)


def test_one_label_is_enough() -> None:
    tagger = tiny(head="crf").fit([["a", "b"]], [["X", "X"]])
    assert tagger.predict([["c"]]) == [["X"]]
    assert tagger.predict_proba([["c"]])[0].tolist() == [[1.0]]


def test_a_scheme_without_any_entity_scores_zero() -> None:
    words, tags = entities(6, seed=1)
    outside = [["O"] * len(row) for row in tags]
    assert tiny(scheme="BIO").fit(words, outside).score(words, outside) == 0.0
