"""brat's standoff: pairs of a text and its annotations, `doc.txt` and `doc.ann` (brat.nlplab.org/standoff.html).

Read are text-bound annotations, "T1<tab>PER 0 4<tab>Anna": offsets count characters of the text, line ends too, the end exclusive.
Relations, events, attributes and notes (lines that begin with R, *, E, A, M, N or #) are passed over. A sentence is a line of the text,
or several where a span stands on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.annotations import Annotation, character_offsets
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import opened, read_lines
from seqtasks.text.corpora.met import Met
from seqtasks.text.corpora.offsets import CHARACTERS, OffsetText
from seqtasks.text.corpora.spans_as_tags import outermost
from seqtasks.text.tags import Span, tags_of
from seqtasks.text.tokenizers import visible_word
from seqtasks.text.words import word_spans

LONGEST_TEXT = 50_000_000  # bytes of a document
BOUND = re.compile(r"(\S+) ([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)")
NUMBERS = re.compile(r"[0-9]+")
PASSED = re.compile(r"(?:[REAMN#][0-9]+|\*)\t")


@dataclass
class Counts:
    """What was met in the documents."""

    apart: Met = field(default_factory=Met)  # spans of several fragments
    cut: Met = field(default_factory=Met)  # spans that begin or end within a word
    lost: Met = field(default_factory=Met)  # spans without a word
    others: Met = field(default_factory=Met)  # offsets that count no characters
    counted: str = ""

    def notes(self, path: Path) -> tuple[str, ...]:
        """A line for each that was met."""
        told = (
            (self.apart, "are of several fragments; they are read from the first to the last"),
            (self.cut, "begin or end within a word; they are read as the whole of it"),
            (self.lost, "cover no word and are left out"),
            (self.others, f"have offsets that count {self.counted}, not characters, as the text that they quote shows; they are read so"),
        )
        return tuple(f"{path}: {met.count:,} spans {what} ({met.place})" for met, what in told if met.count)


def read_brat(path: Path | str, *, layer: str = "ner", language: str = "") -> Corpus[TaggedSentence]:
    """The sentences of a folder of documents (and of the folders in it), or of one document, given by either of its files.

    Tags are BIO, of the outermost spans; every span stays in `.spans`. Words are those that the language splits the text into; `line` is
    that of the sentence in its own file. Raises DataError with the file and line of a fault, and for a file without its other half.
    """
    path = Path(path)
    digest, counts = sha256(), Counts()
    sentences: list[TaggedSentence] = []
    for text_file, spans_file in documents_of(path):
        text = text_of(text_file)
        digest.update(sha256(text.encode()).digest())
        digest.update(sha256("\n".join(line for _, line in read_lines(spans_file)).encode()).digest())
        spans = list(spans_of_document(spans_file, OffsetText(text), counts))
        sentences += sentences_of(text_file, text, spans, layer, language, counts)
    return Corpus(sentences, str(path), digest.hexdigest(), counts.notes(path))


def documents_of(path: Path) -> list[tuple[Path, Path]]:
    """(text, annotations) of each document, in the order of their names. Raises DataError where one of the two is missing."""
    if not path.is_dir():
        named = [path.with_suffix(".txt")]
    else:
        files = [file for file in path.rglob("*") if file.suffix in (".txt", ".ann") and not file.name.startswith(".")]
        named = sorted({file.with_suffix(".txt") for file in files})
    if not named:
        raise DataError(path, 0, "no .ann file in it", "Give the folder of the .txt and .ann files")
    for text in named:
        for file, other in ((text, text.with_suffix(".ann")), (text.with_suffix(".ann"), text)):
            if not file.is_file():
                raise DataError(other, 0, f"no {file.name} beside it", "A text is NAME.txt and its spans NAME.ann (empty for none)")
    return [(text, text.with_suffix(".ann")) for text in named]


def text_of(path: Path) -> str:
    """A document as it stands, carriage returns too, for offsets count them."""
    with opened(path) as file:
        held = file.read(LONGEST_TEXT + 1)
    if len(held) > LONGEST_TEXT:
        raise DataError(path, 0, f"a document of more than {LONGEST_TEXT:,} bytes", "Cut it into several")
    try:
        return held.decode("utf-8")
    except UnicodeDecodeError:
        for _ in read_lines(path):  # which says where, and what to do
            pass
        raise


def spans_of_document(path: Path, text: OffsetText, counts: Counts) -> Iterator[tuple[int, Span]]:
    """(line, span over characters) of each text-bound annotation."""
    for number, line in read_lines(path):
        if not line.strip() or PASSED.match(line):
            continue
        head, _, rest = line.partition("\t")
        found = BOUND.fullmatch(rest.partition("\t")[0]) if head.startswith("T") else None
        quote = rest.partition("\t")[2]
        if found is None or not quote or any(len(count) > 18 for count in NUMBERS.findall(found[2])):
            raise DataError(path, number, f"no annotation of brat: {line[:60]!r}", "Spans are written 'T1<tab>LABEL START END<tab>TEXT'")
        pairs = [fragment.split(" ") for fragment in found[2].split(";")]
        fragments = [(int(start), int(end)) for start, end in pairs]
        read = text.quoted(fragments, quote)
        if read is None:
            start, end = fragments[0][0], fragments[-1][1]
            there = text.text[start:end][:40]
            problem = f"offsets {start} to {end} read {there!r} in the text, but the span is of {quote[:40]!r}"
            raise DataError(path, number, problem, "Was the text changed after it was annotated? Restore it, or annotate it again")
        if read.counted != CHARACTERS:
            counts.others.add(number, path.name)
            counts.counted = read.counted
        places = sorted(read.fragments)
        if any(text.text[left[1] : right[0]].strip() for left, right in zip(places, places[1:], strict=False)):
            counts.apart.add(number, path.name)
        yield number, Span(places[0][0], places[-1][1], found[1])


def sentences_of(
    path: Path, text: str, spans: Sequence[tuple[int, Span]], layer: str, language: str, counts: Counts
) -> Iterator[TaggedSentence]:
    """The lines of a text that hold words, those that a span joins as one; with the spans over their words."""
    waiting = sorted(spans, key=lambda one: one[1])
    begin, number, taken = 0, 1, 0
    while begin < len(text):
        end = line_end(text, begin)
        inside = []
        while taken < len(waiting) and waiting[taken][1].start < end:
            line, span = waiting[taken]
            while span.end > end:
                end = line_end(text, end)
            inside.append((line, Span(span.start - begin, span.end - begin, span.label)))
            taken += 1
        yield from sentence_of(path, number, text[begin:end], inside, layer, language, counts)
        number += text.count("\n", begin, end)
        begin = end


def line_end(text: str, position: int) -> int:
    """Where the line ends in which a position lies: after its line feed."""
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def sentence_of(
    path: Path, number: int, text: str, spans: Sequence[tuple[int, Span]], layer: str, language: str, counts: Counts
) -> Iterator[TaggedSentence]:
    """One sentence, if it holds a word."""
    places = tuple(word_spans(text, language))
    kept: list[Span] = []
    for line, span in spans:
        covered, cut = character_offsets(Annotation(number, text, None, places, (span,)))
        counts.cut.add(line, path.with_suffix(".ann").name, times=cut)
        counts.lost.add(line, path.with_suffix(".ann").name, times=int(not covered))
        kept += covered
    words = tuple(visible_word(text[place.start : place.end]) for place in places)
    if words:
        yield TaggedSentence(words, {layer: tuple(tags_of(outermost(kept), len(words), "BIO"))}, number, tuple(kept))
