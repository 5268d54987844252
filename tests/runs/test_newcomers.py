"""Calls that a newcomer makes: each is one line that names the right call, or the right answer; none is misread in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import seqtasks
from seqtasks import HMMTagger, NeuralTagger
from seqtasks.errors import SeqtasksError, UsageError, WrongTypeError

RUNS = Path(__file__).parent / "format_1"
TAGS = "Use tag_lines(lines) with a list of texts, or tag_words(sentences) with lists of words."
Call = Callable[[], object]


TAGGING: dict[str, tuple[Callable[[Any], object], str]] = {
    "two texts": (lambda run: run.tag(["The dog runs.", "A cat sees."]), f"tag takes one text (str), got a list of 2 str. {TAGS}"),
    "one text in a list": (lambda run: run.tag(["The dog runs."]), f"tag takes one text (str), got a list of 1 str. {TAGS}"),
    "words": (lambda run: run.tag(("The", "dog")), f"tag takes one text (str), got a tuple of 2 str. {TAGS}"),
    "sentences": (lambda run: run.tag([["The", "dog"]]), f"tag takes one text (str), got a list of 1 list. {TAGS}"),
    "bytes": (lambda run: run.tag(b"dog"), "tag takes a text (str), got bytes b'dog'. Decode it first: value.decode('utf-8')."),
    "none": (lambda run: run.tag(None), "tag takes a text (str), got None. Give a value."),
    "number": (lambda run: run.tag(3), f"tag takes one text (str), got int 3. {TAGS}"),
    "a record": (lambda run: run.tag({"text": "a"}), "tag takes a text (str), got dict {'text': 'a'}. Take the text out of it first."),
    "path": (
        lambda run: run.tag(Path("a.txt")),
        re.compile(r"got PosixPath .*\. Read the file first: path\.read_text\(encoding='utf-8'\)"),
    ),
    "a paragraph": (lambda run: run.tag("a\nb\n"), "tag: the text has several lines. Use tag_lines(lines) with text.splitlines()."),
    "k as text": (lambda run: run.tag("a", k_best="2"), "k_best is '2'. Ask for 1 sequence of tags or more."),
    "language": (
        lambda run: run.tag("a", language=3),
        "language 3 is no code of two small letters. Give one such as 'en', or leave it out.",
    ),
    "a text for lines": (
        lambda run: run.tag_lines("The dog."),
        "tag_lines takes a list of lines, got the text 'The dog.'. Use tag(text), or put the text into a list.",
    ),
    "words for lines": (
        lambda run: run.tag_lines([["The", "dog"]]),
        "tag_lines: line 1 is a list of 2 str. Use tag_words(sentences) for sentences of words.",
    ),
    "a set of lines": (
        lambda run: run.tag_lines({"a"}),
        "tag_lines takes a list of lines, got set {'a'}. A set has no order; give a list.",
    ),
    "a missing line": (lambda run: run.tag_lines(["a", None]), "tag_lines: line 2 is None, not a str. Give '' for a blank one."),
    "a paragraph in a list": (
        lambda run: run.tag_lines(["a\nb"]),
        "tag_lines: line 1 has several lines: 'a\\nb'. Split it: text.splitlines().",
    ),
    "a text for words": (
        lambda run: run.tag_words("The dog"),
        "tag_words takes sentences as lists of words, got one text. Use tag(text) for raw text.",
    ),
    "flat words": (
        lambda run: run.tag_words(["The", "dog"]),
        "tag_words: sentence 1 is the text 'The', not a list of words. Use tag_lines(lines) for raw lines, or put the words of one "
        "sentence into a list of their own: tag_words([words]).",
    ),
    "lines for words": (
        lambda run: run.tag_words([["The dog runs.", "A cat sees."]]),
        "tag_words: sentence 1, word 1 has white space in it: 'The dog runs.'. Use tag_lines(lines) for raw text, or split it into words.",
    ),
    "nested too deep": (
        lambda run: run.tag_words([[["The", "dog"]]]),
        "tag_words: sentence 1, word 1 is a list of 2 str. Lists are nested too deep: give sentences, each a list of words.",
    ),
    "a number among words": (
        lambda run: run.tag_words([["Room", 3]]),
        "tag_words: sentence 1, word 2 is int 3, not a str. Turn it into text first: str(value).",
    ),
    "an empty word": (lambda run: run.tag_words([["a", ""]]), "tag_words: sentence 1, word 2 is empty or white space. Leave it out."),
    "a set of words": (
        lambda run: run.tag_words([{"a"}]),
        "tag_words: sentence 1 takes a list of words, got set {'a'}. A set has no order; give a list.",
    ),
    "a stream of letters": (
        lambda run: list(run.stream("abc")),
        "stream takes lines, got one text. Use tag(text), or put the text into a list.",
    ),
    "a stream of bytes": (
        lambda run: list(run.stream([b"a"])),
        "stream: line 1 is bytes b'a', not a str. Decode it first: value.decode('utf-8').",
    ),
    "a file's name": (lambda run: run.evaluate("no.conllu"), "no.conllu: no such file. Check the path."),
    "no file": (lambda run: run.evaluate(None), "evaluate takes the path of a file, or a list of some, got None."),
}

TRANSLATION: dict[str, tuple[Callable[[Any], object], str]] = {
    "none": (lambda run: run.translate(None), "translate takes a text, or a list of lines, got None. Give a value."),
    "words": (
        lambda run: run.translate([["The", "dog"]]),
        "translate: line 1 is a list of 2 str. Give each line as one str, such as ' '.join(words).",
    ),
    "bytes": (
        lambda run: run.translate(["a", b"b"]),
        "translate: line 2 is bytes b'b', not a str. Decode it first: value.decode('utf-8').",
    ),
    "a paragraph": (
        lambda run: run.translate("a\nb"),
        "translate: the text has several lines. Use translate(lines) with text.splitlines().",
    ),
    "no translation": (lambda run: run.translate("a", n_best=0), "n_best is 0. Ask for 1 translation or more."),
    "n as text": (lambda run: run.translate("a", n_best="2"), "n_best is '2'. Ask for 1 translation or more."),
    "a prefix for lines": (
        lambda run: run.translate(["a", "b"], prefixes="Le"),
        "translate: prefixes and lines are of two kinds. Give a text with a text, or a list with a list.",
    ),
    "a pair to score": (
        lambda run: run.score("a", "b"),
        "score takes a list of sources, got the text 'a'. Use score([source], [target]), or put the text into a list.",
    ),
    "lists of two lengths": (lambda run: run.score(["a"], ["b", "c"]), "score: 1 sources, but 2 targets. Give one for each."),
    "a stream of letters": (
        lambda run: list(run.stream("abc")),
        "stream takes lines, got one text. Use translate(text), or put the text into a list.",
    ),
}

POS = str(RUNS / "pos")
MODULE: dict[str, tuple[Call, str | re.Pattern[str]]] = {
    "load none": (lambda: seqtasks.load(None), "load takes the path of a run directory, or a list of some, got None."),
    "load nothing": (lambda: seqtasks.load([]), "load needs a run directory, or a list of some; got none."),
    "load a task": (lambda: seqtasks.load("pos"), re.compile(r"^pos: no run directory \(it has no run\.json\)")),
    "device": (
        lambda: seqtasks.load(POS, device="gpu"),
        "device 'gpu' (--device): no such kind of device. Use cpu, cuda, cuda:N, mps or auto.",
    ),
    "no device": (
        lambda: seqtasks.load(POS, device=None),
        "device 'None' (--device): no such kind of device. Use cpu, cuda, cuda:N, mps or auto.",
    ),
    "decoding": (lambda: seqtasks.load(POS, decoding="beams=2"), "load: decoding is 'beams=2'. Give a dict such as {\"beams\": 5}."),
    "task": (lambda: seqtasks.train("translatoin"), re.compile(r"^no task 'translatoin'; did you mean 'translation'\?")),
    "no task": (lambda: seqtasks.train(None), "task is None. Give a name (str), such as 'translation' or 'pos'."),
    "recipe": (lambda: seqtasks.train("pos", "defalt"), re.compile(r"^no recipe 'defalt' for pos; did you mean 'default'\?")),
    "key": (lambda: seqtasks.train("pos", set={"training.epochz": 3}), re.compile(r"unknown key 'epochz'; did you mean 'epochs'\?$")),
    "key in a table": (lambda: seqtasks.train("pos", set={"training": {"epoch": 3}}), re.compile(r"'epoch'; did you mean 'epochs'\?$")),
    "key without table": (lambda: seqtasks.train("pos", set={"epochs": 3}), re.compile(r"'epochs'; did you mean training\.epochs\?$")),
    "a number as text": (
        lambda: seqtasks.train("pos", set={"training.epochs": "3"}),
        re.compile(r'training\.epochs="3": input should be a valid int'),
    ),
    "a list of settings": (
        lambda: seqtasks.train("pos", set=["training.epochs=3"]),
        "set takes a dict such as {\"training.epochs\": 2}, got list ['training.epochs=3'].",
    ),
    "a value of none": (
        lambda: seqtasks.train("pos", set={"training.epochs": None}),
        "set: training.epochs is None. Leave a key out to keep the recipe's value.",
    ),
    "an object": (
        lambda: seqtasks.train("pos", set={"head.kind": torch.nn.Identity()}),
        re.compile(r"^set: head\.kind is Identity .*Give text,"),
    ),
    "a key of 3": (lambda: seqtasks.train("pos", set={3: 3}), "set: the key 3 is no str. Write TABLE.KEY, such as 'training.epochs'."),
    "seed": (lambda: seqtasks.train("pos", seed="1"), "seed is '1'. Give a whole number."),
    "two seeds": (
        lambda: seqtasks.train("pos", seed=1, set={"training": {"seed": 2}}),
        "both seed and set['training.seed'] are given. Leave one of the two out.",
    ),
    "a seed for nothing": (
        lambda: seqtasks.train("pos", "hmm", seed=1),
        "seed: a recipe of kind 'hmm' draws nothing; every seed would give the same. Leave it out.",
    ),
    "callbacks": (
        lambda: seqtasks.train("pos", callbacks=print),
        "callbacks is <built-in function print>. Give seqtasks.Callbacks(log=print), or leave it out for silence.",
    ),
    "out": (lambda: seqtasks.train("pos", out=3), "out is 3. Give a path, or leave it out."),
    "a finished run": (
        lambda: seqtasks.train("pos", out=POS),
        f"{POS}: exists. Give another out, or overwrite=True, or take what lies there with seqtasks.load.",
    ),
}

WORDS, ROWS = [["the", "dog", "runs"], ["a", "cat"]] * 4, [["D", "N", "V"], ["D", "N"]] * 4
FITTED = HMMTagger(held_out=0).fit(WORDS, ROWS)
ESTIMATORS: dict[str, Call] = {
    "text to fit": lambda: HMMTagger().fit("the dog", "D N"),
    "lines to fit": lambda: HMMTagger().fit(["the dog"], ["D N"]),
    "wrapped lines to fit": lambda: HMMTagger().fit([["the dog"]], [["D N"]]),
    "pairs to fit": lambda: HMMTagger().fit([[("the", "D")]], [["D"]]),
    "no tags": lambda: HMMTagger().fit(WORDS, None),
    "too few tags": lambda: HMMTagger().fit(WORDS, ROWS[:3]),
    "sets of words": lambda: HMMTagger().fit([{"the", "dog"}], [["D", "N"]]),
    "words to tag": lambda: FITTED.predict(["the", "dog"]),
    "lines to tag": lambda: FITTED.predict([["the dog runs", "a cat"]]),
    "lines to tag with probabilities": lambda: FITTED.predict_proba([["the dog runs", "a cat"]]),
    "nothing to tag": lambda: FITTED.predict(None),
    "order": lambda: HMMTagger(order=3).fit(WORDS, ROWS),
    "network: text to fit": lambda: NeuralTagger().fit("the dog", "D N"),
    "network: lines to fit": lambda: NeuralTagger().fit(["the dog"], ["D N"]),
    "network: wrapped lines to fit": lambda: NeuralTagger().fit([["the dog"]], [["D N"]]),
    "network: a dict": lambda: NeuralTagger().fit({"the": "D"}, {"D": 1}),
    "network: no tags": lambda: NeuralTagger().fit(WORDS, None),
    "network: too few tags": lambda: NeuralTagger().fit(WORDS, ROWS[:3]),
    "network: backbone": lambda: NeuralTagger(backbone="lstmm").fit(WORDS, ROWS),
    "network: size as text": lambda: NeuralTagger(hidden_size="8").fit(WORDS, ROWS),
}


def refused(call: Call, message: str | re.Pattern[str] = "") -> SeqtasksError:
    """The error of a call, which is ours, one line, and the message."""
    with pytest.raises(SeqtasksError) as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said
    assert message.search(said) if isinstance(message, re.Pattern) else message in (said, "")
    return caught.value


@pytest.mark.parametrize("name", TAGGING)
def test_a_tagger_asked_wrongly_names_the_right_call(pos, name: str) -> None:
    call, message = TAGGING[name]
    refused(lambda: call(pos), message)


@pytest.mark.parametrize("name", TRANSLATION)
def test_a_translator_asked_wrongly_names_the_right_call(mt, name: str) -> None:
    call, message = TRANSLATION[name]
    refused(lambda: call(mt), message)


@pytest.mark.parametrize("name", MODULE)
def test_loading_and_training_wrongly_is_one_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(*MODULE[name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_asked_wrongly_is_one_line(name: str) -> None:
    refused(ESTIMATORS[name])


def test_a_type_that_is_wrong_is_a_type_error_and_a_usage_error(pos) -> None:
    assert isinstance(refused(lambda: pos.tag(3)), TypeError)
    assert issubclass(WrongTypeError, UsageError)


def test_a_name_that_is_nearly_one_of_ours_is_suggested() -> None:
    with pytest.raises(AttributeError, match=r"^module 'seqtasks' has no attribute 'HMMtagger'; did you mean 'HMMTagger'\?$"):
        seqtasks.HMMtagger  # noqa: B018


def test_odd_calls_that_can_mean_one_thing_only_are_answered(pos, mt) -> None:
    lines = ["The dog runs.", "", "A cat sees."]
    answers = pos.tag_lines(lines)
    assert pos.tag_lines(line for line in lines) == pos.tag_lines(tuple(lines)) == answers
    assert [answer.tags for answer in pos.tag_lines([f"{line}\n" for line in lines])] == [answer.tags for answer in answers]
    assert [pos.tag(line).tags for line in lines] == [answer.tags for answer in answers]
    assert pos.tag("The\tdog\u00a0runs .\n").words == ("The", "dog", "runs", ".")
    assert [answer.tags for answer in pos.tag_words(tuple(answer.words) for answer in answers)] == [answer.tags for answer in answers]
    assert [found.text for found in mt.translate(iter(lines))] == [mt.translate(line).text for line in lines]
    assert mt.translate("The dog runs.\n").text == mt.translate("The dog runs.").text
    assert seqtasks.load(RUNS / "pos", device=torch.device("cpu")).tag("a") == pos.tag("a")


def test_words_with_spaces_are_words_where_the_training_data_have_some(pos) -> None:
    words = [["10 000", "dogs"]]
    refused(lambda: pos.tag_words(words))
    before = pos.seen
    try:
        pos.seen = {"1 000": 1}
        assert pos.tag_words(words)[0].words == ("10 000", "dogs")
    finally:
        pos.seen = before
    assert pos.tag_words([["10\u00a0000", "dogs"]])[0].words == ("10\u00a0000", "dogs")
    spaced = HMMTagger(held_out=0).fit([["1 000", "dogs"]] * 3, [["NUM", "NOUN"]] * 3)
    assert [len(row) for row in spaced.predict([["2 000", "dogs"]])] == [2]
    assert FITTED.score([["2 000", "dog"]], [["NUM", "N"]]) in (0.0, 0.5, 1.0)
