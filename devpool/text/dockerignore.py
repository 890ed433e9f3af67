"""Whether a `.dockerignore` keeps a file out of a build context. Pure.

The rules are those of the module that the Docker CLI and BuildKit share: `ignorefile.ReadAll` and `patternmatcher` of
https://github.com/moby/patternmatcher (Docker documentation, ".dockerignore files"). The last pattern that matches the
path, or a folder above it, decides.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

_BOM = "\ufeff"
_SPECIAL = re.compile(r"[*?\[\]\\]")

_NOTHING = r"(?!)"
_LONGEST = 1000  # characters of a pattern; of a longer one the answer is that it does not keep the file out

# Maps the positions in a path where one part of a pattern can begin to those where it can end.
Step = Callable[[str, set[int]], set[int]]


def excludes(text: str, path: str) -> bool:
    """Whether the file is kept out.

    Args:
        text: the text of the `.dockerignore`.
        path: the file below the context, its parts divided by `/`.
    """
    parts = path.split("/")
    ways = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    is_excluded = False
    for pattern, excluded in _patterns(text):
        if is_excluded is not excluded and (pattern is None or any(_matches(pattern, way) for way in ways)):
            is_excluded = excluded
    return is_excluded


def _patterns(text: str) -> Iterator[tuple[list[Step] | None, bool]]:
    """Each pattern, and whether it excludes: one that begins with `!` takes in again. None matches everything."""
    for raw in text.removeprefix(_BOM).split("\n"):
        line = raw.strip()
        if raw.startswith("#") or not line:
            continue
        excluded = not line.startswith("!")
        written = line if excluded else line[1:].strip()
        if len(written) > _LONGEST:
            yield from [] if excluded else [(None, False)]
        elif written:
            yield list(_steps(_cleaned(written))), excluded


def _cleaned(pattern: str) -> str:
    """As Go's `filepath.Clean` leaves it; a pattern from the root is one from the context."""
    cleaned = posixpath.normpath(re.sub(r"/+", "/", pattern))
    return cleaned[1:] if len(cleaned) > 1 and cleaned.startswith("/") else cleaned


def _steps(pattern: str) -> Iterator[Step]:
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if pattern.startswith("**", position):
            end = position + 2 + pattern.startswith("/", position + 2)
            rest = pattern[end:]
            # At the very beginning it also matches the start of a name, if only plain text follows.
            plain = position == 0 and end == 2 and not _SPECIAL.search(rest)
            yield _anything if plain or not rest else _folders
            position = end
        elif character == "[":
            end = pattern.find("]", position + 1) + 1
            yield _one_of(pattern[position:end])
            position = end or len(pattern)
        else:
            escaped = character == "\\" and position + 1 < len(pattern)
            yield (
                _within_name
                if character == "*"
                else _in_name
                if character == "?"
                else _exactly(pattern[position + escaped])
            )
            position += 1 + escaped


def _matches(steps: list[Step], path: str) -> bool:
    ends = {0}
    for step in steps:
        ends = step(path, ends)
        if not ends:
            return False
    return len(path) in ends


def _anything(path: str, starts: set[int]) -> set[int]:
    return set(range(min(starts), len(path) + 1))


def _folders(path: str, starts: set[int]) -> set[int]:
    first = min(starts)
    return starts | {end + 1 for end in range(first, len(path)) if path[end] == "/"}


def _within_name(path: str, starts: set[int]) -> set[int]:
    positions = set(starts)
    for position in range(min(starts), len(path)):
        if position in positions and path[position] != "/":
            positions.add(position + 1)
    return positions


def _in_name(path: str, starts: set[int]) -> set[int]:
    return {start + 1 for start in starts if start < len(path) and path[start] != "/"}


def _exactly(character: str) -> Step:
    return lambda path, starts: {start + 1 for start in starts if path.startswith(character, start)}


def _one_of(written: str) -> Step:
    """A class such as `[a-z]`. One that is none matches nothing: Docker refuses the file."""
    try:
        pattern = re.compile(written or _NOTHING)
    except re.error:
        pattern = re.compile(_NOTHING)
    return lambda path, starts: {start + 1 for start in starts if pattern.match(path, start)}
