"""Entity tags of a corpus in their scheme: checked with their lines, repaired and counted, by every reader alike.

Files may also hold IO tags ("I-PER", or "PER" alone: touching words of one label are one span), BILOU's and BMES's; they are read as BIO
and BIOES (`seqtasks.text.tags.READ_AS`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.tags import JOINT, NESTED, OUTSIDE, PREFIXES, convert, repair, split_tag

RENAMED = {"BILOU": {"L": "E", "U": "S"}, "BMES": {"M": "I"}}  # their prefixes in BIOES


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
    return replace(corpus, examples=examples, notes=(*corpus.notes, *notes))


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


def is_tag(tag: str, scheme: str) -> bool:
    """Whether a tag can stand in a scheme of files: "O", or one of its prefixes with a label ("nested": such BIO tags joined by "+")."""
    if scheme == NESTED:
        return all(is_tag(layer, "BIO") for layer in tag.split(JOINT))
    prefix, label = split_tag(tag)
    return tag == OUTSIDE or (bool(label) and (prefix in tuple(PREFIXES[scheme]) or (scheme == "IO" and not prefix)))


def fitting_schemes(tags: Iterable[str]) -> list[str]:
    """The schemes of files in which all these tags can stand; IO, in which most can, only where some are "O"."""
    distinct = set(tags)
    known = [scheme for scheme in PREFIXES if scheme != "IO" or OUTSIDE in distinct]
    return [scheme for scheme in known if all(is_tag(tag, scheme) for tag in distinct)]


def read_tags(tags: Sequence[str], scheme: str) -> tuple[list[str], list[int]]:
    """A sentence's tags of a file, legal and in the scheme they are read as, and the positions of those that had to be repaired.

    Their spans are those of a lenient reading. Raises ValueError for an unknown scheme; see `is_tag` for tags that it does not have.
    """
    if scheme == "IO":
        whole = [tag if tag == OUTSIDE or split_tag(tag)[0] else f"I-{tag}" for tag in tags]
        return convert(whole, "BIO", "BIO"), []
    names = RENAMED.get(scheme, {})
    known = [f"{names[prefix]}-{label}" if (prefix := split_tag(tag)[0]) in names and (label := split_tag(tag)[1]) else tag for tag in tags]
    legal, _ = repair(known, "BIOES" if scheme in RENAMED else scheme)
    changed = [place for place, (old, new) in enumerate(zip(known, legal, strict=True)) if old != new]
    return convert(legal, "IOB1", "BIO") if scheme == "IOB1" else legal, changed
