"""A sentence inside a run: the answers are those of `predict`, and the tables those of the layers alone."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.inference.classifier import TextClassifier
from seqtasks.inference.tagger import Tagger
from seqtasks.insight.following import follow
from seqtasks.insight.inspection import inspect
from seqtasks.insight.layers import LayerReading, saturation
from seqtasks.insight.taggers import read_sentences, untrained
from seqtasks.insight.translators import read_pair
from seqtasks.models.translation import TARGET
from seqtasks.tasks.classification.build import build_classifier
from seqtasks.tasks.classification.predictor import ClassificationPredictor
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.translation.build import build_translation
from seqtasks.text.batching import source_batch
from seqtasks.training.weights import save_weights
from tests.insight.conftest import RUNS

LINES = ["Madrid United will win the Battle of Tolva.", "Anna sings.", "", 'The old judge of Paris said: "No."']


@pytest.mark.parametrize("name", ["ner", "pos", "multitask"])
def test_the_tags_are_those_of_predict(name):
    predictor = seqtasks.load(RUNS / name)
    found = inspect(predictor, LINES)
    answers = [predictor.tag(line) for line in LINES if line]
    assert [one.line for one in found] == [line for line in LINES if line]
    for one, answer in zip(found, answers, strict=True):
        assert {head: list(tags) for head, tags in one.tags.items()} == dict(answer.tags)
        (side,) = one.sides
        assert side.words == answer.words
        assert all(table.shape[0] == len(side.words) for layer in side.layers for table in [*layer.gates.values(), layer.cells])


def test_a_sentence_is_the_same_alone_and_in_a_file(ner):
    together = inspect(ner, LINES)
    for one in together:
        (alone,) = inspect(ner, [one.line])
        for layer, other in zip(one.sides[0].layers, alone.sides[0].layers, strict=True):
            assert layer.name == other.name
            np.testing.assert_allclose(layer.cells, other.cells, atol=2e-6)
            np.testing.assert_allclose(layer.gates["forget"], other.gates["forget"], atol=2e-6)


def test_words_between_spaces_stay_as_they_are(ner):
    (found,) = inspect(ner, ["won't go ."], tokens=True)
    assert found.sides[0].words == ("won't", "go", ".")


def test_states_of_the_replay_are_those_that_tagging_reads(ner):
    words = ["Anna", "sings", "in", "Paris", "."]
    (read,) = read_sentences(ner.tagger, [words])
    ((_, batch),) = ner.tagger.batches([words])
    for ours, theirs in zip(read.batch.encoded.layers, batch.encoded.layers, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-6)


def test_a_translation_is_that_of_predict_with_the_scores_of_score(translation):
    line = "A dog sees the boat."
    (found,) = inspect(translation, [line])
    (best,) = translation.translate([line])[0]
    assert found.translation == best.text
    encoder, decoder = found.sides
    assert [layer.name for layer in encoder.layers] == ["encoder layer 1 ahead", "encoder layer 1 back"]
    assert [layer.name for layer in decoder.layers] == ["decoder layer 1"]
    assert encoder.words == tuple(translation.translator.assets.source.spell(line))
    assert len(decoder.words) == len(found.scores) == len(decoder.layers[0].cells)
    assert sum(found.scores) == pytest.approx(best.log_probability, abs=1e-4)
    assert decoder.words[:-1] == tuple(translation.translator.assets.target.tokens(best.ids))


DECODERS = [
    {"kind": "gru"}, {"input_feeding": True}, {"attend": "first", "layers": 2}, {"kind": "cgru"},
    {"attention": "none"}, {"kind": "transformer"}, {"kind": "convolution"},
]  # fmt: skip


@pytest.mark.parametrize("changes", DECODERS, ids=str)
def test_the_scores_of_every_decoder_are_those_of_teacher_forcing(translation, changes):
    recipe = translation.recipe.model_copy(update={"decoder": translation.recipe.decoder.model_copy(update=changes)})
    model = build_translation(recipe, translation.translator.assets).eval()
    source, output = [7, 8, 9, 4, 3], [9, 5, 8, 3]
    translator = translation.translator
    own = type(translator)(model, translator.assets, translator.settings, translator.device)
    pair = read_pair(own, source, output)
    with torch.no_grad():
        batch = replace(source_batch([source]), targets={TARGET: torch.tensor([output])})
        log_probs_TV = model.output(model(batch)[0][0]).log_softmax(-1)
    expected = log_probs_TV[torch.arange(len(output)), torch.tensor(output)]
    torch.testing.assert_close(torch.tensor(pair.scores), expected, rtol=0, atol=1e-5)
    assert (pair.decoder is None) == (changes.get("kind") in ("transformer", "convolution"))
    assert len(pair.encoder) == 2


def with_backbone(predictor, kind):
    """The predictor's recipe with another backbone, untrained."""
    recipe = predictor.recipe.model_copy(update={"backbone": predictor.recipe.backbone.model_copy(update={"kind": kind})})
    tagger = predictor.tagger
    model = build_tagging(recipe, tagger.assets).eval()
    return TaggingPredictor(recipe, Tagger(model, tagger.assets, tagger.device, tagger.schemes), predictor.seen)


