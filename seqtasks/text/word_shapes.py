"""The shape of a word: how it is written, apart from which letters it has. A tagger that has never seen a word still sees that."""

from __future__ import annotations

SHAPES = ("other", "lower", "title", "upper", "initial", "mixed", "digits", "number", "letters and digits", "punctuation")
NUMBERS = {name: number for number, name in enumerate(SHAPES)}
IN_NUMBERS = frozenset(".,:/-+%'$€£")  # what may stand in a number beside its digits


def shape_of(form: str) -> int:
    """The number in SHAPES. Marks inside a word count for nothing: "U.S." is upper, "well-known" lower.

    title: one capital, in front, of two letters or more; initial: a single capital; number: digits with signs (3.5, 10:30, $20);
    other: letters without case, or nothing.
    """
    if form.islower() and form.isalpha():
        return NUMBERS["lower"]
    return NUMBERS[shape_name(form)]


def shape_name(form: str) -> str:
    """The name of the shape."""
    letters = "".join(character for character in form if character.isalpha())
    digits = sum(character.isdigit() for character in form)
    if digits == len(form) > 0:
        return "digits"
    if digits:
        if letters:
            return "letters and digits"
        return "number" if all(character.isdigit() or character in IN_NUMBERS for character in form) else "other"
    return case_name(letters) if letters else "punctuation" if form else "other"


def case_name(letters: str) -> str:
    """The shape of letters alone."""
    if letters.islower():
        return "lower"
    if letters.isupper():
        return "upper" if len(letters) > 1 else "initial"
    if letters[0].isupper() and letters[1:].islower():
        return "title"
    return "mixed" if any(letter.isupper() for letter in letters) else "other"
