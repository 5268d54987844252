"""The features and settings of a good plain CRF tagger for python-crfsuite; nothing is tuned.

The word, its affixes of 1 to 4 characters in small letters, its shape, words and shapes of two neighbours on each side.
"""

from __future__ import annotations

from collections.abc import Sequence

PARAMETERS = {"c1": 0.1, "c2": 0.01, "max_iterations": 80, "feature.possible_transitions": True}


def shape(word: str) -> str:
    """Xxdd- for Ab12-: capitals, small letters, digits, others as they are; runs shortened to two."""
    found = ""
    for letter in word:
        kind = "X" if letter.isupper() else "x" if letter.islower() else "d" if letter.isdigit() else letter
        if not found.endswith(2 * kind):
            found += kind
    return found


def features(words: Sequence[str]) -> list[list[str]]:
    """The features of every word of a sentence."""
    shapes = [shape(word) for word in words]
    rows = []
    for place, word in enumerate(words):
        lower = word.lower()
        row = ["bias", f"w={word}", f"l={lower}", f"s={shapes[place]}"]
        row += [f"p{size}={lower[:size]}" for size in range(1, 5)] + [f"e{size}={lower[-size:]}" for size in range(1, 5)]
        for step in (-2, -1, 1, 2):
            there = place + step
            inside = 0 <= there < len(words)
            row += [f"{step}l={words[there].lower()}", f"{step}s={shapes[there]}"] if inside else [f"{step}none"]
        rows.append(row)
    return rows
