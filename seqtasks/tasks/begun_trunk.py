"""The trunk of a new model, begun by a language model's: vectors of the words that both know, and layers from left to right that fit.

What fits is copied, the rest stays as it was drawn. The vector of a word goes to the same word, however the two number it; a language
model's joiner marks are not part of a word, and one that reads lower-cased text lends a word's vector to all its spellings. Where the
embedder joins further features to the words' (of characters, of shapes), the lowest layer takes the weights of the words' part. Layers
above the first one that does not fit read something else, and are left alone. V words, G gates x H, X input features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqtasks.errors import UsageError
from seqtasks.inference.assets import load_vocabulary
from seqtasks.nn.recurrent import BidirectionalLayer, RecurrentLayer, RecurrentStack
from seqtasks.nn.trunk import Trunk
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.text.tokenizers import JOINER, restored
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary
from seqtasks.training.weights import read_tensors

TABLE, LAYER = "trunk.embedder.words.table.weight", "trunk.backbone.layers.{}.layer."


@dataclass(frozen=True)
class Begun:
    """What was taken: words with a vector and layers; missed: why the rest was not, a clause each."""

    words: int
    layers: int
    missed: list[str]


def begin_trunk(trunk: Trunk, words: Vocabulary, source: RunDirectory) -> str:
    """Copy what fits of the language model in `source` into a trunk over `words`; returns the line that tells what it was.

    Raises UsageError where nothing fits.
    """
    tensors, _ = read_tensors(source.weights)
    lower = bool(source.recipe_tables()["text"].get("lowercase"))
    rows = rows_of(words, load_vocabulary(source.text / "words.txt", (PAD, UNK, BOS, EOS)), lower=lower)
    begun = copied(trunk, rows, tensors)
    missed = "".join(f"; {clause}" for clause in begun.missed)
    if not begun.words and not begun.layers:
        raise UsageError(f"--from {source.path}: nothing of its trunk fits{missed}. Change the recipe's sizes or kind of backbone.")
    return f"trunk from {source.path}: vectors of {begun.words:,} of {len(words):,} words, {begun.layers} of its layers{missed}"


def rows_of(words: Vocabulary, known: Vocabulary, *, lower: bool) -> dict[int, int]:
    """{number of a word: its number in the language model's vocabulary}, for the words and special tokens that both have."""
    plain: dict[str, int] = {}
    for number, token in enumerate(known.words(), start=len(known.specials)):
        plain.setdefault(restored(token.strip(JOINER)) or token, number)  # the most frequent of those that write the same
    found = {}
    for number, token in enumerate(words.words(), start=len(words.specials)):
        spelled = token.lower() if lower else token
        row = known.id(spelled)
        row = plain.get(restored(spelled.strip(JOINER))) if row is None else row
        if row is not None:
            found[number] = row
    special = {words.special(token): known.special(token) for token in words.specials if token != PAD}
    return {**special, **found} if found else {}


@torch.no_grad()
def copied(trunk: Trunk, rows: Mapping[int, int], tensors: Mapping[str, Tensor]) -> Begun:
    """Copy vectors, then layers from the lowest on."""
    table_VE, theirs_VE = trunk.embedder.words.table.weight, tensors[TABLE]
    missed: list[str] = []
    fits = table_VE.size(1) == theirs_VE.size(1)
    if not fits:
        missed.append(f"its vectors have {theirs_VE.size(1)} numbers, the recipe's {table_VE.size(1)}")
    elif not rows:
        missed.append("its vocabulary has none of the words")
    else:
        mine, its = (torch.tensor(list(side), device=table_VE.device) for side in (rows.keys(), rows.values()))
        table_VE[mine] = theirs_VE.to(table_VE.device)[its]
    taken = fits and bool(rows)
    stack = getattr(trunk.backbone, "stack", trunk.backbone)
    if not isinstance(stack, RecurrentStack):
        missed.append("the recipe's backbone has no recurrent layers")
        return Begun(len(rows) if taken else 0, 0, missed)
    layers = 0
    for number, layer in enumerate(stack.layers):
        own = {name.removeprefix(LAYER.format(number)): t for name, t in tensors.items() if name.startswith(LAYER.format(number))}
        if not own:
            break
        if why := unlike(ahead_of(layer), own, lowest=number == 0, words=table_VE.size(1) if taken else 0):
            missed.append(f"layer {number}: {why}")
            break
        copy_layer(ahead_of(layer), own)
        layers += 1
    return Begun(len(rows) if taken else 0, layers, missed)


def ahead_of(layer: nn.Module) -> nn.RNNBase:
    """The part of a layer that reads from left to right."""
    ahead = layer.ahead if isinstance(layer, BidirectionalLayer) else layer
    if not isinstance(ahead, RecurrentLayer):
        raise ValueError(f"{type(layer).__name__} is no recurrent layer")
    return ahead.layer


def weight_of(layer: nn.RNNBase, name: str) -> Tensor:
    """A parameter of a layer by its name."""
    return dict(layer.named_parameters())[name]


def unlike(layer: nn.RNNBase, own: Mapping[str, Tensor], *, lowest: bool, words: int) -> str:
    """Why a layer cannot take these weights; "" where it can. words: features of the words at the begin of the lowest layer's input."""
    recurrent_GH, input_GX = own["weight_hh_l0"], own["weight_ih_l0"]
    mine_GH, mine_GX = weight_of(layer, "weight_hh_l0"), weight_of(layer, "weight_ih_l0")
    if recurrent_GH.shape != mine_GH.shape:
        theirs, mine = (f"{len(weight) // weight.size(1)} x {weight.size(1)}" for weight in (recurrent_GH, mine_GH))
        return f"it has {theirs} gates, the recipe's {mine}"
    if lowest and not words:
        return "it reads vectors that were not taken"
    if input_GX.size(1) != (words if lowest else mine_GX.size(1)):
        return f"it reads {input_GX.size(1)} features, the recipe's {mine_GX.size(1)}"
    return ""


def copy_layer(layer: nn.RNNBase, own: Mapping[str, Tensor]) -> None:
    """The weights, of the input the first columns."""
    for name, tensor in own.items():
        parameter = weight_of(layer, name)
        part = parameter[:, : tensor.size(1)] if name == "weight_ih_l0" else parameter
        part.copy_(tensor)
