"""Calls that a newcomer makes of predictors: of a language model, of one kind what another has, and of each to score files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import seqtasks
from tests.runs.test_newcomers import RUNS, refused


@pytest.fixture(scope="module")
def lm() -> Any:
    return seqtasks.load(RUNS / "language_model")


LANGUAGE_MODEL: dict[str, tuple[Callable[[Any], object], str]] = {
    "none": (lambda run: run.write(None), "write takes a text, or a list of beginnings, got None. Give a value."),
    "words": (
        lambda run: run.write([["The", "dog"]]),
        "write: beginning 1 is a list of 2 str. Give each line as one str, such as ' '.join(words).",
    ),
    "nothing in a list": (lambda run: run.write([None]), "write: beginning 1 is None, not a str. Give '' for a blank one."),
    "a number": (lambda run: run.score(["a", 5]), "score: line 2 is int 5, not a str. Turn it into text first: str(value)."),
    "a set": (lambda run: run.score({"a"}), "score takes a text, or a list of lines, got set {'a'}. A set has no order; give a list."),
    "a path": (
        lambda run: run.score(Path("a.txt")),
        "score takes a text, or a list of lines, got PosixPath PosixPath('a.txt'). "
        "Read the file first: path.read_text(encoding='utf-8').splitlines().",
    ),
    "a paragraph": (lambda run: run.write("a\nb"), "write: the text has several lines. Use write(beginnings) with text.splitlines()."),
    "a paragraph in a list": (
        lambda run: run.score(["a\nb"]),
        "score: line 1 has several lines: 'a\\nb'. Split it: text.splitlines().",
    ),
    "no temperature": (lambda run: run.write("a", temperature=0), "decoding: temperature = 0: input should be greater than 0."),
    "a seed as text": (lambda run: run.write("a", seed="1"), "decoding: seed = '1': input should be a valid integer."),
    "a stream of letters": (
        lambda run: list(run.stream("abc")),
        "stream takes lines, got one text. Use write(text), or put the text into a list.",
    ),
    "a stream of scored letters": (
        lambda run: list(run.stream_line_scores("abc")),
        "stream_line_scores takes lines, got one text. Use score(text), or put the text into a list.",
    ),
    "a file's name": (lambda run: run.evaluate("no.txt"), "no.txt: no such file. Check the path."),
    "a file's path": (lambda run: run.evaluate(Path("no.txt")), "no.txt: no such file. Check the path."),
    "no file": (lambda run: run.evaluate(None), "evaluate takes the path of a text file, or a list of some, got None."),
    "no files": (lambda run: run.evaluate([]), "evaluate needs a text file, or several; got none."),
}

ELSEWHERE: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "translating tagger": ("pos", lambda run: run.translate("x"), "pos is a run of tagging; use tag, tag_lines or tag_words"),
    "writing tagger": ("pos", lambda run: run.write, "pos is a run of tagging; use tag, tag_lines or tag_words"),
    "predict": ("pos", lambda run: run.predict(["x"]), "pos is a run of tagging; use tag, tag_lines or tag_words"),
    "an HMM": ("hmm", lambda run: run.classify("x"), "hmm is a run of tagging; use tag, tag_lines or tag_words"),
    "tagging translator": ("translation", lambda run: run.tag("x"), "translation is a run of translation; use translate or score"),
    "translating language model": (
        "language_model",
        lambda run: run.translate("x"),
        "language_model is a run of language modelling; use write or score",
    ),
}


@pytest.mark.parametrize("name", LANGUAGE_MODEL)
def test_a_language_model_asked_wrongly_names_the_right_call(lm, name: str) -> None:
    call, message = LANGUAGE_MODEL[name]
    refused(lambda: call(lm), message)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_method_of_another_kind_is_answered_by_those_there_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run, call, message = ELSEWHERE[name]
    monkeypatch.chdir(RUNS.parent)
    predictor = seqtasks.load(RUNS / run)
    with pytest.raises(AttributeError) as caught:
        call(predictor)
    assert str(caught.value) == f"format_1/{message}"
    assert not any(hasattr(predictor, other) for other in ("predict", "generate", "classify", "answer"))


def test_a_predictor_shows_its_task_its_run_and_what_it_answers(pos, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = "<TaggingPredictor: a run of tagging in {}; it has tag, tag_lines, tag_words, stream, evaluate>"
    monkeypatch.chdir(RUNS)
    assert repr(pos) == shown.format("pos")
    monkeypatch.chdir("/")
    assert repr(pos) == shown.format(RUNS.relative_to("/") / "pos")
    with pytest.raises(AttributeError, match=r"^'TaggingPredictor' object has no attribute 'tga'$"):
        pos.tga  # noqa: B018


def test_one_side_of_the_pairs_alone_is_not_taken_for_a_table(mt, tmp_path: Path) -> None:
    path = tmp_path / "a.en"
    path.write_text("\nThe dog runs.\n", encoding="utf-8")
    message = f"{path}: has no tab in its first line, so it holds no pairs. Give source and target: [source, target]."
    refused(lambda: mt.evaluate(path), message)


def test_every_predictor_scores_a_file_given_by_name_by_path_or_in_a_list(mt, lm, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("The dog runs.\tUn chien.\n", encoding="utf-8")
    for predictor in (mt, lm):
        scores = predictor.evaluate(str(path))
        assert predictor.evaluate(path) == predictor.evaluate([path]) == scores
        assert [score.to_dict() for score in scores] == predictor.metrics(path)["scores"]
