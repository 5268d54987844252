"""Command groups that load a command only when it is typed, and that turn our errors, and only ours, into one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from seqtasks.errors import SeqtasksError, did_you_mean


class OneLine(click.ClickException):
    """One of our errors as click shows it."""


class WrongUsage(OneLine):
    """The same, where the options were wrong."""

    exit_code = 2


class Stopped(OneLine):
    """The same, where the user interrupted."""

    exit_code = 130


EXITS = {ending.exit_code: ending for ending in (OneLine, WrongUsage, Stopped)}


class Group(click.Group):
    """A group whose errors of kind SeqtasksError end as one line on stderr, an interruption as exit code 130, and a closed pipe as 0."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SeqtasksError as error:
            raise EXITS[error.exit_code](str(error)) from error
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)
        except BrokenPipeError:  # here, since click itself would end with 1
            quiet_end()


def quiet_end() -> None:
    """Exit with 0 although the reader of standard output is gone: Python would complain when it flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


class LazyGroup(Group):
    """A group of commands given as {name: (module, help)}; a module is imported when its command runs."""

    commands_by_name: Mapping[str, tuple[str, str]] = {}
    meant: Mapping[str, str] = {}  # what commands are called elsewhere

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_by_name:
            return None
        command = getattr(import_module(self.commands_by_name[cmd_name][0]), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their short help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.commands_by_name.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Click's, with the nearest known command for a mistyped one."""
        if args and args[0] not in self.commands_by_name and not args[0].startswith("-"):
            known = self.commands_by_name
            raise click.UsageError(f"no command {args[0]!r}{did_you_mean(args[0], known, self.meant)} Commands: {', '.join(known)}.", ctx)
        return super().resolve_command(ctx, args)
