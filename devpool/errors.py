"""The errors that a user can see. Imports no other module of devpool, so that every module may raise them."""

from __future__ import annotations

from typing import Literal

DONE = 0
REFUSED = 1
USAGE = 2
BUG = 3
FOUND = 4
COULD_NOT_TELL = 5
INTERRUPTED = 130

Code = Literal[
    "anchor-below",
    "another-project",
    "bad-devcontainer",
    "bad-image",
    "bad-interpolation",
    "bad-limit",
    "bad-name",
    "bad-setting",
    "bad-setting-value",
    "bad-team-setting",
    "bad-threshold",
    "binary-text",
    "bug",
    "cannot-read",
    "changed-meanwhile",
    "changed-since-enable",
    "command-failed",
    "command-not-found",
    "compose-refuses",
    "compose-too-much",
    "compose-too-old",
    "compose-too-slow",
    "copies-left",
    "database-not-ready",
    "devpool-file-too-large",
    "devpool-folder-not-real",
    "devpool-folder-not-yours",
    "devpool-folder-too-large",
    "digests-not-verified",
    "direct-and-pool",
    "disk-error",
    "disk-full",
    "docker-failed",
    "edit-not-there",
    "edits-overlap",
    "engine-not-running",
    "extends-cycle",
    "extends-unknown",
    "fast-auth-refused",
    "half-changed",
    "image-needed",
    "image-not-built",
    "image-not-found",
    "image-not-ours",
    "image-too-old",
    "include-cycle",
    "interrupted",
    "journal-damaged",
    "journal-not-verified",
    "journal-set-aside",
    "journal-unknown",
    "keep-or-force",
    "key-not-text",
    "layout-not-plain",
    "link-kept",
    "locked",
    "login-unusable",
    "meaning-differs",
    "name-not-plain",
    "no-compose-file",
    "no-compose-plugin",
    "no-copy",
    "no-credentials",
    "no-database",
    "no-database-name",
    "no-database-setting",
    "no-docker-cli",
    "no-final-newline",
    "no-folder",
    "no-junit",
    "no-link",
    "no-machine-key",
    "no-migration-tool",
    "no-plugin-program",
    "no-port-variable",
    "no-record",
    "no-setting",
    "no-shared-network",
    "not-a-file",
    "not-a-manager",
    "not-a-mapping",
    "not-a-stack",
    "not-an-app",
    "not-copied",
    "not-enabled",
    "not-fresh",
    "not-junit",
    "not-known-again",
    "not-on-a-stack",
    "not-on-this-node",
    "not-only-the-override",
    "not-pooled",
    "not-readable",
    "not-recognised",
    "not-reversible",
    "not-running",
    "not-toml",
    "not-undone",
    "not-utf8",
    "not-writable",
    "not-yaml",
    "nothing-to-pool",
    "nothing-to-size",
    "old-address",
    "on-a-stack",
    "only-in-shell",
    "outside",
    "outside-root",
    "override-not-loaded",
    "override-repeats-secret",
    "override-states-it",
    "override-without-services",
    "password-like-a-hash",
    "password-too-long",
    "plugin-not-ours",
    "pooler-name-taken",
    "pooler-not-built",
    "pooler-unhealthy",
    "port-not-valid",
    "port-taken",
    "ports-differ",
    "project-changed",
    "read-elsewhere",
    "reading-differs",
    "reload-failed",
    "remote-file",
    "result-refused",
    "same-file-twice",
    "second-name-taken",
    "secret-in-image",
    "secret-setting",
    "session-direct",
    "set-refused",
    "setting-decided",
    "setting-twice",
    "several-documents",
    "several-hosts",
    "shared-dependencies",
    "shared-value",
    "stack-cli-too-old",
    "stack-refuses",
    "state-in-conflict",
    "state-not-ours",
    "state-unreadable",
    "state-version",
    "stdin",
    "tls-demanded",
    "too-deep",
    "too-large",
    "too-many-aliases",
    "too-many-files",
    "unknown-alias",
    "unknown-command",
    "unknown-database",
    "unknown-option",
    "unknown-pooler",
    "unknown-service",
    "unknown-setting",
    "value-not-plain",
    "value-too-long",
    "variable-required",
    "which-database",
    "which-migration",
    "which-service",
    "which-stack",
    "wrong-usage",
]
"""Every code of a refusal or failure. They are stable: people search for them, and programs compare them."""


class DevpoolError(Exception):
    """A refusal or failure that is not a bug: one sentence, the place, and a hint.

    Args:
        code: for `--json` and for searching.
        message: one sentence without a final period and without any secret.
        where: `file:line`, a service or a path; empty if there is none.
        hint: a command to type or an edit to make.
        details: more lines to show between message and hint, such as a pooler's log; already redacted.
        said: what another program said, if the message quotes it; otherwise the message itself.
    """

    exit_code = REFUSED

    def __init__(
        self,
        code: Code,
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

    def __init__(self, code: Code, message: str, *, where: str = "") -> None:
        hint = "nothing was written; this is a bug in devpool, please report it with the code in brackets"
        super().__init__(code, message, where=where, hint=hint)
