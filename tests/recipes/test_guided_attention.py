"""Values of guided attention that do not fit, told before training."""

import pytest

from seqtasks.errors import RecipeError
from seqtasks.recipes.load import load_recipe
from seqtasks.recipes.names import check_recipe

ON = "training.guided_attention=0.5"


@pytest.mark.parametrize(
    ("overrides", "fault"),
    [
        (["training.guided_updates=9"], "training.guided_updates has no meaning without guided attention. Set training.guided_attention,"),
        (["training.guided_loss='squared'"], "training.guided_loss has no meaning without guided attention."),
        (
            [ON, "decoder.attention='none'"],
            "training.guided_attention needs an attention; decoder.attention is 'none'. Set one",
        ),
        ([ON, "training.objective='risk'"], "training.guided_attention has no meaning for training.objective = 'risk'. Set it to 0."),
        (
            [ON, "text.dropout=0.1"],
            "training.guided_attention needs subwords that stay; text.dropout and text.sampling draw them.",
        ),
    ],
)
def test_what_guided_attention_cannot_go_with_is_told(overrides, fault):
    with pytest.raises(RecipeError) as raised:
        check_recipe(load_recipe("translation", "default", overrides).recipe)
    assert fault in str(raised.value)


def test_guided_attention_alone_is_no_fault():
    check_recipe(load_recipe("translation", "default", [ON, "training.guided_updates=9", "training.guided_loss='squared'"]).recipe)
