"""How Spanish words are spoken, by the rules of their spelling: phonemes of Castilian in IPA, the stress before its syllable.

Letters and their neighbours say the sounds (Real Academia Española, Ortografía de la lengua española, 2010, chapters I and II): "c" is θ
before e and i and k elsewhere, "gu" is ɡ before them, "r" is a trill at the beginning and after n, l and s. Vowels next to each other are
one syllable where one of them is an i or u without an accent. The stress is where an accent stands, or else on the last syllable but one
after a final vowel, n or s, and on the last one after other letters.
"""

from typing import NamedTuple

STRONG, ACCENTED, FRONT = "aeoáéó", "áéíóú", "eéií"
PLAIN = {"á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u"}
GLIDES = {"i": "j", "u": "w"}
SOUNDS = {"b": "b", "v": "b", "d": "d", "f": "f", "j": "x", "k": "k", "l": "l", "m": "m", "n": "n", "ñ": "ɲ", "p": "p", "s": "s"}
SOUNDS |= {"t": "t", "z": "θ"}
STOPS = "pbfkɡtd"  # begin a syllable together with l and ɾ
TRILLED_AFTER = "nls"


class Unit(NamedTuple):
    """A sound. kind: C consonant, V vowel that is a syllable's core, W an i or u that may be a glide, G a glide. accented: as written."""

    sound: str
    kind: str
    accented: bool = False


def units_of(word: str) -> list[Unit]:
    """The sounds of a word from left to right."""
    units: list[Unit] = []
    at = 0
    while at < len(word):
        letter, after, pair = word[at], word[at + 1 : at + 2], word[at : at + 2]
        front = word[at + 2 : at + 3] in tuple(FRONT)
        before = word[at - 1] if at else ""
        step = 1
        if pair in ("ch", "ll", "rr"):
            units.append(Unit({"ch": "tʃ", "ll": "ʎ", "rr": "r"}[pair], "C"))
            step = 2
        elif pair == "qu" or (pair == "gu" and front):
            units.append(Unit("k" if letter == "q" else "ɡ", "C"))
            step = 2
        elif letter in "cg":
            soft = after in tuple(FRONT)
            units.append(Unit({"c": "θ" if soft else "k", "g": "x" if soft else "ɡ"}[letter], "C"))
        elif letter == "r":
            units.append(Unit("r" if not before or before in TRILLED_AFTER else "ɾ", "C"))
        elif letter == "x":
            units += [Unit("k", "C"), Unit("s", "C")] if before else [Unit("s", "C")]
        elif letter == "y" and after and after in "aeiouáéíóú":
            units.append(Unit("ʝ", "C"))
        elif letter == "y" and before and before in "aeiou":  # "rey", "muy"
            units.append(Unit("j", "G"))
        elif letter in "iuüy":
            units.append(Unit({"ü": "u", "y": "i"}.get(letter, letter), "W"))
        elif letter in "aeoáéíóú":
            units.append(Unit(PLAIN.get(letter, letter), "V", letter in ACCENTED))
        elif letter != "h":
            units.append(Unit(SOUNDS[letter], "C"))
        at += step
    return units


def with_cores(units: list[Unit]) -> list[Unit]:
    """The units with every i and u decided: a glide ("G") beside a vowel, a core where no vowel is."""
    decided = list(units)
    for at, unit in enumerate(units):
        if unit.kind != "W":
            continue
        before = decided[at - 1].kind if at else ""
        after = units[at + 1].kind if at + 1 < len(units) else ""
        glide = after in ("V", "W") or before == "V"
        decided[at] = Unit(GLIDES[unit.sound], "G") if glide else Unit(unit.sound, "V")
    return decided


def syllables_of(word: str) -> list[list[Unit]]:
    """The syllables of a word."""
    units = with_cores(units_of(word))
    cores = [at for at, unit in enumerate(units) if unit.kind == "V"]
    starts = [0]
    for left, right in zip(cores, cores[1:], strict=False):
        between = units[left + 1 : right]
        glides_after = next((at for at, unit in enumerate(between) if unit.kind != "G"), len(between))
        consonants = [unit for unit in between if unit.kind == "C"]
        if not consonants:  # a glide between two vowels begins the second one's syllable
            starts.append(left + 1)
            continue
        first, last = left + 1 + glides_after, left + 1 + glides_after + len(consonants)
        joined = len(consonants) > 1 and consonants[-2].sound in STOPS and consonants[-1].sound in ("l", "ɾ")
        starts.append(max(first, last - (2 if joined else 1)))
    return [units[start:end] for start, end in zip(starts, [*starts[1:], len(units)], strict=True)]


def stressed(word: str, syllables: list[list[Unit]]) -> int:
    """Which syllable is stressed."""
    accented = [at for at, syllable in enumerate(syllables) if any(unit.accented for unit in syllable)]
    if accented:
        return accented[0]
    return max(0, len(syllables) - (2 if word[-1] in "aeiouns" else 1))


def spoken(word: str) -> str:
    """The phonemes of a word in small letters: "cigüeña" is "θiˈɡweɲa"."""
    syllables = syllables_of(word)
    place = stressed(word, syllables)
    return "".join("ˈ" * (at == place) + "".join(unit.sound for unit in syllable) for at, syllable in enumerate(syllables))
