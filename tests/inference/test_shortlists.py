"""Shortlists and the replacement of unknown words in the answers of translation runs."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import seqtasks
from seqtasks.align.shortlist import Shortlists
from seqtasks.decoding.step import Hypothesis
from seqtasks.errors import RecipeError, UsageError
from seqtasks.inference import search as model_search
from seqtasks.inference.search import BeamSearch, SearchInput
from seqtasks.inference.shortlists import short_memories, shortlists_of
from seqtasks.inference.word_alignment import most_looked_at
from seqtasks.models.translation import OutputRows
from seqtasks.nn.attention import Memory
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.tasks.translation.decoding_checks import changed
from seqtasks.text.corpora.documents import BREAK
from tests.miniature.corpora import write
from tests.miniature.fixtures import in_miniature
from tests.miniature.runs import done, invoke, train
from tests.miniature.sentences import pairs

LINES = ["A dog sees the boat in the garden.", "A lamp", "the baker finds a harbour", "x", "A boat", "The lamp sees a dog."]
WAYS = [
    {"beams": 1},
    {"beams": 4, "length_penalty": "wu", "coverage_penalty": 0.4, "block_ngrams": 2, "min_length": 2},
    {"samples": 3, "top_p": 0.8},
]
RARE = [("A wolf sees the boat.", "Un loup voit le bateau."), ("The wolf sees a dog.", "Le loup voit un chien.")]
SETTINGS = {
    "decoding__shortlist": 2,
    "decoding__shortlist_frequent": 3,
    "decoding__replace_unknown": True,
    "text__tokenizer": "word",
    "text__joint": False,
    "text__min_count": 4,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory, sample_folder):
    """A run of words, with a lexicon that knows the wolf, who comes too seldom for the vocabularies."""
    folder = tmp_path_factory.mktemp("shortlists")
    both = [(english, french) for english, _, french in pairs(40, seed=1)] + RARE
    for side, language in enumerate(("en", "fr")):
        write(folder / f"own.{language}", "".join(f"{pair[side]}\n" for pair in both))
    with pytest.MonkeyPatch.context() as patch:
        in_miniature(patch, sample_folder, folder / "cache")
        train("translation", folder / "run", data__train=folder / "own", **SETTINGS)
    return folder / "run"


def answers(run, lines, decoding, chunk=1000):
    found = seqtasks.load(run, decoding=decoding).stream(lines, chunk=chunk)
    return [[(one.text, one.ids, one.finished) for one in group] for _, group in found]


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_shortlist_of_the_whole_vocabulary_changes_nothing(way, run):
    whole = {"shortlist": 1, "shortlist_frequent": 10**6}
    predictors = [seqtasks.load(run, decoding={**way, **lists}) for lists in (whole, {"shortlist": 0})]
    for short, plain in zip(*(predictor.translate(LINES) for predictor in predictors), strict=True):
        assert (short[0].ids, short[0].text) == (plain[0].ids, plain[0].text)
        assert short[0].log_probability == pytest.approx(plain[0].log_probability, abs=1e-4)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_line_has_the_same_answer_in_any_batch(way, run):
    together = answers(run, LINES, way)
    assert answers(run, LINES, way, chunk=1) == together
    assert answers(run, LINES[::-1], way)[::-1] == together or "samples" in way  # samples depend on the line's number


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_answers_hold_words_of_their_own_shortlist_only(way, run):
    predictor = seqtasks.load(run, decoding=way)
    assets = predictor.translator.assets
    lists = shortlists_of(assets, predictor.recipe.decoding)
    for line, group in zip(LINES, predictor.translate(LINES), strict=True):
        allowed = set(lists.ids(assets.source.encode(line)).tolist())
        assert len(allowed) < len(assets.target.vocabulary) - 4
        assert all(set(one.ids) <= allowed for one in group)


def test_a_prefix_comes_through_whatever_the_shortlist_holds(run):
    predictor = seqtasks.load(run, decoding={"beams": 3, "replace_unknown": False})
    vocabulary = predictor.translator.assets.target.vocabulary
    lists = shortlists_of(predictor.translator.assets, predictor.recipe.decoding)
    ids = predictor.translator.assets.source.encode(LINES[1])
    foreign = [number for number in range(4, len(vocabulary)) if number not in set(lists.ids(ids).tolist())][:2]
    found = predictor.translator.models.answer([SearchInput(ids, foreign), SearchInput(ids)], BeamSearch(predictor.recipe.decoding, 3))
    assert list(found[0][0].tokens[:2]) == foreign
    assert not set(foreign) & set(found[1][0].tokens)


def test_a_sentence_chooses_from_its_own_list_and_the_layer_is_that_of_all_words(run):
    model = seqtasks.load(run).translator.model
    lists = Shortlists(np.array([3, 5]), np.array([0, 0, 2, 3]), np.array([9, 4, 5]))  # word 1 adds 9 and 4, word 2 adds 5
    nothing = Memory(torch.zeros(3, 1, 1), torch.zeros(3, 1, 1), torch.ones(3, 1, dtype=torch.bool))
    (memory,) = short_memories([model], [nothing], lists, [([1], []), ([2], []), ([2, 1], [7])], never=[0, 2])
    assert memory.ids_BX[:, :4].tolist() == [[0, 2, 3, 5]] * 3
    outputs_BKH = torch.randn(3, 2, model.decoder.output_size)
    whole_BKV = model.output(outputs_BKH)
    for row, own in enumerate([[4, 9], [], [4, 7, 9]]):
        found_KX = memory.select(torch.tensor([row])).output(outputs_BKH[row : row + 1])[0]
        assert memory.ids_BX[row, 4 : 4 + len(own)].tolist() == own
        torch.testing.assert_close(found_KX[:, : 4 + len(own)], whole_BKV[row][:, [0, 2, 3, 5, *own]])
        assert (found_KX[:, 4 + len(own) :] == -torch.inf).all()


@pytest.mark.parametrize("bias", [True, False])
def test_rows_of_a_linear_output_layer(bias):
    layer, ids_BC, outputs_BKH = nn.Linear(5, 9, bias=bias), torch.tensor([[1, 2], [8, 0]]), torch.randn(2, 3, 5)
    rows = OutputRows.of(layer, torch.tensor([4]), ids_BC, torch.ones(2, 2, dtype=torch.bool))
    expected_BKV = layer(outputs_BKH)
    torch.testing.assert_close(rows(outputs_BKH)[0], expected_BKV[0][:, [4, 1, 2]])
    torch.testing.assert_close(rows(outputs_BKH)[1], expected_BKV[1][:, [4, 8, 0]])
    with pytest.raises(ValueError, match="the rows of an output layer Identity cannot be told"):
        OutputRows.of(nn.Identity(), ids_BC[0], ids_BC, ids_BC > 0)


def test_a_table_that_grows_too_large_is_made_in_parts(run, monkeypatch):
    together = answers(run, LINES, {"beams": 3})
    monkeypatch.setattr(model_search, "TABLE", 1)
    monkeypatch.setattr(model_search, "ROWS", 1)
    assert answers(run, LINES, {"beams": 3}) == together


def test_an_ensemble_shares_one_shortlist(run):
    alone = answers(run, LINES, {"beams": 3})
    predictor = seqtasks.load([run, run])
    assert [[(one.text, one.ids, one.finished) for one in group] for group in predictor.translate(LINES, beams=3)] == alone


def planted(run, monkeypatch, tokens, decoding):
    """A predictor whose search finds these tokens, an unknown word among them, for every piece."""
    predictor = seqtasks.load(run, decoding=decoding)
    found = [Hypothesis(tuple(tokens), -1.0, -1.0, True), Hypothesis(tuple(tokens[:1]), -2.0, -2.0, True)]
    monkeypatch.setattr(predictor.translator, "answers", lambda inputs, *rest: [found for _ in inputs])
    return predictor


def test_planted_unknown_words_become_what_their_source_word_means(run, monkeypatch):
    target = seqtasks.load(run).translator.assets.target.vocabulary
    known = target.id("le")
    predictor = planted(run, monkeypatch, [known, target.unk, known, target.unk], {"beams": 2})
    translator = predictor.translator
    line = "Zanzibar wolf"  # a word that nobody knows, and one that the lexicon knows
    ids = translator.assets.source.encode(line)
    (walk,) = translator.models.forced([ids], [[known, target.unk, known, target.unk]], 100, attention=True)
    places = walk.attention_TS[:, : len(ids) - 1].argmax(dim=1).tolist()
    words = line.split()
    meanings = [{"Zanzibar": "Zanzibar", "wolf": "loup"}[words[place]] for place in places]
    (found,) = predictor.translate([line], n_best=2, alignments=True)
    assert found[0].text.split() == ["le", meanings[1], "le", meanings[3]]
    assert found[0].alignment.target == ("le", meanings[1], "le", meanings[3])
    assert found[1].text == "le"
    plain = planted(run, monkeypatch, [known, target.unk], {"beams": 2, "replace_unknown": False})
    assert plain.translate([line])[0][0].text == "le <unk>"
    spelled = predictor.translator.cut(f"a b{BREAK}the Zanzibar dog", translator.assets.source.spell)
    assert spelled == [["a", "b", "<eos>", "the", "Zanzibar", "dog", "<eos>"]]


def test_the_lexicon_knows_words_that_the_vocabularies_lack(run):
    assets = seqtasks.load(run).translator.assets
    assert "wolf" not in assets.source.vocabulary
    assert "loup" not in assets.target.vocabulary
    assert (assets.lexicon.entry("wolf"), assets.lexicon.entry("Zanzibar")) == ("loup", None)


def test_the_most_looked_at_word_is_no_end_and_no_attention_is_no_word():
    weights = np.array([[0.5, 0.1, 0.4, 0.0], [0.2, 0.5, 0.0, 0.3], [0.0, 0.4, 0.0, 0.6], [0.1, 0.2, 0.3, 0.4]])
    assert most_looked_at(weights, np.array([True, False, True, False])) == [0, 0, -1, 2]


def test_what_does_not_fit_is_told(run, finished, tmp_path):
    with pytest.raises(RecipeError, match=r"decoding\.replace_unknown needs attention; decoder\.attention is 'none'\. Leave one of"):
        changed(DecodingSettings(), {"replace_unknown": True}, attention=False)
    message = "decoding.shortlist_frequent has no meaning without a shortlist. Set decoding.shortlist, or leave it out."
    with pytest.raises(RecipeError, match=re.escape(message)):
        check_recipe(load_recipe("translation", "default", ["decoding.shortlist_frequent=5"]).recipe)
    plain = finished("translation")
    message = f"{plain}: decoding.shortlist and decoding.replace_unknown need a lexicon, which a run learns where its own recipe "
    remedy = "sets one of the two. Train it so, or leave them out."
    for option in (["--shortlist", "5"], ["--replace-unknown"]):
        result = invoke("predict", plain, *option, input="x\n")
        assert (result.exit_code, result.stderr) == (2, f"Error: {message}{remedy}\n")
    with pytest.raises(UsageError, match="need a lexicon"):
        seqtasks.load(plain, decoding={"shortlist": 5})
    with pytest.raises(ValueError, match="shortlists need a lexicon, but these assets have none"):
        shortlists_of(seqtasks.load(plain).translator.assets, DecodingSettings(shortlist=5))
    assert not (plain / "text" / "lexicon.npz").exists()
    assert done("predict", run, "--shortlist", "2", "--replace-unknown", input="A dog\n").stdout.count("\n") == 1
