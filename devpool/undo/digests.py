"""Checksums that later tell whether a text that an edit copied is unchanged."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from textwrap import dedent

from devpool.text.edits import Copy, Edit
from devpool.text.patterns import regex

Digests = Mapping[Edit, str]

# A block value, or a quoted one that ends on another line.
_ON_LINES = regex(r"[|>][-+\d]*(?:[ \t]+#.*)?$|:[ \t]+(?:'[^'\n]*|\"[^\"\n]*)$", re.MULTILINE)


def digest(texts: Iterable[str]) -> str:
    """What tells later whether copied texts are still the same: not by their line ends, by the spaces before them, by
    how deep they stand, nor by blank lines, unless these may be part of a value.
    """
    plain = "\0".join(_plain(text) for text in texts)
    return hashlib.sha256(plain.encode()).hexdigest()


def _plain(text: str) -> str:
    first, *further = re.sub(r"[ \t]*(\r\n|\n|\r)", "\n", text).strip().split("\n")
    plain = "\n".join([first, dedent("\n".join(further))])
    return plain if _ON_LINES.search(plain) else re.sub(r"\n+", "\n", plain)


def digests_of(text: str, edits: Sequence[Edit]) -> dict[Edit, str]:
    """The digest of what each edit copies from the text before the edits; nothing for those that copy nothing."""
    copying = (e for e in edits if any(isinstance(p, Copy) for p in e.new))
    return {e: digest(text[p.start : p.end] for p in e.new if isinstance(p, Copy)) for e in copying}
