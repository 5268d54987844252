"""Tokenizers: a line to tokens and back. `join(split(line)) == line` for lines with single spaces, but for torchtext's.

The word tokenizer parts words from punctuation and elided articles from their nouns ("l'homme": "l'", "homme"). Where no space stood,
the token that is not a word carries the joiner mark (as OpenNMT's tokenizer does), on the side where it was attached.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from seqtasks.errors import UsageError, did_you_mean
from seqtasks.text.files import write_atomically

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend

UNKNOWN = "<unk>"  # of subword models
CHUNK = 4096  # characters given to the library of subwords at once: it is slow on longer words
JOINER = "\uffed"  # ￭, halfwidth black square
SPACE = "\u2581"  # ▁, stands for a space among characters
ESCAPED = {JOINER: "%ffed", SPACE: "%2581"}
MARKS = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.category(chr(code))[0] == "M")  # accents, vowel signs
WORD = rf"[^\W_]+(?:[{MARKS}\u200c\u200d]+[^\W_]*)*(?:['’](?=[^\W_]))?"  # marks and zero-width joiners stay in their word
SIGN = rf"[^\w\s][{MARKS}]*(?:\u200d[^\w\s][{MARKS}]*)*"  # a joined emoji is one sign
PIECES = re.compile(rf"{WORD}|{SIGN}|_")
ESCAPE = re.compile(r"%(0025|ffed|2581)")
LOOKS_ESCAPED = re.compile(r"%(?=0025|ffed|2581)")
WITHOUT_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, Chinese characters
)
CHARACTER = re.compile(f"[{WITHOUT_SPACES}]")
LAYOUT_SIGNS = "\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # stand between words as spaces do
INVISIBLE = re.compile(f"[\u00ad\u2060{LAYOUT_SIGNS}]+")  # joiners stay: they change letters


class Tokenizer(Protocol):
    """What every tokenizer answers."""

    name: str

    def split(self, text: str) -> list[str]:
        """The tokens of a line; none for a blank one."""
        ...

    def join(self, tokens: list[str]) -> str:
        """The line that tokens write."""
        ...


def protected(text: str) -> str:
    """The text with the marks we use written in another way, so that they can be told from ours."""
    if "%" in text:
        text = LOOKS_ESCAPED.sub("%0025", text)
    for mark, code in ESCAPED.items():
        if mark in text:
            text = text.replace(mark, code)
    return text


def restored(text: str) -> str:
    """The inverse of `protected`."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "%" in text else text


class WhitespaceTokenizer:
    """Tokens are what stands between spaces."""

    name = "whitespace"

    def split(self, text: str) -> list[str]:
        return text.split()

    def join(self, tokens: list[str]) -> str:
        return " ".join(tokens)


class WordTokenizer:
    """Words, elided articles and single punctuation marks; the marks say where no space stood."""

    name = "word"

    def split(self, text: str) -> list[str]:
        tokens: list[str] = []
        for chunk in text.split():
            pieces = plain_pieces(chunk)
            for position, piece in enumerate(pieces):
                left, right = position > 0, position + 1 < len(pieces)
                safe = protected(piece)
                if is_word(piece):
                    # two words touch only after an elision, which carries the mark itself
                    tokens.append(safe + JOINER if right and piece[-1] in "'’" else safe)
                else:
                    mark_right = right and is_word(pieces[position + 1])
                    tokens.append((JOINER if left else "") + safe + (JOINER if mark_right else ""))
        return tokens

    def join(self, tokens: list[str]) -> str:
        text, attached = "", True
        for token in tokens:
            left, right = token.startswith(JOINER), token.endswith(JOINER)
            text += ("" if attached or left else " ") + restored(token.strip(JOINER))
            attached = right
        return text


def plain_pieces(chunk: str) -> list[str]:
    """The pieces of a chunk without spaces; together they are the chunk."""
    return PIECES.findall(chunk)


def is_word(piece: str) -> bool:
    """Whether a piece is a word (or an elided article), not punctuation."""
    return piece[0].isalnum()


def visible(text: str) -> str:
    """A text without what nobody sees: marks of byte order and direction, zero-width spaces and soft hyphens."""
    return INVISIBLE.sub("", text) if INVISIBLE.search(text) else text


def visible_word(word: str) -> str:
    """The same of a word; one that is nothing but invisible stays as it is, so that words keep their number."""
    return visible(word) or word


