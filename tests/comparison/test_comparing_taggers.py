"""The pieces of a comparison of taggers, each by value; the whole of it is tested in tests/cli/test_compare.py."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from seqtasks.comparison.cost import Measured, cost_of
from seqtasks.comparison.finished_runs import ComparedRun, ComparedSystem
from seqtasks.comparison.measure import peak_memory
from seqtasks.comparison.table import comparison_of
from seqtasks.comparison.taggers import (
    curve_point,
    differences,
    distinct,
    metric_of,
    refuse_foreign,
    refuse_single,
    selection,
    single_seed_warning,
    task_of,
    tell_replaced,
    write_numbers,
)
from seqtasks.comparison.trained_recipes import TrainedRecipe
from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.evaluation.comparison import CurvePoint
from seqtasks.tasks.contract import Callbacks
from seqtasks.text.corpora.examples import Corpus, TaggedSentence

FORMAT_1 = Path(__file__).resolve().parents[1] / "runs" / "format_1"
RUN = FORMAT_1 / "pos"


def point(system: str, sentences: int, value: float = 1.0) -> CurvePoint:
    return CurvePoint(system=system, share=1.0, sentences=sentences, tokens=0, value=value, interval=None, runs=[value], missing_labels=[])


def test_spans_are_compared_by_f1_and_other_tags_by_accuracy() -> None:
    assert [metric_of(scheme) for scheme in (None, "BIO", "nested")] == ["accuracy", "f1", "f1"]


def test_of_two_shares_that_are_the_same_sentences_the_later_is_kept() -> None:
    points = [point("a", 1, 0.1), point("a", 1, 0.2), point("b", 1, 0.3), point("a", 2, 0.4)]
    assert [one.value for one in distinct(points)] == [0.2, 0.3, 0.4]


def test_a_point_of_a_curve_is_the_median_run_with_the_labels_that_its_training_part_lacks() -> None:
    run = ComparedRun(RUN)
    sentences = [TaggedSentence(("a", "b"), {"upos": ("NOUN", "VERB")}, 1), TaggedSentence(("c",), {"upos": ("NOUN",)}, 2)]
    corpus = Corpus(sentences, "train", run.facts("train")["sha256"])
    found = curve_point(TrainedRecipe("x", 0.3, (RUN,)), "test", corpus, {"NOUN", "ADJ", "DET"}, "accuracy")
    assert (found.system, found.share, found.sentences, found.tokens) == ("x", 30.0, 2, 3)
    assert found.value == run.value("test", "accuracy") == found.runs[0]
    assert list(found.interval or ()) == run.score("test", "accuracy")["interval"]
    assert found.missing_labels == ["ADJ", "DET"]


def test_systems_say_their_task_selection_and_differences() -> None:
    systems = [ComparedSystem(name, [ComparedRun(FORMAT_1 / name)]) for name in ("pos", "hmm")]
    assert task_of(systems) == "pos"
    assert selection(systems) == "pos: dev; hmm: a held-out part of train"
    told = differences(systems)
    assert told["[kind]"] == "pos: tagging, hmm: hmm"
    assert told["[hmm.order]"] == "hmm: 2"
    assert "[data.layer]" not in told


def test_one_run_alone_is_warned_of_and_several_are_not() -> None:
    assert single_seed_warning([]) == []
    assert single_seed_warning(["a", "b"]) == [
        "one run only of a, b: how far another seed would move the score is not known. Try --seeds 3."
    ]


def test_a_comparison_of_one_system_and_a_folder_of_other_things_are_refused(tmp_path: Path) -> None:
    refuse_single([1, 2])
    with pytest.raises(UsageError, match="^one system alone: there is nothing to compare it with.$"):
        refuse_single([1])
    refuse_foreign(tmp_path / "new")
    (tmp_path / "runs").mkdir()
    (tmp_path / "comparison.json").write_text("{}", encoding="utf-8")
    refuse_foreign(tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(RunDirectoryError, match=f"^{folder}: is no comparison's folder. Choose another --out.$"):
            refuse_foreign(folder)


def test_what_an_earlier_report_shows_and_a_new_one_will_not_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    callbacks = Callbacks(told.append)
    tell_replaced(tmp_path, "dev", callbacks, curves=False)
    (tmp_path / "comparison.json").write_text(json.dumps({"curves": [1], "split": "test"}), encoding="utf-8")
    tell_replaced(tmp_path, "test", callbacks, curves=True)
    assert told == []
    tell_replaced(tmp_path, "dev", callbacks, curves=False)
    assert told == [
        "note: the earlier report here has learning curves; add --curves to keep them, or choose another --out.",
        "note: replaces the report on test; choose another --out to keep it.",
    ]


def test_numbers_are_written_as_json_with_a_format_and_as_csv(tmp_path: Path) -> None:
    write_numbers(tmp_path, {"task": "pös"}, [{"system": "a,b", "score": 1.5}, {"system": "c", "score": None}])
    assert json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8")).items() >= {"format": 1, "task": "pös"}.items()
    assert list(csv.reader((tmp_path / "comparison.csv").open(encoding="utf-8", newline=""))) == [
        ["system", "score"],
        ["a,b", "1.5"],
        ["c", ""],
    ]


def test_the_cost_of_a_run_is_what_it_recorded_and_the_bytes_that_a_prediction_needs() -> None:
    run = ComparedRun(RUN)
    cost = cost_of(run, Measured([], [], True, 7.0, 8))
    needed = [RUN / "model.safetensors", *(RUN / "text").iterdir()]
    assert cost.bytes_on_disk == sum(path.stat().st_size for path in needed)
    assert (cost.tokens_per_second, cost.peak_memory, cost.device) == (7.0, 8, "cpu")
    assert (cost.parameters, cost.training_seconds) == (run.metrics["cost"]["parameters"], run.metrics["cost"]["training_seconds"])


def test_the_peak_memory_of_a_process_grows_with_what_it_holds() -> None:
    before = peak_memory()
    held = bytearray(b"x") * 300_000_000
    after = peak_memory()
    assert before is not None and after is not None
    assert after >= before and after > len(held) > 0


def test_runs_are_compared_by_what_their_kinds_say() -> None:
    assert comparison_of([RUN, FORMAT_1 / "hmm"]) == "tags"
    assert comparison_of([FORMAT_1 / "translation"]) == "translations"
    for paths in ([RUN, FORMAT_1 / "translation"], [FORMAT_1 / "translation", RUN]):
        with pytest.raises(UsageError) as raised:
            comparison_of(paths)
        assert str(raised.value) == (
            f"{FORMAT_1 / 'translation'}: holds a translation run, {RUN} a tagger. Only runs of one kind can be compared."
        )
