"""A hidden Markov model at work, from a recipe to a saved tagger: what it counts, on what, and what it answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seqtasks.cli.progress import TerminalWatcher
from seqtasks.errors import DataError
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import Callbacks
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.tagging.hmm import HMMRunner
from seqtasks.text.vocabulary import Vocabulary
from tests.miniature.corpora import columns, write
from tests.miniature.sentences import Tagged, tagged

TRAIN, DEV = tagged(16, seed=1), tagged(5, seed=2)


@pytest.fixture
def runner_of(tmp_path: Path):
    """A runner of the NER recipe over these sentences; `run` is its directory."""

    def made(sentences: list[Tagged], dev: list[Tagged], *changes: str) -> HMMRunner:
        train, scored = write(tmp_path / "train.bio", columns(sentences)), write(tmp_path / "dev.bio", columns(dev))
        parts = [f"data.train={train}", f"data.dev={scored}", f"data.test={scored}"]
        return HMMRunner(load_recipe("ner", "hmm", [*parts, *changes]).recipe, DataLocations())

    return made


def trained(runner: HMMRunner, path: Path, start: Path | None = None) -> list[str]:
    """The lines that training told; the run stands in `path`, with its run.json."""
    lines: list[str] = []
    directory = RunDirectory(path)
    write(path / "run.json", '{"format": 1, "task": "ner"}')
    assert runner.train(directory, Callbacks(lines.append, TerminalWatcher()), resume=False, start=start) >= 0
    return lines


def plain(sentences: list[Tagged]) -> HMMTagger:
    return HMMTagger(scheme="BIO").fit([one.words for one in sentences], [one.entities for one in sentences])


def test_it_counts_its_training_part_and_answers_as_the_tagger_itself(runner_of, tmp_path: Path) -> None:
    runner = runner_of(TRAIN, DEV)
    (line,) = trained(runner, tmp_path / "run")
    words = [word for one in TRAIN for word in one.words]
    assert line.startswith(f"counted {len(words)} words in ")
    expected = plain(TRAIN).predict([one.words for one in DEV])
    assert runner.task.predict(runner.task.tagged.scored["ner"]["dev"], ["ner"]) == {"ner": expected}
    assert Vocabulary.load(tmp_path / "run/text/seen.txt").words() == list(dict.fromkeys(words))
    assert HMMTagger.load(tmp_path / "run/hmm").predict([one.words for one in DEV]) == expected


def test_the_scores_are_those_of_its_answers(runner_of, tmp_path: Path) -> None:
    unseen = Tagged(["Zed", "sees", "Mara"], ["PROPN", "VERB", "PROPN"], ["O", "O", "B-PER"])
    runner = runner_of(TRAIN, [*DEV, unseen])
    trained(runner, tmp_path / "run")
    gold = [one.entities for one in (*DEV, unseen)]
    answers = plain(TRAIN).predict([one.words for one in (*DEV, unseen)])
    pairs = [pair for rows in zip(gold, answers, strict=True) for pair in zip(*rows, strict=True)]
    found = {(score.split, score.name): score.value for score in runner.task.outcome().scores}
    assert found["dev", "accuracy"] == pytest.approx(100 * sum(one == other for one, other in pairs) / len(pairs))
    assert found["dev", "accuracy_oov"] == pytest.approx(100.0 * (answers[-1][0] == "O"))  # Zed is the one unknown word


def test_counts_go_on_from_an_earlier_run_as_if_all_had_come_at_once(runner_of, tmp_path: Path) -> None:
    trained(runner_of(TRAIN[:9], DEV), tmp_path / "first")
    runner = runner_of(TRAIN[9:], DEV)
    lines = trained(runner, tmp_path / "both", start=tmp_path / "first")
    assert lines[0] == f"counts of {tmp_path / 'first'} and of this training part together"
    asked = [one.words for one in DEV]
    whole = plain(TRAIN)
    np.testing.assert_allclose(runner.task.tagger.log_likelihood(asked), whole.log_likelihood(asked), rtol=1e-12)
    assert runner.task.tagger.predict(asked) == whole.predict(asked)
    assert runner.task.words is not None
    assert all(word in runner.task.words.seen for one in TRAIN for word in one.words)


def test_its_parameters_are_the_numbers_that_were_saved(runner_of, tmp_path: Path) -> None:
    runner = runner_of(TRAIN, DEV)
    trained(runner, tmp_path / "run")
    (counts,) = (tmp_path / "run/hmm").glob("counts.npz")
    with np.load(counts) as arrays:
        assert runner.parameters() == [(name, arrays[name].shape, arrays[name].size) for name in arrays.files]
    assert runner.structure() == repr(HMMTagger(scheme="BIO"))


def test_settings_of_the_recipe_are_those_of_the_tagger(runner_of) -> None:
    tagger = runner_of(TRAIN, DEV, "hmm.order=1", "hmm.unknown=suffix", "hmm.held_out=0.2", "data.scheme=IOB1").task.tagger
    assert (tagger.order, tagger.unknown, tagger.held_out, tagger.scheme) == (1, "suffix", 0.2, "BIO")


def test_a_task_that_has_not_been_fitted_has_no_outcome(runner_of) -> None:
    with pytest.raises(ValueError, match=r"^the tagger has not been fitted yet$"):
        runner_of(TRAIN, DEV).task.outcome()


def test_a_part_with_labels_of_its_own_alone_is_refused(runner_of) -> None:
    with pytest.raises(DataError, match=r"dev\.bio: labels B-SHIP \.\.\. of ner, none of them among the trained B-LOC"):
        runner_of(TRAIN, [Tagged(["Zed"], ["PROPN"], ["B-SHIP"])])
