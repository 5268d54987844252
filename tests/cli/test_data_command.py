"""`seqtasks data`: what a user reads on the terminal, and the exit codes."""

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqtasks.cli.data import data
from seqtasks.datasets.download import RETRY_POLICY
from seqtasks.datasets.published import PUBLISHED
from seqtasks.recipes.shipped import shipped
from tests.datasets.published_server import PublishedServer, blob_id, corpus_of, serving

TRAIN = b"one\ttwo\nthree\tfour\n"
DEV = b"five\tsix\n"
OWN = b"own\tversion\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEQTASKS_CACHE", str(tmp_path / "cache"))
    for name in ("SEQTASKS_MIRROR", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PublishedServer]:
    monkeypatch.setitem(PUBLISHED, "mini", corpus_of({"train.tsv": TRAIN, "dev.tsv": b"five\tsix\n"}))
    with serving(PublishedServer(files={"/own/mini/train.tsv": TRAIN, "/own/mini/dev.tsv": b"five\tsix\n"})) as running:
        yield running


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(data, [str(argument) for argument in arguments])


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_importing_the_command_loads_nothing_heavy() -> None:
    code = "import sys, seqtasks.cli.data; print([m for m in ('torch', 'numpy', 'rich', 'sklearn', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_get_prints_licence_first_then_fetches_and_prints_the_folder(server: PublishedServer, own_cache: Path) -> None:
    result = run("get", "mini", "--mirror", server.address)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{own_cache}/mini\n"
    assert result.stderr.startswith("A small corpus\nlicence: CC0\nsource:  https://example.invalid/mini\ncite:    Us.\n")
    assert "train.tsv" in result.stderr and "dev.tsv" in result.stderr
    assert (own_cache / "mini" / "train.tsv").read_bytes() == TRAIN
    again = run("get", "mini", "--mirror", server.address)
    assert (again.exit_code, again.stdout) == (0, f"{own_cache}/mini\n")
    assert len(server.sent) == 2


def test_get_takes_mirror_from_the_environment_and_cache_from_the_option(
    server: PublishedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQTASKS_MIRROR", f"{server.address}/")
    result = run("get", "mini", "--cache", tmp_path / "elsewhere")
    assert result.stdout == f"{tmp_path}/elsewhere/mini\n"
    assert (tmp_path / "elsewhere" / "mini" / "dev.tsv").read_bytes() == b"five\tsix\n"


def test_get_fails_in_one_line(server: PublishedServer, own_cache: Path) -> None:
    server.files["/own/mini/dev.tsv"] = b"tampered"
    result = run("get", "mini", "--mirror", server.address)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == (
        f"Error: {server.address}/own/mini/dev.tsv: checksum mismatch: expected git blob {blob_id(DEV)}, "
        f"found {blob_id(b'tampered')} (8 bytes). Nothing of it was kept; the published file may have changed. "
        f"By hand: https://example.invalid/mini, into {own_cache}/mini."
    )
    assert sorted(path.name for path in (own_cache / "mini").iterdir()) == ["train.tsv"]


def test_wrong_usage_exits_with_two(own_cache: Path) -> None:
    unknown = run("get", "mulit30k")
    assert (unknown.exit_code, unknown.stderr.splitlines()[-1]) == (
        2,
        "Error: unknown corpus 'mulit30k'; did you mean 'multi30k'? Known: multi30k, ud-english-ewt, wnut17, uner-danish-ddt, sst2.",
    )
    mirror = run("get", "multi30k", "--mirror", "ftp://host")
    assert (mirror.exit_code, mirror.stderr.splitlines()[-1]) == (
        2,
        "Error: mirror 'ftp://host': expected an address like https://raw.githubusercontent.com (--mirror or SEQTASKS_MIRROR).",
    )
    nothing = run("check")
    assert (nothing.exit_code, nothing.stderr.splitlines()[-1]) == (
        2,
        "Error: name a corpus (multi30k, ud-english-ewt, wnut17, uner-danish-ddt, sst2), a corpus folder or files to check.",
    )


def test_an_interrupted_get_says_how_to_go_on(server: PublishedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("seqtasks.datasets.download.download_corpus", interrupted)
    result = run("get", "mini", "--mirror", server.address)
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "interrupted; 'seqtasks data get mini' continues where it stopped"


def test_get_waits_for_transient_failures_with_the_settings_it_ships() -> None:
    assert (RETRY_POLICY.timeout, RETRY_POLICY.attempts, RETRY_POLICY.pause) == (30.0, 5, 1.0)


def test_list_shows_every_corpus_with_its_place(server: PublishedServer, tmp_path: Path, own_cache: Path) -> None:
    run("get", "mini", "--mirror", server.address)
    write(tmp_path / "data" / "multi30k" / "val.en", "a\n")
    result = run("list", "--data-dir", tmp_path / "data")
    assert result.exit_code == 0, result.output
    rows = {cells[0]: cells[1:] for cells in (re.split(" {2,}", line.strip()) for line in result.stdout.splitlines())}
    assert rows["multi30k"] == [
        "translation",
        "non-commercial research and education",
        "1.9 MB",
        f"{tmp_path}/data/multi30k",
    ]
    assert rows["wnut17"] == ["ner", "CC BY 4.0", "over 0.6 MB", "no"]
    assert rows["mini"] == ["none", "CC0", "0.0 kB", f"{own_cache}/mini"]


def test_list_shows_the_bundled_sample() -> None:
    folder = shipped("data")
    row = next(line for line in run("list").stdout.splitlines() if "bundled sample" in line)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert re.split(" {2,}", row.strip()) == ["(bundled sample)", "all", "as seqtasks", f"{size / 1e6:.1f} MB", str(folder)]


def test_check_of_a_corpus_by_name_verifies_its_files(server: PublishedServer, tmp_path: Path) -> None:
    write(tmp_path / "mini" / "train.tsv.gz", TRAIN.decode())
    result = run("check", "mini", "--data-dir", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"mini in {tmp_path}/mini\n  verified  train.tsv.gz\n  missing   dev.tsv: not in this folder\n"


def test_check_of_a_folder_notes_other_versions_and_calls_nothing_corrupt(server: PublishedServer, tmp_path: Path) -> None:
    folder = write(tmp_path / "mini" / "train.tsv", "own\tversion\n").parent
    result = run("check", folder)
    assert result.exit_code == 0, result.output
    assert (
        f"not the published content (expected git blob {blob_id(TRAIN)}, found {blob_id(OWN)}): "
        "another version, another order or a damaged copy; used as it is"
    ) in result.stdout


def test_check_of_the_cache_calls_a_changed_file_damaged(server: PublishedServer, own_cache: Path) -> None:
    run("get", "mini", "--mirror", server.address)
    assert run("check", "mini").exit_code == 0
    (own_cache / "mini" / "dev.tsv").write_bytes(b"cut")
    result = run("check", "mini")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        f"Error: {own_cache}/mini/dev.tsv: damaged: expected git blob {blob_id(DEV)}, found {blob_id(b'cut')}. "
        "Run 'seqtasks data get mini' to replace it."
    )


def test_check_of_a_corpus_that_is_nowhere_names_the_command(own_cache: Path) -> None:
    result = run("check", "wnut17")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        f"Error: corpus 'wnut17' was not found; looked in {own_cache}/wnut17. "
        "Run 'seqtasks data get wnut17', or name its folder with data_dir (--data-dir).",
    )


def test_check_refuses_corpora_and_files_in_one_call(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "a\tb\n")
    result = run("check", "wnut17", path)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "Error: check corpora (wnut17) and single files in two calls.")


