"""The variables that a Dockerfile gives an image (Dockerfile reference, "ENV"). Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

_BEGIN = regex(r"\s*ENV\s+", re.I)
_OLD_FORM = regex(r"(\w+)\s+(?!=)")


def environment_lines(dockerfile: str) -> str:
    """A Dockerfile's lines with only what `ENV` says in them, as an env file has it; all others are empty.

    Args:
        dockerfile: the text of the Dockerfile.
    """
    lines: list[str] = []
    going_on = False
    for line in dockerfile.splitlines():
        begin = _BEGIN.match(line)
        inside = going_on or begin is not None
        said = line[begin.end() if begin else 0 :].strip() if inside else ""
        going_on = inside and said.endswith("\\")
        said = said.rstrip("\\").rstrip()
        lines.append(_OLD_FORM.sub(r"\1=", said, count=1) if begin and "=" not in said.split(" ")[0] else said)
    return "\n".join(lines)
