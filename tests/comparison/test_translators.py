"""Finished translation runs compared: scores against sacreBLEU, from a run of tests/runs/format_1 and copies with other answers."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from sacrebleu.metrics import BLEU, CHRF

from seqtasks.cli.progress import TerminalWatcher
from seqtasks.comparison.finished_runs import open_systems
from seqtasks.comparison.translators import (
    TranslatedRun,
    compare_translation_runs,
    other_training,
    recorded_files,
    refuse_others,
    scored_pairs,
    shown,
    translated,
)
from seqtasks.errors import DataError, RunDirectoryError, UsageError
from seqtasks.evaluation.translation_comparison import TranslationComparison
from seqtasks.recipes.schema import ParallelData
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.locations import DataLocations
from tests.miniature.corpora import sample, write

FORMAT_1 = Path(__file__).resolve().parents[1] / "runs" / "format_1"
BETTER = ["Un chien trouve le chien dans le port.", "Un flambeau voit le canot.", "Un canot peint le chien.", "Un flambeau.", "Un chien."]


def copied(name: str, texts: list[str] | None = None, **changes: Any) -> Path:
    """The kept run under another name, with other answers to the test part or other tables in metrics.json."""
    path = Path(name)
    shutil.copytree(FORMAT_1 / "translation", path)
    write(path / "run.json", json.dumps({"format": 1, "task": "translation", "recipe": path.name}))
    if texts is not None:
        write(path / "predictions" / "test.fr", "".join(f"{text}\n" for text in texts))
    told = json.loads((path / "metrics.json").read_text(encoding="utf-8"))
    write(path / "metrics.json", json.dumps(told | changes))
    return path


def other_part(split: str) -> list[dict[str, Any]]:
    """The data of the kept run, with another checksum for one part."""
    told = json.loads((FORMAT_1 / "translation" / "metrics.json").read_text(encoding="utf-8"))
    return [{**part, "sha256": "0" * 64} if part["split"] == split else part for part in told["data"]]


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The corpus that the kept run was scored on, where its metrics.json says: data/translation, from where the test stands."""
    monkeypatch.chdir(tmp_path)
    return sample(tmp_path / "data") / "translation"


def compared(*paths: Path) -> tuple[Path, TranslationComparison, list[str]]:
    lines: list[str] = []
    options = RunOptions(command=("seqtasks", "compare", "a b"))
    return *compare_translation_runs(paths, Path("out"), options, Callbacks(lines.append, TerminalWatcher())), lines


def test_scores_differences_and_files_are_those_of_the_answers(corpus: Path) -> None:
    folder, found, lines = compared(copied("kept"), copied("better", BETTER, data=other_part("train")))
    references = (corpus / "test.fr").read_text(encoding="utf-8").split("\n")[:-1]
    kept = (FORMAT_1 / "translation/predictions/test.fr").read_text(encoding="utf-8").split("\n")[:-1]
    values = {
        "bleu": [BLEU().corpus_score(texts, [references]).score for texts in (kept, BETTER)],
        "chrf": [CHRF().corpus_score(texts, [references]).score for texts in (kept, BETTER)],
    }
    for name, expected in values.items():
        assert [system.scores[name].score.value for system in found.systems] == pytest.approx(expected)
        assert found.pairs[0].differences[name].difference == pytest.approx(expected[1] - expected[0])
    assert (found.task, found.source, found.target, found.split, found.lines) == ("translation", "en", "fr", "test", 5)
    assert [row[:3] for row in found.data] == [("train", "data/translation/train.en", 24), ("test", "data/translation/test.en", 5)]
    assert (found.settings["command"], found.settings["decided by"]) == ("seqtasks compare 'a b'", "bleu")
    assert found.settings["selected on"] == "kept: dev; better: dev"
    assert found.notes == [
        "better: trained on other data than kept; the difference is not of the recipes alone.",
        "one run only of kept, better: how far another seed would move the score is not known. Try --seeds 3.",
    ]
    assert lines == ["comparing 2 runs on 5 lines of test"]
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["systems"][1]["name"] == "better"
    rows = list(csv.DictReader((folder / "comparison.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["chrf"]) for row in rows] == pytest.approx(values["chrf"])
    assert BETTER[0] in re.sub("<[^>]+>", "", (folder / "comparison.html").read_text(encoding="utf-8"))  # marks stand within it


def selected_by(path: Path, name: str) -> Path:
    """A copied run whose recipe selects by another measure."""
    recipe = path / "recipe.toml"
    text = re.sub("select_by = .*\n", "", recipe.read_text(encoding="utf-8"))
    write(recipe, text.replace("[training]\n", f'[training]\nselect_by = "{name}"\n'))
    return path


@pytest.mark.parametrize(
    ("first", "second", "decides"),
    [("exact", "exact", "exact"), ("cer", "cer", "cer"), ("exact", "cer", "bleu"), ("loss", "loss", "bleu")],
)
def test_the_score_that_weights_were_selected_by_decides_where_all_runs_agree_on_one(
    first: str, second: str, decides: str, corpus: Path
) -> None:
    worse = selected_by(copied("worse", ["Un", "b", "c", "d", "e"]), first)
    right = (corpus / "test.fr").read_text(encoding="utf-8").splitlines()[0]
    better = selected_by(copied("better", [right, *BETTER[1:]]), second)
    folder, found, _ = compared(worse, better)
    assert found.decides == found.settings["decided by"] == decides
    assert found.lower_is_better == (decides == "cer")
    assert [system.name for system in found.ranking()] == ["better", "worse"]
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["decides"] == decides
    page = re.sub("<[^>]+>", "", (folder / "comparison.html").read_text(encoding="utf-8"))
    assert f"corrected p of { {'bleu': 'BLEU', 'cer': 'CER ↓'}.get(decides, decides) } decides" in page


def test_the_answers_and_the_cost_of_a_run_are_those_it_wrote() -> None:
    (system,) = open_systems([FORMAT_1 / "translation"], TranslatedRun)
    written = translated(system, "dev")
    assert [f"{text}\n" for text in written.texts[0]] == (FORMAT_1 / "translation/predictions/dev.fr").read_text().splitlines(keepends=True)
    assert (written.training_seconds, written.parameters) == (3.705, 1836)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"one\ntwo\n", "damaged (it has 2 whole lines, the part 5). Restore it from a copy."),
        (b"1\n2\n3\n4\n5\nhalf", "damaged (it has 5 whole lines, the part 5). Restore it from a copy."),
        (
            b"1\n2\n3\n4\n\xff\n",
            "damaged ('utf-8' codec can't decode byte 0xff in position 8: invalid start byte). Restore it from a copy.",
        ),
        (None, "no such file. Run it again, or restore it from a copy."),
    ],
)
def test_a_file_of_answers_that_is_not_whole_is_told(content: bytes | None, message: str) -> None:
    path = copied("run") / "predictions" / "test.fr"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(RunDirectoryError) as raised:
        TranslatedRun(Path("run")).translations("test")
    assert str(raised.value) == f"run/predictions/test.fr: {message}"


