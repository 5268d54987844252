"""What parts words in one language only. English words are those of the Penn and the UD English treebanks: do n't, John 's, well - known.

A language is a line of `LANGUAGES`. Its rules rewrite nothing: parts put together are the word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

NEUTRAL = ""


@dataclass(frozen=True)
class Rules:
    """`whole`: patterns of what is one word although it holds a mark. `parts`: a word without white space in its parts."""

    whole: tuple[str, ...] = ()
    parts: Callable[[str], list[str]] | None = None


TITLES = "Mr Mrs Ms Dr Prof Rev Hon St Ste Mt Ft Gen Col Capt Cpt Cmdr Lt Maj Sgt Adm Gov Pres Sen Sens Rep Reps Messrs Jr Sr Esq"
FIRMS = "Inc Corp Co Cos Ltd Bros Dept Univ Assn Attn Ave Blvd Rd Hwy Sq Bldg"
DATES = "Jan Feb Mar Apr Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri"
SMALL = "vs etc approx est al cf ca viz resp incl ext tel vol pp ed eds dept govt"
SHORT = "|".join(sorted(f"{TITLES} {FIRMS} {DATES} {SMALL}".split(), key=len, reverse=True))
ENGLISH_WHOLE = (
    rf"(?:{SHORT}|{SHORT.upper()})\.(?![a-z])",
    r"(?:Ph\.D|Ed\.D|No\.(?=\d))\.?(?!\w)|(?i:w/o|w/out|n/a|b/c|b/w|w/)(?!\w)",
    r"(?<!\w)['’](?:\d\ds?|(?i:em|til|cause|cos|bout|round|n))(?!\w)",
)
CUTS = {
    **dict.fromkeys(["cannot", "gonna", "gotta", "wanna", "gimme", "lemme"], (3,)),
    **dict.fromkeys(["dont", "wont", "cant", "aint", "arnt"], (-2,)),
    **dict.fromkeys(["isnt", "arent", "wasnt", "werent", "doesnt", "didnt", "hasnt", "havent", "hadnt"], (-2,)),
    **dict.fromkeys(["couldnt", "wouldnt", "shouldnt", "mustnt", "neednt", "theyre", "theyve", "youre"], (-2,)),
    **dict.fromkeys(["im", "thats", "whats", "heres", "theres", "wheres"], (-1,)),
    "dunno": (2, 3),
    "ive": (1,),
}
CLITIC = re.compile(r"(?<=\w)(?:n['’]t|['’](?:s|re|ve|ll|d|m))$", re.IGNORECASE)
HYPHEN = re.compile("([-\u2010\u2011])")
PREFIXES = (
    "a ante anti arch auto bi co counter cross crypto de dis e ex extra hyper inter intra macro mega meta micro mid mini mis mono "
    "multi neo non para poly post pre pro proto pseudo quasi re semi socio sub super supra trans tri ultra un uni where"
)
KEEP_HYPHEN = frozenset(PREFIXES.split())
ONE_NUMBER = re.compile(r"\d+(?:-\d+){2,}|\d{3}-\d{4}|\d{5}-\d{4}|\d+0['’]s")
UNITS = (
    "am pm k mm cm m km in ft yd yds mi mile miles g mg kg lb lbs oz ml l mph kph kw hz khz mhz ghz kb mb gb tb hr hrs min mins sec secs"
)
MEASURE = re.compile(rf"(\d+(?:[.,:]\d+)*)({'|'.join(sorted(UNITS.split(), key=len, reverse=True))}|f|c|x)", re.IGNORECASE)
FRENCH_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?=\w)", re.IGNORECASE)


def english_parts(word: str) -> list[str]:
    """Hyphens part words but for prefixes, telephone numbers and the like; clitics are parted from their word, units from their number."""
    if word.isalpha():
        return cut_at(word, CUTS.get(word.lower(), ()))
    if found := MEASURE.fullmatch(word):
        return [found[1], found[2]]
    if ONE_NUMBER.fullmatch(word):
        return [word]
    parts: list[str] = []
    for part in hyphenated(word):
        clitics: list[str] = []
        while clitic := CLITIC.search(part):
            clitics.append(clitic[0])
            part = part[: clitic.start()]
        parts += [*(cut_at(part, CUTS.get(part.lower(), ())) if part.isalpha() else [part]), *reversed(clitics)]
    return parts


def hyphenated(word: str) -> list[str]:
    """A word parted at its hyphens; a prefix keeps its hyphen and its word."""
    parts = HYPHEN.split(word)
    if parts[0].lower() in KEEP_HYPHEN:
        parts = ["".join(parts[:3]), *parts[3:]]
    return parts


def french_parts(word: str) -> list[str]:
    """Elided words are parted from the next one: l' homme, qu' il; aujourd'hui is one."""
    parts = []
    while found := FRENCH_ELISION.match(word):
        parts.append(found[0])
        word = word[found.end() :]
    return [*parts, word]


def cut_at(word: str, places: tuple[int, ...]) -> list[str]:
    """A word cut at places; negative ones count from its end."""
    marks = [0, *(place % len(word) for place in places), len(word)]
    return [word[start:end] for start, end in zip(marks, marks[1:], strict=False)]


LANGUAGES = {NEUTRAL: Rules(), "en": Rules(ENGLISH_WHOLE, english_parts), "fr": Rules((), french_parts)}
