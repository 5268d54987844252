"""What a user's own corpus holds, before a model is trained on it: sizes, labels, repairs, and what several files share.

Reads through `text.corpora.readers`, so a run reads the same file in the same way, in formats of other packages too. Returns data; the
command line prints it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.diagnosis.parallel_data import parallel_notes
from seqtasks.diagnosis.tagged_data import tagged_notes
from seqtasks.errors import RecipeError, UsageError, did_you_mean
from seqtasks.registry import find_part, known_parts, option_faults
from seqtasks.text.corpora.examples import Corpus, SentencePair, TaggedSentence
from seqtasks.text.corpora.pair_readers import GROUP as PAIRS
from seqtasks.text.corpora.pair_readers import PAIR_READERS, TWO_FILES, read_pair_file
from seqtasks.text.corpora.parallel import listed, read_parallel
from seqtasks.text.corpora.readers import GIVEN, GROUP, LAYERED, READERS, ColumnSettings, Layer, read_layers, read_tagged
from seqtasks.text.corpora.schemes import fitting_schemes
from seqtasks.text.corpora.suffixes import tagged_format_by_content, tagged_format_of
from seqtasks.text.corpora.tables import Column

UNIVERSAL_NER = 1, 2  # columns of words and tags: id, form, tag, second tag, annotator


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read. None means: tell from the file (format by its suffix, columns by the format, scheme by the tags)."""

    format: str | None
    word_column: Column | None
    tag_column: Column | None
    scheme: str | None
    layers: tuple[str, ...]
    sentence_column: Column | None = None
    options: Mapping[str, Any] | None = None  # of parallel text in one file, and of a format of another package, as in [data.options]


@dataclass(frozen=True, slots=True)
class TextStatistics:
    """One text of a corpus: its words, or those of the source or the target. `longest_line` is the file's line number, 1-based."""

    name: str
    words: int
    distinct_words: int
    longest: int
    longest_line: int


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """`path` is as the user wrote it (source + target for parallel text); `sentences_seen` counts every sentence (or text: `unit`), for
    comparing files.
    """

    path: str
    format: str
    sides: tuple[TextStatistics, ...]
    labels: Mapping[str, Counter[str]]
    notes: tuple[str, ...]
    sentences_seen: Counter[Hashable]
    told: tuple[str, ...] = ()  # beside the notes, what is no fault
    unit: str = "sentences"

    @property
    def sentences(self) -> int:
        return self.sentences_seen.total()


@dataclass(frozen=True, slots=True)
class SharedSentences:
    """How many sentences of `later` occur in `earlier` too."""

    earlier: str
    later: str
    shared: int


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A label that a later file has and the first file lacks: no model trained on the first can predict it."""

    path: str
    layer: str
    label: str
    count: int


def corpus_statistics(paths: Sequence[Path], reading: Reading) -> list[CorpusStatistics]:
    """Read each file (each pair of files for parallel text) and count. Raises DataError at the first faulty line, UsageError."""
    kind = reading.format or format_of(paths[0])
    known = list(dict.fromkeys([*known_parts(dict.fromkeys(FORMATS), GROUP), *known_parts({}, PAIRS)]))
    if kind not in known:
        raise UsageError(f"--format {kind}: no such format{did_you_mean(kind, known)} Known: {', '.join(known)}.")
    tagged = kind in known_parts(READERS, GROUP) and (not of_pairs(kind) or holds_tags(paths[0], reading))
    if tagged and (faults := option_faults(find_part(READERS, kind, GROUP), reading.options, GIVEN, "data")):
        raise RecipeError(faults)
    pairs = of_pairs(kind) and not tagged
    if pairs and (faults := option_faults(find_part(PAIR_READERS, kind, PAIRS), reading.options, ("path",), "data")):
        raise RecipeError([fault.replace("data.options: ", f"--format {kind}: --option ") for fault in faults])
    if kind != "parallel":
        return [_tagged_or_pairs(path, reading.format or format_of(path), reading) for path in paths]
    if len(paths) % 2:
        raise UsageError(f"--format parallel needs source and target files in turn, found {len(paths)}: {', '.join(map(str, paths))}.")
    return [_parallel(source, target) for source, target in zip(paths[::2], paths[1::2], strict=True)]


def format_of(path: Path) -> str:
    """The format that a file's suffix stands for (`.gz` aside), or else what it holds. Raises UsageError where neither says it."""
    found = tagged_format_of(path)
    if found is None:
        suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
        raise UsageError(f"{path}: its suffix {suffix!r} does not tell its format; add --format {'|'.join(FORMATS)}.")
    return found


def holds_tags(path: Path, reading: Reading) -> bool:
    """Whether a CSV file holds tags of words, not pairs: its columns say so, or those that are asked for."""
    asked = (reading.word_column, reading.tag_column, reading.sentence_column)
    return any(column is not None for column in asked) or tagged_format_by_content(path) == "csv"


def of_pairs(form: str) -> bool:
    """Whether a format has parallel text in one file."""
    return form in known_parts(PAIR_READERS, PAIRS)


def overlaps(statistics: Sequence[CorpusStatistics]) -> list[SharedSentences]:
    """For every two files, how many sentences of the later one occur in the earlier one; pairs that share none are left out."""
    found = [
        SharedSentences(
            earlier=earlier.path,
            later=later.path,
            shared=sum(count for sentence, count in later.sentences_seen.items() if sentence in earlier.sentences_seen),
        )
        for place, later in enumerate(statistics)
        for earlier in statistics[:place]
    ]
    return [overlap for overlap in found if overlap.shared]


