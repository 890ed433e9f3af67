"""The working directory of an image: the shell script that lists it, and how its output is read. Pure."""

from __future__ import annotations

import re

from devpool.model.tool_detection import patterns

_LONGEST = 20_000  # bytes of a file that are looked at
_MARK = "\x1e"  # ASCII's record separator: no file that is looked at has it in a line of its own


def script() -> str:
    """Prints the working directory, and then each file that tells of a tool: its path and its text."""
    # Patterns contain no spaces, so the shell's word splitting yields them one by one.
    return (
        f"printf '%s\\n' \"$PWD\"; for f in {' '.join(patterns())}; do "
        f'[ -f "$f" ] && printf \'\\n\\036%s\\n\' "$f" && head -c {_LONGEST} "$f"; done; :'
    )


def listing(said: str) -> tuple[str, dict[str, str]]:
    """The working directory and the texts by path."""
    folder, *records = re.split(rf"\n{_MARK}", said)
    pairs = (record.partition("\n")[::2] for record in records)
    return folder.strip(), dict(pairs)
