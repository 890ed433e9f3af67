"""Finds what undoing a record's edits would change in a file beyond what devpool could have changed. Pure.

Anyone can write a record, and it decides what is restored. So the result is compared with what is there now: services
stay, except for the poolers; each keeps what devpool never edits; its variables differ only by the poolers' addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devpool.catalog.variable_names import SERVER_PART
from devpool.decide.plan import DIRECT_SUFFIX, POOLED_SUFFIX
from devpool.devpool_folder import BUILD_CONTEXT, EXPORTER_CONTEXT, PRIVATE_ENV
from devpool.edit.pooler_template import LABEL
from devpool.model.services import OVERRIDE, extends_of
from devpool.text import nodes
from devpool.text.address import WRITTEN, find_addresses
from devpool.text.document import Document
from devpool.text.envfile import EnvFile
from devpool.text.nodes import Node, ScalarNode
from devpool.text.patterns import regex
from devpool.undo.locate_edit import File
from devpool.undo.state_check import KEYS, OVERRIDDEN, Ours, is_past, leads_by_name

_WRAPPED = regex(rf"\$\{{(\w+){POOLED_SUFFIX}(?:_SESSION)?:-(\$\{{\1\b[^{{}}]*\}}|\$\1\b)\}}")
_OWN_NAME = regex(rf"({DIRECT_SUFFIX}|{POOLED_SUFFIX}|{POOLED_SUFFIX}_SESSION)$")
_INNERMOST = regex(r"\$\{[^{}]*\}|\$\w+")
_DEEPEST = 5  # variables within each other
_SERVER = regex(r"[\w.:\[\]%${}?+-]*")
_LONGEST = 300  # characters of a server's name with its variables
Values = dict[str, str | None]


def beyond(now: File, after: File, ours: Ours, *, forced: bool = False) -> Iterator[str]:
    """Where a file would change beyond that, in its own terms.

    Args:
        now: the file as it is.
        after: the file without the edits.
        ours: how what devpool writes can be told.
        forced: whether the user asked to overwrite changed text: then a value may be any other.
    """
    if isinstance(now, EnvFile) or isinstance(after, EnvFile):
        if isinstance(now, EnvFile) and isinstance(after, EnvFile):
            yield from _values(_of_env_file(now), _of_env_file(after), ours, forced)
            if _beside(now) != _beside(after):
                yield "a comment"
        else:
            yield "its form"
        return
    same = _Same()
    one, other = _entries(now.root), _entries(after.root)
    for key in dict.fromkeys((*one, *other)):
        if key != "services" and key not in ours.fragments and not same(one.get(key), other.get(key)):
            yield key
    yield from _services(now, after, ours, same, forced=forced)


def is_ours(service: Node | None) -> bool:
    """Whether a service's mapping says that it is built from a build context of devpool's, or has its label."""
    body = nodes.resolved(service) if service else None
    if not isinstance(body, nodes.MappingNode):
        return False
    label = nodes.lookup(body, "labels", LABEL[0])
    if label and _text(label) == LABEL[1]:
        return True
    build = nodes.lookup(body, "build")
    found = nodes.resolved(build) if build else None
    context = nodes.lookup(found, "context") if isinstance(found, nodes.MappingNode) else found
    text = _text(context) if context else None
    return text is not None and text.endswith((BUILD_CONTEXT, EXPORTER_CONTEXT))


def is_overridden(service: Node, ours: Ours) -> bool:
    """Whether what an override file says of an app is all devpool's."""
    body = _entries(service)
    return bool(body) and body.keys() <= OVERRIDDEN and not next(_service(body, {}, ours, _Same(), forced=False), None)


def _services(now: Document, after: Document, ours: Ours, same: _Same, *, forced: bool) -> Iterator[str]:
    one, other = _entries(_entries(now.root).get("services")), _entries(_entries(after.root).get("services"))
    for name in dict.fromkeys((*one, *other)):
        if name in ours.names and (name not in one or is_ours(one[name])):
            if name in other and not same(one.get(name), other[name]):
                yield f"services.{name}"
            continue
        before, then = one.get(name), other.get(name)
        if before and then is None and is_overridden(before, ours):
            continue
        if before is None or then is None or not isinstance(nodes.resolved(then), nodes.MappingNode):
            if not same(before, then):
                yield f"services.{name}"
            continue
        mine = _entries(before)
        theirs = {**_entries(then), **_copied_from_extended(then, mine, other)}
        yield from (f"services.{name}.{place}" for place in _service(mine, theirs, ours, same, forced))


