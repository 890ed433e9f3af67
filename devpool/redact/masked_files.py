"""The user's files in a form that may be shown: every value masked according to its place, lines kept. Pure.

The structure of YAML and env files is shown: keys, names, punctuation, and values that have a meaning to
Compose, such as `image` and `depends_on`. Of a variable's value, a label, a command, and anything else that the
project passes to its programs, only addresses and harmless parts are shown (harmless_values.py). A file that cannot be
parsed shows only its indentation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress

from devpool.errors import DevpoolError
from devpool.redact.harmless_values import LONGEST, is_secret, shown_characters
from devpool.redact.passwords import MASK, collapsed
from devpool.text.characters import spans
from devpool.text.document import Document, parse
from devpool.text.envfile import Binding, EnvFile, parse_env
from devpool.text.nodes import MappingNode, Node, ScalarNode, SequenceNode, lookup, resolved
from devpool.text.patterns import regex

# Keys of the Compose specification whose values are names, paths, addresses and numbers for Compose.
_STRUCTURAL_TEXT = """
image build context dockerfile target container_name hostname domainname ports published host_ip protocol mode
expose depends_on condition restart required networks volumes volumes_from type source read_only bind volume
links external_links external profiles name version include env_file path project_directory format extends file
service user uid gid working_dir interval timeout retries start_period start_interval disable pull_policy
platform tmpfs size cap_add cap_drop security_opt init stop_signal stop_grace_period mem_limit mem_reservation
shm_size cpus memory replicas pids ulimits driver aliases ipv4_address ipv6_address subnet gateway internal
attachable network_mode ipc pid privileged runtime scale stdin_open tty extra_hosts dns dns_search devices
secrets configs parallelism order max_attempts delay window action ignore
"""
_STRUCTURAL = frozenset(_STRUCTURAL_TEXT.split())
# Below these keys are values that the project passes to its programs, whatever the nested keys are called.
_VALUES_TEXT = """
environment args labels annotations driver_opts options sysctls content credential_spec build_args
additional_contexts
"""
_VALUES = frozenset(_VALUES_TEXT.split())
# Structural keys that an error has to name so that its reader knows what it refers to.
_NAMING = frozenset(("image", "depends_on", "networks", "extends", "service", "file", "env_file", "path", "profiles"))
_WORDS = frozenset(("command", "entrypoint", "test"))
# Text below other keys, `x-...`, may be merged into anything: `user` there need not be Compose's key.
_TOP_LEVEL = frozenset(
    ("name", "version", "include", "services", "networks", "volumes", "configs", "secrets", "models")
)
_LISTS_OF_VARIABLES = ("environment", "args")
_WITH_GROUP = regex(r"(?P<user>[^:$]*):(?!\d+$|(?P=user)$)[^$]*")
_NAMES = ("container_name", "hostname")
_HOST_NAME = regex(r"[\w.-]{1,63}")
_TOKEN = regex(r"[^\s\"'`,;:=(){}\[\]<>|\\$]+")
_TELLING = 6  # characters of the beginning of a value by which it is known
_KEY = regex(r"[\w./$<>{}*+-]{1,128}")
_VARIABLE = regex(r"[A-Za-z_]\w{0,127}")
_PASSED_ON = regex(r"[A-Z_][A-Z0-9_]{0,127}|[a-z]{2,5}_proxy")
_ITEM = regex(r"[A-Za-z_][\w./-]{0,127}(?==)")
_LETTERS = regex(r"[A-Za-z_.-]+")
_PUNCTUATION = ".,;:!?()'\"`"
# Words of a comment about a secret that cannot be the secret.
_COMMON_TEXT = """
a about admin after all also an and any app apps are as at be before but by can change comes container create database
db default do docker does each environment every file for from generate generated had has have here how if in into is it
its keep may must my need needs never no not note of old on once one only or our postgres pooler role root same see
service set should so that the their them then there these they this those to todo under up use used user users uses
uses was way we what when where which while who will with without you your
"""
_COMMON = frozenset(_COMMON_TEXT.split())
_COMMENT = regex(r"(?:^|(?<=\s))#[^\r\n]*")
_COMMENTED = regex(r"#[#\s]*(?:-[ \t]+)?(?:export[ \t]+)?[\"']?(?P<name>[A-Za-z_][\w.-]{0,127})[\"']?[ \t]*[:=][ \t]*")
_PROSE = regex(r"(?:[A-Za-z`(][A-Za-z`'/()-]*+[.,;:!?)]*+\s+){2,}[A-Za-z`(][A-Za-z`'()-]*+[.,;:!?)]*+")
_ASSIGNED = regex(r"\b[A-Za-z_][\w.-]{0,127}=(?P<value>\S+)")
_MIXED = regex(r"(?<!\S)(?=\S*\d)(?=\S*[A-Za-z])\S{12,}")  # from a word's start on: linear in its length
_ADDRESS = regex(r"(?<!\S)\S*(?:://|@)")


def masked_lines(
    path: str, data: bytes, known: frozenset[str], *, env: bool, structural: frozenset[str] = _STRUCTURAL
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
        shown.update(_TOKEN.findall("".join(masked_lines(path, data, frozenset(), env=env, structural=_NAMING))))
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
            masks = _Masks(parse(path, data), frozenset(), _NAMING)
            yield from (word for value in masks.values for word in _TOKEN.findall(value))


def masked_part(
    file: Document | EnvFile,
    start: int,
    end: int,
    known: frozenset[str],
    structural: frozenset[str] = _STRUCTURAL,
) -> list[str]:
    """The lines of a part of a file, as `masked_lines` gives them."""
    shown = _Masks(file, known, structural).shown if isinstance(file, Document) else _of_env(file, known)
    return _masked(file.text[start:end], shown[start:end])


def _masked(text: str, shown: bytearray) -> list[str]:
    found = [m.span() for m in re.finditer(r"[^\n]*\n|[^\n]+", text)]
    return [_masked_line(text[start:end], shown[start:end]) for start, end in found]


def host_names(document: Document) -> frozenset[str]:
    """The names by which apps may call the services of a compose file."""
    services = lookup(document.root, "services")
    found: set[str] = set()
    for entry in services.entries if isinstance(services, MappingNode) else ():
        own = resolved(entry.value)
        named = [lookup(own, key) for key in _NAMES] if isinstance(own, MappingNode) else []
        found |= {entry.key.value, *(n.value for n in named if isinstance(n, ScalarNode))}
    return frozenset(name for name in found if _HOST_NAME.fullmatch(name))


def _masked_line(line: str, shown: bytearray) -> str:
    end = len(line.rstrip("\r\n"))
    start = len(line) - len(line.lstrip(" \t"))
    return line[:start] + collapsed(line[start:end], shown[start:end]) + line[end:] if start < end else line


# --- YAML ---


class _Masks:
    """The flags of a YAML text, all shown but for what the tree says is a value."""

    def __init__(self, document: Document, known: frozenset[str], structural: frozenset[str]) -> None:
        self.text = document.text
        self.known = known
        self.structural = structural
        self.shown = bytearray(b"\1") * len(self.text)
        self.values: list[str] = []
        self.scalars: list[tuple[int, int]] = []
        self.node(document.root, "", "top")
        self.comments()

    def node(self, node: Node, name: str, place: str) -> None:
        """Mask a node and what is in it.

        Args:
            node: the node.
            name: the key that it is the value of; of a list item the list's.
            place: `top`, `structure`, `extension`, `values`, `words` or `arguments`, by the keys around it; `-item`
                follows in a list.
        """
        if isinstance(node, MappingNode):
            for entry in node.entries:
                key = entry.key.value
                self._key(entry.key)
                extension = place == "top" and key not in _TOP_LEVEL and key != "<<"
                self.node(entry.value, key, "extension" if extension else _place(key, place))
        elif isinstance(node, SequenceNode):
            around = place.removesuffix("-item")
            for number, item in enumerate(node.items):
                first = number == 0 or " " in getattr(item, "value", "")  # a script after `sh -c`
                self.node(item, name, "arguments" if around == "words" and not first else f"{around}-item")
        elif isinstance(node, ScalarNode):
            self._scalar(node, self._flags(node.value, name, *place.split("-")))

    def _key(self, key: ScalarNode) -> None:
        self._scalar(key, bytearray([bool(_KEY.fullmatch(key.value))]) * len(key.value))

    def _flags(self, value: str, name: str, place: str, item: str = "") -> bytearray:
        if place in ("words", "arguments"):
            return shown_characters(value, "", self.known, words="program" if place == "words" else "arguments")
        own = place == "structure" and name in self.structural and "://" not in value
        if own and not (name == "user" and _WITH_GROUP.fullmatch(value)):
            return _without_defaults(value, self.known)
        named = _ITEM.match(value) if item else None
        if named:
            rest = shown_characters(value[named.end() + 1 :], named[0], self.known)
            return bytearray(b"\1") * (named.end() + 1) + rest
        if place == "values" and item and name in _LISTS_OF_VARIABLES and _PASSED_ON.fullmatch(value):
            return bytearray(b"\1") * len(value)  # the shell's value is passed on
        return shown_characters(value, name, self.known)

    def _scalar(self, scalar: ScalarNode, flags: bytearray) -> None:
        start, end = scalar.start, scalar.end
        self.scalars.append((start, end))
        self.values.append(scalar.value)
        if scalar.style in ("'", '"'):
            start, end = start + 1, end - 1
        elif scalar.style in ("|", ">"):
            header = re.compile(r"[|>][\d+-]*").match(self.text, start, end)
            start = header.end() if header else start
        self.shown[start:end] = bytes(max(end - start, 0))
        for flag, (first, last) in zip(flags, spans(self.text, scalar) or (), strict=False):
            if flag:
                self.shown[first:last] = b"\1" * (last - first)

    def comments(self) -> None:
        """Mask the comments, which stand between the scalars."""
        position, found = 0, []
        for start, end in [*sorted(self.scalars), (len(self.text), len(self.text))]:
            found += [m.span() for m in _COMMENT.finditer(self.text, position, max(start, position))]
            position = max(position, end)
        _mask_comments(self.text, found, self.shown, self.known)


def _place(key: str, place: str) -> str:
    """The place of a key's value."""
    place = "structure" if place == "top" else place.removesuffix("-item")
    if place not in ("structure", "extension"):
        return place
    return "values" if key in _VALUES else "words" if key in _WORDS else place


