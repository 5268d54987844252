"""Translations as text and as JSON, value by value, and the options that they do not go with."""

import json

import numpy as np
import pytest

from seqtasks.errors import UsageError
from seqtasks.inference.translator import Translation
from seqtasks.inference.word_alignment import WordAlignment
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.tasks.translation.formats import as_json, as_text, in_form, refuse_translation

LINKED = WordAlignment(("the", "dog"), ("le", "chien"), ((0, 0), (1, 1)), np.eye(2))
BEST = Translation("le chien", -0.25, -0.125, True)
SECOND = Translation("un\nchien ü", -2.5, -1.25, False)


def test_text_is_one_line_with_its_links_where_there_are_any() -> None:
    assert as_text(BEST) == "le chien"
    assert as_text(SECOND) == "un chien ü"
    assert as_text(Translation("le chien", -0.25, -0.125, True, LINKED)) == "le chien ||| 0-0 1-1"
    assert as_text(Translation("", -1.0, -1.0, True, WordAlignment((), (), (), np.zeros((0, 0))))) == " ||| "


def test_json_is_one_line_that_holds_the_best_translation() -> None:
    text = as_json('the "dog"\u2028', [BEST, SECOND], several=False)
    assert "\n" not in text
    assert json.loads(text) == {
        "text": 'the "dog"\u2028',
        "translation": "le chien",
        "log_probability": -0.25,
        "score": -0.125,
        "finished": True,
    }


def test_json_has_all_translations_where_several_were_asked_for_even_if_there_is_one() -> None:
    found = json.loads(as_json("the dog", [BEST, SECOND], several=True))
    assert found["translation"] == "le chien"
    assert found["n_best"] == [
        {"translation": "le chien", "log_probability": -0.25, "score": -0.125, "finished": True},
        {"translation": "un\nchien ü", "log_probability": -2.5, "score": -1.25, "finished": False},
    ]
    assert len(json.loads(as_json("the dog", [BEST], several=True))["n_best"]) == 1
    assert "ü" in as_json("the dog", [BEST, SECOND], several=True)


def test_json_has_the_words_and_links_of_an_alignment() -> None:
    found = json.loads(as_json("the dog", [Translation("le chien", -0.25, -0.125, True, LINKED)], several=False))
    assert (found["source_words"], found["target_words"], found["alignment"]) == (["the", "dog"], ["le", "chien"], [[0, 0], [1, 1]])


@pytest.mark.parametrize(("form", "several"), [("text", False), ("jsonl", False), ("jsonl", True)])
def test_every_line_is_answered_in_its_order_when_it_comes(form, several) -> None:
    read = []
    answers = ((read.append(line) or line, [Translation(line[::-1], -1.0, -1.0, True), SECOND]) for line in ["ab", "", "cd"])
    written = in_form(answers, form, several=several)
    first = next(written)
    assert read == ["ab"]
    found = [first, *written]
    texts = found if form == "text" else [json.loads(answer)["translation"] for answer in found]
    assert texts == ["ba", "", "dc"]
    assert form == "text" or [len(json.loads(answer).get("n_best", [1])) for answer in found] == [1 + several] * 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (PredictionOptions(tokens=True, k_best=2), "--tokens is for tagging runs; a translation run splits its lines itself."),
        (PredictionOptions(k_best=2, form="html", n_best=5), "--k-best is for tagging runs."),
        (PredictionOptions(form="conll"), "--format conll is for tagging runs. Use text, jsonl or html."),
        (PredictionOptions(n_best=2), "--n-best above 1 needs --format jsonl or html, since text keeps one line for each line."),
    ],
)
def test_options_that_do_not_go_with_a_translation_are_one_line(options, message) -> None:
    with pytest.raises(UsageError) as error:
        refuse_translation(options)
    assert str(error.value) == message


def test_text_of_one_and_jsonl_of_any_number_are_fine() -> None:
    refuse_translation(PredictionOptions())
    refuse_translation(PredictionOptions(form="jsonl", n_best=9))


def test_a_blank_line_is_blank_where_links_are_asked_for() -> None:
    nothing = Translation("", 0.0, 0.0, True, WordAlignment((), (), (), np.zeros((0, 0))))
    assert [*in_form([("", [nothing]), (" ", [nothing])], "text", several=False)] == ["", ""]
