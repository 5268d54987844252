"""Cells that follow a label: planted ones are found for what they are, drawn ones are not."""

from __future__ import annotations

import numpy as np
import pytest

from seqtasks.insight.cells import Half, correlations, find_cells, moved, without_forms
from seqtasks.insight.labels import WordLabel, labels_of
from seqtasks.insight.memories import Memories

WORDS = ["the", "old", "Bank", "of", "Tolva", "sings"]


def corpus(generator, sentences=120):
    """Sentences of drawn words; a word is within an entity by chance, whatever its form, but "Tolva" always."""
    words = [generator.choice(WORDS, size=generator.integers(3, 12)).tolist() for _ in range(sentences)]
    tags = [["I-X" if word == "Tolva" or generator.random() < 0.3 else "O" for word in row] for row in words]
    return words, tags


def planted(generator, words, tags, noise=0.3):
    """Ten cells: 3 follows the entity, 5 knows the word "Tolva", 7 counts the words so far; the others are noise."""
    rows = [
        (word, tag, place) for row, own in zip(words, tags, strict=True) for place, (word, tag) in enumerate(zip(row, own, strict=True))
    ]
    memory = generator.standard_normal((len(rows), 10))
    memory[:, 3] = noise * memory[:, 3] + [tag != "O" for _, tag, _ in rows]
    memory[:, 5] = noise * memory[:, 5] + [4.0 * (word == "Bank") for word, _, _ in rows]
    memory[:, 7] = noise * memory[:, 7] + [place for _, _, place in rows]
    columns = [("layer 1", unit) for unit in range(10)]
    return Memories(memory.astype(np.float32), columns, np.cumsum([0, *map(len, words)]))


def test_planted_cells_are_found_for_what_they_know():
    generator = np.random.default_rng(1)
    words, tags = corpus(generator)
    noise = Memories(generator.standard_normal((sum(map(len, words)), 10)).astype(np.float32), [("layer 1", n) for n in range(10)],
                     np.cumsum([0, *map(len, words)]))  # fmt: skip
    is_bank = np.array([float(word == "Bank") for row in words for word in row])
    labels = [*labels_of(words, tags, "BIO"), WordLabel("a bank", is_bank)]
    found = {one.label: one for one in find_cells(planted(generator, words, tags), labels, words, untrained=noise, draws=40)}
    inside, bank, start = found["inside an entity"], found["a bank"], found["words from the start"]
    assert (inside.knows, inside.within_form.unit) == ("state", 3)
    assert (bank.knows, bank.any_word.unit) == ("word", 5)
    assert bank.same_cell == bank.within_form.correlation == 0
    assert (start.knows, start.any_word.unit) == ("position", 7)
    assert max(one.any_word.null for one in found.values()) < 0.3
    assert abs(inside.within_form.untrained) < 0.2


def test_noise_follows_nothing():
    generator = np.random.default_rng(2)
    words, tags = corpus(generator)
    memory = generator.standard_normal((sum(map(len, words)), 30)).astype(np.float32)
    held = Memories(memory, [("layer 1", unit) for unit in range(30)], np.cumsum([0, *map(len, words)]))
    assert {one.knows for one in find_cells(held, labels_of(words, tags, "BIO"), words, draws=40)} == {"-"}


def test_a_cell_that_the_untrained_network_has_too_is_no_finding():
    generator = np.random.default_rng(4)
    words, tags = corpus(generator)
    held = planted(generator, words, tags)
    labels = labels_of(words, tags, "BIO")
    found = {one.label: one.knows for one in find_cells(held, labels, words, untrained=held, draws=20)}
    assert found["inside an entity"] == "-"
    assert found["words from the start"] == "position"  # which no training is needed for


def test_correlations_equal_numpys():
    generator = np.random.default_rng(7)
    left, right = generator.standard_normal((50, 4)), generator.standard_normal((50, 3))
    left[:, 2] = 0.1  # does not vary
    found = correlations(left, right)
    for row in (0, 1, 3):
        for column in range(3):
            assert found[row, column] == pytest.approx(np.corrcoef(left[:, row], right[:, column])[0, 1])
    assert (found[2] == 0).all()


def test_means_of_word_forms_are_taken_off_word_by_word():
    generator = np.random.default_rng(8)
    values, forms = generator.standard_normal((30, 2)), generator.integers(0, 6, 30)
    forms[0] = 99  # occurs once
    found = without_forms(values, forms)
    for place in range(30):
        same = [other for other in range(30) if forms[other] == forms[place]]
        np.testing.assert_allclose(found[place], values[place] - sum(values[other] for other in same) / len(same), atol=1e-12)
    assert (found[0] == 0).all()


def test_moved_labels_are_those_of_another_sentence_at_least_as_long_from_its_first_word():
    lengths = np.array([4, 2, 7, 4, 1])
    offsets = np.cumsum([0, *lengths])
    owner = np.repeat(np.arange(5), lengths)
    place = np.concatenate([np.arange(length) for length in lengths])
    scored = Half(np.zeros((18, 1)), np.stack([owner, place, np.arange(18)], axis=1).astype(float), np.zeros(18, dtype=int), offsets)
    generator = np.random.default_rng(1)
    donors = set()
    for _ in range(60):
        found = moved(scored, np.array([False, False, True]), generator)
        for sentence, length in enumerate(lengths):
            rows = found[offsets[sentence] : offsets[sentence + 1]]
            (donor,) = set(rows[:, 0].tolist())
            assert donor != sentence
            donors.add((sentence, int(donor)))
            if sentence != 2:
                assert lengths[int(donor)] >= length
                assert rows[:, 1].tolist() == list(range(length))
        steps = np.diff(found[:, 2]) % 18
        assert (steps == 1).all() and found[0, 2] != 0
    assert {donor for sentence, donor in donors if sentence == 4} == {0, 1, 2, 3}
    assert {donor for sentence, donor in donors if sentence == 0} == {2, 3}


def test_too_few_sentences_are_refused():
    held = Memories(np.zeros((3, 2), dtype=np.float32), [("layer 1", 0), ("layer 1", 1)], np.array([0, 1, 2, 3]))
    with pytest.raises(ValueError, match="two halves of the sentences, so in four at least; got 3"):
        find_cells(held, [], [["a"], ["b"], ["c"]])
