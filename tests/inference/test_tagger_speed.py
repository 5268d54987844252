"""What makes tagging fast changes no answer: groups, threads, caches and weights that change; and the choice of precision."""

import pytest
import torch
from click.testing import CliRunner

import seqtasks
from seqtasks.cli.main import commands
from seqtasks.errors import UsageError
from seqtasks.inference.tagger import BATCH_ROWS, BATCH_TOKENS, GROUP_WORDS
from tests.miniature.sentences import tagged

SENTENCES = [sentence.words for sentence in tagged(12, seed=5)]


def test_answers_do_not_depend_on_groups_and_batches(finished) -> None:
    """Short sentences make batches by BATCH_ROWS and several groups, long ones batches by BATCH_TOKENS."""
    tagger = seqtasks.load(finished("pos")).tagger
    alone = [tagger.tag([words])[0] for words in SENTENCES]
    times = 1 + GROUP_WORDS // sum(map(len, SENTENCES))
    assert times * len(SENTENCES) > BATCH_ROWS
    assert tagger.tag(SENTENCES * times) == alone * times
    long = [(words * 900)[:900] for words in SENTENCES[:3]]
    times = 1 + BATCH_TOKENS // (3 * 900)
    assert tagger.tag(long * times) == [tagger.tag([words])[0] for words in long] * times


def test_answers_do_not_depend_on_threads(finished) -> None:
    tagger = seqtasks.load(finished("pos")).tagger
    times = 2 * BATCH_ROWS // len(SENTENCES)
    expected = tagger.tag(SENTENCES) * times
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert tagger.tag(SENTENCES * times) == expected
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_a_tagger_notices_that_its_weights_have_changed(finished) -> None:
    tagger = seqtasks.load(finished("pos")).tagger
    before = tagger.tag_with_confidence(SENTENCES, "upos")
    assert tagger.ready() is tagger.ready()
    with torch.no_grad():
        tagger.model.trunk.embedder.words.table.weight.mul_(-3)
    changed = tagger.tag_with_confidence(SENTENCES, "upos")
    assert changed != before
    with torch.no_grad():
        tagger.model.trunk.embedder.words.table.weight.div_(-3)
    for first, second in zip(before[1], tagger.tag_with_confidence(SENTENCES, "upos")[1], strict=True):
        assert second == pytest.approx(first, abs=1e-5)


@pytest.mark.parametrize("task", ["pos", "ner", "multitask"])
def test_bf16_answers_nearly_the_same_and_auto_is_one_of_the_two(finished, task: str) -> None:
    exact, low, auto = (seqtasks.load(finished(task), precision=precision) for precision in ("float32", "bf16", "auto"))
    assert (exact.tagger.precision, low.tagger.precision) == ("float32", "bf16")
    assert auto.tagger.precision in ("float32", "bf16")
    head = next(iter(exact.data))
    for first, second in zip(
        exact.tagger.tag_with_confidence(SENTENCES, head)[1], low.tagger.tag_with_confidence(SENTENCES, head)[1], strict=True
    ):
        assert second == pytest.approx(first, abs=0.2)


def test_predict_takes_a_precision(finished) -> None:
    text = "\n".join(" ".join(words) for words in SENTENCES)
    command = ["predict", str(finished("pos")), "--tokens", "--precision", "bf16"]
    done = CliRunner().invoke(commands, command, input=text)
    assert done.exit_code == 0, done.output
    low = seqtasks.load(finished("pos"), precision="bf16").tag_words(SENTENCES)
    expected = [" ".join(f"{word}/{tag}" for word, tag in zip(line.words, line.tags["upos"], strict=True)) for line in low]
    assert done.output.splitlines() == expected


def test_a_precision_that_is_none_and_one_for_other_runs_are_refused(finished) -> None:
    with pytest.raises(UsageError, match=r"no precision 'bf61'; did you mean 'bf16'\? Use float32, bf16, auto\."):
        seqtasks.load(finished("pos"), precision="bf61")


@pytest.mark.usefixtures("miniature")
def test_bf16_is_refused_for_an_hmm() -> None:
    assert CliRunner().invoke(commands, ["run", "pos", "hmm", "--out", "run"]).exit_code == 0
    with pytest.raises(UsageError, match=r"run: precision 'bf16' is for networks. Leave it out."):
        seqtasks.load("run", precision="bf16")


def test_searches_for_translations_take_a_precision_and_given_ones_are_scored_in_float32(finished) -> None:
    exact, low, auto = (seqtasks.load(finished("translation"), precision=precision) for precision in ("float32", "bf16", "auto"))
    lines = ["the cat sleeps", "a small dog", "the house"]
    pairs = zip(exact.translate(lines), low.translate(lines), strict=True)
    assert all(one[0].log_probability == pytest.approx(other[0].log_probability, rel=0.05) for one, other in pairs)
    assert low.translator.models.precision == "bf16"
    assert low.translator.score(lines, lines) == exact.translator.score(lines, lines)
    assert auto.translator.models.precision in ("float32", "bf16")
