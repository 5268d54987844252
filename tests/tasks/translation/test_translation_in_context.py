"""A sentence of a document is read with those before it, but only the sentence itself is translated, covered, limited and linked."""

from pathlib import Path

import numpy as np
import pytest
import torch

import seqtasks
from seqtasks.errors import RecipeError, UsageError
from seqtasks.inference.search import EncodedBatch, SearchInput, limits
from seqtasks.inference.word_alignment import linked
from seqtasks.models.translation import TranslationModel
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.text.batching import source_batch
from tests.miniature.fixtures import in_miniature
from tests.miniature.runs import train

BEFORE = "A dog sees the boat in the garden.\nThe baker finds a harbour.\n"


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """A run that reads sentences with the three before them."""
    folder = tmp_path_factory.mktemp("documents")
    with pytest.MonkeyPatch.context() as patch:
        in_miniature(patch, sample_folder, folder / "cache")
        train("translation", folder / "run", data__context=3)
    return folder / "run"


def test_a_sentences_own_positions_are_those_after_the_last_end_before_its_own() -> None:
    end = 2
    sources = [[5, 6, end], [7, end, 5, 8, end, 9, end], [end, 4, end], [end]]
    batch = source_batch(sources)
    told = type("Told", (), {"sentence_end": end, "segments": TranslationModel.segments})()
    found_BS = TranslationModel.own(told, batch)
    assert [row.nonzero().flatten().tolist() for row in found_BS] == [[0, 1, 2], [5, 6], [1, 2], [0]]
    told.sentence_end = None
    assert torch.equal(TranslationModel.own(told, batch), batch.mask_BS)


def test_the_limit_and_the_coverage_penalty_count_the_sentence_alone(documents: Path) -> None:
    translator = seqtasks.load(documents).translator
    settings = DecodingSettings(length_ratio=2.0, length_extra=3)
    lines = ["A lamp", BEFORE + "A lamp"]
    batches: list[EncodedBatch] = []
    for line in lines:
        ids = translator.pieces(line)[0]
        with torch.inference_mode():
            batches.append(translator.models.encode([SearchInput(ids)]))
    alone, with_context = batches
    own = int(alone.own_BS.sum())
    assert limits(alone, settings).tolist() == limits(with_context, settings).tolist() == [2 * own + 3]
    assert with_context.own_BS.size(1) > own
    assert with_context.own_BS[0].nonzero().flatten().tolist()[-own:] == [*range(len(ids) - own, len(ids))]


def test_links_are_to_words_of_the_line_itself(documents: Path) -> None:
    predictor = seqtasks.load(documents, decoding={"beams": 2})
    lines = ["A dog sees the boat.", "A lamp.", "", "The baker finds a harbour."]
    for line, (best, *_) in zip(lines, predictor.translate(lines, alignments=True), strict=True):
        assert best.alignment is not None
        assert "".join(best.alignment.source) == line.replace(" ", "")
        assert all(0 <= source < len(best.alignment.source) for source, _ in best.alignment.links)
        assert best.alignment.weights.shape == (len(best.alignment.target), len(best.alignment.source))


def test_a_word_that_looks_at_the_context_has_no_link() -> None:
    source = ["dog", "</s>", "it", "sleeps", "</s>"]
    weights = np.array([[0.6, 0.1, 0.2, 0.1, 0.0], [0.1, 0.0, 0.2, 0.7, 0.0], [0.0, 0.0, 0.3, 0.0, 0.7]])
    found = linked(source, ["il", "dort", "."], weights, finished=False, context=2)
    assert (found.source, found.target, found.links) == (("it", "sleeps"), ("il", "dort", "."), ((1, 1),))
    assert found.weights.tolist() == [[0.2, 0.1], [0.2, 0.7], [0.3, 0.0]]
    assert linked(source, [], np.zeros((0, 5)), finished=False, context=2).source == ("it", "sleeps")


@pytest.mark.parametrize(
    ("overrides", "fault"),
    [
        (["training.guided_attention=0.5"], "training.guided_attention aligns single sentences, but data.context = 2. Set one to 0."),
        (
            ["decoder.window='local-m'"],
            "decoder.window = 'local-m' goes along the source, which begins with the sentences before, of data.context = 2. "
            "Use 'local-p' or 'none'.",
        ),
    ],
)
def test_what_takes_the_source_for_one_sentence_is_refused(overrides: list[str], fault: str) -> None:
    check_recipe(load_recipe("translation", "default", overrides).recipe)
    with pytest.raises(RecipeError) as raised:
        check_recipe(load_recipe("translation", "default", [*overrides, "data.context=2"]).recipe)
    assert str(raised.value).endswith(fault)


def test_an_ensemble_reads_one_source(documents: Path, finished) -> None:
    with pytest.raises(UsageError, match=r"its data\.context is 3, that of .* 0\. An ensemble reads one source\.$"):
        seqtasks.load([finished("translation"), documents])
