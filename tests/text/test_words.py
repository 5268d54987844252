"""Raw text to words with their places: nothing lost, nothing rewritten, words as treebanks have them, time that grows with the text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.text import words as words_module
from seqtasks.text.languages import LANGUAGES
from seqtasks.text.words import cut, word_spans, words_of

INVISIBLE = "\u00ad\u2060\u200b\u200e\u200f\u202a\u202e\u2066\ufeff"
PIECES = [
    "a",
    "Z",
    "7",
    "é",
    "e\u0301",
    "'",
    "’",
    "-",
    "_",
    ".",
    "...",
    "!?",
    ",",
    ":",
    ";",
    "@",
    "#",
    "/",
    "&",
    "(",
    ")",
    "<",
    "^",
    "\u00ad",
]
PIECES += [
    "http://",
    "www.",
    "n't",
    "'s",
    "Dr.",
    "U.S.",
    "10:30",
    "pm",
    "👩‍💻",
    "🇩🇪",
    "👍🏽",
    "漢字",
    "שָׁלוֹם",
    "हिन्दी",
    "\0",
    "\u0301",
    "\u200d",
]
PIECES += [" ", "\u00a0", "\t", "\n", "\r", "\u2028", "\u0085", "\x1c", *INVISIBLE]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text()


def blank(text):
    return all(
        sign.isspace() or sign in "\u00ad\u2060\u200b\u200e\u200f\ufeff" or "\u202a" <= sign <= "\u202e" or "\u2066" <= sign <= "\u2069"
        for sign in text
    )


@given(TEXTS, st.sampled_from(["", "en", "fr", "da"]))
@example("can't've o'clock 'tis rock-'n'-roll", "en")
@example("a" * 1200 + "b." * 400, "en")
@example("qu'il l'l'", "fr")
def test_words_stand_in_order_and_only_white_space_and_invisible_signs_between_them(text, language):
    spans = word_spans(text, language)
    end = 0
    for left, right in spans:
        assert end <= left < right
        assert blank(text[end:left])
        assert not any(sign.isspace() for sign in text[left:right])
        end = right
    assert blank(text[end:])


@given(TEXTS, TEXTS, st.sampled_from(list(LANGUAGES)))
def test_a_words_company_does_not_change_it(first, second, language):
    assert words_of(f"{first} {second}", language) == words_of(first, language) + words_of(second, language)


EVERYWHERE = [
    ("Where is Iguazu?", "Where|is|Iguazu|?"),
    ('"Yes", (she) said.', '"|Yes|"|,|(|she|)|said|.'),
    ("1,000.50 at 10:30 on 12/05/2001, 3.5.", "1,000.50|at|10:30|on|12/05/2001|,|3.5|."),
    ("the U.S. and p.m. e.g. J. Smith", "the|U.S.|and|p.m.|e.g.|J.|Smith"),
    ("http://a.b/c(d)?x=1, (www.a.org).", "http://a.b/c(d)?x=1|,|(|www.a.org|)|."),
    ("mail me@x-y.co.uk! see a.com/b.", "mail|me@x-y.co.uk|!|see|a.com/b|."),
    ("@mara #wins #1", "@mara|#wins|#|1"),
    (":) ;-) :D <3 (see:)", ":)|;-)|:D|<3|(|see|:|)"),
    ("wait... what?! no!!! -- ====", "wait|...|what|?!|no|!!!|--|===="),
    ("end.Start report.doc i.e", "end|.|Start|report.doc|i.e"),
    ("resume\u0301s हिन्दी می\u200cخواهم in\u00adfo", "resume\u0301s|हिन्दी|می\u200cخواهم|in\u00adfo"),
    ("go👩‍💻❤️👍🏽🇩🇪!", "go|👩‍💻|❤️|👍🏽|🇩🇪|!"),
    ("שָׁלוֹם\u200f, a\u200bb", "שָׁלוֹם|,|a|b"),
    ("10\u00a0000\u2028b\tc", "10|000|b|c"),
    ("_so_ a_b ___ AT&T C#", "_|so|_|a_b|___|AT&T|C|#"),
    ("a\0b", "a|\0|b"),
    ("", ""),
    (" \u200b ", ""),
]
NEUTRAL = [("don't l'homme SPD-Chef 20-jährig 10am", "don't|l'homme|SPD-Chef|20-jährig|10am"), ("Dr. No.", "Dr|.|No|.")]
ENGLISH = [
    ("I don't, CAN'T, won’t; cannot", "I|do|n't|,|CA|N'T|,|wo|n’t|;|can|not"),
    ("they're John's he'd've I'm", "they|'re|John|'s|he|'d|'ve|I|'m"),
    ("gonna wanna dunno dont im", "gon|na|wan|na|du|n|no|do|nt|i|m"),
    ("the dogs' O'Brien o'clock '90s 'em 80's", "the|dogs|'|O'Brien|o'clock|'90s|'em|80's"),
    ("Dr. Smith vs. Acme Inc. in Sept. etc.", "Dr.|Smith|vs.|Acme|Inc.|in|Sept.|etc."),
    ("well-known e-mail co-founder's mother-in-law", "well|-|known|e-mail|co-founder|'s|mother|-|in|-|law"),
    ("713-853-3989 646-8420 5-10", "713-853-3989|646-8420|5|-|10"),
    ("10am 5ft 3rd 1990s $5 5%", "10|am|5|ft|3rd|1990s|$|5|5|%"),
    ("and/or w/o he/she", "and|/|or|w/o|he|/|she"),
    ("isn't-it non-U.S.", "is|n't|-|it|non-U.S|."),
]
FRENCH = [("L'homme qu’il aujourd'hui d'l'a, j'ai!", "L'|homme|qu’|il|aujourd'hui|d'|l'|a|,|j'|ai|!"), ("peut-être", "peut-être")]
TABLE = [(language, *row) for language in ("", "en", "fr") for row in EVERYWHERE]
TABLE += (
    [("", *row) for row in NEUTRAL]
    + [("da", *row) for row in NEUTRAL]
    + [("en", *row) for row in ENGLISH]
    + [("fr", *row) for row in FRENCH]
)


@pytest.mark.parametrize(("language", "text", "expected"), TABLE)
def test_words_are_those_of_treebanks(language, text, expected):
    assert words_of(text, language) == expected.split("|") if expected else words_of(text, language) == []


@pytest.mark.parametrize("language", ["english", "EN", "e", "e1", "en "])
def test_what_is_no_code_of_a_language_is_refused(language):
    with pytest.raises(UsageError) as caught:
        word_spans("a", language)
    assert str(caught.value) == f"language {language!r} is no code of two small letters. Give one such as 'en', or leave it out."


def test_what_is_remembered_changes_nothing():
    text = "don't Dr. x@y.com 5pm well-known ..."
    alone = [(chunk.start() + left, chunk.start() + right) for chunk in re.finditer(r"\S+", text) for left, right in cut(chunk[0], "en")]
    assert word_spans(text, "en") == alone == word_spans(text, "en")


@pytest.mark.parametrize(
    "unit", ["a", "a.", "a-", "a.b+c@d/", "http://", "(", "漢字、", "@/", ":;=", "_", "a_", "^_", "1-", "'", "é\u0301"]
)
def test_a_line_without_a_space_is_cut_in_pieces_that_are_each_looked_at_once(unit, monkeypatch):
    text, pieces = unit * (20_000 // len(unit)), []
    monkeypatch.setattr(words_module, "cut", lambda piece, language: pieces.append(piece) or cut(piece, language))
    spans = word_spans(text, "en")
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= words_module.LONGEST_CHUNK
    assert len(pieces) <= 2 * len(text) / words_module.LONGEST_CHUNK + 1
    assert "".join(text[start:end] for start, end in spans) == text
    assert max(end - start for start, end in spans) <= words_module.LONGEST_CHUNK
