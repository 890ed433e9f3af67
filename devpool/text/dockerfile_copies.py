"""Whether a Dockerfile copies a file of its build context into an image, or what is compiled from it. Pure.

The rules are those of the Dockerfile reference, "COPY" and "ADD". Of a source with a wildcard or a variable only the
beginning is known, so that it may cover more than it does.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from devpool.text.patterns import CONTINUED, regex

_UNKNOWN = regex(r"[*?\[$\\]")
_COMPILED = regex(r"(?:^|(?<=/))(?:target|build|dist|out|bin|publish|\.next|\.output|[^/]+\.(?:[jwe]ar|dll))(?=/|$)")
"""What a compiler writes, from sources beside it: Maven, Gradle, npm, Go, .NET."""


def copies(dockerfile: str, path: str) -> bool:
    """Whether any stage copies the file, or what is compiled beside it. One that copies nothing leaves that to its base
    or to a mount of `RUN`: of it everything may be taken in.

    Args:
        dockerfile: the text of the Dockerfile.
        path: the file below the context, its parts divided by `/`.
    """
    sources = list(_sources(dockerfile))
    return not sources or any(_covers(source, path) for source in sources)


def _sources(dockerfile: str) -> Iterator[str]:
    """What is copied from the context; what is copied from another stage or image is none of its files."""
    for line in CONTINUED.sub(" ", dockerfile).splitlines():
        instruction, _, rest = line.strip().partition(" ")
        options = re.match(r"(?:\s*--\S+)*", rest)
        given = options[0] if options else ""
        if instruction.upper() in ("COPY", "ADD") and "--from=" not in given:
            yield from _words(rest[len(given) :].strip())[:-1]


def _words(rest: str) -> list[str]:
    try:
        return [str(word) for word in json.loads(rest)] if rest.startswith("[") else rest.split()
    except (ValueError, RecursionError):
        return rest.split()


def _covers(source: str, path: str) -> bool:
    compiled = _COMPILED.search(source)
    source = f"{source[: compiled.start()]}." if compiled else source
    unknown = _UNKNOWN.search(source)
    if unknown:
        return path.startswith(source[: unknown.start()].removeprefix("./").lstrip("/"))
    folder = posixpath.normpath(f"/{source}").lstrip("/")
    return not folder or path == folder or path.startswith(f"{folder}/")
