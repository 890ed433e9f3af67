"""The only module that prints. Data on stdout, words on stderr; meaning never needs colour; never a password."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from devpool.errors import DevpoolError
from devpool.text.redaction import redact, redact_settings


class Output:
    """Where a command's words and data go.

    Args:
        as_json: one JSON object on stdout and nothing else there.
        quiet: no progress lines.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet

    def progress(self, line: str) -> None:
        """Say what is being done."""
        if not self.quiet:
            print(redact(line), file=sys.stderr, flush=True)  # noqa: T201

    def lines(self, *lines: str) -> None:
        """Text that a person reads as the answer; left out where JSON is asked for."""
        if not self.as_json:
            for line in lines:
                print(redact(line), flush=True)  # noqa: T201

    def text(self, text: str) -> None:
        """Text of the user's own files, such as a diff, with the values of secret names left out too."""
        if not self.as_json:
            sys.stdout.write(redact_settings(text))
            sys.stdout.flush()

    def data(self, body: dict[str, Any]) -> None:
        """The answer as JSON, where that is asked for."""
        if self.as_json:
            print(json.dumps(_redacted(body), indent=2, ensure_ascii=False), flush=True)  # noqa: T201

    def warning(self, error: DevpoolError) -> None:
        """An error beside the one that ends the command."""
        self.progress(f"warning: {error.message}{f' ({error.where})' if error.where else ''}")

    def error(self, error: DevpoolError, *, verbose: bool = False) -> None:
        """An error: one sentence, what and where; a blank line; a hint."""
        if self.as_json:
            body = {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
            self.data({"error": body | {"details": list(error.details)}})
            return
        place = f" ({error.where})" if error.where else ""
        code = f" [{error.code}]" if verbose else ""
        words = [f"error: {error.message}{place}{code}"]
        words += [f"  {line}" for line in error.details]
        if error.hint:
            words += ["", f"hint: {error.hint}"]
        for line in words:
            print(redact(line), file=sys.stderr, flush=True)  # noqa: T201


def _redacted(value: Any) -> Any:
    """A value with each of its texts redacted by itself: in the finished JSON a password would end at no quote."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(entry) for key, entry in value.items()}
    return [_redacted(entry) for entry in value] if isinstance(value, list | tuple) else value


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines with aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
