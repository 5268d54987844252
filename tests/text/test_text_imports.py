"""What importing text/ loads: batches need torch and numpy only, the rest not even torch."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "tokenizers", "torchtext", "pydantic", "sklearn", "matplotlib", "sacremoses", "click"}
READERS = "seqtasks.text.corpora.columns, seqtasks.text.corpora.conllu, seqtasks.text.corpora.jsonl, seqtasks.text.corpora.parallel"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("modules", "loaded"),
    [
        ("seqtasks.text.batching", {"torch"}),
        (f"{READERS}, seqtasks.text.tokenizers, seqtasks.text.vocabulary, seqtasks.text.encoded, seqtasks.text.torchtext_bridge", set()),
        ("seqtasks.text.subwords", {"tokenizers"}),
    ],
)
def test_importing_loads_no_more_than_it_needs(modules, loaded):
    script = f"import sys, {modules}; print(*({HEAVY!r} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert set(found) == loaded


@pytest.mark.slow
def test_torchtext_is_imported_when_a_tokenizer_of_it_is_asked_for_and_not_before():
    script = """
import sys
import seqtasks.runs.run, seqtasks.runs.load, seqtasks.estimators.neural_tagger, seqtasks.tasks.table
from seqtasks.text.tokenizers import make_tokenizer
make_tokenizer("word").split("a b")
make_tokenizer("character").split("a b")
print("torchtext" in sys.modules)
make_tokenizer("torchtext:basic_english").split("a b")
print("torchtext" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert found == ["False", "True"]