def _copied_from_extended(after: Node, now: Mapping[str, Node], services: Mapping[str, Node]) -> dict[str, Node]:
    """What a service takes over by `extends`, where it overrides that with a copy now."""
    body = nodes.resolved(after)
    extended = extends_of(body, {}) if isinstance(body, nodes.MappingNode) else None
    file, name = extended or ("", "")
    theirs = {} if file else _entries(services.get(name))
    copied = (key for key in KEYS if key in now and now[key].tag == OVERRIDE)
    own = _entries(after)
    return {key: theirs[key] for key in copied if key in theirs and key not in own}


def _service(
    now: Mapping[str, Node], after: Mapping[str, Node], ours: Ours, same: _Same, forced: bool
) -> Iterator[str]:
    for key in dict.fromkeys((*now, *after)):
        if key not in KEYS and not same(now.get(key), after.get(key)):
            yield key
    one, other = (_named(m.get("environment")) for m in (now, after))
    yield from (f"environment.{name}" for name in _values(one, other, ours, forced))
    taken_in = _texts(after.get("env_file")) - _texts(now.get("env_file"))
    yield from (f"env_file.{name}" for name in sorted(taken_in))
    left_out = _texts(now.get("env_file")) - _texts(after.get("env_file"))
    yield from (f"env_file.{name}" for name in sorted(left_out) if f"{PRIVATE_ENV}/" not in name)
    links = _texts(now.get("links"))
    # What an app that is pooled by name gets besides the pooler: the database, and its other name.
    named = any(leads_by_name(link, ours) for link in links)
    beside = {*ours.databases, *(link for link in links if is_past(link, ours))} if named else set()
    for key in ("depends_on", "links"):
        if key not in after and _instead(now.get(key), ours):
            continue
        gone = _texts(now.get(key)) - _texts(after.get(key))
        yield from (f"{key}.{name}" for name in sorted(gone) if not (ours.mention.match(name) or name in beside))
    for key in ("command", "entrypoint"):
        words, then = _words(now.get(key)), _words(after.get(key))
        alike = len(words) == len(then) and all(
            _is_moved(a, b, ours, whole=False) for a, b in zip(words, then, strict=True)
        )
        if not (alike or forced):
            yield key


def _instead(node: Node | None, ours: Ours) -> bool:
    """Whether a value says in an override file what an app waits for or is linked to instead, a pooler among it."""
    return node is not None and node.tag == OVERRIDE and any(map(ours.mention.match, _texts(node)))


def _values(now: Values, after: Values, ours: Ours, forced: bool) -> Iterator[str]:
    """The variables that differ by more than an address of a pooler, or a name that devpool itself gave."""
    for name in dict.fromkeys((*now, *after)):
        if name not in after:
            kept = (
                not _OWN_NAME.search(name)
                and not ours.mention.search(now[name] or "")
                and not _OWN_NAME.search((now[name] or "").partition(":-")[0])
            )
        elif name not in now:
            kept = name + DIRECT_SUFFIX not in now
        else:
            kept = not (forced or _is_moved(now[name], after[name], ours, name=name))
        if kept:
            yield name


def _is_moved(now: str | None, after: str | None, ours: Ours, *, name: str = "", whole: bool = True) -> bool:
    """Whether two texts differ by nothing but where an address leads: to a pooler now, to another server after.

    Args:
        now, after: the texts; None where there is none.
        ours: how what devpool writes can be told.
        name: the variable whose value it is; "" for none.
        whole: whether all of the text may be a host or a port.
    """
    if now == after:
        return True
    text = _WRAPPED.sub(r"\2", now or "")
    if text == (after or "") or (not after and text != now):
        return True
    pieces = _around(text, ours, whole=whole, server=SERVER_PART.search(name) is not None)
    if len(pieces) == 1:
        return False
    return _fits(pieces, after) if after else not "".join(pieces)


def _around(text: str, ours: Ours, *, whole: bool, server: bool) -> list[str]:
    """What stands around the addresses of poolers in a text. What the record alone calls a pooler is one where nothing
    but a Postgres server can be meant.
    """
    pieces, last = [], 0
    urls, alone = list(_places(text)), []
    if whole and WRITTEN.fullmatch(text.strip("'\"")):
        alone = [(0, len(text))]
    for match in ours.mention.finditer(text):
        name = match[0].partition(":")[0]
        known = urls if name in ours.gone and not server else (*urls, *alone)
        inside = any(start <= match.start() and match.end() <= end for start, end in known)
        if ("." not in name and inside) if name in ours.gone else (inside or _after_sign(text, match.start())):
            pieces.append(text[last : match.start()])
            last = match.end()
    return [*pieces, text[last:]]


