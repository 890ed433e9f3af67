"""One YAML file as text plus a tree that only points into it.

All positions count characters of `Document.text`, from which a byte order mark has been taken off.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.text.nodes import MappingNode
from devpool.text.yaml_tree import build_tree

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A parsed file.

    Attributes:
        path: absolute path, for messages and edits.
        bom: whether the file began with a byte order mark.
        text: the whole text after it, newlines untouched.
        newline: the first line ending of the file, "\\n" where it has none.
        root: the top-level mapping.
        directory: what relative paths in the file are relative to.
        size: how many nodes the file has.
    """

    path: str
    bom: bool
    text: str = field(repr=False)
    newline: str
    root: MappingNode = field(repr=False)
    directory: str = ""
    size: int = 0
    _newlines: list[int] = field(init=False, repr=False, default_factory=list)

    def line_of(self, position: int) -> int:
        """1-based line of a position."""
        if not self._newlines:
            self._newlines.extend(found.start() for found in re.finditer("\n", self.text))
        return bisect_left(self._newlines, position) + 1

    def place(self, position: int) -> str:
        """`path:line` of a position, for messages."""
        return f"{self.path}:{self.line_of(position)}"


def decode(path: str, data: bytes) -> tuple[bool, str]:
    """Whether there is a byte order mark, and the text after it.

    Raises:
        DevpoolError: `not-utf8`.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DevpoolError(
            "not-utf8",
            f"the file is not UTF-8 (byte {error.start})",
            where=path,
            hint="save it as UTF-8 and run the command again",
        ) from None
    return (True, text[1:]) if text.startswith(_BOM) else (False, text)


def encode(bom: bool, text: str) -> bytes:
    """The bytes of a text, after a byte order mark where the file had one: the inverse of `decode`."""
    return ((_BOM if bom else "") + text).encode("utf-8")


def newline_of(text: str) -> str:
    """The line ending that a text uses first; "\\n" where it has none."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


def is_blank(data: bytes) -> bool:
    """Whether a file says nothing: it is empty, or has comments alone."""
    return all(not line.strip() or line.lstrip().startswith(b"#") for line in data.splitlines())


def parse(path: str, data: bytes, directory: str = "") -> Document:
    """Read one Compose file.

    Raises:
        DevpoolError: `not-utf8`, `not-yaml`, `several-documents`, `not-a-mapping`, `too-deep`, `too-many-aliases`,
            `too-large`, `binary-text`, `unknown-alias`, `key-not-text`.
    """
    bom, text = decode(path, data)
    root, size = build_tree(path, text)
    if not isinstance(root, MappingNode):
        raise DevpoolError(
            "not-a-mapping",
            "the file is not a Compose project: its top level is not a mapping",
            where=path,
            hint="pass the compose file with -f",
        )
    newline = newline_of(text)
    return Document(path=path, bom=bom, text=text, newline=newline, root=root, directory=directory, size=size)
