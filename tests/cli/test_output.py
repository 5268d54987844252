"""Standard streams: what cannot be written is one line, training goes on, and no data steers a terminal."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from seqtasks.cli.compare_tables import plain_table, print_table
from seqtasks.cli.output import Output, OutputError, shown, styled
from seqtasks.runs.stopping import stop_on_signal
from tests.miniature.runs import one_thread

RUN = Path(__file__).parents[1] / "runs" / "format_1" / "hmm"
FULL = "standard output: cannot write: No space left on device. Write to a file with --out or >."


def command(line: str) -> tuple[int, str]:
    """The end of a shell line in which `seqtasks` is the command; and its standard error."""
    line = line.replace("seqtasks", f"{sys.executable} -m seqtasks", 1)
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=one_thread(), timeout=120, check=False)
    return done.returncode, done.stderr


def test_control_signs_are_shown_as_escapes_and_nothing_else_is() -> None:
    assert shown("a\x1b[31m\a\0\x9b\u202e\u2066\u200f\ud800") == r"a\x1b[31m\x07\x00\x9b\u202e\u2066\u200f\ud800"
    plain = "tab\tline\n zwölf 中文 עברית नि \u200d\U0001f600 [bold] \\x1b"
    assert shown(plain) == plain


def test_messages_are_escaped_and_files_get_text_as_it_is() -> None:
    for messages, expected in ((True, rb"\x1b"), (False, b"\x1b")):
        buffer = io.BytesIO()
        output = Output(buffer, encoding="utf-8", messages=messages)
        output.write("\x1b")
        output.flush()
        assert buffer.getvalue() == expected
        Console(file=styled(output), force_terminal=True).print("x", style="bold")
        assert b"\x1b[1mx" in buffer.getvalue()


@pytest.mark.parametrize("name", ["b[/]", "[link=http://x]y[/link]", "[bold]", ":smile:"])
def test_names_in_tables_are_no_markup(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = plain_table(f"of {name}", ["system"], ["score"])
    table.add_row(name, "1")
    print_table(table)
    assert capsys.readouterr().out.count(name) == 2


def test_a_full_disk_ends_a_command_with_one_line_and_training_not_at_all() -> None:
    with open("/dev/full", "wb", buffering=0) as full:
        output = Output(os.fdopen(os.dup(full.fileno()), "wb"), encoding="utf-8", messages=False)
        with pytest.raises(OutputError) as caught:
            print("x", file=output, flush=True)
        assert str(caught.value) == FULL
        output = Output(os.fdopen(os.dup(full.fileno()), "wb"), encoding="utf-8", messages=False)
        output.goes_on = True
        for _ in range(3):
            print("x", file=output, flush=True)


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("seqtasks recipes list >/dev/full", 1, f"Error: {FULL}\n"),
        ("seqtasks --help >/dev/full", 1, f"Error: {FULL}\n"),
        ("seqtasks recipes list >&-", 1, f"Error: {FULL}\n".replace("No space left on device", "Bad file descriptor")),
        (f"seqtasks predict {RUN} <&-", 1, "Error: standard input: cannot be read (Bad file descriptor). Check its permissions.\n"),
        (
            f"echo a | seqtasks predict {RUN} >&-",
            1,
            "Error: standard output: cannot write: Bad file descriptor. Write to a file with --out.\n",
        ),
        ("seqtasks run nothing 2>/dev/full", 2, ""),
        ("seqtasks run nothing 2>&-", 2, ""),
        ("seqtasks run nothing >&- <&-", 2, None),
    ],
)
def test_closed_and_full_streams_are_one_line(line: str, code: int, error: str | None) -> None:
    found = command(line)
    assert found == (code, error if error is not None else found[1])
    assert found[1].count("\n") <= 1


@pytest.mark.parametrize("stream", ["| head -2 >/dev/null", ">/dev/full", ">&-", ">/dev/full 2>&1"])
def test_training_goes_on_where_nobody_reads(tmp_path: Path, stream: str) -> None:
    code, error = command(f"seqtasks run pos hmm --out {tmp_path / 'run'} {stream}")
    assert (code, error) == (0, "")
    assert (tmp_path / "run" / "report.html").is_file()


def test_a_terminal_gets_escapes_for_the_signs_of_the_text(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"a\x1b]0;title\x07\n")
    main, terminal = pty.openpty()
    line = [sys.executable, "-m", "seqtasks", "predict", str(RUN), str(text)]
    assert subprocess.run(line, stdout=terminal, env=one_thread(), timeout=120, check=False).returncode == 0
    os.close(terminal)
    found = os.read(main, 1000)
    os.close(main)
    assert b"\x1b" not in found and b"\x07" not in found and rb"\x1b" in found


def test_asking_to_stop_outside_the_loop_stops_at_once() -> None:
    import signal

    with pytest.raises(KeyboardInterrupt), stop_on_signal(lambda: False, print):
        signal.raise_signal(signal.SIGINT)
    with stop_on_signal(lambda: True, print) as stopped:
        signal.raise_signal(signal.SIGTERM)
    assert stopped


def test_a_prediction_that_is_ended_leaves_no_file_that_was_begun(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "seqtasks", "predict", str(RUN), "--out", str(tmp_path / "answers")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, env=one_thread()) as running:
        assert running.stdin
        while not [*tmp_path.iterdir()]:
            running.stdin.write(b"a line\n" * 100)
            running.stdin.flush()
        running.terminate()
        running.wait(60)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_regular_file_is_written_into_and_links_are_followed(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text("a\n")
    pipe, link, target = tmp_path / "pipe", tmp_path / "link", tmp_path / "target"
    os.mkfifo(pipe)
    target.write_text("old")
    link.symlink_to(target)
    assert command(f"seqtasks predict {RUN} {lines} --out {pipe} & cat {pipe} >{tmp_path / 'read'}; wait")[0] == 0
    assert pipe.is_fifo() and (tmp_path / "read").read_text().startswith("a/")
    assert command(f"seqtasks predict {RUN} {lines} --out {link}") == (0, "")
    assert link.is_symlink() and target.read_text() == (tmp_path / "read").read_text()
    assert command(f"seqtasks predict {RUN} {lines} --out /dev/null") == (0, "")
    assert Path("/dev/null").is_char_device()