def _after_sign(text: str, position: int) -> bool:
    """Whether a place in a text is in what follows the `//` or the `@` of a URL, variables before it."""
    head = text[max(0, position - _LONGEST) : position]
    signs = [end for sign in ("//", "@") if (end := head.rfind(sign) + len(sign)) >= len(sign)]
    return bool(signs) and _SERVER.fullmatch(head, max(signs)) is not None


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where an address stands in a text: in a URL or a keyword string, or as a host with a port."""
    plain = text
    for _ in range(_DEEPEST if "$" in text else 0):
        plain = _INNERMOST.sub(lambda m: "x" * len(m[0]), plain)
    for address in find_addresses(plain):
        spans = (address.host_span, address.port_span, address.database_span)
        yield from (span for span in spans if span)
        if address.port_span:
            yield min(address.host_span[0], address.port_span[0]), max(address.host_span[1], address.port_span[1])


def _fits(pieces: Sequence[str], after: str) -> bool:
    """Whether a text is these pieces with an address, or nothing, between each two."""
    first, *middle, last = pieces
    if len(after) < len(first) + len(last) or not (after.startswith(first) and after.endswith(last)):
        return False
    position, end = len(first), len(after) - len(last)
    gaps = []
    for piece in middle:
        found = after.find(piece, position, end)
        if found < 0:
            return False
        gaps.append(after[position:found])
        position = found + len(piece)
    return all(not gap or WRITTEN.fullmatch(gap) for gap in (*gaps, after[position:end]))


def _beside(file: EnvFile) -> list[str]:
    """The lines of an env file that state no variable."""
    edges = [0, *(edge for b in file.bindings for edge in (b.line_start, b.line_end)), len(file.text)]
    between = (file.text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return [line.strip() for text in between for line in text.splitlines() if line.strip()]


def _of_env_file(file: EnvFile) -> Values:
    return {b.name: file.text[b.start : b.end] if b.given else None for b in file.bindings}


def _named(node: Node | None) -> Values:
    """What an `environment` says, None for a name without a value."""
    body = nodes.resolved(node) if node else None
    if isinstance(body, nodes.MappingNode):
        return {name: _text(value) for name, value in _entries(body).items()}
    items = body.items if isinstance(body, nodes.SequenceNode) else ()
    pairs = ((text or "").partition("=") for text in map(_text, items))
    return {name: value if sign else None for name, sign, value in pairs}


def _entries(node: Node | None) -> dict[str, Node]:
    body = nodes.resolved(node) if node else None
    return {k: e.value for k, e in nodes.entries(body).items()} if isinstance(body, nodes.MappingNode) else {}


def _text(node: Node) -> str | None:
    body = nodes.resolved(node)
    if not isinstance(body, ScalarNode):
        return None
    return None if not body.style and body.value.lower() in ("", "~", "null") else body.value


def _words(node: Node | None) -> Sequence[str | None]:
    body = nodes.resolved(node) if node else None
    return [_text(n) for n in (body.items if isinstance(body, nodes.SequenceNode) else [body] if body else [])]


def _texts(node: Node | None) -> set[str]:
    """The names in a list, in a mapping's keys, or the one of a scalar; in a list's mapping its `path`."""
    body = nodes.resolved(node) if node else None
    if isinstance(body, nodes.MappingNode):
        return set(_entries(body))
    items = body.items if isinstance(body, nodes.SequenceNode) else [body] if body else []
    paths = (nodes.lookup(i, "path") if isinstance(i, nodes.MappingNode) else i for i in map(nodes.resolved, items))
    return {text for path in paths if path and (text := _text(path))}


class _Same:
    """Whether two nodes say the same. Each pair is looked at once: aliases make trees that are larger than the text."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], bool] = {}

    def __call__(self, one: Node | None, other: Node | None) -> bool:
        if one is None or other is None:
            return one is other
        key = id(one), id(other)
        if key not in self.known:
            self.known[key] = True
            self.known[key] = self._look(nodes.resolved(one), nodes.resolved(other))
        return self.known[key]

    def _look(self, one: Node, other: Node) -> bool:
        if one.tag != other.tag:
            return False
        if isinstance(one, ScalarNode) and isinstance(other, ScalarNode):
            return (one.value, one.style) == (other.value, other.style)
        if isinstance(one, nodes.SequenceNode) and isinstance(other, nodes.SequenceNode):
            return len(one.items) == len(other.items) and all(map(self, one.items, other.items))
        if isinstance(one, nodes.MappingNode) and isinstance(other, nodes.MappingNode):
            mine, theirs = _entries(one), _entries(other)
            return mine.keys() == theirs.keys() and all(self(mine[k], theirs[k]) for k in mine)
        return False
