"""The text of the pooler's service and its exporter's: compose/pooler.yml or compose/pooler-stack.yml, and
compose/exporter.yml, filled in and laid out like their neighbors.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from devpool.decide.credentials import Credentials
from devpool.decide.plan import METRICS_FOLDER, Pooler
from devpool.devpool_folder import BUILD_CONTEXT, EXPORTER_CONTEXT, PRIVATE_ENV
from devpool.model.env_files import EnvFileUse
from devpool.model.paths import written_path
from devpool.model.values import Value
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Copy, Part, joined
from devpool.text.nodes import Entry, ScalarNode
from devpool.text.patterns import regex

LABEL = ("devpool.role", "pooler")
"""What tells a pooler whose image is not built from devpool's context."""
_STEP = "  "
_ORDER = (
    "POSTGRES_HOST",
    "POSTGRES_PORT",
    "POSTGRES_USER",
    "POSTGRES_USER_FILE",
    "POSTGRES_PASSWORD",
    "POSTGRES_PASSWORD_FILE",
    "POSTGRES_DB",
    "POSTGRES_DB_FILE",
    "DATABASE_URL",
)
_WORD = regex(r"@(\w+)@")

Line = tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """A pooler's service, ready to be laid out.

    Attributes:
        pooler: what the plan says of it.
        credentials: how it is told its password.
        project_directory: absolute path of the project directory, where `.devpool/` lies.
    """

    pooler: Pooler
    credentials: Credentials
    project_directory: str

    @property
    def private_path(self) -> str:
        """The private env file below the project directory, used where `credentials.private` is not empty."""
        return f"{PRIVATE_ENV}/{self.pooler.name}.env"

    def lines(self, template: str) -> Iterator[tuple[int, Line]]:
        """The block's lines: how many steps each is indented, and its text."""
        for raw in template.splitlines():
            text = raw.strip()
            if not text or raw.startswith("# "):
                continue
            depth = (len(raw) - len(raw.lstrip())) // len(_STEP)
            whole = _WORD.fullmatch(text)
            if whole and hasattr(self, f"_{whole[1]}"):
                for further, line in getattr(self, f"_{whole[1]}")():
                    yield depth + further, line
            else:
                yield depth, (_WORD.sub(self._word, text),)

    def _word(self, match: re.Match[str]) -> str:
        words = {
            "name": self.pooler.name,
            "replicas": str(self.pooler.replicas),
            "database": "a database outside of this project" if self.pooler.external else f"`{self.pooler.database}`",
        }
        return words[match[1]]

    def _from_file(self, path: str) -> str:
        """A path below the project directory as the compose file has to write it."""
        start = self.credentials.document.directory or self.project_directory
        return written_path(start, posixpath.join(self.project_directory, path))

    def _image(self) -> Iterator[tuple[int, Line]]:
        if self.pooler.image:
            yield 0, (f"image: {layout.quoted(self.pooler.image)}",)
            yield 0, (f"labels: {{{': '.join(LABEL)}}}",)
        else:
            yield 0, (f"build: {layout.quoted(self._from_file(BUILD_CONTEXT))}",)

    def _volumes(self) -> Iterator[tuple[int, Line]]:
        mounts = self._given("volumes")
        if self.pooler.metrics:
            yield 0, ("# The account that it makes for its exporter, and nothing else.",)
            yield from mounts or [(0, (f"volumes: [{METRICS_FOLDER}]",))]
            yield from [(1, (f"- {METRICS_FOLDER}",))] if mounts else []
        else:
            yield from mounts

    def _depends_on(self) -> Iterator[tuple[int, Line]]:
        if not self.pooler.external:
            yield 0, ("depends_on:",)
            yield 1, (f"{layout.quoted(self.pooler.database)}:",)
            yield 2, (f"condition: {self.pooler.condition}",)

    def _ports(self) -> Iterator[tuple[int, Line]]:
        if self.pooler.published:
            yield 0, ("ports:",)
            yield 1, (f'- "127.0.0.1:{self.pooler.published}:{self.pooler.port}"',)

    def _extra_hosts(self) -> Iterator[tuple[int, Line]]:
        yield from _list("extra_hosts", self.pooler.extra_hosts)

    def _restart(self) -> Iterator[tuple[int, Line]]:
        if self.pooler.restart:
            text = '"no"' if self.pooler.restart == "no" else layout.quoted(self.pooler.restart)
            yield 0, (f"restart: {text}",)

    def _profiles(self) -> Iterator[tuple[int, Line]]:
        if self.pooler.profiles:
            yield 0, (f"profiles: [{', '.join(map(layout.quoted, self.pooler.profiles))}]",)

    def _networks(self) -> Iterator[tuple[int, Line]]:
        yield from _list("networks", self.pooler.networks)

    def _read_only(self) -> Iterator[tuple[int, Line]]:
        written = next((f for f in self.credentials.files if f.written), None)
        if written:
            kind = written.key.rstrip("s")
            what = f"# Compose writes the {kind} into the container, so its file system is not read-only."
            yield 0, (what,)
        else:
            yield 0, ("# Nothing of the container can be written but the configuration, which lives in memory.",)
            yield 0, ("read_only: true",)

    def _secrets(self) -> list[tuple[int, Line]]:
        return [*self._given("secrets"), *self._given("configs")]

    def _given(self, key: str) -> list[tuple[int, Line]]:
        """The files that the database is given by a key, and the pooler, too."""
        items: list[tuple[int, Line]] = [(1, (f"- {f.text}",)) for f in self.credentials.files if f.key == key]
        return [(0, (f"{key}:",)), *items] if items else []

    def _env_file(self) -> Iterator[tuple[int, Line]]:
        given = [_given(use, self.credentials.document) for use in self.credentials.env_files]
        private = [(optional_env_file(self._from_file(self.private_path)),)] if self.credentials.private else []
        items = [*given, *private]
        if items:
            yield 0, ("env_file:",)
            for item in items:
                yield 1, ("- ", *item)

    def _environment(self) -> Iterator[tuple[int, Line]]:
        document = self.credentials.document
        copied = {n: v for n, v in self.credentials.copied if _is_in(v, document)}
        copied |= {f.name: f.value for f in self.credentials.further}
        stated = dict(self._stated())
        as_list = any(value.origin.form == "list" for value in copied.values())
        further = [n for f in self.credentials.further for n in (f.name.replace("PASSWORD", "USER"), f.name)]
        for name in dict.fromkeys([*_ORDER, *further, *stated]):
            if name in copied:
                yield 0, _copied_item(name, copied[name]) if as_list else _copied_entry(name, copied[name])
            elif name in stated:
                yield 0, (f"- {layout.item(name, stated[name])}" if as_list else f"{name}: {_text(stated[name])}",)
        withheld = [name for name in self.credentials.withheld if name not in stated | copied]
        if withheld:
            yield 0, ("# What else the env file holds is not for the pooler.",)
        for name in withheld:
            yield 0, (f'{layout.quoted(name)}: ""',)

    def _stated(self) -> Iterator[tuple[str, str]]:
        if not self.pooler.external:
            yield "POSTGRES_HOST", self.pooler.database
            yield "POSTGRES_PORT", self.pooler.upstream_port
        for name, value in self.credentials.stated:
            yield name, value.replace("$", "$$")
        for name, copy in self.credentials.copied:
            if not _is_in(copy, self.credentials.document):
                yield name, copy.origin.file.text[copy.origin.start : copy.origin.end]
        yield "PGBOUNCER_LISTEN_PORT", self.pooler.port
        for name, value in self.pooler.variables.items():
            yield name, value.replace("$", "$$")


