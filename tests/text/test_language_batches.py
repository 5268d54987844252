import numpy as np
import pytest
import torch

from seqtasks.text.batching import IGNORE
from seqtasks.text.encoded import Ragged
from seqtasks.text.language_batches import Stretches, read_before, sentence_batch, turned

BOS, EOS = 2, 3
ROWS = [[5, 6, EOS], [7, EOS], [8, 9, 10, EOS], [EOS], [4, EOS]]
TEXT = Ragged.from_lists(ROWS)


def test_what_is_read_before_each_token_is_the_one_before_it_and_bos_before_a_sentence():
    assert read_before(TEXT.values, bos=BOS, eos=EOS).tolist() == [BOS, 5, 6, BOS, 7, BOS, 8, 9, 10, BOS, BOS, 4]


def test_sentences_side_by_side_hold_what_is_read_and_what_is_to_come():
    batch = sentence_batch(TEXT, np.array([2, 0]), bos=BOS, name="words")
    assert batch.ids_BS.tolist() == [[BOS, 8, 9, 10], [BOS, 5, 6, 0]]
    assert batch.targets["words"].tolist() == [[8, 9, 10, EOS], [5, 6, EOS, IGNORE]]
    assert batch.mask_BS.sum(1).tolist() == [4, 3]


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 12, 20])
@pytest.mark.parametrize("length", [1, 2, 5, 100])
def test_stretches_hold_every_token_once_and_each_goes_on_from_the_one_before(columns, length):
    batches = Stretches(TEXT.values, columns=columns, length=length, bos=BOS, eos=EOS, name="words")
    made = [batches[number] for number in range(len(batches))]
    for side, expected in (("ids", read_before(TEXT.values, bos=BOS, eos=EOS)), ("targets", TEXT.values)):
        whole = torch.cat([batch.ids_BS if side == "ids" else batch.targets["words"] for batch in made], dim=1)
        mask = torch.cat([batch.mask_BS for batch in made], dim=1)
        assert whole[mask].tolist() == expected.tolist()
    assert [int(batch.positions_B[0]) for batch in made] == [number * length for number in range(len(made))]
    assert {len(batch.positions_B) for batch in made} == {batches.columns}
    assert all(batch.ids_BS.size(1) <= length for batch in made)
    with pytest.raises(IndexError):
        batches[len(batches)]


def test_an_epoch_turns_the_text_at_a_sentence_and_loses_nothing():
    seen = {tuple(turned(TEXT, seed=1, epoch=epoch).tolist()) for epoch in range(1, 40)}
    expected = {tuple(token for row in ROWS[first:] + ROWS[:first] for token in row) for first in range(len(ROWS))}
    assert seen == expected
    assert turned(TEXT, seed=1, epoch=3).tolist() == turned(TEXT, seed=1, epoch=3).tolist()


def test_an_empty_text_has_no_stretches():
    with pytest.raises(ValueError, match="a text needs at least one token"):
        Stretches(np.zeros(0, dtype=np.int32), columns=2, length=3, bos=BOS, eos=EOS, name="words")
