"""What `include`, `extends`, `-f` and `COMPOSE_FILE` name that is not on this machine. Compose fetches it on a mere
`docker compose config`; before 2.40.3 it could be made to write outside its cache (CVE-2025-62725).

What is remote is decided as Compose decides it (docker/compose, pkg/remote: `Accept` of git.go and of oci.go):
`oci://...`, and what BuildKit takes for a git repository (moby/buildkit, frontend/dockerfile/dfgitutil/git_ref.go and
util/sshutil/scpurl.go): `github.com/...`, a URL with one of git's schemes, `user@host:path` and, in some versions,
`host:path`. A path that begins with `/`, `./` or `../` is local. devpool takes every scheme for remote, also those
that no version of Compose knows.
"""

from __future__ import annotations

import re

from devpool.errors import DevpoolError
from devpool.text.patterns import regex

_REMOTE = regex(r"github\.com/|(?:[\w-]+@)?[A-Za-z0-9.+-]+:")
_SHOWN = 100  # characters of a name
# Compose's error when it is told to fetch nothing.
_DISABLED = regex(r"\b(?:git|OCI) remote resource is disabled by\b")
# Names a further file, or may name one in a way that this does not see: escapes in double quotes, tags such as
# `!!binary`, and texts that are not UTF-8.
_NAMING = rb"include|extends|\\[xuU\r\n]|%TAG|!\S*!|!<|\0"
NOTHING_FETCHED = {"COMPOSE_EXPERIMENTAL_GIT_REMOTE": "false", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "false"}
"""Variables that tell Compose to fetch nothing, even if devpool has overlooked something."""


def is_remote(name: str) -> bool:
    """Whether Compose would fetch what a compose file names so."""
    return _REMOTE.match(name) is not None


def may_name_files(data: bytes) -> bool:
    """Whether a compose file may name further ones, told without reading it as YAML."""
    return re.search(_NAMING, data) is not None or not _is_text(data)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def remote_file(what: str, name: str, where: str) -> DevpoolError:
    """The refusal of a remote file.

    Args:
        what: the key that names it.
        name: what is named, as it is written: the values of its variables are not shown.
        where: `file:line`.
    """
    return DevpoolError(
        "remote-file",
        f"{what} names a file that is not on this machine and that Compose would fetch: {_shown(name)}",
        where=where,
        hint="if you trust it, add --allow-remote; devpool does not edit that file",
    )


def remote_project(name: str) -> DevpoolError:
    """The refusal of a project whose compose file itself is remote: nothing in it could be edited."""
    return DevpoolError(
        "remote-file",
        f"the compose file is not on this machine: {_shown(name)}",
        hint="fetch it yourself and pass the copy: devpool -f path/to/compose.yml ...",
    )


def disabled(said: str) -> DevpoolError | None:
    """The refusal that Compose's own words mean, where it was told to fetch nothing and had to."""
    if not _DISABLED.search(said):
        return None
    return DevpoolError(
        "remote-file",
        "a compose file names another that is not on this machine and that Compose would fetch",
        hint="if you trust it, add --allow-remote; devpool does not edit that file",
    )


def _shown(name: str) -> str:
    """A name without the account in it, which may be a token alone."""
    short = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
    return re.sub(r"//[^/]*@", "//***@", short)
