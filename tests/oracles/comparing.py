"""Tables of a comparison by plain counting over words and entities."""

from __future__ import annotations

from collections.abc import Sequence

Tags = Sequence[Sequence[str]]


def plain_entities(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Entities of legal BIO tags: each B- with the I- that follow."""
    found = []
    for start, tag in enumerate(tags):
        if tag.startswith("B-"):
            end = start + 1
            while end < len(tags) and tags[end] == f"I-{tag[2:]}":
                end += 1
            found.append((start, end, tag[2:]))
    return found


def plain_word_cell(word: str, train_words: Tags, train_tags: Tags, words: Tags, tags: Tags) -> str:
    """The cell of a word, by looking through the whole of train and of the part."""

    def tags_of(sentences: Tags, answers: Tags) -> set[str]:
        rows = zip(sentences, answers, strict=True)
        return {tag for row in rows for form, tag in zip(*row, strict=True) if form == word}

    in_train = tags_of(train_words, train_tags)
    if in_train:
        return "known, ambiguous" if len(in_train) > 1 else "known, unambiguous"
    return "OOV, ambiguous" if len(tags_of(words, tags)) > 1 else "OOV, unambiguous"


def plain_entity_cell(form: Sequence[str], label: str, train_words: Tags, train_tags: Tags) -> str:
    """The cell of an entity, by looking through all entities of train."""
    types = set()
    for words, tags in zip(train_words, train_tags, strict=True):
        for start, end, other in plain_entities(tags):
            if list(words[start:end]) == list(form):
                types.add(other)
    if label in types:
        return "seen with this type"
    return "seen with another type" if types else "unseen"


def plain_cascade_score(
    gold: Tags, fast: Tags, slow: Tags, confidences: Sequence[Sequence[float]], threshold: float, whole: bool
) -> tuple[list[list[str]], int, int]:
    """The answers of the cascade, how many words are the fast system's, and in how many sentences it is sure of every word."""
    answers, words, sentences = [], 0, 0
    for one, other, sure in zip(fast, slow, confidences, strict=True):
        all_sure = bool(one) and all(value >= threshold for value in sure)
        sentences += all_sure
        if whole:
            answers.append(list(one if all_sure else other))
            words += len(one) * all_sure
        else:
            answers.append([a if value >= threshold else b for a, b, value in zip(one, other, sure, strict=True)])
            words += sum(value >= threshold for value in sure)
    return answers, words, sentences
