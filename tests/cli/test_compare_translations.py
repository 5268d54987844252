"""`seqtasks compare` on finished translation runs, end to end: what it writes, says and refuses."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from seqtasks.recipes.run_directory import RunDirectory
from tests.miniature.corpora import SIZES, write
from tests.miniature.runs import done, invoke, metrics, train


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """Finished runs: "plain" (no attention) and "two" (two seeds). Not to be changed. And copies of "plain" that say to be of other data:
    "back" (of another language), "unseen" (of another test part), "held" (its dev part held out of train)."""
    from tests.miniature.fixtures import in_miniature, without_figures

    folder = tmp_path_factory.mktemp("translations")
    with pytest.MonkeyPatch.context() as patch:
        in_miniature(patch, sample_folder, folder / "cache")
        without_figures(patch)
        train("translation", folder / "plain", decoder__attention="none")
        train("translation", folder / "two", "--seeds", "2")
    for name in ("back", "unseen", "held"):
        shutil.copytree(folder / "plain", folder / name)
    recipe = folder / "back" / "recipe.toml"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace('target = "fr"', 'target = "en"'), encoding="utf-8")
    for name in ("back", "unseen", "held"):
        RunDirectory(folder / name).open_files()  # as of before, without checksums
    told = metrics(folder / "plain")
    data = [{**part, "sha256": "0" * 64} if part["split"] == "test" else part for part in told["data"]]
    write(folder / "unseen" / "metrics.json", json.dumps({**told, "data": data}))
    held = {"data": told["data"][:1], "scores": [score for score in told["scores"] if score["split"] == "dev"]}
    write(folder / "held" / "metrics.json", json.dumps({**told, **held}))
    return folder


def read(folder: Path) -> dict:
    found: dict = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    return found


def shown(printed: str) -> str:
    return re.sub(r"\s+", " ", printed)


def test_runs_are_compared_and_reported(finished: Callable[[str], Path], runs: Path, miniature: Path) -> None:
    result = done("compare", finished("translation"), runs / "plain", "--out", "out")
    assert {path.name for path in Path("out").iterdir()} == {"comparison.json", "comparison.csv", "comparison.html"}
    found = read(Path("out"))
    assert (found["kind"], found["split"], found["lines"]) == ("translation", "test", SIZES["test"])
    assert [system["name"] for system in found["systems"]] == ["run", "plain"]
    for system in found["systems"]:
        recorded = {score["name"]: score for score in metrics(Path(system["paths"][0]))["scores"] if score["split"] == "test"}
        for name in ("bleu", "chrf", "ter", "bleu_tok_lc", "exact", "cer", "wer"):
            assert system["scores"][name]["score"]["value"] == recorded[name]["value"]
            signature = recorded[name]["signature"].replace("bootstrap:1000", "bootstrap:10000")
            assert system["scores"][name]["score"]["signature"] == signature
    (pair,) = found["pairs"]
    assert (pair["first"], pair["second"]) == ("run", "plain")
    assert pair["differences"]["bleu"]["sentence"] in shown(result.stdout)
    assert "ter ↓" in result.stdout
    assert "one run only of run, plain: how far another seed would move the score is not known." in shown(result.stdout)
    assert "[decoder.attention]" in found["settings"]
    assert f"report: {Path('out') / 'comparison.html'}" in result.stdout
    page = Path("out/comparison.html").read_text(encoding="utf-8")
    assert "http://" not in page and "https://" not in page and "<script" not in page
    rows = list(csv.DictReader(Path("out/comparison.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["ter"]) for row in rows] == [system["scores"]["ter"]["score"]["value"] for system in found["systems"]]


def test_a_folder_of_seeds_is_one_system(finished: Callable[[str], Path], runs: Path, miniature: Path) -> None:
    result = done("compare", finished("translation"), runs / "plain", runs / "two", "--split", "dev", "--out", "out")
    found = read(Path("out"))
    assert found["split"] == "dev"
    assert [len(system["paths"]) for system in found["systems"]] == [1, 1, 2]
    values = [
        next(score["value"] for score in metrics(runs / "two" / seed)["scores"] if (score["split"], score["name"]) == ("dev", "chrf"))
        for seed in ("seed-1", "seed-2")
    ]
    assert found["systems"][2]["scores"]["chrf"]["runs"] == values
    assert "Over seeds: median (range)" in result.stdout
    assert f"{min(values):.2f} to {max(values):.2f}" in result.stdout
    assert "after Holm's correction for 3 pairs" in result.stdout
    assert [pair["differences"]["bleu"]["seeds"] is None for pair in found["pairs"]] == [True, False, False]


def test_other_training_data_is_told_and_not_refused(finished: Callable[[str], Path], runs: Path, miniature: Path) -> None:
    shutil.copytree(runs / "plain", "less")
    RunDirectory(Path("less")).open_files()
    told = metrics(runs / "plain")
    data = [{**part, "sha256": "0" * 64} if part["split"] == "train" else part for part in told["data"]]
    write(Path("less/metrics.json"), json.dumps({**told, "data": data}))
    result = done("compare", finished("translation"), "less", "--out", "out")
    assert "note: less: trained on other data than run; the difference is not of the recipes alone." in shown(result.stdout)


WRONG = [
    (["{runs}/unseen", "{runs}/plain"], 2, "plain: its test part is not that of {runs}/unseen: 5 sentences of test.en (sha256 "),
    (["{runs}/plain", "{runs}/back"], 2, "{runs}/back: translates into 'en', {runs}/plain into 'fr'. Only runs into the same language"),
    (["{runs}/plain", "{pos}"], 2, "{runs}/plain: holds a translation run, {pos} a tagger. Only runs of one kind can be compared."),
    (["{pos}", "{runs}/plain"], 2, "{runs}/plain: holds a translation run, {pos} a tagger. Only runs of one kind can be compared."),
    (["{runs}/plain", "{runs}/plain"], 2, "the same run directory is given twice; a run can only be compared with others."),
    (["{runs}/plain"], 2, "one system alone: there is nothing to compare it with."),
    (["{runs}/plain", "{runs}/two", "--split", "zzz"], 2, "has no zzz part that it scored; it has dev, test, test_unseen."),
    (["{runs}/plain", "{runs}/two", "--layer", "upos"], 2, "--layer is for runs of taggers; these translate."),
    (["{runs}/plain", "{runs}/held"], 2, "{runs}/held: its dev part was held out of train and is no file. Name data.dev and run it again."),
    (["{runs}/plain", "nope"], 1, "nope: no run directory (it has no run.json)."),
]


@pytest.mark.parametrize(("line", "code", "said"), WRONG, ids=[" ".join(line) for line, _, _ in WRONG])
@pytest.mark.usefixtures("miniature")
def test_wrong_comparisons_are_told_in_a_line(finished: Callable[[str], Path], runs: Path, line: list[str], code: int, said: str) -> None:
    places = {"runs": runs, "pos": finished("pos")}
    result = invoke("compare", *(text.format(**places) for text in line), "--out", "out")
    assert result.exit_code == code
    assert said.format(**places) in result.stderr.splitlines()[-1]
    assert not Path("out").exists()


def test_damaged_missing_and_changed_files_are_named(runs: Path, miniature: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "plain", "copy")
    RunDirectory(Path("copy")).open_files()
    predictions = Path("copy/predictions/test.fr")
    whole = predictions.read_text(encoding="utf-8")
    predictions.write_text(whole + "more\n", encoding="utf-8")
    result = invoke("compare", runs / "two", "copy")
    assert result.exit_code == 1
    assert "copy/predictions/test.fr: damaged (it has 6 whole lines, the part 5). Restore it from a copy." in result.stderr
    predictions.unlink()
    assert "copy/predictions/test.fr: no such file. Run it again" in invoke("compare", runs / "two", "copy").stderr


def test_a_corpus_that_has_changed_or_gone_since_is_refused(runs: Path, sample_folder: Path, miniature: Path) -> None:
    shutil.copytree(sample_folder / "translation", "mine")
    for name in ("one", "other"):
        shutil.copytree(runs / "plain", name)
        told = (runs / "plain" / "metrics.json").read_text(encoding="utf-8")
        write(Path(name, "metrics.json"), told.replace(f"{sample_folder}/translation", f"{Path('mine').absolute()}"))
        recipe = (runs / "plain" / "recipe.toml").read_text(encoding="utf-8")
        write(Path(name, "recipe.toml"), recipe.replace('corpus = "sample/translation"', 'corpus = "gone"'))
        RunDirectory(Path(name)).open_files()
    done("compare", "one", "other", "--out", "out")
    write(Path("mine/test.fr"), Path("mine/test.fr").read_text(encoding="utf-8").upper())
    result = invoke("compare", "one", "other", "--out", "out")
    assert result.exit_code == 1
    assert "mine/test.en: is not what one translated (its sha256 has changed). Restore the files" in result.stderr
    Path("mine/test.en").unlink()
    result = invoke("compare", "one", "other", "--out", "out")
    assert result.exit_code == 2
    assert "one: its test part" in result.stderr and "is needed, but: " in result.stderr and "Or name its --data-dir." in result.stderr


def test_a_line_with_a_unicode_line_separator_stays_one_line(runs: Path, miniature: Path) -> None:
    shutil.copytree(runs / "plain", "copy")
    RunDirectory(Path("copy")).open_files()
    predictions = Path("copy/predictions/test.fr")
    first, rest = predictions.read_bytes().split(b"\n", 1)
    predictions.write_bytes("un\u2028chien\x85 court\r".encode() + b"\n" + rest)
    done("compare", runs / "plain", "copy", "--out", "out")
    assert read(Path("out"))["lines"] == SIZES["test"]
