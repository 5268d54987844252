"""Saved taggers: the same answers after loading, learning goes on, and what is damaged, newer or something else is named."""

import json
import re
import shutil

import pytest

from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.hmm.tagger import HMMTagger
from tests.hmm.tagged import ODD_WORDS, corpus

KINDS = [
    {},
    {"unknown": "suffix", "order": 1},
    {"unknown": "prior", "word_classes": False, "contextual": False, "lexical_states": 0, "decoding": "posterior"},
    {"scheme": "BIOES", "smoothing": "deleted"},
]


def learned(options, seed=1):
    sentences, tags = corpus(seed, 60)
    if options.get("scheme"):
        tags = [["S-X" if tag == "PROPN" else "O" for tag in row] for row in tags]
    return HMMTagger(**options).fit([*sentences, ODD_WORDS], [*tags, ["O" if options.get("scheme") else "NOUN"] * len(ODD_WORDS)])


@pytest.mark.parametrize("options", KINDS)
def test_a_loaded_tagger_gives_the_same_answers_and_learns_on(options, tmp_path):
    tagger = learned(options)
    tagger.save(tmp_path / "tagger")
    loaded = HMMTagger.load(tmp_path / "tagger")
    new = [*corpus(2, 10)[0], ODD_WORDS, ["Unheard", "of"]]
    assert loaded.get_params() == tagger.get_params()
    assert loaded.classes_.tolist() == tagger.classes_.tolist()
    assert loaded.weights_ == tagger.weights_
    assert loaded.predict(new) == tagger.predict(new)
    assert [table.tolist() for table in loaded.predict_proba(new)] == [table.tolist() for table in tagger.predict_proba(new)]
    shutil.rmtree(tmp_path / "tagger")
    more, tags = [["Mara", "walks"]], [["O", "O"] if options.get("scheme") else ["PROPN", "VERB"]]
    assert loaded.partial_fit(more, tags).k_best(new[:3], 2) == tagger.partial_fit(more, tags).k_best(new[:3], 2)
    loaded.save(tmp_path / "again")
    assert HMMTagger.load(tmp_path / "again").predict(new) == tagger.predict(new)


def test_training_sentences_may_be_left_out(tmp_path):
    tagger = learned({})
    tagger.save(tmp_path)
    tagger.save(tmp_path, sentences=False)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["counts.npz", "tagger.json"]
    loaded = HMMTagger.load(tmp_path)
    assert loaded.predict([["a", "b"]]) == tagger.predict([["a", "b"]])
    message = "this tagger was saved without its training sentences and cannot learn more. Save it with sentences=True."
    with pytest.raises(UsageError, match=re.escape(message)):
        loaded.partial_fit([["a"]], [["NOUN"]])
    loaded.save(tmp_path / "copy")
    assert not (tmp_path / "copy" / "sentences.npz").exists()
    assert loaded.fit([["a"]], [["X"]]).partial_fit([["b"]], [["Y"]]).classes_.tolist() == ["X", "Y"]


def test_nothing_is_saved_before_learning(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        HMMTagger().save(tmp_path)


FAULTS = {
    "no folder": (
        lambda path: shutil.rmtree(path),
        "tagger.json: cannot read: No such file or directory. Give a folder that HMMTagger.save",
    ),
    "no json": (lambda path: (path / "tagger.json").write_text("{"), "tagger.json: damaged (it is no JSON). Save the tagger again."),
    "a list": (lambda path: (path / "tagger.json").write_text("[]"), "tagger.json: this is no seqtasks HMM tagger. Give a folder that"),
    "no text": (
        lambda path: (path / "tagger.json").write_bytes(b"\xff\xfe"),
        "tagger.json: damaged (it is no JSON). Save the tagger again.",
    ),
    "newer": (lambda path: edit(path, {"format": 7}), "tagger.json: format 7, but this version reads 1 at most. Update seqtasks."),
    "other": (
        lambda path: edit(path, {"kind": "x"}),
        "tagger.json: this is no seqtasks HMM tagger. Give a folder that HMMTagger.save wrote.",
    ),
    "options": (
        lambda path: edit(path, {"parameters": {"order": 2}}),
        "tagger.json: damaged (its options are order). Save the tagger again.",
    ),
    "option": (
        lambda path: edit_parameter(path, {"order": 5}),
        "tagger.json: order is 5; expected one of 1, 2. Save the tagger again.",
    ),
    "key": (lambda path: drop(path, "tags"), "tagger.json: damaged (it lacks tags). Save the tagger again."),
    "weights": (lambda path: edit(path, {"weights": {"x": 1}}), "damaged (TypeError: "),
    "no counts": (
        lambda path: (path / "counts.npz").unlink(),
        "counts.npz: cannot read: No such file or directory. Save the tagger again.",
    ),
    "cut": (lambda path: cut(path / "counts.npz"), "counts.npz: damaged (its checksum differs). Save the tagger again."),
    "cut sentences": (lambda path: cut(path / "sentences.npz"), "sentences.npz: damaged (its checksum differs). Save the tagger again."),
    "other counts": (
        lambda path: learned({}, 2).save(path / "x") or (path / "x/counts.npz").replace(path / "counts.npz"),
        "its checksum differs",
    ),
}


def edit(path, values):
    file = path / "tagger.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def edit_parameter(path, values):
    edit(path, {"parameters": {**json.loads((path / "tagger.json").read_text())["parameters"], **values}})


def drop(path, key):
    head = json.loads((path / "tagger.json").read_text())
    del head[key]
    (path / "tagger.json").write_text(json.dumps(head))


def cut(file):
    file.write_bytes(file.read_bytes()[:-20])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "tagger"
    learned({}).save(path)
    return path


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_loaded_is_named_with_its_file(fault, saved, tmp_path):
    path = tmp_path / "tagger"
    shutil.copytree(saved, path)
    spoil, message = FAULTS[fault]
    spoil(path)
    with pytest.raises(RunDirectoryError) as error:
        HMMTagger.load(path)
    assert str(error.value).startswith(str(path)) and message in str(error.value)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunDirectoryError, match="cannot write"):
        learned({}).save(tmp_path / "file")