def _without_defaults(value: str, known: frozenset[str]) -> bytearray:
    """A value of Compose's own, but for what a variable with a secret name has as its default."""
    flags = shown_characters(value, "", known)
    if len(value) > LONGEST:
        return flags
    shown = bytearray(b"\1") * len(value)
    for found in re.finditer(r"\$\{", value):
        end = value.find("}", found.start()) + 1 or len(value)
        name = re.match(r"\w*", value[found.end() :])
        if name and is_secret(name[0]):
            shown[found.start() : end] = flags[found.start() : end]
    return shown


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
        tail = [m.span() for m in _COMMENT.finditer(text, binding.end, binding.line_end) if binding.given]
        comments += tail[:1]
        position = binding.line_end
    else:
        comments += _between(text, position, len(text))
    for start, end in comments:
        shown[start:end] = b"\1" * (end - start)
    _mask_comments(text, comments, shown, known)
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


# --- comments ---


def _mask_comments(text: str, comments: list[tuple[int, int]], shown: bytearray, known: frozenset[str]) -> None:
    """Mask comments in the order of the text: what follows a word that tells of a secret, to the end of its lines."""
    last, hidden = -1, False
    for start, end in comments:
        between = text[last:start] if last >= 0 else "x"
        hidden = hidden and between.isspace() and between.count("\n") <= 1
        shown[start + 1 : end] = bytes(end - start - 1)
        if not hidden and end - start <= LONGEST:
            for first, stop in _in_comment(text, start, end, known):
                shown[first:stop] = b"\1" * (stop - first)
            hidden = _goes_on(text[start:end])
        last = end


