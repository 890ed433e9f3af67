"""JSON with comments and trailing commas, as editors write their settings. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from devpool.text.patterns import regex

_STRING = r'"(?:\\.|[^"\\])*"'
_COMMENTS = regex(rf"({_STRING})|//[^\n]*|/\*.*?\*/", re.S)
_TRAILING = regex(rf"({_STRING})|,(?=\s*[}}\]])", re.S)


def parse_jsonc(text: str) -> Any:
    """What a text means.

    Args:
        text: JSON with comments of JavaScript, and commas after the last entries.

    Raises:
        ValueError: it is no such text, or nested too deeply.
    """
    bare = _TRAILING.sub(_kept, _COMMENTS.sub(_kept, text))
    try:
        return json.loads(bare)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _kept(match: re.Match[str]) -> str:
    """A string stays as it is: what looks like a comment in it is none."""
    return match[1] or " "
