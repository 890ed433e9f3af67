"""The refusals of YAML that devpool does not read, and its limits."""

from __future__ import annotations

import re

import yaml

from devpool.errors import Code, DevpoolError

MAX_DEPTH = 80
MOST_NODES = 500_000
# By code: the sentence and the hint. None quotes the file: what it says may be a password.
_REFUSALS: dict[Code, tuple[str, str]] = {
    "several-documents": (
        "the file holds more than one YAML document",
        "split it into one file each and pass them with -f",
    ),
    "too-deep": (
        f"the file nests more than {MAX_DEPTH} levels, counting aliases",
        "Compose files nest a few levels only; check brackets and aliases",
    ),
    "too-large": (
        f"the file has more than {MOST_NODES:,} entries",
        "pass the compose file with -f; a project of 5,000 services has a tenth of that",
    ),
    "too-many-aliases": (
        "the file's aliases refer to each other so often that they cannot be expanded",
        "merge the common block once where it is needed, not through other aliases",
    ),
    "unknown-alias": (
        "an alias (`*...`) has no anchor before it",
        "define its anchor (`&...`) above it, or put the text in quotes if it is not an alias",
    ),
    "binary-text": (
        "a value is written as `!!binary`, which devpool does not read",
        "write the value as plain text",
    ),
    "key-not-text": (
        "a mapping has a key that is not text",
        "Compose files only have text keys; fix the file",
    ),
}


def refused(code: Code, where: str) -> DevpoolError:
    """The refusal of a file, or of what stands at `file:line`."""
    message, hint = _REFUSALS[code]
    return DevpoolError(code, message, where=where, hint=hint)


def not_yaml(path: str, error: yaml.YAMLError) -> DevpoolError:
    """The refusal of a text that is no YAML, by what PyYAML says of it."""
    mark = getattr(error, "problem_mark", None)
    # Not the snippet that PyYAML adds: the line it shows may contain a password.
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    problem = re.sub(r"(['\"])(?!<)(?:(?!\1).){2,}\1", "***", problem)  # a tag's or an alias's name
    return DevpoolError(
        "not-yaml",
        f"the file is not YAML: {problem}",
        where=f"{path}:{mark.line + 1}" if mark else path,
        hint="fix the file; `docker compose config -q` checks it",
    )
