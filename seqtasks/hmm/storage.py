"""A tagger as a folder: tagger.json (options, weights, words, tags), counts.npz (arrays), and sentences.npz where training may go on.

tagger.json is written last and holds the checksum of counts.npz, so that a folder that was written half is not taken for a whole one.
Nothing is unpickled. What is not a number of the model is computed again from its counts, so the answers are the same.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
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
from seqtasks.text.files import write_atomically

FORMAT = 1
KIND = "seqtasks HMM tagger"
HEAD, COUNTS, SENTENCES = "tagger.json", "counts.npz", "sentences.npz"
Arrays = dict[str, NDArray[Any]]
RENAMED = {"back_rare": "backoff_rare"}  # parameters as earlier taggers were saved


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
    counts = _bytes(_statistics_arrays(stored.statistics) | _guesser_arrays(stored.guesser) | _candidate_arrays(stored.trained))
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
        return Stored(head["parameters"], weights, statistics, _guesser(head, arrays), _candidates(arrays), _corpus(path, head))
    except (KeyError, TypeError, ValueError, IndexError) as fault:
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
    except ValueError as fault:
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
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile) as fault:
        raise _damaged(file, str(fault)) from fault


def _bytes(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _damaged(file: Path, how: str) -> RunDirectoryError:
    return RunDirectoryError(f"{file}: damaged ({how}). Save the tagger again.")


def _statistics_arrays(statistics: Statistics) -> Arrays:
    return {
        "state_tags": statistics.states.tag_S,
        "state_table": statistics.states.states_GN,
        "trigram_places": statistics.trigrams.places_K,
        "trigram_counts": statistics.trigrams.counts_K,
        "cell_first": statistics.cells.first_Y1,
        "cell_tags": statistics.cells.tags_K,
        "cell_contexts": statistics.cells.contexts_K,
        "cell_counts": statistics.cells.counts_K,
        "pair_first": statistics.pairs.first_Y1,
        "pair_tags": statistics.pairs.tags_A,
        "pair_inner": statistics.pairs.inner_A,
        "pair_initial": statistics.pairs.initial_A,
    }


def _statistics(head: dict[str, Any], arrays: Arrays) -> Statistics:
    states = States(arrays["state_tags"], head["state_words"], arrays["state_table"])
    trigrams = Trigrams(arrays["trigram_places"], arrays["trigram_counts"])
    cells = Cells(arrays["cell_first"], arrays["cell_tags"], arrays["cell_contexts"], arrays["cell_counts"], states.count + 1, states.tags)
    pairs = WordTags(arrays["pair_first"], arrays["pair_tags"], arrays["pair_inner"], arrays["pair_initial"])
    return Statistics(head["tags"], head["words"], states, trigrams, cells, pairs)


def _guesser_arrays(guesser: Guesser) -> Arrays:
    arrays: Arrays = {"guess_prior": guesser.prior_N}
    if guesser.classes_KN is not None:
        arrays["guess_classes"] = guesser.classes_KN
    if guesser.suffixes is not None:
        tries = guesser.suffixes
        arrays |= {"suffix_nodes": tries.nodes_K, "suffix_frequencies": tries.frequencies_KN, "suffix_prior": tries.prior_N}
    if guesser.max_ent is not None:
        arrays |= {"features": guesser.max_ent.features_X, "feature_weights": guesser.max_ent.weights_XN}
    if guesser.related is not None:
        exact, lower = guesser.related.exact, guesser.related.lower
        arrays |= {"exact": exact.hashes, "exact_tags": exact.values, "lower": lower.hashes, "lower_tags": lower.values}
    return arrays


def _guesser(head: dict[str, Any], arrays: Arrays) -> Guesser:
    suffixes, max_ent, related = None, None, None
    if "suffix_nodes" in arrays:
        suffixes = SuffixModel(arrays["suffix_nodes"], arrays["suffix_frequencies"], arrays["suffix_prior"], head["theta"])
    if "features" in arrays:
        max_ent = MaxEnt(arrays["features"], arrays["feature_weights"])
        tables = HashTable(arrays["exact"], arrays["exact_tags"]), HashTable(arrays["lower"], arrays["lower_tags"])
        related = RelatedWords(*tables, tuple(head["endings"]))
    return Guesser(arrays["guess_prior"], arrays.get("guess_classes"), suffixes, max_ent, related)


def _candidate_arrays(candidates: Candidates) -> Arrays:
    return {f"known_{name}": value for name, value in vars(candidates).items()}


def _candidates(arrays: Arrays) -> Candidates:
    return Candidates(*(arrays[f"known_{name}"] for name in ("first_U1", "tags_C", "probabilities_C", "words_U", "states_C")))


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _are_weights(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(number, (int, float)) for number in value.values())


FIELDS: dict[str, Callable[[Any], bool]] = {
    "parameters": lambda value: isinstance(value, dict),
    "weights": _are_weights,
    "tags": _are_words,
    "words": _are_words,
    "state_words": _are_words,
    "endings": _are_words,
    "theta": lambda value: value is None or isinstance(value, (int, float)),
    "counts_sha256": lambda value: isinstance(value, str),
}
