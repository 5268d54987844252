"""What looks wrong with parallel text, before a model is trained on it: a line each, with a count and the first place.

Every look is cheap (a pass over the lines), and silent on text that is as it should be: thresholds were chosen so that four published
corpora and the bundled sample give no note.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from seqtasks.diagnosis.shared_sentences import shared_sentences
from seqtasks.text.corpora.examples import SentencePair
from seqtasks.text.language_codes import language_code

MANY = 0.02  # share of lines above which something is told that single lines may well have
MOST = 0.5
UNSEEN = 0.1  # share of lines of a part with letters that train lacks: names have some
SHOWN_LETTERS = 20
VARIED, CLOSED, SAMPLED = 0.03, 60, 1000  # distinct words over words, and how many a text has at least, in the first so many lines
NUMBER = re.compile(r"[\d\W_]+")
SUBWORDS = re.compile(r"@@( |$)|(^| )▁")  # marks of BPE and of sentencepiece
ENTITY = re.compile(r"&(apos|quot|amp|lt|gt|#\d+|#x[0-9a-fA-F]+);")
SPACED_MARK = re.compile(r"\w [.,;!?](?: |$)")
JOINED_MARK = re.compile(r"\w[.,;!?](?: |$)")
FUNCTION_WORDS = {  # frequent words of a language that others lack
    "en": "the of and to is that was for with his they this from which",
    "fr": "le la les des et est une du dans que qui pour sur pas au ce",
    "de": "der die das und ist nicht ein eine den mit auf dem sich auch im",
    "es": "el los las una por con para del se lo como pero más está",
    "it": "il che di è un per non sono della del con gli nel alla",
    "pt": "o os uma não para com do da em se mais como ao foi",
    "nl": "het een van en is dat niet op te met voor zijn aan deze",
    "da": "og er det en på til med af ikke som for jeg har den",
    "sv": "och är det en på att som inte med av för jag har den",
    "cs": "je se na že to v s ale jako jsem jsou by do za",
    "pl": "jest się na nie że to w z do jak ale są przez jego",
}


def parallel_notes(parts: Mapping[str, Sequence[SentencePair]], *, source: str, target: str) -> list[str]:
    """Notes on the parts of a corpus ("train" among them); source and target: the codes of the languages, as the recipe has them."""
    notes = []
    for part, pairs in parts.items():
        full = [pair for pair in pairs if pair.source.strip() and pair.target.strip()]
        if full:
            notes += [f"{part}: {note}" for look in LOOKS for note in look(full, source, target)]
    if parts.get("train"):
        for part, pairs in parts.items():
            notes += unseen_letters(parts["train"], part, pairs) if part != "train" and pairs else []
        train = {tuple(pair.source.split()) for pair in parts["train"]}
        others = {part: [(tuple(pair.source.split()), pair.line) for pair in pairs] for part, pairs in parts.items() if part != "train"}
        notes += [str(shared) for shared in shared_sentences(train, others) if shared.notable]
    return notes


def sides(pairs: Sequence[SentencePair]) -> Iterator[tuple[str, list[str]]]:
    """("source", its lines) and ("target", its lines)."""
    yield "source", [pair.source for pair in pairs]
    yield "target", [pair.target for pair in pairs]


def counted(pairs: Sequence[SentencePair], lines: Sequence[str], pattern: re.Pattern[str]) -> tuple[int, int]:
    """How many lines hold a pattern, and the number of the first."""
    places = [pair.line for pair, line in zip(pairs, lines, strict=True) if pattern.search(line)]
    return len(places), places[0] if places else 0


def numbers(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """A side that is numbers: an identifier taken for text. Number words and dates have words on the other side, and variety."""
    for name, lines in sides(pairs):
        digits = sum(bool(NUMBER.fullmatch(line)) for line in lines)
        other = [pair.target if name == "source" else pair.source for pair in pairs]
        counts_up = lines == sorted(lines, key=lambda line: (len(line), line)) and len(set(lines)) == len(lines) > 2
        if digits > MOST * len(lines) and (counts_up or (median_words(other) > 4 and varied(other[:SAMPLED]))):
            yield (
                f"{digits:,} of {len(lines):,} {name} lines are numbers (first at line {pairs[0].line}): "
                "is it the column of identifiers? data.source_column and data.target_column choose others"
            )


def varied(lines: Sequence[str]) -> bool:
    """Whether lines are of many words, as text is; those that write numbers out are of few. Words with digits are left aside."""
    words = [word for line in lines for word in line.replace("-", " ").split() if not any(sign.isdigit() for sign in word)]
    return len(set(words)) > max(CLOSED, VARIED * len(words))


def median_words(lines: Sequence[str]) -> int:
    """The median of the numbers of words."""
    return sorted(len(line.split()) for line in lines)[len(lines) // 2]


def swapped(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """Sides that hold each other's language, by their function words."""
    source, target = language_code(source), language_code(target)
    words = {code: frozenset(FUNCTION_WORDS[code].split()) for code in (source, target) if code in FUNCTION_WORDS}
    if len(words) < 2:
        return
    counts = {name: Counter(word for line in lines for word in line.lower().split()) for name, lines in sides(pairs)}

    def share(name: str, code: str) -> float:
        return sum(counts[name][word] for word in words[code]) / max(1, counts[name].total())

    right = share("source", source) + share("target", target)
    wrong = share("source", target) + share("target", source)
    if wrong > 2 * right and wrong > 0.05:
        yield f"the source looks like {target!r} and the target like {source!r} (first at line {pairs[0].line}): are the sides swapped?"


