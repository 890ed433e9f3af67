"""The override file that `enable --override` writes: how it begins, and what is left of it without devpool."""

from __future__ import annotations

import re

from devpool.text.document import Document, parse
from devpool.text.patterns import regex

HEADER = "# Written by `devpool enable --override`; `devpool disable` removes it."
_HEADER = regex(rf"^{re.escape(HEADER)}[ \t]*(?:\r\n|\n|\r|\Z)", re.M)
# Compose refuses `services:` without a service.
_NO_SERVICES = regex(r"^services:[ \t]*(?:\r\n|\n|\r|\Z)(?!(?:[ \t]*(?:#.*)?(?:\r\n|\n|\r))*[ \t]+[^\s#])", re.M)


def new_file(path: str, newline: str, directory: str) -> Document:
    """An override file without a service yet."""
    return parse(path, f"{HEADER}{newline}services:{newline}".encode(), directory)


def is_written(text: str) -> bool:
    """Whether devpool has made the file."""
    return _HEADER.search(text) is not None


def is_emptied(before: bytes, after: bytes) -> bool:
    """Whether a file that devpool has made holds nothing any more, and so goes."""
    return not after and HEADER.encode() in before


def left_of(text: str) -> str:
    """What the user has added to a file from which devpool's services were removed; any other file as it is."""
    if not is_written(text):
        return text
    rest = _NO_SERVICES.sub("", _HEADER.sub("", text, count=1), count=1)
    return rest if rest.strip() else ""
