"""A tagger as a folder: tagger.json (options, weights, words, tags), counts.npz (arrays), and sentences.npz where training may go on.

tagger.json is written last and holds the checksum of counts.npz, so that a folder that was written half is not taken for a whole one.
Nothing is unpickled. What is not a number of the model is computed again from its counts, so the answers are the same.
"""

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import RunDirectoryError
from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.states import States
from seqtasks.hmm.counts.transitions import Trigrams
from seqtasks.hmm.counts.word_tags import Cells, WordTags
from seqtasks.hmm.emissions import Candidates
from seqtasks.hmm.model import Statistics, TunedWeights
from seqtasks.hmm.unknown.features import RelatedWords
from seqtasks.hmm.unknown.guesser import Guesser
from seqtasks.hmm.unknown.max_ent import MaxEnt
from seqtasks.hmm.unknown.spelling import HashTable
from seqtasks.hmm.unknown.suffixes import SuffixModel
from seqtasks.text.archives import UNREADABLE
from seqtasks.text.files import write_atomically

FORMAT = 1
KIND = "seqtasks HMM tagger"
HEAD, COUNTS, SENTENCES = "tagger.json", "counts.npz", "sentences.npz"
Arrays = dict[str, NDArray[Any]]
RENAMED = {"back_rare": "backoff_rare"}  # parameters as earlier taggers were saved
# what the arrays of each part are called in counts.npz, in the order of its attributes
TRIGRAMS = ("trigram_places", "trigram_counts")
CELLS = ("cell_first", "cell_tags", "cell_contexts", "cell_counts")
PAIRS = ("pair_first", "pair_tags", "pair_inner", "pair_initial")
SUFFIXES = ("suffix_nodes", "suffix_frequencies", "suffix_prior")
MAX_ENT = ("features", "feature_weights")
EXACT, LOWER = ("exact", "exact_tags"), ("lower", "lower_tags")
CANDIDATES = ("known_first_U1", "known_tags_C", "known_probabilities_C", "known_words_U", "known_states_C")


@dataclass(frozen=True)
class Stored:
    """A tagger without what can be computed again. parameters: of the constructor; trained: the candidates of the training words.

    corpus: the training sentences, or None where training cannot go on.
    """

    parameters: dict[str, Any]
    weights: TunedWeights
    statistics: Statistics
    guesser: Guesser
    trained: Candidates
    corpus: TaggedCorpus | None


def write_tagger(path: Path, stored: Stored) -> None:
    """Write the folder. Raises RunDirectoryError where that is not possible."""
    counts = _bytes(_counts(stored.statistics, stored.guesser) | _named(CANDIDATES, stored.trained))
    head = {
        "kind": KIND,
        "format": FORMAT,
        "parameters": stored.parameters,
        "weights": asdict(stored.weights),
        "tags": stored.statistics.tags,
        "words": stored.statistics.words,
        "state_words": stored.statistics.states.words,
        "endings": stored.guesser.related.endings if stored.guesser.related is not None else [],
        "theta": stored.guesser.suffixes.theta if stored.guesser.suffixes is not None else None,
        "counts_sha256": hashlib.sha256(counts).hexdigest(),
    }
    if stored.corpus is not None:
        corpus = stored.corpus
        sentences = _bytes({"types": corpus.types_T, "tags": corpus.tags_T, "lengths": corpus.lengths_B})
        write_atomically(path / SENTENCES, sentences)
        head |= {"first_tags": corpus.tags, "sentences_sha256": hashlib.sha256(sentences).hexdigest()}
    write_atomically(path / COUNTS, counts)
    write_atomically(path / HEAD, json.dumps(head, default=index))  # a parameter may be a whole number of numpy's
    if stored.corpus is None:
        _remove(path / SENTENCES)


def read_tagger(path: Path, parameters: Sequence[str]) -> Stored:
    """Read the folder. parameters: the names that the constructor knows."""
    head = _head(path)
    head["parameters"] = {RENAMED.get(name, name): value for name, value in head["parameters"].items()}
    if sorted(head["parameters"]) != sorted(parameters):
        raise _damaged(path / HEAD, f"its options are {', '.join(sorted(head['parameters']))}")
    arrays = _arrays(path / COUNTS, head["counts_sha256"])
    try:
        statistics = _statistics(head, arrays)
        weights = TunedWeights(**head["weights"])
        trained = Candidates(*_of(CANDIDATES, arrays))
        return Stored(head["parameters"], weights, statistics, _guesser(head, arrays), trained, _corpus(path, head))
    except (*UNREADABLE, AttributeError) as fault:
        raise _damaged(path, f"{type(fault).__name__}: {fault}") from fault


def _corpus(path: Path, head: dict[str, Any]) -> TaggedCorpus | None:
    """The training sentences of a folder, if they were saved."""
    if "sentences_sha256" not in head:
        return None
    arrays = _arrays(path / SENTENCES, head["sentences_sha256"])
    return TaggedCorpus(head["words"], head["first_tags"], arrays["types"], arrays["tags"], arrays["lengths"])


