"""The only module that prints: data on stdout, messages on stderr, wrapped and in color on a terminal. No meaning
depends on color. It never prints a password or a control sequence of others, and a line stays one line whatever it
contains.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, TextIO, TypedDict

from devpool.errors import DevpoolError
from devpool.redact.sentences import redact
from devpool.redact.terminal_text import json_text, short_names, shortened, visible
from devpool.terminal import painted, painted_diff, wrapped

if TYPE_CHECKING:
    from devpool.live_line import LiveLine

JSON_VERSION = 1
"""The version of what `--json` prints. It grows when a field goes or changes its meaning, not when one is added."""
_WIDEST = 64  # characters of a cell that is not the last in its row


class WarningData(TypedDict):
    """What does not end a command.

    Attributes:
        code: its stable code; "" for some warnings.
        message: one sentence.
        where: file and line, a service, or a path; "" for none.
        hint: what to type or to edit; "" for none.
    """

    code: str
    message: str
    where: str
    hint: str


class ErrorData(WarningData):
    """What ended a command.

    Attributes:
        code: its stable code.
        message: one sentence.
        where: file and line, a service, or a path; "" for none.
        hint: what to type or to edit; "" for none.
        details: further lines, such as a log.
        exit_code: the exit code of devpool.
    """

    details: list[str]
    exit_code: int


class ErrorAnswer(TypedDict):
    """A refusal or failure, also of the command line itself; `verb` is null where none is known.

    Attributes:
        error: what is wrong.
    """

    error: ErrorData


class Output:
    """Prints a command's messages and data.

    Args:
        as_json: print one JSON object on stdout and nothing else there.
        quiet: print no progress lines.

    Attributes:
        verbose: whether to print what other programs say while they work.
        verb: the verb that runs; None before it is known.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = False
        self.verb: str | None = None
        self._warned: list[WarningData] = []
        self._live: LiveLine | None = None

    def progress(self, line: str) -> None:
        """Print what devpool does, or has done."""
        if not self.quiet:
            self._say(line, sys.stderr)

    def details(self, lines: Iterable[str]) -> None:
        """With `--verbose`, print what another program said while it worked."""
        if self.verbose:
            for line in lines:
                self._say(line, sys.stderr)

    @contextmanager
    def doing(self, what: str, *, on_terminal_only: bool = False) -> Iterator[None]:
        """Say what takes longer than a second: on a terminal with the seconds, in a line that goes; elsewhere once.

        Args:
            what: what the block does.
            on_terminal_only: whether nothing is said elsewhere: it lasts long on a busy machine alone.
        """
        width = _width(sys.stderr) if "CI" not in os.environ else 0
        if self.quiet or (on_terminal_only and not width):
            yield
            return
        from devpool.live_line import LiveLine  # most commands are short

        outer = self._live
        if outer:
            outer.stop()
        self._live = LiveLine(words(what), width)
        try:
            yield
        finally:
            self._live.stop()
            self._live = outer.again() if outer else None

    def lines(self, *lines: str) -> None:
        """Print the answer as text; prints nothing with `--json`."""
        if not self.as_json:
            for line in lines:
                self._say(line, sys.stdout)

    def diff(self, text: str) -> None:
        """Print a unified diff whose secrets are masked."""
        lines = visible(text, keep="\n").splitlines(keepends=True)
        shown = [painted_diff(line.rstrip("\n")) + "\n" for line in lines] if _has_color(sys.stdout) else lines
        self.text("".join(shown), safe=True)

    def text(self, text: str, *, safe: bool = False) -> None:
        """Print several lines for a program, with all names in full.

        Args:
            text: the text.
            safe: whether it has no secret and acts on no terminal.
        """
        if not self.as_json:
            self._clear()
            sys.stdout.write(text if safe else visible(redact(text), keep="\n"))
            sys.stdout.flush()

    def data(
        self, answer: Mapping[str, object], *, verbatim: Mapping[str, str] | None = None, one_line: bool = False
    ) -> None:
        """Print the answer as JSON, if `--json` is given.

        Args:
            answer: its fields; dataclasses in it become objects.
            verbatim: texts that are shown as they are: those that are masked already, and what a program printed.
            one_line: whether it is one of several objects, each on a line of its own.
        """
        if self.as_json:
            head = {"version": JSON_VERSION, "verb": self.verb}
            body = head | _redacted(answer) | dict(verbatim or {}) | {"warnings": self._warned}
            print(json_text(body, one_line=one_line), flush=True)  # noqa: T201
            self._warned.clear()

    def kept(self) -> bytearray | None:
        """With `--json`, what gets the stdout of a program that runs; None where that is stdout itself."""
        return bytearray() if self.as_json else None

    def warning(self, error: DevpoolError) -> None:
        """Print an error that does not end the command. `--quiet` hides no warning."""
        self._warned.append(_redacted(_body(error)))
        self._say(f"warning: {sentence(error)}", sys.stderr)

    def warn(self, line: str) -> None:
        """Print a warning that has no code. `--quiet` hides none either."""
        self._warned.append(_redacted({"code": "", "message": line, "where": "", "hint": ""}))
        self._say(f"warning: {line}", sys.stderr)

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
            answer: ErrorAnswer = {
                "error": {**_body(error), "details": list(error.details), "exit_code": error.exit_code}
            }
            self.data(answer)
            return
        lines = [f"error: {sentence(error)}"]
        lines += [f"  {line}" for line in error.details]
        if error.hint:
            lines += ["", f"hint: {error.hint}"]
        for line in lines:
            self._say(line, sys.stderr)

    def _say(self, line: str, stream: TextIO) -> None:
        self._clear()
        width = _width(stream)
        lines = wrapped(words(line), width) if width else [words(line)]
        if _has_color(stream):
            lines[0] = painted(lines[0])
        print(*lines, sep="\n", file=stream, flush=True)

    def _clear(self) -> None:
        if self._live:
            self._live.clear()


def _width(stream: TextIO) -> int:
    """The columns of a terminal; 0 where a stream is none."""
    if not stream.isatty():
        return 0
    try:
        return int(os.environ.get("COLUMNS") or os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):
        return 80


def _has_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colors, and the user wants them (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _body(error: DevpoolError) -> WarningData:
    return {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}


def printed(kept: bytearray | None) -> dict[str, str]:
    """What a program printed, as a field of the answer."""
    return {"output": (kept or b"").decode("utf-8", "replace")}


def sentence(error: DevpoolError) -> str:
    """What is wrong, where, and the code by which people search for it."""
    place = f" ({error.where})" if error.where else ""
    return f"{error.message}{place} [{error.code}]"


def words(line: str) -> str:
    """A message as it is shown: one line, without passwords, with long names shortened."""
    return short_names(redact(visible(line)))


def _redacted(value: Any) -> Any:
    """A value with each string redacted on its own; in the finished JSON, a password would not end at the quote."""
    if isinstance(value, str):
        return redact(value)
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: _redacted(entry) for key, entry in value.items()}
    return [_redacted(entry) for entry in value] if isinstance(value, list | tuple) else value


def table(rows: Sequence[tuple[str, ...]], gap: int = 2) -> list[str]:
    """Rows as lines with aligned columns, so many blanks apart; long cells are shortened, except in the last column."""
    rows = [(*(shortened(visible(cell), _WIDEST) for cell in row[:-1]), visible(row[-1])) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return [(" " * gap).join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def next_lines(rows: Sequence[tuple[str, str]]) -> list[str]:
    """The commands that come next, each with what it does."""
    return ["next:", *table([(f"  {command}", words) for command, words in rows], gap=4)]