def words_and_marks(text: str) -> list[str]:
    """The words and punctuation marks of a line, as written and as a reader counts them.

    A script without spaces (Chinese, Japanese, Thai and their neighbours) has a word for each character: too many, but lengths compare.
    """
    return [piece for chunk in CHARACTER.sub(r" \g<0> ", text).split() for piece in plain_pieces(chunk)]


def plain_words(text: str) -> list[str]:
    """The words of a line, as written, without punctuation."""
    return [piece for piece in words_and_marks(text) if is_word(piece)]


class CharacterTokenizer:
    """Every character is a token; a space is written as a lower block."""

    name = "character"

    def split(self, text: str) -> list[str]:
        return [SPACE if character == " " else ESCAPED[SPACE] if character == SPACE else character for character in " ".join(text.split())]

    def join(self, tokens: list[str]) -> str:
        return "".join(" " if token == SPACE else SPACE if token == ESCAPED[SPACE] else token for token in tokens)


class SubwordTokenizer:
    """Pieces of words; a character that training has not seen stays a piece of its own, which the vocabulary then calls unknown.

    A lower block marks where a word begins. backend: of the `tokenizers` library, see `seqtasks.text.subwords`; kind: "bpe" or "unigram".
    """

    name = "subwords"

    def __init__(self, backend: Backend, kind: str) -> None:
        self.backend = backend
        self.kind = kind
        self.cache: dict[str, list[str]] = {}

    def split(self, text: str) -> list[str]:
        """The pieces of a line; each begins with the lower block if it begins a word."""
        return [piece for word in marked(text).split() for piece in self.pieces(word)]

    def pieces(self, word: str) -> list[str]:
        """The pieces of one marked word, remembered for the next time."""
        found = self.cache.get(word)
        if found is None:
            found = [part[start:end] for part in chunks(word) for start, end in self.backend.encode(part).offsets]
            if len(self.cache) < 100_000 and len(word) < 100:
                self.cache[word] = found
        return found

    def units(self, word: str) -> list[str]:
        """The parts of one marked word that no piece reaches beyond: punctuation is apart from letters."""
        return [unit for part in chunks(word) for unit, _ in self.backend.pre_tokenizer.pre_tokenize_str(part)]

    def known(self) -> list[str]:
        """Every piece of the model, the unknown one left out, in the order of their numbers."""
        vocabulary = self.backend.get_vocab()
        return sorted(vocabulary.keys() - {UNKNOWN}, key=vocabulary.__getitem__)

    def join(self, tokens: list[str]) -> str:
        return restored("".join(tokens).replace(SPACE, " ").strip(" "))

    def save(self, path: Path) -> None:
        write_atomically(path, self.backend.to_str(pretty=True))


def marked(text: str) -> str:
    """Each word of a line with the mark that begins it, separated by spaces."""
    return " ".join(SPACE + protected(word) for word in text.split())


def chunks(word: str) -> list[str]:
    """A word as the library is given it."""
    return [word[start : start + CHUNK] for start in range(0, len(word), CHUNK)]


class TorchtextTokenizer:
    """One of torchtext's tokenizers by its name ("basic_english", "moses"); joined with spaces, so what it drops is lost."""

    def __init__(self, name: str) -> None:
        from seqtasks.text.torchtext_bridge import tokenizer

        self.name = f"torchtext:{name}"
        self.function = tokenizer(name)

    def split(self, text: str) -> list[str]:
        return self.function(text)

    def join(self, tokens: list[str]) -> str:
        return " ".join(tokens)


def make_tokenizer(name: str) -> Tokenizer:
    """The tokenizer called `name`: whitespace, word, character, or torchtext:NAME. Raises UsageError for another."""
    if name.startswith("torchtext:"):
        return TorchtextTokenizer(name.removeprefix("torchtext:"))
    if name not in TOKENIZERS:
        known = [*TOKENIZERS, "bpe", "unigram", "torchtext:NAME"]
        raise UsageError(f"no tokenizer {name!r}{did_you_mean(name, known)} Tokenizers: {', '.join(known)}.")
    return TOKENIZERS[name]()


TOKENIZERS: dict[str, Callable[[], Tokenizer]] = {
    "whitespace": WhitespaceTokenizer,
    "word": WordTokenizer,
    "character": CharacterTokenizer,
}
