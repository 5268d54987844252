"""Command groups: which endings our errors have, that other errors are not hidden, and that a command is imported when it is typed."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from seqtasks import errors
from seqtasks.cli.group import EXITS, Group, LazyGroup
from seqtasks.errors import DataError, Interrupted, SeqtasksError, UsageError


def ending(error: BaseException) -> Result:
    @click.group(cls=Group)
    def commands() -> None:
        pass

    @commands.command()
    def fail() -> None:
        raise error

    return CliRunner().invoke(commands, ["fail"])


def kinds(root: type[SeqtasksError] = SeqtasksError) -> Iterator[type[SeqtasksError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def test_every_kind_of_our_errors_has_an_ending_with_its_exit_code() -> None:
    assert {kind.__name__ for kind in kinds() if kind.__module__ == errors.__name__} >= {"DataError", "RecipeError", "Interrupted"}
    for kind in kinds():
        assert EXITS[kind.exit_code].exit_code == kind.exit_code


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (DataError("dev.bio", 12, "no tag", "Add it"), 1, "Error: dev.bio:12: no tag. Add it.\n"),
        (UsageError("no such task."), 2, "Error: no such task.\n"),
        (Interrupted("stopped. Go on with --resume."), 130, "Error: stopped. Go on with --resume.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
    ],
)
def test_our_errors_and_an_interruption_are_one_line_on_stderr(error: BaseException, code: int, line: str) -> None:
    result = ending(error)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", line)


@pytest.mark.parametrize("error", [ValueError("a bug"), RuntimeError("another"), KeyError("x")])
def test_errors_that_are_not_ours_are_not_hidden(error: Exception) -> None:
    assert ending(error).exception is error


class Lazy(LazyGroup):
    """Two commands: one whose module is there, one whose module is not."""

    commands_by_name = {
        "lazy_command": ("tests.cli.lazy_command", "Say a word."),
        "broken": ("tests.cli.no_such_module", "Cannot be imported."),
    }


@click.group(cls=Lazy)
def lazy() -> None:
    """Lazy commands."""


def test_help_lists_every_command_in_order_and_imports_none() -> None:
    sys.modules.pop("tests.cli.lazy_command", None)
    result = CliRunner().invoke(lazy, ["--help"])
    assert result.exit_code == 0
    assert [line.split(maxsplit=1) for line in result.stdout.split("Commands:\n")[1].splitlines()] == [
        ["lazy_command", "Say a word."],
        ["broken", "Cannot be imported."],
    ]
    assert "tests.cli.lazy_command" not in sys.modules


def test_a_command_is_imported_and_run_when_it_is_typed() -> None:
    result = CliRunner().invoke(lazy, ["lazy_command", "word"])
    assert (result.exit_code, result.stdout) == (0, "word\n")
    assert isinstance(CliRunner().invoke(lazy, ["broken"]).exception, ModuleNotFoundError)


def test_a_mistyped_command_is_told_with_the_nearest_and_all_there_are() -> None:
    result = CliRunner().invoke(lazy, ["lazy-comand"])
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "Error: no command 'lazy-comand'; did you mean 'lazy_command'? Commands: lazy_command, broken."
    )
    assert CliRunner().invoke(lazy, ["--nothing"]).stderr.splitlines()[-1].startswith("Error: No such option")
    assert lazy.get_command(click.Context(lazy), "unknown") is None


def test_a_reader_that_goes_away_ends_a_command_without_a_word() -> None:
    code = "from tests.cli.test_group import lazy; lazy(['lazy_command', 'word', '--times', '200000'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline() == "word\n"
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 0


def test_the_package_run_as_a_module_is_the_command_line() -> None:
    ended = subprocess.run([sys.executable, "-m", "seqtasks", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("seqtasks, version ")
