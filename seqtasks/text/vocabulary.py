"""Vocabularies: tokens and their numbers, saved as text with one token a line; with a tokenizer, lines to numbers and back.

A token of the data that looks like a special one ("<pad>") is kept apart from it: in memory and in the file it is written with a
leading backslash, as is a token that begins with one. So no text can make the model see padding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.documents import BREAK
from seqtasks.text.corpora.lines import read_lines
from seqtasks.text.files import write_atomically
from seqtasks.text.tokenizers import Tokenizer

PAD, UNK, BOS, EOS = "<pad>", "<unk>", "<bos>", "<eos>"
SPECIALS = (PAD, UNK, BOS, EOS)
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\ufeff": "\\b"}  # a byte order mark would be dropped in line 1


class Vocabulary:
    """Numbers for tokens, in the order given; `specials` are the first of them."""

    def __init__(self, tokens: Sequence[str], *, specials: Sequence[str] = ()) -> None:
        self.specials = tuple(specials)
        self.list = [*self.specials, *tokens]
        self.special_ids = {token: number for number, token in enumerate(self.specials)}
        self.index = {token: number for number, token in enumerate(self.list) if number >= len(self.specials)}
        if not self.special_ids.keys() <= set(SPECIALS):
            raise ValueError(f"special tokens are {', '.join(SPECIALS)}, not {', '.join(self.specials)}")
        if len(self.index) + len(self.special_ids) != len(self.list):
            raise ValueError(f"a vocabulary of {len(self.list)} tokens has duplicates")
        self.unknown = self.special_ids.get(UNK)

    @classmethod
    def build(
        cls, counts: Mapping[str, int], *, specials: Sequence[str] = (PAD, UNK), min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """The tokens counted at least `min_count` times, the most frequent first (equal ones in the order of their text).

        max_size: the largest number of tokens beside the specials.
        """
        kept = sorted((token for token, count in counts.items() if count >= min_count), key=lambda token: (-counts[token], token))
        return cls(kept[:max_size], specials=specials)

    def __len__(self) -> int:
        return len(self.list)

    def __contains__(self, token: object) -> bool:
        return token in self.index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and (self.list, self.specials) == (other.list, other.specials)

    def __hash__(self) -> int:
        return hash(tuple(self.list))

    def id(self, token: str) -> int | None:
        """The number of a token of the data; None where it is not in the vocabulary."""
        return self.index.get(token)

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Numbers of tokens; unknown ones get UNK's. Raises KeyError for an unknown one where there is no UNK."""
        if self.unknown is None:
            return [self.index[token] for token in tokens]
        get, unknown = self.index.get, self.unknown
        return [get(token, unknown) for token in tokens]

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The tokens of numbers."""
        return [self.list[number] for number in ids]

    def words(self) -> list[str]:
        """All tokens but the special ones."""
        return self.list[len(self.specials) :]

    def special(self, token: str) -> int:
        """The number of a special token. Raises ValueError where the vocabulary was made without it."""
        if token not in self.special_ids:
            raise ValueError(f"this vocabulary has no {token}; its specials are {', '.join(self.specials) or 'none'}")
        return self.special_ids[token]

    @property
    def pad(self) -> int:
        return self.special(PAD)

    @property
    def unk(self) -> int:
        return self.special(UNK)

    @property
    def bos(self) -> int:
        return self.special(BOS)

    @property
    def eos(self) -> int:
        return self.special(EOS)

    def save(self, path: Path) -> None:
        """One token a line: the specials as they are, the others escaped."""
        lines = [*self.specials, *(escaped(token) for token in self.words())]
        write_atomically(path, "".join(f"{line}\n" for line in lines))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """What `save` wrote. Raises DataError for a file with duplicates or bad escapes."""
        specials: list[str] = []
        tokens: list[str] = []
        seen: dict[str, int] = {}
        for number, line in read_lines(path):
            if line in seen:
                raise DataError(path, number, f"token {line!r} stands in line {seen[line]} already", "Restore the file from a copy")
            seen[line] = number
            if line in SPECIALS and not tokens:
                specials.append(line)
            else:
                tokens.append(unescaped(line, path, number))
        try:
            return cls(tokens, specials=specials)
        except ValueError as fault:  # a token that is written in two ways
            raise DataError(path, 0, str(fault), "Restore the file from a copy") from None


@dataclass(frozen=True)
class Language:
    """One side of a translation: its tokenizer and the vocabulary of its tokens."""

    tokenizer: Tokenizer
    vocabulary: Vocabulary
    lowercase: bool

    def split(self, line: str) -> list[str]:
        """The tokens of a line, those too that the vocabulary lacks."""
        return self.tokenizer.split(line.lower() if self.lowercase else line)

    def encode(self, text: str) -> list[int]:
        """Token ids of a line, with the end of sentence; of a text in context (`seqtasks.text.corpora.documents`) with each sentence's."""
        return [number for line in text.split(BREAK) for number in (*self.vocabulary.ids(self.split(line)), self.vocabulary.eos)]

    def spell(self, text: str) -> list[str]:
        """The tokens that `encode` gives ids to, as they are written."""
        return [token for line in text.split(BREAK) for token in (*self.split(line), EOS)]

    def tokens(self, ids: Sequence[int]) -> list[str]:
        return self.vocabulary.tokens(ids)

    def decode(self, ids: Sequence[int]) -> str:
        """The line that token ids (without end of sentence) write."""
        return self.tokenizer.join(self.tokens(ids))


def escaped(token: str) -> str:
    """A token as it stands in a file: no line breaks, and never the look of a special token."""
    text = "".join(ESCAPES.get(character, character) for character in token)
    return f"\\{text}" if text in SPECIALS else text


def unescaped(text: str, path: Path, line: int) -> str:
    """The inverse of `escaped`. Raises DataError for what it never writes."""
    if text[:1] == "\\" and text[1:] in SPECIALS:
        return text[1:]
    if "\\" not in text:
        return text
    back = {code: character for character, code in ESCAPES.items()}
    token, rest = "", text
    while rest:
        code = rest[: 2 if rest[0] == "\\" else 1]
        if code[0] == "\\" and code not in back:
            raise DataError(path, line, f"unknown escape in {text!r}", "Restore the file from a copy")
        token, rest = token + back.get(code, code), rest[len(code) :]
    return token
