"""The user's files in a form that may be shown: every value masked according to its place, lines kept. Pure.

The structure of YAML and env files is shown: keys, names, punctuation, and values that have a meaning to
Compose, such as `image` and `depends_on`. Of a variable's value, a label, a command, and anything else that the
project passes to its programs, only addresses and harmless parts are shown (shown_values.py). YAML is masked in
masked_yaml.py, comments in masked_comments.py. A file that cannot be parsed shows only its indentation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress

from devpool.errors import DevpoolError
from devpool.redact.masked_comments import COMMENT, mask_comments
from devpool.redact.masked_yaml import NAMING, STRUCTURAL, YamlMask
from devpool.redact.sentences import MASK, collapsed
from devpool.redact.shown_values import shown_characters
from devpool.text.document import Document, parse
from devpool.text.envfile import Binding, EnvFile, parse_env
from devpool.text.nodes import MappingNode, ScalarNode, lookup, resolved
from devpool.text.patterns import regex

_NAMES = ("container_name", "hostname")
_HOST_NAME = regex(r"[\w.-]{1,63}")
_TOKEN = regex(r"[^\s\"'`,;:=(){}\[\]<>|\\$]+")
_TELLING = 6  # characters of the beginning of a value by which it is known
_VARIABLE = regex(r"[A-Za-z_]\w{0,127}")


def masked_lines(
    path: str, data: bytes, known: frozenset[str], *, env: bool, structural: frozenset[str] = STRUCTURAL
) -> list[str]:
    """The lines of a file, cut after each "\\n" and with their line endings, no value in them that is not to be shown.

    Args:
        path: its path.
        data: its bytes.
        known: names that are hosts.
        env: whether it is an env file; else it is YAML.
        structural: the keys of Compose's own whose values are shown.
    """
    try:
        file = parse_env(path, data) if env else parse(path, data)
    except DevpoolError:
        text = data.decode("utf-8", "replace")
        return _masked(text, bytearray(len(text)))
    lines = masked_part(file, 0, len(file.text), known, structural)
    return ["\ufeff" + "".join(lines[:1]), *lines[1:]] if file.bom else lines


def withheld(text: str, files: Iterable[tuple[str, bytes, bool]], values: Iterable[str] = ()) -> str:
    """Another program's message about files, without the values that it quotes from them, whole or cut short.

    Args:
        text: what it says.
        files: path, bytes, and whether it is an env file, of each file that it may have read.
        values: further values that it may quote.
    """
    shown: set[str] = set()
    hidden = {word for value in values for word in _TOKEN.findall(value)}
    for path, data, env in files:
        shown.update(_TOKEN.findall("".join(masked_lines(path, data, frozenset(), env=env, structural=NAMING))))
        hidden.update(_tokens(path, data, env))
    hidden -= shown
    ends = sorted(hidden)

    def told(found: re.Match[str]) -> str:
        word = found[0].rstrip(".")
        after = bisect_left(ends, word)
        cut = len(word) >= _TELLING and word not in shown and after < len(ends) and ends[after].startswith(word)
        return MASK if word in hidden or cut else found[0]

    return _TOKEN.sub(told, text) if hidden else text


def _tokens(path: str, data: bytes, env: bool) -> Iterator[str]:
    """The words of a file, and those that its escapes spell."""
    yield from _TOKEN.findall(data.decode("utf-8", "replace"))
    if b"\\" in data and not env:
        with suppress(DevpoolError):
            masks = YamlMask(parse(path, data), frozenset(), NAMING)
            yield from (word for value in masks.values for word in _TOKEN.findall(value))


def masked_part(
    file: Document | EnvFile,
    start: int,
    end: int,
    known: frozenset[str],
    structural: frozenset[str] = STRUCTURAL,
) -> list[str]:
    """The lines of a part of a file, as `masked_lines` gives them."""
    shown = YamlMask(file, known, structural).shown if isinstance(file, Document) else _of_env(file, known)
    return _masked(file.text[start:end], shown[start:end])


def _masked(text: str, shown: bytearray) -> list[str]:
    spans = [m.span() for m in re.finditer(r"[^\n]*\n|[^\n]+", text)]
    return [_masked_line(text[start:end], shown[start:end]) for start, end in spans]


def host_names(document: Document) -> frozenset[str]:
    """The names by which apps may call the services of a compose file."""
    services = lookup(document.root, "services")
    names: set[str] = set()
    for entry in services.entries if isinstance(services, MappingNode) else ():
        own = resolved(entry.value)
        named = [lookup(own, key) for key in _NAMES] if isinstance(own, MappingNode) else []
        names |= {entry.key.value, *(n.value for n in named if isinstance(n, ScalarNode))}
    return frozenset(name for name in names if _HOST_NAME.fullmatch(name))


def _masked_line(line: str, shown: bytearray) -> str:
    end = len(line.rstrip("\r\n"))
    start = len(line) - len(line.lstrip(" \t"))
    return line[:start] + collapsed(line[start:end], shown[start:end]) + line[end:] if start < end else line


# --- env files ---


def _of_env(file: EnvFile, known: frozenset[str]) -> bytearray:
    text = file.text
    shown = bytearray(len(text))
    position = 0
    comments: list[tuple[int, int]] = []
    for binding in file.bindings:
        comments += _between(text, position, binding.line_start)
        if _is_unterminated(text, binding):
            break  # where it ends nobody knows, and so what of the rest is a value
        _bind(text, binding, shown, known)
        tail = [m.span() for m in COMMENT.finditer(text, binding.end, binding.line_end) if binding.given]
        comments += tail[:1]
        position = binding.line_end
    else:
        comments += _between(text, position, len(text))
    for start, end in comments:
        shown[start:end] = b"\1" * (end - start)
    mask_comments(text, comments, shown, known)
    return shown


def _between(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of a part of an env file that are comments; what else is there is no binding, and is not shown."""
    yield from (m.span(1) for m in re.compile(r"(?m)^[ \t]*(#[^\r\n]*)").finditer(text, start, max(start, end)))


def _is_unterminated(text: str, binding: Binding) -> bool:
    return binding.given and not binding.quote and text[binding.start : binding.start + 1] in ("'", '"')


def _bind(text: str, binding: Binding, shown: bytearray, known: frozenset[str]) -> None:
    raw = text[binding.start : binding.end]
    first = binding.start - len(binding.quote)
    if binding.given or _VARIABLE.fullmatch(binding.name):
        shown[binding.line_start : first] = b"\1" * (first - binding.line_start)
    shown[binding.start : binding.end] = shown_characters(raw, binding.name, known)
    for quote in (first, binding.end) if binding.quote else ():
        shown[quote] = 1
