"""Finished runs that are to be compared: their names, seeds, parts and differences, from run directories written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from seqtasks.comparison.finished_runs import (
    ComparedRun,
    ComparedSystem,
    common_split,
    described,
    differing_keys,
    flattened,
    head_of,
    names_of,
    open_systems,
    refuse_other_data,
    seeds_of,
    training_part,
)
from seqtasks.errors import DataError, RunDirectoryError, UsageError
from seqtasks.tasks.table import load_recipe
from seqtasks.text.corpora.examples import Corpus, TaggedSentence

FORMAT_1 = Path(__file__).resolve().parents[1] / "runs" / "format_1"


def written(path: Path, facts: dict[str, Any]) -> Path:
    path.mkdir(parents=True)
    (path / "run.json").write_text(json.dumps({"format": 1, **facts}), encoding="utf-8")
    return path


def copied(path: Path, changes: dict[str, Any], run: str = "pos") -> Path:
    """A run of tests/runs/format_1 with other values in metrics.json."""
    written(path, {"task": "pos", "recipe": path.name})
    (path / "recipe.toml").write_bytes((FORMAT_1 / run / "recipe.toml").read_bytes())
    (path / "model.safetensors").write_bytes(b"")
    found = json.loads((FORMAT_1 / run / "metrics.json").read_text(encoding="utf-8"))
    (path / "metrics.json").write_text(json.dumps(found | changes), encoding="utf-8")
    return path


def system(*paths: Path) -> ComparedSystem[ComparedRun]:
    return ComparedSystem(paths[0].name, [ComparedRun(path) for path in paths])


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ([("pos", "hmm"), ("pos", "lstm")], ["hmm", "lstm"]),
        ([("pos", "hmm"), ("ner", "hmm")], ["pos-hmm", "ner-hmm"]),
        ([("pos", "hmm"), ("pos", "hmm")], ["a", "b"]),
    ],
)
def test_runs_are_called_by_the_shortest_names_that_differ(tmp_path: Path, facts: list[tuple[str, str]], names: list[str]) -> None:
    paths = [written(tmp_path / folder, {"task": task, "recipe": recipe}) for folder, (task, recipe) in zip("ab", facts, strict=True)]
    assert names_of(paths) == names


def test_runs_in_folders_of_one_name_are_called_by_their_paths(tmp_path: Path) -> None:
    paths = [written(tmp_path / folder / "run", {"task": "pos", "recipe": "hmm"}) for folder in "ab"]
    assert names_of(paths) == [str(path) for path in paths]


def test_a_directory_of_seeds_stands_for_its_runs(tmp_path: Path) -> None:
    several = written(tmp_path / "several", {"seeds": 3})
    assert seeds_of(several) == [several / "seed-1", several / "seed-2", several / "seed-3"]
    alone = written(tmp_path / "alone", {})
    assert seeds_of(alone) == [alone]


def test_a_run_given_twice_is_refused_by_whatever_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="^the same run directory is given twice; a run can only be compared with others.$"):
        open_systems([tmp_path / "a", tmp_path / "a" / ".." / "a"], ComparedRun)


def test_a_run_gives_the_scores_parts_and_answers_that_it_recorded() -> None:
    run = ComparedRun(FORMAT_1 / "pos")
    assert (run.head, run.splits()) == ("upos", ["dev", "test", "test_unseen"])
    words, gold, predicted = run.answers("test")
    pairs = [pair for rows in zip(gold, predicted, strict=True) for pair in zip(*rows, strict=True)]
    assert run.value("test", "accuracy") == pytest.approx(100 * sum(one == other for one, other in pairs) / len(pairs))
    assert run.facts("test")["sentences"] == len(words) == 5
    with pytest.raises(UsageError, match="has no f1 of upos on test. Run it again to score that part.$"):
        run.score("test", "f1")
    with pytest.raises(UsageError, match="has no other part; it has dev, test, test_unseen.$"):
        run.facts("other")


def test_one_head_of_several_is_named_by_its_layer() -> None:
    run = ComparedRun(FORMAT_1 / "multitask", "ner")
    assert (run.head, run.part_name("dev")) == ("ner", "ner dev")
    assert run.answers("dev")[1] != ComparedRun(FORMAT_1 / "multitask", "upos").answers("dev")[1]
    heads = run.heads
    assert [head_of(Path("run"), heads, layer) for layer in heads] == list(heads)
    with pytest.raises(UsageError, match="^run: has several heads. Say which to compare: --layer upos or --layer ner.$"):
        head_of(Path("run"), heads, None)
    with pytest.raises(UsageError, match="^run: has no head of the layer 'xpos'; it has upos, ner.$"):
        head_of(Path("run"), heads, "xpos")


def test_metrics_that_lack_a_table_are_damaged(tmp_path: Path) -> None:
    path = copied(tmp_path / "run", {})
    (path / "metrics.json").write_text('{"scores": []}', encoding="utf-8")
    with pytest.raises(RunDirectoryError, match=r"damaged \(it lacks data, selected_on\). Restore it from a copy.$"):
        _ = ComparedRun(path).metrics


def test_the_part_compared_is_test_or_the_first_that_all_have_or_the_one_asked_for(tmp_path: Path) -> None:
    scores = ComparedRun(FORMAT_1 / "pos").metrics["scores"]

    def with_parts(name: str, *splits: str) -> ComparedSystem[ComparedRun]:
        return system(copied(tmp_path / name, {"scores": [score for score in scores if score["split"] in splits]}))

    every, dev, unseen = with_parts("every", "dev", "test", "test_unseen"), with_parts("d", "dev"), with_parts("u", "dev", "test_unseen")
    assert common_split([every, every], None) == "test"
    assert common_split([every, dev], None) == "dev"
    assert common_split([unseen, every], "test_unseen") == "test_unseen"
    with pytest.raises(UsageError, match="d: has no test part that it scored; it has dev.$"):
        common_split([every, dev], "test")
    with pytest.raises(UsageError, match="^these runs have no part in common that all of them scored. Run them on the same parts.$"):
        common_split([with_parts("t", "test"), dev], None)


def test_runs_of_other_data_are_refused_with_what_differs(tmp_path: Path) -> None:
    data = ComparedRun(FORMAT_1 / "pos").metrics["data"]
    same, other = copied(tmp_path / "same", {}), [dict(part) for part in data]
    other[0]["sha256"] = "f" * 64
    refuse_other_data([system(FORMAT_1 / "pos"), system(same)], "test")
    with pytest.raises(
        UsageError, match=r"its train part is not that of .*: 24 sentences of train.conllu \(sha256 ffffffffffff\.\.\.\) against "
    ):
        refuse_other_data([system(FORMAT_1 / "pos"), system(copied(tmp_path / "other", {"data": other}))], "test")
    assert described({"sentences": 3, "path": "/a/b/train.txt", "sha256": "0123456789abcdef"}) == (
        "3 sentences of train.txt (sha256 0123456789ab...)"
    )


def test_differing_keys_are_those_whose_values_differ_and_no_others() -> None:
    plain = load_recipe("pos", "default").recipe
    changed = load_recipe("pos", "default", ["backbone.layers=2", "training.seed=7"]).recipe
    assert differing_keys([plain, plain]) == {}
    assert differing_keys([plain, changed, plain]) == {"backbone.layers": [1, 2, 1], "training.seed": [1, 7, 1]}
    hmm = load_recipe("pos", "hmm").recipe
    assert differing_keys([plain, hmm])["hmm.order"] == [None, 2]
    assert dict(flattened({"a": {"b": {"c": 1}}, "d": 2})) == {"a.b.c": 1, "d": 2}


def test_the_training_part_is_the_share_of_a_corpus_that_is_still_the_same(tmp_path: Path) -> None:
    run = ComparedRun(FORMAT_1 / "pos")
    sentences = [TaggedSentence((str(number),), {"upos": ("X",)}, number) for number in range(24)]
    checksum = run.facts("train")["sha256"]
    assert training_part(run, Corpus(sentences, "train.conllu", checksum)) == sentences
    with pytest.raises(DataError, match=r"is not what .* was trained on \(its sha256 has changed\). Restore the file, or train anew.$"):
        training_part(run, Corpus(sentences, "train.conllu", "0" * 64))
