"""What a caller hands to a tagger, checked: sentences of words, and a tag for each word. Places in messages count from 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seqtasks.errors import DataError
from seqtasks.text.given import refuse_unordered, shown
from seqtasks.text.tags import OUTSIDE, PREFIXES, is_legal, split_tag


def checked_sentences(sentences: Iterable[Sequence[str]]) -> list[list[str]]:
    """The sentences as lists of words. Raises DataError where one is a str, or a word is none."""
    return rows_of(sentences, "sentences", "a sentence", "a word")


def checked_tagged(sentences: Iterable[Sequence[str]], tags: Iterable[Sequence[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Sentences and their tags as lists. Raises DataError where the two are not aligned word by word."""
    words, labels = checked_sentences(sentences), rows_of(tags, "tags", "the tags of a sentence", "a tag")
    if len(words) != len(labels):
        raise DataError("sentences, tags", 0, f"{len(words)} sentences, but tags of {len(labels)}", "Give the tags of each sentence")
    for number, (row, tag_row) in enumerate(zip(words, labels, strict=True), start=1):
        if len(row) != len(tag_row):
            raise DataError(f"sentence {number}", 0, f"{len(row)} words, but {len(tag_row)} tags", "Give one tag for each word")
    return words, labels


def rows_of(rows: Iterable[Sequence[str]], name: str, one: str, item: str) -> list[list[str]]:
    """Rows of str as lists of str. Raises DataError for anything else."""
    refuse_unordered(name, rows)
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        found = f"the text {shown(rows)}" if isinstance(rows, str | bytes) else shown(rows)
        raise DataError(name, 0, f"got {found}", f"Give a list; {one} is a list of str")
    result = []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, list) and set(map(type, row)) <= {str}:  # nearly always
            result.append([*row])
            continue
        place = f"sentence {number}"
        whole = place if name == "sentences" else f"{name} of {place}"
        if isinstance(row, str | bytes):
            raise DataError(whole, 0, f"got the text {shown(row)}", f"Give {one} as a list of str, such as {shown(row.split()[:3])}")
        if not isinstance(row, Iterable):
            raise DataError(whole, 0, f"got {shown(row)}", f"Give {one} as a list of str")
        result.append(list(row))
        for position, value in enumerate(result[-1], start=1):
            if not isinstance(value, str):
                raise DataError(place, 0, f"{item} must be a str, got {shown(value)} at position {position}", "Convert it with str()")
    return result


def refuse_no_words(sentences: Sequence[Sequence[str]]) -> None:
    """Raises DataError where there is nothing to learn from."""
    if not any(sentences):
        raise DataError("sentences", 0, "no sentence has a word", "Give at least one sentence with its tags")


def check_entity_tags(tags: Sequence[Sequence[str]], scheme: str, *, chain: bool) -> None:
    """Raises DataError for a tag that is none of the scheme's; chain: also for one that may not stand where it does."""
    prefixes = PREFIXES[scheme]
    fine: set[tuple[str | None, str | None]] = set()
    for number, row in enumerate(tags, start=1):
        for position, step in enumerate(zip([None, *row], [*row, None], strict=True), start=1):
            if step in fine:
                continue
            fine.add(step)
            before, tag = step
            place = f"sentence {number}"
            if tag is not None and not is_entity_tag(tag, prefixes):
                problem = (
                    f"tag {tag!r} of word {position} is neither O nor one of {', '.join(f'{prefix}-' for prefix in prefixes)} and a label"
                )
                raise DataError(place, 0, problem, f"Give tags in {scheme}, or scheme=None for tags that are no spans")
            if chain and not is_legal(before, tag, scheme):
                met = f"{tag} of word {position} may not follow {before or 'the start'}" if tag else f"{before} may not end a sentence"
                raise DataError(place, 0, f"{met} in {scheme}", "Repair the tags with seqtasks.text.tags.repair, or give scheme=None")


def is_entity_tag(tag: str, prefixes: str) -> bool:
    """Whether the tag is O, or a prefix, a hyphen and a label."""
    prefix, label = split_tag(tag)
    return tag == OUTSIDE or (len(prefix) == 1 and prefix in prefixes and bool(label))
