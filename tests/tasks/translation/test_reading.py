"""The parallel text that a translation recipe names: stems, pairs of files and tables of pairs, in a corpus or where the paths say."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.schema import Files, ParallelData
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.translation.checks import data_faults
from seqtasks.tasks.translation.reading import parallel_files, read_pairs_of, read_translation_part
from tests.miniature.corpora import write

PAIRS = [("A dog .", "Un chien ."), ("", "Rien ."), ("A boat .", "Un canot .")]


@pytest.fixture
def corpora(tmp_path: Path) -> DataLocations:
    """The corpus "mine": train as a compressed stem, dev as two files, test as one table, and a source without its target."""
    folder = tmp_path / "mine"
    for column, language in enumerate(("en", "fr")):
        write(folder / f"train.{language}.gz", "".join(f"{pair[column]}\n" for pair in PAIRS))
        write(folder / f"dev-{language}.txt", "".join(f"{pair[column]}\n" for pair in PAIRS))
    write(folder / "test.tsv", "".join(f"{source}\t{target}\tmore\n" for source, target in PAIRS))
    write(folder / "odd.en", "alone\n")
    return DataLocations(tmp_path, tmp_path / "cache")


def settings(**changes: object) -> ParallelData:
    return ParallelData.model_validate({"corpus": "mine", "source": "en", "target": "fr", "train": "train"} | changes)


NAMED: list[tuple[Files, str, list[str] | None]] = [
    ("train", "parallel", ["train.en.gz", "train.fr.gz"]),
    (["dev-en.txt", "dev-fr.txt"], "parallel", ["dev-en.txt", "dev-fr.txt"]),
    ("test.tsv", "parallel", ["test.tsv"]),
    ("test.tsv", "tsv", ["test.tsv"]),
    ("odd", "parallel", None),
    ("nothing", "parallel", None),
    ("nothing.tsv", "tsv", None),
]


@pytest.mark.parametrize(("part", "form", "names"), NAMED, ids=str)
def test_a_part_names_its_files(part: Files, form: str, names: list[str] | None, corpora: DataLocations, tmp_path: Path) -> None:
    found = parallel_files(settings(format=form), part, corpora)
    assert found == (None if names is None else [tmp_path / "mine" / name for name in names])


@pytest.mark.parametrize("part", ["train", ["dev-en.txt", "dev-fr.txt"], "test.tsv"], ids=str)
def test_pairs_are_read_line_for_line_empty_ones_too(part: Files, corpora: DataLocations) -> None:
    corpus = read_translation_part(settings(), part, corpora)
    assert corpus is not None
    assert [(pair.source, pair.target) for pair in corpus] == PAIRS


@pytest.mark.parametrize("part", ["", "odd", "nothing"])
def test_a_part_that_is_not_there_is_none(part: Files, corpora: DataLocations) -> None:
    assert read_translation_part(settings(), part, corpora) is None


@pytest.mark.parametrize(("part", "form"), [(["one"], "parallel"), (["a", "b", "c"], "parallel"), (["a", "b"], "tsv")], ids=str)
def test_other_numbers_of_files_are_refused(part: list[str], form: str, corpora: DataLocations) -> None:
    with pytest.raises(UsageError) as raised:
        parallel_files(settings(format=form), part, corpora)
    assert str(raised.value) == f"data: {part}: expected two files, source and target, of format 'parallel'."


def test_a_path_that_stands_for_itself_must_be_there(tmp_path: Path) -> None:
    stem = tmp_path / "own"
    with pytest.raises(DataError, match=rf"^{stem}\.en: no such file\. Check the path; a relative one is taken from "):
        read_translation_part(settings(corpus=""), str(stem), DataLocations())
    write(tmp_path / "own.en", "a\n")
    write(tmp_path / "own.fr", "b\n")
    (pair,) = read_translation_part(settings(corpus=""), str(stem), DataLocations()) or ()
    assert (pair.source, pair.target) == ("a", "b")


def test_files_without_a_line_are_refused(tmp_path: Path) -> None:
    files = [str(write(tmp_path / name, "")) for name in ("none.en", "none.fr")]
    with pytest.raises(DataError, match=r"none\.en: no sentences in it\. Check the file and the recipe's data\.format\.$"):
        read_translation_part(settings(corpus=""), files, DataLocations())


def test_pairs_in_one_file_are_read_by_their_suffix_with_the_columns_of_the_recipe(tmp_path: Path) -> None:
    write(tmp_path / "p.csv", "fr,en\nun,one\n")
    write(tmp_path / "p.tmx", '<tmx><tu><tuv lang="en"><seg>one</seg></tuv><tuv lang="fr"><seg>un</seg></tuv></tu></tmx>')
    write(tmp_path / "p.tsv", "1\tone\tun\n")
    named: dict[str, dict[str, object]] = {
        "p.csv": {"source_column": "en", "target_column": "fr"},
        "p.tmx": {},
        "p.tsv": {"source_column": 1, "target_column": 2},
    }
    for name, columns in named.items():
        (pair,) = read_translation_part(settings(corpus="", **columns), str(tmp_path / name), DataLocations()) or ()
        assert (pair.source, pair.target) == ("one", "un")


def test_columns_and_options_that_a_format_has_not_are_told() -> None:
    told = "has no meaning for data.format = 'tmx'. Leave it out."
    assert data_faults(settings(format="tmx", source_column=1)) == [f"data.source_column {told}"]
    assert data_faults(settings(options={"a": 1})) == ["data.options has no meaning for data.format = 'parallel'. Leave it out."]
    assert data_faults(settings(format="csv", options={"quote": 1})) == ["data.options: unknown key 'quote'."]
    (fault,) = data_faults(settings(format="cvs"))
    assert "'cvs'; did you mean 'csv'?" in fault


def test_a_tagged_file_is_no_file_of_pairs(tmp_path: Path) -> None:
    path = write(tmp_path / "tagged.conllu", "1\ta\tb\n")
    with pytest.raises(DataError, match=r"tagged\.conllu: is of format 'conllu', which is no parallel text\. Give a source and a target"):
        read_pairs_of(settings(), path)
