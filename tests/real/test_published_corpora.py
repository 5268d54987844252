"""The published corpora as our readers see them: their known sizes, repairs and reference tokens."""

import pytest

from seqtasks.datasets.folders import find_file
from seqtasks.evaluation.bleu import moses
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.lines import read_lines
from seqtasks.text.corpora.parallel import read_parallel

pytestmark = pytest.mark.real


@pytest.mark.parametrize(("part", "sentences", "words"), [("train", 12544, 204577), ("dev", 2001, 25147)])
def test_ewt_has_its_published_size(data_dir, part, sentences, words):
    corpus = read_conllu(find_file(data_dir / "ud-english-ewt", f"en_ewt-ud-{part}.conllu"))
    assert (len(corpus), sum(len(sentence.words) for sentence in corpus)) == (sentences, words)


@pytest.mark.parametrize(("part", "sentences", "repaired"), [("train", 4383, 6), ("dev", 564, 0)])
def test_danish_has_its_published_size_and_six_illegal_gold_tags(data_dir, part, sentences, repaired):
    path = data_dir / "uner-danish-ddt" / f"da_ddt-ud-{part}.iob2"
    corpus = read_columns(path, word_column=1, tag_columns={"ner": 2}, separator="tab", schemes={"ner": "BIO"})
    assert len(corpus) == sentences
    assert any(f"repaired {repaired} illegal tags" in note for note in corpus.notes) == bool(repaired)


@pytest.mark.parametrize(("name", "sentences"), [("wnut17train.conll", 3394), ("emerging.dev.conll", 1009)])
def test_wnut_has_its_published_size_though_its_blank_lines_hold_tabs(data_dir, name, sentences):
    assert len(read_columns(data_dir / "wnut17" / name, tag_columns={"ner": -1}, schemes={"ner": "BIO"})) == sentences


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize(("part", "pairs"), [("train", 29000), ("val", 1014), ("test_2016_flickr", 1000)])
def test_multi30k_is_aligned_line_by_line(data_dir, language, part, pairs):
    folder = data_dir / "multi30k"
    assert len(read_parallel(find_file(folder, f"{part}.en"), find_file(folder, f"{part}.{language}"))) == pairs


@pytest.mark.parametrize(("language", "tokens"), [("de", 12103), ("fr", 13988)])
def test_our_moses_tokens_are_those_of_the_published_scores(data_dir, language, tokens):
    tokenise, _ = moses(language)
    lines = [line for _, line in read_lines(find_file(data_dir / "multi30k", f"test_2016_flickr.{language}"))]
    assert sum(len(tokenise(line).split()) for line in lines) == tokens
