"""The only module that prints: data on stdout, messages on stderr. No meaning depends on color. It never prints a
password or a control sequence, and a line stays one line whatever it contains.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from devpool.errors import DevpoolError
from devpool.redact.passwords import redact
from devpool.redact.terminal_text import json_text, short_names, shortened, visible

if TYPE_CHECKING:
    import click

_WIDEST = 64  # characters of a cell that is not the last in its row


class Output:
    """Prints a command's messages and data.

    Args:
        as_json: print one JSON object on stdout and nothing else there.
        quiet: print no progress lines.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet

    def progress(self, line: str) -> None:
        """Print what devpool is doing."""
        if not self.quiet:
            _say(line, sys.stderr)

    def lines(self, *lines: str) -> None:
        """Print the answer as text; prints nothing with `--json`."""
        if not self.as_json:
            for line in lines:
                _say(line, sys.stdout)

    def text(self, text: str, *, masked: bool = False) -> None:
        """Print several lines for a program, or a diff, with all names in full.

        Args:
            text: the text.
            masked: whether its secrets are already masked.
        """
        if not self.as_json:
            sys.stdout.write(visible(text if masked else redact(text), keep="\n"))
            sys.stdout.flush()

    def data(self, body: dict[str, Any]) -> None:
        """Print the answer as JSON, if `--json` is given."""
        if self.as_json:
            print(json_text(_redacted(body)), flush=True)  # noqa: T201

    def warning(self, error: DevpoolError) -> None:
        """Print an error that does not end the command. `--quiet` hides no warning."""
        self.warn(sentence(error))

    def warn(self, line: str) -> None:
        """Print a warning that has no code. `--quiet` hides none either."""
        _say(f"warning: {line}", sys.stderr)

    def unproved(self) -> None:
        """Say that the user skipped the proof."""
        self.warn("--no-verify: devpool did NOT verify the result with Compose")

    def warnings(self, errors: Iterable[DevpoolError]) -> None:
        """Print errors that do not end the command, each with its hint."""
        for error in errors:
            self.warning(error)
            if error.hint:
                self.progress(f"hint: {error.hint}")

    def error(self, error: DevpoolError) -> None:
        """Print an error: one sentence with what and where, and its code; a blank line, a hint."""
        if self.as_json:
            body = {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
            self.data({"error": body | {"details": list(error.details)}})
            return
        words = [f"error: {sentence(error)}"]
        words += [f"  {line}" for line in error.details]
        if error.hint:
            words += ["", f"hint: {error.hint}"]
        for line in words:
            _say(line, sys.stderr)

    def usage(self, error: click.ClickException) -> None:
        """Print click's message about a wrong command line, which it quotes."""
        context = getattr(error, "ctx", None)
        if context is not None:
            usage = context.get_usage().split("\n")
            for line in (*usage, f"Try '{context.command_path} --help' for help.", ""):
                _say(line, sys.stderr)
        _say(f"Error: {error.format_message()}", sys.stderr)


def sentence(error: DevpoolError) -> str:
    """What is wrong, where, and the code by which people search for it."""
    place = f" ({error.where})" if error.where else ""
    return f"{error.message}{place} [{error.code}]"


def words(line: str) -> str:
    """A message as it is shown: one line, without passwords, with long names shortened."""
    return short_names(redact(visible(line)))


def _say(line: str, stream: TextIO) -> None:
    print(words(line), file=stream, flush=True)


def _redacted(value: Any) -> Any:
    """A value with each string redacted on its own; in the finished JSON, a password would not end at the quote."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(entry) for key, entry in value.items()}
    return [_redacted(entry) for entry in value] if isinstance(value, list | tuple) else value


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines with aligned columns; long cells are shortened, except in the last column."""
    rows = [(*(shortened(visible(cell), _WIDEST) for cell in row[:-1]), visible(row[-1])) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
