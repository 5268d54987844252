"""Studies as JSON: names without shapes, six digits, nothing that JSON cannot hold."""

from __future__ import annotations

import json

import numpy as np

from seqtasks.insight.studies.as_json import plain, plain_name
from seqtasks.insight.studies.as_json import study_json as as_json
from seqtasks.insight.studies.clipping import ClippedRun, ClippingStudy


def test_arrays_are_rows_of_numbers_and_what_is_not_finite_is_null() -> None:
    assert plain(np.array([[1.0, np.nan], [1e-34 / 3, np.inf]])) == [[1.0, None], [3.33333e-35, None]]
    assert plain((1, "a", None, np.array([2], dtype=np.int64))) == [1, "a", None, [2]]


def test_shape_letters_are_no_part_of_a_name() -> None:
    assert [plain_name(name) for name in ("scores_NDR", "hidden_size", "networks", "chance")] == [
        "scores",
        "hidden_size",
        "networks",
        "chance",
    ]


def test_studies_within_studies_are_objects() -> None:
    run = ClippedRun(None, 1, np.array([0.5]), np.array([2.0]), 2)
    study = ClippingStudy(60, 1.5, 0.05, 300, 1 / 6, (run,), (run,))
    found = json.loads(json.dumps(as_json(study)))
    assert found["chance"] == 0.166667
    assert found["clipped"] == [{"limit": None, "seed": 1, "norms": [0.5], "losses": [2.0], "diverged": 2}]