def test_check_of_tagged_files_counts_and_compares(tmp_path: Path) -> None:
    train = write(tmp_path / "train.conll", "Anna\tB-PER\nsings\tO\n\nOslo\tB-LOC\n\nOslo\tB-LOC\n")
    dev = write(tmp_path / "dev.conll.gz", "Oslo\tB-LOC\n\nin\tO\nBern\tI-LOC\ntoday\tB-DATE\n")
    result = run("check", train, dev)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:5] == [
        f"{train} (columns)",
        "  sentences  3 (2 distinct)",
        "  words      4 (3 distinct), longest sentence 2 words at line 1",
        "  tag        3 labels: B-LOC 2  B-PER 1  O 1",
        f"{dev} (columns)",
    ]
    assert "  note: repaired 1 illegal tags in layer tag (first at line 4)" in lines
    assert lines[-2:] == [
        f"1 of the 2 sentences of {dev} also occur in {train}",
        f"label 'B-DATE' (tag) occurs 1 times in {dev} and never in {train}",
    ]


def test_check_of_parallel_files_counts_both_sides(tmp_path: Path) -> None:
    source = write(tmp_path / "train.en", "a b c\n\nd\n")
    target = write(tmp_path / "train.de", "x y\nz\nw\n")
    result = run("check", "--format", "parallel", source, target)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:4] == [
        f"{source} + {target} (parallel)",
        "  sentences  3 (3 distinct)",
        "  source     4 (4 distinct), longest sentence 3 words at line 1",
        "  target     4 (4 distinct), longest sentence 2 words at line 1",
    ]
    assert result.stdout.splitlines()[4:] == ["  note: pairs with an empty side, which a run leaves out: 1 (line 2)"]


def test_check_shows_the_first_faulty_line_as_one_error(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.conll", "a\tO\nb\n")
    result = run("check", path, "--tag-column", "1")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(f"Error: {path}:2: ")
    assert "Traceback" not in result.output


def test_check_of_an_unknown_suffix_asks_for_the_format(tmp_path: Path) -> None:
    path = write(tmp_path / "notes.txt", "a\n")
    result = run("check", path)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        f"Error: {path}: its suffix '.txt' does not tell its format; add --format parallel|tsv|csv|tmx|conllu|columns|jsonl|brat.",
    )


def test_check_lists_many_labels_without_flooding_the_terminal(tmp_path: Path) -> None:
    path = write(tmp_path / "many.conll", "".join(f"w\tt{number:03d}\n" for number in range(75)))
    result = run("check", path)
    assert "  tag        75 labels: t000 1" in result.stdout
    assert result.stdout.splitlines()[3].endswith("t059 1  ... and 15 more")


def test_check_reads_a_csv_file_of_tags_and_brats_folder_by_what_they_hold(tmp_path: Path) -> None:
    table = write(tmp_path / "ner.csv", "Sentence #,Word,POS,Tag\nSentence: 1,Ada,NNP,B-per\n,sleeps,VBZ,O\n")
    (tmp_path / "c").mkdir()
    write(tmp_path / "c" / "a.txt", "Ada sleeps\n")
    write(tmp_path / "c" / "a.ann", "T1\tper 0 3\tAda\n")
    for path, layer in ((table, "tag"), (tmp_path / "c", "ner")):
        assert f"{layer} 2 labels: B-per 1 O 1" in " ".join(run("check", path).stdout.split())
    assert "tag 2 labels: NNP 1 VBZ 1" in " ".join(
        run("check", table, "--tag-column", "POS", "--sentence-column", "Sentence #").stdout.split()
    )
