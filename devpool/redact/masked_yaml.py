"""A YAML file's text in a form that may be shown: values are masked by the keys around them. Pure."""

from __future__ import annotations

import re

from devpool.redact.masked_comments import COMMENT, mask_comments
from devpool.redact.shown_values import LONGEST, is_secret, shown_characters
from devpool.text.characters import spans
from devpool.text.document import Document
from devpool.text.nodes import MappingNode, Node, ScalarNode, SequenceNode
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
STRUCTURAL = frozenset(_STRUCTURAL_TEXT.split())
# Below these keys are values that the project passes to its programs, whatever the nested keys are called.
_VALUES_TEXT = """
environment args labels annotations driver_opts options sysctls content credential_spec build_args
additional_contexts
"""
_VALUES = frozenset(_VALUES_TEXT.split())
# Structural keys that an error has to name so that its reader knows what it refers to.
NAMING = frozenset(("image", "depends_on", "networks", "extends", "service", "file", "env_file", "path", "profiles"))
_WORDS = frozenset(("command", "entrypoint", "test"))
# Text below other keys, `x-...`, may be merged into anything: `user` there need not be Compose's key.
_TOP_LEVEL = frozenset(
    ("name", "version", "include", "services", "networks", "volumes", "configs", "secrets", "models")
)
_LISTS_OF_VARIABLES = ("environment", "args")
_WITH_GROUP = regex(r"(?P<user>[^:$]*):(?!\d+$|(?P=user)$)[^$]*")
_KEY = regex(r"[\w./$<>{}*+-]{1,128}")
_PASSED_ON = regex(r"[A-Z_][A-Z0-9_]{0,127}|[a-z]{2,5}_proxy")
_ITEM = regex(r"[A-Za-z_][\w./-]{0,127}(?==)")


class YamlMask:
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
        named = _ITEM.match(value)
        own = place == "structure" and name in self.structural and "://" not in value
        own = own and not (named and is_secret(named[0]))  # variables that stand below a wrong key
        if own and not (name == "user" and _WITH_GROUP.fullmatch(value)):
            return _without_defaults(value, self.known)
        if item and named:
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
        position, spans = 0, []
        for start, end in [*sorted(self.scalars), (len(self.text), len(self.text))]:
            spans += [m.span() for m in COMMENT.finditer(self.text, position, max(start, position))]
            position = max(position, end)
        mask_comments(self.text, spans, self.shown, self.known)


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