def _remove(file: Path) -> None:
    """Remove what an older tagger left, so that no text stays where none was wanted."""
    try:
        file.unlink(missing_ok=True)
    except OSError as fault:
        raise RunDirectoryError(f"{file}: cannot remove: {fault.strerror or fault}. Choose another folder.") from fault


def _head(path: Path) -> dict[str, Any]:
    file = path / HEAD
    try:
        head = json.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise RunDirectoryError(f"{file}: cannot read: {fault.strerror or fault}. Give a folder that HMMTagger.save wrote.") from fault
    except (ValueError, RecursionError) as fault:
        raise _damaged(file, "it is no JSON") from fault
    if not isinstance(head, dict) or head.get("kind") != KIND:
        raise RunDirectoryError(f"{file}: this is no {KIND}. Give a folder that HMMTagger.save wrote.")
    if not isinstance(head.get("format"), int) or head["format"] > FORMAT:
        raise RunDirectoryError(f"{file}: format {head.get('format')!r}, but this version reads {FORMAT} at most. Update seqtasks.")
    missing = sorted(FIELDS.keys() - head.keys())
    if missing:
        raise _damaged(file, f"it lacks {', '.join(missing)}")
    wrong = sorted(name for name, fits in FIELDS.items() if not fits(head[name]))
    if wrong:
        raise _damaged(file, f"it has other values than a tagger's for {', '.join(wrong)}")
    return head


def _arrays(file: Path, checksum: str) -> Arrays:
    try:
        data = file.read_bytes()
    except OSError as fault:
        raise RunDirectoryError(f"{file}: cannot read: {fault.strerror or fault}. Save the tagger again.") from fault
    if hashlib.sha256(data).hexdigest() != checksum:
        raise _damaged(file, "its checksum differs")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except UNREADABLE as fault:
        raise _damaged(file, str(fault)) from fault
    if strange := sorted(name for name, array in found.items() if array.dtype.kind not in "biuf"):
        raise _damaged(file, f"{', '.join(strange)} holds no numbers")
    return found


def _bytes(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _damaged(file: Path, how: str) -> RunDirectoryError:
    return RunDirectoryError(f"{file}: damaged ({how}). Save the tagger again.")


def _named(names: Sequence[str], part: object) -> Arrays:
    """The first attributes of a part under these names; nothing of a part that is not there."""
    return dict(zip(names, vars(part).values(), strict=False)) if part is not None else {}


def _of(names: Sequence[str], arrays: Arrays) -> list[NDArray[Any]]:
    return [arrays[name] for name in names]


def _counts(statistics: Statistics, guesser: Guesser) -> Arrays:
    """What was counted and learned."""
    states, related = statistics.states, guesser.related
    arrays: Arrays = {"state_tags": states.tag_S, "state_table": states.states_GN}
    arrays |= _named(TRIGRAMS, statistics.trigrams) | _named(CELLS, statistics.cells) | _named(PAIRS, statistics.pairs)
    arrays["guess_prior"] = guesser.prior_N
    if guesser.classes_KN is not None:
        arrays["guess_classes"] = guesser.classes_KN
    arrays |= _named(SUFFIXES, guesser.suffixes) | _named(MAX_ENT, guesser.max_ent)
    return arrays | (_named(EXACT, related.exact) | _named(LOWER, related.lower) if related is not None else {})


def _statistics(head: dict[str, Any], arrays: Arrays) -> Statistics:
    states = States(arrays["state_tags"], head["state_words"], arrays["state_table"])
    first_Y1, tags_K, contexts_K, counts_K = _of(CELLS, arrays)
    cells = Cells(first_Y1, tags_K, contexts_K, counts_K, states.count + 1, states.tags)
    return Statistics(head["tags"], head["words"], states, Trigrams(*_of(TRIGRAMS, arrays)), cells, WordTags(*_of(PAIRS, arrays)))


def _guesser(head: dict[str, Any], arrays: Arrays) -> Guesser:
    suffixes, max_ent, related = None, None, None
    if "suffix_nodes" in arrays:
        nodes_K, frequencies_KN, prior_N = _of(SUFFIXES, arrays)
        suffixes = SuffixModel(nodes_K, frequencies_KN, prior_N, head["theta"])
    if "features" in arrays:
        max_ent = MaxEnt(*_of(MAX_ENT, arrays))
        related = RelatedWords(HashTable(*_of(EXACT, arrays)), HashTable(*_of(LOWER, arrays)), tuple(head["endings"]))
    return Guesser(arrays["guess_prior"], arrays.get("guess_classes"), suffixes, max_ent, related)


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


FIELDS: dict[str, Callable[[Any], bool]] = {
    "parameters": lambda value: isinstance(value, dict),
    "weights": lambda value: isinstance(value, dict) and all(isinstance(number, (int, float)) for number in value.values()),
    "tags": _are_words,
    "words": _are_words,
    "state_words": _are_words,
    "endings": _are_words,
    "theta": lambda value: value is None or isinstance(value, (int, float)),
    "counts_sha256": lambda value: isinstance(value, str),
}
