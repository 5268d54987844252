import subprocess
import sys

import pytest

import seqtasks.nn

HEAVY = ("sklearn", "scipy", "click", "matplotlib", "pydantic", "tokenizers", "sacrebleu", "seqeval", "torchtext", "rich")


def test_every_public_name_exists_once_and_in_order():
    assert seqtasks.nn.__all__ == sorted(set(seqtasks.nn.__all__))
    assert all(hasattr(seqtasks.nn, name) for name in seqtasks.nn.__all__)


@pytest.mark.slow
def test_importing_the_layers_loads_torch_and_nothing_of_the_rest():
    code = (
        "import sys, seqtasks.nn, seqtasks.decoding.beam; "
        f"print([name for name in {HEAVY!r} if name in sys.modules], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
