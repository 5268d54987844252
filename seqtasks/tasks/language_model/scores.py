"""The scores of a language model on lines of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqtasks.evaluation.language_metrics import LANGUAGE_METRICS, TextLikelihood, language_scores
from seqtasks.evaluation.score import Score
from seqtasks.inference.writer import Writer, by_sentence
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.text.encoded import Ragged
from seqtasks.text.tokenizers import JOINER
from seqtasks.text.vocabulary import Language

HEAD = "text"
OF_WORDS = ("whitespace", "word")  # tokenizers whose tokens are words and marks: their perplexity is one of words already


def encoded(lines: Sequence[str], language: Language) -> Ragged:
    """The tokens of each line, with the end of the sentence."""
    return Ragged.from_lists([language.encode(line) for line in lines])


def marks_apart(line: str, language: Language) -> int:
    """How many tokens of a line are unknown only since a space parts them from a neighbour: "dog ." where training has "dog."."""
    tokens, vocabulary = language.split(line), language.vocabulary
    unknown = [token for token, number in zip(tokens, vocabulary.ids(tokens), strict=True) if number == vocabulary.unk]
    attached = (vocabulary.ids([JOINER + token, token + JOINER]) for token in unknown)
    return sum(set(found) != {vocabulary.unk} for found in attached)


def judged(writer: Writer, lines: Sequence[str]) -> tuple[TextLikelihood, int]:
    """What the model says of lines, and how many of their tokens it had right."""
    sentences = encoded(lines, writer.language)
    found = writer.score(sentences)
    texts = [line.lower() if writer.language.lowercase else line for line in lines]
    words = [text.split() for text in texts]
    return TextLikelihood(
        by_sentence(-found.log_probs_T, sentences),
        sentences.lengths,
        np.array([len(row) + 1 for row in words]),
        np.array([len(" ".join(row)) + 1 for row in words]),
        int((sentences.values == writer.language.vocabulary.unk).sum()),
    ), int(found.right_T.sum())


def scores_of(found: TextLikelihood, right: int, recipe: LanguageModelRecipe, language: Language, *, split: str) -> list[Score]:
    """Perplexity of tokens (and, where these are no words, of words), bits per character, and accuracy of the most probable token."""
    settings = {"tokenizer": recipe.text.tokenizer, "vocabulary": len(language.vocabulary), "context": recipe.data.context}
    names = [name for name in LANGUAGE_METRICS if name != "word_perplexity" or recipe.text.tokenizer not in OF_WORDS]
    scores = language_scores(found, {name: LANGUAGE_METRICS[name] for name in names}, split=split, head=HEAD, settings=settings)
    tokens = int(found.tokens_N.sum())
    return [*scores, Score("accuracy", 100 * right / tokens, split, HEAD, f"unit:token|tokens:{tokens}|eos:counted|unk:one word", None)]
