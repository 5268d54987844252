"""The cache of word vectors: the embedder's own vectors, each form computed once as long as there is room."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn import word_cache
from seqtasks.nn.characters import CharacterCNN
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.nn.word_cache import WordCache
from seqtasks.text.batching import tagging_batch
from seqtasks.text.encoded import LONGEST_WORD, FormTable
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary

WORDS = Vocabulary(["the", "dog", "Dog"], specials=(PAD, UNK))
CHARACTERS = Vocabulary(list("abcdeghot"), specials=(PAD, UNK))


def embedder(*, plain: bool = False) -> TokenEmbedder:
    characters = None if plain else CharacterCNN(num_characters=len(CHARACTERS), embedding_dim=3, filters=4, width=3)
    shapes = None if plain else ShapeEmbedding(embedding_dim=2)
    return TokenEmbedder(
        words=WordEmbedding(num_words=len(WORDS), embedding_dim=5, padding_idx=0), characters=characters, word_dropout=None, shapes=shapes
    ).eval()


class Counting(WordCache):
    """Counts how often each form is computed."""

    def __init__(self, others: int, **options: bool) -> None:
        super().__init__(embedder(**options), WORDS, CHARACTERS, others=others)
        self.computed: list[str] = []

    def compute(self, forms):
        self.computed += forms
        return super().compute(forms)


def expected(cache: WordCache, forms: list[str]) -> torch.Tensor:
    """Vectors by the embedder's own forward pass, all forms as one sentence."""
    table, sentences = FormTable.build([forms], WORDS, CHARACTERS)
    with torch.no_grad():
        return cache.embedder(tagging_batch(table, sentences, torch.zeros(1, dtype=torch.long).numpy(), {}, ""))[0, : len(forms)]


@pytest.mark.parametrize("plain", [False, True])
@settings(max_examples=50, deadline=None)
@given(
    calls=st.lists(st.lists(st.text("adghotDex1", max_size=4), unique=True, min_size=1, max_size=8), min_size=1, max_size=6),
    others=st.integers(0, 5),
    together=st.integers(1, 4),
)
def test_vectors_are_the_embedders_own_whatever_was_asked_before(plain, calls, others, together):
    cache = Counting(others, plain=plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_cache, "TOGETHER", together)
        for forms in calls:
            torch.testing.assert_close(cache.vectors(forms), expected(cache, forms))
            assert len(cache.rows) <= others
            assert len(set(cache.rows.values())) == len(cache.rows)


def test_forms_of_the_vocabulary_are_computed_once_and_others_while_they_are_among_the_last_used():
    cache = Counting(2)
    for forms in (["the", "a"], ["a", "the"], ["b"], ["a"], ["c"], ["a"], ["b"], ["the"]):
        cache.vectors(forms)
    assert cache.computed == ["the", "a", "b", "c", "b"]  # c took the place of b, since a had been used after it


def test_very_long_forms_are_answered_and_not_kept():
    cache = Counting(2)
    long = "a" * (LONGEST_WORD + 1)
    torch.testing.assert_close(cache.vectors([long]), expected(cache, [long]))
    assert not cache.rows


def test_no_forms_have_no_vectors():
    assert Counting(2).vectors([]).shape == (0, 11)
