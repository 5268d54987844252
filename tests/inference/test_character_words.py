"""Words of models whose tokens are characters."""

from seqtasks.inference.word_alignment import named, word_starts
from seqtasks.text.tokenizers import CharacterTokenizer
from seqtasks.text.vocabulary import EOS


def words(text: str) -> list[str]:
    tokens = [*CharacterTokenizer().split(text), EOS]
    return named(tokens, word_starts(tokens, characters=True))[:-1]


def test_words_of_characters_do_not_depend_on_spaces_elsewhere() -> None:
    date = ["02", ".", "05", ".", "1954"]
    assert words("02.05.1954") == date
    assert words("le 02.05.1954") == ["le", *date]
    assert words("02.05.1954 !") == [*date, "!"]


def test_every_character_of_a_script_without_spaces_is_a_word() -> None:
    assert words("我是A1") == ["我", "是", "A1"]


def test_other_tokens_without_marks_are_words() -> None:
    assert word_starts(["a", "b"]) == [0, 1]
