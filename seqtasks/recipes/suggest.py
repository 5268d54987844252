"""What a user may have meant: keys of recipes by the name that they have elsewhere, or that other toolkits give them."""

from __future__ import annotations

from collections.abc import Iterable

from seqtasks.errors import close_matches
from seqtasks.recipes.keys import Key

ELSEWHERE = {  # names of other toolkits
    "lr": "learning_rate",
    "batch_size": "batch_tokens",
    "batch": "batch_tokens",
    "num_epochs": "epochs",
    "max_epochs": "epochs",
    "num_layers": "layers",
    "n_layers": "layers",
    "hidden": "hidden_size",
    "hidden_dim": "hidden_size",
    "embedding_dim": "embedding_size",
    "beam": "beams",
    "beam_size": "beams",
    "num_beams": "beams",
    "optim": "optimizer",
    "wd": "weight_decay",
    "warmup": "warmup_updates",
    "warmup_steps": "warmup_updates",
    "clip": "clip_norm",
    "grad_clip": "clip_norm",
    "early_stopping": "patience",
    "scheduler": "schedule",
    "lowercased": "lowercase",
    "vocab_size": "size",
}


def places_called(name: str, keys: Iterable[Key]) -> list[str]:
    """The places of all keys that are called so in some table, here or in other toolkits."""
    wanted = {name, ELSEWHERE.get(name, name)}
    return sorted(dict.fromkeys(key.place for key in keys if key.table and key.name in wanted))


def places_near(name: str, keys: Iterable[Key]) -> list[str]:
    """The places of the keys that are spelled most like the name."""
    keys = list(keys)
    near = close_matches(name, [key.name for key in keys if key.table])
    return places_called(near[0], keys) if near else []


def either(words: Iterable[str]) -> str:
    """ "a", "a or b", "a, b or c"; there is one at least."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
