"""Occlusion: all words at once equal one at a time; agreement equals counting pairs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from seqtasks.inference.translator import Translator
from seqtasks.inference.word_alignment import word_starts
from seqtasks.insight.influence import Influence, influence, occluded
from seqtasks.tasks.translation.build import build_translation

LINE = "The old dog sees a boat in the park."


def output_of(translator, line):
    best = translator.translate([line])[0][0]
    return [*best.ids, translator.assets.target.vocabulary.eos] if best.finished else list(best.ids)


@pytest.mark.parametrize("way", ["remove", "replace"])
def test_occlusion_of_all_words_equals_one_at_a_time(translation, way):
    translator = translation.translator
    output = output_of(translator, LINE)
    found = influence(translator, LINE, output, way=way)
    ids, unknown = translator.assets.source.encode(LINE), translator.assets.source.vocabulary.unk
    budget = translator.settings.batch_tokens
    (whole,) = translator.models.forced([ids], [output], budget)
    pieces = translator.assets.source.spell(LINE)
    assert "".join(found.source) == LINE.replace(" ", "")
    place = 0
    for number, word in enumerate(found.source):
        end, spelled = place, ""
        while spelled != word:
            spelled += pieces[end].replace("▁", "")
            end += 1
        without = [*ids[:place], *([unknown] * (end - place) if way == "replace" else []), *ids[end:]]
        (alone,) = translator.models.forced([without], [output], budget)
        drops_T = (whole.log_probs_T - alone.log_probs_T).numpy()
        assert found.drops[:, number].sum() == pytest.approx(drops_T.sum(), abs=1e-5)
        assert found.drops[-1, number] == pytest.approx(drops_T[-1], abs=1e-5)  # the end is a word of one token
        place = end
    assert pieces[place:] == ["<eos>"]


def test_attention_is_that_of_the_translation_by_word(translation):
    translator = translation.translator
    text = translator.translate([LINE])[0][0].text
    source, target, weights_TS = translator.attention(LINE, text)
    found = influence(translator, LINE, translator.assets.target.encode(text))
    assert (list(found.source), list(found.target)) == (source[:-1], target)
    np.testing.assert_allclose(found.attention, weights_TS[:, :-1], atol=1e-6)


def test_occluded_sources_lose_one_word_and_keep_their_end():
    assert occluded([5, 6, 7, 8, 3], [0, 2, 3, 4], unknown=1, way="remove") == [[7, 8, 3], [5, 6, 8, 3], [5, 6, 7, 3]]
    assert occluded([5, 6, 7, 8, 3], [0, 2, 3, 4], unknown=1, way="replace") == [[1, 1, 7, 8, 3], [5, 6, 1, 8, 3], [5, 6, 7, 1, 3]]


def tau_b(left, right):
    """Kendall's tau-b by looking at every pair."""
    agree = tied_left = tied_right = pairs = 0
    for one, other in itertools.combinations(range(len(left)), 2):
        first, second = np.sign(left[one] - left[other]), np.sign(right[one] - right[other])
        agree += first * second
        tied_left += first == 0
        tied_right += second == 0
        pairs += 1
    scale = math.sqrt((pairs - tied_left) * (pairs - tied_right))
    return agree / scale if scale else math.nan


def test_agreement_equals_counting_pairs_ties_and_all():
    generator = np.random.default_rng(5)
    drops, attention = (generator.integers(0, 4, (6, 5)).astype(float) for _ in range(2))
    attention[2] = 0.2
    found = Influence(("a",) * 5, ("b",) * 6, drops, attention)
    expected = [tau_b(looked, lost) for looked, lost in zip(attention, drops, strict=True)]
    np.testing.assert_allclose(found.agreement(), expected)
    assert math.isnan(found.agreement()[2])
    tops = [int(looked.argmax()) == int(lost.argmax()) for looked, lost in zip(attention, drops, strict=True)]
    assert found.same_top() == pytest.approx(sum(tops) / 6)
    without = Influence(("a",), ("b",), drops[:1, :1], None)
    assert without.agreement() is None and without.same_top() is None
    assert math.isnan(Influence(("a",), ("b",), drops[:1, :1], attention[:1, :1]).agreement()[0])


MODELS = [
    {"decoder": {"kind": "cgru"}}, {"decoder": {"attention": "none"}}, {"decoder": {"kind": "transformer"}},
    {"decoder": {"kind": "convolution"}}, {"decoder": {"attention": "location"}}, {"decoder": {"window": "local-m"}},
    {"decoder": {"normaliser": "sparsemax", "heads": 2}},
    {"backbone": {"kind": "transformer"}}, {"backbone": {"kind": "bilstm_attention"}},
]  # fmt: skip


@pytest.mark.parametrize("changes", MODELS, ids=str)
def test_every_translator_is_asked_in_float64_and_answers_as_in_float32(translation, changes):
    recipe, own = translation.recipe, translation.translator
    tables = {table: getattr(recipe, table).model_copy(update=keys) for table, keys in changes.items()}
    model = build_translation(recipe.model_copy(update=tables), own.assets).eval()
    translator = Translator(model, own.assets, own.settings, own.device)
    output = [9, 5, 8, 3]
    found = influence(translator, LINE, output)
    ids, starts = own.assets.source.encode(LINE), word_starts(own.assets.source.spell(LINE))
    sources = [ids, *occluded(ids, starts, unknown=1, way="remove")]
    whole, *others = (one.log_probs_T.sum().item() for one in translator.models.forced(sources, [output] * len(sources), 1000))
    np.testing.assert_allclose(found.drops.sum(axis=0), [whole - other for other in others], atol=1e-4)
    assert (found.attention is None) == (changes.get("decoder", {}).get("attention") == "none")
    assert next(model.parameters()).dtype == torch.float32  # the translator keeps its own
