"""What a caller in Python hands to a predictor: a text, lines, or sentences of words. What could be misread is refused with the right call.

Each function takes the name of the method that was called, for its messages. What is one line, or a list of plain lines, a predictor sees
by itself: the way of an answer does not lead through here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from os import PathLike
from pathlib import Path, PurePath
from typing import Any

from seqtasks.errors import UsageError, WrongTypeError
from seqtasks.text.given import has_space, has_spaces, shown
from seqtasks.text.vocabulary import Vocabulary

BREAKS = re.compile(r"[\r\n]")
Files = str | PathLike[str] | Sequence[str | PathLike[str]]  # one file, or a list of some


def one_line(call: str, text: object, *, lines: str, words: str = "") -> str:
    """The text, if it is one line. lines, words: the methods for lists of lines and of words, as they are to be called.

    Raises WrongTypeError for anything but a str, UsageError for a text of several lines.
    """
    if isinstance(text, str):
        if BREAKS.search(text.rstrip("\r\n")):
            raise UsageError(f"{call}: the text has several lines. Use {lines} with text.splitlines().")
        return text
    others = f"{lines} with a list of texts{f', or {words} with lists of words' if words else ''}"
    if isinstance(text, bytes | bytearray | PurePath | Mapping) or text is None:
        raise WrongTypeError(f"{call} takes a text (str), got {described(text)}. {remedy_of(text)}")
    raise WrongTypeError(f"{call} takes one text (str), got {described(text)}. Use {others}.")


def list_of_lines(call: str, lines: object, *, single: str, words: str = "", name: str = "line", expected: str = "") -> list[str]:
    """The lines, from any iterable of str but a str itself. Line ends at their ends are left as they are.

    single: the method for one text; words: that for words; name: of one of them; expected: what the call takes. Raises WrongTypeError for
    what is no such list, UsageError for a line with a line break in it.
    """
    expected = expected or f"a list of {name}{'es' if name.endswith('x') else 's'}"
    if isinstance(lines, str):
        raise WrongTypeError(f"{call} takes {expected}, got {described(lines)}. Use {single}, or put the text into a list.")
    given = listed(call, lines, expected)
    for number, line in enumerate(given, start=1):
        if isinstance(line, list | tuple):
            remedy = f"Use {words} for sentences of words" if words else "Give each line as one str, such as ' '.join(words)"
            raise WrongTypeError(f"{call}: {name} {number} is {described(line)}. {remedy}.")
        if not isinstance(line, str):
            remedy = "Give '' for a blank one." if line is None else remedy_of(line)
            raise WrongTypeError(f"{call}: {name} {number} is {described(line)}, not a str. {remedy}")
        if BREAKS.search(line.rstrip("\r\n")):
            raise UsageError(f"{call}: {name} {number} has several lines: {shown(line)}. Split it: text.splitlines().")
    return given


def line_or_lines(call: str, lines: object, *, name: str = "line") -> list[str]:
    """The lines of a call that takes one line too, as a list of it. Raises as `one_line` and `list_of_lines` do."""
    if isinstance(lines, str):
        return [one_line(call, lines, lines=f"{call}({name}s)")]
    return list_of_lines(call, lines, single=f"{call}(text)", name=name, expected=f"a text, or a list of {name}s")


def refuse_text(call: str, lines: object, single: str) -> None:
    """Raises WrongTypeError for one text where lines are read one after the other: its letters would be taken for them."""
    if isinstance(lines, str):
        raise WrongTypeError(f"{call} takes lines, got one text. Use {single}, or put the text into a list.")


def list_of_texts(call: str, texts: object, *, single: str) -> list[str]:
    """The texts, from any iterable of str but a str itself; unlike lines they may have line breaks. single: the method for one text.

    Raises WrongTypeError for what is no such list.
    """
    if isinstance(texts, str):
        raise WrongTypeError(f"{call} takes a list of texts, got {described(texts)}. Use {single}, or put the text into a list.")
    given = listed(call, texts, "a list of texts")
    for number, text in enumerate(given, start=1):
        if isinstance(text, list | tuple):
            raise WrongTypeError(f"{call}: text {number} is {described(text)}. Give each text as one str, such as ' '.join(words).")
        if not isinstance(text, str):
            remedy = "Give '' for a blank one." if text is None else remedy_of(text)
            raise WrongTypeError(f"{call}: text {number} is {described(text)}, not a str. {remedy}")
    return given


def paths_of(call: str, files: object, *, one: str = "a file") -> list[Path]:
    """Paths, of one that is alone too; one: of what. Raises WrongTypeError for anything else."""
    several = [files] if isinstance(files, str | PathLike) else files
    if not isinstance(several, Sequence) or isinstance(several, bytes) or not all(isinstance(file, str | PathLike) for file in several):
        raise WrongTypeError(f"{call} takes the path of {one}, or a list of some, got {described(files)}.")
    return [Path(file) for file in several]


def lists_of_words(call: str, sentences: object, *, single: str, lines: str, seen: object) -> list[list[str]]:
    """Sentences of words, as lists. seen: the words of the training data, among which there may be some with spaces, as in Vietnamese.

    single, lines: the methods for one raw text and for several. Raises WrongTypeError for what is no list of lists of str, and UsageError
    for an empty word, or one with white space in it where the training data has none.
    """
    if isinstance(sentences, str):
        raise WrongTypeError(f"{call} takes sentences as lists of words, got one text. Use {single} for raw text.")
    given = listed(call, sentences, "a list of sentences, each a list of words")
    result = []
    for number, sentence in enumerate(given, start=1):
        if isinstance(sentence, str):
            which = f"Use {lines} for raw lines, or put the words of one sentence into a list of their own: {call}([words])"
            raise WrongTypeError(f"{call}: sentence {number} is {described(sentence)}, not a list of words. {which}.")
        words = listed(f"{call}: sentence {number}", sentence, "a list of words")
        if set(map(type, words)) <= {str} and all(map(str.strip, words)) and not has_space("".join(words)):  # as nearly all are
            result.append(words)
            continue
        for position, word in enumerate(words, start=1):
            check_word(f"{call}: sentence {number}, word {position}", word, lines=lines, seen=seen)
        result.append(words)
    return result


def check_word(place: str, word: object, *, lines: str, seen: object) -> None:
    """Raises as `lists_of_words` does."""
    if isinstance(word, list | tuple):
        raise WrongTypeError(f"{place} is {described(word)}. Lists are nested too deep: give sentences, each a list of words.")
    if not isinstance(word, str):
        raise WrongTypeError(f"{place} is {described(word)}, not a str. {'Leave it out.' if word is None else remedy_of(word)}")
    if not word.strip():
        raise UsageError(f"{place} is empty or white space. Leave it out.")
    if has_space(word) and not has_spaces(words_of(seen)):
        raise UsageError(f"{place} has white space in it: {shown(word)}. Use {lines} for raw text, or split it into words.")


def listed(call: str, values: object, expected: str) -> list[Any]:
    """What an iterable holds, in order. Raises WrongTypeError for what is none, or has no order, or would give something else."""
    if isinstance(values, bytes | bytearray | PurePath | Mapping | Set) or not isinstance(values, Iterable):
        raise WrongTypeError(f"{call} takes {expected}, got {described(values)}. {remedy_of(values)}")
    return [*values]


def words_of(seen: object) -> Iterable[str]:
    """The words of a vocabulary, or of a table by words."""
    words = seen.words() if isinstance(seen, Vocabulary) else seen
    return words if isinstance(words, Iterable) else ()


def described(value: object) -> str:
    """A value in a message: what it is, and how it begins."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if isinstance(value, list | tuple):
        inside = {type(item).__name__ for item in value}
        return f"a {type(value).__name__} of {len(value)}{f' {inside.pop()}' if len(inside) == 1 else ''}"
    return f"{type(value).__name__} {shown(value)}"


def kind_of(value: object) -> str:
    """Which of REMEDIES a value needs."""
    kinds = {"bytes": bytes | bytearray, "path": PurePath, "mapping": Mapping, "set": Set}
    return next((name for name, type_ in kinds.items() if isinstance(value, type_)), "")


def remedy_of(value: object) -> str:
    """What to do with a value of a wrong type."""
    return REMEDIES.get(kind_of(value), "Give a value." if value is None else "Turn it into text first: str(value).")


def same_number(call: str, first: Sequence[object], second: Sequence[object], names: tuple[str, str]) -> None:
    """Raises UsageError where two lists that belong together are not of one length."""
    if len(first) != len(second):
        raise UsageError(f"{call}: {len(first)} {names[0]}, but {len(second)} {names[1]}. Give one for each.")


REMEDIES = {
    "bytes": "Decode it first: value.decode('utf-8').",
    "path": "Read the file first: path.read_text(encoding='utf-8').splitlines().",
    "mapping": "Take the text out of it first.",
    "set": "A set has no order; give a list.",
}
