import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.nn.characters import CharacterCNN, CharacterLSTM
from seqtasks.nn.dropout import WordDropout
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.text.batching import Batch, Distinct
from seqtasks.text.word_shapes import SHAPES
from tests.oracles.backbones import stepped_direction

NETWORKS = {
    "cnn": lambda: CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=3),
    "widths": lambda: CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=2, further=[5]),
    "lstm": lambda: CharacterLSTM(num_characters=9, embedding_dim=3, features=4),
}


def batch_of(ids_BS, mask_BS, distinct=None):
    return Batch(ids_BS=ids_BS, mask_BS=mask_BS, positions_B=torch.arange(len(ids_BS)), task="pos", targets={}, distinct=distinct)


def distinct_of(words, inverse_BS):
    """Distinct words, given as lists of character ids."""
    longest = max(map(len, words))
    characters_UC = torch.tensor([word + [0] * (longest - len(word)) for word in words], dtype=torch.long)
    mask_UC = torch.arange(longest) < torch.tensor([len(word) for word in words])[:, None]
    return Distinct(torch.arange(len(words)), characters_UC, mask_UC, inverse_BS, torch.arange(len(words)) % len(SHAPES))


def test_initial_vectors_are_uniform_and_padding_is_zero():
    embedding = WordEmbedding(num_words=2000, embedding_dim=12, padding_idx=3)
    weight = embedding.table.weight.detach()
    assert not weight[3].any()
    assert 0.49 < weight.max() <= math.sqrt(3 / 12)
    assert weight.var().item() == pytest.approx(1 / 12, rel=0.05)


def test_given_vectors_are_copied_and_frozen_ones_do_not_learn():
    vectors = torch.randn(4, 2)
    embedding = WordEmbedding(num_words=4, embedding_dim=2, padding_idx=0, vectors=vectors, frozen=True)
    assert torch.equal(embedding(torch.tensor([[1, 3, 0]]))[0], torch.stack([vectors[1], vectors[3], torch.zeros(2)]))
    assert not embedding.table.weight.requires_grad
    assert WordEmbedding(num_words=4, embedding_dim=2, padding_idx=0, vectors=vectors).table.weight.requires_grad


def test_the_padding_word_never_learns():
    embedding = WordEmbedding(num_words=4, embedding_dim=2, padding_idx=0)
    embedding(torch.tensor([[1, 0]])).sum().backward()
    assert embedding.table.weight.grad.tolist() == [[0, 0], [1, 1], [0, 0], [0, 0]]


def test_vectors_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"^expected vectors of shape \(4, 2\) for 4 words, got \(5, 3\)$"):
        WordEmbedding(num_words=4, embedding_dim=2, padding_idx=0, vectors=torch.zeros(5, 3))


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_character_features_equal_a_loop_over_windows(width):
    network = CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=width)
    torch.nn.init.normal_(network.convolution.bias)
    words = [[1, 2, 3, 4], [5], [6, 7]]
    distinct = distinct_of(words, None)
    features_UF = network(distinct.characters_UC, distinct.character_mask_UC)
    for word, features_F in zip(words, features_UF, strict=True):
        found = []
        for centre in range(len(word)):
            total_F = network.convolution.bias.clone()
            for offset in range(width):
                place = centre - (width - 1) // 2 + offset
                if 0 <= place < len(word):
                    total_F = total_F + network.convolution.weight[:, :, offset] @ network.table.weight[word[place]]
            found.append(total_F)
        torch.testing.assert_close(features_F, torch.stack(found).amax(dim=0).tanh())


@pytest.mark.parametrize("kind", NETWORKS)
def test_character_features_do_not_depend_on_the_words_they_are_padded_with(kind):
    network = NETWORKS[kind]()
    network.table.weight.data[0] = 100.0  # what stands at padding must not matter
    words = [[1, 2, 3], [4], [5, 6, 7, 8, 1, 2, 3], []]
    distinct = distinct_of(words, None)
    together_UF = network(distinct.characters_UC, distinct.character_mask_UC)
    for word, features_F in zip(words[:3], together_UF, strict=False):
        alone = network(torch.tensor([word]), torch.ones(1, len(word), dtype=torch.bool))[0]
        torch.testing.assert_close(features_F, alone, atol=1e-6, rtol=0)
    assert not together_UF[3].any()


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_character_parameter_gets_a_finite_gradient_also_beside_an_empty_word(kind):
    network = NETWORKS[kind]()
    distinct = distinct_of([[1, 2, 3], [], [4, 5]], None)
    network(distinct.characters_UC, distinct.character_mask_UC).sum().backward()
    for parameter in network.parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any()


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("shape", [(0, 4), (3, 0)])
def test_no_words_or_no_characters_give_zeros(shape, kind):
    network = NETWORKS[kind]()
    features_UF = network(torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.bool))
    assert torch.equal(features_UF, torch.zeros(shape[0], network.output_size))


@pytest.mark.slow
@given(lengths=st.lists(st.integers(0, 16), min_size=1, max_size=12), kind=st.sampled_from(sorted(NETWORKS)))
def test_words_that_are_read_in_groups_of_like_length_keep_their_places(lengths, kind):
    network = NETWORKS[kind]().eval()
    distinct = distinct_of([[1 + (number + place) % 8 for place in range(length)] for number, length in enumerate(lengths)], None)
    grouped_UF = network(distinct.characters_UC, distinct.character_mask_UC)
    together_UF = network.together(distinct.characters_UC, distinct.character_mask_UC)
    torch.testing.assert_close(grouped_UF, together_UF, atol=1e-6, rtol=0)


