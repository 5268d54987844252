"""A language model's answers: scores of given lines, and lines written on."""

import numpy as np
import pytest
import torch

from seqtasks.inference import writer as writing
from seqtasks.inference.assets import learn_language
from seqtasks.inference.writer import Writer, by_sentence
from seqtasks.models.language_model import LanguageModel
from seqtasks.recipes.schema import TokenSettings, WritingSettings
from seqtasks.text.encoded import Ragged
from tests.models.test_language_model import language_model
from tests.oracles.language_model import log_probs_by_hand

LINES = ["a b c", "b", "c a x b a", "a a"]
LANGUAGE = learn_language(["a b c", "c b a", "b a b"], TokenSettings(tokenizer="whitespace"))


def model() -> LanguageModel:
    torch.manual_seed(1)
    made = language_model()
    assert len(LANGUAGE.vocabulary) <= made.trunk.embedder.words.table.num_embeddings
    with torch.no_grad():
        made.output.bias[len(LANGUAGE.vocabulary) :] = -1e9  # of the model's nine words seven are there
    return made


def writer(*, text: bool = False, **settings: object) -> Writer:
    return Writer(model(), LANGUAGE, WritingSettings(**settings), torch.device("cpu"), text=text)


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("stretch", [2, 3, 500])
def test_scores_equal_a_loop_over_words(text: bool, stretch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "STRETCH", stretch)
    made, rows = writer(text=text), [LANGUAGE.encode(line) for line in LINES]
    found = made.score(Ragged.from_lists(rows))
    expected = [log_probs_by_hand(made.model, row, bos=made.model.bos, before=rows[:n] if text else ()) for n, row in enumerate(rows)]
    np.testing.assert_allclose(found.log_probs_T, torch.cat(expected).detach().numpy(), rtol=1e-4, atol=1e-5)
    sums = by_sentence(found.log_probs_T, Ragged.from_lists(rows))
    np.testing.assert_allclose(sums, [float(row.sum().detach()) for row in expected], rtol=1e-4)


def test_a_text_scored_in_two_calls_goes_on_where_the_first_ended() -> None:
    made, rows = writer(text=True), [LANGUAGE.encode(line) for line in LINES]
    whole = made.score(Ragged.from_lists(rows))
    first = made.score(Ragged.from_lists(rows[:2]))
    then = made.score(Ragged.from_lists(rows[2:]), first.state)
    np.testing.assert_allclose(np.concatenate([first.log_probs_T, then.log_probs_T]), whole.log_probs_T, rtol=1e-4, atol=1e-5)
    nothing = made.score(Ragged.from_lists([]), first.state)
    assert len(nothing.log_probs_T) == 0
    assert nothing.state is first.state


def test_a_line_is_written_on_from_its_beginning_and_has_the_probability_that_scoring_gives_it() -> None:
    made = writer(length=6, samples=5)
    for begin, group in zip(["a b", "", "c"], made.write(["a b", "", "c"]), strict=True):
        assert len(group) == 5
        for one in group:
            assert one.text.startswith(begin)
            assert one.text.split() == [*begin.split(), *one.continuation]
            assert len(one.continuation) <= 6
            ids = [*LANGUAGE.vocabulary.ids(one.text.split()), *([LANGUAGE.vocabulary.eos] if one.finished else [])]
            expected = log_probs_by_hand(made.model, ids, bos=made.model.bos).sum() if ids else torch.zeros(())
            assert one.log_probability == pytest.approx(float(expected.detach()), abs=1e-4)


def test_what_is_written_depends_on_seed_and_number_and_not_on_what_stands_beside() -> None:
    made = writer(length=8, seed=3)
    together = made.write(["a", "b c", "a"])
    alone = [made.write([line], first=number)[0] for number, line in enumerate(["a", "b c", "a"])]
    assert [group[0].text for group in together] == [group[0].text for group in alone]
    assert together != writer(length=8, seed=4).write(["a", "b c", "a"])


def test_unknown_words_stay_in_a_beginning_and_are_never_written() -> None:
    made = writer(length=30, samples=20)
    with torch.no_grad():
        made.model.output.bias[LANGUAGE.vocabulary.unk] = 50.0
        made.model.output.bias[LANGUAGE.vocabulary.bos] = 50.0
    for one in made.write(["a Zebra"])[0]:
        assert one.text.startswith("a Zebra")
        assert not {"<unk>", "<bos>", "<pad>"} & set(one.continuation)


def test_the_most_probable_words_come_with_top_k_1() -> None:
    made = writer(length=5, top_k=1, samples=3)
    (group,) = made.write(["b"])
    assert len({one.text for one in group}) == 1
    ids = [*LANGUAGE.vocabulary.ids(["b"])]
    for token in group[0].continuation:
        log_probs_V, allowed = next_log_probs(made.model, ids), list(range(3, len(LANGUAGE.vocabulary)))
        assert LANGUAGE.vocabulary.ids([token])[0] == allowed[int(log_probs_V[allowed].argmax())]
        ids.append(LANGUAGE.vocabulary.ids([token])[0])


def next_log_probs(made: LanguageModel, ids: list[int]) -> torch.Tensor:
    state, last = made.unread(1), torch.tensor([made.bos])
    for token in ids:
        _, state = made.step(last, state)
        last = torch.tensor([token])
    return made.step(last, state)[0][0]
