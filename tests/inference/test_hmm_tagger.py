"""An HMM that answers as a network's tagger does, against sums over every sequence of tags."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from seqtasks.errors import RunDirectoryError
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.inference.hmm_tagger import HMMHead, load_hmm
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.text.tags import Span, spans_of

FORMAT_1 = Path(__file__).resolve().parents[1] / "runs" / "format_1"
SENTENCES = [["Mara", "sees", "Bad", "Ems"], ["Odo", "Linn", "runs"], ["Bad", "Ems", "sleeps"], ["Mara", "Linn", "sees", "Odo"]]
TAGS = [["B-PER", "O", "B-LOC", "I-LOC"], ["B-PER", "I-PER", "O"], ["B-LOC", "I-LOC", "O"], ["B-PER", "I-PER", "O", "B-PER"]]
ASKED = [["Odo", "sees", "Ems"], [], ["Zyx", "Linn"]]


@pytest.fixture(scope="module")
def head() -> HMMHead:
    """Fitted without a held-out part and without a temperature: its confidences are the model's posteriors."""
    tagger = HMMTagger(scheme="BIO", held_out=0, calibrate=False, unknown="prior", lexical_states=2).fit(SENTENCES, TAGS)
    return HMMHead(tagger, "ner", {word for words in SENTENCES for word in words})


def every_path(head: HMMHead) -> list[list[tuple[list[str], float]]]:
    """Of each sentence every sequence of tags with its share."""
    most = len(head.tagger.classes_) ** max(map(len, ASKED))
    return [[(tags, math.exp(score)) for tags, score in paths] for paths in head.k_best(ASKED, "ner", most)]


def test_shares_of_all_sequences_sum_to_1_best_first_and_the_first_is_answered(head: HMMHead) -> None:
    for paths, answer in zip(every_path(head), head.tag(ASKED), strict=True):
        shares = [share for _, share in paths]
        assert sum(shares) == pytest.approx(1.0)
        assert shares == sorted(shares, reverse=True)
        assert len({tuple(tags) for tags, _ in paths}) == len(paths)
        assert answer == {"ner": paths[0][0]}


def test_fewer_best_sequences_are_the_first_of_more(head: HMMHead) -> None:
    whole = every_path(head)
    assert [[tags for tags, _ in paths] for paths in head.k_best(ASKED, "ner", 2)] == [[tags for tags, _ in paths[:2]] for paths in whole]


def test_confidence_is_the_share_of_the_sequences_that_give_the_word_this_tag(head: HMMHead) -> None:
    answers, confidences = head.tag_with_confidence(ASKED, "ner")
    for paths, tags, sure in zip(every_path(head), answers, confidences, strict=True):
        expected = [sum(share for path, share in paths if path[word] == tag) for word, tag in enumerate(tags)]
        assert sure == pytest.approx(expected, abs=1e-6)


def test_a_spans_probability_is_the_share_of_the_sequences_that_hold_it(head: HMMHead) -> None:
    spans = [
        [Span(start, end, label) for start, end in itertools.combinations(range(len(words) + 1), 2) for label in ("PER", "LOC")]
        for words in ASKED
    ]
    found = head.span_probabilities(ASKED, "ner", spans)
    for paths, row, values in zip(every_path(head), spans, found, strict=True):
        expected = [sum(share for path, share in paths if span in spans_of(path, "BIO")) for span in row]
        assert values == pytest.approx(expected, abs=1e-9)


def test_a_loaded_tagger_gives_the_same_shares_and_knows_the_words_it_has_seen(head: HMMHead, tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    head.tagger.save(run.hmm)
    run.text.mkdir()
    (run.text / "seen.txt").write_text("".join(f"{word}\n" for word in sorted(head.seen)), encoding="utf-8")
    loaded = load_hmm(run, "ner")
    assert loaded.tag(ASKED) == head.tag(ASKED)
    for ours, theirs in zip(every_path(loaded), every_path(head), strict=True):
        np.testing.assert_allclose([share for _, share in ours], [share for _, share in theirs], rtol=1e-12)
    assert [word in loaded.seen for word in ("Mara", "Zyx")] == [True, False]


def test_a_kept_run_tags_its_known_words_as_it_was_scored() -> None:
    tagger = load_hmm(RunDirectory.open(FORMAT_1 / "hmm"), "upos")
    assert tagger.tag([["Mara", "finds", "the", "lamp", "."]]) == [{"upos": ["PROPN", "VERB", "DET", "NOUN", "PUNCT"]}]
    assert "lamp" in tagger.seen and "Zyx" not in tagger.seen


def test_the_run_of_a_network_is_told_to_be_none_of_an_hmm() -> None:
    with pytest.raises(RunDirectoryError, match=r"format_1/pos/hmm: no such folder; that is not the finished run of an HMM\.$"):
        load_hmm(RunDirectory.open(FORMAT_1 / "pos"), "upos")
