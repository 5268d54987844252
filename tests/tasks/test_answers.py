"""Answers as JSON and as a notebook shows them: complete, escaped, legible in light and dark."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seqtasks
from seqtasks.inference.translator import Translation
from seqtasks.inference.word_alignment import WordAlignment
from seqtasks.inference.writer import Written
from seqtasks.reports.answers import MOST
from seqtasks.tasks.answers import Answers
from seqtasks.tasks.language_model.answers import Writings
from seqtasks.tasks.tagging.answers import TaggedLine
from seqtasks.tasks.translation.answers import Translations
from tests.miniature.runs import done

RUNS = Path(__file__).resolve().parents[1] / "runs" / "format_1"
EVIL = "<script>alert('x')</script>&\x00"
SENTENCE = TaggedLine(
    ("Ann", "Lee", "in", "Rome"),
    {"upos": ["PROPN", "PROPN", "ADP", "PROPN"], "ner": ["B-PER", "I-PER", "O", "B-LOC"]},
    schemes={"ner": "BIO"},
)


def translations(source: str, *found: Translation) -> Translations:
    answer = Translations(found)
    answer.source = source
    return answer


LINKED = WordAlignment(("the", "dog"), ("le", "chien"), ((0, 0), (1, 1)), np.array([[0.75, 0.25], [0.0, 1.0]]))
TRANSLATED = translations("the dog", Translation("le chien", -0.25, -0.125, True, LINKED), Translation("un chien", -2.5, -1.25, True))

WRITTEN = Writings([Written("a b", ("b",), -1.5, True), Written("a c d", ("c", "d"), -2.5, False)])
WRITTEN.source = "a"


@pytest.mark.parametrize("name", ["pos", "ner", "multitask", "hmm"])
def test_a_tagged_line_is_the_object_that_predict_writes(name: str) -> None:
    text = "Mara Ekberg sees the dog in Tessel."
    answer = seqtasks.load(RUNS / name).tag(text, confidences=True, k_best=2)
    found = answer.to_dict()
    assert json.loads(json.dumps(found)) == found
    options = ("--format", "jsonl", "--confidence", "--k-best", "2")
    assert json.loads(done("predict", RUNS / name, *options, input=f"{text}\n".encode()).stdout) == found
    assert {"line": 1, "start": 0, **found} == answer.to_dict(places=True)
    assert str(answer) == " ".join(f"{word}/{'|'.join(row[n] for row in answer.tags.values())}" for n, word in enumerate(answer.words))


def test_translations_are_a_list_with_the_line_the_best_text_and_an_object() -> None:
    assert (TRANSLATED.text, TRANSLATED.source, len(TRANSLATED)) == ("le chien", "the dog", 2)
    found = TRANSLATED.to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "text": "the dog",
        "translation": "le chien",
        "log_probability": -0.25,
        "score": -0.125,
        "finished": True,
        "source_words": ["the", "dog"],
        "target_words": ["le", "chien"],
        "alignment": [[0, 0], [1, 1]],
        "attention": [[0.75, 0.25], [0.0, 1.0]],
        "n_best": [
            {"translation": "le chien", "log_probability": -0.25, "score": -0.125, "finished": True},
            {"translation": "un chien", "log_probability": -2.5, "score": -1.25, "finished": True},
        ],
    }
    assert "n_best" not in translations("a", Translation("b", -1.0, -1.0, True)).to_dict()


def test_a_translation_of_a_run_says_of_which_line_it_is() -> None:
    translator = seqtasks.load(RUNS / "translation")
    found = translator.translate(["The dog runs.", ""], alignments=True)
    assert [answer.source for answer in found] == ["The dog runs.", ""]
    alone = translator.translate("The dog runs.", alignments=True)
    assert alone.to_dict()["translation"] == found[0].to_dict()["translation"] == alone.text
    weights = np.array(alone.to_dict()["attention"])
    assert weights.shape == (len(alone.to_dict()["target_words"]), len(alone.to_dict()["source_words"]))
    assert ((weights >= 0) & (weights <= 1)).all()


def test_slices_and_copies_of_answers_are_answers_of_the_same_line() -> None:
    several = Answers([SENTENCE] * 3)
    assert type(several[1:]) is type(several.copy()) is Answers
    assert several[1:] == [SENTENCE] * 2
    assert several[-1] is SENTENCE
    assert several.to_dict() == [SENTENCE.to_dict()] * 3
    for answer in (TRANSLATED, WRITTEN):
        rest = answer[1:]
        assert type(rest) is type(answer)
        assert (rest.source, rest.text) == (answer.source, answer[1].text)
        assert answer[5:].to_dict() == {"text": answer.source}
        assert answer.source in visible(shown(answer[5:]))


def test_every_answer_and_each_part_of_one_is_plain_data_and_shows_itself() -> None:
    lm, mt = seqtasks.load(RUNS / "language_model"), seqtasks.load(RUNS / "translation")
    found = lm.write(["The old", ""], samples=2), lm.score(["The dog.", ""]), mt.score(["The dog."], ["Un chien."])
    tagged = seqtasks.load(RUNS / "ner").tag("Mara sees Tessel.", k_best=2).k_best["ner"][0]
    scores = lm.evaluate(RUNS / "language_model" / "inputs.txt")
    for answer in (*found, *(one for some in found for one in some), found[0][0][0], TRANSLATED[0], tagged, *scores):
        told = answer.to_dict()
        assert json.loads(json.dumps(told)) == told
    for answer in (*found, *(one for some in found for one in some), found[0][0][0]):
        assert shown(answer)
    assert {key: TRANSLATED.to_dict()[key] for key in TRANSLATED[0].to_dict()} == TRANSLATED[0].to_dict()
    assert "The old" in visible(shown(found[0]))


def test_what_a_language_model_says_is_the_object_that_the_command_writes(tmp_path: Path) -> None:
    run = RUNS / "language_model"
    lm = seqtasks.load(run)
    options = ("--format", "jsonl", "--samples", 2, "--n-best", 2, "--temperature", 0.7, "--length", 5, "--top-k", 4, "--top-p", 0.9)
    written = done("predict", run, *options, "--seed", 3, input="The old\n\n").stdout
    asked = lm.write(["The old", ""], samples=2, temperature=0.7, length=5, top_k=4, top_p=0.9, seed=3)
    assert [json.loads(row) for row in written.splitlines()] == asked.to_dict()
    assert lm.write("The old", samples=2, temperature=0.7, length=5, top_k=4, top_p=0.9, seed=3) == asked[0]
    path = tmp_path / "lines.txt"
    path.write_text("The dog.\n\n", encoding="utf-8")
    rows = [json.loads(row) for row in done("score", run, path, "--format", "jsonl").stdout.splitlines()]
    assert rows == [{"text": text, **one.to_dict()} for text, one in zip(("The dog.", ""), lm.score(["The dog.", ""]), strict=True)]
    assert lm.score("The dog.") == lm.score(["The dog."])[0]
    assert lm.write("The old\n").text == lm.write("The old").text


def shown(answer: Any) -> str:
    page: str = answer._repr_html_()
    assert page.count("<div") == page.count("</div>")
    assert not re.search(r"<script|https?://|@import|\bon\w+=", page.split("</style>")[1])
    return page


def visible(page: str) -> str:
    """The text of the page, without its stylesheet."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


