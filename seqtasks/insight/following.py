"""Which cells of a run follow which labels, on a file or on the run's own dev part: `follow(load(RUN_DIR))`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from seqtasks.errors import UsageError
from seqtasks.insight.ablation import Ablation, ablate
from seqtasks.insight.cells import Followed, find_cells
from seqtasks.insight.labels import labels_of
from seqtasks.insight.taggers import memories, tagger_of, untrained
from seqtasks.insight.translators import encoder_memories
from seqtasks.tasks.contract import Predictor
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.tagging.reading import read_tagged_file, read_tagged_part
from seqtasks.tasks.tagging.recipe import file_scheme
from seqtasks.tasks.translation.predictor import TranslationPredictor
from seqtasks.tasks.translation.reading import read_translation_part
from seqtasks.text.corpora.lines import read_lines

FEWEST = 20  # sentences
MOST_WORDS = 20_000
T = TypeVar("T")
ABLATED = 3  # cells, of those that follow clearest


@dataclass(frozen=True)
class Following:
    """followed: a label each; ablation: of the clearest cells, None where none is clear or the run is no tagger.

    source: the file; sentences, words: so many were read of it.
    """

    source: str
    sentences: int
    words: int
    followed: tuple[Followed, ...]
    ablation: Ablation | None = None


def follow(
    predictor: Predictor, file: Path | None = None, *, head: str | None = None, locations: DataLocations | None = None, seed: int = 1
) -> Following:
    """file: annotated in the recipe's format for a tagger, source lines for a translator; None: the run's dev part, else its test part.

    head: of a tagger of several. Of at most MOST_WORDS words; of a translator's encoder, whose words are tokens. Raises UsageError for a
    run without cells, for fewer than FEWEST sentences, and where no file is given and the run has neither part.
    """
    places = locations or DataLocations()
    if isinstance(predictor, TaggingPredictor):
        return follow_tags(predictor, file, head, places, seed)
    if isinstance(predictor, TranslationPredictor):
        return follow_source(predictor, file, places, seed)
    raise UsageError(f"cells are sought in taggers and translators, not in runs answered by {type(predictor).__name__}.")


def follow_tags(predictor: TaggingPredictor, file: Path | None, head: str | None, places: DataLocations, seed: int) -> Following:
    """Labels of the text and of gold tags, and what the clearest cells are worth."""
    tagger = tagger_of(predictor)
    name = head or (next(iter(predictor.data)) if file is None or len(predictor.data) == 1 else predictor.head_of(file))
    if name not in predictor.data:
        raise UsageError(f"no head {name!r}; choose from {', '.join(predictor.data)}.")
    data = predictor.data[name]
    corpus = read_tagged_file(data, file) if file else read_tagged_part(data, data.dev or data.test, places)
    if corpus is None:
        raise UsageError("the run has no dev or test part to look for cells on. Give an annotated file.")
    examples = first_words(corpus.examples, [len(example.words) for example in corpus.examples])
    enough(len(examples), corpus.path)
    sentences = [example.words for example in examples]
    gold, scheme = [example.tags[data.layer] for example in examples], file_scheme(data)
    held = memories(tagger, sentences)
    labels = labels_of(sentences, gold, scheme)
    found = find_cells(held, labels, sentences, untrained=memories(untrained(predictor, seed), sentences), seed=seed)
    clear = sorted((one for one in found if one.knows == "state"), key=lambda one: -abs(one.within_form.correlation))
    cells = list(dict.fromkeys((one.within_form.layer, one.within_form.unit) for one in clear))[:ABLATED]
    ablation = ablate(tagger, sentences, gold, name, scheme, held, cells, seed=seed) if cells else None
    return Following(corpus.path, len(sentences), len(held.memory_NC), tuple(found), ablation)


def follow_source(predictor: TranslationPredictor, file: Path | None, places: DataLocations, seed: int) -> Following:
    """Labels of the text alone, over the tokens of the source."""
    lines, source = source_lines(predictor, file, places)
    kept = [line for line in lines if line.strip()]
    kept = first_words(kept, [len(line.split()) for line in kept])
    enough(len(kept), source)
    tokens, held = encoder_memories(predictor.translator, list(predictor.as_read(kept)))
    found = find_cells(held, labels_of(tokens), tokens, seed=seed)
    return Following(source, len(kept), len(held.memory_NC), tuple(found))


def source_lines(predictor: TranslationPredictor, file: Path | None, places: DataLocations) -> tuple[list[str], str]:
    """The lines of a file or of the run's own part, and its name."""
    if file is not None:
        return [line for _, line in read_lines(file)], str(file)
    data = predictor.recipe.data
    corpus = read_translation_part(data, data.dev or data.test, places)
    if corpus is None:
        raise UsageError("the run has no dev or test part to look for cells on. Give a file of source lines.")
    return [pair.source for pair in corpus], corpus.path


def first_words(sentences: Sequence[T], lengths: Sequence[int]) -> list[T]:
    """The first sentences with a word, as many as hold MOST_WORDS words."""
    kept: list[T] = []
    total = 0
    for sentence, length in zip(sentences, lengths, strict=True):
        total += length
        if total > MOST_WORDS:
            break
        if length:
            kept.append(sentence)
    return kept


def enough(sentences: int, source: str) -> None:
    if sentences < FEWEST:
        raise UsageError(f"{source}: {sentences} sentences are too few to look for cells on. Give a file with at least {FEWEST}.")
