"""On all of EWT dev a sentence gets the same tags, and probabilities within 1e-5, alone, in any batch and at any position (float32).

    pytest tests/real/test_tagger_batches.py --data-dir DIR [--run-dir RUN]

RUN is a run of the recipe pos/ud-english-ewt, or one like it; without it a small one is trained on a tenth of train.
"""

import numpy as np
import pytest

import seqtasks
from seqtasks.datasets.folders import find_file
from seqtasks.inference import tagger as tagger_module
from seqtasks.text.corpora.conllu import read_conllu

pytestmark = [pytest.mark.real, pytest.mark.slow]
QUICK = [
    "data.train_fraction=0.1",
    "training.epochs=2",
    "backbone.layers=2",
    "backbone.highway=true",
    "words.shapes=8",
    "backbone.hidden_size=64",
]


@pytest.fixture(scope="module")
def run_dir(pytestconfig, data_dir, tmp_path_factory):
    if pytestconfig.getoption("--run-dir") is not None:
        return pytestconfig.getoption("--run-dir")
    from click.testing import CliRunner

    from seqtasks.cli.main import commands

    out = tmp_path_factory.mktemp("runs") / "quick"
    command = ["run", "pos", "ud-english-ewt", "--data-dir", str(data_dir), "--out", str(out)]
    done = CliRunner().invoke(commands, [*command, *(part for value in QUICK for part in ("--set", value))])
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def sentences(data_dir):
    return [list(row.words) for row in read_conllu(find_file(data_dir / "ud-english-ewt", "en_ewt-ud-dev.conllu"), layers=("upos",))]


@pytest.fixture(scope="module")
def together(run_dir, sentences):
    tagger = seqtasks.load(run_dir).tagger
    (head,) = tagger.assets.labels
    return tagger, head, *tagger.tag_with_confidence(sentences, head)


def check(found, expected):
    """Same tags, and probabilities within 1e-5."""
    assert found[0] == expected[0]
    assert max(np.abs(np.subtract(*rows)).max() for rows in zip(found[1], expected[1], strict=True)) <= 1e-5


def test_tags_without_probabilities_are_the_same(together, sentences):
    tagger, head, tags, _ = together
    assert [answer[head] for answer in tagger.tag(sentences)] == tags


def test_a_sentence_alone_is_answered_as_among_all(together, sentences, run_dir):
    _, head, tags, confidences = together
    fresh = seqtasks.load(run_dir).tagger
    alone = [fresh.tag_with_confidence([words], head) for words in sentences]
    check(([rows[0] for rows, _ in alone], [sure[0] for _, sure in alone]), (tags, confidences))


@pytest.mark.parametrize(("tokens", "rows", "group"), [(200, 256, 30_000), (8000, 7, 30_000), (50_000, 2001, 30_000), (8000, 256, 900)])
def test_a_sentence_is_answered_alike_in_any_batch_at_any_position(together, sentences, monkeypatch, tokens, rows, group):
    tagger, head, tags, confidences = together
    for name, value in (("BATCH_TOKENS", tokens), ("BATCH_ROWS", rows), ("GROUP_WORDS", group)):
        monkeypatch.setattr(tagger_module, name, value)
    order = np.random.default_rng(tokens + rows).permutation(len(sentences)).tolist()
    found = tagger.tag_with_confidence([sentences[position] for position in order], head)
    check(found, ([tags[position] for position in order], [confidences[position] for position in order]))
