"""One sentence inside a finished run, word by word: `inspect(load(RUN_DIR), ["A sentence ."])`.

A tagger or classifier has one side, a translator two: encoder and decoder. What has no gates or cells (convolutions, Transformers) is named
in the side's note; an HMM, or a tagger or classifier without recurrent layers, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from seqtasks.errors import UsageError
from seqtasks.inference.translator import LONGEST
from seqtasks.insight.classifiers import read_texts
from seqtasks.insight.influence import Influence, Way, influence
from seqtasks.insight.layers import LayerReading
from seqtasks.insight.taggers import read_sentences, tagger_of, tags_of
from seqtasks.insight.translators import kinds_of, read_pair
from seqtasks.nn.replay import LayerTrace
from seqtasks.tasks.classification.predictor import ClassificationPredictor
from seqtasks.tasks.contract import Predictor
from seqtasks.tasks.tagging.predictor import TaggingPredictor, sentences_of
from seqtasks.tasks.translation.predictor import TranslationPredictor


@dataclass(frozen=True)
class InspectedSide:
    """What was read or written, and what each layer did with it, lowest first, ahead before back.

    words: of a decoder the tokens that it writes, at each of which it is given the one before; note: why there are no layers, else "".
    """

    name: str
    words: tuple[str, ...]
    layers: tuple[LayerReading, ...]
    note: str = ""


@dataclass(frozen=True)
class Inspection:
    """A line and its answer. tags: {head: one a word}, of a tagger; labels: {each label: its probability}, the best first, of a classifier;
    translation: of a translator; scores: the log-probability of each token of it, in nats; influence: of source words on it.
    """

    line: str
    sides: tuple[InspectedSide, ...]
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    translation: str | None = None
    scores: tuple[float, ...] = ()
    influence: Influence | None = None
    labels: Mapping[str, float] = field(default_factory=dict)


def inspect(predictor: Predictor, lines: Iterable[str], *, tokens: bool = False, way: Way = "remove") -> list[Inspection]:
    """Of each line that is not blank. tokens: words are separated by spaces already (tagging); way: of occlusion (translation).

    Raises UsageError for a run that has nothing to inspect, and for a line that is too long to be read at once.
    """
    kept = [line for line in lines if line.strip()]
    if isinstance(predictor, TaggingPredictor):
        return inspect_tagger(predictor, kept, [sentence.words for sentence in sentences_of(kept, predictor.language, tokens=tokens)])
    if isinstance(predictor, TranslationPredictor):
        return [inspect_translation(predictor, line, way) for line in kept]
    if isinstance(predictor, ClassificationPredictor):
        return inspect_texts(predictor, kept)
    raise UsageError(f"inspect looks into taggers, classifiers and translators, not into runs answered by {type(predictor).__name__}.")


def inspect_tagger(predictor: TaggingPredictor, lines: Sequence[str], sentences: Sequence[Sequence[str]]) -> list[Inspection]:
    """Of sentences of words, each of which has one at least."""
    tagger = tagger_of(predictor)
    found: dict[int, Inspection] = {}
    for read in read_sentences(tagger, sentences):
        tags = tags_of(tagger, read)
        for row, (position, length) in enumerate(zip(read.positions.tolist(), read.lengths, strict=True)):
            own = {head: tuple(rows[row]) for head, rows in tags.items()}
            side = InspectedSide("tagger", tuple(sentences[position]), readings(read.traces, row, length))
            found[position] = Inspection(lines[position], (side,), own)
    return [found[position] for position in range(len(sentences))]


def inspect_texts(predictor: ClassificationPredictor, lines: Sequence[str]) -> list[Inspection]:
    """Of texts, each read as far as the classifier reads it; one without words has no side."""
    classifier = predictor.classifier
    sentences = [classifier.words(line) for line in lines]
    filled = [number for number, words in enumerate(sentences) if words]
    found = {number: Inspection(line, ()) for number, line in enumerate(lines)}
    for read in read_texts(classifier, [lines[number] for number in filled], [sentences[number] for number in filled]):
        number = filled[read.position]
        side = InspectedSide("classifier", tuple(sentences[number]), readings(read.traces, read.row, read.length))
        found[number] = Inspection(lines[number], (side,), labels=read.answer.probabilities)
    return [found[number] for number in range(len(lines))]


def readings(traces: Sequence[LayerTrace], row: int, length: int, prefix: str = "") -> tuple[LayerReading, ...]:
    """The layers of one sentence of a batch."""
    return tuple(LayerReading.of(trace, row, length, prefix) for trace in traces)


def inspect_translation(predictor: TranslationPredictor, line: str, way: Way = "remove") -> Inspection:
    """Of one line that is not blank, with the run's own translation of it: by the first model of an ensemble, influence by all of them."""
    translator = predictor.translator
    (read,) = predictor.as_read([line])
    source = translator.assets.source.encode(read)
    if len(source) > LONGEST:
        raise UsageError(f"inspect takes lines of at most {LONGEST} tokens, got one of {len(source)}. Split it.")
    best = translator.translate([read])[0][0]
    output = [*best.ids, translator.assets.target.vocabulary.eos] if best.finished else list(best.ids)
    if not output:
        raise UsageError(f"nothing to inspect: the translation of {line!r} is empty and has no end.")
    pair = read_pair(translator, source, output)
    names = kinds_of(translator.model)
    words = tuple(translator.assets.source.spell(read)), tuple(translator.assets.target.tokens(output))
    sides = []
    for name, traces, own, kind in zip(("encoder", "decoder"), (pair.encoder, pair.decoder), words, names, strict=True):
        note = "" if traces is not None else f"a {kind} has no gates or cells"
        sides.append(InspectedSide(name, own, readings(traces or [], 0, len(own), f"{name} "), note))
    return Inspection(line, tuple(sides), {}, best.text, pair.scores, influence(translator, read, output, way=way))
