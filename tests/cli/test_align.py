"""`seqtasks align`: what it prints, saves and refuses."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from seqtasks.align import METHODS, MODELS, Lexicon
from seqtasks.cli import align as command
from seqtasks.cli.main import commands

ENGLISH = "the dog sees the cat\n\na Dog sleeps\na cat sleeps\nthe cat sees the dog\nthe\u2028dog sleeps\n" * 4
FRENCH = "le chien voit le chat\n\nun chien dort\nun chat dort\nle chat voit le chien\nle chien dort\n" * 4


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("en").write_text(ENGLISH, encoding="utf-8")
    Path("fr").write_text(FRENCH, encoding="utf-8")


def run(*arguments):
    return CliRunner().invoke(commands, ["align", *arguments])


def test_every_line_has_its_line_of_links_and_blank_ones_stay_blank():
    result = run("en", "fr", "--lowercase")
    assert result.exit_code == 0
    lines = result.stdout.split("\n")
    assert lines[:6] == ["0-0 1-1 2-2 3-3 4-4", "", "0-0 1-1 2-2", "0-0 1-1 2-2", "0-0 1-1 2-2 3-3 4-4", "0-0 1-1 2-2"]
    assert len(lines) == 25
    assert result.stderr.startswith("perplexity of target given source: ")
    assert "\nperplexity of source given target: " in result.stderr


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("method", METHODS)
def test_every_model_and_symmetrisation_gives_links_within_the_sentences(model, method):
    result = run("en", "fr", "--model", model, "--symmetrise", method, "--iterations", "2")
    assert result.exit_code == 0
    for line, english, french in zip(result.stdout.split("\n"), ENGLISH.split("\n"), FRENCH.split("\n"), strict=True):
        for link in line.split():
            source, target = map(int, link.split("-"))
            assert source < len(english.split()) and target < len(french.split())


def test_the_options_offer_what_there_is():
    assert [*MODELS] == [*command.MODELS]
    assert [*METHODS] == [*command.METHODS]


def test_links_and_lexicon_go_into_files():
    result = run("en", "fr", "--lowercase", "--out", "links", "--lexicon", "lexicon.npz")
    assert result.exit_code == 0 and result.stdout == ""
    assert Path("links").read_text(encoding="utf-8") == run("en", "fr", "--lowercase").stdout
    assert Lexicon.load("lexicon.npz").entry("dog") == "chien"


def test_case_counts_unless_it_should_not():
    run("en", "fr", "--lexicon", "lexicon.npz")
    assert Lexicon.load("lexicon.npz").translations("Dog") != []
    run("en", "fr", "--lowercase", "--lexicon", "lexicon.npz")
    assert Lexicon.load("lexicon.npz").translations("Dog") == []


def test_files_of_different_length_are_refused():
    Path("short").write_text("le chien\n", encoding="utf-8")
    result = run("en", "short")
    assert result.exit_code == 1
    assert result.stderr == "Error: en:2: 24 lines here but 1 in short. Parallel files need a line for a line.\n"
    result = run("short", "en")
    assert result.stderr == "Error: short:2: 1 lines here but 24 in en. Parallel files need a line for a line.\n"


def test_missing_files_and_wrong_options_are_refused():
    assert run("en", "nowhere").stderr == "Error: nowhere: no such file. Check the path.\n"
    result = run("en", "fr", "--model", "ibm2")
    assert result.exit_code == 2 and "'ibm2' is not one of 'hmm', 'ibm1'" in result.stderr
    result = run("en", "fr", "--lexicon", "en/lexicon.npz")
    assert result.exit_code == 1 and "en/lexicon.npz: cannot write" in result.stderr


def test_empty_files_have_no_links():
    Path("none").write_text("", encoding="utf-8")
    result = run("none", "none")
    assert (result.exit_code, result.stdout) == (0, "")
