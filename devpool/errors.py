"""The errors that a user can see. Imports no other module of devpool, so that every module may raise them."""

from __future__ import annotations

DONE = 0
REFUSED = 1
USAGE = 2
BUG = 3
FOUND = 4
INTERRUPTED = 130


class DevpoolError(Exception):
    """A refusal or failure that is not a bug: one sentence, the place, and a hint.

    Args:
        code: stable kebab-case name, for `--json` and for searching.
        message: one sentence without a final period and without any secret.
        where: `file:line`, a service or a path; empty if there is none.
        hint: a command to type or an edit to make.
        details: more lines to show between message and hint, such as a pooler's log; already redacted.
        said: what another program said, if the message quotes it; otherwise the message itself.
    """

    exit_code = REFUSED

    def __init__(
        self,
        code: str,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        details: tuple[str, ...] = (),
        said: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint
        self.details = details
        self.said = said or message


class UsageError(DevpoolError):
    """The command line itself is wrong."""

    exit_code = USAGE


class ProofError(DevpoolError):
    """The proof of an edit failed: nothing was written, and the cause is a bug in devpool."""

    exit_code = BUG

    def __init__(self, code: str, message: str, *, where: str = "") -> None:
        hint = "nothing was written; this is a bug in devpool, please report it with the code in brackets"
        super().__init__(code, message, where=where, hint=hint)
