"""Posteriors through the whole path `load(run).tag`: legal sequences only, k best that add up to confidences, long sentences in pieces.

The runs hold networks as they are built, untrained; each test draws the weights of the head.
"""

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.inference import tagger as tagger_module
from seqtasks.inference.assets import TaggingAssets
from seqtasks.inference.network_posteriors import joined_paths, merged
from seqtasks.inference.tagger import LONGEST, Tagger
from seqtasks.models.heads import Head, SoftmaxHead
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.text.tags import Span, convert, count_illegal, spans_of
from seqtasks.training.weights import save_weights
from tests.miniature.runs import TINY_TAGGING, spelled

TAGS = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC", "I-LOC", "I-LOC", "B-PER", "O"]
WORDS = ["Mara", "Linn", "saw", "Oslo", "Bad", "Ems", "Nord", "Odo", "."]
KINDS = {
    "crf": {"head.kind": "crf"},
    "constrained": {"head.kind": "softmax", "head.constrained": True},
    "softmax": {"head.kind": "softmax"},
}
SCHEMES = ("BIO", "IOB1", "BIOES")
LEGAL = [*itertools.product(("crf", "constrained"), SCHEMES)]


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], TaggingPredictor]:
    """The loaded run of an untrained network with a head of this kind, trained in this scheme; files are in it too."""
    loaded: dict[tuple[str, str], TaggingPredictor] = {}

    def run(kind: str, scheme: str) -> TaggingPredictor:
        if (kind, scheme) not in loaded:
            changes = {**TINY_TAGGING, **KINDS[kind], "data.scheme": scheme, "head.tag_scheme": scheme}
            recipe = load_recipe("ner", overrides=[f"{key}={spelled(value)}" for key, value in changes.items()]).recipe
            labels = sorted(set(convert(TAGS, "BIO", scheme)))
            assets = TaggingAssets.learn([WORDS, WORDS], {"ner": labels}, recipe.words)
            directory = RunDirectory.create(tmp_path_factory.mktemp(kind) / "run", recipe, {}, overwrite=False)
            assets.save(directory.text)
            save_weights(build_tagging(recipe, assets), directory.weights)
            predictor = seqtasks.load(directory.path)
            assert isinstance(predictor, TaggingPredictor)
            loaded[kind, scheme] = predictor
        return loaded[kind, scheme]

    return run


def drawn(predictor: TaggingPredictor, seed: int, scale: float = 3.0) -> TaggingPredictor:
    """The predictor with other weights in its head."""
    assert isinstance(predictor.tagger, Tagger)
    head, generator = predictor.tagger.model.head("ner"), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.normal_(0, scale, generator=generator)
    return predictor


sentences = st.lists(st.sampled_from([*WORDS, "new", "\0", "👍"]), max_size=6)


@pytest.mark.parametrize(("kind", "scheme"), LEGAL)
@given(
    seed=st.integers(0, 10**6), batch=st.lists(sentences, min_size=1, max_size=3), k=st.integers(1, 6), longest=st.sampled_from([2, 1000])
)
@settings(max_examples=15, deadline=None)
def test_illegal_sequences_never_leave_a_constrained_decoder(run_of, kind, scheme, seed, batch, k, longest) -> None:
    predictor = drawn(run_of(kind, scheme), seed)
    written = predictor.schemes["ner"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tagger_module, "LONGEST", longest)
        answers = predictor.tag_words(batch, confidences=True, k_best=k)
        plain = predictor.tag_words(batch)
    assert [answer.tags for answer in plain] == [answer.tags for answer in answers]
    for words, answer in zip(batch, answers, strict=True):
        rows = [answer.tags["ner"], *(path.tags for path in answer.k_best["ner"])]
        assert all(len(row) == len(words) and count_illegal(row, written) == 0 for row in rows)
        assert rows[0] == rows[1]
        assert len({tuple(row) for row in rows}) == len(rows) - 1 <= k
        assert all(0 <= (entity.confidence or 0) <= 1 for entity in answer.entities["ner"])


@pytest.mark.parametrize(("kind", "scheme"), [*LEGAL, ("softmax", "BIO")])
def test_all_paths_together_are_certain_and_make_up_the_confidences(run_of, kind: str, scheme: str) -> None:
    predictor = drawn(run_of(kind, scheme), 3, scale=0.7)
    for words in (["Mara", "saw", "Bad"], ["Odo"], []):
        answer = predictor.tag_words([words], confidences=True, k_best=1000)[0]
        paths = [(path.tags, path.probability) for path in answer.k_best["ner"]]
        assert sum(probability for _, probability in paths) == pytest.approx(1.0, abs=1e-6)
        scheme_written = predictor.schemes["ner"]
        shares = [
            sum(share for tags, share in paths if span in spans_of(tags, scheme_written))
            for span in spans_of(answer.tags["ner"], scheme_written)
        ]
        assert [entity.confidence for entity in answer.entities["ner"]] == pytest.approx(shares, abs=1e-6)
        assert answer.confidences is not None
        if scheme == scheme_written:
            marginals = [sum(share for tags, share in paths if tags[place] == tag) for place, tag in enumerate(answer.tags["ner"])]
            assert answer.confidences["ner"] == pytest.approx(marginals, abs=1e-5)


