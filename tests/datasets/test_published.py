"""The catalogue and the folders: names, places, checksums."""

import gzip
import re
from pathlib import Path

import pytest

from seqtasks.datasets.folders import (
    cache_folder,
    check_file,
    check_folder,
    content_blob_id,
    corpus_of_folder,
    find_corpus,
    find_file,
    git_blob_id,
)
from seqtasks.datasets.published import PUBLISHED, PublishedFile, published_corpus
from seqtasks.errors import DataError, UsageError
from tests.datasets.published_server import blob_id


def touch(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_entry_of_the_catalogue_is_complete_and_well_formed(name: str) -> None:
    corpus = PUBLISHED[name]
    assert corpus.name == name
    assert corpus.page.startswith("https://github.com/")
    owner_and_repository = corpus.page.removeprefix("https://github.com/")
    assert all((corpus.title, corpus.task, corpus.licence, corpus.citation))
    assert len({file.name for file in corpus.files}) == len(corpus.files) >= 3
    for file in corpus.files:
        assert file.url_path.startswith(f"{owner_and_repository}/")
        assert file.url_path.endswith(f"/{file.name}")
        assert file.blob is None or re.fullmatch("[0-9a-f]{40}", file.blob)
        assert (file.content_blob is None) == (file.blob is None)
        assert (file.content_blob == file.blob) != file.name.endswith(".gz")


def test_the_catalogue_names_the_published_places() -> None:
    paths = {file.url_path for corpus in PUBLISHED.values() for file in corpus.files}
    assert "multi30k/dataset/master/data/task1/raw/train.en.gz" in paths
    assert "UniversalDependencies/UD_English-EWT/r2.16/en_ewt-ud-dev.conllu" in paths
    assert "leondz/emerging_entities_17/master/emerging.test.annotated" in paths
    assert "UniversalNER/UNER_Danish-DDT/main/da_ddt-ud-train.iob2" in paths


def test_sizes_say_whether_they_are_whole() -> None:
    assert PUBLISHED["multi30k"].size == (1945824, True)
    assert PUBLISHED["wnut17"].size == (493781 + 114749, False)


def test_an_unknown_corpus_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UsageError) as error:
        published_corpus("mulit30k")
    assert str(error.value) == (
        "unknown corpus 'mulit30k'; did you mean 'multi30k'? Known: multi30k, ud-english-ewt, wnut17, uner-danish-ddt, sst2."
    )
    with pytest.raises(UsageError) as error:
        published_corpus("zzz")
    assert str(error.value) == "unknown corpus 'zzz'. Known: multi30k, ud-english-ewt, wnut17, uner-danish-ddt, sst2."


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"SEQTASKS_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "linux", "/c"),
        ({"XDG_CACHE_HOME": "/x"}, "linux", "/x/seqtasks"),
        ({"XDG_CACHE_HOME": "/x"}, "darwin", "/x/seqtasks"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "/home/u/.cache/seqtasks"),
        ({"SEQTASKS_CACHE": ""}, "linux", "/home/u/.cache/seqtasks"),
        ({}, "darwin", "/home/u/Library/Caches/seqtasks"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/seqtasks"),
        ({}, "win32", "/home/u/AppData/Local/seqtasks"),
    ],
)
def test_the_cache_lies_where_environment_and_platform_say(environment: dict[str, str], platform: str, expected: str) -> None:
    assert cache_folder(environment, platform, Path("/home/u")) == Path(expected)


def test_the_cache_of_this_process_follows_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQTASKS_CACHE", "~/corpora")
    assert cache_folder() == Path.home() / "corpora"


def test_a_file_is_found_plain_and_gzipped_and_the_exact_name_wins(tmp_path: Path) -> None:
    touch(tmp_path, "a.en", "b.en.gz", "c.en", "c.en.gz")
    assert find_file(tmp_path, "a.en") == find_file(tmp_path, "a.en.gz") == tmp_path / "a.en"
    assert find_file(tmp_path, "b.en") == find_file(tmp_path, "b.en.gz") == tmp_path / "b.en.gz"
    assert find_file(tmp_path, "c.en") == tmp_path / "c.en"
    assert find_file(tmp_path, "c.en.gz") == tmp_path / "c.en.gz"
    assert find_file(tmp_path, "d.en") is None


def test_a_corpus_is_looked_for_in_the_named_folder_then_its_parent_then_the_cache(tmp_path: Path) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    names = [file.name for file in PUBLISHED["wnut17"].files]
    cached = touch(cache / "wnut17", *names)
    assert find_corpus("wnut17", data, cache) == cached
    touch(data, "emerging.dev.conll.gz")
    assert find_corpus("wnut17", data, cache) == data
    touch(data / "wnut17", "wnut17train.conll")
    assert find_corpus("wnut17", data, cache) == data / "wnut17"
    assert find_corpus("wnut17", None, cache) == cached


def test_without_a_cache_argument_the_users_own_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQTASKS_CACHE", str(tmp_path))
    touch(tmp_path / "wnut17", *(file.name for file in PUBLISHED["wnut17"].files))
    assert find_corpus("wnut17", None, None) == tmp_path / "wnut17"