class ExporterBlock(Block):
    """The service of a pooler's exporter. It is placed next to its pooler."""

    def _word(self, match: re.Match[str]) -> str:
        words = {
            "name": self.pooler.exporter,
            "pooler": self.pooler.name,
            "host": layout.quoted(self.pooler.name),
            "build": layout.quoted(self._from_file(EXPORTER_CONTEXT)),
        }
        return words[match[1]]


def optional_env_file(path: str) -> str:
    """An `env_file` entry for a file that a clone lacks: Compose works without it (since 2.24.0).

    Source: the Compose specification, "env_file", `required`.
    """
    return f"{{path: {layout.quoted(path)}, required: false}}"


def _text(value: str) -> str:
    return layout.quoted(value) if value else '""'


def _list(key: str, names: tuple[str, ...]) -> Iterator[tuple[int, Line]]:
    if names:
        yield 0, (f"{key}:",)
        for name in names:
            yield 1, (f"- {layout.quoted(name)}",)


def _is_in(value: Value, document: Document) -> bool:
    """Whether a value's text can be copied: it stands in this file, or is only named as `${NAME}`."""
    return value.origin.file is document or value.origin.form == "env-file" or not value.origin.given


def _given(use: EnvFileUse, document: Document) -> Line:
    """An entry of `env_file` with what it says: the short form where that is only the path."""
    same_folder = use.document.directory == document.directory
    elsewhere = use.node.value if same_folder else written_path(document.directory, use.path)
    path = layout.raw(use.node) if use.document is document else layout.quoted(elsewhere)
    said = ("" if use.required else ", required: false") + (
        f", format: {layout.quoted(use.format)}" if use.format else ""
    )
    return ("{path: ", path, said + "}") if said else (path,)


def _copied_item(name: str, value: Value) -> Line:
    origin = value.origin
    quote = origin.holder.style if isinstance(origin.holder, ScalarNode) else ""
    if not origin.given:
        return (f"- {quote}{name}=${{{value.name}}}{quote}",)
    return (f"- {quote}{name}=", Copy(origin.start, origin.end), quote)


def _copied_entry(name: str, value: Value) -> Line:
    holder = value.origin.holder
    if not value.origin.given or not isinstance(holder, Entry):
        return (f"{name}: ${{{value.name}}}",)
    scalar = nodes.resolved(holder.value)
    return (f"{name}: ", Copy(scalar.start, scalar.end))


def laid_out(block: Block, template: str, *, indent: str, step: str, newline: str) -> tuple[Part, ...]:
    """The block as text to insert at the end of a line: each of its lines preceded by a newline."""
    parts: list[Part] = []
    for depth, line in block.lines(template):
        parts += [newline + indent + step * depth, *line]
    return joined(parts)
