"""Tokenizers: what they split, and that joining gives the line back whatever it holds."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.text.tokenizers import JOINER, SPACE, make_tokenizer, protected, restored

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
    "%",
    "%ffed",
    "%2581",
    "%0025",
    "ffed",
    "2581",
    "0025",
    JOINER,
    SPACE,
]
PIECES += [
    "\u0301",
    "\u200d",
    "\u200c",
    "\ufe0f",
    "👩‍💻",
    "🇩🇪",
    "👍🏽",
    "漢字",
    "かな",
    "שָׁלוֹם",
    "سلام،",
    "\u202e",
    "हिन्दी",
    "\ufeff",
    "\0",
    "<pad>",
]
PIECES += [" ", "  ", "\u00a0", "\t", "\u2028", "\u0085", "\f", "\x1c"]
LINES = st.lists(st.sampled_from(PIECES)).map("".join) | st.text()


def single_spaced(text):
    return " ".join(text.split())


@given(st.sampled_from(["whitespace", "word", "character"]), LINES)
@example("word", "l'homme ' dit'x '’a '")
@example("word", f"{JOINER} a{JOINER}b {JOINER}{JOINER} %ffed{JOINER}")
@example("character", f"a {SPACE} %2581 {SPACE}{SPACE}")
def test_joining_what_was_split_gives_the_single_spaced_line_back(name, line):
    tokenizer = make_tokenizer(name)
    tokens = tokenizer.split(line)
    assert tokenizer.join(tokens) == single_spaced(line)
    assert all(token and not any(character.isspace() for character in token) for token in tokens)
    assert tokenizer.name == name


@given(LINES)
def test_protected_text_holds_no_mark_and_is_restored(text):
    safe = protected(text)
    assert JOINER not in safe
    assert SPACE not in safe
    assert restored(safe) == text


@given(LINES)
def test_joiner_marks_stand_only_at_the_ends_of_tokens(line):
    assert all(JOINER not in token.strip(JOINER) for token in make_tokenizer("word").split(line))


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("l'homme dit : « oui ».", ["l'￭", "homme", "dit", ":", "«", "oui", "»", "￭."]),
        ("Don’t go (now)!", ["Don’￭", "t", "go", "(￭", "now", "￭)", "￭!"]),
        ("a-b_c", ["a", "￭-￭", "b", "￭_￭", "c"]),
        ("end...", ["end", "￭.", "￭.", "￭."]),
        ("'tis dogs'", ["'￭", "tis", "dogs", "￭'"]),
        ("5 % of ￭", ["5", "%", "of", "%ffed"]),
        ("%ffed", ["%￭", "ffed"]),
        ("漢字、かな", ["漢字", "￭、￭", "かな"]),
        ("סלם, שָׁלוֹם", ["סלם", "￭,", "שָׁלוֹם"]),
        ("resume\u0301s हिन्दी می\u200cخواهم", ["resume\u0301s", "हिन्दी", "می\u200cخواهم"]),
        ("go👩‍💻❤️!", ["go", "￭👩‍💻", "￭❤️", "￭!"]),
        ("  \t ", []),
    ],
)
def test_words_part_from_punctuation_and_marks_say_where_no_space_stood(line, tokens):
    assert make_tokenizer("word").split(line) == tokens


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1), st.sampled_from(["NFC", "NFD"]))
def test_a_word_of_letters_is_one_token_however_it_is_composed(word, form):
    word = unicodedata.normalize(form, word)
    if word[0].isalnum():
        assert make_tokenizer("word").split(word) == [word]


@pytest.mark.parametrize(
    ("name", "line", "tokens"),
    [
        ("whitespace", " a, b\u00a0c ", ["a,", "b", "c"]),
        ("character", " ab  ▁ % ", ["a", "b", "▁", "%2581", "▁", "%"]),
        ("character", "", []),
    ],
)
def test_spaces_and_characters(name, line, tokens):
    assert make_tokenizer(name).split(line) == tokens


def test_torchtext_tokenizers_go_by_their_name():
    tokenizer = make_tokenizer("torchtext:basic_english")
    assert tokenizer.name == "torchtext:basic_english"
    assert tokenizer.split("Don't stop.") == ["don", "'", "t", "stop", "."]
    assert tokenizer.join(["don", "'", "t"]) == "don ' t"


@pytest.mark.parametrize(
    ("name", "near"),
    [("wrod", "; did you mean 'word'?"), ("whitespaces", "; did you mean 'whitespace'?"), ("bpee", "; did you mean 'bpe'?"), ("zzz", ".")],
)
def test_an_unknown_tokenizer_is_named_with_its_nearest(name, near):
    with pytest.raises(UsageError) as caught:
        make_tokenizer(name)
    assert str(caught.value) == f"no tokenizer {name!r}{near} Tokenizers: whitespace, word, character, bpe, unigram, torchtext:NAME."
