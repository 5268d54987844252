"""What an answer loads: a finished run answers without what trains, scores and draws; an HMM without torch and scipy, too."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT / "tests" / "runs" / "format_1"
HEAVY = ("sklearn", "scipy", "matplotlib", "torchtext", "sacrebleu", "sacremoses", "seqeval", "rich", "jinja2", "torch._dynamo", "sympy")
OURS = ("seqtasks.training.loop", "seqtasks.training.objectives", "seqtasks.tasks.neural", "seqtasks.diagnosis", "seqtasks.reports.page")
LINE = "The old teacher reads a letter ."


def loaded_after(code: str, *names: str) -> set[str]:
    """Which of `names` a new process has loaded once `code` has run; what it prints does not matter."""
    report = f"import sys\n{code}\nprint([name for name in {names!r} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ast.literal_eval(ended.stdout.splitlines()[-1]))


def typed(*words: str) -> str:
    """Code that runs a command of the program on one line of input, and fails where it does."""
    return (
        "from click.testing import CliRunner\nfrom seqtasks.cli.main import commands\n"
        f"ended = CliRunner().invoke(commands, {list(words)!r}, input={LINE + chr(10)!r}, catch_exceptions=False)\n"
        "assert ended.exit_code == 0 and ended.output.strip(), ended.output"
    )


@pytest.mark.parametrize("run", ["pos", "ner", "multitask", "translation"])
def test_one_line_of_a_network_loads_nothing_that_trains_or_scores(run: str) -> None:
    found = loaded_after(typed("predict", str(RUNS / run)), "torch", "seqtasks.hmm", *HEAVY, *OURS)
    assert found == {"torch"}


def test_one_line_of_an_hmm_loads_neither_torch_nor_scipy() -> None:
    assert loaded_after(typed("predict", str(RUNS / "hmm")), "torch", "seqtasks.nn", *HEAVY, *OURS) == set()


@pytest.mark.parametrize(("run", "asked"), [("pos", f"tag({LINE!r})"), ("translation", f"translate([{LINE!r}])")])
def test_a_loaded_network_answers_in_python_without_what_trains_or_scores(run: str, asked: str) -> None:
    code = f"import seqtasks\nassert seqtasks.load({str(RUNS / run)!r}).{asked}"
    assert loaded_after(code, "torch", *HEAVY, *OURS) == {"torch"}


@pytest.mark.parametrize("asked", [f"tag({LINE!r})", f"tag({LINE!r}, confidences=True)", f"tag({LINE!r}, k_best=2)"])
def test_a_loaded_hmm_answers_in_python_without_torch(asked: str) -> None:
    assert loaded_after(f"import seqtasks\nassert seqtasks.load({str(RUNS / 'hmm')!r}).{asked}", "torch", *HEAVY, *OURS) == set()


def test_a_saved_hmm_tagger_answers_without_torch_and_fits_with_scipy_only() -> None:
    answers = f"from seqtasks import HMMTagger\nassert HMMTagger.load({str(RUNS / 'hmm' / 'hmm')!r}).predict([['The', 'zyx']])"
    assert loaded_after(answers, "torch", *HEAVY) == set()
    fits = "from seqtasks import HMMTagger\nHMMTagger().fit([['a', 'b']] * 30, [['A', 'B']] * 30)"
    assert loaded_after(fits, "torch", *HEAVY) == {"scipy"}
