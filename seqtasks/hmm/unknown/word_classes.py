"""Classes of words that no vocabulary can list: addresses, numbers, punctuation, emoticons (hunpos: Halacsy, Kornai and Oravecz 2007).

Everything here looks at one spelling only, and takes any text, the empty one too.
"""

import re
from collections.abc import Sequence
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

PLAIN = ""  # an ordinary word
CLASSES = (PLAIN, "empty", "mail", "url", "number", "number+suffix", "one mark", "marks", "emoticon", "tag or name")
EMOTICON = re.compile(r"[<>]?[:;=8xX][\-o*']?[)\](\[dDpP/:}{@|\\3]+|[)\](\[dD/\\]+[\-o*']?[:;=]|<3+|\^_*\^|[oO]_[oO]|:-?[a-zA-Z*]")
PATTERNS = {
    "mail": re.compile(r"[^@\s]+@[^@\s]+\.[^\W\d_]+"),
    "url": re.compile(r"<?(?:[a-z]{2,6}://|www\.).+|[^\s/@]+\.(?:com|org|net|edu|gov|info|co\.uk|html?|php)(?:/.*)?>?", re.IGNORECASE),
    "number": re.compile(r"[+\-#]?[^\w\s]?\d+(?:[.,:/\-]\d+)*[%°]?"),
    "number+suffix": re.compile(r"\d+(?:[.,:/\-]\d+)*'?-?[^\W\d_]+"),
    "tag or name": re.compile(r"[@#]\w+"),
}
LOWER, UPPER, CAPITAL, MIXED, INITIAL_CAPITAL = range(5)
CASES = ("lower", "upper", "capital", "mixed", "initial capital")


def word_class(word: str) -> int:
    """The number of a word's class in CLASSES; 0 for an ordinary word."""
    if word.isalpha():
        return 0
    return CLASSES.index(_special_class(word))


def _special_class(word: str) -> str:
    if not word:
        return "empty"
    if EMOTICON.fullmatch(word):
        return "emoticon"
    if not any(map(str.isalnum, word)):
        return "one mark" if len(set(word)) == 1 else "marks"
    for name, pattern in PATTERNS.items():
        if pattern.fullmatch(word):
            return name
    return PLAIN


def letter_cases(words: Sequence[str], initial: NDArray[np.bool_]) -> NDArray[np.int8]:
    """How each word is written: a position in CASES. At the start of a sentence a capital says less, so it is a case of its own."""
    cases = np.array([_letter_case(word) for word in words], dtype=np.int8)
    return np.where((cases == CAPITAL) & initial, np.int8(INITIAL_CAPITAL), cases)


def _letter_case(word: str) -> int:
    if word.islower():
        return LOWER
    if not word[:1].isupper():
        return MIXED
    return UPPER if len(word) > 1 and word.isupper() else CAPITAL


def uncapitalised(word: str) -> str:
    """The word with a small first letter; the same word where its first letter is not a capital."""
    return word[:1].lower() + word[1:]


def word_shape(word: str) -> str:
    """Letters and digits by their kind, runs of a kind once, at most ten signs: "McDonald's" gives "AaAa'a", "B-52" "A-0"."""
    kinds = ("0" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign for sign in word)
    return "".join(kind for kind, _ in islice(groupby(kinds), 10))