def test_a_sentence_shows_its_entities_with_labels_and_tags_under_its_words() -> None:
    page = shown(SENTENCE)
    assert page.count("<mark ") == 2
    assert re.findall(r'<span class="label">(\w+)', page) == ["PER", "LOC"]
    assert page.count("<small>PROPN</small>") == 3
    assert "Ann" in visible(page)


def test_translations_show_all_texts_and_the_attention_as_a_table() -> None:
    page = shown(TRANSLATED)
    assert re.findall(r"rgba\(213, 94, 0, ([\d.]+)\)", page.split("</style>")[1]) == ["0.750", "0.250", "0.000", "1.000"]
    assert "le ← the: 0.75" in page
    assert [text in visible(page) for text in ("the dog", "le chien", "un chien")] == [True] * 3
    plain = shown(translations("a b", Translation("c d", -1.0, -1.0, True)))
    assert "<table" not in plain


def test_attention_of_very_long_lines_is_left_out() -> None:
    long = WordAlignment(("a",) * 61, ("b",), (), np.zeros((1, 61)))
    assert "<table" not in shown(translations("a " * 61, Translation("b", -1.0, -1.0, True, long)))


def test_whatever_is_said_is_escaped() -> None:
    linked = WordAlignment((EVIL,), (EVIL,), (), np.ones((1, 1)))
    for answer in (
        TaggedLine((EVIL, "x"), {EVIL: ["B-" + EVIL, "O"], "t": [EVIL, EVIL]}, schemes={EVIL: "BIO"}),
        translations(EVIL, Translation(EVIL, -1.0, -1.0, True, linked)),
    ):
        page = shown(answer)
        assert "alert(" in visible(page)
        assert "\x00" not in page


def test_a_list_shows_the_first_answers_and_how_many_more_there_are() -> None:
    page = shown(Answers([SENTENCE] * (MOST + 3)))
    assert page.count('class="one"') == MOST
    assert page.count("<style>") == 1
    assert "and 3 more" in visible(page)
    assert "more" not in visible(shown(Answers([TRANSLATED])))
    assert shown(Answers([])).count('class="one"') == 0


def test_one_label_has_one_colour_in_all_answers_of_a_list() -> None:
    other = TaggedLine(("Rome", "Ann"), {"ner": ["B-LOC", "B-PER"]}, schemes={"ner": "BIO"})
    colours = re.findall(r'<mark class="(e\d)[^>]*>.*?label">(\w+)', shown(Answers([SENTENCE, other])))
    assert len(set(colours)) == len({label for _, label in colours}) == 2


def test_no_colour_of_letters_or_page_is_set_so_that_both_themes_are_legible() -> None:
    style = shown(SENTENCE).split("</style>")[0]
    assert set(re.findall(r"(?<![-\w])color: ([^;}]+)", style)) == {"inherit"}
    assert all(found.startswith("rgba(") or found == "none" for found in re.findall(r"background: ([^;}]+?) *[;}]", style))
    assert all(
        rule.strip().startswith(".seqtasks-answer") for rule in re.findall(r"^([^{}\n]+)\{", style.partition("<style>")[2], re.MULTILINE)
    )
