from collections.abc import Iterator

import pytest
import torch

from seqtasks.decoding import step


@pytest.fixture(autouse=True)
def _same_draws_in_every_run():
    torch.manual_seed(0)


@pytest.fixture(scope="module", autouse=True)
def leaving() -> Iterator[int]:
    """Small batches are left by two sentences at a time, so that drawn ones keep some that are over and lose others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "LEAVING", 2)
        yield 2
