"""Subwords learned from text: byte-pair encoding (Sennrich et al. 2016) and unigram (Kudo 2018), by the `tokenizers` library.

Training is deterministic: what the library draws from the order of its hash tables (which rare characters it keeps, the last digits of
unigram scores) is done here. What splits lines by them is `seqtasks.text.tokenizers.SubwordTokenizer`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path

from tokenizers import Regex, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as Backend

from seqtasks.errors import DataError, UsageError
from seqtasks.text.tokenizers import SPACE, UNKNOWN, SubwordTokenizer, marked

LONGEST = 30  # characters of the words that unigram probabilities are estimated from (all products stay far from zero)
ROUNDS = 4
FLOOR = 0.01  # expected count of a piece that no word needs


def learn_subwords(texts: Sequence[str], *, kind: str, size: int) -> SubwordTokenizer:
    """Learn at most `size` pieces from texts. kind: "bpe" or "unigram". Raises UsageError for another kind."""
    if kind not in TRAINERS:
        raise UsageError(f"no kind of subwords {kind!r}. Kinds: {', '.join(TRAINERS)}.")
    lines = [marked(text) for text in texts]
    backend = TRAINERS[kind](lines, alphabet(lines, size // 2), size)
    backend.pre_tokenizer = splitter()
    return SubwordTokenizer(backend, kind)


def load_subwords(path: Path) -> SubwordTokenizer:
    """What `SubwordTokenizer.save` wrote. Raises DataError for anything else."""
    try:
        backend = Backend.from_str(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise DataError(path, 0, f"cannot be read ({fault.strerror})", "Restore it from a copy") from None
    except Exception as fault:  # the library raises plain Exception
        raise DataError(path, 0, f"no subword model ({fault})", "Restore it from a copy") from None
    return SubwordTokenizer(backend, "bpe" if isinstance(backend.model, models.BPE) else "unigram")


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