def test_convolutions_of_several_widths_stand_side_by_side():
    network = CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=3, further=[2, 5])
    distinct = distinct_of([[1, 2, 3, 4], [5], []], None)
    features_UF = network(distinct.characters_UC, distinct.character_mask_UC)
    assert network.output_size == features_UF.size(1) == 12
    for number, convolution in enumerate([network.convolution, *network.further]):
        alone = CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=convolution.kernel_size[0])
        alone.table, alone.convolution = network.table, convolution
        expected_UF = alone(distinct.characters_UC, distinct.character_mask_UC)
        torch.testing.assert_close(features_UF[:, 4 * number : 4 * number + 4], expected_UF)


def test_an_lstm_reads_the_characters_of_a_word_from_both_ends():
    network = CharacterLSTM(num_characters=9, embedding_dim=3, features=8)
    words = [[1, 2, 3, 4], [5], [6, 7]]
    distinct = distinct_of(words, None)
    features_UF = network(distinct.characters_UC, distinct.character_mask_UC)
    for word, features_F in zip(words, features_UF, strict=True):
        characters_CE = network.table.weight[word]
        ahead_CH, back_CH = (stepped_direction(half, characters_CE) for half in (network.layer.ahead, network.layer.back))
        torch.testing.assert_close(features_F, torch.cat([ahead_CH[-1], back_CH[0]]))


def test_an_odd_number_of_features_of_a_character_lstm_is_refused():
    message = "^a character LSTM needs an even number of features, half of them from each direction; got 7$"
    with pytest.raises(ValueError, match=message):
        CharacterLSTM(num_characters=9, embedding_dim=3, features=7)


@pytest.mark.parametrize("with_characters", [True, False])
def test_shapes_stand_behind_the_characters_of_each_token(with_characters):
    words, shapes = WordEmbedding(num_words=6, embedding_dim=2, padding_idx=0), ShapeEmbedding(embedding_dim=3)
    characters = CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=3) if with_characters else None
    embedder = TokenEmbedder(words=words, characters=characters, word_dropout=None, shapes=shapes)
    ids_BS, mask_BS = torch.tensor([[3, 4, 3], [5, 0, 0]]), torch.tensor([[True, True, True], [True, False, False]])
    distinct = distinct_of([[1, 2], [3], [4, 5, 6]], torch.tensor([[0, 1, 0], [2, 0, 0]]))
    embedded_BSE = embedder(batch_of(ids_BS, mask_BS, distinct))
    assert embedder.output_size == embedded_BSE.size(2) == (9 if with_characters else 5)
    assert torch.equal(embedded_BSE[0, 1, -3:], shapes.table.weight[1])
    assert torch.equal(embedded_BSE[1, 0, -3:], shapes.table.weight[2])
    assert not embedded_BSE[1, 1:].any()
    assert shapes.table.weight.abs().max() <= 1


def test_tokens_are_words_joined_with_their_characters_and_zero_at_padding():
    words, characters = (
        WordEmbedding(num_words=6, embedding_dim=2, padding_idx=0),
        CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=3),
    )
    embedder = TokenEmbedder(words=words, characters=characters, word_dropout=None)
    ids_BS, mask_BS = torch.tensor([[3, 4, 3], [5, 0, 0]]), torch.tensor([[True, True, True], [True, False, False]])
    distinct = distinct_of([[1, 2], [3], [4, 5, 6]], torch.tensor([[0, 1, 0], [2, 0, 0]]))
    embedded_BSE = embedder(batch_of(ids_BS, mask_BS, distinct))
    features_UF = characters(distinct.characters_UC, distinct.character_mask_UC)
    assert embedder.output_size == embedded_BSE.size(2) == 6
    torch.testing.assert_close(embedded_BSE[0, 2], torch.cat([words.table.weight[3], features_UF[0]]))
    torch.testing.assert_close(embedded_BSE[1, 0], torch.cat([words.table.weight[5], features_UF[2]]))
    assert not embedded_BSE[1, 1:].any()


def test_word_dropout_hides_words_in_training_only():
    words = WordEmbedding(num_words=6, embedding_dim=2, padding_idx=0)
    embedder = TokenEmbedder(words=words, characters=None, word_dropout=WordDropout(0.0, 1, torch.tensor([0.0, 0, 0, 1, 0, 0])))
    batch = batch_of(torch.tensor([[3, 4]]), torch.ones(1, 2, dtype=torch.bool))
    assert torch.equal(embedder(batch)[0], words.table.weight[[1, 4]])
    assert torch.equal(embedder.eval()(batch)[0], words.table.weight[[3, 4]])


def test_a_batch_without_distinct_words_is_refused_where_characters_are_read():
    characters = CharacterCNN(num_characters=9, embedding_dim=3, filters=4, width=3)
    embedder = TokenEmbedder(words=WordEmbedding(num_words=6, embedding_dim=2, padding_idx=0), characters=characters, word_dropout=None)
    message = "this embedder reads how words are spelled, but the batch has no distinct words; make it with a FormTable"
    with pytest.raises(ValueError, match=f"^{message}$"):
        embedder(batch_of(torch.tensor([[3]]), torch.ones(1, 1, dtype=torch.bool)))
