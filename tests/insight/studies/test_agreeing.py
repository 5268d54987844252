"""Contrastive scoring, and the agreement study on a few updates."""

from __future__ import annotations

import torch

from seqtasks.insight.studies.agreeing import contrastive_score, language_model, study_agreement, train_language_model
from seqtasks.insight.studies.agreement import AgreementLexicon, Frame, draw_sentences
from seqtasks.insight.studies.networks import NETWORKS, network_kinds

SMALL = AgreementLexicon(nouns=(("boy", "boys"), ("child", "children")), transitive=(("helps", "help"),), intransitive=(("comes", "come"),))


def test_the_score_counts_where_the_right_form_is_more_probable_and_ties_by_half() -> None:
    network = language_model(NETWORKS["rnn"], len(SMALL.words), parameters=900, longest=5, seed=1)
    sentences = draw_sentences(SMALL, Frame((False, True)), 80, torch.Generator().manual_seed(1))
    with torch.no_grad():
        log_p_BV = network(sentences.words_BS[:, :-2], 1)[:, 0].log_softmax(dim=1)
    rows = zip(log_p_BV, sentences.words_BS[:, -2].tolist(), sentences.other_B.tolist(), strict=True)
    right = sum(float(log_p_V[verb] > log_p_V[other]) for log_p_V, verb, other in rows)
    assert contrastive_score(network, sentences) == right / 80
    torch.nn.init.zeros_(network.output.weight)
    torch.nn.init.zeros_(network.output.bias)
    assert contrastive_score(network, sentences) == 0.5


def test_a_trained_model_agrees_beside_its_subject() -> None:
    network = language_model(NETWORKS["lstm"], len(SMALL.words), parameters=2000, longest=5, seed=1)
    train_language_model(network, SMALL, seed=1, updates=150)
    assert contrastive_score(network, draw_sentences(SMALL, Frame((False,)), 100, torch.Generator().manual_seed(1))) > 0.95


def test_a_study_has_a_score_for_each_network_distance_and_seed() -> None:
    told: list[str] = []
    study = study_agreement(network_kinds(["gru", "attention"]), SMALL, seeds=[1, 2], parameters=1500, updates=2, tell=told.append)
    assert study.scores_NDR.shape == (2, 7, 2) and study.distances == (1, 5, 9, 13, 17, 21, 25)
    assert study.chance == 0.5 and study.prediction() != study.prediction()  # NaN: there is no one symbol
    assert len(told) == 4 and told[0].startswith("gru, seed 1: ")
