"""Words of running text as a reader counts them: for lengths of sentences and for comparing a translation with its source.

Words stand between white space, with punctuation apart. Scripts that write no spaces (Chinese, Japanese, Thai and their neighbours) have a
word for each character: too many, but lengths and repetitions can be compared.
"""

from __future__ import annotations

import re

from seqtasks.text.tokenizers import is_word, plain_pieces

WITHOUT_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, Chinese characters
)
CHARACTER = re.compile(f"[{WITHOUT_SPACES}]")


def words_and_marks(text: str) -> list[str]:
    """The words and punctuation marks of a line, as written."""
    return [piece for chunk in CHARACTER.sub(r" \g<0> ", text).split() for piece in plain_pieces(chunk)]


def plain_words(text: str) -> list[str]:
    """The words of a line, as written, without punctuation."""
    return [piece for piece in words_and_marks(text) if is_word(piece)]
