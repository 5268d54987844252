"""The folder of a tagger by itself: every number comes back with its type, and what is damaged, cut or foreign is one clear line."""

import json
from dataclasses import asdict, fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import RunDirectoryError
from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.states import States
from seqtasks.hmm.counts.transitions import Trigrams
from seqtasks.hmm.counts.word_tags import Cells, WordTags
from seqtasks.hmm.emissions import Candidates
from seqtasks.hmm.model import Statistics, TunedWeights
from seqtasks.hmm.storage import COUNTS, FIELDS, HEAD, KIND, SENTENCES, Stored, read_tagger, write_tagger
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.hmm.unknown.features import RelatedWords
from seqtasks.hmm.unknown.guesser import Guesser
from seqtasks.hmm.unknown.max_ent import MaxEnt
from seqtasks.hmm.unknown.spelling import HashTable
from seqtasks.hmm.unknown.suffixes import SuffixModel
from tests.hmm.tagged import ODD_WORDS

PARAMETERS = {"order": 2, "scheme": None, "held_out": 0.1, "unknown": "max_ent", "contextual": True}


def drawn(seed, *, suffixes, max_ent, classes, sentences):
    """A tagger to store whose arrays hold drawn numbers: of no model, so that only storage can bring them back."""
    generator = np.random.default_rng(seed)

    def whole(*shape, dtype=np.int64):
        return generator.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, size=shape, dtype=dtype, endpoint=True)

    def real(*shape):
        return np.where(generator.random(shape) < 0.1, -np.inf, generator.normal(size=shape))

    states = States(whole(5), ["to", "\ud800"], whole(3, 4))
    cells = Cells(whole(8), whole(9), whole(9), whole(9), contexts=6, tags=4)  # the five states and the boundary; the columns of states_GN
    statistics = Statistics(
        ["A", "", "é", "\n"], ODD_WORDS, states, Trigrams(whole(7), whole(7)), cells, WordTags(*(whole(3) for _ in "1234"))
    )
    tables = [HashTable(whole(4, dtype=np.uint64), whole(4, dtype=np.int32)) for _ in range(2)]
    guesser = Guesser(
        real(4),
        real(6, 4) if classes else None,
        SuffixModel(whole(3, dtype=np.uint64), real(3, 4), real(4), 0.25) if suffixes else None,
        MaxEnt(whole(2, dtype=np.int32), real(2, 4)) if max_ent else None,
        RelatedWords(*tables, ("s", "", "ẞ")) if max_ent else None,
    )
    trained = Candidates(whole(4), whole(0), real(0), whole(3), whole(0))
    corpus = TaggedCorpus(ODD_WORDS, ["é", "A"], whole(6, dtype=np.int32), whole(6, dtype=np.int32), whole(2)) if sentences else None
    weights = TunedWeights(strength=0.1 + 0.2, guess_power=1e-300, epochs=3, theta=7.0)
    return Stored(PARAMETERS, weights, statistics, guesser, trained, corpus)


def assert_same(one, other):
    """Equal by value, type and shape, in every field below."""
    assert type(one) is type(other)
    if is_dataclass(one) or isinstance(one, HashTable):
        for name in [field.name for field in fields(one)] if is_dataclass(one) else vars(one):
            assert_same(getattr(one, name), getattr(other, name))
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


