"""Evaluation loads only what a task needs."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("matplotlib", "seqeval", "sklearn", "sacrebleu", "sacremoses", "torch")


def loaded(code: str) -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize("room", ["accuracy", "bleu", "perplexity", "score", "spans"])
def test_importing_a_room_of_evaluation_loads_no_heavy_package(room: str) -> None:
    assert loaded(f"import seqtasks.evaluation.{room}") == set()


def test_scoring_entities_does_not_load_what_translation_needs() -> None:
    found = loaded(
        "from seqtasks.evaluation.spans import entity_scores\nentity_scores([['B-A']], [['O']], scheme='BIO', split='dev', head='ner')"
    )
    assert "seqeval" in found
    assert not found & {"sacrebleu", "sacremoses", "matplotlib", "torch"}


def test_scoring_translations_does_not_load_what_entities_need() -> None:
    found = loaded(
        "from seqtasks.evaluation.bleu import translation_scores\n"
        "translation_scores(['a'], ['a'], language='en', split='dev', head='target')"
    )
    assert "sacrebleu" in found
    assert not found & {"seqeval", "sklearn", "matplotlib", "torch"}
