"""What a NeuralTagger learns and answers: the weights of the recipe, true posteriors, the same tags in any company and from any seed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import seqtasks
from seqtasks.errors import TrainingError, UsageError
from seqtasks.estimators import network
from seqtasks.estimators.network import HEAD, scored_batches
from seqtasks.estimators.neural_tagger import NeuralTagger
from seqtasks.evaluation.spans import entity_scores
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.tags import count_illegal
from tests.estimators.tiny import SIZES, able, entities, parts_of_speech, tiny
from tests.miniature.runs import train
from tests.miniature.sentences import as_bioes, as_iob1
from tests.oracles.crf import marginals

WORDS = parts_of_speech(9, seed=5)[0]


def same(first: list[np.ndarray], second: list[np.ndarray], tolerance: float = 0.0) -> bool:
    return len(first) == len(second) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=0, atol=tolerance) for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_it_learns_parts_of_speech(head: str) -> None:
    tagger = able(head=head).fit(*parts_of_speech(60, seed=1))
    assert tagger.score(*parts_of_speech(20, seed=2)) == 1.0
    assert tagger.classes_.tolist() == ["ADP", "DET", "NOUN", "PROPN", "PUNCT", "VERB"]
    assert [row["epoch"] for row in tagger.history_] == list(range(1, 26))
    assert tagger.history_[-1]["train_loss"] < tagger.history_[0]["train_loss"]


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_it_learns_entities_and_its_score_is_their_f1(head: str) -> None:
    tagger = able(head=head, scheme="BIO").fit(*entities(60, seed=1))
    words, gold = entities(20, seed=2)
    gold[0] = ["O"] * len(gold[0])  # one entity too many in the answer
    report = entity_scores(gold, tagger.predict(words), scheme="BIO", split="", head="", samples=0)
    assert tagger.score(words, gold) == pytest.approx(report.scores[0].value / 100)
    assert 0.9 < tagger.score(words, gold) < 1


@pytest.mark.parametrize(("head", "backbone"), [("softmax", "bilstm"), ("crf", "gru")])
def test_it_is_the_model_of_the_recipe_to_the_last_bit(head: str, backbone: str, miniature: Path, plain_figures: None) -> None:
    options = {"head.kind": head, "backbone.kind": backbone, "training.select_by": "last", "training.epochs": 2, "backbone.layers": 2}
    train("pos", Path("run"), **{key.replace(".", "__"): value for key, value in options.items()})
    trained = seqtasks.load("run").tagger
    corpus = read_conllu(miniature / "pos" / "train.conllu", layers=("upos",))
    numbers = SIZES | {"epochs": 2, "batch_tokens": 100, "warmup_updates": 1, "layers": 2}
    tagger = NeuralTagger(**numbers, head=head, backbone=backbone).fit(
        [sentence.words for sentence in corpus], [sentence.tags["upos"] for sentence in corpus]
    )
    theirs = {name.replace(".upos.", f".{HEAD}."): tensor for name, tensor in trained.model.state_dict().items()}
    ours = tagger.model_.state_dict()
    assert ours.keys() == theirs.keys()
    assert [name for name, tensor in ours.items() if not torch.equal(tensor, theirs[name])] == []
    assert tagger.predict(WORDS) == [answer["upos"] for answer in trained.tag(WORDS)]


def test_the_answers_of_a_crf_keep_to_its_scheme_from_the_start() -> None:
    tagger = tiny(head="crf", scheme="BIO", epochs=1, learning_rate=1e-9).fit(*entities(12, seed=1))
    answers = tagger.predict(WORDS)
    assert sum(count_illegal(tags, "BIO") for tags in answers) == 0
    assert len({tag for tags in answers for tag in tags}) > 1


def test_probabilities_of_a_softmax_sum_to_one_and_are_largest_at_the_tag(fitted: NeuralTagger) -> None:
    for words, tags, probabilities_SN in zip(WORDS, fitted.predict(WORDS), fitted.predict_proba(WORDS), strict=True):
        assert probabilities_SN.shape == (len(words), len(fitted.classes_))
        np.testing.assert_allclose(probabilities_SN.sum(axis=1), 1, atol=1e-6)
        assert fitted.classes_[probabilities_SN.argmax(axis=1)].tolist() == tags


def test_probabilities_of_a_crf_are_the_shares_of_all_paths(fitted_crf: NeuralTagger) -> None:
    words = [sentence[:4] for sentence in WORDS]
    chain = [tensor.detach().double() for tensor in fitted_crf.model_.head(HEAD).crf.scores()]
    answers = fitted_crf.predict_proba(words)
    with torch.no_grad():
        for positions, scores_BSN, _ in scored_batches(fitted_crf.model_, words, fitted_crf.vocabularies_, torch.device("cpu")):
            for position, scores_SN in zip(positions, scores_BSN, strict=True):
                expected_SN = marginals(scores_SN[: len(words[position])].double(), *chain)
                np.testing.assert_allclose(answers[position], expected_SN.numpy(), atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 12), budget=st.sampled_from([1, 9, 30, 4000]))
@pytest.mark.parametrize("name", ["fitted", "fitted_crf"])
def test_answers_do_not_depend_on_order_and_company(name: str, request, seed: int, size: int, budget: int) -> None:
    tagger: NeuralTagger = request.getfixturevalue(name)
    everything = [*parts_of_speech(30, seed=8)[0], [], ["Never", "seen", "ünïcode", "z"], ["."]]
    tags, probabilities = tagger.predict(everything), tagger.predict_proba(everything)
    chosen = random.Random(seed).sample(range(len(everything)), size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "BATCH_TOKENS", budget)
        some = [everything[position] for position in chosen]
        assert tagger.predict(some) == [tags[position] for position in chosen]
        assert same(tagger.predict_proba(some), [probabilities[position] for position in chosen], tolerance=1e-5)


def test_the_same_seed_gives_the_same_tagger_and_another_seed_another() -> None:
    corpus = parts_of_speech(24, seed=1)
    first, again, other = (tiny(seed=seed).fit(*corpus).predict_proba(WORDS) for seed in (3, 3, 4))
    assert same(first, again)
    assert not same(first, other, tolerance=1e-3)


def test_random_draws_of_the_caller_do_not_matter_and_are_not_disturbed(tmp_path: Path) -> None:
    corpus = parts_of_speech(24, seed=1)
    torch.manual_seed(7)
    np.random.seed(7)
    expected, expected_numpy = torch.rand(3), np.random.rand(3)
    before = tiny().fit(*corpus).predict_proba(WORDS)
    torch.manual_seed(7)
    np.random.seed(7)
    tagger = tiny().fit(*corpus)
    assert same(tagger.predict_proba(WORDS), before)
    tagger.partial_fit(*corpus)
    tagger.save(tmp_path / "tagger")
    NeuralTagger.load(tmp_path / "tagger").predict(WORDS)
    assert torch.equal(torch.rand(3), expected)
    assert np.array_equal(np.random.rand(3), expected_numpy)


def test_fitting_again_starts_anew(fitted: NeuralTagger) -> None:
    tagger = tiny().fit(*entities(12, seed=2))
    assert same(tagger.fit(*parts_of_speech(24, seed=1)).predict_proba(WORDS), fitted.predict_proba(WORDS))


def test_partial_fit_begins_as_fit_and_goes_on_where_it_stood() -> None:
    corpus, more = parts_of_speech(24, seed=1), parts_of_speech(24, seed=3)
    tagger = tiny().partial_fit(*corpus)
    assert same(tagger.predict_proba(WORDS), tiny().fit(*corpus).predict_proba(WORDS))
    words = len(tagger.vocabularies_[0])
    losses = []
    for _ in range(5):
        assert tagger.partial_fit([[*words, "Quux"] for words in more[0]], [[*tags, "NOUN"] for tags in more[1]]) is tagger
        losses.append(tagger.history_[-1]["train_loss"])
    assert losses[-1] < losses[0] < tagger.history_[0]["train_loss"]
    assert len(tagger.vocabularies_[0]) == words
    assert len(tagger.history_) == 12


def test_partial_fit_draws_from_the_seed_and_anew_each_time() -> None:
    corpus, more = parts_of_speech(24, seed=1), parts_of_speech(24, seed=3)
    first, again = (tiny().fit(*corpus).partial_fit(*more).partial_fit(*more).predict_proba(WORDS) for _ in range(2))
    assert same(first, again)
    assert len({network.round_seed(1, fits) for fits in range(9)}) == 9


def test_partial_fit_keeps_the_network_it_has_whatever_the_parameters_say_now() -> None:
    tagger = tiny().fit(*parts_of_speech(24, seed=1)).set_params(hidden_size=99, head="crf", epochs=1)
    tagger.partial_fit(*parts_of_speech(24, seed=3))
    assert tagger.architecture_.hidden_size == 8
    assert len(tagger.history_) == 3


def test_partial_fit_refuses_new_labels_and_stays_as_it_was(fitted: NeuralTagger) -> None:
    before = fitted.predict_proba(WORDS)
    with pytest.raises(UsageError) as caught:
        fitted.partial_fit([["a", "b"]], [["NOUN", "NUM"]])
    assert str(caught.value) == "partial_fit: the labels NUM were not among those of fit (ADP, DET, NOUN, PROPN, PUNCT ...). Use fit."
    assert same(fitted.predict_proba(WORDS), before)


def test_training_that_fails_says_what_to_lower_and_leaves_the_tagger_as_it_was() -> None:
    tagger = tiny().fit(*parts_of_speech(24, seed=1))
    before, history = tagger.predict_proba(WORDS), list(tagger.history_)
    tagger.set_params(learning_rate=1e38, clip_norm=0)
    for method in (tagger.partial_fit, tagger.fit):
        with pytest.raises(
            TrainingError, match=r"^the loss is no longer a number in epoch \d. Lower learning_rate=1e\+38 or clip_norm=0.$"
        ):
            method(*parts_of_speech(24, seed=1))
        assert same(tagger.predict_proba(WORDS), before)
        assert tagger.history_ == history


OPTIONS = [
    *({"backbone": backbone} for backbone in ("rnn", "birnn", "gru", "bigru", "lstm", "bilstm")),
    *({"schedule": schedule} for schedule in ("constant", "linear", "cosine", "inverse_square_root")),
    *({"precision": precision} for precision in ("float32", "bf16", "auto")),
    {"device": "auto"},
    {"layers": 3, "dropout": 0.0, "word_dropout": 0.0},
    {"character_size": 0, "min_count": 3},
    {"clip_norm": 0, "batch_tokens": 1},
    {name: np.int64(4) for name in ("hidden_size", "word_size", "character_size", "filters", "epochs", "seed", "layers")},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(f"{name}={value}" for name, value in options.items()))
@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_every_option_is_trained_saved_and_loaded(head: str, options: dict[str, object], tmp_path: Path) -> None:
    tagger = tiny(**({"head": head, "epochs": 1} | options)).fit(*parts_of_speech(12, seed=1))
    tagger.save(tmp_path / "tagger")
    loaded = NeuralTagger.load(tmp_path / "tagger")
    assert loaded.predict(WORDS) == tagger.predict(WORDS)
    assert same(loaded.predict_proba(WORDS), tagger.predict_proba(WORDS))
    assert loaded.get_params() == tagger.get_params()


@pytest.mark.parametrize(("scheme", "spelled"), [("BIO", list), ("BIOES", as_bioes), ("IOB1", as_iob1)])
@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_every_scheme_is_learned(head: str, scheme: str, spelled) -> None:
    (words, tags), (test_words, test_tags) = entities(60, seed=1), entities(9, seed=2)
    tagger = able(head=head, scheme=scheme).fit(words, [spelled(row) for row in tags])
    assert tagger.score(test_words, [spelled(row) for row in test_tags]) == 1.0


def test_fit_is_silent_and_tells_each_epoch_to_who_asks(capfd: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, object]] = []
    tagger = tiny(epochs=3).fit(*parts_of_speech(12, seed=1), progress=rows.append)
    assert capfd.readouterr() == ("", "")
    assert rows == tagger.history_
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert set(rows[0]) == set(network.KEPT)
