"""Subword tokenizers: byte-pair encoding (Sennrich et al. 2016) and unigram (Kudo 2018), by the `tokenizers` library.

A lower block marks where a word begins, so that joining is exact for lines with single spaces. Training is deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Regex, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as Backend

from seqtasks.errors import DataError, UsageError
from seqtasks.text.files import write_atomically
from seqtasks.text.tokenizers import SPACE, protected, restored

UNKNOWN = "<unk>"
ALPHABET = 400  # most frequent characters that BPE knows
CHUNK = 4096  # characters given to the library at once: it is slow on longer words


class SubwordTokenizer:
    """Pieces of words; a character that training has not seen stays a piece of its own, which the vocabulary then calls unknown."""

    name = "subwords"

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.cache: dict[str, list[str]] = {}

    @classmethod
    def train(cls, texts: Sequence[str], *, kind: str, size: int) -> SubwordTokenizer:
        """Learn at most `size` pieces from texts. kind: "bpe" or "unigram". Raises UsageError for another kind."""
        if kind not in TRAINERS:
            raise UsageError(f"no kind of subwords {kind!r}. Kinds: {', '.join(TRAINERS)}.")
        backend, trainer = TRAINERS[kind](size)
        backend.pre_tokenizer = splitter()
        backend.train_from_iterator((marked(text) for text in texts), trainer)
        return cls(backend)

    def split(self, text: str) -> list[str]:
        """The pieces of a line; each begins with the lower block if it begins a word."""
        return [piece for word in marked(text).split() for piece in self.pieces(word)]

    def pieces(self, word: str) -> list[str]:
        """The pieces of one marked word, remembered for the next time."""
        found = self.cache.get(word)
        if found is None:
            parts = [word[start : start + CHUNK] for start in range(0, len(word), CHUNK)]
            found = [word_part[start:end] for word_part in parts for start, end in self.backend.encode(word_part).offsets]
            if len(self.cache) < 100_000 and len(word) < 100:
                self.cache[word] = found
        return found

    def join(self, tokens: list[str]) -> str:
        return restored("".join(tokens).replace(SPACE, " ").strip(" "))

    def save(self, path: Path) -> None:
        write_atomically(path, self.backend.to_str(pretty=True))

    @classmethod
    def load(cls, path: Path) -> SubwordTokenizer:
        """What `save` wrote. Raises DataError for anything else."""
        try:
            return cls(Backend.from_str(path.read_text(encoding="utf-8")))
        except OSError as fault:
            raise DataError(path, 0, f"cannot be read ({fault.strerror})", "Restore it from a copy") from None
        except Exception as fault:  # the library raises plain Exception
            raise DataError(path, 0, f"no subword model ({fault})", "Restore it from a copy") from None


def marked(text: str) -> str:
    """Each word of a line with the mark that begins it, separated by spaces."""
    return " ".join(SPACE + protected(word) for word in text.split())


def splitter() -> pre_tokenizers.PreTokenizer:
    """Words apart, and punctuation apart from words, so that "Haus." and "Haus" share their pieces."""
    punctuation = pre_tokenizers.Split(Regex(rf"{SPACE}?[^\w\s{SPACE}]|{SPACE}?[\w]+"), behavior="isolated")
    return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), punctuation])


def bpe(size: int) -> tuple[Backend, trainers.Trainer]:
    return Backend(models.BPE(unk_token=UNKNOWN)), trainers.BpeTrainer(
        vocab_size=size, special_tokens=[UNKNOWN], limit_alphabet=ALPHABET, show_progress=False
    )


def unigram(size: int) -> tuple[Backend, trainers.Trainer]:
    return Backend(models.Unigram()), trainers.UnigramTrainer(
        vocab_size=size, special_tokens=[UNKNOWN], unk_token=UNKNOWN, show_progress=False
    )


TRAINERS = {"bpe": bpe, "unigram": unigram}