def preprocessed(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """Text that went through another tool: subword marks, escaped characters, decomposed letters."""
    for name, lines in sides(pairs):
        for pattern, what in (
            (SUBWORDS, "marks of subwords ('@@ ' or '▁'): give text without them, for text.tokenizer splits it"),
            (ENTITY, "escaped characters such as '&apos;': give the characters themselves"),
        ):
            count, first = counted(pairs, lines, pattern)
            if count > MANY * len(lines):
                yield f"{count:,} of {len(lines):,} {name} lines hold {what} (first at line {first})"


def unlike(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """Sides that were prepared in two ways: one tokenised or lower-cased or decomposed and the other not."""

    def spaced(lines: Sequence[str]) -> bool | None:
        apart = sum(bool(SPACED_MARK.search(line)) for line in lines)
        joined = sum(bool(JOINED_MARK.search(line)) for line in lines)
        return (
            None
            if apart + joined < MOST * len(lines)
            else apart > 9 * joined
            if apart > joined
            else (None if joined <= 9 * apart else False)
        )

    def lower(lines: Sequence[str]) -> bool | None:
        cased = [line for line in lines if line.lower() != line.upper()]
        small = sum(line == line.lower() for line in cased)
        return None if not cased else True if small == len(cased) else False if small < MOST * len(cased) else None

    def decomposed(lines: Sequence[str]) -> bool | None:
        accents = [line for line in lines if unicodedata.normalize("NFD", line) != unicodedata.normalize("NFC", line)]
        loose = sum(line != unicodedata.normalize("NFC", line) for line in accents)
        return None if not accents else loose > MOST * len(accents)

    both = [lines for _, lines in sides(pairs)]
    for look, yes, no in (
        (spaced, "is tokenised (punctuation stands apart)", "is not"),
        (lower, "is all in small letters", "is not"),
        (decomposed, "has its accents as characters of their own (NFD)", "has not"),
    ):
        found = [look(lines) for lines in both]
        if found in ([True, False], [False, True]):
            marked = "source" if found[0] else "target"
            yield f"the {marked} {yes} and the {'target' if found[0] else 'source'} {no} (first at line {pairs[0].line})"


def copied(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """Pairs whose sides are equal: lines that nobody translated."""
    equal = [pair for pair in pairs if pair.source.strip() == pair.target.strip() and any(sign.isalpha() for sign in pair.source)]
    if len(equal) > MANY * len(pairs) and len(pairs) > 9:
        yield f"{len(equal):,} of {len(pairs):,} pairs have the same text on both sides (first at line {equal[0].line})"


def constant(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """A side that says one thing over and over."""
    for name, lines in sides(pairs):
        text, count = Counter(lines).most_common(1)[0]
        if count > MOST * len(lines) and len(lines) > 9:
            yield f"{count:,} of {len(lines):,} {name} lines are {text[:40]!r} (first at line {pairs[lines.index(text)].line})"


def misaligned(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """Pairs of which one side is far longer than the other, against what is usual here: lines that slipped."""
    ratios = sorted((len(pair.target) + 10) / (len(pair.source) + 10) for pair in pairs)
    usual = ratios[len(ratios) // 2]
    odd = [pair for pair in pairs if not usual / 4 < (len(pair.target) + 10) / (len(pair.source) + 10) < usual * 4]
    if len(odd) > MANY * len(pairs):
        yield (
            f"{len(odd):,} of {len(pairs):,} pairs have a side over four times as long as usual against the other "
            f"(first at line {odd[0].line}): did lines slip?"
        )


def scripts(pairs: Sequence[SentencePair], source: str, target: str) -> Iterator[str]:
    """Lines in another script than the side has."""
    for name, lines in sides(pairs):
        letters: dict[str, Counter[str]] = {}
        for sign, count in Counter("".join(lines)).items():
            if script := script_of(sign):
                letters.setdefault(script, Counter())[sign] = count
        if len(letters) < 2:
            continue
        usual = max(letters, key=lambda script: letters[script].total())
        known, others = (re.compile(f"[{re.escape(''.join(signs))}]") for signs in (letters.pop(usual), [*chain(*letters.values())]))
        found = [(pair.line, others.search(line)) for pair, line in zip(pairs, lines, strict=True) if not known.search(line)]
        other = [(line, match[0]) for line, match in found if match]
        if MANY * len(lines) < len(other):
            line, sign = other[0]
            shown = f"{script_of(sign)} letters, not in {usual} ones"
            yield f"{len(other):,} of {len(lines):,} {name} lines are in {shown} (first at line {line})"


@lru_cache(1 << 16)
def script_of(sign: str) -> str:
    """The script of a letter as Unicode calls it, "" of what is none; Chinese and Japanese are one."""
    if not sign.isalpha() or unicodedata.category(sign) == "Lm" or sign in "ªº":
        return ""
    script = unicodedata.name(sign, "").partition(" ")[0]
    return "CHINESE" if script in ("CJK", "HIRAGANA", "KATAKANA") else script if script != "MICRO" else ""


def unseen_letters(train: Sequence[SentencePair], part: str, pairs: Sequence[SentencePair]) -> Iterator[str]:
    """Letters of a scored part that training never shows: no model can read or write them."""
    for (name, lines), (_, own) in zip(sides(pairs), sides(train), strict=True):
        known = set("".join(own))
        new = [(pair.line, sorted(letters)) for pair, line in zip(pairs, lines, strict=True) if (letters := letters_beyond(line, known))]
        if len(new) > UNSEEN * len(lines):
            line = new[0][0]
            shown = "".join(dict.fromkeys(sign for _, signs in new for sign in signs))[:SHOWN_LETTERS]
            yield f"{part}: {len(new):,} of {len(lines):,} {name} lines hold letters that train lacks ({shown}; first at line {line})"


def letters_beyond(line: str, known: set[str]) -> set[str]:
    """The letters of a line that are not among those known."""
    return {sign for sign in set(line) - known if sign.isalpha()}


LOOKS: tuple[Callable[[Sequence[SentencePair], str, str], Iterator[str]], ...] = (
    numbers,
    swapped,
    preprocessed,
    unlike,
    copied,
    constant,
    misaligned,
    scripts,
)
