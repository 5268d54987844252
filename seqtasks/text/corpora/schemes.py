"""Entity tags of a corpus in their scheme: checked with their lines, repaired and counted, by every reader alike."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.tags import NESTED, PREFIXES, fitting_schemes, is_tag, read_tags


def in_scheme(
    corpus: Corpus[TaggedSentence],
    layer: str,
    scheme: str,
    *,
    remedy: str,
    lines: Sequence[Sequence[int]] | None = None,
    converted: Container[int] = (),
) -> Corpus[TaggedSentence]:
    """The corpus with legal tags in a layer, in the scheme that `scheme` is read as; a note counts those that had to be repaired.

    lines: of each word of each sentence; None where a sentence is one line. converted: numbers of sentences that stand in the scheme
    already. remedy: where to look if the scheme is not at fault.
    Raises DataError for the first tag that the scheme does not have, naming the schemes that all tags of the corpus fit.
    """
    examples, repaired, first = [], 0, 0
    for number, example in enumerate(corpus):
        if number in converted:
            examples.append(example)
            continue
        places = lines[number] if lines else [example.line] * len(example.words)
        for tag, line in zip(example.tags[layer], places, strict=True):
            if not is_tag(tag, scheme):
                raise wrong_tag(corpus, layer, scheme, tag, line, remedy)
        tags, changed = read_tags(example.tags[layer], scheme)
        if changed:
            repaired, first = repaired + len(changed), first or places[changed[0]]
        examples.append(replace(example, tags={**example.tags, layer: tuple(tags)}))
    notes = (f"{corpus.path}: repaired {repaired} illegal tags in layer {layer} (first at line {first})",) if repaired else ()
    return Corpus(examples, corpus.path, corpus.checksum, (*corpus.notes, *notes))


def wrong_tag(corpus: Corpus[TaggedSentence], layer: str, scheme: str, tag: str, line: int, remedy: str) -> DataError:
    """What to say of a tag that its scheme does not have."""
    fitting = fitting_schemes(tag for example in corpus for tag in example.tags[layer])
    names = " or ".join(f'"{name}"' for name in fitting)
    return DataError(
        corpus.path,
        line,
        f"{tag!r} is no {scheme} tag",
        f"Every tag of the file fits data.scheme = {names}"
        if fitting
        else f"Expected O or one of {prefixes('BIO' if scheme == NESTED else scheme)}; {remedy}",
    )


def prefixes(scheme: str) -> str:
    """ "B-LABEL, I-LABEL" for a message."""
    return ", ".join(f"{prefix}-LABEL" for prefix in PREFIXES[scheme])
