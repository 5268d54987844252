"""Subword tokenizers: byte-pair encoding (Sennrich et al. 2016) and unigram (Kudo 2018), by the `tokenizers` library.

A lower block marks where a word begins, so that joining is exact for lines with single spaces. Training is deterministic: what the
library draws from the order of its hash tables (which rare characters it keeps, the last digits of unigram scores) is done here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path

from tokenizers import Regex, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as Backend

from seqtasks.errors import DataError, UsageError
from seqtasks.text.files import write_atomically
from seqtasks.text.tokenizers import SPACE, protected, restored

UNKNOWN = "<unk>"
LONGEST = 30  # characters of the words that unigram probabilities are estimated from (all products stay far from zero)
ROUNDS = 4
FLOOR = 0.01  # expected count of a piece that no word needs
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
        lines = [marked(text) for text in texts]
        known = alphabet(lines, size // 2)
        backend = TRAINERS[kind](lines, known, size)
        backend.pre_tokenizer = splitter()
        return cls(backend)

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

    @property
    def kind(self) -> str:
        """ "bpe" or "unigram"."""
        return "bpe" if isinstance(self.backend.model, models.BPE) else "unigram"

    def known(self) -> list[str]:
        """Every piece of the model, the unknown one left out, in the order of their numbers."""
        vocabulary = self.backend.get_vocab()
        return sorted(vocabulary.keys() - {UNKNOWN}, key=vocabulary.__getitem__)

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


def chunks(word: str) -> list[str]:
    """A word as the library is given it."""
    return [word[start : start + CHUNK] for start in range(0, len(word), CHUNK)]


def splitter() -> pre_tokenizers.PreTokenizer:
    """Words apart, and punctuation apart from words, so that "Haus." and "Haus" share their pieces."""
    punctuation = pre_tokenizers.Split(Regex(rf"{SPACE}?[^\w\s{SPACE}]|{SPACE}?[\w]+"), behavior="isolated")
    return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), punctuation])


def alphabet(lines: Sequence[str], size: int) -> list[str]:
    """The most frequent characters, at most `size` of them."""
    counts = Counter(character for line in lines for character in line)
    del counts[" "]
    return sorted(counts, key=lambda character: (-counts[character], character))[:size]


def bpe(lines: Sequence[str], known: list[str], size: int) -> Backend:
    """Pairs merged by frequency, from the characters of `known`."""
    backend = Backend(models.BPE(unk_token=UNKNOWN))
    backend.pre_tokenizer = splitter()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[UNKNOWN], initial_alphabet=known, limit_alphabet=len(known), show_progress=False
    )
    backend.train_from_iterator(lines, trainer)
    return backend


def unigram(lines: Sequence[str], known: list[str], size: int) -> Backend:
    """The library proposes pieces; the likeliest of them and of whole units are kept, their probabilities estimated in a fixed order."""
    backend = Backend(models.Unigram())
    backend.pre_tokenizer = splitter()
    rare = dict.fromkeys(map(ord, set("".join(lines)).difference(known, " ")), " ")
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=[UNKNOWN], unk_token=UNKNOWN, show_progress=False)
    lines = [line.translate(rare) for line in lines] if rare else lines
    backend.train_from_iterator(lines, trainer)
    words = Counter(word for line in lines for word in line.split())
    units = Counter[str]()
    for word, count in words.items():
        for unit, _ in backend.pre_tokenizer.pre_tokenize_str(word):
            units[unit] += count
    pieces = {piece for piece in backend.get_vocab() if piece != UNKNOWN}
    pieces.update(unit for unit, count in units.most_common(size) if count > 1)  # the library overlooks units that are part of no other
    share = probabilities(sorted(pieces), units)
    kept = sorted(share, key=lambda piece: (len(piece) > 1, -share[piece], piece))[: max(1, size - 1)]
    scores = {piece: round(log(probability), 6) for piece, probability in probabilities(sorted(kept), units).items()}
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return Backend(models.Unigram([(UNKNOWN, 0.0), *ranked], 0, False))


def probabilities(pieces: Sequence[str], units: Mapping[str, int]) -> dict[str, float]:
    """Maximum likelihood of a unigram model over pieces, by expectation maximisation (Kudo 2018, section 3.2)."""
    share = dict.fromkeys(pieces, 1 / max(1, len(pieces)))
    longest = max(map(len, pieces), default=0)
    edges = []  # of each unit: where its pieces begin and end, in the order of their ends
    for unit, count in units.items():
        if len(unit) <= LONGEST:
            spans = [(start, end) for end in range(1, len(unit) + 1) for start in range(max(0, end - longest), end)]
            edges.append(([(start, end, unit[start:end]) for start, end in spans if unit[start:end] in share], len(unit), count))
    for _ in range(ROUNDS):
        expected = dict.fromkeys(pieces, FLOOR)
        for arcs, length, count in edges:
            before, after = [1.0, *[0.0] * length], [*[0.0] * length, 1.0]
            for start, end, piece in arcs:
                before[end] += before[start] * share[piece]
            if not before[length]:
                continue
            for start, end, piece in reversed(arcs):
                after[start] += after[end] * share[piece]
            weight = count / before[length]
            for start, end, piece in arcs:
                expected[piece] += weight * before[start] * share[piece] * after[end]
        total = sum(expected.values())
        share = {piece: value / total for piece, value in expected.items()}
    return share


TRAINERS = {"bpe": bpe, "unigram": unigram}