def new_labels(statistics: Sequence[CorpusStatistics]) -> list[NewLabel]:
    """Labels of later files that the first file lacks, commonest first within a file and layer."""
    return [
        NewLabel(path=later.path, layer=layer, label=label, count=count)
        for later in statistics[1:]
        for layer, counts in later.labels.items()
        for label, count in counts.most_common()
        if label not in statistics[0].labels.get(layer, Counter())
    ]


def scheme_of(tag_rows: Iterable[Sequence[str]]) -> str | None:
    """The scheme that tags look written in: BIOES, BILOU, BMES, BIO or IOB1; None if they are no segment tags.

    IOB1: B- only between two of a type.
    """
    rows = list(tag_rows)
    fitting = [scheme for scheme in fitting_schemes(tag for tags in rows for tag in tags) if scheme != "IO"]
    prefixes = {tag[0] for tags in rows for tag in tags if tag != "O"}
    if not prefixes or not fitting:
        return None
    if "BIO" not in fitting:
        return fitting[0]
    steps = [(before, tag) for tags in rows for before, tag in zip(["O", *tags], tags, strict=False)]
    only_between = all(not tag.startswith("B") or before[1:] == tag[1:] for before, tag in steps)
    return "IOB1" if "I" in prefixes and only_between else "BIO"


def _tagged(path: Path, form: str, reading: Reading) -> Corpus[TaggedSentence]:
    """A tagged file, as a run reads it; where no scheme is given, that of columns and of other packages' formats is told by the tags."""
    universal = form == "columns" and path.name.removesuffix(".gz").endswith(".iob2")
    usual = UNIVERSAL_NER if universal else (None, None)
    columns = ColumnSettings(usual[0] if reading.word_column is None else reading.word_column, reading.sentence_column)
    tag = usual[1] if reading.tag_column is None else reading.tag_column
    names = ("tag",) if form == "columns" else reading.layers or LAYERS.get(form, ("tag",))

    def read(scheme: str | None) -> Corpus[TaggedSentence]:
        layers = [Layer(name, tag, scheme) for name in names]
        if form in LAYERED:
            return read_layers(path, format=form, layers=layers, columns=columns)
        return read_tagged(path, format=form, layer=layers[0], columns=columns, options=reading.options)

    if form in LAYERS or reading.scheme == "none":
        return read(None)
    if reading.scheme is not None:
        return read(reading.scheme)
    unread = read(None)
    scheme = scheme_of(example.tags[names[0]] for example in unread)
    return unread if scheme is None else read(scheme)


def _tagged_or_pairs(path: Path, form: str, reading: Reading) -> CorpusStatistics:
    if of_pairs(form) and not (form == "csv" and holds_tags(path, reading)):
        options = reading.options or {}
        languages = str(options.get("source", "")), str(options.get("target", ""))
        return _of_pairs(str(path), form, read_pair_file(path, format=form, **options), languages)
    corpus = _tagged(path, form, reading)
    labels: dict[str, Counter[str]] = {}
    for example in corpus:
        for layer, tags in example.tags.items():
            labels.setdefault(layer, Counter()).update(tags)
    return CorpusStatistics(
        path=str(path),
        format=form,
        sides=(side_statistics("words", [(example.words, example.line) for example in corpus]),),
        labels=labels,
        notes=(*_notes(corpus), *_looks(corpus)),
        sentences_seen=Counter(example.words for example in corpus),
        told=tuple(note.removeprefix(f"{corpus.path}: ") for note in corpus.told),
    )


def _parallel(source: Path, target: Path) -> CorpusStatistics:
    languages = [path.name.removesuffix(".gz").rpartition(".")[2] for path in (source, target)]
    return _of_pairs(f"{source} + {target}", "parallel", read_parallel(source, target), (languages[0], languages[1]))


def _notes(corpus: Corpus[TaggedSentence]) -> tuple[str, ...]:
    return tuple(note.removeprefix(f"{corpus.path}: ") for note in corpus.notes)


def _looks(corpus: Corpus[TaggedSentence]) -> list[str]:
    """What a run would note of the file as its training part."""
    layers = {name: scheme_of(example.tags[name] for example in corpus) for name in (corpus[0].tags if len(corpus) else ())}
    return [note.removeprefix("train: ") for note in tagged_notes({"train": corpus.examples}, layers=layers)]


def _of_pairs(path: str, form: str, corpus: Corpus[SentencePair], languages: tuple[str, str] = ("", "")) -> CorpusStatistics:
    empty = [pair.line for pair in corpus if not pair.source.strip() or not pair.target.strip()]
    notes = [f"pairs with an empty side, which a run leaves out: {len(empty):,} ({listed(empty)})"] if empty else []
    notes += [note.removeprefix("train: ") for note in parallel_notes({"train": corpus.examples}, source=languages[0], target=languages[1])]
    return CorpusStatistics(
        path=path,
        format=form,
        sides=(
            side_statistics("source", [(pair.source.split(), pair.line) for pair in corpus]),
            side_statistics("target", [(pair.target.split(), pair.line) for pair in corpus]),
        ),
        labels={},
        notes=tuple(notes),
        sentences_seen=Counter((pair.source, pair.target) for pair in corpus),
    )


def side_statistics(name: str, rows: Sequence[tuple[Sequence[str], int]]) -> TextStatistics:
    """The words of sentences or texts, given with their lines."""
    longest, line = max(((len(words), -line) for words, line in rows), default=(0, 0))
    return TextStatistics(
        name=name,
        words=sum(len(words) for words, _ in rows),
        distinct_words=len({word for words, _ in rows for word in words}),
        longest=longest,
        longest_line=-line,
    )


FORMATS = tuple(dict.fromkeys((TWO_FILES, *PAIR_READERS, *READERS)))
LAYERS = {"conllu": ("upos",), "jsonl": ("ner",), "brat": ("ner",)}  # what is read where no layer is named
