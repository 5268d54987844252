"""A translation model under every way to search: one score, one answer, bounded batches."""

import re

import numpy as np
import pytest
import torch

import seqtasks
from seqtasks.decoding.beam import LENGTH_PENALTIES
from seqtasks.errors import RecipeError, UsageError
from seqtasks.inference.search import ModelSearch, SearchInput
from seqtasks.inference.translator import LONGEST
from seqtasks.inference.word_alignment import joined, linked, word_starts
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.tasks.translation.decoding_checks import changed, decoding_faults
from seqtasks.tasks.translation.scores import EncodedPairs, forced
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.tokenizers import SPACE

LINES = ["A dog sees the boat in the garden.", "A lamp", "the baker finds a harbour", "x"]
WAYS = [
    {"beams": 1},
    {"beams": 4, "length_penalty": "wu", "coverage_penalty": 0.4, "block_ngrams": 2},
    {"beams": 3, "min_length": 5},
    {"samples": 3, "top_p": 0.8},
]


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_log_probability_of_every_answer_is_its_forced_one(way, finished) -> None:
    translator = seqtasks.load(finished("translation"), decoding=way).translator
    inputs = [SearchInput(translator.pieces(line)[0], (), (number, 0)) for number, line in enumerate(LINES)]
    found = translator.answers(inputs, translator.settings.beams, 1 if "beams" in way else 3)
    end = translator.assets.target.vocabulary.eos
    for number in range(len(found[0])):
        outputs = [[*group[number].tokens, *([end] if group[number].finished else [])] for group in found]
        for group, walked in zip(found, translator.models.forced([one.ids for one in inputs], outputs, 50), strict=True):
            assert group[number].log_probability == pytest.approx(walked.log_probability, abs=1e-4)


def watched(step, seen: list[tuple[int, int]]):
    """The step, which writes down how many rows it is asked and how long their sources are."""

    def written_down(last_N, memory, state):
        seen.append((len(last_N), memory.mask_BS.size(1)))
        return step(last_N, memory, state)

    return written_down


