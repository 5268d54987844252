"""Lexicons, shortlists, unknown words, and the file."""

import json

import numpy as np
import pytest

from seqtasks.align.aligner import train_aligner
from seqtasks.align.corpus import Side
from seqtasks.align.lexicon import Lexicon, replace_unknown
from seqtasks.align.shortlist import Shortlists
from seqtasks.align.storage import write_archive
from seqtasks.errors import DataError, RunDirectoryError
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

ENGLISH = ["the dog sees the cat", "the cat sees the dog", "a dog sleeps", "a cat sleeps", "the <unk> sleeps", ""]
FRENCH = ["le chien voit le chat", "le chat voit le chien", "un chien dort", "un chat dort", "le <unk> dort", ""]


@pytest.fixture(scope="module")
def lexicon():
    source, target = (Side.of([line.split() for line in lines] * 5) for lines in (ENGLISH, FRENCH))
    trained = train_aligner(source.sentences, target.sentences, source_words=len(source.words), target_words=len(target.words))
    return Lexicon.of(trained.aligner, source.words, target.words)


def test_each_word_has_its_translation(lexicon):
    pairs = {"dog": "chien", "cat": "chat", "sees": "voit", "sleeps": "dort", "the": "le", "a": "un", "<unk>": "<unk>"}
    assert {word: lexicon.entry(word) for word in pairs} == pairs
    assert lexicon.entry("wolf") is None
    assert lexicon.translations("wolf") == []


def test_translations_are_sorted_and_their_probabilities_are_no_more_than_one(lexicon):
    for word in ("dog", "the"):
        probabilities = [probability for _, probability in lexicon.translations(word)]
        assert probabilities == sorted(probabilities, reverse=True)
        assert 0.5 < sum(probabilities) <= 1


def test_pruning_keeps_the_best_entries_only(lexicon):
    source, target = (Side.of([line.split() for line in lines] * 5) for lines in (ENGLISH, FRENCH))
    trained = train_aligner(source.sentences, target.sentences, source_words=len(source.words), target_words=len(target.words))
    small = Lexicon.of(trained.aligner, source.words, target.words, best=1)
    assert small.translations("dog") == lexicon.translations("dog")[:1]
    sure = Lexicon.of(trained.aligner, source.words, target.words, least=0.9)
    assert all(probability >= 0.9 for word in source.words.words() for _, probability in sure.translations(word))
    with pytest.raises(ValueError, match="the aligner knows 8 and 8 words but the vocabularies 2 and 8"):
        Lexicon.of(trained.aligner, Vocabulary(["a", "b"]), target.words)


def test_a_lexicon_is_loaded_back_equal_from_its_one_file(lexicon, tmp_path):
    lexicon.save(tmp_path / "some" / "lexicon.npz")
    loaded = Lexicon.load(tmp_path / "some" / "lexicon.npz")
    assert loaded == lexicon
    assert loaded.entry("dog") == "chien"
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["lexicon.npz"]


