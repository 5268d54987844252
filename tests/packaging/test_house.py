"""House rules that a reader relies on: what imports load, how long files are, and what the code never does."""

import ast
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(path for folder in ("seqtasks", "data") for path in (ROOT / folder).rglob("*.py"))
LIBRARY = [path for path in CODE if path.is_relative_to(ROOT / "seqtasks")]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PICKLES = ("pickle", "dill", "joblib", "shelve", "marshal")
CALLS = ("eval", "exec", "torch.load", "torch.save", "np.load", "numpy.load")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def loaded_by(code: str, *names: str) -> list[str]:
    """Which of `names` a new process has loaded after `code`."""
    report = f"import sys\n{code}\nprint([name for name in {names!r} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    found: list[str] = ast.literal_eval(ended.stdout.splitlines()[-1])
    return found


def test_importing_the_blocks_loads_torch_and_nothing_of_the_rest() -> None:
    heavy = ("sklearn", "click", "matplotlib", "pydantic", "tokenizers", "rich", "sacrebleu", "seqeval", "torchtext")
    assert loaded_by("import seqtasks.nn", *heavy) == []


def test_help_loads_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "sklearn", "matplotlib", "pydantic", "rich", "tokenizers")
    code = "from click.testing import CliRunner\nfrom seqtasks.cli.main import commands\nCliRunner().invoke(commands, ['--help'])"
    assert loaded_by(code, *heavy) == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import seqtasks", "torch", "numpy", "click", "pydantic") == []


LIGHT = [
    "run pos --set training.epochz=3",
    "run nothing",
    "recipes list",
    "recipes show ner",
    "recipes check translation --set decoder.atention='none'",
    "compare pos --layer x",
    "compare pos ner --seeds 2",
    "predict no-such-run",
    "evaluate no-such-run file.conllu",
    "run pos --resume --overwrite",
]


@pytest.mark.parametrize("typed", LIGHT)
def test_a_wrong_key_and_wrong_usage_are_told_without_torch(typed: str) -> None:
    code = (
        f"from click.testing import CliRunner\nfrom seqtasks.cli.main import commands\nCliRunner().invoke(commands, {shlex.split(typed)!r})"
    )
    assert loaded_by(code, "torch", "numpy", "sklearn", "matplotlib", "scipy") == []


def test_every_import_points_down() -> None:
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    ended = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert " kept, 0 broken" in ended.stdout


@pytest.mark.parametrize("path", CODE + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_has_at_most_300_lines_and_a_docstring(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    if path in CODE:
        tree = ast.parse(text)
        assert ast.get_docstring(tree)
        long = {node.name: length(node) for node in ast.walk(tree) if isinstance(node, FUNCTIONS) and length(node) >= 60}
        assert long == {}


def length(node: ast.stmt) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_the_library_never_asserts_pickles_evaluates_or_swallows_keywords() -> None:
    faults = []
    for path in LIBRARY:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Assert):
                faults.append(f"{place}: assert")
            if isinstance(node, FUNCTIONS) and node.args.kwarg and node.name != "set_params":  # scikit-learn's; it refuses unknown names
                faults.append(f"{place}: **{node.args.kwarg.arg}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                faults += [
                    f"{place}: {name}" for name in modules if name.split(".")[0] in ("pickle", "dill", "joblib", "shelve", "marshal")
                ]
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "eval",
                "exec",
                "torch.load",
                "torch.save",
                "np.load",
                "numpy.load",
            ):
                closed = any(word.arg == "allow_pickle" and ast.unparse(word.value) == "False" for word in node.keywords)
                faults += [] if closed else [f"{place}: {ast.unparse(node.func)}"]
    assert faults == []


def test_names_are_imported_from_the_file_that_defines_them() -> None:
    faults = []
    for path in LIBRARY:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                faults.append(f"{path.relative_to(ROOT)}:{node.lineno}: relative import")
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                faults.append(f"{path.relative_to(ROOT)}:{node.lineno}: import *")
    assert faults == []


def test_no_two_classes_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for path in LIBRARY:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