def test_rows_times_length_of_every_step_stay_within_the_budget(finished, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence of its own may exceed it, but no piece is longer than LONGEST tokens: memory is bounded for any line."""
    seen: list[tuple[int, int]] = []
    for way in ({"beams": 4, "batch_tokens": 400}, {"samples": 4, "batch_tokens": 400}):
        translator = seqtasks.load(finished("translation"), decoding=way).translator
        monkeypatch.setattr(translator.models, "fast_step", watched(translator.models.fast_step, seen))
        translator.translate([*LINES * 20, "the boat " * 300])
    assert max(rows * length for rows, length in seen) <= 4 * (LONGEST + 4)
    assert max(rows * length for rows, length in seen if length < 100) <= 400 + 4 * 4 * 100


def test_a_prefix_is_never_blocked_and_leaves_room_to_go_on(finished) -> None:
    translator = seqtasks.load(
        finished("translation"), decoding={"beams": 2, "block_ngrams": 1, "length_ratio": 0.01, "length_extra": 1}
    ).translator
    prefix = "Un chien Un chien Un chien"
    (best,) = translator.translate(["x"], prefixes=[prefix])
    assert best[0].text.startswith(prefix)


def test_an_ensemble_averages_what_its_models_say(finished) -> None:
    translator = seqtasks.load(finished("translation")).translator
    torch.manual_seed(3)
    other = seqtasks.load(finished("translation")).translator.model
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    sources, outputs = [translator.pieces(line)[0] for line in LINES], [translator.assets.target.encode("Un chien") for _ in LINES]
    vocabulary, device = translator.assets.target.vocabulary, torch.device("cpu")
    scores = []
    for models in ([translator.model], [other], [translator.model, other]):
        found = ModelSearch(models, vocabulary, device).forced(sources, outputs, 100, attention=True)
        scores.append([output.log_probs_T.exp() for output in found])
    for one, two, both in zip(*scores, strict=True):
        torch.testing.assert_close(both, (one + two) / 2)


def test_words_are_linked_to_the_word_they_look_at_most() -> None:
    source, target = [f"{SPACE}A", "dog", ".", "</s>"], [f"{SPACE}Un", f"{SPACE}ch", "ien", "."]
    weights = np.array([[0.6, 0.3, 0.1, 0], [0.3, 0.3, 0.1, 0.3], [0.2, 0.4, 0.3, 0.1], [0.1, 0.1, 0.2, 0.6]])
    found = linked(source, target, weights, finished=False)
    assert (found.source, found.target, found.links) == (("Adog", "."), ("Un", "chien", "."), ((0, 0), (0, 1)))
    assert found.weights == pytest.approx(np.array([[0.9, 0.1], [0.6, 0.2], [0.2, 0.2]]))
    assert linked(source, [*target[:3], "</s>"], weights, finished=True).links == ((0, 0), (0, 1))
    twice = joined([found, found])
    assert twice.links == ((0, 0), (0, 1), (2, 3), (2, 4))
    assert twice.weights.tolist() == np.kron(np.eye(2), found.weights).tolist()
    assert found.pharaoh() == "0-0 0-1"
    assert word_starts([SPACE, "d", "og", f"{SPACE}sees", ".", SPACE, "."]) == [0, 3, 4, 5]
    nothing = linked(source, [], np.zeros((0, 4)), finished=False)
    assert (nothing.source, nothing.target, nothing.links, nothing.weights.shape) == (("Adog", "."), (), (), (0, 2))


@pytest.mark.parametrize(
    "way", [{"length_penalty": "average"}, {"length_penalty": "wu", "alpha": 0.6}, {"length_penalty": "none"}], ids=str
)
def test_greedy_search_scores_as_beams_do(way, finished) -> None:
    penalty = LENGTH_PENALTIES[way["length_penalty"]](way.get("alpha", 1.0))
    for beams in (1, 3):
        for best, *_ in seqtasks.load(finished("translation"), decoding={"beams": beams, **way}).translate(LINES):
            assert best.score == pytest.approx(best.log_probability / penalty(len(best.ids) + best.finished), rel=1e-5)


def test_an_alignment_is_the_attention_along_the_chosen_translation(finished) -> None:
    """Weights are those of forced decoding, by word; a word's link is where its row is largest, and none where that is the end."""
    predictor = seqtasks.load(finished("translation"), decoding={"beams": 3})
    for line, (best, *others) in zip(LINES, predictor.translate(LINES, n_best=3, alignments=True), strict=True):
        assert best.alignment is not None and all(other.alignment is None for other in others)
        found = predictor.translator.attention(line, best.text)
        assert found is not None
        source, target, weights = found
        rows = len(best.alignment.target)
        assert (list(best.alignment.source), list(best.alignment.target)) == (source[:-1], target[:rows])
        np.testing.assert_allclose(best.alignment.weights, weights[:rows, :-1], atol=1e-5)
        looked = [(int(row.argmax()), number) for number, row in enumerate(weights[:rows])]
        assert list(best.alignment.links) == [(place, number) for place, number in looked if place < len(source) - 1]


def test_very_long_pairs_have_no_figure(finished) -> None:
    """The attention of 10,000 words to 10,000 would fill the memory."""
    translator = seqtasks.load(finished("translation")).translator
    assert translator.attention("the " * 10_000, "le " * 10_000) is None
    assert translator.attention("the " * 20, "le " * 20) is not None


def test_unknown_words_and_vowel_signs_do_not_shift_the_numbers_of_words(finished) -> None:
    """An unknown character is a piece of its word: taken for a word by itself it moved the links of all words behind it."""
    line = "\u3053\u3093 \u0928\u092e\u0938\u094d\u0924\u0947 \x00 dog."
    (best,) = seqtasks.load(finished("translation")).translate([line], alignments=True)[0]
    assert best.alignment is not None
    assert best.alignment.source == (*line[:-1].split(), ".")
    figure = seqtasks.load(finished("translation")).translator.attention(line, "Un chien.")
    assert figure is not None and figure[0][:-1] == [*line[:-1].split(), "."]


def test_settings_that_would_make_endless_translations_are_refused() -> None:
    for key, limit in (("min_length", 1000), ("length_extra", 1000), ("length_ratio", 100)):
        changed(DecodingSettings(), {key: limit}, attention=True)
        message = f"decoding: {key} = {limit + 1}: input should be less than or equal to {limit}."
        with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
            changed(DecodingSettings(), {key: limit + 1}, attention=True)


def test_long_pairs_are_scored_word_by_word_and_alike(finished, monkeypatch: pytest.MonkeyPatch) -> None:
    """Additive attention of 2,000 words to 2,000 at once took 8 GB."""
    translator = seqtasks.load(finished("translation")).translator
    texts = [("A dog sees the boat.", "Un chien voit le canot."), ("the boat " * 20, "le canot " * 20)]
    part = EncodedPairs.of([SentencePair(*pair, number) for number, pair in enumerate(texts, 1)], translator.assets)
    whole = forced(translator, part)
    seen: list[int] = []
    translator.model.decoder.register_forward_pre_hook(lambda decoder, given: seen.append(given[0].size(1)))
    monkeypatch.setattr("seqtasks.tasks.translation.scores.LONGER", 10)
    assert forced(translator, part) == (pytest.approx(whole[0], rel=1e-5), *whole[1:])
    assert not seen


def test_settings_of_the_search_are_checked_as_a_recipe_is(finished) -> None:
    with pytest.raises(RecipeError, match=r"^decoding: unknown key 'beam'; did you mean 'beams'\?$"):
        changed(DecodingSettings(), {"beam": 3}, attention=True)
    message = "decoding.coverage_penalty needs attention; decoder.attention is 'none'. Leave one of the two out."
    assert decoding_faults(DecodingSettings(coverage_penalty=0.5), attention=False) == [message]
    with pytest.raises(UsageError, match=r"^average = 'mean'. Expected one of probabilities, log_probabilities\.$"):
        seqtasks.load(finished("translation"), average="mean")
    with pytest.raises(UsageError, match=r"^load needs a run directory, or a list of some; got none\.$"):
        seqtasks.load([])
