"""The command line as Markdown, from click's own objects: what `--help` says."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from seqtasks import errors
from seqtasks.cli.main import commands


def commands_markdown() -> str:
    """A section for each command, groups and their commands in the order of `--help`."""
    return "\n\n".join(section(context) for context in contexts(click.Context(commands, info_name="seqtasks", **commands.context_settings)))


def contexts(context: click.Context) -> Iterator[click.Context]:
    """The context of a command and of all commands below it."""
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is None:
                raise LookupError(f"{context.command_path} lists {name} but does not have it")
            yield from contexts(click.Context(command, info_name=name, parent=context))


def section(context: click.Context) -> str:
    """Heading, usage, help text and options of one command."""
    command = context.command
    level = "##" if context.parent is None or context.parent.parent is None else "###"
    usage = f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}"
    lines = [f"{level} {context.command_path}", "", "```text", usage, "```", "", *help_text(command), ""]
    records = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    records = [(names, text) for names, text in records if text or names.startswith("-")]  # arguments are in the usage
    if records:
        lines += ["| option | meaning |", "|---|---|"]
        lines += [f"| {cell(f'`{names}`')} | {cell(text)} |" for names, text in records]
    return "\n".join(lines)


def help_text(command: click.Command) -> list[str]:
    """The help's paragraphs; one that click is told not to wrap stays as it is."""
    lines: list[str] = []
    for block in inspect.cleandoc(command.help or "").split("\n\n"):
        verbatim = block.startswith("\b")
        lines += ["```text", block.removeprefix("\b").strip("\n"), "```", ""] if verbatim else [block.replace("<", "\\<"), ""]
    return lines


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|").replace("<", "\\<").replace("\n", " ") if not text.startswith("`") else text.replace("|", "\\|")


def exit_codes_markdown() -> str:
    """What the command line returns, and for which errors."""
    kinds: dict[int, list[type[errors.SeqtasksError]]] = {}
    for kind in [errors.SeqtasksError, *below(errors.SeqtasksError)]:
        kinds.setdefault(kind.exit_code, []).append(kind)
    rows = [f"| {code} | {' '.join(dict.fromkeys(first_line(kind) for kind in found))} |" for code, found in sorted(kinds.items())]
    return "\n".join(["| code | when |", "|---|---|", "| 0 | Done. Also when the reader of a pipe closes it early. |", *rows])


def below(kind: type[errors.SeqtasksError]) -> list[type[errors.SeqtasksError]]:
    """All errors of seqtasks/errors.py that extend `kind`."""
    return [found for found in vars(errors).values() if inspect.isclass(found) and issubclass(found, kind) and found is not kind]


def first_line(kind: type) -> str:
    """The first sentence of a docstring, without the exit code it may name."""
    return inspect.cleandoc(kind.__doc__ or "").split("\n")[0].split(" `exit_code`")[0].replace(" (exit code 2)", "")
