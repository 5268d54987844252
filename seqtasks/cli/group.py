"""Command groups that load a command only when it is typed, and that turn our errors, and only ours, into one line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from seqtasks.cli.output import silence
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
        except KeyboardInterrupt as stop:
            click.echo(str(stop) or "Interrupted.", err=True)
            ctx.exit(130)
        except BrokenPipeError:  # here, since click itself would end with 1
            quiet_end()
        except OSError as fault:  # a path that cannot even be looked at: too long, or in a folder that one may not search
            raise OneLine(f"{fault.filename or 'output'}: {fault.strerror or fault}. Check the path and its permissions.") from fault
        except MemoryError as fault:
            raise OneLine("not enough memory. Give less at once, or a smaller model.") from fault
        except RecursionError as fault:
            raise OneLine("values are nested too deeply. Check the last file or option that was given.") from fault


def quiet_end() -> None:
    """Exit with 0 although the reader of standard output is gone: Python would complain when it flushes it."""
    silence(sys.stdout)
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
