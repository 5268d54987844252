"""Ways to train that do not go with a recipe's text, its dropout or each other; and guided attention."""

import pytest

from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.translation.training_checks import guide_faults, training_faults
from tests.miniature.runs import spelled

FAULTS: list[tuple[dict[str, object], list[str]]] = [
    ({}, []),
    (
        {"text.tokenizer": "word", "text.dropout": 0.1},
        ["text.dropout draws the pieces of a 'bpe' tokenizer, but text.tokenizer = 'word'. Leave it out."],
    ),
    (
        {"text.tokenizer": "unigram", "text.dropout": 0.1},
        [
            "text.dropout draws the pieces of a 'bpe' tokenizer, but text.tokenizer = 'unigram'. "
            "Subwords of kind 'unigram' have text.sampling. Leave it out."
        ],
    ),
    (
        {"text.sampling": 0.1},
        [
            "text.sampling draws the pieces of a 'unigram' tokenizer, but text.tokenizer = 'bpe'. "
            "Subwords of kind 'bpe' have text.dropout. Leave it out."
        ],
    ),
    ({"text.tokenizer": "unigram", "text.sampling": 0.1}, []),
    (
        {"training.objective": "risk", "training.r_drop": 1.0, "training.scheduled_sampling": "linear"},
        [
            "training.r_drop compares likelihoods, but training.objective = 'risk'. Set it to 0.",
            "training.scheduled_sampling changes what a likelihood is given, but training.objective = 'risk'. Set it to 'none'.",
            "training.r_drop compares two passes over one input; training.scheduled_sampling makes two of it. Choose one.",
        ],
    ),
    ({"training.objective": "risk", "training.risk_samples": 3, "training.risk_alpha": 0.5}, []),
    (
        {"training.risk_samples": 3, "training.sampling_half": 9},
        [
            "training.risk_samples has no meaning without training.objective = 'risk'. Set that, or leave it out.",
            "training.sampling_half has no meaning without training.scheduled_sampling. Set that, or leave it out.",
        ],
    ),
    ({"training.scheduled_sampling": "linear", "training.sampling_half": 9, "training.sampling_most": 1.0}, []),
    (
        {"training.r_drop": 1.0, "backbone.dropout": 0, "decoder.dropout": 0},
        ["training.r_drop compares two passes with different dropout, but every dropout is 0. Set one, or leave it out."],
    ),
    ({"training.r_drop": 1.0, "backbone.dropout": 0}, []),
    (
        {"training.select_by": "blue"},
        ["training.select_by = 'blue'; did you mean 'bleu'? Known: loss, accuracy, last, bleu, chrf, ter, bleu_tok_lc, exact, cer, wer."],
    ),
]
ON = {"training.guided_attention": 0.5}
GUIDED: list[tuple[dict[str, object], list[str]]] = [
    (
        {"training.guided_updates": 9, "training.guided_loss": "squared"},
        [
            "training.guided_updates has no meaning without guided attention. Set training.guided_attention, or leave it out.",
            "training.guided_loss has no meaning without guided attention. Set training.guided_attention, or leave it out.",
        ],
    ),
    ({**ON, "training.guided_updates": 9, "training.guided_loss": "squared"}, []),
    (
        {**ON, "decoder.attention": "none", "training.objective": "risk", "data.context": 2, "text.dropout": 0.1},
        [
            "training.guided_attention needs an attention; decoder.attention is 'none'. Set one of the two.",
            "training.guided_attention has no meaning for training.objective = 'risk'. Set it to 0.",
            "training.guided_attention aligns single sentences, but data.context = 2. Set one to 0.",
            "training.guided_attention needs subwords that stay; text.dropout and text.sampling draw them. Choose one.",
        ],
    ),
]


def recipe_of(changes: dict[str, object]):
    return load_recipe("translation", overrides=[f"{key}={spelled(value)}" for key, value in changes.items()]).recipe


@pytest.mark.parametrize(("changes", "faults"), FAULTS, ids=[",".join(changes) for changes, _ in FAULTS])
def test_ways_to_train_that_do_not_go_together_are_told_all_at_once(changes: dict[str, object], faults: list[str]) -> None:
    assert training_faults(recipe_of(changes)) == faults


@pytest.mark.parametrize(("changes", "faults"), GUIDED, ids=[",".join(changes) for changes, _ in GUIDED])
def test_what_guided_attention_cannot_go_with_is_told_all_at_once(changes: dict[str, object], faults: list[str]) -> None:
    assert guide_faults(recipe_of(changes)) == faults