def test_a_corpus_that_is_nowhere_names_the_places_and_the_command(tmp_path: Path) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    with pytest.raises(UsageError) as error:
        find_corpus("wnut17", data, cache)
    assert str(error.value) == (
        f"corpus 'wnut17' was not found; looked in {data}/wnut17, {data}, {cache}/wnut17. "
        "Run 'seqtasks data get wnut17', or name its folder with data_dir (--data-dir)."
    )


def test_an_unfinished_download_is_not_taken_for_a_corpus(tmp_path: Path) -> None:
    touch(tmp_path / "wnut17", "wnut17train.conll", "emerging.dev.conll.part")
    with pytest.raises(UsageError) as error:
        find_corpus("wnut17", None, tmp_path)
    assert f"looked in {tmp_path}/wnut17 (incomplete: emerging.dev.conll is missing). Run" in str(error.value)


def test_a_folder_is_recognised_by_its_name_or_its_files(tmp_path: Path) -> None:
    assert corpus_of_folder(touch(tmp_path / "wnut17", "wnut17train.conll")).name == "wnut17"
    assert corpus_of_folder(touch(tmp_path / "any", "val.de")).name == "multi30k"
    with pytest.raises(UsageError) as error:
        corpus_of_folder(touch(tmp_path / "own", "mine.conllu"))
    assert str(error.value) == (
        f"{tmp_path}/own: holds no file of a published corpus (multi30k, ud-english-ewt, wnut17, uner-danish-ddt, sst2). "
        "Name the files themselves to check a corpus of your own."
    )


def published(name: str, content: bytes, stored: bytes | None = None) -> PublishedFile:
    return PublishedFile(name=name, url_path=name, blob=blob_id(stored or content), content_blob=blob_id(content), size=None)


def test_blob_ids_are_those_of_git(tmp_path: Path) -> None:
    path = tmp_path / "hello"
    path.write_bytes(b"hello\n")
    assert git_blob_id(path) == "ce013625030ba8dba906f756967f9e9ca394464a"  # git hash-object
    packed = tmp_path / "hello.gz"
    packed.write_bytes(gzip.compress(b"hello\n"))
    assert content_blob_id(packed) == "ce013625030ba8dba906f756967f9e9ca394464a"


@pytest.mark.parametrize("pack_published", [False, True])
@pytest.mark.parametrize("pack_stored", [False, True])
def test_a_file_is_verified_by_its_content_however_it_is_packed(tmp_path: Path, pack_published: bool, pack_stored: bool) -> None:
    content = b"one\ntwo\n"
    name = "a.en.gz" if pack_published else "a.en"
    file = published(name, content, gzip.compress(content, 9, mtime=1) if pack_published else None)
    path = tmp_path / ("a.en.gz" if pack_stored else "a.en")
    path.write_bytes(gzip.compress(content, 1, mtime=2) if pack_stored else content)
    assert check_file(path, file).state == "verified"
    other = b"two\none\n"
    path.write_bytes(gzip.compress(other) if pack_stored else other)
    checked = check_file(path, file)
    assert checked.state == "differs"
    assert checked.note == (
        f"not the published content (expected git blob {blob_id(content)}, found {blob_id(other)}): "
        "another version, another order or a damaged copy; used as it is"
    )


def test_a_file_without_a_published_checksum_is_used_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"any")
    checked = check_file(path, PublishedFile(name="a", url_path="a", blob=None, content_blob=None, size=None))
    assert checked.state == "unknown"
    assert checked.note == f"no checksum is published for it (found git blob {blob_id(b'any')}); used as it is"


def test_missing_files_of_a_folder_are_listed_as_such(tmp_path: Path) -> None:
    touch(tmp_path, "emerging.dev.conll")
    checks = check_folder(tmp_path, PUBLISHED["wnut17"])
    assert [(check.file.name, check.state) for check in checks] == [
        ("wnut17train.conll", "missing"),
        ("emerging.dev.conll", "differs"),
        ("emerging.test.annotated", "missing"),
    ]
    assert checks[0].note == "not in this folder"


@pytest.mark.parametrize("damage", ["truncated", "no gzip", "bad bits"])
def test_a_damaged_gzip_file_is_an_error_that_names_it(tmp_path: Path, damage: str) -> None:
    packed = gzip.compress(bytes(range(256)) * 50)
    broken = {"truncated": packed[:-20], "no gzip": b"plain text", "bad bits": packed[:40] + b"\xff" * 20 + packed[60:]}[damage]
    path = tmp_path / "a.en.gz"
    path.write_bytes(broken)
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: damaged gzip file \(.+\)\. Fetch it again\.$"):
        check_file(path, published("a.en", b"a"))


def test_an_unreadable_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        git_blob_id(tmp_path / "none")
    assert str(error.value) == f"{tmp_path}/none: cannot be read (No such file or directory). Check its name and permissions."


def test_files_of_common_names_without_checksums_are_told_by_the_folder_alone(tmp_path: Path) -> None:
    assert corpus_of_folder(touch(tmp_path / "sst2", "train.tsv")).name == "sst2"
    with pytest.raises(UsageError, match="holds no file of a published corpus"):
        corpus_of_folder(touch(tmp_path / "mine", "train.tsv", "dev.tsv", "test.tsv"))