@given(st.integers(0, 10**6), st.booleans(), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=20, deadline=None)
def test_every_number_and_text_comes_back_as_it_was(tmp_path_factory, seed, suffixes, max_ent, classes, sentences):
    path = tmp_path_factory.mktemp("stored")
    stored = drawn(seed, suffixes=suffixes, max_ent=max_ent, classes=classes, sentences=sentences)
    write_tagger(path, stored)
    assert sorted(file.name for file in path.iterdir()) == sorted([HEAD, COUNTS, *([SENTENCES] if sentences else [])])
    assert_same(read_tagger(path, list(PARAMETERS)), stored)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The files of a stored tagger: name -> bytes."""
    path = tmp_path_factory.mktemp("whole")
    write_tagger(path, drawn(1, suffixes=True, max_ent=True, classes=True, sentences=True))
    return {file.name: file.read_bytes() for file in path.iterdir()}


def fault_of(path, files):
    for name, data in files.items():
        (path / name).write_bytes(data)
    with pytest.raises(RunDirectoryError) as error:
        read_tagger(path, list(PARAMETERS))
    assert str(error.value).startswith(f"{path}") and "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{path}/")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("name", [HEAD, COUNTS, SENTENCES])
def test_a_file_that_is_cut_anywhere_is_named(name, share, whole, tmp_path):
    message = fault_of(tmp_path, {**whole, name: whole[name][: int(share * len(whole[name]))]})
    how = "it is no JSON" if name == HEAD else "its checksum differs"
    assert message == f"{name}: damaged ({how}). Save the tagger again."


@pytest.mark.parametrize("name", [COUNTS, SENTENCES])
def test_a_file_of_numbers_with_any_byte_changed_or_of_another_program_is_named(name, whole, tmp_path):
    expected = f"{name}: damaged (its checksum differs). Save the tagger again."
    for place in range(0, len(whole[name]), 97):
        changed = bytearray(whole[name])
        changed[place] ^= 1
        assert fault_of(tmp_path, {**whole, name: bytes(changed)}) == expected
    assert fault_of(tmp_path, {**whole, name: b"PK\x03\x04 of something else"}) == expected


@pytest.mark.parametrize("name", [COUNTS, SENTENCES])
def test_a_missing_file_of_numbers_is_named(name, whole, tmp_path):
    message = fault_of(tmp_path, {other: data for other, data in whole.items() if other != name})
    assert message == f"{name}: cannot read: No such file or directory. Save the tagger again."


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_the_head_is_needed_and_has_its_kind_of_value(field, whole, tmp_path):
    head = json.loads(whole[HEAD])
    without = {name: value for name, value in head.items() if name != field}
    assert (
        fault_of(tmp_path, {**whole, HEAD: json.dumps(without).encode()}) == f"{HEAD}: damaged (it lacks {field}). Save the tagger again."
    )
    for value in ([1], {"a": "b"}, "x", True, None):
        if FIELDS[field](value):
            continue
        message = fault_of(tmp_path, {**whole, HEAD: json.dumps({**head, field: value}).encode()})
        assert message == f"{HEAD}: damaged (it has other values than a tagger's for {field}). Save the tagger again."


def test_a_head_of_other_options_or_of_a_later_format_says_so(whole, tmp_path):
    head = json.loads(whole[HEAD])
    assert (head["kind"], head["format"], head["weights"]) == (KIND, 1, asdict(drawn(1, **dict.fromkeys(KEYWORDS, True)).weights))
    other = json.dumps({**head, "parameters": {"order": 1, "colour": 2}}).encode()
    assert fault_of(tmp_path, {**whole, HEAD: other}) == f"{HEAD}: damaged (its options are colour, order). Save the tagger again."
    later = json.dumps({**head, "format": 2}).encode()
    assert fault_of(tmp_path, {**whole, HEAD: later}) == f"{HEAD}: format 2, but this version reads 1 at most. Update seqtasks."


KEYWORDS = ("suffixes", "max_ent", "classes", "sentences")


def test_whole_numbers_of_numpy_are_options_that_can_be_saved(tmp_path):
    tagger = HMMTagger(random_state=np.int64(3), lexical_states=np.int32(2), order=np.int64(1)).fit([["a", "b"]], [["X", "Y"]])
    tagger.save(tmp_path)
    loaded = HMMTagger.load(tmp_path)
    assert loaded.get_params() == tagger.get_params()
    assert loaded.predict([["b", "a"]]) == tagger.predict([["b", "a"]])