@pytest.mark.parametrize("kind", ["rnn", "bigru", "dilated_bilstm", "bilstm_attention"])
def test_every_recurrent_backbone_is_inspected(ner, kind):
    predictor = with_backbone(ner, kind)
    (found,) = inspect(predictor, LINES[:1])
    assert list(found.tags["ner"]) == predictor.tag(LINES[0]).tags["ner"]
    assert len(found.sides[0].layers) == (1 if kind == "rnn" else 2)


def classifier_of(ner, kind):
    """An untrained classifier with the words of the NER run."""
    labels = {"label": ("fact", "question", "order")}
    assets = replace(ner.tagger.assets, labels=labels, hmms={})
    recipe = load_recipe("classification", overrides=[f"backbone.kind={kind}", "backbone.hidden_size=4", "words.size=8"]).recipe
    model = build_classifier(recipe, assets).eval()
    return ClassificationPredictor(recipe, TextClassifier(model, assets, torch.device("cpu"), head="label", language="en", max_length=50))


@pytest.mark.parametrize("kind", ["bilstm", "gru"])
def test_the_labels_of_a_text_are_those_of_predict(ner, kind):
    predictor = classifier_of(ner, kind)
    found = inspect(predictor, LINES)
    answers = predictor.classify_lines([line for line in LINES if line])
    for one, answer in zip(found, answers, strict=True):
        assert list(one.labels) == list(answer.probabilities)
        assert list(one.labels.values()) == pytest.approx(list(answer.probabilities.values()), abs=1e-5)
        assert {len(layer.memory) for layer in one.sides[0].layers} == {len(one.sides[0].words)}
    with pytest.raises(UsageError, match=r"^inspect finds no gates or cells in a backbone Transformer\.$"):
        inspect(classifier_of(ner, "transformer"), LINES)
    with pytest.raises(
        UsageError, match=r"^cells are sought in taggers and translators, not in runs answered by ClassificationPredictor\.$"
    ):
        follow(predictor)


def test_what_has_no_gates_is_named(ner):
    with pytest.raises(UsageError, match=r"^inspect finds no gates or cells in a backbone IteratedConvolutions\. It reads recurrent ones"):
        inspect(with_backbone(ner, "convolution"), LINES)
    with pytest.raises(UsageError, match=r"^inspect finds no gates or cells in a backbone Transformer\. "):
        inspect(with_backbone(ner, "transformer"), LINES)
    with pytest.raises(UsageError, match=r"^inspect looks into networks, but this run is an HMM"):
        inspect(seqtasks.load(RUNS / "hmm"), LINES)


def test_a_side_of_a_translator_without_gates_says_so(tmp_path):
    run = shutil.copytree(RUNS / "translation", tmp_path / "run")
    recipe = (run / "recipe.toml").read_text(encoding="utf-8").replace('kind = "bilstm"', 'kind = "transformer"')
    (run / "recipe.toml").write_text(recipe, encoding="utf-8")
    old = seqtasks.load(RUNS / "translation")
    changed = old.recipe.model_copy(update={"backbone": old.recipe.backbone.model_copy(update={"kind": "transformer"})})
    save_weights(build_translation(changed, old.translator.assets), run / "model.safetensors")
    (found,) = inspect(seqtasks.load(run), ["A dog."])
    assert found.sides[0].layers == ()
    assert found.sides[0].note == "a Transformer has no gates or cells"
    assert found.sides[1].note == "" and found.sides[1].layers


def test_too_long_a_sentence_is_one_clear_line(ner, translation):
    with pytest.raises(UsageError, match=r"^inspect takes sentences of at most 1000 words, got one of 1001\. Split it\.$"):
        inspect(ner, ["a " * 1001], tokens=True)
    with pytest.raises(UsageError, match=r"^inspect takes lines of at most 250 tokens, got one of \d+\. Split it\.$"):
        inspect(translation, ["dog " * 250])


def test_an_untrained_twin_has_other_weights_and_draws_nothing_from_the_generator(ner):
    before = torch.random.get_rng_state()
    first, again, other = untrained(ner, 1), untrained(ner, 1), untrained(ner, 2)
    assert torch.equal(torch.random.get_rng_state(), before)
    weights = [[*tagger.model.parameters()][0] for tagger in (first, again, other, ner.tagger)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2]) and not torch.equal(weights[0], weights[3])


def drawn_layer(words, generator):
    gates = {gate: generator.random((words, 4), dtype=np.float32) for gate in ("input", "forget", "output")}
    return LayerReading("layer 1", "lstm", gates, None, generator.standard_normal((words, 4), dtype=np.float32), np.zeros((words, 4)))


def test_means_strongest_and_saturation_equal_counting():
    generator = np.random.default_rng(3)
    layers = [drawn_layer(words, generator) for words in (5, 1, 9)]
    found = {one.gate: one for one in saturation([[layer] for layer in layers])}
    for gate, one in found.items():
        rows = [row for layer in layers for row in layer.gates[gate].tolist()]
        for unit in range(4):
            assert one.left[unit] == pytest.approx(sum(row[unit] < 0.1 for row in rows) / 15)
            assert one.right[unit] == pytest.approx(sum(row[unit] > 0.9 for row in rows) / 15)
    layer = layers[0]
    for place in range(5):
        assert layer.gate_means()["forget"][place] == pytest.approx(sum(layer.gates["forget"][place].tolist()) / 4)
        by_size = sorted(range(4), key=lambda unit: -abs(layer.cells[place, unit]))
        assert layer.strongest(2)[place].tolist() == by_size[:2]
