"""What does not fit in a translation recipe, told without its data: every fault at once, each with its remedy."""

import pytest

from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.translation.checks import recipe_faults
from tests.miniature.runs import spelled

FAULTS = [
    (
        {"decoder.attention": "none", "decoder.heads": 2, "decoder.normaliser": "sparsemax"},
        "decoder.normaliser needs an attention; decoder.attention is 'none'. Leave it out.\n"
        "decoder.heads needs an attention; decoder.attention is 'none'. Leave it out.",
    ),
    (
        {"decoder.top_k": 3, "decoder.window_size": 2},
        "decoder.top_k has no meaning for decoder.normaliser = 'softmax'. Leave it out, or use 'topk'.\n"
        "decoder.window_size has no meaning without a window. Leave it out, or set decoder.window.",
    ),
    ({"decoder.heads": 3}, "decoder.heads = 3 does not divide decoder.hidden_size = 256. Change one of them."),
    (
        {"decoder.hierarchical": True},
        "decoder.hierarchical weighs the sentences of a document, but data.context = 0. Set it, or leave hierarchical out.",
    ),
    (
        {"decoder.hierarchical": True, "data.context": 2, "decoder.attention": "coverage"},
        "decoder.hierarchical takes no window, and no attention 'location' or 'coverage'. Choose one.",
    ),
    (
        {"decoder.hierarchical": True, "data.context": 2, "decoder.window": "local-p"},
        "decoder.hierarchical takes no window, and no attention 'location' or 'coverage'. Choose one.",
    ),
    (
        {"decoder.attention": "scaled", "decoder.hidden_size": 20},
        "decoder.attention = 'scaled' compares vectors of one size, but decoder.hidden_size = 20 and the backbone's states have 384. "
        "Make them equal, or use 'general'.",
    ),
    (
        {"decoder.heads": 4, "backbone.hidden_size": 5},
        "decoder.heads = 4 does not divide the backbone's states of 10 features. Change one of them.",
    ),
    ({"decoder.attention": "general", "decoder.hidden_size": 20}, ""),
    ({"decoder.attention": "dot", "decoder.hidden_size": 384}, ""),
    ({"decoder.attention": "scaled", "decoder.heads": 2, "decoder.hidden_size": 20}, ""),
    (
        {"decoder.window": "local-m", "data.context": 2},
        "decoder.window = 'local-m' goes along the source, which begins with the sentences before, of data.context = 2. "
        "Use 'local-p' or 'none'.",
    ),
    ({"decoder.window": "local-p", "data.context": 2}, ""),
    ({"decoder.options.edge": 1}, "decoder.options: unknown key 'edge'."),
    (
        {"decoder.kind": "transformer", "decoder.attention": "scaled", "decoder.heads": 3},
        "decoder.heads = 3 does not divide decoder.hidden_size = 256. Change one of them.",
    ),
    (
        {"decoder.embedding_size": 10},
        "decoder.embedding_size = 10, but embedding_size = 192: with text.joint and decoder.tied they are one table and must agree.",
    ),
    ({"decoder.embedding_size": 10, "decoder.tied": False}, ""),
    ({"decoder.embedding_size": 10, "text.joint": False}, ""),
    (
        {"decoder.attention": "aditive"},
        "no attention 'aditive'; did you mean 'additive'? Known: none, additive, dot, scaled, general, location, coverage.",
    ),
    (
        {"backbone.kind": "transformer", "backbone.heads": 5, "decoding.temperature": 0.5, "decoding.shortlist_frequent": 9},
        "backbone.heads = 5 does not divide backbone.hidden_size = 192. Change one of them.\n"
        "decoding.temperature shapes samples, but decoding.samples is 0. Set it, such as to 1, or leave temperature out.\n"
        "decoding.shortlist_frequent has no meaning without a shortlist. Set decoding.shortlist, or leave it out.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS, ids=[",".join(changes) for changes, _ in FAULTS])
def test_a_recipe_has_just_these_faults(changes: dict[str, object], message: str) -> None:
    given = [f"{key}={spelled(value)}" for key, value in changes.items()]
    assert "\n".join(recipe_faults(load_recipe("translation", overrides=given).recipe)) == message
