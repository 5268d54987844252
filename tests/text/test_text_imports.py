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
