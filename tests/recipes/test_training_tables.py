"""[training] of recipes: what the tables take and refuse, and defaults that mean the plain training."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from seqtasks.recipes.training_tables import TrainingSettings, TranslationTraining

NEEDED = {"epochs": 2, "batch_tokens": 100, "learning_rate": 0.01}
WRONG = [
    ("epochs", 0, "greater than 0"),
    ("epochs", 1.5, "valid integer"),
    ("epochs", True, "valid integer"),
    ("learning_rate", 0.0, "greater than 0"),
    ("learning_rate", float("inf"), "finite number"),
    ("weight_decay", -0.1, "greater than or equal to 0"),
    ("momentum", 1.0, "less than 1"),
    ("betas", [0.9], "at least 2 items"),
    ("betas", [0.9, 0.98, 0.99], "at most 2 items"),
    ("betas", [0.9, 1.0], "less than 1"),
    ("optimizer", "adagrad", "'adam', 'adamw' or 'sgd'"),
    ("schedule", "step", "'constant', 'linear', 'cosine' or 'inverse_square_root'"),
    ("seed", -1, "greater than or equal to 0"),
    ("seed", 2**63, f"less than {2**63}"),
    ("accumulate", 0, "greater than 0"),
    ("precision", "fp16", "'float32', 'bf16' or 'auto'"),
    ("sampling_most", 0.0, "greater than 0"),
    ("sampling_most", 1.1, "less than or equal to 1"),
    ("objective", "rl", "'likelihood' or 'risk'"),
    ("nope", 1, "Extra inputs are not permitted"),
]


@pytest.mark.parametrize(("key", "value", "reason"), WRONG, ids=[f"{key}={value}" for key, value, _ in WRONG])
def test_a_value_out_of_range_is_refused_with_its_key_and_range(key: str, value: object, reason: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TranslationTraining.model_validate(NEEDED | {key: value})
    (fault, *_) = raised.value.errors()
    assert fault["loc"][0] == key
    assert reason in fault["msg"]


@pytest.mark.parametrize(
    ("key", "value"), [("seed", 2**63 - 1), ("seed", 0), ("sampling_most", 1.0), ("betas", [0.0, 0.0]), ("learning_rate", 1)]
)
def test_values_at_the_ends_of_a_range_are_taken(key: str, value: object) -> None:
    assert getattr(TranslationTraining.model_validate(NEEDED | {key: value}), key) == value


@pytest.mark.parametrize("missing", NEEDED)
def test_what_has_no_default_must_be_said(missing: str) -> None:
    with pytest.raises(ValidationError, match=rf"(?s)^1 validation error.*{missing}\n  Field required"):
        TrainingSettings.model_validate({key: value for key, value in NEEDED.items() if key != missing})


def test_every_way_beside_plain_likelihood_is_off_unless_it_is_set() -> None:
    plain = TranslationTraining.model_validate(NEEDED)
    assert (plain.objective, plain.scheduled_sampling, plain.precision, plain.accumulate) == ("likelihood", "none", "float32", 1)
    off = ("r_drop", "guided_attention", "label_smoothing", "ema", "average_checkpoints", "weight_decay", "patience", "warmup_updates")
    assert {key: getattr(plain, key) for key in off} == dict.fromkeys(off, 0)
    shared = TrainingSettings.model_validate(NEEDED).model_dump()
    assert plain.model_dump().items() >= shared.items()


def test_settings_do_not_change_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        TrainingSettings.model_validate(NEEDED).epochs = 3