def test_of_a_sentence_in_pieces_paths_and_spans_are_those_of_pieces_that_stand_alone(run_of) -> None:
    predictor = drawn(run_of("crf", "BIOES"), 5, scale=0.7)
    words = (WORDS * LONGEST)[: 2 * LONGEST + 1]
    answer = predictor.tag_words([["Odo"], words, []], confidences=True, k_best=9)[1]
    pieces = [predictor.tag_words([words[at : at + LONGEST]], confidences=True, k_best=9)[0] for at in (0, LONGEST, 2 * LONGEST)]
    ways = itertools.product(*[[(path.tags, path.log_probability) for path in piece.k_best["ner"]] for piece in pieces])
    expected = sorted(((sum(score for _, score in way), [tag for tags, _ in way for tag in tags]) for way in ways), reverse=True)[:9]
    assert [path.tags for path in answer.k_best["ner"]] == [tags for _, tags in expected]
    assert [path.log_probability for path in answer.k_best["ner"]] == pytest.approx([score for score, _ in expected], abs=1e-6)
    confidences = [entity.confidence for piece in pieces for entity in piece.entities["ner"]]
    assert [entity.confidence for entity in answer.entities["ner"]] == pytest.approx(confidences, abs=1e-6)


def test_a_span_over_a_seam_has_the_product_of_its_parts(run_of) -> None:
    predictor = drawn(run_of("softmax", "BIO"), 1, scale=0.5)
    tagger, words = predictor.tagger, (WORDS * LONGEST)[: LONGEST + 2]
    (found,) = tagger.span_probabilities([words], "ner", [[Span(LONGEST - 1, LONGEST + 2, "PER")]])
    parts = tagger.span_probabilities(
        [words[:LONGEST], words[LONGEST:]], "ner", [[Span(LONGEST - 1, LONGEST, "PER")], spans_of(["I-PER", "I-PER"], "BIO")]
    )
    assert found == pytest.approx([parts[0][0] * parts[1][0]])


def test_groups_of_a_batch_give_what_the_whole_batch_gives(run_of, monkeypatch) -> None:
    predictor = drawn(run_of("crf", "BIO"), 2, scale=0.7)
    batch = [WORDS, WORDS[2:], ["Odo"], WORDS[4:]]
    whole = predictor.tag_words(batch, confidences=True, k_best=4)
    monkeypatch.setattr("seqtasks.inference.network_posteriors.MOST_CELLS", 1)
    for answer, other in zip(predictor.tag_words(batch, confidences=True, k_best=4), whole, strict=True):
        assert [entity.confidence for entity in answer.entities["ner"]] == pytest.approx([one.confidence for one in other.entities["ner"]])
        assert [path.tags for path in answer.k_best["ner"]] == [path.tags for path in other.k_best["ner"]]


def test_sequences_that_are_written_alike_count_together() -> None:
    found = merged([["O"], ["B-X"], ["O"]], [math.log(0.25), math.log(0.5), math.log(0.125)])
    assert [tags for tags, _ in found] == [["B-X"], ["O"]]
    assert [math.exp(score) for _, score in found] == pytest.approx([0.5, 0.375])


@given(st.lists(st.lists(st.floats(-9, 0), min_size=1, max_size=4), max_size=4), st.integers(1, 8))
def test_joined_paths_are_the_best_of_all_ways_to_join_them(scores, k) -> None:
    pieces = [[([f"{piece}-{rank}"], score) for rank, score in enumerate(sorted(some, reverse=True))] for piece, some in enumerate(scores)]
    every = sorted((sum(score for _, score in way) for way in itertools.product(*pieces)), reverse=True)
    found = joined_paths([paths[:k] for paths in pieces], k)
    assert [score for _, score in found] == pytest.approx(every[:k])
    assert all(len(tags) == len(pieces) for tags, _ in found)


class Unchained(SoftmaxHead):
    """A head as another package may offer it: its labels are no chain."""

    chain = Head.chain


def test_a_head_that_is_no_chain_says_so(run_of) -> None:
    predictor = run_of("softmax", "BIO")
    heads, head = predictor.tagger.model.heads, predictor.tagger.model.head("ner")
    heads["ner"] = Unchained(input_size=head.projection.in_features, labels=head.labels, dropout=0.0, layer=-1, scheme="BIO")
    try:
        with pytest.raises(UsageError, match="Unchained is no chain of labels"):
            predictor.tag_words([WORDS], k_best=2)
    finally:
        heads["ner"] = head