def test_a_tagger_is_no_translation_run() -> None:
    with pytest.raises(UsageError, match=r"format_1/pos: holds a run of kind 'tagging'; runs of translators are expected here\.$"):
        TranslatedRun(FORMAT_1 / "pos")


def test_another_part_or_language_is_refused_and_other_training_data_is_told() -> None:
    first, less = TranslatedRun(copied("first")), TranslatedRun(copied("less", data=other_part("train")))
    refuse_others([first, less], "test")
    with pytest.raises(
        UsageError, match=r"^other: its test part is not that of first: 5 sentences of test\.en \(sha256 000000000000\.\.\.\) "
    ):
        refuse_others([first, TranslatedRun(copied("other", data=other_part("test")))], "test")
    recipe = copied("back") / "recipe.toml"
    write(recipe, recipe.read_text(encoding="utf-8").replace('target = "fr"', 'target = "en"'))
    with pytest.raises(
        UsageError, match=r"^back: translates into 'en', first into 'fr'\. Only runs into the same language can be compared\.$"
    ):
        refuse_others([first, TranslatedRun(Path("back"))], "test")
    assert other_training(open_systems([Path("first"), Path("back")], TranslatedRun)) == []
    assert shown(first, "train") == "data/translation/train.en"


def test_references_are_read_again_and_must_be_what_was_translated(corpus: Path) -> None:
    run, places = TranslatedRun(FORMAT_1 / "translation"), DataLocations()
    pairs = scored_pairs(run, "test", places)
    assert [pair.target for pair in pairs] == (corpus / "test.fr").read_text(encoding="utf-8").split("\n")[:-1]
    write(corpus / "test.fr", "Rien.\n" * 5)
    with pytest.raises(DataError, match=r"test\.en: is not what .* translated \(its sha256 has changed\)\. Restore the files, or evaluate"):
        scored_pairs(run, "test", places)


def test_a_corpus_that_is_gone_asks_for_its_folder(corpus: Path) -> None:
    path = copied("run")
    recipe = path / "recipe.toml"
    write(recipe, recipe.read_text(encoding="utf-8").replace('corpus = "sample/translation"', 'corpus = ""'))
    (corpus / "test.fr").unlink()
    with pytest.raises(
        UsageError, match=r"^run: its test part data/translation/test\.en is needed, but: .*no such file.* Or name its --data-dir\.$"
    ):
        scored_pairs(TranslatedRun(path), "test", DataLocations())


def test_a_part_is_read_from_where_the_run_found_it_else_as_the_recipe_names_it(tmp_path: Path) -> None:
    data = ParallelData(source="en", target="fr", train="train", test="test", dev=["dev.a", "dev.b"])
    pair, table = write(tmp_path / "own.en.gz", ""), write(tmp_path / "own.tsv", "")
    assert recorded_files(data, "test", pair) == str(tmp_path / "own")
    assert recorded_files(data, "test", table) == str(table)
    assert recorded_files(data, "test", tmp_path / "gone.en") == "test"
    assert recorded_files(data, "dev", pair) == ["dev.a", "dev.b"]