def test_wrong_files_are_told_apart(lexicon, tmp_path):
    path = tmp_path / "lexicon.npz"
    with pytest.raises(DataError, match="lexicon.npz: cannot be read .No such file or directory.. Check the path"):
        Lexicon.load(path)
    path.write_text("dog chien")
    with pytest.raises(DataError, match="lexicon.npz: is no seqtasks lexicon, or damaged .*Write it again with seqtasks align --lexicon"):
        Lexicon.load(path)
    np.savez(path, head=np.array([{"kind": "seqtasks lexicon"}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="is no seqtasks lexicon, or damaged"):
        Lexicon.load(path)
    for head, message in (
        ({"kind": "other"}, "is no seqtasks lexicon. "),
        ({"kind": "seqtasks lexicon", "format": 9}, "has format 9, but this version reads 1 at most. Update seqtasks"),
        ({"kind": "seqtasks lexicon", "format": 1, "source": {}}, "damaged: it lacks target, forward_first_U1, forward_words_C"),
    ):
        write_archive(path, head, {})
        with pytest.raises(DataError, match=message):
            Lexicon.load(path)
    lexicon.save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="is no seqtasks lexicon, or damaged"):
        Lexicon.load(path)
    with pytest.raises(RunDirectoryError, match="cannot write"):
        lexicon.save(path / "below-a-file")


def test_the_head_of_the_file_is_json(lexicon, tmp_path):
    lexicon.save(tmp_path / "lexicon.npz")
    with np.load(tmp_path / "lexicon.npz", allow_pickle=False) as archive:
        head = json.loads(archive["head"].tobytes())
    assert (head["kind"], head["format"], head["source"]["specials"]) == ("seqtasks lexicon", 1, ["<unk>"])


def test_a_shortlist_holds_the_candidates_of_its_words_and_the_most_frequent_ones(lexicon):
    source = Vocabulary(["cat", "dog", "wolf", "sleeps"], specials=(PAD, UNK, BOS, EOS))
    target = Vocabulary(["dort", "chien", "chat", "le", "loup"], specials=(PAD, UNK, BOS, EOS))
    lists = Shortlists.of(lexicon, source, target, size=1, frequent=1)

    def words(text):
        return set(target.tokens(lists.ids([*source.ids(text.split()), source.eos])))

    always = {UNK, EOS, "le"}
    assert words("") == words("wolf") == words("unheard") == always
    assert words("dog sleeps") == always | {"chien", "dort"}
    assert words("cat") == always | {"chat"}
    assert lists.ids([5, 4]).tolist() == sorted(set(lists.ids([4, 5]).tolist()))
    none = Shortlists.of(lexicon, source, target, size=0, frequent=0)
    assert target.tokens(none.ids([4, 5, 6])) == [UNK, EOS]
    with pytest.raises(ValueError, match="size and frequent must not be negative, got -1 and 0"):
        Shortlists.of(lexicon, source, target, size=-1, frequent=0)


def test_unknown_words_become_dictionary_entries_or_their_source_words(lexicon):
    target, source = ["le", UNK, UNK, "et", UNK, UNK], ["the", "dog", "Rex", "<eos>"]
    positions = [0, 1, 2, 0, -1, 4]
    assert replace_unknown(target, source, positions, unknown=UNK, lexicon=lexicon) == ["le", "chien", "Rex", "et", UNK, UNK]
    assert replace_unknown(target, source, positions, unknown=UNK, lexicon=None)[1] == "dog"
    with pytest.raises(ValueError, match="6 target tokens but 1 positions"):
        replace_unknown(target, source, [0], unknown=UNK, lexicon=lexicon)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "ibm2"}, "no alignment model 'ibm2'; there are hmm, ibm1"),
        ({"iterations": 0}, "got 0, 5, 0.01 and 0.1"),
        ({"hmm_iterations": 0}, "got 5, 0, 0.01 and 0.1"),
        ({"alpha": -1.0}, "got 5, 5, -1.0 and 0.1"),
        ({"null": 1.0}, "got 5, 5, 0.01 and 1.0"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    side = Side.of([["a"]])
    with pytest.raises(ValueError, match=message):
        train_aligner(side.sentences, side.sentences, source_words=2, target_words=2, **options)


def test_ibm1_aligns_in_both_directions_too():
    source, target = (Side.of([line.split() for line in lines] * 5) for lines in (ENGLISH, FRENCH))
    sizes = {"source_words": len(source.words), "target_words": len(target.words)}
    trained = train_aligner(source.sentences, target.sentences, model="ibm1", iterations=10, **sizes)
    assert trained.alignments(symmetrisation="intersection").pharaoh(2) == "0-0 1-1 2-2"
    assert trained.aligner.align(source.sentences, target.sentences).pharaoh(2) == trained.alignments().pharaoh(2)
