"""The changes to the user's own files as a unified diff with its secrets masked.

The diff compares the real files, so a line is shown as changed even if only its secret has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import SequenceMatcher, unified_diff

from devpool.errors import DevpoolError
from devpool.redact.masked_files import host_names, masked_lines
from devpool.text.document import parse


def known_hosts(texts: Sequence[tuple[str, bytes]]) -> frozenset[str]:
    """The service names in compose files, each given as path and bytes; other files have none."""
    hosts: set[str] = set()
    for path, data in texts:
        with suppress(DevpoolError):
            hosts |= host_names(parse(path, data))
    return frozenset(hosts)


def difference(
    name: str, before: bytes | None, after: bytes | None, known: frozenset[str], *, env: bool
) -> Iterator[str]:
    """The lines of a unified diff of one file, each with its newline; none if nothing differs.

    Args:
        name: the file's name in the diff.
        before, after: its bytes; None if it does not exist.
        known: names that are hosts.
        env: whether it is an env file; otherwise it is YAML.
    """
    old, new = _lines(before), _lines(after)
    masked = [masked_lines(name, data or b"", known, env=env) for data in (before, after)]
    if all(line.endswith("\r\n") for line in (*old, *new)):
        masked = [[line.replace("\r\n", "\n") for line in lines] for lines in masked]
    groups = list(SequenceMatcher(None, old, new).get_grouped_opcodes(3))
    if groups:
        yield f"--- {'/dev/null' if before is None else f'a/{name}'}\n"
        yield f"+++ {'/dev/null' if after is None else f'b/{name}'}\n"
    for group in groups:
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        yield f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@\n"
        for tag, a1, a2, b1, b2 in group:
            yield from (_line("-" if tag != "equal" else " ", line) for line in masked[0][a1:a2])
            yield from (_line("+", line) for line in masked[1][b1:b2] if tag != "equal")


def plain(name: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    """The same for one of devpool's own files, which has no secret to mask."""
    for line in unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(data: bytes | None) -> list[str]:
    parts = (data or b"").decode("utf-8", "surrogateescape").split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _range(start: int, stop: int) -> str:
    """A range of lines as `diff -u` writes it: an empty range begins at the line before it."""
    length = stop - start
    return str(start + 1) if length == 1 else f"{start + 1 if length else start},{length}"


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
