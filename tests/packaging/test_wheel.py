"""The wheel as others get it: built, installed beside the real dependencies, and used from another directory."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.miniature.corpora import conllu, write
from tests.miniature.sentences import tagged

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = Path(__file__).parent / "foreign_project" / "train_one_step.py"


def call(*command: object, cwd: Path, **environment: str) -> str:
    """The output of a command that must end well."""
    line = [str(part) for part in command]
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    ended = subprocess.run(line, cwd=cwd, capture_output=True, text=True, env={**clean, "OMP_NUM_THREADS": "1", **environment}, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a copy of what git tracks or would track, so that building leaves nothing in the checkout."""
    copy, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and name.split("/")[0] not in ("tests", "docs", "benchmarks"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    call(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", target, ".", cwd=copy)
    (built,) = target.glob("seqtasks-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment with the wheel in it, and this one's dependencies behind it, but not this one's seqtasks."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    theirs = Path(sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})["purelib"])
    call(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "-q", wheel, cwd=folder)
    (theirs / "behind.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    return python


def test_the_wheel_holds_recipes_and_sample_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    templates = [path.name for path in (ROOT / "seqtasks" / "reports" / "templates").iterdir()]
    assert templates
    assert {f"seqtasks/reports/templates/{name}" for name in templates} <= set(names)
    for folder, package in (("tasks", "seqtasks/shipped_tasks"), ("data", "seqtasks/shipped_data")):
        kept = [path for path in (ROOT / folder).rglob("*") if path.suffix in (".toml", ".conllu", ".bio", ".jsonl", ".en", ".fr")]
        assert kept
        assert {f"{package}/{path.relative_to(ROOT / folder)}" for path in kept} <= set(names)
    assert "seqtasks/py.typed" in names
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]
    code = {f"{path.relative_to(ROOT)}" for path in (ROOT / "seqtasks").rglob("*.py")}
    assert code <= set(names)


def test_a_foreign_project_trains_on_our_blocks_and_loads_nothing_else(installed: Path, tmp_path: Path) -> None:
    where, learns, lengths, heavy = call(installed, FOREIGN, cwd=tmp_path).splitlines()
    assert Path(where).is_relative_to(installed.parents[1])
    assert (learns, lengths, heavy) == ("learns", "[3, 2]", "[]")


def test_the_installed_command_finds_recipes_and_sample(installed: Path, tmp_path: Path) -> None:
    command = installed.parent / "seqtasks"
    listed = call(command, "recipes", "list", cwd=tmp_path)
    assert {tuple(line.split()[:2]) for line in listed.splitlines()} == {
        (path.parent.name, path.stem) for path in (ROOT / "tasks").glob("*/*.toml") if path.stem != "base"
    }
    write(tmp_path / "few.conllu", "".join(conllu(sentence, 1) for sentence in tagged(4, seed=1)))
    small = {"data.dev": "few.conllu", "data.test": "few.conllu", "data.test_unseen": "", "words.size": 8, "characters.filters": 8}
    small |= {"backbone.hidden_size": 8, "training.epochs": 1, "training.batch_tokens": 8000}
    options = [part for key, value in small.items() for part in ("--set", f"{key}={value}")]
    lines = call(command, "run", "pos", "--out", "run", *options, cwd=tmp_path).splitlines()
    assert lines[0] == f"recipe: {shipped_file(installed, 'tasks/pos/default.toml')}"
    assert lines[-1] == "run directory: run"
    facts = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))["data"]
    assert facts[0]["path"] == str(shipped_file(installed, "data/pos/train.conllu"))
    answer = subprocess.run([command, "predict", "run"], cwd=tmp_path, input="The dog sees.\n", capture_output=True, text=True, check=True)
    assert answer.stdout.count("/") == 4


def shipped_file(python: Path, name: str) -> Path:
    (package,) = python.parents[1].glob("lib/python*/site-packages/seqtasks")
    return package / f"shipped_{name}"
