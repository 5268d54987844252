"""The guide that a recipe makes of its own pairs."""

import random

from seqtasks.inference.assets import TranslationAssets
from seqtasks.tasks.table import load_recipe
from seqtasks.tasks.translation.scores import EncodedPairs
from seqtasks.tasks.translation.training import guide_of
from seqtasks.text.corpora.examples import SentencePair

ON = "training.guided_attention=0.5"


def test_the_guide_of_a_recipe_links_each_target_token_to_the_source_token_it_comes_from():
    """Targets are their sources backwards in capitals, so the links of a pair are known: target t comes from source length - 1 - t."""
    draws, words = random.Random(4), [f"{letter}{number}" for letter in "abcd" for number in range(5)]
    sentences = [draws.sample(words, draws.randint(2, 5)) for _ in range(120)]
    pairs = [SentencePair(" ".join(some), " ".join(some[::-1]).upper(), number) for number, some in enumerate(sentences, 1)]
    recipe = load_recipe("translation", "default", [ON, "text.tokenizer='whitespace'", "text.joint=false", "decoder.tied=false"]).recipe
    assets = TranslationAssets.learn([pair.source for pair in pairs], [pair.target for pair in pairs], recipe.text)
    part = EncodedPairs.of(pairs, assets)
    guide = guide_of(recipe, assets, part.sources, part.targets)
    assert guide is not None and guide.weight == 0.5
    for number, some in enumerate(sentences):
        size = len(some)
        (wanted_TS,) = guide.alignments.attention([number], source_length=size + 1, target_length=size + 1)
        assert [(t, s) for t, s in zip(*wanted_TS.nonzero(), strict=True)] == [(t, size - 1 - t) for t in range(size)]