def _goes_on(comment: str) -> bool:
    """Whether the next line of a comment may be the value that this one names."""
    named = _COMMENTED.match(comment)
    rest = comment[named.end() :] if named else "x"
    return not rest or rest[0] in "|>\"'" or any(is_secret(word) for word in re.findall(r"[\w.-]+", comment))


def _in_comment(text: str, start: int, end: int, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The parts of a comment that may be shown."""
    named = _COMMENTED.match(text, start, end)
    if named and not _PROSE.fullmatch(text, named.end(), end):
        yield start, named.end()
        yield from _runs(shown_characters(text[named.end() : end], named["name"], known), named.end())
        return
    told = next((w for w in re.compile(r"[\w.-]+").finditer(text, start, end) if is_secret(w[0])), None)
    stop = told.end() if told else end
    words = text[start + 1 : stop].split()
    if len(words) == 1 and not told and not words[0].isalpha() and re.search(r"\w", words[0]):
        return
    flags = bytearray(b"\1") * (stop - start)
    for word in re.compile(r"[^\s#]+").finditer(text, start, stop) if told else ():
        if word[0].strip(_PUNCTUATION).lower() not in _COMMON and not _LETTERS.fullmatch(word[0] * is_secret(word[0])):
            flags[word.start() - start : word.end() - start] = bytes(word.end() - word.start())
    for found in [*_ASSIGNED.finditer(text, start, stop), *_MIXED.finditer(text, start, stop)]:
        flags[found.start() - start : found.end() - start] = bytes(found.end() - found.start())
    address = _ADDRESS.search(text, start, end)
    if address:
        at = address.start() - start
        flags[at:] = shown_characters(text[address.start() : end], "", known)[: max(stop - address.start(), 0)]
    yield from _runs(flags, start)


def _runs(flags: bytearray, base: int) -> Iterator[tuple[int, int]]:
    yield from ((base + run.start(), base + run.end()) for run in re.finditer(b"\1+", flags))
