"""`seqtasks predict`: a line in, a line out, whatever the line holds; streamed, from a file or a pipe."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import seqtasks
from seqtasks.cli.predict import lines_of as input_lines
from seqtasks.cli.predict import predict
from seqtasks.cli.predict import write as write_answers
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke, one_thread

LINE_SEPARATOR, NEXT_LINE, NO_BREAK = "\u2028", "\u0085", "\u00a0"
LINES = [
    "Mara sees the dog.",
    "",
    "   ",
    f"Tessel{LINE_SEPARATOR}finds{NEXT_LINE}the\x0bboat\x0c.",
    "unseen wörds ☃ 😀",
    "the " * 3000,
    "l'homme dit : « oui ».",
    "a/b c/d",
    "<pad> <unk> <eos>",
    "\t",
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lines_of(text: str) -> list[str]:
    assert text.endswith("\n")
    return text.split("\n")[:-1]


@pytest.mark.parametrize("task", ["pos", "multitask", "translation"])
@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_as_many_lines_come_out_as_went_in(task: str, form: str, finished) -> None:
    content = "".join(f"{line}\n" for line in LINES)
    write(Path("input.txt"), content)
    from_file = done("predict", finished(task), "input.txt", "--format", form).stdout
    from_pipe = done("predict", finished(task), "--format", form, input=content.encode()).stdout
    from_dash = done("predict", finished(task), "-", "--format", form, input=content.encode()).stdout
    assert from_file == from_pipe == from_dash
    found = lines_of(from_file)
    assert len(found) == len(LINES)
    if form == "text":
        assert [found[1], found[2], found[9]] == ["", "", ""]


def test_text_gives_every_word_its_tag(finished) -> None:
    words = "Mara sees the dog ."
    answer = seqtasks.load(finished("pos")).tag(words)
    printed = done("predict", finished("pos"), input=f"{words}\n".encode()).stdout
    assert printed == " ".join(f"{word}/{tag}" for word, tag in zip(words.split(), answer.tags["upos"], strict=True)) + "\n"
    both = done("predict", finished("multitask"), input=f"{words}\n".encode()).stdout.split()
    assert [token.rpartition("/")[0] for token in both] == words.split()
    assert all(token.rpartition("/")[2].count("|") == 1 for token in both)


def test_conll_gives_a_word_a_line_and_a_blank_line_after_each_sentence(finished) -> None:
    printed = done("predict", finished("multitask"), "--format", "conll", "--tokens", input=b"Mara sees\n\nthe dog\n").stdout
    blocks = [block.split("\n") for block in printed.split("\n\n")]
    assert [[row.split("\t")[0] for row in block] for block in blocks[:2]] == [["Mara", "sees"], ["", "the", "dog"]]
    assert all(len(row.split("\t")) == 3 for row in blocks[0])


def test_tokens_are_taken_as_they_stand(finished) -> None:
    line = f"don't U.S. 10{NO_BREAK}000 a{LINE_SEPARATOR}b  ,;"
    rows = [json.loads(done("predict", finished("pos"), *options, input=f"{line}\n".encode()).stdout) for options in TOKEN_OPTIONS]
    assert rows[0]["tokens"] == ["don't", "U.S.", f"10{NO_BREAK}000", f"a{LINE_SEPARATOR}b", ",;"]
    assert len(rows[1]["tokens"]) > len(rows[0]["tokens"])
    assert all(len(row["tags"]["upos"]) == len(row["tokens"]) for row in rows)


TOKEN_OPTIONS = [("--format", "jsonl", "--tokens"), ("--format", "jsonl")]


def test_n_best_are_distinct_and_best_first(finished) -> None:
    printed = done(
        "predict", finished("translation"), "--format", "jsonl", "--n-best", "3", "--beams", "4", input=b"A dog sees.\n\n"
    ).stdout
    first, blank = (json.loads(line) for line in lines_of(printed))
    assert first["text"] == "A dog sees."
    assert len(first["n_best"]) == 3
    assert first["translation"] == first["n_best"][0]["translation"]
    scores = [entry["score"] for entry in first["n_best"]]
    assert scores == sorted(scores, reverse=True)
    assert (blank["text"], blank["translation"], blank["finished"]) == ("", "", True)


def test_beams_change_the_search(finished) -> None:
    line = b"A dog sees the boat in the garden.\n"
    rows = [
        json.loads(done("predict", finished("translation"), "--format", "jsonl", "--beams", beams, input=line).stdout) for beams in (1, 5)
    ]
    assert rows[1]["score"] >= rows[0]["score"] - 1e-6 or not rows[0]["finished"]


def test_a_last_line_without_its_end_and_a_byte_order_mark_are_read(finished) -> None:
    plain = done("predict", finished("pos"), input=b"Mara sees\nthe dog\n").stdout
    assert done("predict", finished("pos"), input=b"\xef\xbb\xbfMara sees\r\nthe dog").stdout == plain
    assert done("predict", finished("pos"), input=b"").stdout == ""


def test_a_sentence_is_answered_the_same_alone_and_among_others(finished) -> None:
    for task in ("multitask", "translation"):
        some = ["A dog sees the boat.", "Mara", "the lamp finds a baker in the garden of the old harbour", "dog dog"]
        together = lines_of(done("predict", finished(task), input="".join(f"{line}\n" for line in some).encode()).stdout)
        alone = [lines_of(done("predict", finished(task), input=f"{line}\n".encode()).stdout)[0] for line in some]
        assert together == alone


@pytest.mark.parametrize("task", ["pos", "translation"])
def test_answers_come_before_the_input_is_exhausted(task: str, finished) -> None:
    read = []

    def endless() -> Iterator[str]:
        while True:
            read.append(1)
            yield "the dog sees"

    predictor = seqtasks.load(finished(task))
    answers = predictor.stream(endless(), chunk=10)
    for _ in range(15):
        next(answers)
    assert len(read) == 20


def test_a_reader_who_closes_the_pipe_is_no_error(finished) -> None:
    write(Path("many.txt"), "Mara sees the dog.\n" * 20_000)
    command = f"{sys.executable} -m seqtasks.cli.main predict {finished('pos')} many.txt | head -1; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=one_thread(), timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("\n") == 1


REFUSED = [
    ("translation", ["--tokens"], "--tokens is for tagging runs; a translation run splits its lines itself."),
    ("translation", ["--format", "conll"], "--format conll is for tagging runs. Use text, jsonl or html."),
    ("translation", ["--n-best", "2"], "--n-best above 1 needs --format jsonl or html, since text keeps one line for each line."),
    ("pos", ["--n-best", "2"], "--n-best is for translation runs."),
    ("pos", ["--alignments"], "--alignments is for translation runs."),
    ("pos", ["--prefix", "begun.txt"], "--prefix is for translation runs."),
]


@pytest.mark.parametrize(("task", "options", "message"), REFUSED)
def test_options_that_mean_nothing_for_the_run_are_refused(task: str, options: list[str], message: str, finished) -> None:
    result = invoke("predict", finished(task), *options, input=b"Mara\n")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


def test_bad_bytes_end_in_one_line_with_their_place(finished) -> None:
    result = invoke("predict", finished("pos"), input=b"Mara\nd\xffg\n")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: standard input:2: ")


def test_a_file_of_answers_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "answers.txt"

    def failing() -> Iterator[str]:
        yield "first"
        raise ValueError("the second fails")

    with pytest.raises(ValueError, match="the second fails"):
        write_answers(failing(), out, at_once=False)
    assert list(tmp_path.iterdir()) == []
    write_answers(["é\u2028x", ""], out, at_once=False)
    assert out.read_bytes() == "é\u2028x\n\n".encode()


def test_lines_are_those_between_line_feeds(tmp_path: Path) -> None:
    path = write(tmp_path / "some.txt", "\ufeffa\r\nb\u2028c\n\nlast")
    assert list(input_lines(path)) == ["a", "b\u2028c", "", "last"]


def test_a_kept_run_answers_a_file_as_it_did(tmp_path: Path) -> None:
    run = Path(__file__).resolve().parents[1] / "runs" / "format_1" / "hmm"
    result = CliRunner().invoke(predict, [str(run), str(run / "inputs.txt"), "--out", str(tmp_path / "out.txt")])
    assert (result.exit_code, result.output) == (0, "")
    rows = [json.loads(line) for line in (run / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = [" ".join(f"{word}/{tag}" for word, tag in zip(row["tokens"], row["tags"]["upos"], strict=True)) for row in rows]
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").split("\n")[:-1] == expected
    assert invoke("predict", run, "nope.txt").stderr == "Error: nope.txt: no such file. Check the path.\n"
