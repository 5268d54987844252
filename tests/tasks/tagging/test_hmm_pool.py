"""What an HMM says beside a network, and how the two answer together."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import seqtasks
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.hmm_priors import LOWEST, LogPriors, log_priors, with_log_priors
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import Batch
from tests.miniature.runs import invoke, train
from tests.miniature.sentences import tagged

LABELS = ["ADJ", "ADV", "DET", "NEVER", "NOUN", "PRON", "PROPN", "PUNCT", "VERB"]
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def corpus(size: int) -> tuple[list[list[str]], list[list[str]]]:
    sentences = tagged(size, seed=4)
    return [list(sentence.words) for sentence in sentences], [list(sentence.upos) for sentence in sentences]


def test_log_priors_are_the_log_posteriors_in_the_order_of_the_labels_and_a_floor_for_labels_the_hmm_lacks() -> None:
    words, tags = corpus(30)
    labels = sorted({tag for row in tags for tag in row} | {"NEVER"})
    tagger = HMMTagger().fit(words, tags)
    for row_SN, table_SC in zip(log_priors(tagger, words[:5], labels), tagger.predict_proba(words[:5]), strict=True):
        for number, label in enumerate(labels):
            if label == "NEVER":
                assert np.allclose(row_SN[:, number], np.log(LOWEST))
            else:
                column = list(tagger.classes_).index(label)
                assert np.allclose(row_SN[:, number], np.log(np.maximum(table_SC[:, column], LOWEST)), atol=1e-5)


def test_log_priors_of_a_batch_stand_at_its_words_and_padding_is_zero() -> None:
    mask_BS = torch.tensor([[True, True, True], [True, False, False]])
    batch = Batch(torch.ones(2, 3, dtype=torch.long), mask_BS, torch.tensor([4, 2]), "", {})
    sizes = [9, 9, 1, 9, 3]
    rows = LogPriors(np.repeat(-np.array(sizes, dtype=np.float32), sizes)[:, None].repeat(2, axis=1), np.cumsum([0, *sizes]))
    priors_BSN = with_log_priors(batch, np.array([4, 2]), {"pos": rows}).priors["pos"]
    assert priors_BSN.tolist() == [[[-3, -3]] * 3, [[-1, -1], [0, 0], [0, 0]]]
    assert with_log_priors(batch, np.array([4, 2]), {}) is batch


def test_answers_are_the_log_opinion_pool_of_the_network_and_the_hmm_fitted_on_the_training_part() -> None:
    train("pos", Path("run"), head__hmm=0.3)
    tagger = seqtasks.load("run").tagger
    words, _ = corpus(9)
    labels = tagger.assets.labels["upos"]
    tables = log_priors(tagger.assets.hmms["upos"], words, labels)
    training = tagged(24, seed=1)
    fitted = HMMTagger().fit([sentence.words for sentence in training], [sentence.upos for sentence in training])
    assert all(np.allclose(one, other, atol=1e-6) for one, other in zip(tables, log_priors(fitted, words, labels), strict=True))
    answers, sure = tagger.tag_with_confidence(words, "upos")
    alone = replace(tagger.assets, hmms={})
    tagger.assets = alone
    own, own_sure = tagger.tag_with_confidence(words, "upos")
    for number, table_SN in enumerate(tables):
        for place, (tag, probability) in enumerate(zip(answers[number], sure[number], strict=True)):
            best = int(np.argmax(table_SN[place]))
            if own[number][place] == labels[best]:  # both agree, so the pool does
                assert tag == labels[best]
                least = 0.7 * np.log(own_sure[number][place]) + 0.3 * table_SN[place, best]
                assert np.log(probability) >= least - 1e-5  # a normalised pool gives no less (Hoelder's inequality)


def test_scores_are_mixed_in_the_share_of_the_hmm() -> None:
    train("pos", Path("run"), head__hmm=0.3)
    model = seqtasks.load("run").tagger.model
    size = len(model.head("upos").labels)
    mask_BS = torch.tensor([[True, True, True, True], [True, False, False, False]])
    job_batch = Batch(mask_BS.long(), mask_BS, torch.arange(2), "", {})
    states = [torch.randn(2, 4, model.trunk.output_size)] * 3
    encoded = Encoded(tuple(states), None, mask_BS)
    log_probs_BSN = torch.randn(2, 4, size).log_softmax(-1)
    model.trunk.forward = lambda batch: encoded
    with torch.inference_mode():
        own_BSN = model(job_batch)["upos"]
        found_BSN = model(replace(job_batch, priors={"upos": log_probs_BSN}))["upos"]
    assert torch.allclose(found_BSN, 0.7 * own_BSN + 0.3 * log_probs_BSN, atol=1e-6)


def test_the_network_is_trained_as_without_an_hmm() -> None:
    train("pos", Path("with"), head__hmm=0.5)
    train("pos", Path("without"))
    first, second = (seqtasks.load(path).tagger.model.state_dict() for path in ("with", "without"))
    assert all(torch.equal(first[name], second[name]) for name in second)


def test_a_run_keeps_its_hmm_and_answers_the_same_alone_and_in_any_batch() -> None:
    train("pos", Path("run"), head__hmm=0.5)
    assert (Path("run") / "text" / "hmm-upos" / "tagger.json").is_file()
    predictor = seqtasks.load("run")
    words, _ = corpus(12)
    together = predictor.tag_words(words, confidences=True)
    for sentence, answer in zip(words, together, strict=True):
        (alone,) = predictor.tag_words([sentence], confidences=True)
        assert alone.tags == answer.tags
        assert np.allclose(alone.confidences["upos"], answer.confidences["upos"], atol=1e-5)


def test_nested_spans_take_no_hmm() -> None:
    result = invoke("run", "ner", "nested", "--set", "head.hmm=0.5", "--out", "run")
    assert result.exit_code != 0
    assert "hmm has no meaning for nested spans. Leave it out." in result.output
