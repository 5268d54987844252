"""CoNLL-U: the same words and layers as the `conllu` package reads, and every fault with its line."""

import gzip
import re

import conllu
import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.text.corpora.conllu import read_conllu

REMEDY = 'Check that it is CoNLL-U; words with tags in columns are data.format = "columns".'
FILE = """\
# newdoc id = x
# sent_id = 1
# text = Au bois du Nord
1-2\tAu\t_\t_\t_\t_\t_\t_\t_\t_
1\tÀ\tà\tADP\tIN\t_\t3\tcase\t_\t_
2\tle\tle\tDET\tDT\tDefinite=Def|Number=Sing\t3\tdet\t_\tNER=B-LOC|Gloss=a=b
3\tbois\tbois\tNOUN\tNN\tGender=Masc\t0\troot\t_\tNER=I-LOC

# sent_id = 2
1\t#\t#\tSYM\tNFP\t_\t2\tpunct\t_\tSpaceAfter=No
2\tune phrase\u2028x\tune\tX\tFW\t_\t0\troot\t_\t_
2.1\t_\t_\tVERB\t_\t_\t_\t_\t2:dep\t_
3\t_\t_\t_\t_\t_\t2\tdep\t_\t_
"""
LAYERS = ("upos", "xpos", "lemma", "feats", "deprel", "misc:NER")


def oracle(text):
    """Words and layers as the conllu package reads them."""
    fields = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"]
    plain = dict.fromkeys(fields, lambda line, number: line[number])
    plain["id"] = conllu.parser.DEFAULT_FIELD_PARSERS["id"]
    sentences = conllu.parse(text, fields=fields, field_parsers=plain)
    found = []
    for sentence in sentences:
        rows = [token for token in sentence if isinstance(token["id"], int)]
        layers = {layer: tuple(row[layer] for row in rows) for layer in LAYERS[:-1]}
        misc = [dict(pair.split("=", 1) for pair in row["misc"].split("|") if "=" in pair) for row in rows]
        found.append((tuple(row["form"] for row in rows), {**layers, "misc:NER": tuple(row.get("NER", "_") for row in misc)}))
    return found


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "file.conllu"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("end", ["", "\n", "\n\n", " \t\n"])
@pytest.mark.parametrize("change", [str, lambda text: "\ufeff" + text.replace("\n", "\r\n"), lambda text: gzip.compress(text.encode())])
def test_words_and_layers_equal_those_of_the_conllu_package(file, change, end):
    corpus = read_conllu(file(change(FILE + end)), layers=LAYERS)
    assert [(sentence.words, dict(sentence.tags)) for sentence in corpus] == oracle(FILE)
    assert [sentence.line for sentence in corpus] == [5, 10]
    assert re.search(r": passed over \d+ rows of ranges or empty nodes \(first at line \d+\)$", corpus.told[0])


def test_a_file_without_words_is_an_empty_corpus(file):
    assert read_conllu(file("")).examples == []
    assert read_conllu(file("# only\n\n1.1\t_\t_\t_\t_\t_\t_\t_\t_\t_\n")).examples == []


def test_wrong_numbers_of_columns_are_named(file):
    path = file("# fine\n1 Haus NOUN\n")
    with pytest.raises(DataError) as caught:
        read_conllu(path)
    assert str(caught.value) == f"{path}:2: expected 10 tab-separated columns, found 1: '1 Haus NOUN'. {REMEDY}"


@pytest.mark.parametrize("number", ["", "x", "1-", "-", "1-2-3", "²"])
def test_wrong_numbers_of_words_are_named(file, number):
    path = file(f"{number}\tHaus\t_\tNOUN\t_\t_\t_\t_\t_\t_\n")
    with pytest.raises(DataError) as caught:
        read_conllu(path)
    assert str(caught.value) == f"{path}:1: expected a word's number in the first column, found {number!r}. Check that it is CoNLL-U."


def test_a_word_without_a_form_is_named(file):
    path = file("1\t\t_\tNOUN\t_\t_\t_\t_\t_\t_\n")
    with pytest.raises(DataError) as caught:
        read_conllu(path)
    assert str(caught.value) == f"{path}:1: a word without a form. Give the form in the second column."


@pytest.mark.parametrize("tag", ["_", ""])
def test_a_missing_tag_in_a_wanted_layer_is_named(file, tag):
    path = file(f"1\tHaus\t_\tNOUN\t{tag}\t_\t_\t_\t_\t_\n")
    assert read_conllu(path)[0].tags == {"upos": ("NOUN",)}
    with pytest.raises(DataError) as caught:
        read_conllu(path, layers=("upos", "xpos"))
    assert str(caught.value) == f"{path}:1: no xpos for 'Haus'. Annotate it, or choose another layer than xpos."


def test_one_layer_may_be_given_by_its_name(file):
    path = file(FILE)
    assert read_conllu(path, layers="upos").examples == read_conllu(path, layers=("upos",)).examples


@pytest.mark.parametrize("layer", ["pos", "misc", "misc:"])
def test_an_unknown_layer_is_named(file, layer):
    with pytest.raises(UsageError) as caught:
        read_conllu(path := file(FILE), layers=("upos", layer))
    assert str(caught.value) == f"{path}: no CoNLL-U layer {layer!r}. Layers (data.layer): lemma, upos, xpos, feats, deprel, misc:KEY."


def test_words_without_a_value_are_outside_where_tags_are_spans_and_a_note_where_they_are_not(file):
    row = "\t".join(["{}", "{}", *"_" * 7, "{}"])
    path = file("\n".join([row.format(1, "Anna", "Name=B-PER"), row.format(2, "runs", "SpaceAfter=No"), row.format(3, "so", "_"), ""]))
    assert read_conllu(path, layers=["misc:Name"], spans=["misc:Name"])[0].tags["misc:Name"] == ("B-PER", "O", "O")
    corpus = read_conllu(path, layers=["misc:Name"])
    assert corpus[0].tags["misc:Name"] == ("B-PER", "_", "_")
    assert corpus.notes == (f"{path}: 2 words have no Name in their last column and are tagged '_' (first in the sentence at line 1)",)
