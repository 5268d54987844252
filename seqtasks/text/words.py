"""Raw text as the words that treebanks have, each with its place: text[start:end] is the word, and nothing is rewritten.

Words stand between white space and invisible signs of layout; punctuation is parted from them. What holds in every language is here,
close to the word boundaries of UAX #29 and to Universal Dependencies: numbers, times, addresses, hash tags, emoticons, abbreviations of
single letters and runs of one mark are one word, and so is a word with hyphens or apostrophes in it. What holds in one language only,
such as "do n't", is in `seqtasks.text.languages`, and is used where that language is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from seqtasks.errors import UsageError
from seqtasks.text.languages import LANGUAGES, NEUTRAL, Rules
from seqtasks.text.tokenizers import LAYOUT_SIGNS, MARKS

LONGEST_CHUNK = 500  # characters without a space that are looked at together, so that time grows with the text and no faster
REMEMBERED = 1 << 16  # distinct chunks between spaces whose words are remembered; text repeats itself
REMEMBERED_LENGTH = 50  # characters; longer chunks are rarely met again

LETTER = r"[^\W\d_]"
TAIL = f"{MARKS}\u200c\u200d\u00ad\u2060"  # accents, joiners and soft hyphens stay in their word
PART = rf"[^\W_][{TAIL}]*(?:[\w{TAIL}]*[^\W_][{TAIL}]*)?"  # a word may hold underscores, but neither begins nor ends with one
JOINED = rf"{PART}(?:(?:['’&\-\u2010\u2011]|\.(?![A-Z][a-z])|(?<=\d)[,:/](?=\d)){PART})*"
ADDRESS_END = r"(?<![.,;:!?'’\]*…])"
ADDRESS = rf"""(?:\([^\s()<>]*\)|[^\s()<>"“”«»])+{ADDRESS_END}"""
LOOKS_LIKE_ADDRESS = re.compile(r"[@/]|www\.", re.IGNORECASE)
ADDRESSES = rf"(?i:https?|ftp)://{ADDRESS}|(?i:www\.){ADDRESS}"
ADDRESSES += rf"|(?<![\w.+%-])(?i:mailto:)?[\w.+%-]+@\w[\w-]*(?:\.\w[\w-]*)+|(?<![\w.-])(?:\w[\w-]*\.)+[a-zA-Z]{{2,}}/{ADDRESS}"
NAMES = rf"(?<!\w)[@#]{LETTER}\w*"  # people and topics
EYES = r"(?<![\w:;=])(?:[:;=][-^o'’]?[)(\]\[DPpOo/\\|*]+|<3+|\^_*\^|[xX]D+)(?!\w)"
INITIALS = rf"(?:{LETTER}\.){{2,}}(?!\w)|[A-ZÀ-ÖØ-Þ]\.(?!\w)"
RUNS = r"[!?]{2,}|\.[!?]+|(?P<mark>[.…*=~#_\-–—+|•·<>'`^$,])(?P=mark)+|[-=]+>|<[-=]+"
EXTENDED = rf"[{TAIL}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"  # colours of skin, and what spells the flags of regions
SIGN = rf"[\U0001f1e6-\U0001f1ff]{{2}}|[^\w\s\u00ad\u2060]{EXTENDED}(?:(?<=\u200d)[^\w\s]{EXTENDED})*|_"
CHUNK = re.compile(rf"[^\s{LAYOUT_SIGNS}]+")


class WordSpan(NamedTuple):
    """Where a word stands: text[start:end]."""

    start: int
    end: int


def word_spans(text: str, language: str = NEUTRAL) -> list[WordSpan]:
    """Where the words of raw text stand, in order. `language`: a code of two letters, or "" for what holds in every language.

    Raises UsageError for what is no such code. A language without rules of its own is read as "".
    """
    check_language(language)
    rules = language if language in LANGUAGES else NEUTRAL
    spans: list[WordSpan] = []
    for found in CHUNK.finditer(text):
        start, end = found.span()
        if end - start > REMEMBERED_LENGTH:
            for first, last in windows(text, start, end):
                spans += [WordSpan(first + left, first + right) for left, right in cut(text[first:last], rules)]
            continue
        inside = remembered(found[0], rules)
        if len(inside) == 1:
            spans.append(WordSpan(start, end))
        else:
            spans += [WordSpan(start + left, start + right) for left, right in inside]
    return spans


def words_of(text: str, language: str = NEUTRAL) -> list[str]:
    """The words of a text, without their places."""
    return [text[start:end] for start, end in word_spans(text, language)]


def check_language(language: str) -> None:
    """Raises UsageError where `language` is neither "" nor a code of two letters."""
    if not isinstance(language, str) or (language and not re.fullmatch("[a-z]{2}", language)):
        raise UsageError(f"language {language!r} is no code of two small letters. Give one such as 'en', or leave it out.")


def windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A chunk in pieces of at most LONGEST_CHUNK characters, cut after the last sign that is no letter or digit where there is one."""
    while end - start > LONGEST_CHUNK:
        last = start + LONGEST_CHUNK
        middle = last
        while middle > start and text[middle - 1].isalnum():
            middle -= 1
        yield start, middle if middle > start else last
        start = middle if middle > start else last
    yield start, end


def cut(chunk: str, language: str) -> list[tuple[int, int]]:
    """The words of a chunk without spaces; together they are the chunk."""
    rules = LANGUAGES[language]
    pattern = pattern_of(language, bool(LOOKS_LIKE_ADDRESS.search(chunk)))
    spans = []
    for found in pattern.finditer(chunk):
        if found.lastgroup != "word" or rules.parts is None:
            spans.append(found.span())
            continue
        start = found.start()
        for part in rules.parts(found[0]):
            spans.append((start, start + len(part)))
            start += len(part)
    return spans


@lru_cache(REMEMBERED)
def remembered(chunk: str, language: str) -> list[tuple[int, int]]:
    """`cut`, remembered. Not to be changed by the caller."""
    return cut(chunk, language)


@lru_cache
def pattern_of(language: str, addresses: bool) -> re.Pattern[str]:
    """What the words of a language look like: the first that fits is taken. Patterns for addresses are slow, and seldom needed."""
    rules: Rules = LANGUAGES[language]
    kinds = [*([ADDRESSES] if addresses else []), NAMES, EYES, *rules.whole, INITIALS, rf"(?P<word>{JOINED})", RUNS, SIGN]
    return re.compile("|".join(kinds))
