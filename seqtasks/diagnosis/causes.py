"""What usually causes each fault of a translation, and what may help: keys of a recipe, as `seqtasks run --set KEY=VALUE` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """usually: what causes the fault; settings: what to try first, "key=value"; beside: what else may help."""

    usually: str
    settings: tuple[str, ...]
    beside: str

    def advice(self, settings: Sequence[str]) -> str:
        """The settings that may help as they are typed, and what else may."""
        return "; ".join(filter(None, [", ".join(f"--set {setting}" for setting in settings), self.beside]))


CAUSES = {
    "unrelated output": Cause(
        "The decoder writes what is frequent in training and does not look at the source: too little training or data, pairs that do not "
        "belong together, or text unlike the training data.",
        ("training.guided_attention=1.0", "training.label_smoothing=0.1"),
        "more training.epochs; check that the two files are aligned line by line.",
    ),
    "copied source": Cause(
        "Training pairs whose target is (partly) the source teach to copy; rare words are copied where both sides share a vocabulary.",
        ("text.joint=false",),
        "remove training pairs whose two sides are alike.",
    ),
    "cut at the limit": Cause(
        "Right answers are longer than decoding.length_ratio x source tokens + decoding.length_extra, as where numbers become words.",
        (),
        "a higher decoding.length_ratio; the run says before training how high.",
    ),
    "over-length": Cause(
        "The model never gives the end: it is trained too little or runs in a circle.",
        ("decoding.block_ngrams=4", "decoding.length_penalty=none"),
        "more training.epochs.",
    ),
    "truncation": Cause(
        "Each word costs probability, so a search with many beams likes short outputs; or training pairs were cut or badly aligned.",
        ("decoding.length_penalty=average", "decoding.coverage_penalty=0.01"),
        "a higher decoding.alpha; look at short targets in the training part.",
    ),
    "repetition": Cause(
        "The decoder does not know what it has said already: it is trained too little, or its attention stays where it was.",
        ("decoding.block_ngrams=4", "decoder.attention=coverage"),
        "more training.epochs. Blocking hides the fault, training and coverage cure it.",
    ),
    "wrong word": Cause(
        "The word is rare in training or stands beside others of its kind, or training ended too early; in free text also a right synonym "
        "that no other line shows.",
        (),
        "more training.epochs; training pairs with these words; for the count, further references.",
    ),
    "wrong form": Cause(
        "Agreement with a word further off, or an ending that training shows too seldom.",
        (),
        "more training.epochs; a larger decoder.hidden_size.",
    ),
    "missing word": Cause(
        "Attention passes over words: rare ones, or the later part of a long sentence.",
        ("decoding.coverage_penalty=0.01", "decoder.attention=coverage", "training.guided_attention=1.0"),
        "more training data with these words.",
    ),
    "invented word": Cause(
        "The decoder writes what is frequent in training beside the words before, more than what the source says.",
        ("training.guided_attention=1.0",),
        "more training.epochs.",
    ),
    "wrong order": Cause(
        "The words are known, the order of their language is not yet.",
        (),
        "more training.epochs; a larger decoder.hidden_size.",
    ),
    "unknown words in the output": Cause(
        "The target vocabulary lacks words that are wanted, so training taught the token that stands for all of them.",
        ("text.tokenizer=bpe", "text.min_count=1"),
        "a larger text.size; decoding.replace_unknown.",
    ),
    "unknown words in the source": Cause(
        "The text has words that training did not show, or characters where words are cut in pieces: another script, signs, spellings.",
        ("text.tokenizer=bpe", "text.min_count=1"),
        "a larger text.size; training data with such text.",
    ),
}
